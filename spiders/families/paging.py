"""Lists that come by number, whatever their format: asked page by page until one is empty, repeated or the last."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from spiders.reading.listing import Listing
from spiders.visiting.visit import ListFailed, Visit


@dataclass(frozen=True)
class Batch:
    """One page of a numbered list: its rows as judged, how many it holds, how many the whole list says it has.

    `references` are the addresses of all its rows as written, where the list comes as data.
    """

    rows: Listing
    size: int
    total: int | None = None
    references: frozenset[str] = frozenset()

    @property
    def addresses(self) -> frozenset[str]:
        """What tells this page from others: the addresses of its rows, at least of those that were judged."""
        if self.references:
            return self.references
        candidates, others = self.rows.candidates, self.rows.rejected
        return frozenset([row.url for row in candidates] + [row.url for row in others])


async def read_numbered(
    visit: Visit, where: str, ask: Callable[[int], Awaitable[Batch | None]], *, first: int = 1
) -> bool:
    """Ask for the pages of a list from number `first` on and stop at its end.

    The end is a page without rows (None or an empty batch), one that shows nothing new, the total that the list
    says, or the entry's `pager.max`. What a list says and does not show is noted.

    Args:
        visit: the portal's visit; its pager says whether more than the first page is read.
        where: what is read, for notes.
        ask: fetches one page by its number and keeps its rows; None for one past the end.
        first: the number of the first page.

    Returns:
        True when all that the list says it has was shown.

    Raises:
        ListFailed: when the list says that it has rows and shows none.
    """
    pager = visit.portal.list_page.pager
    most = 1 if pager.kind == "none" else pager.max
    seen: set[str] = set()
    read = 0
    total: int | None = None
    for number in range(first, first + most):
        batch = await ask(number)
        # A page past the end may say that there is nothing at all.
        if batch is not None and batch.total is not None and (batch.size or number == first):
            total = batch.total
        if batch is None or batch.size == 0:
            break
        if number > first and batch.addresses <= seen:
            # Some servers answer every number with the first or the last page.
            break
        # A list that is sorted anew between two questions shows a row twice and another never.
        read += batch.size - len(batch.references & seen)
        seen |= batch.addresses
        if total is not None and read >= total:
            break
    else:
        if pager.kind != "none":
            visit.notes.append(f"pager: {where} was read up to pager.max, {most} pages")
            visit.whole_list_read = False
        return False
    if total and not read:
        raise ListFailed("no_rows", f"no_rows: {where} says {total} rows and shows none")
    if total is not None and read < total and pager.kind != "none":
        visit.notes.append(f"pager: {where} says {total} rows and gave {read}")
        visit.whole_list_read = False
        return False
    return True
