"""What a night gives notice of: each declared condition when it begins, nothing when all is well."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from flows.watching import notices

BEGIN = datetime(2026, 6, 5, 18, tzinfo=UTC)


def portal(portal_id: str = "p-1", outcome: str = "ok", listed: int = 40, reason: str | None = None) -> dict[str, Any]:
    counts = {"requests": 2, "stored": 0, "unchanged": 0, "rejected": 0, "vanished": [], "failure": outcome == "failed"}
    return {"portal_id": portal_id, "outcome": outcome, "listed": listed, "reason": reason, **counts}


def down(portal_id: str = "p-1") -> dict[str, Any]:
    return portal(portal_id, "failed", 0, "down: no answer")


def night(
    number: float,
    *portals: dict[str, Any],
    read: int = 0,
    unreadable: int = 0,
    failed_checks: int = 0,
    reported: dict[int, int] | None = None,
    begin: datetime = BEGIN,
    options: dict[str, Any] | None = None,
    broke: str | None = None,
) -> dict[str, Any]:
    """The run report of a night, ``number`` days after ``begin``; ``unreadable`` of the ``read`` documents were."""
    normalized = {
        "documents_read": read,
        "documents_read_unreadable": unreadable,
        "documents_by_outcome": {"parsed": 1000, "unreadable": 40},
        **{f"reports_{kind}": 0 for kind in ("new", "revised", "unplaced")},
        "reports_unchanged": 100,
        "failed_checks": failed_checks,
    }
    published = {
        "warehouse": "warehouse.duckdb",
        "agencies_reported": {str(year): count for year, count in (reported or {2025: 90}).items()},
    }
    stages = [("crawl", {"portals": list(portals or [portal()])}), ("normalize", normalized), ("publish", published)]
    return {
        "run_id": f"{begin + timedelta(days=number):%Y%m%dT%H%M%SZ}-abcdef",
        "options": options or {"portal": [], "year": []},
        "failures": [{"stage": broke, "subject": broke, "reason": "disk full"}] if broke else [],
        "stages": [{"name": name, "status": "ok", "details": details} for name, details in stages if name != broke],
    }


def keys(*nights: dict[str, Any]) -> list[str]:
    found, _ = notices.watch(nights[:-1], nights[-1])
    return [notice.key for notice in found]


def test_nothing_is_said_when_all_is_well_and_on_the_first_night() -> None:
    assert keys(night(0)) == []
    assert keys(night(0, down(), unreadable=99, read=99)) == [], "nothing has worked yet, nothing can be compared"
    assert keys(*[night(number, read=9, unreadable=6) for number in range(6)]) == []


def test_a_portal_that_worked_is_told_on_the_second_night_without_it_and_not_on_the_third() -> None:
    nights = [night(0), night(1, down()), night(2, down()), night(3, down())]
    assert keys(*nights[:2]) == []
    found, troubled = notices.watch(nights[:2], nights[2])
    assert [notice.key for notice in found] == ["portal_fails_again:p-1"]
    assert found[0].en == "p-1 has not answered for 2 nights (failed; last success 2026-06-05): down: no answer"
    assert "p-1 连续 2 夜未能正常获取" in found[0].zh
    assert [(one.portal_id, one.nights_failing) for one in troubled] == [("p-1", 2)]
    assert keys(*nights) == []
    found, _ = notices.watch(nights, night(4))
    assert [(notice.key, notice.en) for notice in found] == [
        ("portal_fails_again:p-1:ended", "p-1 answers again, after 3 nights without")
    ]
    assert "p-1 已恢复正常获取（此前连续 3 夜未能获取）" in found[0].zh
    assert keys(*nights, night(4), night(5)) == []
    assert keys(*nights, night(4, portal("p-2"))) == [], "it was not asked"
    assert keys(night(0), night(1, down()), night(2)) == [], "nobody was told of one night"
    assert keys(*nights, night(4), night(5, down()), night(6, down())) == ["portal_fails_again:p-1"], "it came back"
    assert keys(night(0, down()), night(1, down())) == [], "it has never worked"
    assert keys(night(0), night(1, down()), night(1.2, down())) == [], "a second run of one night"


def test_a_list_that_lost_its_rows_is_told_once() -> None:
    nights = [night(0), night(1), night(2, portal(listed=4)), night(3, portal(listed=4))]
    assert keys(*nights[:3]) == ["list_drifts:p-1"]
    assert keys(*nights) == []


def test_coverage_that_falls_names_the_year() -> None:
    before = night(0, reported={2024: 80, 2025: 90})
    found, _ = notices.watch([before], night(1, reported={2024: 79, 2025: 91}))
    assert [notice.en for notice in found] == ["Agencies with a report of 2024 fell from 80 to 79"]
    assert keys(before, night(1, reported={2024: 80})) == ["coverage_falls:2025"]
    broken = night(1, broke="publish")
    assert keys(before, broken, night(2, reported={2024: 79, 2025: 90})) == ["coverage_falls:2024"]
    assert keys(before, night(1, reported={2024: 80, 2025: 90, 2026: 1})) == []


def test_unreadable_documents_are_held_against_those_read_in_the_night() -> None:
    nights = [night(number, read=100, unreadable=1) for number in range(5)]
    assert keys(*nights, night(5, read=100, unreadable=8)) == ["documents_unreadable"]
    assert keys(*nights, night(5, read=1000, unreadable=8)) == [], "8 of 1000 are as many as ever"
    assert keys(*nights, night(5, read=8, unreadable=4)) == [], "four documents are no wave"
    assert keys(*nights, night(5)) == [], "nothing was read"
    found, _ = notices.watch(nights, night(5, read=100, unreadable=8))
    assert found[0].en == "8 of the 100 documents read tonight are unreadable (8.0%; earlier 1.0%)"


def test_portals_that_fail_together_and_checks_that_fail_more_often() -> None:
    names = [f"p-{number}" for number in range(10)]
    good = [night(number, *map(portal, names)) for number in range(3)]
    bad = [*map(down, names[:4]), *map(portal, names[4:])]
    assert keys(*good, night(3, *bad)) == ["portals_failing"]
    assert keys(*good, night(3, *bad, options={"portal": names, "year": []})) == [], "chosen portals are no night"
    assert keys(*good, night(3, *map(portal, names), failed_checks=30)) == ["checks_failing"]
    usual = [night(number, *map(portal, names), failed_checks=25) for number in range(3)]
    assert keys(*usual, night(3, *map(portal, names), failed_checks=30)) == []


def test_a_stage_that_breaks_is_told_every_night() -> None:
    nights = [night(0), night(1, broke="publish"), night(2, broke="publish")]
    assert keys(*nights[:2]) == keys(*nights) == ["stage_broke:publish"]


@pytest.mark.parametrize(
    ("first_day", "said"),
    [("2027-01-20", True), ("2027-01-12", False), ("2027-02-10", False), ("2027-03-21", True), ("2027-06-10", False)],
)
def test_a_harvest_without_reports_is_told_after_three_nights(first_day: str, said: bool) -> None:
    begin = datetime.fromisoformat(f"{first_day}T18:00+08:00").astimezone(UTC)
    silent = [night(number, begin=begin, reported={2025: 90, 2026: 7}) for number in range(4)]
    assert keys(*silent[:3]) == []
    assert keys(*silent) == (["harvest_silent"] if said else [])
    coming = [night(number, begin=begin, reported={2025: 90, 2026: 7 + number}) for number in range(4)]
    assert keys(*coming) == []
    all_in = [night(number, begin=begin, reported={2025: 90, 2026: 90}) for number in range(4)]
    assert keys(*all_in) == []


def test_a_disk_that_fills_is_told_before_a_night_fails_on_it() -> None:
    def roomy(number: int, warehouse: float, free: float) -> dict[str, Any]:
        run = night(number)
        room = {"warehouse_bytes": int(warehouse * 1e9), "free_bytes": int(free * 1e9)}
        next(stage for stage in run["stages"] if stage["name"] == "publish")["details"] |= room
        return run

    assert keys(roomy(0, 1.5, 6.1)) == []
    found, _ = notices.watch([roomy(0, 1.5, 6.1)], roomy(1, 1.5, 5.9))
    assert [notice.key for notice in found] == ["disk_fills"]
    assert found[0].en.startswith("5.9 GB are free on the disk of the home; a night may need 6.0")
    assert keys(roomy(0, 1.5, 5.9), roomy(1, 1.5, 5.8)) == [], "it was told"
    assert keys(roomy(0, 0.001, 0.9)) == ["disk_fills"], "a small home writes too"


def test_every_condition_has_its_words_in_both_languages() -> None:
    for name, condition in notices._conditions().items():
        assert condition["kind"] in notices._KINDS, name
        assert ("ended_en" in condition) is ("ended_zh" in condition), name
        for chinese in (condition["zh"], condition.get("ended_zh", condition["zh"])):
            assert any("\u4e00" <= character <= "\u9fff" for character in chinese), name


def test_reports_of_another_shape_change_nothing() -> None:
    odd: list[dict[str, Any]] = [{"run_id": "0"}, {"run_id": "20260605T180000Z-aaaaaa", "stages": None}]
    assert keys(*odd, night(1)) == []
