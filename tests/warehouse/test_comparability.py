"""What the forms count differently is never joined: a declaration that would do so is refused, and no view does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from transforms.schema.measures import Measure, impossible_joins, measures
from warehouse import indicators as declarations
from warehouse.connection import open_published
from warehouse.indicators import form_names, indicators
from warehouse.views.harmonized import harmonized


@pytest.fixture(scope="module")
def warehouse(published_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = open_published(published_home)
    yield connection
    connection.close()


# The crosswalk of the domain specification, section 2.3: measure -> class by form that prints it. What the statistics
# of 2014 share with the tables is joinable with a break; what stands alone in a form keeps a key of its own.
SINCE_2019 = {"F2019": "A", "F2021": "A"}
ALL_FORMS = {"F2014": "B", **SINCE_2019}
CROSSWALK = {
    "received_new": ALL_FORMS,
    "carried_in": SINCE_2019,
    "carried_out": SINCE_2019,
    "outcome_total": ALL_FORMS,
    "granted": ALL_FORMS,
    "partial": ALL_FORMS,
    "refused_state_secret": ALL_FORMS,
    "refused_third_party": ALL_FORMS,
    "refused_security_stability": ALL_FORMS,
    "refused_other_law": ALL_FORMS,
    "refused_internal_affairs": SINCE_2019,
    "refused_process_info": SINCE_2019,
    "refused_enforcement_file": SINCE_2019,
    "refused_admin_query": SINCE_2019,
    "l14_refused_not_information": {"F2014": "C"},
    "unavailable_not_held": ALL_FORMS,
    "unavailable_needs_creation": SINCE_2019,
    "unavailable_unclear": SINCE_2019,
    "l14_replied_to_amend": {"F2014": "C"},
    "not_processed_petition": SINCE_2019,
    "l14_replied_other_channel": {"F2014": "C"},
    "other_total": SINCE_2019,
    "l14_received_online": {"F2014": "C"},
    "l14_closed_on_time": {"F2014": "C"},
    "l14_closed_extended": {"F2014": "C"},
    "review_upheld": ALL_FORMS,
    "review_corrected": ALL_FORMS,
    "review_other": ALL_FORMS,
    "review_closed": ALL_FORMS,
    "review_pending": SINCE_2019,
    "suit_closed": ALL_FORMS,
    "l14_fee": {"F2014": "B"},
    "information_fee_yuan": {"F2019": "B", "F2021": "B"},
    "admin_fee_items_prev": {"F2019": "C"},
    "admin_fee_wanyuan": {"F2021": "C"},
    "normative_made": {"F2014": "B", "F2019": "B", "F2021": "B"},
    "normative_published_total": {"F2019": "C"},
    "normative_in_force": {"F2021": "C"},
    "normative_repealed": {"F2021": "A"},
    "licence_decisions": SINCE_2019,
    "penalty_decisions": SINCE_2019,
    "coercion_decisions": SINCE_2019,
    "licence_items_prev": {"F2019": "A"},
    "licence_items_change": {"F2019": "A"},
    "l14_disclosed_items": {"F2014": "C"},
    "l14_press_conferences": {"F2014": "C"},
    "l14_org_staff": {"F2014": "C"},
    "l14_training_participants": {"F2014": "C"},
}


@pytest.mark.parametrize("key", CROSSWALK)
def test_the_crosswalk_is_that_of_the_specification(key: str) -> None:
    one = harmonized()[key]
    assert {form: one.comparability(form) for form in one.cells} == CROSSWALK[key]
    for form, of_form in one.measures.items():
        if one.comparability(form) != "A":
            reasons = [(m.comparability_reason_en, m.comparability_reason_zh) for m in of_form]
            assert all(en and zh for en, zh in reasons), f"{key}: no reason in two languages"


def changed(measure: str, **fields: object) -> list[Measure]:
    """The dictionary with other fields for one measure."""
    made = [replace(m, **fields) if m.measure == measure else m for m in measures()]  # type: ignore[arg-type]
    assert made != list(measures())
    return made


def test_the_dictionary_joins_nothing_that_must_not_be_joined() -> None:
    assert impossible_joins(measures()) == []


@pytest.mark.parametrize(
    ("measure", "harmonized_key"),
    [
        ("admin_fee_items_prev", "admin_fee_wanyuan"),  # items and money
        ("normative_published_total", "normative_in_force"),  # published stock and stock in force
        ("l14_refused_not_information", "refused_process_info"),
        ("l14_replied_to_amend", "unavailable_unclear"),  # a procedural notice and a final outcome
        ("l14_replied_other_channel", "not_processed_petition"),
    ],
)
def test_joining_class_c_is_refused_where_it_is_declared(measure: str, harmonized_key: str) -> None:
    assert any("class C" in text for text in impossible_joins(changed(measure, harmonized_key=harmonized_key)))


def test_calling_class_c_by_a_milder_name_does_not_join_money_and_items() -> None:
    joined = changed("admin_fee_items_prev", harmonized_key="admin_fee_wanyuan", comparability="A")
    joined = [replace(m, comparability="A") if m.measure == "admin_fee_wanyuan" else m for m in joined]
    assert any("differ in unit" in text for text in impossible_joins(joined))


@pytest.fixture
def declare(monkeypatch: pytest.MonkeyPatch) -> Callable[..., object]:
    """Reads indicators with one more declared, and forgets it afterwards."""
    declared = deepcopy(declarations._declared())

    def read(**body: object) -> object:
        declared["indicators"]["tried"] = {"zh": "试", "en": "Tried", "unit": "document", **body}
        monkeypatch.setattr(declarations, "_declared", lambda: declared)
        return declarations.indicators.__wrapped__()

    return read


BOTH_STOCKS = ["disclosure.normative_in_force", "disclosure.normative_published_total"]
REASON = {"why_en": "because", "why_zh": "因为"}


def test_an_indicator_of_class_c_in_two_forms_is_refused(declare: Callable[..., object]) -> None:
    with pytest.raises(ValueError, match="tried: class C may not join the forms F2019 and F2021"):
        declare(numerator=["application.granted.total"], comparability="C", **REASON)


@pytest.mark.parametrize("milder", ["A", "B"])
def test_an_indicator_is_never_milder_than_its_measures(declare: Callable[..., object], milder: str) -> None:
    with pytest.raises(ValueError, match="tried: comparability C of its measures asks for at least C"):
        declare(numerator=BOTH_STOCKS, comparability=milder, **REASON)


def test_a_sum_over_what_only_different_forms_print_has_no_value(warehouse: duckdb.DuckDBPyConnection) -> None:
    # The one join that a term can write down adds two stocks of one report: no report prints both.
    stocks = warehouse.execute(
        "SELECT count(normative_in_force), count(normative_published_total), "
        "count(normative_in_force + normative_published_total) FROM agency_year"
    ).fetchone()
    assert stocks is not None
    assert min(stocks[:2]) > 0
    assert stocks[2] == 0


def test_class_c_stands_in_one_form_alone_in_every_view(warehouse: duckdb.DuckDBPyConnection) -> None:
    for key, one in harmonized().items():
        if any(one.comparability(form) == "C" for form in one.cells):
            names = {m.measure for of_form in one.measures.values() for m in of_form}
            assert len(names) == 1, f"{key} joins {names}"
    joined = warehouse.execute("""
        SELECT indicator FROM indicator AS i JOIN report AS r ON r.report_id = i.report_id
        WHERE i.comparability = 'C' AND i.value IS NOT NULL GROUP BY indicator HAVING count(DISTINCT r.form) > 1
        UNION ALL
        SELECT measure FROM harmonized WHERE comparability = 'C' GROUP BY measure HAVING count(DISTINCT form) > 1
        UNION ALL
        SELECT indicator FROM yearly_change WHERE comparability = 'C' AND form <> previous_form AND change IS NOT NULL
        UNION ALL
        SELECT measure FROM division_year WHERE comparability = 'C' AND is_break AND same_change IS NOT NULL
    """).fetchall()
    assert joined == []
    assert any(i.comparability == "C" for i in indicators().values())
    assert form_names() == ("F2019", "F2021")
