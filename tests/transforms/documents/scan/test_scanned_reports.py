"""Reports drawn as scans, clean and damaged: figures are read, and none is wrong without a sign."""

from __future__ import annotations

import numpy as np
import pytest

from tests.transforms.documents.scan.scan_kit import encoded, report_image
from tests.transforms.layouts import make_figures
from tests.transforms.scoring import assert_reads, score_figures
from transforms.documents.kinds import reader_of
from transforms.documents.model import Mode
from transforms.documents.scan.images import pages_of_image
from transforms.documents.scan.reading import read_scanned_pdf

cv2 = pytest.importorskip("cv2", reason="the extra 'ocr' is not installed")


def _turned(page: np.ndarray, degrees: float) -> np.ndarray:
    height, width = page.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return np.asarray(cv2.warpAffine(page, matrix, (width, height), borderValue=255))


def _noisy(page: np.ndarray, deviation: float, seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, deviation, page.shape)
    return np.clip(page + noise, 0, 255).astype(np.uint8)


def test_a_clean_picture_of_a_report_gives_every_figure_without_a_doubt() -> None:
    figures = make_figures(5, "F2021")
    seen = assert_reads(encoded([report_image(figures)], "PNG"), figures.expected())
    assert (seen.reading.report_year, seen.reading.agency_name) == (figures.year, figures.name)
    assert sorted(seen.reading.sections) == ["1", "2", "3", "4", "5", "6"]


def test_pages_askew_and_on_their_side_with_a_table_over_the_break() -> None:
    figures = make_figures(3, "F2019")
    page = report_image(figures)
    # Between two rows of table three, where nothing but the rulings down is printed.
    cut = next(y for y in range(1450, 1600) if (page[y - 3 : y + 4] < 128).mean(axis=1).max() < 0.03)
    first = _noisy(_turned(np.vstack([page[:cut], np.full((400, page.shape[1]), 255, np.uint8)]), 1.7), 10, 1)
    second = np.vstack([np.full((120, page.shape[1]), 255, np.uint8), page[cut:]])
    data = encoded([first, np.ascontiguousarray(np.rot90(second))], "TIFF", compression="tiff_lzw")
    assert pages_of_image(data) == 2
    reading, score = score_figures(data, figures.expected())
    assert reading.form == "F2019"
    assert not score.counts["unnamed"], score.details[:5]
    assert score.counts["right"] >= 0.99 * len(figures.expected()), score.details[:5]


def test_shadow_seal_and_broken_rulings_leave_no_wrong_figure_unnamed() -> None:
    figures = make_figures(8, "F2021", size=400)
    page = report_image(figures)
    height, width = page.shape
    chance = np.random.default_rng(4)
    for y, x in zip(chance.integers(300, height - 300, 400), chance.integers(100, width - 100, 400), strict=True):
        page = page.copy() if not page.flags.writeable else page
        patch = page[y : y + 5, x : x + 12]
        # A gap only where a ruling runs: figures stay as they are.
        patch[(page[y : y + 5, x - 30 : x + 42] < 128).mean(axis=1) > 0.9] = 255
    colours = np.repeat(page[:, :, None], 3, axis=2)
    seal = np.full_like(colours, 255)
    cv2.circle(seal, (width // 2, 1500), 125, (220, 30, 40), 9)
    colours = np.minimum(colours, seal)
    shade = np.linspace(1.0, 0.55, width)[None, :, None]
    data = encoded([_noisy((colours * shade).astype(np.uint8), 5, 2)], "JPEG", quality=80)
    _, score = score_figures(data, figures.expected())
    assert not score.counts["unnamed"], score.details[:5]
    assert score.counts["right"] >= 0.95 * len(figures.expected()), score.details[:5]


def test_without_rulings_lines_are_read_and_no_column_is_guessed() -> None:
    page = report_image(make_figures(2, "F2021"))
    rules = cv2.morphologyEx(255 - page, cv2.MORPH_OPEN, np.ones((1, 60)))
    rules |= cv2.morphologyEx(255 - page, cv2.MORPH_OPEN, np.ones((34, 1)))
    bare = np.maximum(page, rules)[:1100]
    document = read_scanned_pdf(encoded([bare], "PDF", resolution=150))
    assert {row.mode for row in document.rows} == {Mode.BARE}
    figures = [row.cells[0] for row in document.rows if row.cells[0].text.isdigit()]
    assert figures
    assert all(cell.doubt for cell in figures)


@pytest.mark.parametrize("kind", ["image/png", "image/jpeg", "image/tiff", "image/gif", "image/bmp"])
def test_images_have_a_reader(kind: str) -> None:
    assert reader_of(kind) is not None
