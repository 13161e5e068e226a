"""The table of hostile documents: what each is, how it is made, and what is to be said of it.

Whole documents that mean harm without being wrong (programs, links elsewhere) are in the tests themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from tests.transforms.hostile import markup, packages, pdfs, pictures

# What is said of a document that the limits of time or memory have ended.
ENDED = "took longer than|ended by SIG|of memory|more memory"
NONE = "Neither a title nor a section or table"
LARGE_TEXT = "larger than 8 MB|more than 100000 lines"
LARGE_PAGE = "more than 200000 cells"
DAMAGED = "damaged|broken|cannot be opened|none that can be opened|cut off"
PASSWORD = "password|protected"
OFFICE = "LibreOffice"


class Hostile(NamedTuple):
    """``finding``: an expression for the reason. ``seconds``: the limit, short where all of it is sure to be used."""

    make: Callable[[], bytes]
    finding: str
    outcome: str = "unreadable"
    seconds: float = 10.0


def _nothing(make: Callable[[], bytes]) -> Hostile:
    """A document that is read to its end, and is no report."""
    return Hostile(make, NONE, "out_of_format")


def _ended(make: Callable[[], bytes]) -> Hostile:
    return Hostile(make, ENDED, seconds=2.0)


HOSTILE: dict[str, Hostile] = {
    # Text
    "text: one line of 50 MB": Hostile(markup.one_line_of_text, LARGE_TEXT),
    "text: 50 MB of digits": Hostile(markup.one_line_of_digits, LARGE_TEXT),
    "text: millions of lines": Hostile(markup.million_lines, LARGE_TEXT),
    "text: many lines like headers": Hostile(markup.million_headers_of_mail, LARGE_TEXT),
    "text: millions of bars": Hostile(markup.million_bars, LARGE_TEXT),
    "text: half a character at the end": Hostile(markup.half_of_utf16, LARGE_TEXT),
    # HTML
    "html: a million cells": Hostile(markup.million_cells, LARGE_PAGE),
    "html: a million cells in a row": Hostile(markup.million_cells_in_one_row, LARGE_PAGE),
    "html: spans without end": _nothing(markup.endless_spans),
    "html: tables 5,000 deep": _nothing(markup.nested_tables),
    "html: tables in tables": _nothing(markup.tables_in_tables),
    "html: a million open blocks": _nothing(markup.open_blocks),
    "html: one line of 50 MB": _nothing(markup.one_line_in_a_page),
    "html: one attribute of 30 MB": _nothing(markup.one_attribute),
    "html: entities of entities": _nothing(markup.entities_of_markup),
    "html: entities of entities in XHTML": _nothing(markup.entities_of_xhtml),
    "html: references without a character": _nothing(markup.many_references),
    "html: hidden elements beside text": _nothing(markup.hidden_beside_text),
    "html: hidden elements in hidden ones": _nothing(markup.hidden_in_hidden),
    "html: raised figures": _nothing(markup.raised_text),
    "html: open comments": _nothing(markup.open_comments),
    "html: open tags": _nothing(markup.open_tags),
    "html: open scripts": _nothing(markup.open_scripts),
    "html: 200,000 attributes": _ended(markup.many_attributes),
    "html: 200,000 metas": _nothing(markup.many_metas),
    **{
        f"html: declared as {name}": _nothing(partial(markup.declared, name))
        for name in ("punycode", "idna", "undefined", "hex", "utf-7")
    },
    # Saved pages
    "mhtml: a million parts": Hostile(markup.million_parts_of_mail, "more than 2000 parts"),
    "mhtml: a header without end": Hostile(markup.folded_header_of_mail, "longer than any"),
    "mhtml: a page of nothing": Hostile(markup.base64_of_nothing, "no part with HTML"),
    "mhtml: 300,000 cells": Hostile(lambda: markup.page_in_mail(markup.million_cells(6_000)), LARGE_PAGE),
    # RTF, and Word as one file of XML
    "rtf: 200,000 groups": Hostile(markup.rtf_groups, OFFICE),
    "rtf: two billion bytes that are not there": _ended(markup.rtf_binary),
    "rtf: an object to be run": _nothing(markup.rtf_object),
    "wordml: entities of entities": Hostile(markup.word_xml_laughs, OFFICE),
    "wordml: tables 3,000 deep": Hostile(markup.word_xml_deep, OFFICE),
    # Compound files: DOC, WPS, XLS, ET
    "doc: protected": Hostile(packages.doc_protected, PASSWORD),
    "doc: noise": Hostile(packages.doc_of_noise, DAMAGED),
    "doc: sectors in a ring": Hostile(packages.ole_sectors_in_a_ring, DAMAGED),
    "doc: a protected package": Hostile(packages.ole_protected, PASSWORD),
    "xls: protected": Hostile(packages.xls_protected, PASSWORD),
    "xls: strings without end": Hostile(packages.xls_strings_without_end, "no visible sheet"),
    "xls: dimensions without end": _nothing(packages.xls_dimensions),
    # Packages: DOCX, ODT, XLSX
    "docx: a bomb": Hostile(packages.docx_bomb, "larger than"),
    "docx: spans without end": _nothing(packages.docx_spans),
    "docx: 300,000 runs": Hostile(packages.docx_one_paragraph, "more than"),
    "docx: relations in a ring": _nothing(packages.docx_relations_in_a_ring),
    "docx: styles in a ring": _nothing(packages.docx_styles_in_a_ring),
    "docx: members over each other": _nothing(packages.docx_entries_over_each_other),
    "odt: spaces without end": _nothing(packages.odt_spaces),
    "odt: repetitions without end": Hostile(packages.odt_repeated, "more than"),
    "odt: spans without end": _nothing(packages.odt_spans),
    "xlsx: a bomb": Hostile(packages.xlsx_bomb, "larger than"),
    "xlsx: a declared size": _nothing(packages.xlsx_dimension),
    "xlsx: all cells merged": _nothing(packages.xlsx_merged_whole),
    "xlsx: many merged ranges": _nothing(packages.xlsx_merged_often),
    "xlsx: a cell at the end of a billion": Hostile(packages.xlsx_billion_cells, "larger than"),
    "xlsx: one long text everywhere": Hostile(packages.xlsx_shared_text, ENDED),
    "xlsx: a thousand sheets": _nothing(packages.xlsx_thousand_sheets),
    # Archives
    "zip: a bomb": Hostile(packages.zip_bomb, "more than 64 MB"),
    "zip: archives in archives": Hostile(packages.zip_of_bombs, "no document that can be read"),
    "zip: a bomb in a document": Hostile(packages.zip_of_a_bomb_of_word, "larger than"),
    "zip: 10,000 names": Hostile(packages.zip_many_names, "10000 members"),
    "zip: protected": Hostile(packages.zip_protected, PASSWORD),
    "zip: a directory far away": Hostile(packages.zip_directory_far_away, DAMAGED),
    "zip: a hostile page": Hostile(lambda: packages.zip_within("a.html", markup.million_cells(6_000)), LARGE_PAGE),
    # PDF
    "pdf: protected, RC4": Hostile(partial(pdfs.protected, "RC4-128"), PASSWORD),
    "pdf: protected, AES": Hostile(partial(pdfs.protected, "AES-256"), PASSWORD),
    "pdf: protected by another program": Hostile(pdfs.protected_by_another_handler, PASSWORD),
    "pdf: pages in a ring": Hostile(pdfs.pages_in_a_ring, DAMAGED),
    "pdf: a page that is its own parent": Hostile(pdfs.page_that_is_its_own_parent, DAMAGED),
    "pdf: pages 20,000 deep": Hostile(pdfs.pages_deep, DAMAGED),
    "pdf: two billion pages declared": Hostile(pdfs.pages_without_end, "no text"),
    "pdf: a hundred thousand pages": Hostile(pdfs.hundred_thousand_pages, "100000 pages"),
    "pdf: arrays 500,000 deep": Hostile(pdfs.arrays_deep, "no text"),
    "pdf: a table of places in a ring": Hostile(pdfs.table_in_a_ring, "no text"),
    "pdf: streams of objects in a ring": Hostile(pdfs.object_streams_in_a_ring, DAMAGED),
    "pdf: a page of a gigabyte": Hostile(pdfs.content_bomb, f"{ENDED}|no text"),
    "pdf: a page packed twice": Hostile(pdfs.content_bomb_twice_packed, f"{ENDED}|no text"),
    "pdf: a million tiny paths": Hostile(pdfs.tiny_paths, "more than 400000 shapes"),
    "pdf: one path of a million lines": Hostile(pdfs.one_long_path, "more than 400000 shapes"),
    "pdf: 20,000 lines across the page": _nothing(pdfs.ruled_like_a_sieve),
    "pdf: a million characters": Hostile(pdfs.million_characters, "more than 400000 characters"),
    "pdf: characters in one place": _ended(pdfs.characters_in_one_place),
    "pdf: drawings in drawings": Hostile(pdfs.forms_in_forms, ENDED),
    "pdf: a drawing in itself": Hostile(pdfs.form_in_itself, f"{ENDED}|no text"),
    "pdf: a page without measure": _nothing(pdfs.page_as_large_as_a_town),
    "pdf: a page without size": _nothing(pdfs.page_without_size),
    "pdf: numbers beyond measure": Hostile(pdfs.numbers_beyond_measure, "no text"),
    # Scans and pictures
    "scan: 50,000 × 50,000 pixels": Hostile(pdfs.scan_bomb, "No text"),
    "scan: fewer pixels than declared": Hostile(pdfs.scan_that_promises_more, "No text"),
    "scan: a pattern of a billion tiles": _ended(pdfs.pattern_of_a_billion_tiles),
    "scan: a hundred pages": Hostile(pdfs.scan_of_a_hundred_pages, "100 pages"),
    "png: 50,000 × 50,000 pixels": Hostile(pictures.png_bomb, "50000 × 50000 pixels"),
    "png: as large as may be": Hostile(pictures.png_as_large_as_may_be, f"{ENDED}|No text"),
    "png: a ribbon": Hostile(pictures.png_ribbon, "No text"),
    "png: a bomb in a comment": Hostile(pictures.png_comment_bomb, DAMAGED),
    "png: a bomb in a profile": Hostile(pictures.png_profile_bomb, DAMAGED),
    "png: an animation without pictures": Hostile(pictures.png_of_frames, "No text"),
    "png: a hundred thousand cells": Hostile(pictures.chequers, "No text"),
    "jpeg: a head of 65,500 × 65,500": Hostile(pictures.jpeg_head, DAMAGED),
    "gif: a hundred thousand pictures": Hostile(pictures.gif_of_frames, "No text"),
    "gif: a screen without a picture": Hostile(pictures.gif_screen, DAMAGED),
    "tiff: a hundred thousand pages": Hostile(pictures.tiff_of_pages, "more than 60 pages"),
    "tiff: pages in a ring": Hostile(pictures.tiff_in_a_ring, f"{DAMAGED}|more than 60 pages"),
    "tiff: two billion pixels wide": Hostile(pictures.tiff_large, "2147483647 × 2147483647 pixels"),
    "tiff: 65,535 tags": Hostile(pictures.tiff_of_tags, DAMAGED),
    "bmp: two billion pixels wide": Hostile(partial(pictures.bmp_head, 2**31 - 1, -(2**31)), "pixels"),
    "bmp: a head alone": Hostile(partial(pictures.bmp_head, 8000, 8000), DAMAGED),
    "webp": Hostile(lambda: b"RIFF\x24\0\0\0WEBPVP8 " + bytes(30), DAMAGED),
}
