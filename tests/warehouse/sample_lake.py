"""A small lake whose figures can be added up by hand: agencies, both forms, blanks, doubts, versions and copies."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from transforms.lake.packed import pack
from transforms.schema import arrow_schema, conform, tables
from transforms.schema.measures import measures

FETCHED = datetime(2023, 5, 1, 2, 0)
REFUSED = [m.measure for m in measures() if m.table_name == "application" and m.measure.startswith("refused_")]


def keys(table: str, form: str | None = None) -> list[str]:
    return [m.measure for m in measures() if m.table_name == table and (form is None or form in m.forms.split())]


@dataclass
class Lake:
    """Rows by table, written as the normalizer writes them."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {t: [] for t in tables()})

    def add(self, table: str, **values: Any) -> None:
        """Add a row; a required column that is not given gets a plain value of its type."""
        plain = {"text": "x", "integer": 0, "bigint": 0, "boolean": False, "timestamp": FETCHED}
        self.rows[table].append(
            {c.name: values.get(c.name, plain.get(c.type) if c.required else None) for c in tables()[table].columns}
        )

    def division(self, division_id: str, name: str, parent_id: str | None = None, level: str | None = None) -> None:
        self.add("division", division_id=division_id, code=division_id, name=name, parent_id=parent_id, level=level)

    def agency(
        self,
        agency_id: str,
        name: str,
        division_id: str | None,
        portal_id: str | None = None,
        agency_type: str | None = "department",
    ) -> None:
        self.add(
            "agency",
            agency_id=agency_id,
            name=name,
            agency_type=agency_type,
            division_id=division_id,
            portal_id=portal_id,
            status="confirmed",
            evidence="title and portal",
        )
        self.add("agency_name", agency_id=agency_id, name=name, kind="official")

    def portal(self, portal_id: str, body: str | None, first_year: int | None, region_code: str = "340100") -> None:
        self.add(
            "portal",
            portal_id=portal_id,
            body=body,
            region_code=region_code,
            level="prefecture",
            family="static_list",
            list_url="http://127.0.0.1/",
            hosts="127.0.0.1",
            access="open",
            status="active",
            first_year=first_year,
        )

    def report(
        self,
        agency_id: str | None,
        year: int,
        form: str | None = None,
        figures: dict[str, Any] | None = None,
        *,
        scope: str = "own",
        outcome: str = "parsed",
        versions: int = 1,
        copy: bool = False,
        suffix: str = "",
        **values: Any,
    ) -> str:
        """Add a report with its document, versions and cells; figures by path, 0 for every path not given.

        A figure is a number as printed, or (value, effective value, method, state).
        """
        report_id = f"r-{agency_id or 'none'}-{year}{suffix}"
        url = values.pop("source_url", f"http://127.0.0.1/{report_id}.html")
        sha256 = hashlib.sha256(report_id.encode()).hexdigest()
        common = {"report_id": report_id, "report_year": year, "sha256": sha256, "source_url": url}
        common |= {"first_seen": FETCHED, "last_seen": FETCHED, "reader_version": "1", "content_hash": sha256}
        self.add(
            "document", **common, media_type="text/html", bytes=1, outcome=outcome, form=form, scope=scope, reason=None
        )
        self.add("report_document", **common, role="copy" if copy else "rendition")
        trust = values.pop("trust", "sound" if outcome == "parsed" and not copy else "unread")
        self.add(
            "report",
            **common,
            agency_id=agency_id,
            scope=scope,
            form=form,
            outcome=outcome,
            title=f"{year}年政府信息公开工作年度报告",
            fetched_at=FETCHED,
            version_id=None if copy else f"{report_id}-v{versions}",
            trust=trust,
            **values,
        )
        for number in range(1, versions + 1 if not copy else 1):
            version_id = f"{report_id}-v{number}"
            self.add(
                "report_version", **common, version_id=version_id, version_no=number, is_current=number == versions
            )
            if form and outcome == "parsed":
                older = 1000 * (versions - number)  # an older version says something else everywhere
                self._cells(report_id, version_id, year, form, figures or {}, older)
        return report_id

    def _cells(
        self, report_id: str, version_id: str, year: int, form: str, figures: dict[str, Any], older: int
    ) -> None:
        grid = [("disclosure", m, "value") for m in keys("disclosure", form)]
        grid += [("application", o, a) for o in keys("application", form) for a in keys("applicant")]
        grid += [("litigation", c, r) for c in keys("channel", form) for r in keys("result", form)]
        grid += [("legacy", m, "value") for m in keys("legacy", form)]
        for number, (table, row, column) in enumerate(grid, start=1):
            path = f"{table}.{row}" if column == "value" else f"{table}.{row}.{column}"
            value, effective, method, state = _cell(figures.get(path, 0), older)
            self.add(
                "cell_version",
                version_id=version_id,
                report_id=report_id,
                report_year=year,
                table_name=table,
                row_key=row,
                column_key=column,
                is_total=column == "total" or row == "outcome_total",
                value=value,
                value_effective=effective,
                effective_method=method,
                state=state,
                raw=None if value is None else str(value),
                locator=f"cell {number}",
            )

    def check(self, report_id: str, year: int, rule: str, cells: str, *, version: int = 1, **values: Any) -> None:
        given = {"status": "fail", "severity": "error", "subject": "total", "message": f"{rule} does not close"}
        self.add(
            "check_result",
            version_id=f"{report_id}-v{version}",
            report_id=report_id,
            report_year=year,
            rule=rule,
            inferred=False,
            cells=cells,
            **{**given, **values},
        )

    def text(self, report_id: str, year: int, sentences: list[int], *, version: int = 1) -> None:
        """Give a version a text, and its document the letters of it: a sentence is a hash and, in 16 bits, letters."""
        version_id = f"{report_id}-v{version}"
        self.add("text_fingerprint", version_id=version_id, report_id=report_id, report_year=year, sentences=sentences)
        sha256 = hashlib.sha256(report_id.encode()).hexdigest()
        (document,) = (row for row in self.rows["document"] if row["sha256"] == sha256)
        document["text_letters"] = sum(sentence & 0xFFFF for sentence in sentences)

    def warning(self, report_id: str, year: int, code: str, cells: str, number: int = 1) -> None:
        self.add(
            "reading_warning",
            version_id=f"{report_id}-v1",
            report_id=report_id,
            report_year=year,
            warning_no=number,
            code=code,
            message=f"{code} was found",
            cells=cells,
        )

    def write(self, home: Path) -> Path:
        """Write every table that has rows as Parquet, by report year; returns the home."""
        (home / "lake").mkdir(parents=True, exist_ok=True)
        for name, table in tables().items():
            rows = pd.DataFrame(self.rows[name], columns=list(table.column_names))
            if table.store != "lake" or rows.empty:
                continue
            groups = rows.groupby("report_year") if table.by_year else [(0, rows)]
            for year, group in groups:
                write_part(home, name, int(str(year)), group)
        pack(home)
        return home


def write_part(home: Path, table: str, year: int, frame: pd.DataFrame) -> Path:
    """Write one part of the lake through the schema's own check."""
    part = home / "lake" / table / f"report_year={year}" / "part-0.parquet"
    part.parent.mkdir(parents=True, exist_ok=True)
    rows = pa.Table.from_pandas(frame, schema=arrow_schema(table), preserve_index=False)
    pq.write_table(conform(rows, table), part, compression="zstd")
    return part


def _cell(figure: Any, older: int) -> tuple[Decimal | None, Decimal | None, str | None, str]:
    if isinstance(figure, tuple):
        value, effective, method, state = figure
        return (
            None if value is None else Decimal(str(value)),
            None if effective is None else Decimal(str(effective)),
            method,
            state,
        )
    number = Decimal(str(figure)) + older
    return number, number, "printed", "zero" if number == 0 else "number"


def applications(received: int, **outcomes: int) -> dict[str, int]:
    """Table three for natural persons alone, with its printed total; carried_in and carried_out may be given."""
    leaves = {key: n for key, n in outcomes.items() if not key.startswith("carried_")}
    counts = {"received_new": received, **outcomes, "outcome_total": sum(leaves.values())}
    return {
        f"application.{outcome}.{applicant}": n
        for outcome, n in counts.items()
        for applicant in ("natural_person", "total")
    }


def blank(effective: int | None = None, method: str | None = "zero_if_sum_closes") -> tuple[Any, ...]:
    """An empty cell; with an effective value where the sums allow one."""
    return (None, effective, method if effective is not None else None, "blank")


def sample() -> Lake:
    """The lake that most tests of the warehouse read."""
    lake = Lake()
    lake.division("340000", "安徽省")
    lake.division("340100", "甲市", "340000")
    lake.division("340102", "乙区", "340100")
    lake.division("110102", "乙区", "110000")  # of the same name, without an agency
    lake.portal("p-finance", "甲市财政局", 2018)
    lake.portal("p-hub", None, 2018)
    lake.portal("p-silent", "丙局", 2021)
    lake.agency("ag-finance", "甲市财政局", "340100", "p-finance")
    lake.agency("ag-police", "甲市公安局", "340100", "p-hub")
    lake.agency("ag-gov", "甲市人民政府", "340100", "p-hub")
    lake.agency("ag-health", "甲市卫生健康委员会", "340100", "p-hub")
    lake.agency("ag-school", "甲市教育局", "340100", "p-hub")
    lake.agency("ag-school2", "乙区教育局", "340102", "p-hub")
    lake.add("agency_alias", alias_id="ag-old", agency_id="ag-finance", reason="same body")

    lake.report(
        "ag-finance",
        2019,
        "F2019",
        {
            **applications(
                100,
                granted=40,
                partial=10,
                refused_state_secret=5,
                refused_third_party=5,
                other_processing=40,
                carried_out=5,
            ),
            "disclosure.normative_newly_made": 8,
            "disclosure.licence_decisions": 70,
        },
    )
    lake.report(
        "ag-finance",
        2020,
        "F2019",
        {
            **applications(
                20, carried_in=5, granted=10, refused_process_info=10, unavailable_not_held=4, carried_out=1
            ),
            "litigation.review.upheld": 2,
            "litigation.review.corrected": 1,
            "litigation.review.pending": 1,
            "litigation.review.total": 4,
            "disclosure.normative_newly_made": 6,
            "disclosure.licence_decisions": 50,
        },
    )
    lake.report(
        "ag-finance",
        2021,
        "F2021",
        {
            **applications(
                60,
                carried_in=1,
                granted=30,
                other_no_correction=1,
                other_fee_unpaid=2,
                other_misc=3,
                refused_other_law=24,
            ),
            "disclosure.normative_made": 9,
            "disclosure.normative_repealed": 1,
            "disclosure.normative_in_force": 19,
            "disclosure.licence_decisions": 80,
            "disclosure.admin_fee_wanyuan": "12.5",
        },
        versions=2,
    )
    lake.report(
        "ag-police",
        2020,
        "F2019",
        {**applications(10, granted=5, refused_state_secret=5), "disclosure.licence_decisions": 300},
    )
    doubtful = lake.report(
        "ag-police",
        2022,
        "F2021",
        {**applications(50, granted=20, refused_enforcement_file=30), "disclosure.licence_decisions": 400},
        trust="doubtful",
        trust_reasons="T3-COL",
        source_url="=http://127.0.0.1/evil",
    )
    lake.check(doubtful, 2022, "T3-COL", "application.granted.total application.outcome_total.total")
    lake.check(doubtful, 2022, "T3-ROW", "application.granted.total", status="pass")
    lake.warning(doubtful, 2022, "money_without_unit", "disclosure.admin_fee_wanyuan")
    lake.warning(doubtful, 2022, "mixed_form", "", number=2)
    lake.report(
        "ag-gov",
        2021,
        "F2021",
        {**applications(900, granted=900), "disclosure.licence_decisions": 9000},
        scope="aggregate",
    )
    closed: dict[str, Any] = {
        "left_value": Decimal(900),
        "right_value": Decimal(900),
        "delta": Decimal(0),
        "status": "pass",
    }
    lake.check("r-ag-gov-2021", 2021, "T3-BAL", "application.received_new.total", **closed)
    lake.report("ag-gov", 2022, "F2021", {**applications(800, granted=800)}, scope="unknown")
    lake.report(
        "ag-health",
        2021,
        "F2021",
        {
            **applications(40, granted=40),
            "application.partial.total": blank(0),
            "application.refused_state_secret.total": blank(),
            "disclosure.licence_decisions": blank(),
            "disclosure.penalty_decisions": (None, None, None, "unreadable"),
        },
    )
    lake.report("ag-health", 2022, outcome="no_tables", reason="images only")
    lake.report("ag-school2", 2022, "F2021", {**applications(7, granted=7)}, copy=True)
    lake.report(
        "ag-school",
        2022,
        "F2021",
        {**applications(30, granted=15, refused_other_law=15), "disclosure.licence_decisions": 1},
    )
    lake.report(None, 2022, "F2021", {**applications(3, granted=3)}, unplaced_reason="no agency in the title")
    lake.report("ag-school", 0, "F2021", {**applications(3, granted=3)}, unplaced_reason="no year in the title")
    return lake
