"""A lake of any size with figures like those of real reports: mostly zeros, sums that close, a few blanks and doubts.

Nothing in it is real but the divisions. All is made by column with numpy and Arrow, never row by row, so that a million
reports (200 million cells) take a few minutes. The same numbers give the same lake.
"""

from __future__ import annotations

import base64
import hashlib
import shutil
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import cache, reduce
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from transforms import content  # noqa: E402
from transforms.lake import part_path  # noqa: E402
from transforms.lake.packed import pack  # noqa: E402
from transforms.lake.parts import ROW_GROUP  # noqa: E402
from transforms.schema import arrow_schema, tables  # noqa: E402
from transforms.schema.measures import measures  # noqa: E402

YEARS = tuple(range(2019, 2026))
CHUNK = 2000  # reports that are made at a time: some 400,000 cells
PORTALS = 3000
LAYOUTS = 12  # of pages: each gives cells other places
FETCHED = datetime(2026, 5, 1, 2, 0)
_BUREAUS = "财政 公安 教育 民政 司法 卫生健康 自然资源 生态环境 水利 商务 审计 统计 应急管理 交通运输".split()
_OPENING = "年，本机关共收到政府信息公开申请{}件。"
_TEXT_COLUMNS = ("text_letters", "text_bits", *(f"text_band_{number}" for number in range(1, content.BANDS + 1)))
SLIPS = 0.05  # of reports: something does not meet the year before
_MONEY = ("admin_fee_wanyuan", "procurement_amount_yuan")

Numbers = npt.NDArray[Any]


def write_lake(home: Path, reports: int, held_back: int = 0) -> None:
    """Write the lake of ``reports`` reports; a night brings the last ``held_back`` of the newest year."""
    agencies = -(-reports // len(YEARS))
    write_year_less(home, agencies)
    with ThreadPoolExecutor(2) as threads:
        for done in [
            threads.submit(write_year, home, year, agencies - (held_back if year == YEARS[-1] else 0), agencies)
            for year in reversed(YEARS)
        ]:
            done.result()
    pack(home)


def write_year_less(home: Path, agencies: int) -> None:
    """The tables without years: divisions as they are, and made-up agencies and portals."""
    for name in ("division", "division_succession"):
        part = part_path(home, name, 0)
        part.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / "transforms" / "gazetteer" / f"{name}.parquet", part)
    divisions = pq.read_table(part_path(home, "division", 0))
    divisions = divisions.filter(pc.and_(pc.is_null(divisions["valid_to"]), pc.is_valid(divisions["parent_id"])))
    which = np.random.default_rng(1).integers(0, divisions.num_rows, agencies)
    numbers = np.arange(agencies)
    name = pc.binary_join_element_wise(
        divisions["name"].take(which).combine_chunks(),
        pa.array(_BUREAUS).take(numbers % len(_BUREAUS)),
        pc.cast(pa.array(numbers // len(_BUREAUS)), pa.string()),
        "局",
        "",
    )
    ids = _agency_ids(agencies)
    portals = pc.binary_join_element_wise("p-", pc.cast(pa.array(np.arange(PORTALS)), pa.string()), "")
    _write_whole(
        home,
        "agency",
        agency_id=ids,
        name=name,
        agency_type="department",
        division_id=divisions["division_id"].take(which),
        portal_id=portals.take(numbers % PORTALS),
        status="confirmed",
        evidence="title and portal",
    )
    _write_whole(home, "agency_name", agency_id=ids, name=name, kind="official", first_year=2019, source="title")
    _write_whole(
        home,
        "portal",
        portal_id=portals,
        region_code="340000",
        level="province",
        family="static_list",
        list_url="http://127.0.0.1/",
        hosts="127.0.0.1",
        access="open",
        status="active",
    )


def write_year(home: Path, year: int, reports: int, agencies: int) -> None:
    """Write every table of one report year; the first reports are the same whatever their number."""
    ids = _agency_ids(agencies)
    with _Parts(home, year) as parts:
        for number, begin in enumerate(range(0, agencies, CHUNK)):
            chunk = _Chunk(year, number, ids[begin : min(begin + CHUNK, agencies)], begin)
            for table, rows in chunk.tables(max(0, min(reports - begin, CHUNK))):
                parts.write(table, rows)


class _Parts:
    """The open files of one year."""

    def __init__(self, home: Path, year: int) -> None:
        self._home, self._year = home, year
        self._files: dict[str, pq.ParquetWriter] = {}

    def __enter__(self) -> _Parts:
        return self

    def write(self, table: str, rows: pa.Table) -> None:
        if table not in self._files:
            path = part_path(self._home, table, self._year)
            path.parent.mkdir(parents=True, exist_ok=True)
            # Columns with few values are dictionaries here; without Arrow's schema the file is as any other.
            self._files[table] = pq.ParquetWriter(path, rows.schema, compression="zstd", store_schema=False)
        self._files[table].write_table(rows, row_group_size=ROW_GROUP)

    def __exit__(self, *_: object) -> None:
        for file in self._files.values():
            file.close()


@cache
def _agency_ids(agencies: int) -> pa.Array:
    return _ids("a", "", agencies, np.random.default_rng(2))


def _ids(letter: str, prefix: str, number: int, random: np.random.Generator) -> pa.Array:
    alphabet = np.frombuffer(b"234567abcdefghijklmnopqrstuvwxyz", dtype=np.uint8)
    letters = alphabet[random.integers(0, 32, (number, 16), dtype=np.uint8)]
    start = np.frombuffer(prefix.encode(), dtype=np.uint8)
    letters[:, : len(start)] = start
    return _fixed_text(np.hstack([np.full((number, 1), ord(letter), np.uint8), letters]))


def _hashes(number: int, random: np.random.Generator) -> pa.Array:
    digits = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)
    return _fixed_text(digits[random.integers(0, 16, (number, 64), dtype=np.uint8)])


def _fixed_text(letters: Numbers) -> pa.Array:
    """Rows of letters as strings of one length."""
    number, width = letters.shape
    offsets = np.arange(0, (number + 1) * width, width, dtype=np.int32)
    data = np.ascontiguousarray(letters)
    return pa.Array.from_buffers(pa.string(), number, [None, pa.py_buffer(offsets), pa.py_buffer(data)])


def _decimals(hundredths: Numbers, absent: Numbers | None = None) -> pa.Array:
    """DECIMAL(18,4) of integers in hundredths."""
    wide = np.empty((len(hundredths), 2), dtype=np.int64)
    wide[:, 0] = hundredths * 100
    wide[:, 1] = wide[:, 0] >> 63
    valid = None if absent is None else pa.py_buffer(np.packbits(~absent, bitorder="little"))
    return pa.Array.from_buffers(pa.decimal128(18, 4), len(hundredths), [valid, pa.py_buffer(wide)])


def _few(indices: Numbers, values: Sequence[str | None]) -> pa.Array:
    if None in values:  # a dictionary with a null in it cannot be written
        return pa.array(values, pa.string()).take(pa.array(indices.astype(np.int32)))
    return pa.DictionaryArray.from_arrays(pa.array(indices.astype(np.int32)), pa.array(values, pa.string()))


def _printed(hundredths: Numbers, text: str = "{}") -> pa.DictionaryArray:
    """Figures as printed, each distinct one written once."""
    found = pa.array(hundredths).dictionary_encode()
    values = [n // 100 if n % 100 == 0 else n / 100 for n in found.dictionary.to_pylist()]
    return pa.DictionaryArray.from_arrays(found.indices, pa.array([text.format(v) for v in values], pa.string()))


def _table(table: str, number: int, **given: Any) -> pa.Table:
    """Rows of a declared table: arrays, or one value for every row; null where nothing is given."""
    columns, fields = [], []
    for field in arrow_schema(table):
        value = given.get(field.name)
        if isinstance(value, (pa.Array, pa.ChunkedArray)):
            column = value
        elif isinstance(value, np.ndarray):
            column = pa.array(value, field.type)
        elif isinstance(value, str):
            column = _few(np.zeros(number), [value])
        else:
            column = pa.repeat(pa.scalar(value, field.type), number)
        columns.append(column)
        fields.append(pa.field(field.name, column.type, field.nullable))
    return pa.table(columns, schema=pa.schema(fields))


def _write_whole(home: Path, table: str, **given: Any) -> None:
    number = next(len(value) for value in given.values() if isinstance(value, (pa.Array, pa.ChunkedArray)))
    rows = _table(table, number, **given).sort_by([(key, "ascending") for key in tables()[table].key])
    path = part_path(home, table, 0)
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(rows, path, compression="zstd", store_schema=False)


class _Form:
    """The cells of a form in the lake's order, and the sums that its checks add up."""

    def __init__(self, name: str) -> None:
        by_table: dict[str, list[str]] = {}
        for one in measures():
            if name in one.forms.split():
                by_table.setdefault(one.table_name, []).append(one.measure)
        self.applicants = [a for a in by_table["applicant"] if a != "total"]
        self.outcomes = by_table["application"]
        flows = ("received_new", "carried_in", "carried_out", "outcome_total")
        self.leaves = [o for o in self.outcomes if o not in flows]
        self.channels, self.results = by_table["channel"], by_table["result"]
        self.disclosure = by_table["disclosure"]
        self.kinds = {one.measure: one.kind for one in measures() if one.table_name == "disclosure"}
        self.cells = sorted(
            [("application", o, a) for o in self.outcomes for a in by_table["applicant"]]
            + [("disclosure", m, "value") for m in self.disclosure]
            + [("litigation", c, r) for c in self.channels for r in self.results]
        )
        self.at = {cell: number for number, cell in enumerate(self.cells)}
        self.is_total = np.array([column == "total" or row == "outcome_total" for _, row, column in self.cells])
        self.is_money = np.array([row in _MONEY for _, row, _ in self.cells])
        self.checks = sorted(self._sums(), key=lambda check: check[:2])

    def path(self, cell: tuple[str, str, str]) -> str:
        return ".".join(part for part in cell if part != "value")

    def _sums(self) -> Iterator[tuple[str, str, list[int], list[int], str]]:
        def cells(table: str, rows: Sequence[str], columns: Sequence[str]) -> list[int]:
            return [self.at[table, row, column] for row in rows for column in columns]

        for a in (*self.applicants, "total"):
            before, after = cells("application", ["received_new", "carried_in"], [a]), ["outcome_total", "carried_out"]
            yield "T3-BAL", a, before, cells("application", after, [a]), "received + carried in = handled + carried out"
            total = cells("application", ["outcome_total"], [a])
            yield "T3-COL", a, cells("application", self.leaves, [a]), total, "sum of outcomes = total"
        for o in self.outcomes:
            parts, total = cells("application", [o], self.applicants), cells("application", [o], ["total"])
            yield "T3-ROW", o, parts, total, "sum of applicants = total"
        results = [r for r in self.results if r != "total"]
        for c in self.channels:
            parts, total = cells("litigation", [c], results), cells("litigation", [c], ["total"])
            yield "T4-SUM", c, parts, total, "sum of results = total"
        for o in ("carried_in", "carried_out", "granted", "outcome_total", "partial", "received_new"):
            cell = cells("application", [o], ["total"])
            yield "N-TEXT", f"application.{o}.total", cell, cell, "the sentence in section 1 (办理{}件) = the table"


@cache
def _form(name: str) -> _Form:
    return _Form(name)


class _Chunk:
    """Up to CHUNK reports of one year with all their rows; the version ids of later chunks are greater."""

    def __init__(self, year: int, number: int, agency_ids: pa.Array, begin: int) -> None:
        seed = int.from_bytes(hashlib.sha256(f"{year} {number}".encode()).digest()[:8], "big")
        self.random = np.random.default_rng(seed)
        self.year, self.agency_ids, self.begin = year, agency_ids, begin
        self.form = _form("F2019" if year < 2021 else "F2021")
        self.form_name = "F2019" if year < 2021 else "F2021"
        self.size = len(agency_ids)
        self.prefix = base64.b32encode(number.to_bytes(5, "big")).decode().lower()[-4:].translate(_SORTED)

    def tables(self, wanted: int) -> Iterator[tuple[str, pa.Table]]:
        """The first ``wanted`` reports. The random numbers are drawn for all, so that these are always the same."""
        random, year, n = self.random, self.year, self.size
        report_id, sha256, content, figures_hash = (
            _ids("r", "", n, random),
            _hashes(n, random),
            _hashes(n, random),
            _hashes(n, random),
        )
        revised = random.random(n) < 0.02
        unread = random.random(n) < 0.01
        doubtful = (random.random(n) < 0.03) & ~unread
        blanks = random.random(n) < 0.05
        layout = random.integers(0, LAYOUTS, n)
        values = self._figures(n)
        texts = self._paragraphs()
        bands = _bands_of(texts)
        version_of = np.repeat(np.arange(n), np.where(revised, 2, 1))  # the report of each version
        version_of = version_of[version_of < wanted]
        version_no = (
            1 + np.concatenate([[0], (np.diff(version_of) == 0).astype(int)]) if len(version_of) else version_of
        )
        current = version_no == np.where(revised, 2, 1)[version_of]
        version_id = _ids("v", self.prefix, 2 * n, random)
        version_id = version_id.take(pc.sort_indices(version_id))[: len(version_of)]
        n = wanted
        if not n:
            return
        take = pa.array(np.arange(n))
        seen = pa.repeat(pa.scalar(FETCHED, pa.timestamp("us")), n)
        number = pa.array(np.arange(self.begin, self.begin + n))
        url = pc.binary_join_element_wise("http://www.example.invalid/zwgk/", report_id[:n], f"/{year}.html", "")
        outcome = _few(unread[:n], ["parsed", "no_tables"])
        title = pc.binary_join_element_wise(
            "第", pc.cast(number, pa.string()), f"局{year}年政府信息公开工作年度报告", ""
        )
        common = {"report_year": year, "first_seen": seen, "last_seen": seen, "reader_version": "8", "title": title}
        common |= {"report_id": report_id[:n], "sha256": sha256[:n], "source_url": url, "scope": "own"}
        common |= {"form": self.form_name, "outcome": outcome, "agency_type": "department"}
        trust = {"trust": _few((doubtful + 2 * unread)[:n], ["sound", "doubtful", "unread"])}
        trust |= {"trust_reasons": _few(doubtful[:n], [None, "T3-ROW"])}
        order = pc.sort_indices(report_id[:n])
        yield (
            "document",
            _table(
                "document",
                n,
                **common,
                **trust,
                media_type="text/html",
                bytes=random.integers(5_000, 200_000, self.size)[:n],
                printed_year=year,
                content_hash=content[:n],
                figures_hash=pc.utf8_slice_codeunits(figures_hash[:n], 0, 16),
                **{
                    name: pa.array(numbers[:n], arrow_schema("document").field(name).type, mask=unread[:n])
                    for name, numbers in zip(_TEXT_COLUMNS, bands.T, strict=True)
                },
                figures=len(self.form.cells),
                doubtful_cells=8 * doubtful[:n].astype(np.int64),
            ),
        )
        yield (
            "report",
            _table(
                "report",
                n,
                **common,
                **trust,
                agency_id=self.agency_ids[:n],
                fetched_at=seen,
                version_id=version_id.filter(pa.array(current)),
                portal_id=pc.binary_join_element_wise(
                    "p-", pc.cast(pa.array(np.arange(self.begin, self.begin + n) % PORTALS), pa.string()), ""
                ),
            ).take(order),
        )
        yield "report_document", _table("report_document", n, **common, role="rendition").take(order)
        del take
        yield from self._versions(version_id, version_of, version_no, current, common, content)
        keep = ~unread[version_of]
        version_of, version_id, older = version_of[keep], version_id.filter(pa.array(keep)), ~current[keep]
        keys = {"version_id": version_id, "report_id": report_id.take(pa.array(version_of)), "report_year": year}
        # An older version says one application more of everything that is not nothing.
        figures = values[version_of] + 100 * (older[:, None] & (values[version_of] > 0))
        yield "cell_version", self._cells(keys, figures, blanks[version_of], layout[version_of])
        yield "check_result", self._checks(keys, figures, doubtful[version_of])
        yield from self._texts(keys, figures, {most: which[version_of] for most, which in texts.items()})

    def _versions(self, version_id, version_of, version_no, current, common, content) -> Iterator[tuple[str, pa.Table]]:
        which = pa.array(version_of)
        taken = {
            name: value.take(which) if isinstance(value, (pa.Array, pa.ChunkedArray)) else value
            for name, value in {**common, "content_hash": content}.items()
        }
        own = {"version_id": version_id, "version_no": version_no.astype(np.int32), "is_current": pa.array(current)}
        yield "report_version", _table("report_version", len(version_of), **{**taken, **own})

    def _figures(self, n: int) -> Numbers:
        """Figures in hundredths: a few agencies have much to do, most have little; every sum closes.

        An agency is much the same in every year: what one year carries out the next carries in, and stocks stay, but
        for one report in twenty.
        """
        random, form = self.random, self.form
        of_agencies = np.random.default_rng([4, self.begin])
        values = np.zeros((n, len(form.cells)), dtype=np.int64)
        usual = of_agencies.lognormal(1.0, 1.5, n)
        size = usual * random.lognormal(0.0, 0.3, n)
        by_applicant = of_agencies.dirichlet([8.0, 1.0, 0.05, 0.05, 0.1, 0.3], n)
        carried_in, carried_out = (self._carried(year, by_applicant * usual[:, None]) for year in (-1, 0))
        carried_in[:, 0] += random.random(n) < SLIPS
        shares = random.dirichlet([4.0, 1.0, *[0.15] * (len(form.leaves) - 2)], n)
        leaves = random.poisson(np.minimum((by_applicant * size[:, None])[:, None, :] * shares[:, :, None], 1e6))
        leaves[:, 0, :] += np.maximum(carried_in - carried_out - leaves.sum(axis=1), 0)
        total = leaves.sum(axis=1)
        flows = {"carried_in": carried_in, "carried_out": carried_out}
        flows |= {"outcome_total": total, "received_new": total + carried_out - carried_in}
        flows |= {leaf: leaves[:, number, :] for number, leaf in enumerate(form.leaves)}
        for outcome, counts in flows.items():
            for number, applicant in enumerate(form.applicants):
                values[:, form.at["application", outcome, applicant]] = counts[:, number]
            values[:, form.at["application", outcome, "total"]] = counts.sum(axis=1)
        slips = random.random(n) < SLIPS
        for measure in form.disclosure:
            often = 0.6 if measure.endswith("_decisions") else 0.15
            some = of_agencies.random(n) < often
            amount = of_agencies.lognormal(5.0 if measure.endswith("_decisions") else 1.5, 2.0, n)
            if form.kinds[measure] == "stock":
                amount = amount * np.where(slips, 1.5, 1)
            elif form.kinds[measure] == "change" or measure.endswith(("_made", "_repealed")):
                some = some & slips
            else:
                amount = amount * random.lognormal(0.0, 0.4, n)
            if measure in _MONEY:
                amount = amount * 100 + random.integers(0, 100, n) / 100
            values[:, form.at["disclosure", measure, "value"]] = some * np.floor(
                amount * (100 if measure in _MONEY else 1)
            )
        for channel in form.channels:
            counts = random.poisson(0.01 * size[:, None] * np.ones(len(form.results) - 1))
            for number, result in enumerate(r for r in form.results if r != "total"):
                values[:, form.at["litigation", channel, result]] = counts[:, number]
            values[:, form.at["litigation", channel, "total"]] = counts.sum(axis=1)
        values[:, ~form.is_money] *= 100
        return values

    def _carried(self, years: int, by_applicant: Numbers) -> Numbers:
        """Applications carried out of the year that is so many years off."""
        drawn: Numbers = np.random.default_rng([5, self.year + years, self.begin]).poisson(0.03 * by_applicant)
        return drawn

    def _cells(self, keys: dict[str, Any], figures: Numbers, blanks: Numbers, layout: Numbers) -> pa.Table:
        form, (n, width) = self.form, figures.shape
        flat = figures.ravel()
        is_zero = flat == 0
        is_blank = is_zero & np.repeat(blanks, width)
        cell = np.tile(np.arange(width), n)
        names = [sorted({c[part] for c in form.cells}) for part in range(3)]
        columns = {
            name: _few(np.tile([names[part].index(c[part]) for c in form.cells], n), names[part])
            for part, name in enumerate(("table_name", "row_key", "column_key"))
        }
        printed = _printed(np.where(is_blank, -1, flat))
        raw = pa.DictionaryArray.from_arrays(
            printed.indices, pa.array(["" if text == "-0.01" else text for text in printed.dictionary.to_pylist()])
        )
        places = [
            f"table {1 + part + {'application': 2, 'disclosure': 1, 'litigation': 3}[table]}, row {row}, cell {column}"
            for part in range(LAYOUTS)
            for number, (table, _, _) in enumerate(form.cells)
            for row, column in [divmod(number + part, 7)]
        ]
        return _table(
            "cell_version",
            n * width,
            **_repeated(keys, width),
            **columns,
            is_total=pa.array(np.tile(form.is_total, n)),
            value=_decimals(flat, is_blank),
            value_effective=_decimals(flat),
            effective_method=_few(is_blank, ["printed", "zero_if_sum_closes"]),
            state=_few(is_zero.astype(int) + is_blank, ["number", "zero", "blank"]),
            raw=raw,
            locator=_few(np.repeat(layout, width) * width + cell, places),
        )

    def _checks(self, keys: dict[str, Any], figures: Numbers, doubtful: Numbers) -> pa.Table:
        form, n = self.form, len(figures)
        checks = form.checks
        left = np.stack([figures[:, parts].sum(axis=1) for _, _, parts, _, _ in checks], axis=1)
        right = np.stack([figures[:, total].sum(axis=1) for _, _, _, total, _ in checks], axis=1)
        fails = np.zeros(left.shape, dtype=bool)
        fails[:, next(number for number, check in enumerate(checks) if check[0] == "T3-ROW")] = doubtful
        right = right + 100 * fails
        delta = (left - right).ravel()
        which = np.tile(np.arange(len(checks)), n)
        told = [number for number, check in enumerate(checks) if check[0] == "N-TEXT"]
        messages = _few(which, [check[4] for check in checks]).cast(pa.string())
        counted = _printed(left[:, told].ravel(), checks[told[0]][4]).cast(pa.string())
        messages = pc.replace_with_mask(messages, pa.array(np.isin(which, told)), counted)
        return _table(
            "check_result",
            n * len(checks),
            **_repeated(keys, len(checks)),
            rule=_few(which, [check[0] for check in checks]),
            subject=_few(which, [check[1] for check in checks]),
            left_value=_decimals(left.ravel()),
            right_value=_decimals(right.ravel()),
            delta=_decimals(delta),
            status=_few(fails.ravel(), ["pass", "fail"]),
            severity=_few(which, ["warning" if check[0] == "N-TEXT" else "error" for check in checks]),
            inferred=False,
            cells=_few(
                which,
                [" ".join(form.path(form.cells[c]) for c in dict.fromkeys([*check[2], *check[3]])) for check in checks],
            ),
            message=messages,
        )

    def _paragraphs(self) -> dict[int, Numbers]:
        """Three paragraphs a report: one of the first 5,000, one of the first 2,000, and one of 20 that many use."""
        random = np.random.default_rng([6, self.year, self.begin])
        return {most: random.integers(0, most, self.size) for most in (5000, 2000, 20)}

    def _texts(
        self, keys: dict[str, Any], figures: Numbers, drawn: dict[int, Numbers]
    ) -> Iterator[tuple[str, pa.Table]]:
        random, form, n = np.random.default_rng(self.begin + self.year), self.form, len(figures)
        is_warned = random.random(2 * self.size)[:n] < 0.15
        received = figures[:, form.at["application", "received_new", "total"]]
        opening = _printed(received, f"{self.year}{_OPENING}").cast(pa.string())
        sections = [
            pc.binary_join_element_wise(opening, _paragraphs().take(drawn[5000]), ""),
            *[pa.array([""] * n)] * 3,
            _paragraphs().take(drawn[2000]),
            _paragraphs().take(drawn[20]),
        ]
        in_order = pa.array(np.arange(6 * n).reshape(6, n).T.ravel())
        yield (
            "section_text",
            _table(
                "section_text",
                6 * n,
                **_repeated(keys, 6),
                section=_few(np.tile(np.arange(6), n), list("123456")),
                text=pa.concat_arrays(sections).take(in_order),
            ),
        )
        yield "text_fingerprint", _table("text_fingerprint", n, **keys, sentences=_sentences_of(drawn))
        facts = ("received_new", "carried_in", "outcome_total", "granted", "partial", "carried_out")
        told = figures[:, [form.at["application", outcome, "total"] for outcome in facts]]
        yield (
            "narrative_fact",
            _table(
                "narrative_fact",
                n * len(facts),
                **_repeated(keys, len(facts)),
                fact_no=np.tile(np.arange(1, len(facts) + 1), n),
                fact_key=_few(np.tile(np.arange(len(facts)), n), [f"application.{outcome}.total" for outcome in facts]),
                value=_decimals(told.ravel()),
                unit="application",
                section="1",
                span="78:92",
                sentence=opening.take(np.repeat(np.arange(n), len(facts))),
            ),
        )
        warned = pa.array(np.flatnonzero(is_warned))
        yield (
            "reading_warning",
            _table(
                "reading_warning",
                len(warned),
                version_id=keys["version_id"].take(warned),
                report_id=keys["report_id"].take(warned),
                report_year=self.year,
                warning_no=1,
                code="money_without_unit",
                message="the amount is printed without a unit",
                cells="disclosure.licence_decisions",
                locator="table 2, row 3",
            ),
        )


# Base 32 in the order of its digits, so that the ids of later chunks sort behind.
_SORTED = str.maketrans("abcdefghijklmnopqrstuvwxyz234567", "234567abcdefghijklmnopqrstuvwxyz")


def _repeated(keys: dict[str, Any], times: int) -> dict[str, Any]:
    """Version and report ids for several rows each, as dictionaries."""
    which = pa.array(np.repeat(np.arange(len(keys["version_id"])), times).astype(np.int32))
    return {
        name: pa.DictionaryArray.from_arrays(which, value) if isinstance(value, pa.Array) else value
        for name, value in keys.items()
    }


def _bands_of(texts: dict[int, Numbers]) -> Numbers:
    """Letters, bits and bands of the texts that ``_Chunk._texts`` makes of these paragraphs."""
    hashed, letters, begins = _told_by_paragraphs()
    least = np.array([content.minima(said) for said in np.split(hashed, begins[1:-1])])
    of_paragraphs = np.add.reduceat(letters, begins[:-1])
    opening = list(content.sentences(_OPENING.format("")))
    minima = reduce(np.minimum, (least[which] for which in texts.values()), content.minima(content.hashes(opening)))
    total = sum(of_paragraphs[which] for which in texts.values()) + sum(map(len, opening))
    return np.column_stack([total, content.bits(minima), content.bands(minima).astype(np.int64)])


def _sentences_of(texts: dict[int, Numbers]) -> pa.Array:
    """The numbers of the sentences of such texts, of each in order and once."""
    hashed, letters, begins = _told_by_paragraphs()
    opening = list(content.sentences(_OPENING.format("")))
    in_opening = content.numbers(content.hashes(opening), list(map(len, opening)))
    which = np.column_stack(list(texts.values()))
    counts = np.diff(begins)[which].ravel()
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    of_paragraphs = content.numbers(hashed, letters)[np.repeat(begins[which].ravel(), counts) + within]
    number, width = which.shape
    rows = np.concatenate([np.repeat(np.arange(number).repeat(width), counts), np.arange(number).repeat(len(opening))])
    told = np.concatenate([of_paragraphs, np.tile(in_opening, number)])
    in_order = np.lexsort((told, rows))
    rows, told = rows[in_order], told[in_order]
    once = np.concatenate([[True], (np.diff(rows) != 0) | (np.diff(told) != 0)])[: len(rows)]
    offsets = np.concatenate([[0], np.cumsum(np.bincount(rows[once], minlength=number))])
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pa.array(told[once]))


@cache
def _told_by_paragraphs() -> tuple[content.Hashes, Numbers, Numbers]:
    """Hashes and letters of the sentences of all paragraphs, and where those of each begin."""
    told = [list(content.sentences(paragraph)) for paragraph in _paragraphs().to_pylist()]
    said = [sentence for sentences in told for sentence in sentences]
    begins = np.concatenate([[0], np.cumsum([len(sentences) for sentences in told])])
    return content.hashes(said), np.array([len(sentence) for sentence in said]), begins


@cache
def _paragraphs() -> pa.Array:
    """5,000 paragraphs of some 300 characters."""
    # All of two characters; the last one ends a sentence.
    words = "公开 政府 信息 工作 主动 申请 办理 机关 依法 规范 制度 平台 监督 保障 全年 及时 群众 服务 好。".split()
    drawn = np.random.default_rng(3).integers(0, len(words), (5000, 150))
    letters = np.array([np.frombuffer(word.encode(), dtype=np.uint8) for word in words])
    return _fixed_text(letters[drawn].reshape(5000, -1))
