"""The shipped registry holds against the gazetteer, and docs/registry-gaps.md against the registry.

A wrong region code or body is worse than a wrong address: it goes into the identity of reports.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from spiders import registry
from spiders.registry import Portal
from transforms import gazetteer

ROOT = Path(__file__).resolve().parent.parent
GAPS = ROOT / "docs" / "registry-gaps.md"
PORTALS = registry.load()
TODAY = {one.code: one for one in gazetteer.all_divisions() if one.last is None}
YEAR = 2025
CENTRE = "100000"
# The other provinces publish under laws of their own.
MAINLAND = sorted(one.name for one in TODAY.values() if one.level == "province" and one.code < "710000")
CORPS = "新疆生产建设兵团"

# A level, and the levels of the gazetteer that its region may have; others lie anywhere.
LEVELS = {
    "ministry": ("country",),
    "province": ("province",),
    "city": ("prefecture",),
    "county": ("county",),
    "township": ("county", "prefecture"),
}


@pytest.mark.parametrize("portal", PORTALS, ids=lambda portal: portal.id)
def test_an_entry_lies_in_a_division_of_today_and_says_so(portal: Portal) -> None:
    assert portal.region_code in TODAY, "no division of today has this region_code"
    assert TODAY[portal.region_code].level in LEVELS.get(portal.level, ("province", "prefecture", "county"))
    assert portal.id.startswith(f"cn-{portal.region_code}-")
    file = Path(portal.declared_at.rpartition(":")[0]).stem
    assert file.startswith("central" if portal.region_code == CENTRE else portal.region_code[:2] + "0000-")


@pytest.mark.parametrize("portal", [portal for portal in PORTALS if portal.body], ids=lambda portal: portal.id)
def test_a_body_is_one_of_its_region(portal: Portal) -> None:
    region = TODAY[portal.region_code]
    told = gazetteer.resolve(portal.body or "", portal.region_code, YEAR)
    assert told.division is not None, f"{told.reason}: {[one.full_name for one in told.candidates]}"
    if told.reason == "region_alone":
        # Nothing in the name says where it is, so nothing may say that it is elsewhere.
        assert gazetteer.resolve(portal.body or "", None, YEAR).reason in ("unknown", "bare_word")
    elif told.division.level in ("township", "zone"):
        assert told.division.is_within(region)
    else:
        assert told.division is region


def test_a_body_of_another_region_is_found_out() -> None:
    assert gazetteer.resolve("昆明市财政局", "530300", YEAR).division is None
    assert gazetteer.resolve("昆明市财政局", "530000", YEAR).division is not TODAY["530000"]
    assert gazetteer.resolve("大兴乡人民政府", "530923", YEAR).reason != "region"


YEARLY = [portal for portal in PORTALS if portal.list_page.entry == "year_nodes"]
FOLDERS = ("{}", "{}n", "{}nb", "{}nd", "{}ndgb", "{}nian", "{}n_5930973", "nb_{}n", "gknb{}", "nbzt/{}", "nbzt/{}nb")


@pytest.mark.parametrize("portal", YEARLY, ids=lambda portal: portal.id)
def test_links_of_years_are_followed_and_reports_are_not(portal: Portal) -> None:
    """A node is no report: an article whose address matched would be lost."""
    expression = re.compile(portal.list_page.year_link_re or "")
    base = portal.list_page.url.rpartition("/")[0]
    texts = ("2023年", "2023年度", "2023")
    folders = [f"{base}/{folder.format(2023)}/" for folder in FOLDERS]
    followed = [match for match in map(expression.search, (*texts, *folders)) if match]
    assert followed
    assert all("2023" in (match[1] or match[0]) for match in followed)
    for folder in folders:
        for article in (
            "202401/t20240119_6015767.html",
            "t803352.shtml",
            "fjbm/1545122.htm",
            "bm/202401/content_619546",
        ):
            assert not expression.search(folder + article), folder + article
    for text in ("2023年政府网站工作年度报表", "甲县人民政府2023年政府信息公开工作年度报告"):
        assert not expression.search(text)


def table_of(heading: str) -> dict[str, tuple[str, ...]]:
    """The first column of the table below a heading, and the ids in its second; none where it says 'no evidence'."""
    section = GAPS.read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:1] == "|"]
    found: dict[str, tuple[str, ...]] = {}
    for row in rows[2:]:
        assert len(row) == 3, row
        name, entries, _ = row
        ids = tuple(re.findall(r"`([^`]+)`", entries))
        assert name not in found, f"{name} stands twice under {heading}"
        assert bool(ids) is (entries != "no evidence"), f"{name}: expected ids or 'no evidence', found {entries!r}"
        found[name] = ids
    return found


def test_the_document_names_every_province_with_its_entries() -> None:
    stated = table_of("Provinces")
    assert sorted(stated) == sorted([*MAINLAND, CORPS])
    held: dict[str, list[str]] = {}
    for portal in PORTALS:
        if portal.level == "province":
            held.setdefault(TODAY[portal.region_code].name, []).append(portal.id)
    assert {name: sorted(ids) for name, ids in stated.items() if ids} == {
        name: sorted(ids) for name, ids in held.items()
    }


def test_the_document_names_the_bodies_of_the_centre_with_their_entries() -> None:
    stated = table_of("Ministries and other bodies of the State Council")
    held = {portal.body: (portal.id,) for portal in PORTALS if portal.level == "ministry"}
    assert {name: ids for name, ids in stated.items() if ids} == held


def test_the_document_s_sum_of_addresses_closes() -> None:
    section = GAPS.read_text(encoding="utf-8").partition("\n## Addresses that gave no entry\n")[2]
    found, covered, without = (int(number) for number in re.findall(r"\b\d+\b", section)[:3])
    assert covered + without == found
    reasons = section.partition("| reason |")[2].partition("\n\n")[0]
    assert sum(int(number) for number in re.findall(r"\| (\d+) \|", reasons)) == without
