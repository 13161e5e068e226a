"""The statistics form of 2014 laid out by the tests: one set of figures as HTML, as Word and as text."""

from __future__ import annotations

from collections.abc import Mapping

from transforms.forms import Statistic, forms

FORM = forms()["F2014"]
KEYS = tuple(line.key for line in FORM.legacy if line.unit)
TITLE = "云岭县教育局2016年政府信息公开年度报告"
STATISTICS_TITLE = "政府信息公开情况统计表"
NARRATIVE = [
    ("一、主动公开政府信息的情况", "全年主动公开政府信息812条，其中网站公开700条。"),
    ("二、依申请公开政府信息办理情况", "全年收到申请9件，均按时办结。"),
    ("三、政府信息公开的收费及减免情况", "未收取费用。"),
    ("四、因政府信息公开申请行政复议、提起行政诉讼的情况", "发生行政复议2件。"),
    ("五、存在的不足及改进措施", "公开的深度还不够。"),
]
# What stands under a total, so that sums close.
_PARTS = {
    "l14_received_in_person": 2,
    "l14_received_online": 6,
    "l14_received_by_letter": 1,
    "l14_closed_on_time": 7,
    "l14_closed_extended": 1,
    "l14_replied_already_public": 3,
    "l14_replied_granted": 2,
    "l14_replied_other_body": 1,
    "l14_refused_privacy": 2,
    "l14_review_upheld": 1,
    "l14_review_other": 4,
    "l14_litigation_upheld": 3,
    "l14_litigation_corrected": 2,
    "l14_litigation_other": 5,
    "l14_disclosed_items": 812,
    "l14_disclosed_normative": 11,
    "l14_normative_made": 13,
    "l14_ch_website": 700,
    "l14_press_conferences": 8,
    "l14_press_conferences_by_head": 7,
    "l14_press_interviews": 10,
    "l14_press_interviews_by_head": 9,
    "l14_org_staff": 15,
    "l14_training_participants": 160,
}


def statistics() -> dict[str, str]:
    """Printed figures of every key; sums close and no two neighbours are alike."""
    figures = dict.fromkeys(KEYS, 0) | _PARTS
    for total, parts in reversed(FORM.sums):
        figures[total] = sum(figures[part] for part in parts)
    return {key: str(value) for key, value in figures.items()} | {"l14_fee": "0.35", "l14_org_budget": "12.5"}


def expected(figures: Mapping[str, str]) -> dict[str, str]:
    """Printed text by PATH of the contract."""
    return {f"legacy.{key}": text for key, text in figures.items()}


def rows(figures: Mapping[str, str], head: bool = True) -> list[list[str]]:
    """Rows of label, unit and figure, headings with dashes."""
    body = [[line.label, line.unit or "—", figures[line.key] if line.unit else "—"] for line in FORM.legacy]
    return [["统 计 指 标", "单位", "统计数"], *body] if head else body


def html_table(table: list[list[str]]) -> str:
    cells = ("".join(f"<td><p>{cell}</p></td>" for cell in row) for row in table)
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>"


def html_grouped(figures: Mapping[str, str]) -> str:
    """Headings as merged cells at the left of the lines that stand under them."""
    out, group = [], ""
    for line in FORM.legacy:
        if line.under is None:
            size = sum(_top(other) == line.key for other in FORM.legacy) - (0 if line.unit else 1)
            group = f'<td rowspan="{size}">{line.label}</td>'
            if not line.unit:
                continue
        if not line.unit:
            out.append(f'<tr>{group}<td colspan="3">{line.label}</td></tr>')
        else:
            out.append(f"<tr>{group}<td>{line.label}</td><td>{line.unit}</td><td>{figures[line.key]}</td></tr>")
        group = ""
    return "<table>" + "".join(out) + "</table>"


def _top(line: Statistic) -> str:
    by_key = {other.key: other for other in FORM.legacy}
    while line.under:
        line = by_key[line.under]
    return line.key


def panels(table: list[list[str]]) -> list[list[str]]:
    """The same rows in two panels side by side, to fit a page."""
    half = (len(table) + 1) // 2
    right = [*table[half:], *([["", "", ""]] * (2 * half - len(table)))]
    return [[*one, *two] for one, two in zip(table[:half], right, strict=True)]


def report(table: str) -> str:
    """A page of 2016 with its narrative and the form annexed."""
    text = "".join(f"<p>{heading}</p><p>{said}</p>" for heading, said in NARRATIVE)
    return (
        f"<html><body><div><h1>{TITLE}</h1>{text}<p>附件：{STATISTICS_TITLE}</p>"
        f"<p>{STATISTICS_TITLE}</p><p>（2016年度）</p>{table}<p>联系电话：0335-1234567</p></div></body></html>"
    )


def text_report(lines: list[str]) -> str:
    narrative = [line for pair in NARRATIVE for line in pair]
    return "\n".join([TITLE, *narrative, STATISTICS_TITLE, "（2016年度）", *lines, ""])
