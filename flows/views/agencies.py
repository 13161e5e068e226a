"""Agencies that a name may mean, and the evidence of a report's agency, as tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flows.views.printing import console

if TYPE_CHECKING:
    from rich.table import Table

    from transforms.identity.asking import Explanation, FoundAgency
    from transforms.identity.placement import Step
    from warehouse.agencies import KnownAgencies

_HEADINGS = {
    "zh": ("编号", "名称", "类型", "所属区划", "状态", "报告年度", "匹配方式", "沿革"),
    "en": ("agency_id", "name", "type", "division", "status", "reports", "matched by", "before and after"),
}
_STEPS = {"zh": ("", "依据", "所见", "所示"), "en": ("", "evidence", "found", "says")}
_ZH = {
    "government": "政府",
    "gov_office": "政府办公室",
    "department": "部门",
    "township": "乡镇街道",
    "zone": "功能区",
    "vertical": "垂直管理",
    "other": "其他",
    "confirmed": "已核实",
    "unconfirmed": "待核",
    "id": "编号",
    "merged id": "已并入的编号",
    "name": "名称",
    "former name": "曾用名",
    "short name": "简称",
    "other form of the name": "名称的另一写法",
    "without its place": "未写地名",
    "part of the name": "名称的一部分",
    "document": "文件标题",
    "metadata": "元数据",
    "link": "链接",
    "registry": "门户登记",
    "person who ingested it": "导入者",
    "name on record": "已登记名称",
    "credit code": "统一社会信用代码",
    "organisation code": "组织机构代码",
    "division and name": "区划与名称",
    "portal and region": "门户与地区",
    "first record": "最初登记",
    "decision of a person": "人工裁定",
    "report": "报告",
    "agency": "机构",
    "place": "区划",
    "open": "待核事项",
    "not in this home; as `gongkai ingest` would place it": "不在此数据目录中；按 `gongkai ingest` 的方式判定",
    "decided": "据此判定",
}


def show_found(found: Sequence[FoundAgency], known: KnownAgencies, lang: str) -> None:
    """Print a row for each agency that a name may mean, the likeliest first."""
    table = _table(_HEADINGS[lang])
    for one in found:
        agency = one.agency
        table.add_row(
            agency.agency_id,
            agency.name,
            _said(agency.agency_type or "", lang),
            known.places.get(agency.agency_id, ""),
            _said(agency.status, lang),
            _years(known.years.get(agency.agency_id, ())),
            _said(one.how, lang),
            "; ".join(known.notes.get(agency.agency_id, ())),
        )
    console().print(table)


def show_explained(explained: Sequence[Explanation], lang: str) -> None:
    """Print for each document what it is taken for and every step of evidence, the deciding one marked."""
    out = console()
    for one in explained:
        placed = one.placement
        out.print(one.source, style="bold", markup=False, soft_wrap=True)
        if not one.on_record:
            out.print("  " + _said("not in this home; as `gongkai ingest` would place it", lang), soft_wrap=True)
        if placed.agency_id is None:
            out.print(f"  {placed.unplaced_reason}", markup=False, soft_wrap=True)
        else:
            status = _said("confirmed" if placed.confirmed else "unconfirmed", lang)
            kind = _said(one.agency_type or "", lang)
            lines = [
                ("agency", f"{placed.agency_name} ({placed.agency_id}), {kind}, {status}: {placed.evidence}"),
                ("place", one.division or "?"),
                ("report", f"{placed.report_id}, {placed.report_year}, {one.scope}"),
            ]
            for label, text in lines:
                out.print(f"  {_said(label, lang)}: {text}", markup=False, soft_wrap=True)
        out.print(_steps(one.steps, lang))
        for question in one.open_questions:
            out.print(f"  {_said('open', lang)}: {question}", markup=False, soft_wrap=True)


def _steps(steps: Sequence[Step], lang: str) -> Table:
    table = _table(_STEPS[lang])
    for step in steps:
        table.add_row("→" if step.decided else "", _said(step.kind, lang), step.found, step.said)
    return table


def _table(headings: Sequence[str]) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _said(text: str, lang: str) -> str:
    return _ZH.get(text, text) if lang == "zh" else text


def _years(years: Sequence[int]) -> str:
    """2017 2019–2021: runs of years joined."""
    runs: list[list[int]] = []
    for year in years:
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return " ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)
