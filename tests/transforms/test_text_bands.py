"""Fingerprints of texts: copies share them, whatever the figures and the name; other texts do not."""

from __future__ import annotations

from random import Random

import pytest

from transforms.content import BANDS, text_bands

WORDS = "公开 政府 信息 工作 主动 申请 办理 机关 依法 规范 制度 平台 监督 保障 全年 及时 群众 服务".split()


def written(seed: int, sentences: int = 40) -> list[str]:
    random = Random(seed)
    return ["".join(random.choices(WORDS, k=random.randint(8, 20))) for _ in range(sentences)]


def fingerprint(sentences: list[str], body: str | None = None) -> tuple[int, ...]:
    found = text_bands({"1": "。".join(sentences[:20]), "5": "\n".join(sentences[20:])}, body)
    assert found is not None
    return found


def is_candidate(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """As warehouse/rules/D-COPY.sql chooses what it looks at closely."""
    differing = ((one[1] ^ other[1]) & (2**64 - 1)).bit_count()
    return differing < 14 and any(a == b for a, b in zip(one[2:], other[2:], strict=True))


def test_figures_the_name_and_the_order_of_sections_do_not_matter() -> None:
    text = written(1)
    one = fingerprint([f"{part}共甲市水利局{12}件" for part in text], "甲市水利局")
    other = fingerprint([f"{part}共乙县财政局{3_456}件" for part in reversed(text)], "乙县财政局")
    assert one == other
    assert len(one) == 2 + BANDS


@pytest.mark.parametrize(("kept", "at_least", "at_most"), [(38, 98, 100), (36, 95, 100), (20, 0, 5), (10, 0, 2)])
def test_texts_are_looked_at_closely_by_their_likeness(kept: int, at_least: int, at_most: int) -> None:
    """Of a hundred pairs of forty sentences, of which so many are in both."""
    found = 0
    for seed in range(100):
        text = written(seed)
        found += is_candidate(fingerprint(text), fingerprint(text[:kept] + written(1000 + seed, 40 - kept)))
    assert at_least <= found <= at_most


def test_short_texts_have_none() -> None:
    assert text_bands({"1": "。".join(written(1)[:4])}, None) is None
    assert text_bands({"1": "无。" * 200}, None) is None
    assert text_bands({}, None) is None


def test_they_are_the_same_for_ever() -> None:
    """What was made by an earlier version is held against what is made now."""
    assert fingerprint(written(1)) == (
        1168,
        -5691371599103933112,
        561985613,
        982785148,
        1226135779,
        1487231289,
        1182329494,
        209324818,
    )
