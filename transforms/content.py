"""What a document says, apart from how it is laid out: the hash by which revisions are told from visit counters."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from transforms.reading.result import Reading, path_text


def content_hash(reading: Reading) -> str:
    """Hash of title, cells and section text (contract, section 5); of the bytes where nothing was read.

    Cells count with state and value, or with their printed text where there is no value, so that neither places
    in the markup nor white space make a revision.
    """
    if reading.outcome in ("unreadable", "out_of_format"):
        return reading.sha256
    cells = {
        path_text(path): [
            cell.state,
            str(cell.value) if cell.value is not None else "".join(cell.raw.split()),
        ]
        for path, cell in sorted(reading.cells.items())
        if cell.state != "missing"
    }
    sections = {number: "".join(text.split()) for number, text in sorted(reading.sections.items())}
    title = "".join((reading.title or "").split())
    said = json.dumps([title, cells, sections], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def figures_hash(reading: Reading) -> str | None:
    """Hash of the figures alone, by which the places where one report stands are compared; None without figures.

    Of 64 bits, for it is only held against those of a report's other places and of a year's other reports.
    """
    figures = [f"{path_text(path)}={cell.value}" for path, cell in sorted(reading.cells.items()) if cell.value]
    return hashlib.sha256("\n".join(figures).encode()).hexdigest()[:16] if figures else None


Hashes = npt.NDArray[np.uint64]

# So many bands of so many least hashes: of two texts nine tenths of which are alike one in a hundred shares no band
# (0.818 of the sentences of either are in both, 0.818 ** 3 of the bands are the same), of two that have a third in
# common one in twenty shares one. One bit of each of so many hashes tells which of these are worth a closer look: of
# the former nearly all differ in less than 14 bits, of the latter one in seventy.
BANDS, _IN_BAND, _BITS = 6, 3, 64
_LETTERS_WORTH_COMPARING, _SENTENCES_WORTH_COMPARING = 300, 5  # shorter texts are alike by nature
_MOST_SENTENCES = 10_000  # a report has a hundred; two texts are compared in the square of it
_SHORTEST_SENTENCE = 12
_OF_LETTERS = 0xFFFF  # the bits of a sentence's number that are its length
_NUMBERS = re.compile(r"[0-9.,%\s]+")


def _drawn(what: bytes) -> Hashes:
    """Odd numbers that are the same for ever, for what was made by them is compared over years."""
    digests = [hashlib.blake2b(what, digest_size=8, salt=bytes([n])).digest() for n in range(_BITS)]
    return np.frombuffer(b"".join(digests), dtype="<u8") | np.uint64(1)


_FACTORS, _SUMMANDS = _drawn(b"factor"), _drawn(b"summand")


class Fingerprint(NamedTuple):
    """What a text says, as numbers by which texts are compared.

    letters    of its distinct sentences without their numbers and the body's name, which are what a copy has in common
               with its source
    bits       64 bits: few differ between texts that have most of their sentences in common
    bands      a number for each of ``BANDS``: one at least is the same for such texts
    sentences  a number for each of these sentences, in order: a hash of 48 bits, then 16 bits of its letters
    """

    letters: int
    bits: int
    bands: tuple[int, ...]
    sentences: tuple[int, ...]


def fingerprint(sections: Mapping[str, str], body: str | None) -> Fingerprint | None:
    """The fingerprint of a text; None for one that is too short to tell anything, or longer than any report."""
    texts = [text.replace(body, "") if body else text for text in sections.values()]
    said = sorted({words for text in texts for words in sentences(text)})
    letters = sum(map(len, said))
    if letters < _LETTERS_WORTH_COMPARING or not _SENTENCES_WORTH_COMPARING <= len(said) <= _MOST_SENTENCES:
        return None
    hashed = hashes(said)
    least = minima(hashed)[None, :]
    told = np.sort(numbers(hashed, [len(words) for words in said]))
    return Fingerprint(letters, int(bits(least)[0]), tuple(bands(least)[0].tolist()), tuple(told.tolist()))


def sentences(text: str) -> Iterator[str]:
    """Its sentences without numbers and white space, but for short ones."""
    for sentence in text.replace("\n", "。").split("。"):
        words = _NUMBERS.sub("", sentence)
        if len(words) >= _SHORTEST_SENTENCE:
            yield words


def hashes(said: Iterable[str]) -> Hashes:
    """A hash of each sentence."""
    digests = b"".join(hashlib.blake2b(words.encode(), digest_size=8).digest() for words in said)
    return np.frombuffer(digests, dtype="<u8")


def numbers(hashed: Hashes, letters: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """The numbers of sentences by which ``warehouse/rules`` counts the letters that two texts have in common."""
    short = np.minimum(letters, _OF_LETTERS).astype(np.uint64)
    return (hashed & ~np.uint64(_OF_LETTERS) | short).view(np.int64)


def minima(hashed: Hashes) -> Hashes:
    """The least of each of 64 hashes of sentences, of which there is one at least.

    It is the same for two texts with the probability of their likeness (MinHash, Broder 1997).
    """
    least: Hashes = (hashed[:, None] * _FACTORS + _SUMMANDS).min(axis=0)
    return least


def bands(least: Hashes) -> Hashes:
    """A number of 31 bits for each band of the ``minima`` of texts, a row each."""
    in_bands = least[:, : BANDS * _IN_BAND].reshape(len(least), BANDS, _IN_BAND)
    numbers: Hashes = (in_bands * _FACTORS[:_IN_BAND]).sum(axis=2) >> np.uint64(33)
    return numbers


def bits(least: Hashes) -> npt.NDArray[np.int64]:
    """64 bits for the ``minima`` of each text, as a number: one of each hash, not of the first, which are small."""
    of_each = (least >> np.uint64(32)) & np.uint64(1)
    return (of_each << np.arange(_BITS, dtype=np.uint64)).sum(axis=1, dtype=np.uint64).view(np.int64)
