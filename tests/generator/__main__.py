"""The command: make documents of some kinds and layouts, read them, print how many cells were read rightly."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from tests.generator import scoring
from tests.generator.kinds.registry import KINDS, named
from tests.generator.layouts import Layout, departures, layouts
from tests.generator.running import Flaw, Outcome, run, shared_reports

# Documents of each kind in `make generate`; the slow ones few.
SELECTION = {
    "html": 600,
    "text": 300,
    "markdown": 200,
    "docx": 300,
    "docx-office": 120,
    "doc": 80,
    "odt": 80,
    "rtf": 80,
    "xlsx": 120,
    "pdf": 120,
    "pdf-office": 120,
    "pdf-browser": 120,
}

_COLUMNS = (scoring.MISSED, scoring.OTHER_STATE, scoring.NAMED, scoring.UNNAMED, scoring.UNFLAGGED, scoring.NOISE)
_SHOWN = (scoring.UNNAMED, scoring.UNFLAGGED)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 1 if a cell is wrong without a sign or a contradiction is not named."""
    options = _parser().parse_args(arguments)
    known = layouts()
    if options.layout and options.layout not in (*known, "mixed"):
        print(f"There is no layout {options.layout!r}. There are: {', '.join([*known, 'mixed'])}", file=sys.stderr)
        return 2
    # Every fourth document of a run over all layouts mixes options at random.
    chosen: list[Layout | None] = [known.get(options.layout)] if options.layout else _all_layouts()
    shared = None if options.random_only else shared_reports()
    worst = 0
    for kind in named(options.kind or SELECTION):
        reason = kind.missing()
        if reason:
            print(f"{kind.name}: skipped, {reason}")
            continue
        number = options.documents or SELECTION[kind.name]
        outcome = run(kind, number, options.seed, chosen, shared, options.workers)
        _print(outcome, options)
        worst += 0 if outcome.not_read else outcome.total.worst
    return 1 if worst else 0


def _all_layouts() -> list[Layout | None]:
    every: list[Layout | None] = []
    for at, layout in enumerate(layouts().values()):
        every += [layout, None] if at % 3 == 2 else [layout]
    return every


def _print(outcome: Outcome, options: argparse.Namespace) -> None:
    total = outcome.total
    made = f", {outcome.not_made} could not be made" if outcome.not_made else ""
    if outcome.not_read:
        print(f"{outcome.kind}: not read ({total.documents} documents{made}): {next(iter(outcome.unread))}")
        return
    unread = f", {outcome.unread.total()} unreadable" if outcome.unread else ""
    print(f"{outcome.kind}: {total.documents} documents{made}{unread}")
    for reason, number in outcome.unread.most_common():
        print(f"  {number} unreadable: {reason}")
    width = max(map(len, [*outcome.by_layout, "all"]))
    print(f"  {'layout':{width}}  cells    right %  " + "  ".join(_COLUMNS) + "  identity")
    rows = sorted(outcome.by_layout.items(), key=lambda item: (item[1].share_right, item[0]))
    for name, score in [*rows, ("all", total)]:
        if name == "all" or options.all or score.share_right < 1 or score.worst or score.counts[scoring.NOISE]:
            counts = "  ".join(f"{score.counts[column]:{len(column)}}" for column in _COLUMNS)
            identity = score.counts[scoring.IDENTITY]
            print(f"  {name:{width}}  {score.cells:7}  {100 * score.share_right:7.3f}  {counts}  {identity:8}")
    shown = {options.show} if options.show else set(_SHOWN)
    flaws = [flaw for flaw in outcome.flaws if flaw.finding.kind in shown]
    for flaw in flaws[: options.errors]:
        print(_line(flaw))
    if len(flaws) > options.errors:
        print(f"  … and {len(flaws) - options.errors} more")


def _line(flaw: Flaw) -> str:
    finding = flaw.finding
    options = ", ".join(f"{option}={value}" for option, value in departures(flaw.layout).items())
    where = f"{flaw.path} [{flaw.layout.name}: {options}; seed {flaw.seed}]"
    return f"  {finding.kind}: {finding.cell} expected {finding.expected}, read {finding.read}\n    {where}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.generator", description=__doc__)
    parser.add_argument("--kind", action="append", choices=list(KINDS), help="a kind of file; again for more of them")
    parser.add_argument("--documents", type=int, help="how many of each kind")
    parser.add_argument("--seed", default="1", help="the same seed gives the same documents")
    parser.add_argument("--layout", help="one layout by name, or 'mixed'")
    parser.add_argument("--random-only", action="store_true", help="no figures of real reports")
    parser.add_argument("--workers", type=int, help="processes that read")
    parser.add_argument("--errors", type=int, default=20, help="how many findings of a kind to print")
    parser.add_argument("--show", help="which findings to print: missed, 'other state', noise, identity …")
    parser.add_argument("--all", action="store_true", help="print layouts without findings too")
    return parser


if __name__ == "__main__":
    sys.exit(main())
