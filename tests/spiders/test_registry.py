"""The registry is read exactly or refused with file, line and key."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from spiders import registry
from spiders.registry import RegistryError, UnknownPortal

GOOD = """\
- id: cn-110101-a
  body: 甲县人民政府
  region_code: "110101"
  level: county
  family: static_list
  hosts: [www.a.gov.cn]
  list:
    url: https://www.a.gov.cn/zfxxgknb/
"""


def load(folder: Path, **files: str) -> tuple[registry.Portal, ...]:
    for name, text in files.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return registry.load(folder)


def problems(folder: Path, text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(RegistryError) as refused:
        load(folder, a=text)
    return [(problem.line, problem.key, problem.message) for problem in refused.value.problems]


def test_defaults_are_filled_in(tmp_path: Path) -> None:
    (portal,) = load(tmp_path, a=GOOD)
    assert portal.list_page.entry == "flat"
    assert portal.list_page.pager.kind == "none"
    assert portal.politeness.delay_seconds == 2.0
    assert portal.access == "open"
    assert portal.why_not_crawled() is None
    entry = portal.as_dict()
    assert list(entry) == [
        "id", "body", "region_code", "level", "family", "hosts", "local", "list", "article",
        "title_re", "expect", "politeness", "access", "status", "evidence",
    ]  # fmt: skip
    assert entry["list"]["url"] == "https://www.a.gov.cn/zfxxgknb/"
    assert entry["list"]["pager"] == {"kind": "none", "first": None, "max": 50}
    json.dumps(entry)


def test_an_entry_written_back_is_the_same_entry(tmp_path: Path) -> None:
    import yaml

    (portal,) = load(tmp_path, a=GOOD)
    other = tmp_path / "again"
    other.mkdir()
    (again,) = load(other, a=yaml.safe_dump([portal.as_dict()], allow_unicode=True, sort_keys=False))
    assert again == portal


@pytest.mark.parametrize(
    ("change", "line", "key", "words"),
    [
        (("  level: county", "  level: moon"), 4, "level", "one of ministry, province"),
        (("  level: county", "  lvl: county"), 4, "lvl", "unknown key"),
        (("  level: county\n", ""), 1, "level", "missing"),
        (('"110101"', "110101"), 3, "region_code", "quotes"),
        (('"110101"', '"1101"'), 3, "region_code", "six digits"),
        (("static_list", "dynamic"), 5, "family", "static_list, ucap"),
        (("[www.a.gov.cn]", "www.a.gov.cn"), 6, "hosts", "list of hosts"),
        (("[www.a.gov.cn]", "[https://www.a.gov.cn]"), 6, "hosts", "without scheme"),
        (("[www.a.gov.cn]", "[a.gov.cn]"), 8, "list.url", "declared in hosts"),
        (("https://www", "ftp://www"), 8, "list.url", "http or https"),
        (("/zfxxgknb/", '/zfxxgknb/\n    row: "li["'), 9, "list.row", "CSS"),
        (("/zfxxgknb/", '/zfxxgknb/\n    row: "a::text"'), 9, "list.row", "seudo-element"),
        (("/zfxxgknb/", '/zfxxgknb/\n    article_re: "("'), 9, "list.article_re", "regular expression"),
        (("/zfxxgknb/", "/zfxxgknb/\n    entry: spiral"), 9, "list.entry", "flat, hub"),
        (("/zfxxgknb/", "/zfxxgknb/\n    entry: year_nodes"), 1, "list.year_link_re", "which links"),
        (("/zfxxgknb/", "/zfxxgknb/\n    entry: year_template"), 8, "list.url", "{year}"),
        (("/zfxxgknb/", "/zfxxgknb/\n    pager: {kind: zigzag}"), 9, "list.pager.kind", "index_n"),
        (("/zfxxgknb/", "/zfxxgknb/\n    pager:\n      kind: n\n      max: 0"), 11, "list.pager.max", "from 1"),
        (("/zfxxgknb/", "/zfxxgknb/\n    pager: {kind: n, step: 2}"), 9, "list.pager.step", "unknown key"),
        (("/zfxxgknb/", "/zfxxgknb/\n    params: {column: 1}"), 9, "list.params", "unknown parameter column"),
        (("static_list", "gkmlpt"), 1, "list.params", "sid"),
        (("  list:", "  politeness: {delay_seconds: 1.9}\n  list:"), 7, "politeness.delay_seconds", "at least 2"),
        (("  list:", "  politeness: {delay_seconds: .nan}\n  list:"), 7, "politeness.delay_seconds", "seconds"),
        (("  list:", "  access: closed\n  list:"), 7, "access", "domestic_only"),
        (("  list:", "  status: dead\n  list:"), 7, "status", "retired"),
        (("  list:", "  local: yes please\n  list:"), 7, "local", "true or false"),
        (("  list:", "  article: {encoding: klingon}\n  list:"), 7, "article.encoding", "gb18030"),
        (("  list:", "  title_re: '(?P<nick>x)'\n  list:"), 7, "title_re", "named groups"),
        (("  list:", "  evidence: {verified_on: soon}\n  list:"), 7, "evidence.verified_on", "a day"),
        (("  list:", "  expect: {min_items: -1}\n  list:"), 7, "expect.min_items", "whole number"),
        (("  list:", "  body: 乙县\n  list:"), 7, "body", "twice"),
    ],
)  # fmt: skip
def test_what_is_not_exact_is_refused(tmp_path: Path, change: tuple[str, str], line: int, key: str, words: str) -> None:
    found = problems(tmp_path, GOOD.replace(*change))
    assert (line, key) in [(at, what) for at, what, _ in found], found
    assert any(words in message for at, what, message in found if what == key), found


@pytest.mark.parametrize(
    "host", ["127.0.0.1:80", "127.1", "localhost:8000", "10.1.2.3", "[::1]", "192.168.0.1", "169.254.1.1"]
)
def test_private_hosts_need_local(tmp_path: Path, host: str) -> None:
    text = GOOD.replace("[www.a.gov.cn]", f'[www.a.gov.cn, "{host}"]')
    assert [key for _, key, _ in problems(tmp_path, text)] == ["hosts"]
    assert load(tmp_path, a=text.replace("  list:", "  local: true\n  list:"))


def test_all_problems_of_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(RegistryError) as refused:
        load(tmp_path, a=GOOD.replace("county", "moon"), b=GOOD + "- nonsense\n", c="- {", d=GOOD)
    said = str(refused.value)
    assert "a.yaml:4: level" in said
    assert "b.yaml:9" in said
    assert "c.yaml:1" in said
    assert "d.yaml:1: id" in said, "an id is used once over all files"
    assert len(refused.value.problems) >= 4


@pytest.mark.parametrize("text", ["id: x", "just words", "\xff"])
def test_a_file_that_is_no_list_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.yaml").write_bytes(text.encode("latin-1"))
    with pytest.raises(RegistryError, match=r"a\.yaml:1: file"):
        registry.load(tmp_path)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RegistryError, match="expected a folder"):
        registry.load(tmp_path / "none")
    with pytest.raises(RegistryError, match="at least one"):
        registry.load(tmp_path)


def test_select_names_unknown_ids_and_near_ones(tmp_path: Path) -> None:
    portals = load(tmp_path, a=GOOD)
    assert registry.select(portals, ()) == portals
    assert registry.select(portals, ["cn-110101-a", "cn-110101-a"]) == portals
    with pytest.raises(UnknownPortal, match=r"cn-110101-b.*did you mean cn-110101-a\?"):
        registry.select(portals, ["cn-110101-b"])


HANWEB = GOOD.replace("static_list", "hanweb")


def test_hanweb_needs_no_parameters_and_takes_its_own(tmp_path: Path) -> None:
    (bare,) = load(tmp_path, a=HANWEB)
    assert bare.why_not_crawled() is None
    params = """
    pager: {kind: nextgroup}
    params:
      columnid: "93261"
      unitid: "212860"
      webid: "1"
      webname: 江苏省人民政府
      path: /
      proxy: /module/web/jpage/morecolumndataproxy.jsp
      method: GET
      perpage: "20"
"""
    (full,) = load(tmp_path, a=HANWEB.rstrip() + params)
    assert full.list_page.params["columnid"] == "93261"
    assert full.why_not_crawled() is None
    assert bare.list_page.pager.kind == "nextgroup", "the family's own"


def test_pagers_are_those_of_the_family(tmp_path: Path) -> None:
    for kind in ("json", "none", "index_n", "next_link"):
        (portal,) = load(tmp_path, a=HANWEB.rstrip() + f"\n    pager: {{kind: {kind}}}\n")
        assert portal.list_page.pager.kind == kind
    ((line, key, message),) = problems(tmp_path, GOOD.rstrip() + "\n    pager: {kind: nextgroup}\n")
    assert (line, key) == (9, "list.pager.kind")
    assert "expected one of none, index_n" in message


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ("{channelid: '1'}", "unknown parameter channelid; hanweb knows columnid"),
        ("{columnid: [93261]}", "expected one value for a name"),
        ("{columnid: ''}", "a word without spaces"),
        ("{method: PUT}", "GET or POST"),
        ("{perpage: '0'}", "from 1 to 999"),
        ("{proxy: dataproxy.jsp}", "an absolute path"),
    ],
)
def test_hanweb_s_parameters_are_checked(tmp_path: Path, params: str, words: str) -> None:
    ((line, key, message),) = problems(tmp_path, HANWEB.rstrip() + f"\n    params: {params}\n")
    assert (line, key) == (9, "list.params")
    assert words in message


def test_parameters_are_kept_as_written(tmp_path: Path) -> None:
    (portal,) = load(tmp_path, a=HANWEB.rstrip() + "\n    params: {columnid: 007, appid: 1, path: null}\n")
    assert portal.list_page.params == {"columnid": "007", "appid": "1"}


@pytest.mark.parametrize("field", ["{year}", "{year+1}", "{year-1}"])
def test_a_template_has_a_year_of_report_or_of_publication(tmp_path: Path, field: str) -> None:
    (portal,) = load(tmp_path, a=GOOD.replace("/zfxxgknb/", f"/nb/{field}/\n    entry: year_template"))
    assert portal.list_page.url.endswith(f"/nb/{field}/")


def test_blocked_portals_are_valid_and_not_crawled(tmp_path: Path) -> None:
    (portal,) = load(tmp_path, a=GOOD.replace("static_list", "lonsun"))
    assert portal.why_not_crawled() is None
    blocked = dataclasses.replace(portal, access="blocked")
    assert "blocked" in (blocked.why_not_crawled() or "")


def test_the_shipped_registry_is_good() -> None:
    portals = registry.load()
    assert len(portals) >= 190
    assert len({portal.region_code[:2] for portal in portals}) == 32, "31 provinces and the centre"
    assert {portal.family for portal in portals} >= {"static_list", "ucap", "hanweb", "gkmlpt", "lonsun", "year_page"}
    for portal in portals:
        assert portal.evidence.source, portal.id
        assert portal.evidence.verified_on is None, "nobody has seen these answer"
        assert not portal.local
        why = portal.why_not_crawled()
        if portal.access == "blocked":
            assert why == "access is blocked: the portal is not asked"
        elif portal.status == "retired":
            assert why == "status is retired: the portal is not asked"
        else:
            assert why is None, portal.id


def test_no_two_shipped_entries_ask_for_the_same_list() -> None:
    urls = [portal.list_page.url for portal in registry.load()]
    assert len(set(urls)) == len(urls)
