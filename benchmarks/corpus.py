"""Pages to measure on: the official forms with figures, in the markup that word processors paste and portals wrap."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.transforms.layouts import html_page, make_figures  # noqa: E402

# What a word processor leaves around every figure when a report is pasted into a portal's editor.
_PASTED = (
    '<p class="MsoNormal" align="center" style="margin: 0cm; text-align: center; line-height: 150%; '
    'mso-pagination: widow-orphan;"><span lang="EN-US" style="font-size: 12.0pt; font-family: 宋体; color: black; '
    'mso-font-kerning: 0pt;">'
)
_CELL = 'style="width:46.9pt;border:solid windowtext 1.0pt;padding:0cm 5.4pt 0cm 5.4pt" valign="center"'


def pages(count: int) -> list[bytes]:
    """Laid-out reports of both forms: plain, with empty cells for spans, and as pasted from a word processor."""
    made = []
    for seed in range(count):
        figures = make_figures(seed, "F2019" if seed % 3 == 0 else "F2021")
        page = html_page(figures, fillers=seed % 4 == 1)
        made.append(_pasted(page) if seed % 2 else page)
    return made


def _pasted(page: bytes) -> bytes:
    text = page.decode()
    text = text.replace("<td", f"<td {_CELL}").replace("<td " + _CELL + "><p>", f"<td {_CELL}>{_PASTED}")
    text = text.replace("</p></td>", "</span></p></td>")
    links = "".join(f'<li><a href="/zwgk/{n}/index.html" title="栏目{n}">栏目{n}</a></li>' for n in range(120))
    return text.replace("<body>", f"<body><div class=nav><ul>{links}</ul></div>").encode()


def real_pages() -> list[bytes]:
    """Real reports in HTML, which stay outside the repository; none where they are not here."""
    folder = Path(os.environ.get("GONGKAI_SHARED", ROOT.parent / "shared")) / "reports"
    return [path.read_bytes() for path in sorted(folder.glob("*.html"))]
