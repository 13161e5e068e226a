"""Holds the house together: who may import whom, how long a module may be, what a quick start loads."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("flows", "spiders", "transforms", "warehouse")
MAX_LINES = 400
MAX_MODULES_IN_A_FOLDER = 12

# What each room must not import; a name stands for itself and for everything below it.
FORBIDDEN = {
    "spiders": ("transforms", "warehouse", "flows", "prefect"),
    "transforms": ("spiders", "warehouse", "flows", "scrapy", "prefect"),
    "warehouse": ("spiders", "flows", "scrapy", "prefect"),
    "flows": (),
}


def modules(room: str) -> list[Path]:
    return sorted((ROOT / room).rglob("*.py"))


def imported_names(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (line, dotted name) of every absolute import, those inside functions included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), filename=str(path))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            for alias in node.names:
                yield node.lineno, f"{node.module}.{alias.name}"


def is_within(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


@pytest.mark.parametrize("room", ROOMS)
def test_arrows_between_rooms(room: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in modules(room)
        for line, name in imported_names(path)
        if any(is_within(name, package) for package in FORBIDDEN[room])
    ]
    assert modules(room), f"the room {room} has no modules: is the test looking in the right place?"
    assert not wrong, "\n".join(wrong)


def test_warehouse_takes_only_the_schema_from_transforms() -> None:
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in modules("warehouse")
        for line, name in imported_names(path)
        if is_within(name, "transforms") and not is_within(name, "transforms.schema")
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("room", ROOMS)
def test_modules_are_short_and_say_what_they_are_for(room: str) -> None:
    long = {
        str(p.relative_to(ROOT)): n for p in modules(room) if (n := len(p.read_text("utf-8").splitlines())) > MAX_LINES
    }
    silent = [
        str(p.relative_to(ROOT))
        for p in modules(room)
        if p.read_text("utf-8").strip() and not ast.get_docstring(ast.parse(p.read_text("utf-8")))
    ]
    assert not long, f"longer than {MAX_LINES} lines: {long}"
    assert not silent, f"without an opening sentence: {silent}"


@pytest.mark.parametrize("room", ROOMS)
def test_folders_are_small(room: str) -> None:
    folders = {path.parent for path in modules(room)}
    wide = {str(f.relative_to(ROOT)): n for f in folders if (n := len(list(f.glob("*.py")))) > MAX_MODULES_IN_A_FOLDER}
    assert not wide


def test_the_command_line_starts_without_the_heavy_libraries() -> None:
    code = (
        "import sys, flows.cli; heavy = ('prefect', 'scrapy', 'twisted', 'pandas', 'pyarrow', 'duckdb'); "
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


def test_locks_name_no_registry_and_agree() -> None:
    pins: dict[str, set[str]] = {}
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert "://" not in text
        assert "--index" not in text
        assert "--find-links" not in text
        pins[name] = {line.rstrip(" \\") for line in text.splitlines() if line[:1].isalnum()}
        blocks = text.split("\n")
        assert sum("--hash=sha256:" in line for line in blocks) >= len(pins[name])
    core, dev = pins["requirements.lock"], pins["requirements-dev.lock"]
    assert core <= dev, f"the development lock departs from the core lock: {sorted(core - dev)}"
