"""Figures that a report tells in its sentences, as far as a sentence leaves no doubt about them."""

from transforms.reading.narrative.facts import narrative_facts

__all__ = ["narrative_facts"]
