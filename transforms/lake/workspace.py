"""What a normalize works on: every fetch, document and report in a file without a name, of which memory holds a few.

An archive has a million documents and more. Objects for each would take gigabytes, and grow with every year.
"""

from __future__ import annotations

import datetime as dt
import os
import pickle
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from transforms.document import Document
from transforms.identity.placement import Placement
from transforms.lake.parts import WORKING, PartNotWritten
from transforms.manifest import AddressEvent, Fetch, manifest_rows
from transforms.report_rows import GatheredReport

_SETTINGS = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA temp_store = FILE;
PRAGMA cache_size = -32768;
"""
_TABLES = """
CREATE TABLE recorded (no INTEGER PRIMARY KEY, at, source, sha256, article_url, is_attachment, repeats, packed);
-- In the order of time, pages before their attachments.
CREATE TABLE fetch (turn INTEGER PRIMARY KEY, at, source, sha256, article_url, packed);
CREATE TABLE document (sha256 PRIMARY KEY, report_year, prints_year, reader_version, place, packed) WITHOUT ROWID;
CREATE TABLE placed (turn INTEGER PRIMARY KEY, report_id, report_year, packed);
CREATE TABLE report (report_id PRIMARY KEY, turn, report_year, agency_id, packed) WITHOUT ROWID;
CREATE TABLE version (report_year, version_id, report_id, sha256, PRIMARY KEY (report_year, version_id)) WITHOUT ROWID;
CREATE TABLE report_before (report_id PRIMARY KEY, version_id) WITHOUT ROWID;
"""
_EPOCH, _TICK = dt.datetime(1970, 1, 1), dt.timedelta(microseconds=1)


class Workspace:
    """Working tables of one normalize, for one thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.executescript(_SETTINGS)
        connection.executescript(_TABLES)
        connection.execute("BEGIN")  # and never an end: pages go to the disk when memory holds too many of them

    # What the crawls recorded --------------------------------------------------------------------------------------

    def read_manifests(self, home: Path) -> tuple[list[dict[str, Any]], list[AddressEvent]]:
        """Take up the fetches of all manifests of a home; gives the newest entry of every portal crawled, and events
        in the order of time."""
        portals: dict[str, dict[str, Any]] = {}
        events: list[AddressEvent] = []
        self._connection.executemany(
            "INSERT INTO recorded VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)",
            (
                (_ticks(f.fetched_at), f.source, f.sha256, f.article_url, f.role == "attachment", f.repeats, _packed(f))
                for f in manifest_rows(home, portals, events)
            ),
        )
        self._connection.execute("CREATE TEMP TABLE kept (no INTEGER PRIMARY KEY)")
        self._connection.executemany("INSERT INTO kept VALUES (?)", ((no,) for no in self._changes()))
        self._connection.execute(
            """
            INSERT INTO fetch
            SELECT NULL, at, source, sha256, nullif(article_url, ''), packed FROM recorded JOIN kept USING (no)
            ORDER BY at, is_attachment, source, sha256, no
            """
        )
        for table in ("kept", "recorded"):
            self._connection.execute(f"DROP TABLE {table}")
        for column in ("sha256", "source"):
            self._connection.execute(f"CREATE INDEX fetch_{column} ON fetch ({column})")
        events.sort(key=lambda e: (e.happened_at, e.portal_id, e.url))
        return [portals[portal_id] for portal_id in sorted(portals)], events

    def _changes(self) -> Iterator[int]:
        """Fetches that brought other bytes than the one before from their address.

        ``unchanged`` says that bytes were known from there, which is also so when a page goes back to what it said
        before: that is a change against the last fetch. Bytes known only from a page that was rejected stay out.
        """
        rows = self._all("SELECT no, source, sha256, repeats FROM recorded ORDER BY source, at, sha256, no")
        for _, of_source in groupby(rows, itemgetter(1)):
            stored: set[str] = set()
            newest = None
            for no, _, sha256, repeats in of_source:
                if repeats and (sha256 not in stored or newest == sha256):
                    continue
                stored.add(sha256)
                newest = sha256
                yield no

    def fetches(self) -> Iterator[Fetch]:
        """All fetches in the order of time, pages before their attachments."""
        return (_unpacked(packed) for (packed,) in self._all("SELECT packed FROM fetch ORDER BY turn"))

    def first_fetch(self, sha256: str) -> Fetch | None:
        """What a document was first fetched from."""
        found = self._one("SELECT packed FROM fetch WHERE sha256 = ? ORDER BY turn LIMIT 1", sha256)
        return _unpacked(found[0]) if found else None

    def pages(self) -> Iterator[tuple[int, Fetch]]:
        """Number and fetch of all pages and documents but attachments, in the order of time."""
        sql = "SELECT turn, packed FROM fetch WHERE article_url IS NULL ORDER BY turn"
        return ((turn, _unpacked(packed)) for turn, packed in self._all(sql))

    def attachments(self) -> Iterator[tuple[int, Fetch]]:
        """Number and fetch of all attachments, in the order of time."""
        sql = "SELECT turn, packed FROM fetch WHERE article_url IS NOT NULL ORDER BY turn"
        return ((turn, _unpacked(packed)) for turn, packed in self._all(sql))

    def pages_without_year(self) -> Iterator[tuple[int, Fetch]]:
        """Of ``pages`` those whose document prints no report year and came more than once."""
        return (
            (turn, _unpacked(packed))
            for turn, packed in self._all(
                """
                SELECT turn, f.packed FROM fetch AS f JOIN document AS d USING (sha256)
                WHERE article_url IS NULL AND NOT d.prints_year AND sha256 IN (
                    SELECT sha256 FROM fetch WHERE article_url IS NULL GROUP BY sha256 HAVING count(*) > 1
                )
                ORDER BY turn
                """
            )
        )

    # Documents -----------------------------------------------------------------------------------------------------

    def put(self, document: Document, place: int | None = None) -> None:
        """Keep what is known of a document; ``place``: where its rows wait (lake.spill), None: nowhere."""
        self._connection.execute(
            """
            INSERT INTO document VALUES (?, 0, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
            prints_year = excluded.prints_year, reader_version = excluded.reader_version, place = excluded.place,
            packed = excluded.packed
            """,
            (document.sha256, document.printed_year is not None, document.reader_version, place, _packed(document)),
        )

    def document(self, sha256: str) -> Document:
        """What is known of a document."""
        found = self._one("SELECT packed FROM document WHERE sha256 = ?", sha256)
        if found is None:
            raise KeyError(sha256)
        document: Document = _unpacked(found[0])
        return document

    def keep_fetched(self) -> tuple[int, int]:
        """Forget documents that no fetch brought; gives how many are known and how many are yet to be read."""
        self._connection.execute("DELETE FROM document WHERE sha256 NOT IN (SELECT sha256 FROM fetch)")
        self._connection.execute(
            """
            CREATE TEMP TABLE unread AS
            SELECT sha256 FROM fetch WHERE sha256 NOT IN (SELECT sha256 FROM document)
            GROUP BY sha256 ORDER BY min(turn)
            """
        )
        return self._count("document"), self._count("unread")

    def unread(self) -> Iterator[str]:
        """The documents that were yet to be read, in the order in which they were fetched first."""
        return (sha256 for (sha256,) in self._all("SELECT sha256 FROM unread ORDER BY rowid"))

    def places(self, sha256s: Iterable[str]) -> dict[str, int]:
        """Where the rows of documents wait."""
        found = {}
        for sha256 in sha256s:
            row = self._one("SELECT place FROM document WHERE sha256 = ? AND place IS NOT NULL", sha256)
            if row is not None:
                found[sha256] = row[0]
        return found

    def documents(self) -> Iterator[Document]:
        """All documents with the year of their last place and the time of their first fetch, year by year."""
        for year, at, packed in self._all(
            """
            SELECT report_year, at, d.packed
            FROM document AS d JOIN (SELECT sha256, min(at) AS at FROM fetch GROUP BY sha256) USING (sha256)
            ORDER BY report_year
            """
        ):
            document: Document = _unpacked(packed)
            document.report_year, document.first_seen = year, _EPOCH + at * _TICK
            yield document

    def all_read_by(self, reader_version: str) -> bool:
        """Whether that version of the reader read every document."""
        return self._one("SELECT 1 FROM document WHERE reader_version <> ? LIMIT 1", reader_version) is None

    # Reports -------------------------------------------------------------------------------------------------------

    def put_placement(self, turn: int, placement: Placement) -> None:
        """Keep the place of a fetch."""
        self._connection.execute(
            "INSERT INTO placed VALUES (?, ?, ?, ?)",
            (turn, placement.report_id, placement.report_year, _packed(placement)),
        )

    def placement_of_page(self, source: str) -> Placement | None:
        """The last place of the page at an address."""
        found = self._one(
            "SELECT p.packed FROM fetch JOIN placed AS p USING (turn) WHERE source = ? AND article_url IS NULL "
            "ORDER BY turn DESC LIMIT 1",
            source,
        )
        return _unpacked(found[0]) if found else None

    def gathered(self) -> Iterator[tuple[int, GatheredReport]]:
        """Reports with the number of their first fetch, their fetches and their places, each in the order of time;
        versions are not told yet."""
        rows = self._all(
            """
            SELECT report_id, turn, f.packed, p.packed FROM placed AS p JOIN fetch AS f USING (turn)
            ORDER BY report_id, turn
            """
        )
        for _, of_report in groupby(rows, itemgetter(0)):
            turns, fetches, places = zip(
                *((turn, _unpacked(f), _unpacked(p)) for _, turn, f, p in of_report), strict=True
            )
            yield turns[0], GatheredReport(places[0], list(fetches), list(places))

    def put_reports(self, reports: Iterable[tuple[int, GatheredReport]]) -> None:
        """Keep reports, as ``gathered`` gives them, with their versions, and the year of each document."""
        for turn, report in reports:
            place = report.placement
            self._connection.execute(
                "INSERT INTO report VALUES (?, ?, ?, ?, ?)",
                (place.report_id, turn, place.report_year, place.agency_id, _packed(report)),
            )
            self._connection.executemany(
                "INSERT INTO version VALUES (?, ?, ?, ?)",
                [(place.report_year, v.version_id, place.report_id, v.fetch.sha256) for v in report.versions],
            )
        self._connection.execute(
            """
            UPDATE document SET report_year = (
                SELECT p.report_year FROM fetch AS f JOIN placed AS p USING (turn)
                WHERE f.sha256 = document.sha256 ORDER BY turn DESC LIMIT 1
            )
            """
        )

    def reports(self, order: str = "report_year, report_id") -> Iterator[GatheredReport]:
        """All reports, oldest first; ``order``: by other columns of the table ``report``."""
        return (_unpacked(packed) for (packed,) in self._all(f"SELECT packed FROM report ORDER BY {order}"))

    def in_time(self) -> Iterator[GatheredReport]:
        """All reports in the order of their first fetch."""
        return self.reports("turn")

    def by_agency(self) -> Iterator[GatheredReport]:
        """All reports that have an agency, agency by agency, of each the oldest first."""
        sql = "SELECT packed FROM report WHERE agency_id IS NOT NULL ORDER BY agency_id, report_year, report_id"
        return (_unpacked(packed) for (packed,) in self._all(sql))

    def versions(self, year: int) -> dict[str, tuple[str, str]]:
        """Report and document of every version of a report year, by version_id."""
        rows = self._all("SELECT version_id, report_id, sha256 FROM version WHERE report_year = ?", year)
        return {version_id: (report_id, sha256) for version_id, report_id, sha256 in rows}

    def years_with_versions(self) -> set[int]:
        """Report years of which there are versions."""
        return {year for (year,) in self._all("SELECT DISTINCT report_year FROM version")}

    def put_before(self, reports: Iterable[Mapping[str, Any]]) -> None:
        """Keep which version was current in the lake that this run found."""
        rows = ((row["report_id"], row["version_id"]) for row in reports)
        self._connection.executemany("INSERT OR REPLACE INTO report_before VALUES (?, ?)", rows)

    def before(self, report_id: str) -> tuple[str | None] | None:
        """The version that was current of a report, in a tuple; None where the report is new."""
        return self._one("SELECT version_id FROM report_before WHERE report_id = ?", report_id)

    def count_reports(self) -> int:
        """How many reports there are."""
        return self._count("report")

    def _count(self, table: str) -> int:
        found = self._one(f"SELECT count(*) FROM {table}")
        return int(found[0]) if found else 0

    def _all(self, sql: str, *values: object) -> Iterator[tuple[Any, ...]]:
        yield from self._connection.execute(sql, values)

    def _one(self, sql: str, *values: object) -> Any:
        return self._connection.execute(sql, values).fetchone()


@contextmanager
def working(home: Path | None) -> Iterator[Workspace]:
    """A Workspace whose file below ``lake/`` has no name: it is gone with the process; ``home`` None: in memory.

    Raises PartNotWritten when the disk refuses.
    """
    if home is None:
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
            yield Workspace(connection)
        return
    folder = home / "lake"
    folder.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=WORKING, dir=folder)
    os.close(descriptor)
    path = Path(name)
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            try:
                workspace = Workspace(connection)
            finally:
                with suppress(OSError):  # a system that keeps the names of open files
                    path.unlink()
            yield workspace
    except sqlite3.Error as error:
        raise PartNotWritten(
            f"Working tables could not be written below {folder}: {error}. Check the free space and the rights there "
            "and of the folder for temporary files, then run `gongkai normalize` again; nothing is lost."
        ) from error
    finally:
        path.unlink(missing_ok=True)


def _ticks(moment: dt.datetime) -> int:
    return (moment - _EPOCH) // _TICK


def _packed(what: object) -> bytes:
    return pickle.dumps(what, pickle.HIGHEST_PROTOCOL)


def _unpacked(packed: bytes) -> Any:
    return pickle.loads(packed)
