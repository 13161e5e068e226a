"""How fast the static site of a published warehouse is written, and how large its pages are.

    python benchmarks/site.py HOME

HOME is any home with a warehouse; benchmarks/README.md tells which one its figures are of.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from warehouse.site import site  # noqa: E402


def main() -> None:
    """Write the site of the home that the command line names to a folder of its own, and print what it took."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        began, before = time.monotonic(), time.process_time()
        made = site(Path(sys.argv[1]), Path(folder) / "site")
        wall, cpu = time.monotonic() - began, time.process_time() - before
        sizes = [path.stat().st_size for path in (made.folder / "agency").iterdir()]
        whole = sum(path.stat().st_size for path in made.folder.rglob("*") if path.is_file())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{made.agencies} agencies, {made.pages} pages: {wall:.1f} s, {cpu:.1f} s of CPU, {peak:.0f} MB at most")
    print(f"{made.agencies / cpu:.0f} agencies a CPU second, downloads and all other pages included")
    print(f"largest page {made.largest / 1000:.0f} kB, an agency's {sum(sizes) / len(sizes) / 1000:.0f} kB on average")
    print(f"{whole / 1e6:.0f} MB in all")


if __name__ == "__main__":
    main()
