"""The normalize stage on a Dask cluster: the same bytes of the lake, and clear words when the cluster is at fault.

Everything of Dask is in processes of its own: its threads stay for good, and with threads no worker is forked.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.transforms.layouts import make_figures, piped_rows
from tests.transforms.stages.home_kit import Home, ingested, page
from transforms.lake.cluster import read_rows_on
from transforms.normalize import normalize

# A scheduler with two workers; these may have processes of their own, in which documents are read.
CLUSTER = """
import sys, dask
from distributed import LocalCluster
if __name__ == "__main__":
    with (
        dask.config.set({"distributed.worker.daemon": False}),
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1") as cluster,
    ):
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
"""
# Two pages a batch, so that there are several.
NORMALIZE = """
import sys
from functools import partial
from pathlib import Path
from transforms.lake import cluster
from transforms.normalize import normalize
cluster._BATCH_SECONDS = 2 * cluster._QUICK
{more}
try:
    print(normalize(Path(sys.argv[1]), read=partial(cluster.read_rows_on, sys.argv[2])).documents_read)
except cluster.ClusterError as error:
    print("ClusterError:", error)
"""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with subprocess.Popen(
        [sys.executable, "-c", CLUSTER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        yield process.stdout.readline().strip()
        process.stdin.close()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.crawl(
        *({"data": page(counter=number), "url": f"https://www.yl.gov.cn/nb/t{number}.html"} for number in range(5)),
        {"data": b"\0nothing known" * 99, "url": "https://www.yl.gov.cn/nb/t9"},
        ingested(piped_rows(make_figures(4)), "a.txt"),
    )
    return home


def said(home: Home, address: str, more: str = "") -> str:
    """What a normalize on the cluster says: the documents that it read, or what is wrong."""
    command = [sys.executable, "-c", NORMALIZE.replace("{more}", more), str(home.path), address]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_the_lake_is_the_same_whoever_read(home: Home, address: str, tmp_path: Path) -> None:
    assert normalize(home.path).documents_read == 7
    here = home.contents("lake") | home.contents("identity")
    for folder in ("lake", "identity"):
        (home.path / folder).rename(tmp_path / f"{folder} before")
    assert said(home, address) == "7"
    assert home.contents("lake") | home.contents("identity") == here


def test_nothing_to_read_asks_no_cluster() -> None:
    assert list(read_rows_on("tcp://127.0.0.1:9", [])) == []


def test_what_is_wrong_with_a_cluster_is_told(home: Home, address: str) -> None:
    told = said(home, "tcp://127.0.0.1:9")
    assert told.startswith("ClusterError: Reading on the Dask cluster at tcp://127.0.0.1:9 broke off")
    assert "without GONGKAI_DASK" in told
    told = said(home, address, 'cluster.software = lambda: "another"')
    assert "Other software than here is on 2 of the 2 Dask workers" in told
    assert not list((home.path / "lake").glob("report/*")), "nothing was written"
