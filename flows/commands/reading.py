"""The command that reads single documents and shows what the normalizer would take from them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.errors import CalledWronglyError
from flows.progress import report, shown

if TYPE_CHECKING:
    from transforms.batch import ReadFile


@click.command(short_help="One document's tables, as the normalizer reads them.")
@click.argument(
    "paths",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
    metavar="PATH...",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object with every cell, check and warning.")
@click.option("--lang", type=click.Choice(("zh", "en")), default="zh", show_default=True, help="Labels.")
def parse(paths: tuple[Path, ...], as_json: bool, lang: str) -> None:
    """Read documents and show their tables, with every cell in doubt marked; write nothing.

    Of a folder, all files are read and summed up, one line each. A document that cannot be read is no error: its
    outcome says so.

    \b
    Examples:
      gongkai parse report.html
      gongkai parse folder-of-reports
      gongkai parse --json report.html other.txt > reports.json
    """
    files = [(file, path if path.is_dir() else None) for path in paths for file in _files(path)]
    if not files:
        raise CalledWronglyError(f"There is no file in {', '.join(map(str, paths))}.")
    with shown():
        reads = _in_order([file for file, _ in files])
        if as_json:
            _print_json(reads)
        else:
            _print_tables(reads, [folder for _, folder in files], lang)


def _files(path: Path) -> list[Path]:
    """The files of a folder and those below it, by name; hidden ones, which systems leave there, are no reports."""
    if not path.is_dir():
        return [path]
    below = (file for file in path.rglob("*") if file.is_file())
    return sorted(f for f in below if not any(part.startswith(".") for part in f.relative_to(path).parts))


def _in_order(files: Sequence[Path]) -> Iterator[tuple[Path, ReadFile]]:
    """Every file with what came of it, in the order given, as soon as those before it are read."""
    from transforms.batch import read_files

    early: dict[Path, ReadFile] = {}
    waiting = list(reversed(files))
    last = {file: at for at, file in enumerate(files)}
    for number, read in enumerate(read_files(dict.fromkeys(files)), start=1):
        report("reading", number, len(last))
        early[read.path] = read
        while waiting and waiting[-1] in early:
            file = waiting.pop()
            yield file, early[file]
            if last[file] == len(files) - len(waiting) - 1:
                del early[file]


def _print_json(reads: Iterator[tuple[Path, ReadFile]]) -> None:
    """Print the object of the contract document by document: thousands of them do not fit into memory."""
    click.echo('{"documents": [', nl=False)
    for number, (file, read) in enumerate(reads):
        document = json.dumps(read.reading.as_json(str(file)), ensure_ascii=False, indent=1, allow_nan=False)
        click.echo((",\n" if number else "\n") + document, nl=False)
        _say_unread(file, read)
    click.echo("\n]}")


def _print_tables(reads: Iterator[tuple[Path, ReadFile]], folders: Sequence[Path | None], lang: str) -> None:
    from flows.views.document import show
    from flows.views.summary import line_of, name_in, show_summary

    lines = []
    for (file, read), folder in zip(reads, folders, strict=True):
        lines.append(line_of(read, name_in(file, folder)))
        if folder is None:
            show(read.reading.as_json(str(file)), lang)
            _say_unread(file, read)
    if len(lines) > 1 or any(folders):
        show_summary(lines)


def _say_unread(file: Path, read: ReadFile) -> None:
    reading = read.reading
    if reading.outcome != "parsed":
        click.echo(f"{file}: {reading.outcome}: {reading.reason}", err=True)
