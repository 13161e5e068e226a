"""The normalize stage on a Dask cluster: the same bytes of the lake, and clear words when the cluster is at fault."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import dask
import pytest
from distributed import LocalCluster

from tests.transforms.layouts import make_figures, piped_rows
from tests.transforms.stages.home_kit import Home, ingested, page
from transforms.lake import cluster as on_dask
from transforms.lake.cluster import ClusterError, read_rows_on
from transforms.normalize import normalize


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A scheduler with two workers; these may have processes of their own, in which documents are read."""
    with (
        dask.config.set({"distributed.worker.daemon": False}),
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1") as cluster,
    ):
        yield cluster.scheduler_address


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.crawl(
        *({"data": page(counter=number), "url": f"https://www.yl.gov.cn/nb/t{number}.html"} for number in range(5)),
        {"data": b"\0nothing known" * 99, "url": "https://www.yl.gov.cn/nb/t9"},
        ingested(piped_rows(make_figures(4)), "a.txt"),
    )
    return home


def test_the_lake_is_the_same_whoever_read(
    home: Home, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert normalize(home.path).documents_read == 7
    here = home.contents("lake") | home.contents("identity")
    for folder in ("lake", "identity"):
        (home.path / folder).rename(tmp_path / f"{folder} before")
    monkeypatch.setattr(on_dask, "_BATCH_SECONDS", 2 * on_dask._QUICK)
    assert normalize(home.path, read=partial(read_rows_on, address)).documents_read == 7
    assert home.contents("lake") | home.contents("identity") == here


def test_nothing_to_read_asks_no_cluster() -> None:
    assert list(read_rows_on("tcp://127.0.0.1:9", [])) == []


def test_a_scheduler_that_does_not_answer_is_named(home: Home) -> None:
    with pytest.raises(ClusterError, match=r"tcp://127\.0\.0\.1:9 broke off.*without GONGKAI_DASK"):
        normalize(home.path, read=partial(read_rows_on, "tcp://127.0.0.1:9"))


def test_workers_with_other_software_are_refused(home: Home, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(on_dask, "software", lambda: "another")
    with pytest.raises(ClusterError, match="Other software than here is on 2 of the 2 Dask workers"):
        normalize(home.path, read=partial(read_rows_on, address))
    assert not list((home.path / "lake").glob("report/*"))
