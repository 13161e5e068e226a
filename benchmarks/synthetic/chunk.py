"""Some reports of one year with all their rows in every table of the lake."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.synthetic.columns import (
    Numbers,
    as_printed,
    decimals,
    few,
    make_hashes,
    make_ids,
    make_table,
    repeat_each,
)
from benchmarks.synthetic.forms import MONEY, form_named
from benchmarks.synthetic.texts import OPENING, TEXT_COLUMNS, bands_of, paragraphs, sentences_of
from transforms.schema import arrow_schema

CHUNK = 2000  # reports that are made at a time: some 400,000 cells
PORTALS = 3000
LAYOUTS = 12  # of pages: each gives cells other places
FETCHED = datetime(2026, 5, 1, 2, 0)
SLIPS = 0.05  # of reports: something does not meet the year before
# Base 32 in the order of its digits, so that the ids of later chunks sort behind.
_SORTED = str.maketrans("abcdefghijklmnopqrstuvwxyz234567", "234567abcdefghijklmnopqrstuvwxyz")


class Chunk:
    """Up to CHUNK reports of one year with all their rows; the version ids of later chunks are greater."""

    def __init__(self, year: int, number: int, agency_ids: pa.Array, begin: int) -> None:
        seed = int.from_bytes(hashlib.sha256(f"{year} {number}".encode()).digest()[:8], "big")
        self.random = np.random.default_rng(seed)
        self.year, self.agency_ids, self.begin = year, agency_ids, begin
        self.form = form_named("F2019" if year < 2021 else "F2021")
        self.form_name = "F2019" if year < 2021 else "F2021"
        self.size = len(agency_ids)
        self.prefix = base64.b32encode(number.to_bytes(5, "big")).decode().lower()[-4:].translate(_SORTED)

    def tables(self, wanted: int) -> Iterator[tuple[str, pa.Table]]:
        """The first ``wanted`` reports. The random numbers are drawn for all, so that these are always the same."""
        random, year, n = self.random, self.year, self.size
        report_id, sha256, content, figures_hash = (
            make_ids("r", "", n, random),
            make_hashes(n, random),
            make_hashes(n, random),
            make_hashes(n, random),
        )
        revised = random.random(n) < 0.02
        unread = random.random(n) < 0.01
        doubtful = (random.random(n) < 0.03) & ~unread
        blanks = random.random(n) < 0.05
        layout = random.integers(0, LAYOUTS, n)
        values = self._figures(n)
        texts = self._drawn()
        bands = bands_of(texts)
        version_of = np.repeat(np.arange(n), np.where(revised, 2, 1))  # the report of each version
        version_of = version_of[version_of < wanted]
        version_no = (
            1 + np.concatenate([[0], (np.diff(version_of) == 0).astype(int)]) if len(version_of) else version_of
        )
        current = version_no == np.where(revised, 2, 1)[version_of]
        version_id = make_ids("v", self.prefix, 2 * n, random)
        version_id = version_id.take(pc.sort_indices(version_id))[: len(version_of)]
        n = wanted
        if not n:
            return
        take = pa.array(np.arange(n))
        seen = pa.repeat(pa.scalar(FETCHED, pa.timestamp("us")), n)
        number = pa.array(np.arange(self.begin, self.begin + n))
        url = pc.binary_join_element_wise("http://www.example.invalid/zwgk/", report_id[:n], f"/{year}.html", "")
        outcome = few(unread[:n], ["parsed", "no_tables"])
        title = pc.binary_join_element_wise(
            "第", pc.cast(number, pa.string()), f"局{year}年政府信息公开工作年度报告", ""
        )
        common = {"report_year": year, "first_seen": seen, "last_seen": seen, "reader_version": "8", "title": title}
        common |= {"report_id": report_id[:n], "sha256": sha256[:n], "source_url": url, "scope": "own"}
        common |= {"form": self.form_name, "outcome": outcome, "agency_type": "department"}
        trust = {"trust": few((doubtful + 2 * unread)[:n], ["sound", "doubtful", "unread"])}
        trust |= {"trust_reasons": few(doubtful[:n], [None, "T3-ROW"])}
        order = pc.sort_indices(report_id[:n])
        yield (
            "document",
            make_table(
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
                    for name, numbers in zip(TEXT_COLUMNS, bands.T, strict=True)
                },
                figures=len(self.form.cells),
                doubtful_cells=8 * doubtful[:n].astype(np.int64),
            ),
        )
        yield (
            "report",
            make_table(
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
        yield "report_document", make_table("report_document", n, **common, role="rendition").take(order)
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
        yield "report_version", make_table("report_version", len(version_of), **{**taken, **own})

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
            if measure in MONEY:
                amount = amount * 100 + random.integers(0, 100, n) / 100
            values[:, form.at["disclosure", measure, "value"]] = some * np.floor(
                amount * (100 if measure in MONEY else 1)
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
            name: few(np.tile([names[part].index(c[part]) for c in form.cells], n), names[part])
            for part, name in enumerate(("table_name", "row_key", "column_key"))
        }
        printed = as_printed(np.where(is_blank, -1, flat))
        raw = pa.DictionaryArray.from_arrays(
            printed.indices, pa.array(["" if text == "-0.01" else text for text in printed.dictionary.to_pylist()])
        )
        places = [
            f"table {1 + part + {'application': 2, 'disclosure': 1, 'litigation': 3}[table]}, row {row}, cell {column}"
            for part in range(LAYOUTS)
            for number, (table, _, _) in enumerate(form.cells)
            for row, column in [divmod(number + part, 7)]
        ]
        return make_table(
            "cell_version",
            n * width,
            **repeat_each(keys, width),
            **columns,
            is_total=pa.array(np.tile(form.is_total, n)),
            value=decimals(flat, is_blank),
            value_effective=decimals(flat),
            effective_method=few(is_blank, ["printed", "zero_if_sum_closes"]),
            state=few(is_zero.astype(int) + is_blank, ["number", "zero", "blank"]),
            raw=raw,
            locator=few(np.repeat(layout, width) * width + cell, places),
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
        messages = few(which, [check[4] for check in checks]).cast(pa.string())
        counted = as_printed(left[:, told].ravel(), checks[told[0]][4]).cast(pa.string())
        messages = pc.replace_with_mask(messages, pa.array(np.isin(which, told)), counted)
        return make_table(
            "check_result",
            n * len(checks),
            **repeat_each(keys, len(checks)),
            rule=few(which, [check[0] for check in checks]),
            subject=few(which, [check[1] for check in checks]),
            left_value=decimals(left.ravel()),
            right_value=decimals(right.ravel()),
            delta=decimals(delta),
            status=few(fails.ravel(), ["pass", "fail"]),
            severity=few(which, ["warning" if check[0] == "N-TEXT" else "error" for check in checks]),
            inferred=False,
            cells=few(
                which,
                [" ".join(form.path(form.cells[c]) for c in dict.fromkeys([*check[2], *check[3]])) for check in checks],
            ),
            message=messages,
        )

    def _drawn(self) -> dict[int, Numbers]:
        """Three paragraphs a report: one of the first 5,000, one of the first 2,000, and one of 20 that many use."""
        random = np.random.default_rng([6, self.year, self.begin])
        return {most: random.integers(0, most, self.size) for most in (5000, 2000, 20)}

    def _texts(
        self, keys: dict[str, Any], figures: Numbers, drawn: dict[int, Numbers]
    ) -> Iterator[tuple[str, pa.Table]]:
        random, form, n = np.random.default_rng(self.begin + self.year), self.form, len(figures)
        is_warned = random.random(2 * self.size)[:n] < 0.15
        received = figures[:, form.at["application", "received_new", "total"]]
        opening = as_printed(received, f"{self.year}{OPENING}").cast(pa.string())
        sections = [
            pc.binary_join_element_wise(opening, paragraphs().take(drawn[5000]), ""),
            *[pa.array([""] * n)] * 3,
            paragraphs().take(drawn[2000]),
            paragraphs().take(drawn[20]),
        ]
        in_order = pa.array(np.arange(6 * n).reshape(6, n).T.ravel())
        yield (
            "section_text",
            make_table(
                "section_text",
                6 * n,
                **repeat_each(keys, 6),
                section=few(np.tile(np.arange(6), n), list("123456")),
                text=pa.concat_arrays(sections).take(in_order),
            ),
        )
        yield "text_fingerprint", make_table("text_fingerprint", n, **keys, sentences=sentences_of(drawn))
        facts = ("received_new", "carried_in", "outcome_total", "granted", "partial", "carried_out")
        told = figures[:, [form.at["application", outcome, "total"] for outcome in facts]]
        yield (
            "narrative_fact",
            make_table(
                "narrative_fact",
                n * len(facts),
                **repeat_each(keys, len(facts)),
                fact_no=np.tile(np.arange(1, len(facts) + 1), n),
                fact_key=few(np.tile(np.arange(len(facts)), n), [f"application.{outcome}.total" for outcome in facts]),
                value=decimals(told.ravel()),
                unit="application",
                section="1",
                span="78:92",
                sentence=opening.take(np.repeat(np.arange(n), len(facts))),
            ),
        )
        warned = pa.array(np.flatnonzero(is_warned))
        yield (
            "reading_warning",
            make_table(
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
