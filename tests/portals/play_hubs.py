"""Entry points above the lists: hubs of many bodies, years whose addresses change (families.md §1.6, §2.9)."""

from __future__ import annotations

from flows.demo.server import Page
from tests.portals.columns import NAVIGATION, YEARS, day_of, html, item, tagged
from tests.portals.scenario import Pages, Scenario, title

HUB = "/zwgk/xxgknb/index.html"
BODIES = {"甲县财政局": "/czj/nb/", "甲县教育局": "/jyj/zfxxgk/zfxxgknb/"}


def body_pages(agency: str, folder: str, removed: str | None) -> Pages:
    """Two pages of one body's reports."""
    paths = {year: report(folder, year) for year in YEARS}
    shown = {year: path for year, path in paths.items() if path != removed}
    rows = [item(f"./{path.removeprefix(folder)}", title(agency, year), day_of(year)) for year, path in shown.items()]
    script = '<script>createPageHTML(2, 0, "index", "html");</script>'
    return {
        folder: html(f"<html><body>{NAVIGATION}<ul>{''.join(rows[:5])}</ul>{script}</body></html>"),
        f"{folder}index_1.html": html(f"<html><body>{NAVIGATION}<ul>{''.join(rows[5:])}</ul>{script}</body></html>"),
        **{path: tagged(title(agency, year), day_of(year)) for year, path in shown.items()},
    }


def report(folder: str, year: int) -> str:
    return f"{folder}{year + 1}01/t{year + 1}0120_{year}1.html"


def hub(host: str, removed: str | None) -> Pages:
    """Bodies on other hosts, bodies here, two reports of the government itself, and a body on a host not declared."""
    links = "".join(
        f'<li><a href="{address}" target="_blank">{name}</a></li>'
        for name, address in (
            ("甲县财政局", "http://{host2}/czj/nb/"),
            ("甲县教育局", "http://{host3}/jyj/zfxxgk/zfxxgknb/"),
            ("甲县司法局", "/sfj/nb/"),
            ("乙县公安局", "http://nowhere.invalid/nb/"),
            ("关于本网", "/about/"),
        )
    )
    own = {year: f"/content/post_{year}01.html" for year in (2024, 2023)}
    rows = "".join(item(path, title("甲县人民政府", year), day_of(year)) for year, path in own.items())
    return {
        HUB: html(f"<html><body>{NAVIGATION}<ul>{rows}</ul><ul class='bodies'>{links}</ul></body></html>"),
        **{path: tagged(title("甲县人民政府", year), day_of(year)) for year, path in own.items()},
        **body_pages("甲县司法局", "/sfj/nb/", removed),
    }


NODES = {2024: "/2025nb/c116116/", 2023: "/c115539/", 2022: "/zfxxgknb/nbzt/2023/", 2021: "/gknb/7741/"}


def years(host: str, removed: str | None) -> Pages:
    """A stable navigation page; every year has an address of its own kind, with the reports of three bodies."""
    links = "".join(f'<a href="{folder}">{year}年度</a>' for year, folder in NODES.items())
    pages = {
        "/zfxxgk/nb/": html(
            f"<html><body>{NAVIGATION}<div class='years'>{links}<a href='/2025/'>要闻</a></div></body></html>"
        )
    }
    for year, folder in NODES.items():
        shown = [(name, of_body(folder, year, at)) for at, name in enumerate(AGENCIES)]
        shown = [(name, path) for name, path in shown if path != removed]
        rows = "".join(item(path, title(name, year), day_of(year)) for name, path in shown)
        others = item(f"{folder}{year + 1}01/t{year + 1}0118_99.html", f"{year}年法治政府建设年度报告", day_of(year))
        # The page of a year links the years beside it as well.
        pages[folder] = html(f"<html><body>{NAVIGATION}{links}<ul>{rows}{others}</ul></body></html>")
        pages.update({path: tagged(title(name, year), day_of(year)) for name, path in shown})
    return pages


AGENCIES = ("甲省人民政府", "甲省财政厅", "甲省教育厅")


def of_body(folder: str, year: int, at: int) -> str:
    return f"{folder}{year + 1}01/t{year + 1}0120_{year}{at}.html"


# Year: the ids of its sections; no id says which year it is of.
SECTIONS = {2025: (12344, 12345), 2024: (31507, 31508), 2023: (28011,)}
BOARDS = tuple(f"甲市{name}局" for name in ("财政", "教育", "公安", "民政", "司法", "水务"))


def of_board(section: int, year: int, at: int) -> str:
    return f"/nw{section}/{year + 1}0120/{section:028x}{at:04x}.html"


def shanghai(host: str, removed: str | None) -> Pages:
    """Years link hubs, a year's hub its sections, sections the reports of bodies on two pages; page 2 is index_2."""

    def page(*rows: str) -> Page:
        return html(f"<html><body>{NAVIGATION}<ul>{''.join(rows)}</ul></body></html>")

    pages = {"/zwgk/gknb/index.html": page(*(item(f"/{year}ndbg/index.html", f"{year}年", "") for year in SECTIONS))}
    for year, sections in SECTIONS.items():
        hub_rows = [item(f"/nw{section}/index.html", "市级机构", "") for section in sections]
        pages[f"/{year}ndbg/index.html"] = page(*hub_rows, item("/2025ndbg/index.html", "2025年", ""))
        for section in sections:
            paths = {board: of_board(section, year, at) for at, board in enumerate(BOARDS)}
            shown = {board: path for board, path in paths.items() if path != removed}
            rows = [item(path, title(board, year), day_of(year)) for board, path in shown.items()]
            pages |= {path: tagged(title(board, year), day_of(year)) for board, path in shown.items()}
            pages |= {f"/nw{section}/index.html": page(*rows[:4]), f"/nw{section}/index_2.html": page(*rows[4:])}
    return pages


SCENARIOS = [
    Scenario(
        name="hub",
        family="static_list",
        quirks=("hub_other_hosts", "hub_direct_reports"),
        pages=hub,
        further=(
            lambda host, removed: body_pages("甲县财政局", "/czj/nb/", removed),
            lambda host, removed: body_pages("甲县教育局", "/jyj/zfxxgk/zfxxgknb/", removed),
        ),
        listed={"url": HUB, "entry": "hub", "year_link_re": "局$", "pager": {"kind": "index_n"}},
        reports=(
            "/content/post_202401.html",
            "/content/post_202301.html",
            *(report(folder, year) for folder in (*BODIES.values(), "/sfj/nb/") for year in YEARS),
        ),
        revised=report("/czj/nb/", 2023),
        removed=report("/jyj/zfxxgk/zfxxgknb/", 2018),
        entry={"body": None},
    ),
    Scenario(
        name="year-nodes",
        family="static_list",
        quirks=("year_nodes_changing",),
        pages=years,
        listed={"url": "/zfxxgk/nb/", "entry": "year_nodes", "year_link_re": r"(20\d\d)年度"},
        reports=tuple(of_body(folder, year, at) for year, folder in NODES.items() for at in range(3)),
        revised=of_body(NODES[2023], 2023, 0),
        removed=of_body(NODES[2022], 2022, 2),
        entry={"body": None},
    ),
    Scenario(
        name="shanghai",
        family="static_list",
        quirks=("shanghai",),
        pages=shanghai,
        listed={
            "url": "/zwgk/gknb/index.html", "entry": "year_nodes", "year_link_re": r"/(20\d\d)ndbg/|/nw\d+/index",
            "pager": {"kind": "index_n", "first": 2},
        },
        reports=tuple(
            of_board(section, year, at)
            for year, sections in SECTIONS.items() for section in sections for at in range(len(BOARDS))
        ),
        revised=of_board(12345, 2025, 5),
        removed=of_board(28011, 2023, 1),
        entry={"body": None},
    ),
]  # fmt: skip
