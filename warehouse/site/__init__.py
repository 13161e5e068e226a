"""The whole warehouse as a static site: coverage and trends, a page for each division and agency, findings, search."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.compare import LANGUAGES
from warehouse.compare.page.data import numbered_paths, package_version
from warehouse.connection import WarehouseError, open_published, published
from warehouse.site.agency import EXTENTS, About, Kind, Peers, agency_data
from warehouse.site.divisions import TOP, Place, medians, path_to, place_tree, years_of
from warehouse.site.downloads import Download, write_downloads
from warehouse.site.findings import findings_data
from warehouse.site.folder import MARK, replacing_folder
from warehouse.site.pages import ASSETS, page, shared_files, shown
from warehouse.site.places import KEY_INDICATORS, file_name, place_pages, search_index
from warehouse.site.streams import agencies_told

__all__ = ["LARGEST_PAGE", "Site", "site"]

LARGEST_PAGE = 300_000  # bytes; what a phone on a slow line still opens at once
TOLD_EVERY = 50  # pages

Progress = Callable[[str, int, int | None], None]
# A page: its path within the site, its bytes.
Page = tuple[str, bytes]


@dataclass(frozen=True)
class Site:
    """What was written: the folder, the numbers of pages and of agencies among them, the largest page in bytes."""

    folder: Path
    pages: int
    agencies: int
    largest: int


def site(home: Path, folder: Path, lang: str = "zh", on_progress: Progress | None = None) -> Site:
    """Write the published warehouse of ``home`` to ``folder`` as a site that needs no network and no server.

    Equal content gives equal bytes. The folder is replaced whole, in one step, when everything is written. ``lang``
    (``zh`` or ``en``) is the language in which pages open; a button changes it.

    Raises WarehouseError when there is no warehouse, when ``folder`` holds anything that is no site of ours, and when
    it cannot be written.
    """
    if lang not in LANGUAGES:
        raise WarehouseError(f"Unknown language {lang!r}: choose zh or en.")
    open_published(home).close()  # says what to do when there is none
    with replacing_folder(folder) as beside:
        downloads = write_downloads(home, beside, on_progress)
        with published(home) as connection:
            made = _write_pages(connection, beside, downloads, lang, on_progress)
            mark = {"made_by": "gongkai", **_fingerprint(connection), "pages": made[0], "agencies": made[1]}
        (beside / MARK).write_text(json.dumps(mark, indent=1) + "\n", encoding="utf-8")
    return Site(folder, *made)


def _write_pages(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    downloads: list[Download],
    lang: str,
    on_progress: Progress | None,
) -> tuple[int, int, int]:
    """Write all but the downloads; returns the numbers of pages and agencies and the size of the largest page."""
    years = years_of(connection)
    tree = place_tree(connection, years)
    homes = {line[0]: place.division_id for place in tree.values() for line in place.agencies if line[0] is not None}
    for name in (ASSETS, "agency", "division"):
        (folder / name).mkdir()
    for name, content in shared_files(package_version(connection), search_index(connection, tree)).items():
        (folder / ASSETS / name).write_bytes(content)
    pages = largest = 0
    for path, content in _pages(connection, tree, homes, years, downloads, lang):
        (folder / path).write_bytes(content)
        pages, largest = pages + 1, max(largest, len(content))
        if on_progress and pages % TOLD_EVERY == 0:
            on_progress("site", pages, len(homes) + len(tree) + 3)
    return pages, len(homes), largest


def _pages(
    connection: duckdb.DuckDBPyConnection,
    tree: dict[str, Place],
    homes: dict[str, str],
    years: range,
    downloads: list[Download],
    lang: str,
) -> Iterator[Page]:
    numbers = {place: at for at, place in enumerate(tree)}
    of_places = medians(
        connection,
        {agency: [numbers[one] for one in path_to(tree, home)] for agency, home in homes.items()},
        list(KEY_INDICATORS),
    )
    by_place = {place: of_places.get(number, []) for place, number in numbers.items()}
    for path, root, title, data in place_pages(tree, years, by_place):
        yield path, page("division", root, title, data, lang)
    yield "search.html", page("search", "", "gongkai", {}, lang)
    yield "findings.html", page("findings", "", "gongkai", findings_data(connection), lang)
    yield "downloads.html", page("downloads", "", "gongkai", {"files": downloads}, lang)
    yield from _agency_pages(connection, tree, homes, lang)


def _agency_pages(
    connection: duckdb.DuckDBPyConnection, tree: dict[str, Place], homes: dict[str, str], lang: str
) -> Iterator[Page]:
    rows = connection.execute(
        """
        SELECT a.agency_id, a.name, d.name, a.agency_type, d.level, a.status, a.evidence
        FROM agency AS a LEFT JOIN division AS d ON d.division_id = a.division_id ORDER BY a.agency_id
        """
    ).fetchall()
    about = {row[0]: About(*row[3:]) for row in rows}
    peers = _peers(connection, about)
    path_number = numbered_paths(shown())
    for told in agencies_told(connection, [row[:3] for row in rows]):
        agency_id, name, _ = told.agency
        path = [[file_name(one), tree[one].name] for one in path_to(tree, homes[agency_id]) if one != TOP]
        for extent in EXTENTS:
            data = agency_data(told, about[agency_id], shown(), path_number, peers, extent)
            content = page("agency", "../", name, {**data, "path": path[::-1]}, lang)
            if len(content) <= LARGEST_PAGE:
                break
        yield f"agency/{file_name(agency_id)}.html", content


def _peers(connection: duckdb.DuckDBPyConnection, about: dict[str, About]) -> Peers:
    """Medians among agencies of the same type, on divisions of the same level, by indicator, year and scope."""
    kinds: dict[Kind, int] = {}
    groups = {
        agency_id: [kinds.setdefault((one.agency_type, one.level), len(kinds))]
        for agency_id, one in about.items()
        if one.agency_type is not None and one.level is not None
    }
    found = medians(connection, groups, None)
    return {
        (kind, indicator, year, scope): (n, quartiles)
        for kind, number in kinds.items()
        for indicator, year, scope, n, quartiles in found.get(number, ())
    }


def _fingerprint(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """What the warehouse says it was built from; equal fingerprints mean equal content."""
    rows = connection.execute("SELECT key, value FROM build_info ORDER BY key").fetchall()
    return {key: value for key, value in rows if key in ("lake_sha256", "package_version", "software_sha256")}
