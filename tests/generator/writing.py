"""How figures and labels are written, and what a careful reader should make of each figure as it is written."""

from __future__ import annotations

import random
import re
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from tests.generator.figures import BLANK, DASH, Figures
from tests.generator.layouts import Layout
from transforms.forms import Form, Label

# Whether a warning or a failed check should name the cell.
NEVER, MAY, MUST = "never", "may", "must"

WAN = 10_000
_FULL_WIDTH = str.maketrans("0123456789+-.", "０１２３４５６７８９＋－．")
_DASHES = ("-", "—", "－", "/", "——")
_PAD = {"none": "", "nbsp": "\u00a0", "spaces": "  ", "tab": "\t", "ideographic": "\u3000"}
# Corner and labels hold numbers and years on purpose: none of them is a figure.
_EXPLAINED = {
    "items_prev": "（指2019年事项数）",
    "items_change": "（增加用正值表示，减少用负值表示，如-8）",
    "decisions": "（指2020年办件量）",
    "newly_made": "（含2件修订）",
    "made": "（2021年1月1日至12月31日）",
    "in_force": "（截至12月31日）",
}


class Truth(NamedTuple):
    """What should be read from a cell: its value or the states allowed without one; who may or must name it."""

    value: Decimal | None
    states: tuple[str, ...]
    naming: str = NEVER


class Written(NamedTuple):
    text: str
    truth: Truth


def write_cell(figures: Figures, path: str, layout: Layout, rng: random.Random) -> Written:
    """The printed text of one cell; cells without a figure are blank or a dash."""
    value = figures.values.get(path)
    if value is None:
        return _gap("dash" if figures.gaps.get(path) == DASH else BLANK, rng)
    if value == 0 and layout.zero != "0":
        kind = rng.choice(["0", "blank", "dash"]) if layout.zero == "mixed" else layout.zero
        if kind != "0":
            return _gap(kind, rng)
    text, naming = _number(path, value, layout)
    if layout.digits == "full width":
        text = text.translate(_FULL_WIDTH)
    pad = _PAD[layout.pad]
    return Written(rng.choice([pad + text, text + pad, pad + text + pad]), Truth(value, (), naming))


def _gap(kind: str, rng: random.Random) -> Written:
    if kind == "none":
        return Written("无", Truth(None, ("not_applicable",)))
    if kind == "dash":
        return Written(rng.choice(_DASHES), Truth(None, ("dash",)))
    return Written(rng.choice(["", "", " ", "\u00a0", "\u3000"]), Truth(None, ("blank",)))


def _number(path: str, value: Decimal, layout: Layout) -> tuple[str, str]:
    """The text of a value and whether a warning should name its cell."""
    if path.endswith("_items_change"):
        return _change(value, layout)
    if path == "disclosure.admin_fee_wanyuan":
        return _money(value, "wanyuan", layout.fee, layout)
    if path == "disclosure.procurement_amount_yuan":
        return _money(value, "yuan", layout.amount, layout)
    return _plain(value, layout), MAY if layout.digits in ("counted", "decimal") else NEVER


def _plain(value: Decimal, layout: Layout) -> str:
    if layout.digits == "thousands":
        return f"{value:,f}"
    if layout.digits == "counted":
        return f"{value:f}件"
    if layout.digits == "decimal":
        return f"{value:.1f}"
    return f"{value:f}"


def _change(value: Decimal, layout: Layout) -> tuple[str, str]:
    if layout.change == "words" and value:
        return f"{'增加' if value > 0 else '减少'}{abs(value)}", MUST
    if layout.change == "plain" and value >= 0:
        return f"{value}", NEVER
    text = f"{int(value):+d}"
    if layout.change == "full width":
        return text.translate(_FULL_WIDTH), NEVER
    if layout.change == "minus sign":
        return text.replace("-", "−"), NEVER
    return text, NEVER


def _money(value: Decimal, unit: str, where: str, layout: Layout) -> tuple[str, str]:
    """Money in the key's ``unit`` as printed where the layout puts the unit; a conversion must be named."""
    printed = {"yuan in cell": "yuan", "header in yuan": "yuan", "wanyuan in cell": "wanyuan"}.get(where)
    printed = printed or ("wanyuan" if where == "header in wanyuan" else unit)
    amount = value
    if (printed, unit) == ("yuan", "wanyuan"):
        amount = value * WAN
    elif (printed, unit) == ("wanyuan", "yuan"):
        amount = value / WAN
    amount = amount.normalize() if amount else Decimal(0)
    text = f"{amount:,f}" if layout.digits == "thousands" else f"{amount:f}"
    # Nothing is nothing in any unit.
    converted = MUST if amount else MAY
    if where.endswith("in cell"):
        return text + {"yuan": "元", "wanyuan": "万元"}[printed], converted if printed != unit else MAY
    if where == "no unit":
        return text, converted
    return text, converted if printed != unit else MAY


def header_unit(key: str, layout: Layout) -> str:
    """The unit that the header of a column of money shows."""
    if key == "wanyuan":
        return {"header": "（单位：万元）", "header in yuan": "（单位：元）"}.get(layout.fee, "")
    if key == "amount_yuan":
        return {"header": "（元）", "header in wanyuan": "（万元）"}.get(layout.amount, "")
    return ""


# Labels ------------------------------------------------------------------------------------------------------------

# Where labels are broken in narrow cells.
_BREAKS = (
    *("本年新|制作数量", "本年新|公开数量", "对外公开|总数量", "本年制|发件数", "本年废|止件数", "现行有|效件数"),
    *("商业|企业", "科研|机构", "社会公|益组织", "法律服|务机构", "结果|维持", "结果|纠正", "其他|结果", "尚未|审结"),
    *("上一年|项目数量", "本年|增/减", "处理决|定数量", "行政规范性|文件", "信息|内容", "自然|人", "行政|复议"),
)
_SPACED = {"总计": "总　计", "规章": "规 章", "其他": "其 他", "三、本年度办理结果": "三、 本 年 度 办 理 结 果"}


def write_label(label: Label | str, layout: Layout, rng: random.Random) -> str:
    """A label as this layout writes it; misprints are taken from those that were seen."""
    key, text = ("", label) if isinstance(label, str) else (label.key, label.label)
    if isinstance(label, Label) and layout.misprints and label.also:
        text = rng.choice([text, *label.also])
    if key == "partial" and "区分" not in text:
        text += "（区分处理的，只计这一情形，不计其他情形）"
    if key == "refused_security_stability":
        text = "3.危及" + rng.choice(["“三安全一稳定”", '"三安全一稳定"', "「三安全一稳定」", "三安全一稳定"])
    if layout.explained:
        text += _EXPLAINED.get(key, "")
    text += header_unit(key, layout)
    if layout.items != "1.":
        text = re.sub(r"^(\d)\.", rf"\g<1>{layout.items[1:]}", text)
    if layout.inner_spaces:
        text = _SPACED.get(text, text)
    if layout.label_breaks != "none":
        for parts in _BREAKS:
            text = text.replace(parts.replace("|", ""), parts)
        text = text.replace("|", "\n" if layout.label_breaks == "break" else " ")
    return write_text(text, layout)


def write_text(text: str, layout: Layout) -> str:
    """Any words of the document in this layout's brackets and script."""
    if layout.brackets == "half":
        text = text.replace("（", "(").replace("）", ")")
    return str(_to_traditional().convert(text)) if layout.script == "traditional" else text


@cache
def _to_traditional() -> Any:
    import opencc

    return opencc.OpenCC("s2t")


def group_label(form: Form, key: str) -> Label | None:
    return next((group for group in form.groups if group.key == key), None)
