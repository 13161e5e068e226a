"""One document as `gongkai parse` shows it to people: what it is, its tables, the cells in doubt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from flows.views.printing import console

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

Document = Mapping[str, Any]
MARK = "?"
NOTHING_PRINTED = {"blank": "·", "missing": "×"}
HEADS = {
    "zh": {
        "disclosure": "表二 主动公开",
        "application": "表三 收到和处理申请",
        "litigation": "表四 复议与诉讼",
        "legacy": "旧表",
    },
    "en": {
        "disclosure": "Table 2: disclosed",
        "application": "Table 3: applications",
        "litigation": "Table 4: reviews and lawsuits",
        "legacy": "Statistics form of 2014",
    },
}


def doubted(document: Document) -> set[str]:
    """The PATHs of all cells that a failed check or a warning puts in doubt."""
    failed = (check["cells"] for check in document["checks"] if check["status"] == "fail")
    warned = (warning["cells"] for warning in document["warnings"])
    return {path for cells in (*failed, *warned) for path in cells}


def show(document: Document, lang: str) -> None:
    """Print one DOCUMENT of the contract on standard output, labels in ``lang`` (zh or en)."""
    out = console()
    year = document["report_year"] or "no year"
    out.print(f"[bold]{document['title'] or document['path']}[/bold]")
    out.print(
        f"{document['outcome']}, form {document['form'] or 'not recognised'}: "
        f"{document['agency_name'] or 'no agency named'}, {year}, scope {document['scope']}"
    )
    if document["reason"]:
        out.print(document["reason"], markup=False)
    doubts = doubted(document)
    for table in ("disclosure", "application", "litigation", "legacy"):
        if document[table]:
            out.print(_table(document, table, doubts, lang))
    if any(document[table] for table in HEADS["en"]):
        out.print(f"[red]{MARK}[/red] in doubt, see below   · blank   × not in the document", style="dim")
    for line in _findings(document):
        out.print(line, markup=False)
    out.print()


def _table(document: Document, name: str, doubts: set[str], lang: str) -> Table:
    from rich import box
    from rich.table import Table

    labels = _labels(lang)
    table = Table(
        title=HEADS[lang][name],
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        padding=(0, 1, 0, 0),
    )
    # Official labels are long; folded they leave room for the figures, which are never folded.
    table.add_column("", overflow="fold", ratio=None, max_width=44)
    rows: Mapping[str, Any] = document[name]
    if name in ("disclosure", "legacy"):
        table.show_header = False
        table.add_column("", justify="right", no_wrap=True)
        for key, cell in rows.items():
            table.add_row(labels.get((name, key), key), _cell(cell, f"{name}.{key}" in doubts))
        return table
    dimension = "applicant" if name == "application" else "result"
    for column in next(iter(rows.values())):
        # Headings fold, so that the labels of the rows keep room; figures never do.
        widest = max(len(_cell(cells[column], True).plain) for cells in rows.values() if column in cells)
        heading = labels.get((dimension, column), column)
        table.add_column(heading, justify="right", overflow="fold", min_width=widest, max_width=max(6, widest))
    first = "application" if name == "application" else "channel"
    for key, cells in rows.items():
        figures = [_cell(cell, f"{name}.{key}.{column}" in doubts) for column, cell in cells.items()]
        table.add_row(labels.get((first, key), key), *figures)
    return table


def _cell(cell: Mapping[str, Any], in_doubt: bool) -> Text:
    from rich.text import Text

    shown = (
        cell["raw"].strip()
        if cell["value"] is None
        else f"{cell['value']:g}"
        if _short(cell["value"])
        else str(cell["value"])
    )
    text = Text(shown or NOTHING_PRINTED.get(cell["state"], cell["state"]), style="red" if in_doubt else "")
    return text.append(MARK, style="bold red") if in_doubt else text


def _short(value: float) -> bool:
    return value == int(value) and abs(value) < 100_000


def _labels(lang: str) -> dict[tuple[str, str], str]:
    from transforms.schema.measures import measures

    return {(m.table_name, m.measure): m.label_zh if lang == "zh" else m.label_en for m in measures()}


def _findings(document: Document) -> Iterator[str]:
    checks: Sequence[Mapping[str, Any]] = document["checks"]
    failed = [check for check in checks if check["status"] == "fail"]
    passed = sum(check["status"] == "pass" for check in checks)
    if checks:
        rest = len(checks) - passed - len(failed)
        yield f"Checks: {passed} pass, {len(failed)} fail, {rest} not assessable"
    for check in failed:
        where = f" [{check['cells'][-1]}]" if check["cells"] else ""
        sides = f"{check['left']} against {check['right']}"
        yield f"  {check['rule']} fails ({check['severity']}): {check['message']}: {sides}{where}"
    for warning in document["warnings"]:
        cells = (
            f" [{', '.join(warning['cells'][:4])}{', …' if len(warning['cells']) > 4 else ''}]"
            if warning["cells"]
            else ""
        )
        yield f"  {warning['code']}: {warning['message']}{cells}"
