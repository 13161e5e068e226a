"""The three tables of a report as grids of cells, in the structures that layouts name."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from tests.generator.figures import BLANK, MISSING, Figures
from tests.generator.layouts import Layout
from tests.generator.model import FIGURE, FILLER, HEADER, LABEL, Beside, Block, Cell, Paragraph, Row, Table
from tests.generator.writing import Truth, group_label, write_cell, write_label, write_text
from transforms.forms import Label

CORNER = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"
ORGANISATIONS = "法人或其他组织"
_EXTRA_ROW = "其他主动公开文件"
_CHANNELS_IN_WORDS = {
    "review": "行政复议",
    "suit_direct": "行政诉讼（未经复议直接起诉）",
    "suit_after_review": "行政诉讼（复议后起诉）",
}
_RESULT_COLUMNS = 5


@dataclass
class Writer:
    """Writes cells of one report and remembers the truth about each of its figures."""

    figures: Figures
    layout: Layout
    rng: random.Random
    truth: dict[str, Truth] = field(default_factory=dict)

    def figure(self, path: str, colspan: int = 1) -> Cell:
        text, self.truth[path] = write_cell(self.figures, path, self.layout, self.rng)
        return Cell(text, colspan, role=FIGURE, path=path)

    def label(self, label: Label | str, colspan: int = 1, rowspan: int = 1, role: str = LABEL) -> Cell:
        return Cell(write_label(label, self.layout, self.rng), colspan, rowspan, role)

    def words(self, text: str, colspan: int = 1, rowspan: int = 1, role: str = LABEL) -> Cell:
        return Cell(write_text(text, self.layout), colspan, rowspan, role)

    def left_out(self, paths: list[str]) -> bool:
        """Whether a row is left out; the truth about its cells is then that they are missing."""
        if not self.figures.path_missing(paths):
            return False
        self.truth |= dict.fromkeys(paths, Truth(None, (MISSING,)))
        return True


# Table two ---------------------------------------------------------------------------------------------------------


def disclosure(writer: Writer) -> list[Block]:
    """Table two: one table or one for each block."""
    layout, form = writer.layout, writer.figures.form
    blocks: list[Block] = []
    rows: list[Row] = []
    widest = max(len(block.columns) for block in form.disclosure) + 1
    grid = widest + 1 if layout.disclosure == "odd spans" else widest
    for block in form.disclosure:
        header = [writer.label("信息内容", role=HEADER), *(writer.label(c, role=HEADER) for c in block.columns)]
        body = []
        for row in block.rows:
            paths = [f"disclosure.{measure}" for measure in block.measures(row.key)]
            if not writer.left_out(paths):
                body.append([writer.label(row), *(writer.figure(path) for path in paths)])
        if layout.extra_rows and len(block.columns) == widest - 1 and block is form.disclosure[0]:
            numbers = (str(writer.rng.randint(1, 300)) for _ in block.columns)
            body.append([writer.words(_EXTRA_ROW), *(Cell(number) for number in numbers)])
        heading = write_text(block.heading, layout)
        own = [_spread(writer, cells, grid) for cells in [header, *body]]
        if layout.disclosure == "heading above":
            blocks += [Paragraph(heading, "heading"), Table(tuple(own), 1)]
        elif layout.disclosure == "table a block":
            spread = tuple(_spread(writer, cells, len(header)) for cells in [header, *body])
            blocks.append(Table(((Cell(heading, len(header), role=HEADER),), *spread), 2))
        elif layout.disclosure == "heading beside":
            own[0] = (Cell(heading, 1, len(own), HEADER), *own[0])
            rows += own
        elif layout.disclosure == "fillers":
            rows += [(Cell(heading, role=HEADER), *[Cell("", role=FILLER)] * (grid - 1)), *own]
        else:
            rows += [(Cell(heading, 1 if layout.disclosure == "ragged" else grid, role=HEADER),), *own]
    return [*blocks, Table(tuple(rows), 0)] if rows else blocks


def _spread(writer: Writer, cells: list[Cell], grid: int) -> Row:
    """A row of table two over the columns of the grid, as the layout spreads it."""
    spare = grid - len(cells)
    kind = writer.layout.disclosure
    if kind == "ragged":
        return tuple(cells)
    if kind == "fillers":
        return (*cells, *[Cell("", role=FILLER)] * spare)
    spans = [1] * len(cells)
    for _ in range(spare):
        # The label column stays narrow: it is the same in every row.
        spans[writer.rng.randrange(1, len(cells)) if kind == "odd spans" else -1] += 1
    return tuple(cell._replace(colspan=span) for cell, span in zip(cells, spans, strict=True))


# Table three -------------------------------------------------------------------------------------------------------


def application(writer: Writer) -> list[Block]:
    """Table three, cut in two where the layout has a page break inside it."""
    layout = writer.layout
    header = _application_header(writer)
    body = _application_rows(writer)
    above: list[Block] = [Paragraph(write_text(CORNER, layout), "note")] if layout.corner == "above" else []
    if not body:
        return []
    if layout.break_inside == "none":
        return [*above, Table((*header, *body), len(header))]
    whole = [at for at, row in enumerate(body) if at and _begins_anew(body, at)]
    at = writer.rng.choice(whole)
    again = header if layout.break_inside == "header repeated" else ()
    between: list[Block] = [Paragraph("— 5 —", "page number")] if layout.break_inside == "page number" else []
    first, second = Table((*header, *body[:at]), len(header)), Table((*again, *body[at:]), len(again))
    return [*above, first, *between, second]


def _begins_anew(body: tuple[Row, ...], at: int) -> bool:
    """Whether no cell from above reaches into the row, but for the cell that spans all results."""
    return not any(above + cell.rowspan > at for above, row in enumerate(body[:at]) for cell in row if cell.rowspan > 1)


def _label_columns(layout: Layout) -> int:
    return {"joined": 1, "items only": 1, "own row": 1, "two cells": 4}.get(layout.groups, 3)


def _application_header(writer: Writer) -> tuple[Row, ...]:
    layout, form = writer.layout, writer.figures.form
    columns = _label_columns(layout)
    corner_text = {"note": CORNER, "word": "申请情况", "empty": "", "above": ""}[layout.corner]
    names = [writer.label(applicant, role=HEADER) for applicant in form.applicants]

    def corner(rows: int) -> Cell:
        return writer.words(corner_text, columns, rows, HEADER)

    if layout.header == "one storey":
        return ((corner(1), *names),)
    middle = names[1:-1]
    organisations = writer.words(ORGANISATIONS, len(middle), role=HEADER)
    people, total = (name._replace(rowspan=2) for name in (names[0], names[-1]))
    if layout.header == "two storeys":
        return (corner(2), people, organisations, total), tuple(middle)
    above = writer.words("申请人情况", len(names), role=HEADER)
    if layout.header == "fillers":
        empty = Cell("", role=FILLER)
        fillers = [empty] * columns
        first = (writer.words(corner_text, columns, role=HEADER), above)
        return first, (*fillers, names[0], organisations, names[-1]), (*fillers, empty, *middle, empty)
    return (corner(3), above), (people, organisations, total), tuple(middle)


def _application_rows(writer: Writer) -> tuple[Row, ...]:
    layout, form = writer.layout, writer.figures.form
    printed = []
    for outcome in form.outcomes:
        paths = [f"application.{outcome.key}.{applicant.key}" for applicant in form.applicants]
        if not writer.left_out(paths):
            printed.append((outcome, [writer.figure(path) for path in paths]))
    outer = {"received_new", "carried_in", "carried_out"}
    results = [outcome for outcome, _ in printed if outcome.key not in outer]
    # A page break may only fall where no group is open, so the cell of all results is then one for each part.
    keep_together = layout.break_inside == "none"
    rows: list[Row] = []
    begun: set[str] = set()
    for outcome, figures in printed:
        label = writer.label(outcome)
        first_result = bool(results) and outcome is results[0]
        group = outcome.group
        members = [o for o in results if o.group == group] if group else []
        first_of_group = bool(group) and group not in begun
        if group:
            begun.add(group)
        if outcome.key in outer or layout.groups in ("items only", "joined", "own row"):
            if layout.groups == "own row":
                rows += _group_rows(writer, first_result, group if first_of_group else None, len(figures))
            elif layout.groups == "joined" and first_of_group and group:
                label = label._replace(text=_group(writer, group).text + " " + label.text)
            rows.append((label._replace(colspan=_label_columns(layout)), *figures))
            continue
        everything = _results_cell(writer, first_result, len(results) if keep_together else 1)
        if layout.groups == "two cells" and group:
            number, name = _group(writer, group).text[:3], _group(writer, group).text[3:]
            cells = [Cell(number, 1, len(members)), Cell(name, 1, len(members))] if first_of_group else []
        elif layout.groups in ("repeated", "fillers") and group:
            shown = first_of_group or layout.groups == "repeated"
            cells = [_group(writer, group) if shown else Cell("", role=FILLER)]
        elif group:
            cells = [_group(writer, group)._replace(rowspan=len(members))] if first_of_group else []
        else:
            label = label._replace(colspan=_label_columns(layout) - 1)
            cells = []
        rows.append((*everything, *cells, label, *figures))
    return tuple(rows)


def _results_cell(writer: Writer, first: bool, rows: int) -> list[Cell]:
    """The cell 三、本年度办理结果 of one row: spanning, repeated or an empty filler, as the layout has it."""
    label = group_label(writer.figures.form, "outcomes")
    assert label is not None
    if writer.layout.groups in ("repeated", "fillers") or rows == 1:
        shown = first or writer.layout.groups == "repeated"
        return [writer.label(label) if shown else Cell("", role=FILLER)]
    return [writer.label(label, rowspan=rows)] if first else []


def _group(writer: Writer, key: str) -> Cell:
    label = group_label(writer.figures.form, key)
    assert label is not None
    return writer.label(label)


def _group_rows(writer: Writer, first_result: bool, group: str | None, columns: int) -> list[Row]:
    """Rows that hold nothing but the label of a group."""
    labels = [_group(writer, "outcomes")] if first_result else []
    labels += [_group(writer, group)] if group else []
    return [(label, *[Cell("", role=FILLER)] * columns) for label in labels]


# Table four --------------------------------------------------------------------------------------------------------


def litigation(writer: Writer) -> list[Block]:
    """Table four; its channels side by side, one below the other, in tables of their own or turned."""
    layout, form = writer.layout, writer.figures.form
    figures = {
        channel.key: [f"litigation.{channel.key}.{result.key}" for result in form.results] for channel in form.channels
    }
    if writer.left_out([path for row in figures.values() for path in row]):
        return []
    cells = {channel: tuple(writer.figure(path) for path in row) for channel, row in figures.items()}
    results = tuple(writer.label(result, role=HEADER) for result in form.results)
    names = {key: writer.words(text, role=HEADER) for key, text in _CHANNELS_IN_WORDS.items()}
    if layout.litigation in ("three tables", "three tables headed inside", "beside"):
        return _tables_a_channel(layout.litigation, names, results, cells)
    if layout.litigation == "channel rows":
        head = (writer.words("类别", role=HEADER), *results)
        return [Table((head, *((names[key]._replace(role=LABEL), *row) for key, row in cells.items())), 1)]
    if layout.litigation == "turned":
        turned: list[Row] = []
        for key, row in cells.items():
            first = names[key]._replace(rowspan=len(row), role=LABEL)
            for at, (result, figure) in enumerate(zip(results, row, strict=True)):
                turned.append((*([first] if at == 0 else []), result._replace(role=LABEL), figure))
        return [Table(tuple(turned), 0)]
    if layout.litigation == "turned grid":
        head = (writer.words("结果", role=HEADER), *names.values())
        columns = zip(*cells.values(), strict=True)
        lines = zip(results, columns, strict=True)
        return [Table((head, *((result._replace(role=LABEL), *row) for result, row in lines)), 1)]
    return [Table((*_litigation_header(writer, names, results), sum(cells.values(), ())), 3)]


def _tables_a_channel(kind: str, names: dict[str, Cell], results: Row, cells: dict[str, Row]) -> list[Block]:
    if kind == "three tables":
        own: list[list[Block]] = [
            [Paragraph(names[key].text, "heading"), Table((results, row), 1)] for key, row in cells.items()
        ]
        return [block for pair in own for block in pair]
    tables = [Table(((names[key]._replace(colspan=_RESULT_COLUMNS),), results, row), 2) for key, row in cells.items()]
    return [Beside(tuple(tables))] if kind == "beside" else list(tables)


def _litigation_header(writer: Writer, names: dict[str, Cell], results: Row) -> tuple[Row, ...]:
    kind, span = writer.layout.litigation, _RESULT_COLUMNS
    wide = [name._replace(colspan=span) for name in names.values()]
    if kind in ("two storeys", "channels in words"):
        return tuple(wide), results * 3
    channels = [channel for channel in writer.figures.form.channels if channel.key != "review"]
    below = [writer.label(channel, span, role=HEADER) for channel in channels]
    suits = writer.words("行政诉讼", span * 2, role=HEADER)
    if kind == "fillers":
        empty = [Cell("", role=FILLER)]
        first = (writer.words("行政复议", role=HEADER), *empty * 4, suits._replace(colspan=1), *empty * 9)
        second = (*empty * 5, *(cell for label in below for cell in (label._replace(colspan=1), *empty * 4)))
        return first, second, results * 3
    return (wide[0]._replace(rowspan=2), suits), tuple(below), results * 3


def with_gaps_settled(figures: Figures) -> dict[str, str]:
    """Gaps by PATH; a missing cell of a row that is printed can only be an empty one."""
    gaps = dict(figures.gaps)
    form = figures.form
    rows = [[f"disclosure.{m}" for m in block.measures(row.key)] for block in form.disclosure for row in block.rows]
    rows += [[f"application.{o.key}.{a.key}" for a in form.applicants] for o in form.outcomes]
    rows.append([f"litigation.{c.key}.{r.key}" for c in form.channels for r in form.results])
    for row in rows:
        if not figures.path_missing(row):
            gaps |= {path: BLANK for path in row if gaps.get(path) == MISSING}
    return gaps
