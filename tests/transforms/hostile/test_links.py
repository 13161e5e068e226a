"""Documents that point elsewhere: nothing is fetched, whatever the kind."""

from __future__ import annotations

import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.transforms.hostile import markup, packages, pdfs
from transforms.batch import read_files
from transforms.documents.word import office

MAKERS = {
    "html": markup.with_frames_elsewhere,
    "mht": lambda address: markup.page_in_mail(markup.with_frames_elsewhere(address)),
    "docx": packages.docx_elsewhere,
    "type.docx": packages.docx_type_elsewhere,
    "odt": packages.odt_elsewhere,
    "xlsx": packages.xlsx_elsewhere,
    "zip": lambda address: packages.zip_within("a.html", markup.with_frames_elsewhere(address)),
    "pdf": pdfs.elsewhere,
    "rtf": markup.rtf_elsewhere,
    "xml": markup.word_xml_elsewhere,
}
# A process of its own: threads of a server in this one would change how the readers are started.
_SERVER = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        open(sys.argv[1], "a").write(self.path + "\\n")
        self.send_response(200)
        self.end_headers()
    do_HEAD = do_OPTIONS = do_PROPFIND = do_POST = do_GET
    def log_message(self, *_): pass
with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
    print(server.server_port, flush=True)
    server.serve_forever()
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Address of a server on loopback, and the file that lists what it was asked for."""
    asked = tmp_path / "asked"
    asked.touch()
    with subprocess.Popen([sys.executable, "-c", _SERVER, str(asked)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}", asked
        process.kill()


def test_no_kind_of_document_makes_a_request(server: tuple[str, Path], tmp_path: Path) -> None:
    address, asked = server
    kinds = [kind for kind in MAKERS if kind not in ("rtf", "xml") or office.find_program()]
    paths = [tmp_path / f"a.{kind}" for kind in kinds]
    for path, kind in zip(paths, kinds, strict=True):
        data = MAKERS[kind](address)
        assert kind == "zip" or address.encode() in data or kind.endswith(("docx", "odt", "xlsx")), kind
        path.write_bytes(data)
    read = {one.path: one.reading for one in read_files(paths, workers=1)}
    assert read.keys() == set(paths)
    assert not asked.read_text(), "a reader asked for something"
    urllib.request.urlopen(f"{address}/shown", timeout=10).close()
    assert asked.read_text() == "/shown\n", "or the server would show nothing"
