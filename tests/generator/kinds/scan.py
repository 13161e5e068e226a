"""Scans: the pages of a PDF as pictures, made worse as scanners and copiers do; one long picture for the web."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from pathlib import Path

import numpy
import pypdfium2
from PIL import Image, ImageDraw, ImageFilter

from tests.generator import cache
from tests.generator.kinds import portable

_POINTS_AN_INCH = 72
RESOLUTIONS = (150, 200)
LARGEST_SKEW_DEGREES = 1.0
_PAPER = 255
_STAMP = (200, 40, 40)


def absent() -> str | None:
    """Why there is nothing to scan here: without the fonts that are embedded pages are drawn without their Chinese."""
    missing = portable.missing_fonts()
    return f"no font {', '.join(missing)} (Debian: fonts-wqy-zenhei, fonts-arphic-uming, -ukai)" if missing else None


def to_pdf(pairs: Sequence[tuple[Path, Path]], target: str) -> None:
    """Each PDF as a PDF that holds nothing but pictures of its pages."""
    assert target == "pdf"
    for source, place in pairs:
        rng = random.Random(source.name)
        resolution = rng.choice(RESOLUTIONS)
        pages = [_scanned(page, rng) for page in _pages(source, resolution)]
        out = io.BytesIO()
        quality = rng.choice((60, 75, 90))
        pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=resolution, quality=quality)
        cache.write(place, out.getvalue())


def to_picture(pairs: Sequence[tuple[Path, Path]], target: str) -> None:
    """Each PDF as one long picture, its pages one below the other, as pages "in pictures" show reports."""
    for source, place in pairs:
        rng = random.Random(source.name)
        pages = [_degraded(page, rng) for page in _pages(source, rng.choice(RESOLUTIONS))]
        long = Image.new("RGB", (max(page.width for page in pages), sum(page.height for page in pages)), "white")
        top = 0
        for page in pages:
            long.paste(page, (0, top))
            top += page.height
        out = io.BytesIO()
        long.save(out, "PNG" if target == "png" else "JPEG", quality=85)
        cache.write(place, out.getvalue())


def _pages(source: Path, resolution: int) -> list[Image.Image]:
    document = pypdfium2.PdfDocument(source)
    try:
        return [page.render(scale=resolution / _POINTS_AN_INCH).to_pil().convert("RGB") for page in document]
    finally:
        document.close()


def _scanned(page: Image.Image, rng: random.Random) -> Image.Image:
    """A page that lay a little askew on a grey scanner; now and then with a stamp on it."""
    if rng.random() < 0.4:
        page = _stamped(page, rng)
    skew = rng.choice([0.0, rng.uniform(0.3, LARGEST_SKEW_DEGREES), -rng.uniform(0.3, LARGEST_SKEW_DEGREES)])
    page = page.rotate(skew, resample=Image.Resampling.BICUBIC, fillcolor=(_PAPER,) * 3)
    return _degraded(page, rng)


def _degraded(page: Image.Image, rng: random.Random) -> Image.Image:
    """Grey, noisy and less sharp."""
    if rng.random() < 0.6:
        page = page.convert("L").convert("RGB")
    noise = numpy.random.default_rng(rng.randrange(2**32))
    pixels = numpy.asarray(page, dtype=numpy.float64)
    pixels = pixels * rng.uniform(0.85, 1.0) + noise.normal(0, rng.uniform(2, 10), pixels.shape)
    page = Image.fromarray(numpy.clip(pixels, 0, _PAPER).astype(numpy.uint8))
    return page.filter(ImageFilter.GaussianBlur(rng.uniform(0.0, 0.6)))


def _stamped(page: Image.Image, rng: random.Random) -> Image.Image:
    """A round red seal in the lower half, translucent as ink is."""
    layer = Image.new("RGBA", page.size)
    draw = ImageDraw.Draw(layer)
    radius = page.width // 10
    x, y = rng.randrange(radius, page.width - radius), rng.randrange(page.height // 2, page.height - radius)
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), outline=(*_STAMP, 120), width=radius // 12)
    draw.regular_polygon((x, y, radius // 3), 5, fill=(*_STAMP, 90))
    return Image.alpha_composite(page.convert("RGBA"), layer).convert("RGB")
