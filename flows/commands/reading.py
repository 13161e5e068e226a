"""The command that reads single documents and shows what the normalizer would take from them."""

from __future__ import annotations

import json
from pathlib import Path

import click

from flows.progress import report, shown


@click.command(short_help="One document's tables, as the normalizer reads them.")
@click.argument(
    "paths",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="PATH...",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object with every cell, check and warning.")
@click.option("--lang", type=click.Choice(("zh", "en")), default="zh", show_default=True, help="Labels.")
def parse(paths: tuple[Path, ...], as_json: bool, lang: str) -> None:
    """Read documents and show their tables, with every cell in doubt marked; write nothing.

    A document that cannot be read is no error: its outcome says so.

    \b
    Examples:
      gongkai parse report.html
      gongkai parse --json report.html other.txt > reports.json
    """
    from transforms.batch import read_files

    found = {}
    with shown():
        for number, read in enumerate(read_files(dict.fromkeys(paths)), start=1):
            report("reading", number, len(paths))
            found[read.path] = read.reading
    documents = [found[path].as_json(str(path)) for path in paths]
    if as_json:
        click.echo(json.dumps({"documents": documents}, ensure_ascii=False, indent=1, allow_nan=False))
    else:
        from flows.views.document import show

        for document in documents:
            show(document, lang)
    unread = [document for document in documents if document["outcome"] != "parsed"]
    for document in unread:
        click.echo(f"{document['path']}: {document['outcome']}: {document['reason']}", err=True)
