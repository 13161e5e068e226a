"""A home's second archive, in a folder or a bucket, and what may be pruned: never the only copy of anything."""

from __future__ import annotations

import json
import logging
import os
import shutil
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from moto.server import ThreadedMotoServer
from pyarrow import fs

from flows.keeping import mirror, places, restoring
from flows.keeping.places import Place, place
from spiders import archive
from tests.flows.conftest import Call, demo_portals
from tests.transforms.stages.home_kit import Home, page

OTHER = "https://www.yl.gov.cn/nb/t2.html"


@pytest.fixture(scope="module")
def bucket_host() -> Iterator[str]:
    """An S3 server on loopback."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"{host}:{port}"
    server.stop()


@dataclass(frozen=True)
class Second:
    """A second archive: its name for options, and what it holds."""

    option: str
    where: Callable[[Path], Place]

    def files(self, home: Path) -> dict[str, bytes]:
        where = self.where(home)
        return {name: places.opened(where, name).read() for name in places.listing(where)}

    def put(self, home: Path, name: str, data: bytes) -> None:
        where = self.where(home)
        if where.folder is not None:
            (where.folder / name).write_bytes(data)
        else:
            with where.filesystem.open_output_stream(f"{where.root}/{name}", compression=None) as file:
                file.write(data)


@pytest.fixture(params=["folder", "bucket"])
def second(request: pytest.FixtureRequest, bucket_host: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Second:
    for name, value in (
        ("AWS_ACCESS_KEY_ID", "testing"), ("AWS_SECRET_ACCESS_KEY", "testing"), ("AWS_EC2_METADATA_DISABLED", "true"),
    ):  # fmt: skip
        monkeypatch.setenv(name, value)
    if request.param == "folder":
        option = str(tmp_path / "second")
        Path(option).mkdir()
    else:
        bucket = f"b{abs(hash(str(tmp_path)))}"
        urllib.request.urlopen(urllib.request.Request(f"http://{bucket_host}/{bucket}", method="PUT")).close()
        option = f"s3://{bucket}/gongkai?endpoint_override={bucket_host}&scheme=http"
    return Second(option, lambda home: place(option, home))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two reports, read, loaded and published; not to be changed."""
    from flows.cli import run_command

    home = Home(tmp_path_factory.mktemp("made") / "home")
    home.crawl({"data": page()}, {"data": page("云岭县水利局"), "url": OTHER})
    (home.path / "corrections.yaml").write_text("[]\n", "utf-8")
    for stage in ("normalize", "load"):
        assert run_command([stage, "--home", str(home.path)]) == 0
    return home.path


@pytest.fixture
def home(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "home")
    return tmp_path / "home"


def contents(home: Path) -> dict[str, bytes]:
    """What is to be kept of a home: no logs, no locks, nothing that begins with a dot."""
    kept = ("raw", "identity", "lake", "corrections.yaml", "warehouse.duckdb")
    found = {str(path.relative_to(home)): path for path in sorted(home.rglob("*")) if path.is_file()}
    return {
        name: path.read_bytes()
        for name, path in found.items()
        if name.startswith(kept) and not path.name.startswith(".") and name != "raw/pruned.jsonl"
    }


def documents(home: Path) -> list[Path]:
    return sorted((home / "raw" / "documents").glob("*/*"))


def age(home: Path, days: int = 100) -> None:
    then = time.time() - days * 86400
    for path in documents(home):
        os.utime(path, (then, then))


def test_a_home_is_copied_by_what_is_new_and_comes_back_as_it_was(
    call: Call, home: Path, second: Second, tmp_path: Path
) -> None:
    assert call("compress", "--days", "0", "--home", home).status == 0
    assert {path.suffix for path in documents(home)} == {".zst"}
    first = call("mirror", "--mirror", second.option, "--home", home)
    assert (first.status, first.out) == (0, "")
    files = second.files(home)
    assert {name: data for name, data in files.items() if name in contents(home)} == contents(home)
    assert not [name for name in files if name.endswith(".unfinished")]
    assert "0 files (0.0 MB) were copied" in call("mirror", "--mirror", second.option, "--home", home).err
    archive.store(home, b"new")
    again = call("mirror", "--mirror", second.option, "--home", home)
    assert "1 files (0.0 MB) were copied" in again.err
    back = tmp_path / "back"
    assert call("restore", "--mirror", second.option, "--home", back).status == 0
    assert contents(back) == contents(home)
    assert call("verify", "--home", back).status == 0
    restored = call("normalize", "--home", back)
    assert restored.status == 0
    assert contents(back) == contents(home), "nothing is read or written anew"
    assert "0 files" in call("restore", "--mirror", second.option, "--home", back).err


def test_a_lake_in_a_mirror_has_no_part_that_the_lake_has_not(call: Call, home: Path, second: Second) -> None:
    call("mirror", "--mirror", second.option, "--home", home)
    part = sorted((home / "lake" / "report").glob("*/*.parquet"))[0]
    part.unlink()
    call("mirror", "--mirror", second.option, "--home", home)
    assert str(part.relative_to(home)) not in second.files(home)


def test_what_is_missing_or_damaged_is_brought_back(call: Call, home: Path, second: Second) -> None:
    whole = contents(home)
    call("mirror", "--mirror", second.option, "--home", home)
    (lost, damaged) = documents(home)
    lost.unlink()
    damaged.write_bytes(b"other bytes")
    shutil.rmtree(home / "lake")
    assert call("verify", "--home", home).status == 1
    said = call("mirror", "--mirror", second.option, "--home", home)
    assert (said.status, f"{damaged} is damaged" in said.err) == (1, True), "the good copy there is not written over"
    assert call("restore", "--mirror", second.option, "--home", home).status == 0
    assert contents(home) == whole


def test_a_damaged_document_is_not_copied(call: Call, home: Path, second: Second) -> None:
    (damaged, _) = documents(home)
    damaged.write_bytes(b"other bytes")
    said = call("mirror", "--mirror", second.option, "--home", home)
    assert (said.status, f"{damaged} is damaged and was not copied" in said.err) == (1, True)
    assert str(damaged.relative_to(home)) not in second.files(home)


def test_a_damaged_mirror_brings_nothing_back(call: Call, home: Path, second: Second, tmp_path: Path) -> None:
    call("mirror", "--mirror", second.option, "--home", home)
    names = [str(documents(home)[0].relative_to(home)), "identity/reports.jsonl", "warehouse.duckdb"]
    for name in names:
        second.put(home, name, b"damaged")
    said = call("restore", "--mirror", second.option, "--home", tmp_path / "back")
    assert said.status == 1
    assert [name for name in names if f"{name} of the mirror" in said.err] == names
    assert not [name for name in names if (tmp_path / "back" / name).exists()]
    assert not (tmp_path / "back" / "identity").exists(), "half of the ids would have others minted for the rest"


def test_folders_that_make_sense_only_as_a_whole_are_never_filled_up(
    call: Call, home: Path, second: Second, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = contents(home)
    call("mirror", "--mirror", second.option, "--home", home)
    (home / "identity" / "reports.jsonl").unlink()
    said = call("restore", "--mirror", second.option, "--home", home)
    assert (said.status, "lacks identity/reports.jsonl" in said.err) == (1, True)
    assert not (home / "identity" / "reports.jsonl").exists()
    for folder in ("identity", "lake"):
        shutil.rmtree(home / folder)
    real = restoring._bring_file

    def cut(where: Place, name: str, *arguments: Any) -> None:
        if name.startswith("lake/report/"):
            raise places.MirrorError("the line was cut")
        real(where, name, *arguments)

    with monkeypatch.context() as context:
        context.setattr(restoring, "_bring_file", cut)
        assert "the line was cut" in call("restore", "--mirror", second.option, "--home", home).err
    assert not (home / "lake").exists(), "half a lake would be loaded"
    assert call("restore", "--mirror", second.option, "--home", home).status == 0
    assert contents(home) == whole
    assert not list(home.glob(".*.restoring"))


def test_what_rots_in_the_mirror_is_found_and_copied_anew(call: Call, home: Path, second: Second) -> None:
    call("mirror", "--mirror", second.option, "--home", home)
    whole = second.files(home)
    (first, other) = (str(path.relative_to(home)) for path in documents(home))
    report = "lake/report/report_year=2022/part-0.parquet"
    for name in (first, other, report, "identity/agencies.jsonl", "warehouse.duckdb"):
        second.put(home, name, bytes(reversed(whole[name])))
    (home / other).unlink()
    said = call("mirror", "--check", "--mirror", second.option, "--home", home)
    assert (said.status, f"{other} of the mirror" in said.err, first in said.err) == (1, True, False)
    (home / other).write_bytes(whole[other])
    call("compress", "--days", "0", "--home", home)
    assert call("mirror", "--check", "--mirror", second.option, "--home", home).status == 0
    mended = second.files(home)
    assert other not in mended, "the damaged file is gone"
    assert mended[f"{other}.zst"] == (home / f"{other}.zst").read_bytes()
    same = {name for name in whole if name not in (other, "mirror.json")}
    assert {name: mended[name] for name in same} == {name: whole[name] for name in same}


def test_the_mirror_of_another_home_is_refused(call: Call, home: Path, second: Second, tmp_path: Path) -> None:
    call("mirror", "--mirror", second.option, "--home", home)
    before = second.files(home)
    other = Home(tmp_path / "other")
    other.crawl({"data": page("云岭县财政局")})
    assert call("normalize", "--home", other.path).status == 0
    for source in (other.path, tmp_path / "empty"):
        said = call("mirror", "--mirror", second.option, "--home", source)
        assert (said.status, "holds ids that" in said.err) == (1, True)
    assert second.files(home) == before


def test_a_document_is_pruned_when_the_mirror_holds_it_and_comes_back_when_it_is_read_again(
    call: Call, home: Path, second: Second, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = contents(home)
    age(home)
    options = ("--documents", "30", "--mirror", second.option, "--home", home)
    unsafe = call("prune", *options)
    assert (unsafe.status, "Nothing was deleted: 2 documents" in unsafe.err) == (1, True)
    assert contents(home) == whole
    call("mirror", "--mirror", second.option, "--home", home)
    would = call("prune", *options, "--dry-run")
    assert would.status == 0
    assert all(f"would delete document {path.name}" in would.err for path in documents(home))
    assert contents(home) == whole
    named = [path.name for path in documents(home)]
    done = call("prune", *options)
    assert (done.status, done.out) == (0, "")
    assert all(f"deleted document {name}" in done.err for name in named)
    assert documents(home) == []
    checked = call("verify", "--home", home)
    assert (checked.status, "2 documents were pruned" in checked.err) == (0, True)
    # The reader changed: without the second archive nothing is touched, with it everything is as before.
    for part in (home / "lake" / "document").rglob("*.parquet"):
        part.unlink()
    before = contents(home)
    said = call("normalize", "--home", home)
    assert said.status == 1
    assert "2 documents must be read again that were pruned" in said.err
    assert "GONGKAI_MIRROR" in said.err
    assert contents(home) == before
    monkeypatch.setenv("GONGKAI_MIRROR", second.option)
    assert call("normalize", "--home", home).status == 0
    assert contents(home) == whole


def _answers(home: Path) -> Counter[tuple[int, str]]:
    rows = archive.read_manifest(archive.manifests(home)[-1])
    return Counter((row["status"], row["outcome"]) for row in rows if row["kind"] == "fetch" and row["role"] != "list")


def test_a_crawl_goes_on_over_compressed_and_over_pruned_documents(call: Call, tmp_path: Path) -> None:
    home, second = tmp_path / "home", tmp_path / "second"
    second.mkdir()
    with demo_portals(tmp_path / "portals") as registry:
        crawl = ("crawl", "--home", home, "--portals", registry)
        assert call(*crawl).status == 0
        held = {path.name for path in documents(home)}
        call("compress", "--days", "0", "--home", home)
        packed = [path for path in documents(home) if path.suffix == ".zst"]
        assert len(packed) > len(held) / 2
        assert call(*crawl, "--recheck").status == 0
        answers = _answers(home)
        assert {outcome for _, outcome in answers} == {"unchanged"}
        assert answers[304, "unchanged"] > 20, "a page that did not change is read from the archive"
        assert call("mirror", "--mirror", second, "--home", home).status == 0
        assert call("prune", "--documents", "0", "--mirror", second, "--home", home).status == 0
        assert documents(home) == []
        assert call(*crawl).status == 0
        assert _answers(home).total() == 0, "what was pruned is not fetched again for that"
        assert call(*crawl, "--recheck").status == 0
        assert _answers(home) == Counter({(200, "unchanged"): answers.total()})
    assert {path.name for path in documents(home)} == held, "what the portals send again is back"
    assert "48 reports new" in call("normalize", "--home", home).err


def test_nothing_is_pruned_when_one_copy_is_damaged(call: Call, home: Path, second: Second) -> None:
    age(home)
    call("mirror", "--mirror", second.option, "--home", home)
    (name, other) = (str(path.relative_to(home)) for path in documents(home))
    whole = second.files(home)[name]
    second.put(home, name, whole[:-1] + bytes([whole[-1] ^ 1]))
    runs = home / "runs" / "20200101T000000Z-000000.log.jsonl"
    runs.write_text("{}\n", "utf-8")
    os.utime(runs, (0, 0))
    said = call("prune", "--documents", "30", "--runs", "30", "--mirror", second.option, "--home", home)
    assert (said.status, "Nothing was deleted: 1 documents" in said.err) == (1, True)
    assert f"it is damaged in the mirror {second.where(home).name} ({name})" in said.err
    assert other not in said.err
    assert len(documents(home)) == 2
    assert runs.exists()


def test_a_new_mirror_is_not_called_whole_while_another_holds_what_was_pruned(
    call: Call, home: Path, second: Second, tmp_path: Path
) -> None:
    age(home)
    call("mirror", "--mirror", second.option, "--home", home)
    call("prune", "--documents", "30", "--mirror", second.option, "--home", home)
    (tmp_path / "third").mkdir()
    said = call("mirror", "--mirror", tmp_path / "third", "--home", home)
    assert said.status == 1
    assert "2 documents were pruned that the mirror" in said.err


def test_a_link_to_a_document_is_no_second_copy(call: Call, home: Path, tmp_path: Path) -> None:
    age(home)
    second = tmp_path / "linked"
    second.mkdir()
    (second / "raw").symlink_to(home / "raw")
    said = call("prune", "--documents", "0", "--mirror", second, "--home", home)
    assert (said.status, "is this very file, no second copy" in said.err) == (1, True)
    assert len(documents(home)) == 2


@pytest.mark.parametrize(
    ("named", "why"),
    [
        ("{home}/second", "lie within each other"),
        ("{home}", "lie within each other"),
        ("{tmp}/absent", "does not exist"),
        ("s3://key:secret@bucket/x", "has credentials in it"),
        ("https://bucket/x", "is no folder and no s3"),
        (None, "No second archive is named"),
    ],
)
def test_a_place_that_is_no_second_archive_is_refused(
    named: str | None, why: str, call: Call, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    option = ["--mirror", named.format(home=home, tmp=tmp_path)] if named else []
    for command in (["mirror"], ["restore"], ["prune", "--documents", "1"]):
        said = call(*command, *option, "--home", home)
        assert (said.status, why in said.err) == (2, True), said.err
        assert "secret" not in said.err


class Odd:
    """A bucket that takes any name."""

    def get_file_info(self, _: fs.FileSelector) -> list[fs.FileInfo]:
        return [fs.FileInfo("bucket/lake/../../x.parquet", type=fs.FileType.File, size=1)]


def test_a_name_that_leads_out_of_the_home_is_refused(home: Path) -> None:
    with pytest.raises(places.MirrorError, match="find out who put it there"):
        restoring.restore(home, Place(Odd(), "bucket", "s3://bucket"))


def test_a_copy_that_broke_off_brings_back_all_but_the_lake(
    call: Call, home: Path, second: Second, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, sent = mirror.send, []

    def send(where: Place, name: str, source: Path) -> int:
        sent.append(name)
        if name.startswith("lake/") and len(sent) > 20:
            raise places.MirrorError("the line was cut")
        return real(where, name, source)

    with monkeypatch.context() as context:
        context.setattr(mirror, "send", send)
        said = call("mirror", "--mirror", second.option, "--home", home)
    assert (said.status, "the line was cut" in said.err) == (1, True)
    files = second.files(home)
    assert "lake/.unfinished" in files
    assert [name for name in files if name.startswith("lake/report/")] == []
    back = tmp_path / "back"
    said = call("restore", "--mirror", second.option, "--home", back)
    assert (said.status, "was never copied to its end" in said.err) == (1, True)
    assert not (back / "lake").exists()
    for stage in ("normalize", "load"):
        assert call(stage, "--home", back).status == 0
    made = {name: data for name, data in contents(home).items() if name != "warehouse.duckdb"}
    assert {name: data for name, data in contents(back).items() if name != "warehouse.duckdb"} == made
    assert call("mirror", "--mirror", second.option, "--home", home).status == 0
    assert {name: data for name, data in second.files(home).items() if name in contents(home)} == contents(home)


def test_a_bucket_that_does_not_answer_is_named(call: Call, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    option = "s3://bucket/gongkai?endpoint_override=127.0.0.1:9&scheme=http"
    said = call("mirror", "--mirror", option, "--home", home)
    assert (said.status, "of the mirror s3://bucket/gongkai cannot be read" in said.err) == (1, True)


def _run(home: Path, number: int, status: str) -> None:
    run_id = f"20200101T{number:06}Z-000000"
    for suffix, text in (
        (".json", json.dumps({"run_id": run_id, "status": status})),
        (".md", "# run"),
        (".log.jsonl", "{}\n"),
    ):
        path = home / "runs" / f"{run_id}{suffix}"
        path.write_text(text, "utf-8")
        os.utime(path, (number, number))


def test_old_runs_are_pruned_but_never_the_last_good_one(
    call: Call, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(home / "runs")
    (home / "runs").mkdir()
    monkeypatch.setattr("flows.keeping.pruning.KEPT_REPORTS", 3)
    for number in range(1, 9):
        _run(home, number, "ok" if number in (1, 3) else "failed")
    assert call("prune", "--home", home).status == 2, "nothing was named"
    would = call("prune", "--runs", "30", "--dry-run", "--home", home)
    before = sorted(path.name for path in (home / "runs").iterdir() if "20200101" in path.name)
    assert len(before) == 24
    done = call("prune", "--runs", "30", "--home", home)
    left = sorted(path.name[9:] for path in (home / "runs").iterdir() if "20200101" in path.name)
    numbers = {suffix: [int(n[:6]) for n in left if n.endswith(suffix)] for suffix in (".json", ".md", ".log.jsonl")}
    assert numbers == {".json": [3, 6, 7, 8], ".md": [3, 6, 7, 8], ".log.jsonl": [3, 8]}
    assert done.err == would.err.replace("would delete", "deleted").replace("would be", "were")
    assert done.err.count("deleted ") == 24 - 10
    assert "0 documents and files" in call("prune", "--runs", "30", "--home", home).err


def test_earlier_warehouses_are_pruned_but_never_the_last_good_one(call: Call, home: Path) -> None:
    kept = home / "previous"
    for number in range(4):
        shutil.copy(home / "warehouse.duckdb", kept / f"warehouse-2026010{number}T000000.000000Z.duckdb")
    (kept / "warehouse-20260109T000000.000000Z.duckdb").write_bytes(b"no warehouse")
    done = call("prune", "--warehouses", "1", "--home", home)
    assert done.status == 0
    assert [path.name[:18] for path in kept.glob("*.duckdb")] == ["warehouse-20260103"], "the newest that is whole"
    assert call("rollback", "--home", home).status == 0
    assert (home / "warehouse.duckdb.rolled-back").exists()
    (home / "warehouse.duckdb").write_bytes(b"no warehouse")
    assert "0 documents and files" in call("prune", "--warehouses", "1", "--home", home).err
    assert (home / "warehouse.duckdb.rolled-back").exists(), "it may be the last good one"
