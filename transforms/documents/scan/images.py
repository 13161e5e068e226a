"""Bytes of an image, or the pages of a PDF, -> pixels, within limits of size that are named when they are passed."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
import pypdfium2
from PIL import Image, ImageOps, UnidentifiedImageError

from transforms.documents.model import UnreadableDocument
from transforms.documents.scan.cleaning import Pixels

_MOST_PIXELS = 120_000_000
_LONGEST_SIDE = 60_000
_SHORTEST_SIDE = 60
_MOST_PAGES = 60
_KINDS = ("PNG", "JPEG", "TIFF", "GIF", "BMP", "WEBP")
# Enough for type of 9 points; a page is drawn so that its shorter side is that of A4 when its size is no paper's.
_DOTS_PER_INCH = 200
_POINTS_PER_INCH = 72
_PAPER_POINTS = (380, 1300)
_SHORTER_SIDE_PIXELS = 1654
_LARGEST_PAGE_PIXELS = 40_000_000


def image_pages(data: bytes) -> Iterator[Pixels]:
    """Pages of an image file as arrays, height × width (grey) or × 3 (RGB); of an animation only the first picture.

    Raises UnreadableDocument for what is no image, is broken, too large or too small.
    """
    image = _opened(data)
    for number in range(_pages_in(image)):
        try:
            image.seek(number)
            yield _pixels(image)
        except (UnreadableDocument, MemoryError):
            raise
        except Exception as error:  # decoders of images raise whatever they like on broken data
            raise UnreadableDocument(f"Page {number + 1} of the image is broken ({error}).") from None


def pages_of_image(data: bytes) -> int:
    """Number of pages in an image file, without decoding them. Raises UnreadableDocument as ``image_pages``."""
    return _pages_in(_opened(data))


def pdf_pages(data: bytes) -> Iterator[Pixels]:
    """Pages of a PDF drawn as arrays, height × width × 3 (RGB). Raises UnreadableDocument when it cannot be drawn."""
    with _opened_pdf(data) as document:
        for number in range(len(document)):
            try:
                page = document[number]
                bitmap = page.render(scale=_scale(*page.get_size()), rev_byteorder=True, maybe_alpha=False)
                drawn = bitmap.to_numpy()
                yield np.ascontiguousarray(drawn if drawn.ndim == 2 else drawn[:, :, :3])
            except pypdfium2.PdfiumError as error:
                raise UnreadableDocument(f"Page {number + 1} of the PDF cannot be drawn ({error}).") from None


def pages_of_pdf(data: bytes) -> int:
    """Number of pages of a PDF. Raises UnreadableDocument when it cannot be opened."""
    with _opened_pdf(data) as document:
        return len(document)


def _opened(data: bytes) -> Image.Image:
    # Pillow's own guard raises on sizes far below what a hostile file can name; ours stands behind it, in words.
    Image.MAX_IMAGE_PIXELS = None
    try:
        image = Image.open(io.BytesIO(data), formats=_KINDS)
    except UnidentifiedImageError:
        raise UnreadableDocument("The bytes begin like an image but are none that can be opened.") from None
    except MemoryError:
        raise
    except Exception as error:  # decoders of images raise whatever they like on broken data
        raise UnreadableDocument(f"The image cannot be opened ({error}).") from None
    return image


def _pages_in(image: Image.Image) -> int:
    if image.format != "TIFF":
        return 1
    count = 1
    try:
        # Not all at once: a chain may be long, and nothing is asked of what lies beyond the limit.
        while count <= _MOST_PAGES:
            image.seek(count)
            count += 1
    except EOFError:
        return count
    except MemoryError:
        raise
    except Exception as error:  # a broken chain of pages
        raise UnreadableDocument(f"The pages of the image cannot be counted ({error}).") from None
    raise UnreadableDocument(f"The image has more than {_MOST_PAGES} pages; scans are read up to {_MOST_PAGES}.")


def _check_pages(count: int, kind: str) -> None:
    if count > _MOST_PAGES:
        raise UnreadableDocument(f"The {kind} has {count} pages; scans are read up to {_MOST_PAGES}.")


def _pixels(image: Image.Image) -> Pixels:
    width, height = image.size
    if width * height > _MOST_PIXELS or max(width, height) > _LONGEST_SIDE:
        raise UnreadableDocument(
            f"The image has {width} × {height} pixels; "
            f"up to {_MOST_PIXELS // 10**6} million, {_LONGEST_SIDE} on a side, are read."
        )
    if min(width, height) < _SHORTEST_SIDE:
        raise UnreadableDocument(f"The image has {width} × {height} pixels: too few for a page of text.")
    # At twice the size that is needed (JPEG only): the rest is never decoded.
    image.draft("RGB", (4 * _SHORTER_SIDE_PIXELS, 4 * _SHORTER_SIDE_PIXELS))
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I;16") or upright.mode in ("I", "F"):
        return _from_deep(np.asarray(upright))
    if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
        layered = upright.convert("RGBA")
        paper = Image.new("RGBA", layered.size, "white")
        paper.alpha_composite(layered)
        upright = paper.convert("RGB")
    mode = "L" if upright.mode in ("1", "L") else "RGB"
    return np.asarray(upright.convert(mode), dtype=np.uint8)


def _from_deep(values: np.ndarray) -> Pixels:
    """Sixteen and more bits a pixel, spread over eight."""
    low, high = float(values.min()), float(values.max())
    return ((values.astype(np.float32) - low) * (255.0 / max(high - low, 1.0))).astype(np.uint8)


def _opened_pdf(data: bytes) -> pypdfium2.PdfDocument:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise UnreadableDocument(f"The PDF cannot be opened ({error}).") from None
    _check_pages(len(document), "PDF")
    return document


def _scale(width: float, height: float) -> float:
    """Pixels a point for a page of so many points."""
    shorter = min(width, height)
    smallest, largest = _PAPER_POINTS
    is_paper = smallest <= shorter <= largest
    scale = _DOTS_PER_INCH / _POINTS_PER_INCH if is_paper else _SHORTER_SIDE_PIXELS / max(shorter, 1.0)
    return min(scale, (_LARGEST_PAGE_PIXELS / max(width * height, 1.0)) ** 0.5)
