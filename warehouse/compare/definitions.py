"""Indicators explained to people: formulas in the official labels, units, comparability; and the fixed texts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any

import yaml

from warehouse.indicators import Indicator, form_names, formula, wide_columns


@dataclass(frozen=True)
class Definition:
    """What one indicator means, in ``zh`` or ``en``; ``formula`` is in the paths of cells, the same in both."""

    indicator: Indicator
    unit: str
    comparability: str
    why: str
    numerator: str
    denominator: str
    formula: str


@cache
def texts() -> dict[str, Any]:
    """``texts.yaml``: group -> key -> language -> text."""
    return yaml.load(resources.files(__package__).joinpath("texts.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)


def text(group: str, key: str | None, lang: str) -> str:
    """A fixed text; a key that has none stands for itself, for keys of the warehouse may be new."""
    found = texts()[group].get(key)
    return found[lang] if found else (key or "")


def definition(indicator: Indicator, lang: str) -> Definition:
    """An indicator as the definitions of a comparison tell it."""
    paths = f"({formula(indicator.numerator)}) / ({formula(indicator.denominator)})" if indicator.denominator else ""
    return Definition(
        indicator,
        unit=text("units", indicator.unit, lang),
        comparability=text("comparability", indicator.comparability, lang),
        why=(indicator.why_en if lang == "en" else indicator.why_zh) or "",
        numerator=in_words(indicator, indicator.numerator, lang),
        denominator=in_words(indicator, indicator.denominator or (), lang),
        formula=paths or formula(indicator.numerator),
    )


def in_words(indicator: Indicator, terms: tuple[str, ...], lang: str) -> str:
    """Terms with the labels of the form; where forms print different cells for a term, those of each form."""
    return " ".join(_word(indicator, token, lang) for token in formula(terms).split())


def _word(indicator: Indicator, token: str, lang: str) -> str:
    if token in "+-":
        return "−" if token == "-" else token
    labels = _labels(lang)
    if token in labels:
        return labels[token]
    term = replace(indicator, numerator=(token,), denominator=None)
    by_form = {form: " + ".join(labels[column.path] for column in term.operands(form)) for form in form_names()}
    if len(set(by_form.values())) == 1:
        return f"({by_form[form_names()[0]]})"
    return "[" + " | ".join(f"{form}: {words}" for form, words in by_form.items() if words) + "]"


@cache
def _labels(lang: str) -> dict[str, str]:
    return {column.path: column.en if lang == "en" else column.zh for column in wide_columns()}
