"""Texts of reports from a few thousand paragraphs, and the fingerprints that these have."""

from __future__ import annotations

from functools import cache, reduce

import numpy as np
import pyarrow as pa

from benchmarks.synthetic.columns import Numbers, fixed_text
from transforms import content

OPENING = "年，本机关共收到政府信息公开申请{}件。"
TEXT_COLUMNS = ("text_letters", "text_bits", *(f"text_band_{number}" for number in range(1, content.BANDS + 1)))


def bands_of(texts: dict[int, Numbers]) -> Numbers:
    """Letters, bits and bands of the texts that ``Chunk._texts`` makes of these paragraphs."""
    hashed, letters, begins = _told_by_paragraphs()
    least = np.array([content.minima(said) for said in np.split(hashed, begins[1:-1])])
    of_paragraphs = np.add.reduceat(letters, begins[:-1])
    opening = list(content.sentences(OPENING.format("")))
    minima = reduce(np.minimum, (least[which] for which in texts.values()), content.minima(content.hashes(opening)))
    total = sum(of_paragraphs[which] for which in texts.values()) + sum(map(len, opening))
    return np.column_stack([total, content.bits(minima), content.bands(minima).astype(np.int64)])


def sentences_of(texts: dict[int, Numbers]) -> pa.Array:
    """The numbers of the sentences of such texts, of each in order and once."""
    hashed, letters, begins = _told_by_paragraphs()
    opening = list(content.sentences(OPENING.format("")))
    in_opening = content.numbers(content.hashes(opening), list(map(len, opening)))
    which = np.column_stack(list(texts.values()))
    counts = np.diff(begins)[which].ravel()
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    of_paragraphs = content.numbers(hashed, letters)[np.repeat(begins[which].ravel(), counts) + within]
    number, width = which.shape
    rows = np.concatenate([np.repeat(np.arange(number).repeat(width), counts), np.arange(number).repeat(len(opening))])
    told = np.concatenate([of_paragraphs, np.tile(in_opening, number)])
    in_order = np.lexsort((told, rows))
    rows, told = rows[in_order], told[in_order]
    once = np.concatenate([[True], (np.diff(rows) != 0) | (np.diff(told) != 0)])[: len(rows)]
    offsets = np.concatenate([[0], np.cumsum(np.bincount(rows[once], minlength=number))])
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pa.array(told[once]))


@cache
def _told_by_paragraphs() -> tuple[content.Hashes, Numbers, Numbers]:
    """Hashes and letters of the sentences of all paragraphs, and where those of each begin."""
    told = [list(content.sentences(paragraph)) for paragraph in paragraphs().to_pylist()]
    said = [sentence for sentences in told for sentence in sentences]
    begins = np.concatenate([[0], np.cumsum([len(sentences) for sentences in told])])
    return content.hashes(said), np.array([len(sentence) for sentence in said]), begins


@cache
def paragraphs() -> pa.Array:
    """5,000 paragraphs of some 300 characters."""
    # All of two characters; the last one ends a sentence.
    words = "公开 政府 信息 工作 主动 申请 办理 机关 依法 规范 制度 平台 监督 保障 全年 及时 群众 服务 好。".split()
    drawn = np.random.default_rng(3).integers(0, len(words), (5000, 150))
    letters = np.array([np.frombuffer(word.encode(), dtype=np.uint8) for word in words])
    return fixed_text(letters[drawn].reshape(5000, -1))
