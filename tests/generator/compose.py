"""A whole report from figures and a layout: title, sections, tables and what agencies put around them."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from tests.generator import arithmetic
from tests.generator.arithmetic import Rule
from tests.generator.figures import MISSING, Figures, damaged, paths, random_figures, real_figures
from tests.generator.layouts import BLANKS_VANISH, Layout, mixed, settle
from tests.generator.model import HEADER, Block, Cell, Paragraph, Row, Table, placed, width
from tests.generator.tables import Writer, application, disclosure, litigation, with_gaps_settled
from tests.generator.writing import MAY, NEVER, Truth, write_text

_SECTIONS = (
    "一、总体情况",
    "二、主动公开政府信息情况",
    "三、收到和处理政府信息公开申请情况",
    "四、政府信息公开行政复议、行政诉讼情况",
    "五、存在的主要问题及改进情况",
    "六、其他需要报告的事项",
)


@dataclass(frozen=True)
class Report:
    """A laid-out report and the truth about every cell of its form.

    ``contradictions``: rules that the printed figures break, every operand being printed.
    """

    figures: Figures
    layout: Layout
    blocks: tuple[Block, ...]
    truth: Mapping[str, Truth]
    contradictions: tuple[Rule, ...]
    title: str

    @property
    def key(self) -> str:
        """Names the content: equal reports have equal keys."""
        return hashlib.sha256(repr((self.blocks, self.layout)).encode()).hexdigest()[:20]


# Option of a layout -> a value that a kind of file cannot show, and the one to take for it.
Instead = Mapping[str, tuple[object, object]]


def make_report(
    seed: str, layout: Layout | None, shared: Path | None = None, instead: Instead = MappingProxyType({})
) -> Report:
    """The report of a seed: every fourth has real figures where there are any, every eighth is damaged.

    ``layout`` None: one mixed from all options. ``shared``: the folder of real reports, None where there is none.
    ``instead``: what the kind of file cannot show, and the value that is taken for it.
    """
    rng = random.Random(seed)
    layout = settle(layout) if layout else mixed(rng)
    for option, (value, other) in instead.items():
        if getattr(layout, option) == value:
            layout = replace(layout, **{option: other})  # type: ignore[arg-type]
    form_name = rng.choice(layout.forms)
    figures = random_figures(rng, form_name)
    if shared and layout.text not in BLANKS_VANISH and rng.random() < 0.25:
        real = real_figures(rng, shared)
        figures = real if real.form.name in layout.forms else figures
    if rng.random() < 0.125:
        figures = damaged(rng, figures)
    return compose(figures, layout, rng)


def compose(figures: Figures, layout: Layout, rng: random.Random) -> Report:
    """Lay out figures."""
    figures = replace(figures, gaps=with_gaps_settled(figures))
    writer = Writer(figures, layout, rng)
    tables = [disclosure(writer), application(writer), litigation(writer)]
    title = _title(figures, layout)
    blocks: list[Block] = [_metadata(title, figures)] if layout.metadata else []
    blocks += [Paragraph(write_text(line, layout), "title") for line in title.split("\n")]
    blocks += [Paragraph(write_text(line, layout)) for line in _opening(figures, layout)]
    blocks += _sections(figures, layout, tables)
    for heading in _SECTIONS[4:]:
        blocks += [Paragraph(write_text(heading, layout), "heading"), Paragraph(write_text("无。", layout))]
    truth, broken = with_arithmetic(figures, writer.truth)
    return Report(figures, layout, tuple(blocks), truth, broken, title.replace("\n", ""))


def _title(figures: Figures, layout: Layout) -> str:
    name = "" if layout.title == "no agency" else figures.name
    if layout.title == "year first":
        return f"{figures.year}年{name}政府信息公开工作年度报告"
    line = "\n" if layout.title == "two lines" else ""
    return f"{name}{line}{figures.year}年政府信息公开工作年度报告"


def _metadata(title: str, figures: Figures) -> Table:
    """The table of a page's particulars that many portals print above the text."""
    cells = (
        ("索引号", f"014416330/{figures.year + 1}-00017", "文号", "无"),
        ("发布机构", figures.name, "发布日期", f"{figures.year + 1}-01-25"),
        ("名称", title.replace("\n", ""), "主题分类", "政务公开"),
    )
    return Table(tuple(tuple(Cell(text) for text in row) for row in cells), 0)


def _opening(figures: Figures, layout: Layout) -> list[str]:
    year = figures.year
    lines = [f"本报告所列数据的统计期限自{year}年1月1日起至{year}年12月31日止。", _SECTIONS[0]]
    if layout.narrative == "figures":
        # Figures of things that the tables do not hold.
        lines.append(f"{year}年通过门户网站发布信息1528条，政务微信推送316篇，举办培训4次，参加人员87人次。")
        lines.append("政务公开专栏点击量12.6万次，回复留言53件，平均办理3个工作日。")
    return [*lines, "本机关认真贯彻落实《中华人民共和国政府信息公开条例》，工作有序开展。"]


def _sections(figures: Figures, layout: Layout, tables: list[list[Block]]) -> list[Block]:
    """The three sections with tables; sections whose tables are joined have their headings inside."""
    blocks: list[Block] = []
    previous: Table | None = None
    for at, (heading, own) in enumerate(zip(_SECTIONS[1:4], tables, strict=True)):
        text = write_text(heading, layout)
        join = at > 0 and (layout.joined == "one table" or (layout.joined == "last two joined" and at == 2))
        first = own[0] if own else None
        if join and previous is not None and isinstance(first, Table) and blocks[-1] is previous:
            blocks[-1] = _joined(previous, text, first)
            blocks += own[1:]
        elif layout.headings == "inside" and isinstance(first, Table):
            row = (Cell(text, width(first), role=HEADER),)
            blocks += [Table((row, *first.rows), first.header_rows + 1 if first.header_rows else 0), *own[1:]]
        else:
            blocks.append(Paragraph(text, "heading"))
            if layout.narrative == "between":
                blocks.append(Paragraph(write_text(f"{figures.year}年度该部分以表格形式报告。表格如下：", layout)))
            blocks += own
        if layout.notes and not isinstance(blocks[-1], Paragraph) and layout.joined == "three tables":
            blocks.append(Paragraph(write_text("注：以上数据含上年度结转数量，单位为件，共3类。", layout), "note"))
        last = blocks[-1]
        previous = last if isinstance(last, Table) else None
    return blocks


def _joined(above: Table, heading: str, below: Table) -> Table:
    """Two tables in one, the heading of the second as a row between them; the last column of a narrow one is wide."""
    grid = max(width(above), width(below))
    rows = [*_widened(above, grid), (Cell(heading, grid, role=HEADER),), *_widened(below, grid)]
    return Table(tuple(rows), 0)


def _widened(table: Table, grid: int) -> list[Row]:
    """The rows of a table whose cells at the right edge take up what is left of the grid."""
    full = width(table)
    rows: list[list[Cell]] = [[] for _ in table.rows]
    for row, column, cell in placed(table):
        reaches = column + cell.colspan == full
        rows[row].append(cell._replace(colspan=grid - column) if reaches else cell)
    return [tuple(row) for row in rows]


def with_arithmetic(figures: Figures, written: Mapping[str, Truth]) -> tuple[dict[str, Truth], tuple[Rule, ...]]:
    """The truth with the doubt that the printed figures themselves raise, and the rules that they break."""
    truth = {path: written.get(path, Truth(None, (MISSING,))) for path in paths(figures.form)}
    broken = []
    for rule in arithmetic.rules(figures.form):
        if arithmetic.difference(rule, {path: truth[path].value for path in rule.cells}) == 0:
            continue
        if all(truth[path].value is not None for path in rule.cells):
            broken.append(rule)
        for path in rule.cells:
            if truth[path].naming == NEVER:
                truth[path] = truth[path]._replace(naming=MAY)
    for path in truth:
        if truth[path].naming == NEVER and _implausible(path, figures):
            truth[path] = truth[path]._replace(naming=MAY)
    return truth, tuple(broken)


def _implausible(path: str, figures: Figures) -> bool:
    """Whether a figure is unlikely by itself, so that a check of plausibility may name it."""
    value = figures.values.get
    if path.startswith("disclosure.rules_") and figures.body != "city":
        return any(value(f"disclosure.rules_{key}", 0) for key in ("made", "in_force", "newly_made", "published_total"))
    for kind in ("rules", "normative"):
        published = [f"disclosure.{kind}_newly_published", f"disclosure.{kind}_published_total"]
        if path in published and value(published[0], 0) > value(published[1], 0):
            return True
    return path.startswith("application.other_fee_unpaid") and figures.year < 2021
