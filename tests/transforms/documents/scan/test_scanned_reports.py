"""Reports drawn as scans, clean and damaged: figures are read, and none is wrong without a sign."""

from __future__ import annotations

import numpy as np
import pytest

from tests.transforms.documents.scan.scan_kit import encoded, report_image
from tests.transforms.layouts import make_figures
from tests.transforms.scoring import assert_reads, score_figures, see
from transforms.documents.kinds import reader_of
from transforms.documents.scan.images import pages_of_image

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


@pytest.mark.parametrize(("borders", "form"), [("none", "F2021"), ("level", "F2019")])
def test_without_rulings_the_words_of_the_form_show_the_columns(borders: str, form: str) -> None:
    figures = make_figures(2, form)
    assert_reads(encoded([report_image(figures, borders)], "PNG"), figures.expected())


def test_without_rulings_blanks_are_blank_and_a_table_goes_on_over_the_page() -> None:
    figures = make_figures(11, "F2021", size=300)
    for table in (figures.application, figures.litigation):
        table |= {key: "" for key, text in table.items() if text == "0"}
    figures.disclosure |= {key: "" for key, text in figures.disclosure.items() if text == "0"}
    blank = {path: "blank" for path, text in figures.expected().items() if not text}
    page = report_image(figures, "none")
    cut = next(y for y in range(1500, 1700) if not (page[y - 8 : y + 9] < 128).any())
    second = np.vstack([np.full((90, page.shape[1]), 255, np.uint8), page[cut:]])
    printed = {path: text or "0" for path, text in figures.expected().items()}
    seen = see(encoded([page[:cut], second], "TIFF", compression="tiff_lzw"))
    wrong = [p for p, text in printed.items() if p not in blank and seen.cells[p]["value"] != float(text)]
    wrong += [path for path in blank if seen.cells[path]["state"] != "blank"]
    assert not wrong


def test_sides_of_cells_that_are_left_out_are_told_by_the_rows_around() -> None:
    figures = make_figures(4, "F2021", size=60)
    reading, score = score_figures(encoded([report_image(figures, "gaps")], "PNG"), figures.expected())
    assert reading.form == "F2021"
    assert not score.counts["unnamed"], score.details[:5]
    assert score.counts["right"] >= 0.99 * len(figures.expected()), score.details[:5]


def test_a_figure_that_its_cell_breaks_over_lines_is_one_in_doubt() -> None:
    figures = make_figures(9, "F2021")
    figures.application["carried_out", "natural_person"] = "12345678"
    seen = see(encoded([report_image(figures)], "PNG"))
    assert seen.cells["application.carried_out.natural_person"]["value"] == 12345678
    warned = {path for doubt in seen.reading.warnings if doubt.code == "text_unsure" for path in doubt.cells}
    assert warned == {("application", "carried_out", "natural_person")}


def test_a_seal_on_a_copy_without_colours_takes_no_figure_with_it() -> None:
    figures = make_figures(6, "F2021", size=200)
    page = report_image(figures)
    seal = np.full_like(page, 255)
    cv2.circle(seal, (900, 1700), 125, 165, 11)
    cv2.fillPoly(seal, [np.array([[900, 1650], [945, 1690], [925, 1745], [875, 1745], [855, 1690]])], 185)
    assert_reads(encoded([_noisy(np.minimum(page, seal), 4, 3)], "PNG"), figures.expected())


@pytest.mark.parametrize("kind", ["image/png", "image/jpeg", "image/tiff", "image/gif", "image/bmp", "image/webp"])
def test_images_have_a_reader(kind: str) -> None:
    assert reader_of(kind) is not None
