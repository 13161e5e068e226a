"""Words outside of tables -> labels of the form: broken over lines, parted by marks, misread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from transforms.documents.scan.pages import ReadLine, ReadWord
from transforms.documents.scan.vocabulary import corrected_label, is_label, misread
from transforms.reading.labels import Meaning, meanings, section_of
from transforms.reading.printed import looks_like_value

# In heights of the type: how far lines of one label stand apart at the most.
_LINES_APART = 1.1
# Lines that a label of the forms is broken over.
_MOST_LINES = 9
_LONGEST_LABEL = 90
# White beside marks of punctuation, which take the space of a whole character, and how far the middles of words of one
# line are from each other.
_MARK_GAP = 0.9
_REMARK_GAP = 1.6
_MARK_HEIGHT = 0.3
_MARKS_BEHIND = "、，。：；,.:;)）”》」"
_MARKS_BEFORE = "(（“《「"


class Label(NamedTuple):
    """Words that make a label of a form, joined, so many characters of them misread; the box around them."""

    text: str
    meanings: frozenset[Meaning]
    words: tuple[ReadWord, ...]
    errors: int
    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    def key(self, *kinds: str) -> str | None:
        """The key of its meaning of one of these kinds."""
        return next((meaning.key for meaning in self.meanings if meaning.kind in kinds), None)


def marks_joined(lines: Sequence[ReadLine]) -> list[ReadLine]:
    """Lines in which words that only the white beside a mark parts (1、 and its label, remarks in brackets) are one."""
    whole: dict[ReadWord, ReadWord] = {}  # by their first word
    gone: set[ReadWord] = set()
    for word in sorted((word for line in lines for word in line.words), key=lambda word: word.left):
        first = next((first for first, before in reversed(whole.items()) if _is_one_text(before, word)), None)
        if first is None:
            whole[word] = word
            continue
        before = whole[first]
        top, bottom = min(before.top, word.top), max(before.bottom, word.bottom)
        text = (before.raw or before.text) + word.text
        whole[first] = ReadWord(text, before.left, top, word.right, bottom, word.doubt)
        gone.add(word)
    kept = [(line.top, tuple(whole[word] for word in line.words if word not in gone)) for line in lines]
    return [ReadLine(top, words) for top, words in kept if words]


def _is_one_text(first: ReadWord, second: ReadWord) -> bool:
    if is_value(second) or abs(second.middle - first.middle) > _MARK_HEIGHT:
        return False
    gap = second.left - first.right
    text = first.raw or first.text
    beside_mark = text[-1:] in _MARKS_BEHIND or second.text[:1] in _MARKS_BEFORE
    # The mark inside of brackets may not have been recognised.
    in_brackets = _is_unclosed(text) and not _is_unclosed(text + second.text)
    return -0.3 <= gap <= (_REMARK_GAP if in_brackets else _MARK_GAP if beside_mark else -1.0)


def is_value(word: ReadWord) -> bool:
    return word.is_figure or looks_like_value(word.text) or word.text == "?"


def labels_of(words: Sequence[ReadWord]) -> Iterator[Label]:
    """Every run of lines below each other that makes a label, the longest that does."""
    for chain in _chains(words):
        position = 0
        while position < len(chain):
            label = _longest(chain[position : position + _MOST_LINES])
            # A line that makes the label worse is none of its own.
            without = _longest(chain[position + 1 : position + _MOST_LINES]) if label and len(label.words) > 1 else None
            better = without is not None and label is not None and without.errors < label.errors
            if label is None or (without is not None and better and without.words[-1] == label.words[-1]):
                position += 1
                continue
            yield label
            position += len(label.words)


def _longest(chain: Sequence[ReadWord]) -> Label | None:
    """The run of lines from the first of a chain that is nearest to a label; of equally near ones the longest."""
    best: Label | None = None
    joined = ""
    for number, word in enumerate(chain, start=1):
        joined += word.text
        if len(joined) > _LONGEST_LABEL or section_of(word.text):
            break
        text = corrected_label(joined)
        found = meanings(text)
        errors = misread(joined, text)
        # What follows a label and does not change what it means belongs to it only inside of its brackets.
        if found and (
            best is None or errors < best.errors or (errors == best.errors and _goes_on(best, found, joined))
        ):
            own = tuple(chain[:number])
            sides = (min(w.left for w in own), own[0].top, max(w.right for w in own), own[-1].bottom)
            best = Label(text, found, own, errors, *sides)
    return best


def _goes_on(best: Label, found: frozenset[Meaning], joined: str) -> bool:
    explains_more = found != best.meanings or is_label(joined) or best.errors > 0
    return explains_more or _is_unclosed("".join(word.text for word in best.words))


def _is_unclosed(text: str) -> bool:
    return text.count("(") + text.count("（") > text.count(")") + text.count("）")


def _chains(words: Sequence[ReadWord]) -> list[list[ReadWord]]:
    """Words below each other so near that they may be lines of one cell."""
    chains: list[list[ReadWord]] = []
    for word in sorted(words, key=lambda word: (word.top, word.left)):
        above = [chain for chain in chains if _is_below(chain[-1], word)]
        if above:
            max(above, key=lambda chain: shared(chain[-1], word)).append(word)
        else:
            chains.append([word])
    return chains


def _is_below(upper: ReadWord, lower: ReadWord) -> bool:
    gap = lower.top - upper.bottom
    return -0.3 <= gap <= _LINES_APART and shared(upper, lower) > 0 and lower.middle > upper.middle


def shared(one: ReadWord | Label, other: ReadWord | Label) -> float:
    return min(one.right, other.right) - max(one.left, other.left)
