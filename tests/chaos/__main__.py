"""``python -m tests.chaos [--nights N] [--prefect N] [--seed N]``: the whole trial, one line a night."""

from __future__ import annotations

import argparse
import secrets
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.chaos.trial import run


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--nights", type=int, default=100)
    arguments.add_argument("--prefect", type=int, help="nights through Prefect; default: one in eight")
    arguments.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    chosen = arguments.parse_args()
    prefect = chosen.nights // 8 if chosen.prefect is None else chosen.prefect
    folder, began = Path(tempfile.mkdtemp(prefix="gongkai-chaos-")), time.monotonic()
    print(f"seed {chosen.seed}, {chosen.nights} nights, {prefect} of them through Prefect, in {folder}", flush=True)
    try:
        tally = run(
            folder,
            chosen.seed,
            chosen.nights,
            prefect,
            lambda line: print(f"{time.monotonic() - began:5.0f} s  {line}", flush=True),
        )
    except AssertionError as error:
        print(error, file=sys.stderr)
        return 1
    shutil.rmtree(folder)
    for what, times in sorted(tally.items()):
        print(f"{times:6} {what}")
    print(f"all as it must be, after {time.monotonic() - began:.0f} seconds (seed {chosen.seed})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
