"""Draws reports as page images: tables with rulings and merged cells, set in a font of this machine."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from tests.transforms.layouts import (
    SECTIONS,
    Figures,
    application_header,
    application_rows,
    disclosure_rows,
    litigation_header,
    litigation_row,
)

for _name in ("PIL", "cv2", "onnxruntime", "pypdfium2", "rapidfuzz", "rapidocr"):
    pytest.importorskip(_name, reason="the extra 'ocr' is not installed")

from PIL import Image, ImageDraw, ImageFont  # noqa: E402

_FONTS = (
    "NotoSansCJK-Regular.ttc",
    "NotoSerifCJK-Regular.ttc",
    "wqy-zenhei.ttc",
    "uming.ttc",
    "NotoSansSC-Regular.otf",
)
_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".fonts")
# At 150 dots an inch: A4, type of about ten points, rows and columns as offices lay them out.
_WIDTH, _MARGIN, _TYPE, _LINE, _PADDING = 1240, 110, 21, 26, 6
_INK = 25


@cache
def font(size: int) -> ImageFont.FreeTypeFont:
    """A font with Chinese characters; skips the test where the machine has none."""
    for name in _FONTS:
        for folder in _FOLDERS:
            for path in sorted(folder.rglob(name)):
                return ImageFont.truetype(str(path), size)
    pytest.skip("no font with Chinese characters is installed (Debian: fonts-noto-cjk or fonts-wqy-zenhei)")


@dataclass(frozen=True)
class Box:
    """A cell of a table: where it begins, how far it reaches, what it says."""

    row: int
    column: int
    height: int
    span: int
    text: str


# Which sides of a cell are drawn: left, top, right, bottom.
_BORDERS = {"full": (True, True, True, True), "level": (False, True, False, True), "none": (False,) * 4}
_GAPS = 0.15


def report_image(figures: Figures, borders: str = "full") -> np.ndarray:
    """A whole report as one tall page, grey; ``borders``: full, level, none, or gaps: each side may be left out."""
    parts: list[list[str] | tuple[list[Box], list[int]]] = [
        [figures.name, f"{figures.year}年政府信息公开工作年度报告"],
        [SECTIONS[0], "本年度工作有序开展，全年没有发生失泄密的情况。", SECTIONS[1]],
        _disclosure(figures),
        [SECTIONS[2]],
        _application(figures),
        [SECTIONS[3]],
        _litigation(figures),
        [SECTIONS[4], "公开的及时性还有差距。", SECTIONS[5], "没有其他需要报告的事项。"],
    ]
    page = Image.new("L", (_WIDTH, 4000), 255)
    draw = ImageDraw.Draw(page)
    y = _MARGIN
    for part in parts:
        if isinstance(part, tuple):
            y = _draw_table(draw, y, *part, borders) + _LINE
        else:
            for line in part:
                draw.text((_MARGIN, y), line, font=font(_TYPE + 3), fill=_INK)
                y += _LINE * 2
    return np.asarray(page)[: y + _MARGIN]


def encoded(pages: Sequence[np.ndarray], kind: str, **options: object) -> bytes:
    """Pages as the bytes of an image file (or PDF)."""
    images = [Image.fromarray(page) for page in pages]
    buffer = io.BytesIO()
    more = {"save_all": True, "append_images": images[1:]} if len(images) > 1 else {}
    images[0].save(buffer, kind, **more, **options)
    return buffer.getvalue()


def _disclosure(figures: Figures) -> tuple[list[Box], list[int]]:
    boxes = []
    for number, row in enumerate(disclosure_rows(figures)):
        for column, text in enumerate(row):
            last = column == len(row) - 1
            boxes.append(Box(number, column, 1, 4 - column if last else 1, text))
    return boxes, [300, 240, 240, 240]


def _application(figures: Figures) -> tuple[list[Box], list[int]]:
    corner, names, people = application_header(figures)
    boxes = [Box(0, 0, 3, 3, corner[0]), Box(0, 3, 1, 7, corner[1])]
    boxes += [Box(1, 3, 2, 1, names[0]), Box(1, 4, 1, 5, names[1]), Box(1, 9, 2, 1, names[2])]
    boxes += [Box(2, 4 + number, 1, 1, name) for number, name in enumerate(people)]
    rows = application_rows(figures)
    groups = [outcome.group for outcome in figures.form.outcomes]
    for number, (row, group) in enumerate(zip(rows, groups, strict=True)):
        at, labels = number + 3, row[:-7]
        if len(labels) == 3 or (len(labels) == 2 and group is None):
            boxes.append(Box(at, 0, len(rows) - 3, 1, labels.pop(0)))
        if group is not None and len(labels) == 2:
            boxes.append(Box(at, 1, groups.count(group), 1, labels.pop(0)))
        outer = number in (0, 1, len(rows) - 1)
        column = 2 if group else 0 if outer else 1
        boxes.append(Box(at, column, 1, 3 - column, labels[0]))
        boxes += [Box(at, 3 + place, 1, 1, text) for place, text in enumerate(row[-7:])]
    return boxes, [80, 110, 270, *[80] * 7]


def _litigation(figures: Figures) -> tuple[list[Box], list[int]]:
    above, middle, below = litigation_header(figures)
    boxes = [Box(0, 0, 1, 5, above[0]), Box(0, 5, 1, 10, above[1])]
    boxes += [Box(1, column, 2, 1, text) for column, text in enumerate(middle[:5])]
    boxes += [Box(1, 5, 1, 5, middle[5]), Box(1, 10, 1, 5, middle[6])]
    boxes += [Box(2, 5 + column, 1, 1, text) for column, text in enumerate(below)]
    boxes += [Box(3, column, 1, 1, text) for column, text in enumerate(litigation_row(figures))]
    return boxes, [68] * 15


def _wrapped(text: str, width: int) -> list[str]:
    lines = [""]
    for character in text:
        if font(_TYPE).getlength(lines[-1] + character) > width - 2 * _PADDING:
            lines.append("")
        lines[-1] += character
    return lines


def _draw_table(draw: ImageDraw.ImageDraw, top: int, boxes: list[Box], widths: list[int], borders: str) -> int:
    """Draw a table at ``top``; returns where it ends."""
    xs = [_MARGIN + sum(widths[:column]) for column in range(len(widths) + 1)]
    lines = {box: _wrapped(box.text, xs[box.column + box.span] - xs[box.column]) for box in boxes}
    heights = [_LINE + 2 * _PADDING] * (max(box.row + box.height for box in boxes))
    for box in boxes:
        if box.height == 1:
            heights[box.row] = max(heights[box.row], len(lines[box]) * _LINE + 2 * _PADDING)
    ys = [top + sum(heights[:row]) for row in range(len(heights) + 1)]
    chance = np.random.default_rng(top)
    for box in boxes:
        left, right = xs[box.column], xs[box.column + box.span]
        upper, lower = ys[box.row], ys[box.row + box.height]
        sides = [((left, upper), (left, lower)), ((left, upper), (right, upper))]
        sides += [((right, upper), (right, lower)), ((left, lower), (right, lower))]
        drawn = _BORDERS.get(borders) or tuple(chance.random(4) > _GAPS)
        for side, is_drawn in zip(sides, drawn, strict=True):
            if is_drawn:
                draw.line(side, fill=_INK, width=2)
        y = (upper + lower - len(lines[box]) * _LINE) // 2
        for line in lines[box]:
            draw.text(((left + right - font(_TYPE).getlength(line)) / 2, y - 2), line, font=font(_TYPE), fill=_INK)
            y += _LINE
    return ys[-1]
