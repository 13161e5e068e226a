"""Benchmark (e): how long each command takes to answer from a cold start, and which heavy libraries it loads.

Run: python benchmarks/start_up.py [rounds]

Cold means that the files of Python and of the environment are not in the memory of the system: each is given back to
the disk before the command starts (posix_fadvise, which needs no rights). A file that another process has mapped at
that moment stays, so libraries of this process are not imported here. Warm is the same command once more.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
HEAVY = ("prefect", "scrapy", "twisted", "pandas", "pyarrow", "duckdb", "lxml", "opencc", "pandera", "yaml", "rich")
# The contract of these: they load neither, and answer within a second.
QUICK = ("parse", "sql", "compare")
FORBIDDEN = frozenset({"prefect", "scrapy"})
_LOADED = (
    "import sys; from flows.cli import run_command; status = run_command(sys.argv[1:]); "
    f"print('loaded', *[name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr); sys.exit(status)"
)
_HOME = (
    "import sys; sys.path.insert(0, 'benchmarks'); from pathlib import Path; from normalizing import archive; "
    "from flows.cli import run_command; home = sys.argv[1]; archive(Path(home), 20); "
    "sys.exit(run_command(['normalize', '--home', home]) or run_command(['load', '--home', home]))"
)


class Cost(NamedTuple):
    """Seconds of one start: by the clock, and of the processor."""

    wall: float
    cpu: float


def prepare(folder: Path) -> None:
    """Make a home with a warehouse of twenty reports, and one report beside it; in a process of its own, so that
    nothing heavy stays mapped here."""
    subprocess.run([sys.executable, "-c", _HOME, str(folder / "home")], cwd=ROOT, check=True, capture_output=True)
    document = next((folder / "home" / "raw" / "documents").glob("*/*"))
    (folder / "report.html").write_bytes(document.read_bytes())


def commands(folder: Path) -> dict[str, list[str]]:
    """What is measured, by name."""
    home, report = ["--home", str(folder / "home")], str(folder / "report.html")
    return {
        "--help": ["--help"],
        "parse": ["parse", report],
        "parse --json": ["parse", "--json", report],
        "sql": ["sql", "SELECT count(*) FROM agency_year", *home],
        "compare": ["compare", *home, "-o", str(folder / "comparison.csv")],
        "site": ["site", str(folder / "site"), *home],
        "export": ["export", str(folder / "export"), *home],
        "status": ["status", *home],
        "portals list": ["portals", "list", *home],
        "ingest": ["ingest", report, "--home", str(folder / "ingested")],
        "normalize, nothing new": ["normalize", *home],
        "load, nothing new": ["load", *home],
        "nightly --help": ["nightly", "--help"],
    }


def run(arguments: Sequence[str], folder: Path) -> Cost:
    """Start a command line in a new process and wait for its end."""
    began, before = time.monotonic(), os.times()
    subprocess.run(
        [sys.executable, "-m", "flows.cli", *arguments], cwd=ROOT, check=True, capture_output=True, env=_surroundings()
    )
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Cost(time.monotonic() - began, cpu)


def loaded(arguments: Sequence[str]) -> list[str]:
    """The heavy libraries that a command has imported when it ends."""
    done = subprocess.run(
        [sys.executable, "-c", _LOADED, *arguments],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
        env=_surroundings(),
    )
    return done.stderr.strip().rpartition("\n")[2].split()[1:]


def _surroundings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("GONGKAI")}


def installed_files() -> Iterator[Path]:
    """Every file of the environment, of the standard library and of the checkout's own rooms."""
    folders = {sysconfig.get_path("stdlib"), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    rooms = [ROOT / room for room in ("flows", "spiders", "transforms", "warehouse")]
    for folder in {*map(Path, folders), *rooms}:
        for parent, _, names in os.walk(folder):
            yield from (Path(parent) / name for name in names)


def forget(files: Sequence[Path]) -> None:
    """Give the memory that holds these files back, so that the next reader reads the disk."""
    for path in files:
        try:
            descriptor = os.open(path, os.O_RDONLY)
        except OSError:
            continue
        try:
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        finally:
            os.close(descriptor)


def measure(rounds: int) -> None:
    """Print medians over rounds that take the commands in turn."""
    costs: dict[str, list[tuple[Cost, Cost]]] = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        prepare(folder)
        files = list(installed_files())
        for _ in range(rounds):
            for name, arguments in commands(folder).items():
                forget(files)
                costs.setdefault(name, []).append((run(arguments, folder), run(arguments, folder)))
        print(f"{'':24} {'cold':>8} {'warm':>8} {'warm CPU':>9}  loads")
        for name, arguments in commands(folder).items():
            cold, warm = ([pair[n] for pair in costs[name]] for n in (0, 1))
            names = loaded(arguments)
            figures = [
                statistics.median(cost.wall for cost in cold),
                statistics.median(cost.wall for cost in warm),
                statistics.median(cost.cpu for cost in warm),
            ]
            print(f"{name:24} {figures[0]:6.2f} s {figures[1]:6.2f} s {figures[2]:7.2f} s  {' '.join(names)}")
            if name.split()[0] in QUICK and FORBIDDEN & set(names):
                raise SystemExit(f"gongkai {name} loads {', '.join(sorted(FORBIDDEN & set(names)))}")


if __name__ == "__main__":
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
