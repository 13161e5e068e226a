"""Damage that copies do to reports: cells lost, doubled, merged or cut; all from a seed, so that a failure repeats."""

from __future__ import annotations

import random
import re

from tests.transforms.layouts import Figures

_TD = re.compile(r"<td.*?</td>", re.S)
_TR = re.compile(r"<tr>.*?</tr>", re.S)
_NO_FIGURES = ("", "", "", "-", "—", "无", "详见附件")

TEXT_DAMAGE = ("drop line", "double line", "cut", "page number", "bare number", "join lines", "drop lines")
HTML_DAMAGE = ("drop cell", "double cell", "empty cell", "drop row", "cut", "merge cells", "drop label", "hide cell")


def blank_some(figures: Figures, rng: random.Random) -> None:
    """Print no figure in some cells; sometimes in a whole row or column."""
    tables = (figures.disclosure, figures.application, figures.litigation)
    places = [(table, key) for table in tables for key in table]
    for table, key in rng.sample(places, rng.randint(1, 12)):
        table[key] = rng.choice(_NO_FIGURES)  # type: ignore[index]
    if rng.random() < 0.3:
        outcome = rng.choice(figures.form.outcomes).key
        figures.application.update({(outcome, a.key): "" for a in figures.form.applicants})
    if rng.random() < 0.1:
        applicant = rng.choice(figures.form.applicants).key
        figures.application.update({(o.key, applicant): "" for o in figures.form.outcomes})


def damage_text(data: bytes, kind: str, rng: random.Random) -> bytes:
    text = data.decode()
    if kind == "cut":
        return text[: rng.randrange(len(text) // 10, len(text))].encode()
    lines = text.split("\n")
    at = rng.randrange(3, len(lines) - 1)
    if kind == "drop line":
        del lines[at]
    elif kind == "drop lines":
        del lines[at : at + rng.randint(2, 6)]
    elif kind == "double line":
        lines.insert(at, lines[at])
    elif kind == "page number":
        lines.insert(at, "— 5 —")
    elif kind == "bare number":
        lines.insert(at, "5")
    elif kind == "join lines":
        lines[at : at + 2] = [lines[at] + lines[at + 1]]
    return "\n".join(lines).encode()


def damage_html(data: bytes, kind: str, rng: random.Random) -> bytes:
    text = data.decode()
    cells = list(_TD.finditer(text))
    cell = rng.choice(cells)
    if kind == "cut":
        text = text[: rng.randrange(len(text) // 10, len(text))]
    elif kind == "drop cell":
        text = text[: cell.start()] + text[cell.end() :]
    elif kind == "double cell":
        text = text[: cell.end()] + cell.group() + text[cell.end() :]
    elif kind == "empty cell":
        text = text[: cell.start()] + "<td></td>" + text[cell.start() :]
    elif kind == "hide cell":
        hidden = cell.group().replace("<td", '<td style="display:none"', 1)
        text = text[: cell.start()] + hidden + text[cell.end() :]
    elif kind == "drop row":
        row = rng.choice(list(_TR.finditer(text)))
        text = text[: row.start()] + text[row.end() :]
    elif kind == "drop label":
        label = rng.choice([c for c in cells if re.search("[\u4e00-\u9fff]", c.group())])
        text = text[: label.start()] + "<td></td>" + text[label.end() :]
    elif kind == "merge cells":
        at = rng.randrange(len(cells) - 1)
        first, second = cells[at], cells[at + 1]
        inner = rng.choice(["", " ", "<br>"]).join(re.sub("<.*?>", "", c.group()) for c in (first, second))
        text = text[: first.start()] + f"<td colspan=2>{inner}</td>" + text[second.end() :]
    return text.encode()
