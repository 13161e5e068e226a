"""Family `year_page`: one address a year that answers with the report itself, page or document (families.md §4)."""

from __future__ import annotations

from spiders.families.entries import Family, Node
from spiders.reading.listing import Candidate
from spiders.visiting.visit import Visit


async def read_list(visit: Visit, node: Node) -> None:
    """Offer the page itself as the report of its year; it is asked for when the articles are read."""
    visit.offer(Candidate(node.url, "", None, node.year, node.parent_url or node.url, only_year=node.year is not None))


FAMILY = Family(read_list)
