"""Reports laid out by the tests themselves: one set of figures in every layout that portals and copies use."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from transforms.forms import Form, forms

Table = dict[tuple[str, str], str]


@dataclass
class Figures:
    """Printed text of every cell: ``disclosure`` by measure, the others by (row, column)."""

    form: Form
    year: int
    name: str
    disclosure: dict[str, str]
    application: Table
    litigation: Table

    def expected(self) -> dict[str, str]:
        """Printed text by PATH of the contract."""
        paths = {f"disclosure.{key}": text for key, text in self.disclosure.items()}
        paths |= {f"application.{row}.{column}": text for (row, column), text in self.application.items()}
        return paths | {f"litigation.{row}.{column}": text for (row, column), text in self.litigation.items()}

    @property
    def title(self) -> str:
        return f"{self.name}{self.year}年政府信息公开工作年度报告"


def make_figures(seed: int, form_name: str = "F2021", size: int = 40) -> Figures:
    """Figures whose sums close, as a careful office would print them."""
    rng = random.Random(seed)
    form = forms()[form_name]
    year = {"F2019": 2020, "F2021": 2022}[form_name]
    disclosure = {key: str(rng.choice([0, rng.randint(0, 9), rng.randint(10, 4000)])) for key in form.measures}
    for key in disclosure:
        if key.startswith("rules_"):
            disclosure[key] = "0"
        if key.endswith("_change"):
            disclosure[key] = rng.choice(["0", "+3", "-2", "5"])
    if "admin_fee_wanyuan" in disclosure:
        disclosure["admin_fee_wanyuan"] = rng.choice(["0", "12.5", "4068.208", "317"])
    if "procurement_amount_yuan" in disclosure:
        disclosure["procurement_amount_yuan"] = "0"
    application: dict[tuple[str, str], int] = {}
    people = [applicant.key for applicant in form.applicants if applicant.key != "total"]
    for person in people:
        scale = size if person == "natural_person" else rng.choice([0, 0, 3])
        leaves = {row: rng.choice([0, 0, 0, rng.randint(0, scale)]) for row in form.outcome_leaves}
        total = sum(leaves.values())
        carried_out = rng.randint(0, max(scale // 5, 0))
        carried_in = rng.randint(0, total + carried_out)
        column = {
            "received_new": total + carried_out - carried_in,
            "carried_in": carried_in,
            **leaves,
            "outcome_total": total,
            "carried_out": carried_out,
        }
        application |= {(row, person): value for row, value in column.items()}
    for outcome in form.outcomes:
        application[outcome.key, "total"] = sum(application[outcome.key, person] for person in people)
    litigation: dict[tuple[str, str], int] = {}
    for channel in form.channels:
        parts = {r.key: rng.choice([0, 0, 1, rng.randint(0, 12)]) for r in form.results if r.key != "total"}
        litigation |= {(channel.key, result): value for result, value in parts.items()}
        litigation[channel.key, "total"] = sum(parts.values())
    return Figures(
        form=form,
        year=year,
        name="云岭县教育局",
        disclosure=disclosure,
        application={key: str(value) for key, value in application.items()},
        litigation={key: str(value) for key, value in litigation.items()},
    )


def plain_figures(form_name: str = "F2021") -> Figures:
    """Few figures that close in every row, column and channel; every other cell is printed 0."""
    form = forms()[form_name]
    figures = make_figures(0, form_name)
    figures.disclosure = dict.fromkeys(figures.disclosure, "0")
    figures.disclosure |= {"F2021": _PLAIN_2021, "F2019": _PLAIN_2019}[form_name]
    figures.application = dict.fromkeys(figures.application, "0") | _PLAIN_APPLICATIONS
    figures.litigation = dict.fromkeys(figures.litigation, "0")
    for outcome in form.outcomes:
        people = [int(figures.application[outcome.key, a.key]) for a in form.applicants if a.key != "total"]
        figures.application[outcome.key, "total"] = str(sum(people))
    figures.litigation |= {("review", "upheld"): "2", ("review", "corrected"): "1", ("review", "total"): "3"}
    figures.litigation |= {("suit_direct", "pending"): "4", ("suit_direct", "total"): "4"}
    return figures


_PLAIN_2021 = {
    "normative_made": "7",
    "normative_repealed": "2",
    "normative_in_force": "31",
    "licence_decisions": "345",
    "penalty_decisions": "12",
    "admin_fee_wanyuan": "96.5",
}
_PLAIN_2019 = {
    "normative_newly_made": "7",
    "normative_newly_published": "6",
    "normative_published_total": "31",
    "licence_items_prev": "20",
    "licence_items_change": "-3",
    "licence_decisions": "345",
    "penalty_items_prev": "55",
    "penalty_decisions": "12",
    "admin_fee_items_prev": "2",
    "procurement_projects": "9",
}
_PLAIN_APPLICATIONS = {
    ("received_new", "natural_person"): "12",
    ("received_new", "org_business"): "3",
    ("carried_in", "natural_person"): "1",
    ("granted", "natural_person"): "7",
    ("granted", "org_business"): "3",
    ("partial", "natural_person"): "2",
    ("refused_third_party", "natural_person"): "1",
    ("unavailable_not_held", "natural_person"): "2",
    ("outcome_total", "natural_person"): "12",
    ("outcome_total", "org_business"): "3",
    ("carried_out", "natural_person"): "1",
}


# Rows of the three tables as lists of cell texts: what every layout begins with ----------------------------------


def disclosure_rows(figures: Figures) -> list[list[str]]:
    rows: list[list[str]] = []
    for block in figures.form.disclosure:
        rows.append([block.heading])
        columns = [
            f"{column.label}（单位：万元）" if column.key == "wanyuan" else column.label for column in block.columns
        ]
        rows.append(["信息内容", *columns])
        rows += [[row.label, *(figures.disclosure[key] for key in block.measures(row.key))] for row in block.rows]
    return rows


CORNER = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"
REMARK = "（区分处理的，只计这一情形，不计其他情形）"


def application_header(figures: Figures) -> list[list[str]]:
    names = [applicant.label for applicant in figures.form.applicants]
    return [[CORNER, "申请人情况"], [names[0], "法人或其他组织", names[-1]], names[1:-1]]


def application_rows(figures: Figures) -> list[list[str]]:
    """Rows with their group labels where a group begins: [三、…, group, label, seven figures]."""
    form = figures.form
    labels = {group.key: group.label for group in form.groups}
    rows: list[list[str]] = []
    begun: set[str] = set()
    for outcome in form.outcomes:
        row = [outcome.label + (REMARK if outcome.key == "partial" else "")]
        if outcome.group and outcome.group not in begun:
            begun.add(outcome.group)
            row.insert(0, labels[outcome.group])
        if outcome.key == "granted":
            row.insert(0, labels["outcomes"])
        rows.append(row + [figures.application[outcome.key, a.key] for a in form.applicants])
    return rows


def litigation_header(figures: Figures) -> list[list[str]]:
    results = [result.label for result in figures.form.results]
    return [["行政复议", "行政诉讼"], [*results, "未经复议直接起诉", "复议后起诉"], results * 2]


def litigation_row(figures: Figures) -> list[str]:
    form = figures.form
    return [figures.litigation[channel.key, result.key] for channel in form.channels for result in form.results]


SECTIONS = (
    "一、总体情况",
    "二、主动公开政府信息情况",
    "三、收到和处理政府信息公开申请情况",
    "四、政府信息公开行政复议、行政诉讼情况",
    "五、存在的主要问题及改进情况",
    "六、其他需要报告的事项",
)


# HTML -------------------------------------------------------------------------------------------------------------


def _td(text: str, **attributes: int) -> str:
    spans = "".join(f' {name}="{value}"' for name, value in attributes.items() if value > 1)
    return f"<td{spans}><p>{text}</p></td>"


def _tr(cells: list[str]) -> str:
    return "<tr>" + "".join(cells) + "</tr>"


def html_tables(figures: Figures, fillers: bool = False) -> tuple[str, str, str]:
    """The three tables with the spans of the official form; ``fillers``: empty cells where a span should be."""
    form = figures.form
    width = max(len(block.columns) for block in form.disclosure) + 1
    two = []
    for row in disclosure_rows(figures):
        spare = width - len(row)
        cells = [_td(text) for text in row[:-1]]
        cells += [_td(row[-1])] + [_td("&nbsp;")] * spare if fillers else [_td(row[-1], colspan=spare + 1)]
        two.append(_tr(cells))
    names = [applicant.label for applicant in form.applicants]
    three = [_tr([_td(CORNER, colspan=3, rowspan=3), _td("申请人情况", colspan=7)])]
    if fillers:
        three.append(_tr([_td(names[0]), _td("法人或其他组织", colspan=5), _td(names[-1])]))
        three.append(_tr([_td("")] + [_td(name) for name in names[1:-1]] + [_td("")]))
    else:
        outer = [_td(names[0], rowspan=2), _td("法人或其他组织", colspan=5), _td(names[-1], rowspan=2)]
        three += [_tr(outer), _tr([_td(name) for name in names[1:-1]])]
    three += _outcome_rows(figures)
    results = [result.label for result in form.results]
    four = [
        _tr([_td("行政复议", colspan=5), _td("行政诉讼", colspan=10)]),
        _tr([_td(r, rowspan=2) for r in results] + [_td("未经复议直接起诉", colspan=5), _td("复议后起诉", colspan=5)]),
        _tr([_td(r) for r in results * 2]),
        _tr([_td(text) for text in litigation_row(figures)]),
    ]
    return tuple("<table border=1>" + "".join(rows) + "</table>" for rows in (two, three, four))  # type: ignore[return-value]


def _outcome_rows(figures: Figures) -> list[str]:
    form = figures.form
    inside = [outcome for outcome in form.outcomes if outcome.key not in ("received_new", "carried_in", "carried_out")]
    sizes = {g.key: sum(1 for o in form.outcomes if o.group == g.key) for g in form.groups}
    labels = {group.key: group.label for group in form.groups}
    rows, begun = [], set()
    for outcome in form.outcomes:
        cells = []
        if outcome is inside[0]:
            cells.append(_td(labels["outcomes"], rowspan=len(inside)))
        if outcome.group and outcome.group not in begun:
            begun.add(outcome.group)
            cells.append(_td(labels[outcome.group], rowspan=sizes[outcome.group]))
        label = outcome.label + (REMARK if outcome.key == "partial" else "")
        cells.append(_td(label, colspan=1 if outcome.group else (2 if outcome in inside else 3)))
        cells += [_td(figures.application[outcome.key, a.key]) for a in form.applicants]
        rows.append(_tr(cells))
    return rows


def html_page(figures: Figures, fillers: bool = False, tables: tuple[str, str, str] | None = None) -> bytes:
    two, three, four = tables or html_tables(figures, fillers)
    parts = [f"<p>{SECTIONS[0]}</p><p>全年主动公开信息{figures.year}条。</p>"]
    parts += [f"<p>{SECTIONS[1]}</p>{two}<p>{SECTIONS[2]}</p>{three}<p>{SECTIONS[3]}</p>{four}"]
    parts += [f"<p>{SECTIONS[4]}</p><p>工作还有差距。</p><p>{SECTIONS[5]}</p><p>无。</p>"]
    head = f'<head><meta charset="utf-8"><meta name="ArticleTitle" content="{figures.title}"></head>'
    return f"<html>{head}<body><div id=zoom>{''.join(parts)}</div></body></html>".encode()


# Text -------------------------------------------------------------------------------------------------------------


def _text(figures: Figures, table: Callable[[list[list[str]], bool], str]) -> bytes:
    two = table(disclosure_rows(figures), False)
    three = table(application_header(figures), True) + table(application_rows(figures), False)
    four = table(litigation_header(figures), True) + table([litigation_row(figures)], False)
    parts = [figures.title, SECTIONS[0], "本年度工作有序开展。", SECTIONS[1], two, SECTIONS[2], three]
    parts += [SECTIONS[3], four, SECTIONS[4], "还有差距。", SECTIONS[5], "无。", ""]
    return "\n".join(part.rstrip("\n") for part in parts).encode() + b"\n"


def piped_rows(figures: Figures, leading: bool = False, fillers: int = 0) -> bytes:
    def table(rows: list[list[str]], header: bool) -> str:
        start = "| " if leading else ""
        return "".join(start + " | ".join(row) + " |" + " |" * fillers + "\n" for row in rows)

    return _text(figures, table)


def piped_cells(figures: Figures, fillers: int = 1) -> bytes:
    """``cell |`` a line, with empty cells of merged columns at the end of some rows."""

    def table(rows: list[list[str]], header: bool) -> str:
        return "".join("".join(f"{cell} |\n" for cell in row) + "|" * fillers + "\n" * (fillers > 0) for row in rows)

    return _text(figures, table)


def alternating(figures: Figures) -> bytes:
    """A cell, then a pipe, each on a line."""
    return _text(figures, lambda rows, header: "".join(f"{cell}\n|\n" for row in rows for cell in row))


def bare_lines(figures: Figures, between: int = 1) -> bytes:
    """One cell a line, ``between`` empty lines after each."""
    return _text(figures, lambda rows, header: "".join(cell + "\n" * (between + 1) for row in rows for cell in row))


def tabbed(figures: Figures) -> bytes:
    return _text(figures, lambda rows, header: "".join("\t".join(row) + "\n" for row in rows))


def markdown(figures: Figures) -> bytes:
    def table(rows: list[list[str]], header: bool) -> str:
        lines = ["| " + " | ".join(row) + " |" for row in rows]
        return lines[0] + "\n|---|---|\n" + "\n".join(lines[1:]) + "\n"

    return _text(figures, table)


LAYOUTS: dict[str, Callable[[Figures], bytes]] = {
    "html": html_page,
    "html with fillers": lambda f: html_page(f, fillers=True),
    "piped rows": piped_rows,
    "piped rows, leading": lambda f: piped_rows(f, leading=True),
    "piped rows, fillers": lambda f: piped_rows(f, fillers=2),
    "piped cells": piped_cells,
    "piped cells, no fillers": lambda f: piped_cells(f, fillers=0),
    "alternating": alternating,
    "bare lines": bare_lines,
    "bare lines, close": lambda f: bare_lines(f, between=0),
    "tabbed": tabbed,
    "markdown": markdown,
}
