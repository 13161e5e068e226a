"""Versions of one report in time: what the source says, told from counters, renditions and copies of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from transforms.manifest import Fetch
from transforms.versions import Read, Version, versions_of

A, B = "https://www.yl.gov.cn/a.html", "https://www.yl.gov.cn/b.html"
FIRST = Fetch(
    crawl_id="c1",
    portal_id="p",
    role="article",
    url=A,
    fetched_at=datetime(2025, 1, 10),
    sha256="",
    title=None,
    link_text=None,
    published_on="2025-01-05",
    report_year=2024,
    article_url=None,
    declared_host=True,
    body=None,
    region_code="130324",
    level="county",
)


def _fetch(night: int, sha256: str, url: str = A, page: str | None = None, **more: object) -> Fetch:
    at = FIRST.fetched_at + timedelta(days=night)
    return FIRST._replace(crawl_id=f"c{night}", fetched_at=at, sha256=sha256, url=url, article_url=page, **more)  # type: ignore[arg-type]


def _versions(*fetches: Fetch, **reads: Read) -> list[Version]:
    """Versions where a document says what the first letter of its hash stands for, unless ``reads`` has it."""
    known = {f.sha256: Read(f.sha256, "parsed", f.sha256[0], 0, 200) for f in fetches} | reads
    return versions_of("r", fetches, known)


def _said(versions: list[Version]) -> str:
    return "".join(version.content_hash for version in versions)


def test_a_visit_counter_makes_no_version() -> None:
    versions = _versions(_fetch(1, "x1"), _fetch(2, "x2"), _fetch(3, "x3"))
    assert _said(versions) == "x"
    assert versions[0].first_seen < versions[0].last_seen


def test_a_revision_makes_one_and_going_back_another() -> None:
    versions = _versions(_fetch(1, "x1"), _fetch(2, "y1"), _fetch(3, "y2"), _fetch(4, "x2"))
    assert _said(versions) == "xyx"
    assert [v.version_no for v in versions] == [1, 2, 3]
    assert len({v.version_id for v in versions}) == 3


def test_earlier_ids_do_not_change_when_more_is_fetched() -> None:
    fetches = [_fetch(1, "x1"), _fetch(2, "y1"), _fetch(3, "z1")]
    ids = [v.version_id for v in _versions(*fetches)]
    assert [v.version_id for v in _versions(*fetches[:2])] == ids[:2]


def test_ids_do_not_rest_on_which_rendition_reads_best() -> None:
    fetches = [_fetch(1, "x1"), _fetch(1, "w1", url=A + ".doc", page=A, role="attachment")]
    worse = {"x1": Read("x1", "no_tables", "x", 0, 0)}
    assert _versions(*fetches)[0].version_id == _versions(*fetches, **worse)[0].version_id
    assert _said(_versions(*fetches, **worse)) == "w"


def test_renditions_of_one_publication_are_one_version() -> None:
    page = Read("x1", "no_tables", "x", 0, 0)
    versions = _versions(_fetch(1, "x1"), _fetch(1, "w1", url=A + ".doc", page=A), x1=page)
    assert _said(versions) == "w"
    later = _versions(_fetch(1, "x1"), _fetch(4, "w1", url=A + ".doc", page=A), x1=page)
    assert _said(later) == "w"
    assert later[0].fetch.sha256 == "w1"


def test_the_rendition_with_fewest_doubts_is_read() -> None:
    doubtful, sound = Read("x1", "parsed", "x", 9, 200), Read("w1", "parsed", "w", 0, 180)
    versions = _versions(_fetch(1, "x1"), _fetch(1, "w1", url=A + ".doc", page=A), x1=doubtful, w1=sound)
    assert [v.fetch.sha256 for v in versions] == ["w1"]


def test_a_revised_attachment_is_a_revision() -> None:
    page = Read("x1", "no_tables", "x", 0, 0)
    versions = _versions(
        _fetch(1, "x1"), _fetch(1, "w1", url=A + ".doc", page=A), _fetch(2, "v1", url=A + ".doc", page=A), x1=page
    )
    assert _said(versions) == "wv"


def test_attachments_left_without_their_page_count_with_it() -> None:
    """Whichever crawl brought them, and whatever else the report had meanwhile."""
    page = {"y1": Read("y1", "no_tables", "y", 0, 0)}
    other = _fetch(0, "x1", url=B)
    left, changed = (_fetch(night, sha, url=A + ".doc", page=A) for night, sha in ((1, "w1"), (3, "v1")))
    meanwhile = _fetch(2, "z1", url=B)
    came = _fetch(3, "y1")
    late = _versions(other, left, meanwhile, came, **page)
    whole = _versions(other, meanwhile, came, left._replace(crawl_id=came.crawl_id), **page)
    assert _said(late) == _said(whole) == "xzw"
    assert [v.version_id for v in late] == [v.version_id for v in whole]
    assert _said(_versions(other, left, meanwhile, came, changed, **page)) == "xzv"


def test_an_attachment_whose_page_never_came_stands_alone() -> None:
    assert _said(_versions(_fetch(1, "w1", url=A + ".doc", page=A), _fetch(2, "x1", url=B))) == "wx"


def test_two_addresses_that_say_the_same_are_one_version() -> None:
    assert _said(_versions(_fetch(1, "x1"), _fetch(1, "x2", url=B), _fetch(2, "x3", url=B))) == "x"


def test_two_addresses_that_differ_never_swap_by_a_visit_counter() -> None:
    versions = _versions(
        _fetch(1, "x1"), _fetch(2, "y1", url=B), _fetch(3, "x2"), _fetch(4, "y2", url=B), _fetch(5, "x3")
    )
    assert _said(versions) == "xy"
    assert versions[-1].fetch.url == B
    assert versions[0].fetch.url == A


def test_the_newest_publication_of_a_night_is_current() -> None:
    older, newer = _fetch(1, "x1", published_on="2025-01-05"), _fetch(1, "y1", url=B, published_on="2025-01-20")
    assert _said(_versions(older, newer)) == _said(_versions(newer, older)) == "xy"


def test_a_version_is_never_an_older_one_because_its_sums_close() -> None:
    sound, doubtful = Read("x1", "parsed", "x", 0, 200), Read("y1", "parsed", "y", 30, 200)
    versions = _versions(_fetch(1, "x1"), _fetch(2, "y1"), x1=sound, y1=doubtful)
    assert _said(versions) == "xy"


def test_no_documents_no_versions() -> None:
    assert _versions() == []
