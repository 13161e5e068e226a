"""Fingerprints of texts: copies share them, whatever the figures and the name; other texts do not."""

from __future__ import annotations

from random import Random

import pytest

from transforms.content import BANDS, Fingerprint, fingerprint

WORDS = "公开 政府 信息 工作 主动 申请 办理 机关 依法 规范 制度 平台 监督 保障 全年 及时 群众 服务".split()


def written(seed: int, sentences: int = 40) -> list[str]:
    random = Random(seed)
    return ["".join(random.choices(WORDS, k=random.randint(8, 20))) for _ in range(sentences)]


def of(sentences: list[str], body: str | None = None) -> Fingerprint:
    found = fingerprint({"1": "。".join(sentences[:20]), "5": "\n".join(sentences[20:])}, body)
    assert found is not None
    return found


def is_candidate(one: Fingerprint, other: Fingerprint) -> bool:
    """As warehouse/rules/likeness.sql chooses what it looks at closely among the texts of other bodies."""
    differing = ((one.bits ^ other.bits) & (2**64 - 1)).bit_count()
    return differing < 14 and any(a == b for a, b in zip(one.bands, other.bands, strict=True))


def shared(one: Fingerprint, other: Fingerprint) -> int:
    """Letters that two texts have in common, as warehouse/rules/likeness.sql counts them."""
    return sum(number & 0xFFFF for number in {*one.sentences} & {*other.sentences})


def test_figures_the_name_and_the_order_of_sections_do_not_matter() -> None:
    text = written(1)
    one = of([f"{part}共甲市水利局{12}件" for part in text], "甲市水利局")
    other = of([f"{part}共乙县财政局{3_456}件" for part in reversed(text)], "乙县财政局")
    assert one == other
    assert len(one.bands) == BANDS


@pytest.mark.parametrize(("kept", "at_least", "at_most"), [(38, 98, 100), (36, 95, 100), (20, 0, 5), (10, 0, 2)])
def test_texts_are_looked_at_closely_by_their_likeness(kept: int, at_least: int, at_most: int) -> None:
    """Of a hundred pairs of forty sentences, of which so many are in both."""
    found = 0
    for seed in range(100):
        text = written(seed)
        found += is_candidate(of(text), of(text[:kept] + written(1000 + seed, 40 - kept)))
    assert at_least <= found <= at_most


@pytest.mark.parametrize("kept", [0, 1, 20, 40])
def test_letters_in_common_are_those_of_the_sentences_in_both(kept: int) -> None:
    text = written(1)
    other = [*reversed(text[:kept]), *written(2, 40 - kept), text[0], "短句"]
    assert shared(of(text), of(other)) == sum(map(len, text[: max(kept, 1)]))
    assert of(text).letters == sum(map(len, text)) == shared(of(text), of(text))


def test_a_text_too_short_to_tell_anything_or_longer_than_any_report_has_none() -> None:
    assert fingerprint({"1": "。".join(written(1)[:4])}, None) is None
    assert fingerprint({"1": "无。" * 200}, None) is None
    assert fingerprint({}, None) is None
    assert fingerprint({"1": "。".join(written(1, 10_000))}, None) is not None
    assert fingerprint({"1": "。".join(written(1, 10_001))}, None) is None


def test_a_sentence_longer_than_its_number_can_say_counts_with_what_it_can_say() -> None:
    text = [*written(1), "长" * 70_000]
    assert of(text).letters == sum(map(len, text))
    assert shared(of(text), of(text)) == sum(map(len, text)) - 70_000 + 65_535


def test_they_are_the_same_for_ever() -> None:
    """What was made by an earlier version is held against what is made now."""
    found = of(written(1))
    assert (found.letters, found.bits) == (1168, -5691371599103933112)
    assert found.bands == (561985613, 982785148, 1226135779, 1487231289, 1182329494, 209324818)
    assert len(found.sentences) == 40
    assert found.sentences[:2] == (-8870712880505225198, -8799317704387067882)
    assert sum(found.sentences) == -38060573830595345264
