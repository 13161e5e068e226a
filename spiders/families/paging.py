"""Lists that come by number, whatever their format: asked page by page until one is empty, repeated or the last."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from spiders.reading.listing import Listing
from spiders.visiting.visit import Visit


@dataclass(frozen=True)
class Batch:
    """One page of a numbered list: its rows as judged, how many it holds, how many the whole list says it has."""

    rows: Listing
    size: int
    total: int | None = None

    @property
    def addresses(self) -> frozenset[str]:
        """The addresses of all rows that were judged, reports or not."""
        candidates, others = self.rows.candidates, self.rows.rejected
        return frozenset([row.url for row in candidates] + [row.url for row in others])


async def read_numbered(
    visit: Visit, where: str, ask: Callable[[int], Awaitable[Batch | None]], *, first: int = 1
) -> None:
    """Ask for the pages of a list from number `first` on and stop at its end.

    The end is a page without rows (None or an empty batch), one that shows nothing new, the total that the list
    says, or the entry's `pager.max`. What a list says and does not show is noted.

    Args:
        visit: the portal's visit; its pager says whether more than the first page is read.
        where: what is read, for notes.
        ask: fetches one page by its number and keeps its rows; None for one past the end.
        first: the number of the first page.
    """
    pager = visit.portal.list_page.pager
    most = 1 if pager.kind == "none" else pager.max
    seen: set[str] = set()
    read = 0
    total: int | None = None
    for number in range(first, first + most):
        batch = await ask(number)
        if batch is None or batch.size == 0:
            break
        total = batch.total if batch.total is not None else total
        if number > first and batch.addresses <= seen:
            # Some servers answer every number with the first or the last page.
            break
        seen |= batch.addresses
        read += batch.size
        if total is not None and read >= total:
            break
    else:
        if pager.kind != "none":
            visit.notes.append(f"pager: {where} was read up to pager.max, {most} pages")
            visit.whole_list_read = False
        return
    if total is not None and read < total and pager.kind != "none":
        visit.notes.append(f"pager: {where} says {total} rows and gave {read}")
        visit.whole_list_read = False
