"""Figures told in sentences: what agencies write in their manner, and what must not be taken for such a figure."""

from __future__ import annotations

import pytest

from transforms.reading.narrative import narrative_facts

RECEIVED = "application.received_new.total"
CARRIED_IN = "application.carried_in.total"
CARRIED_OUT = "application.carried_out.total"
HANDLED = "application.outcome_total.total"
GRANTED = "application.granted.total"
PARTIAL = "application.partial.total"
REVIEWS = "litigation.review.total"
SUITS = "litigation.suit_direct.total + litigation.suit_after_review.total"
MADE = "disclosure.normative_made"
FEE = "information_fee_yuan"


def told(
    text: str,
    section: str = "1",
    form: str | None = "F2021",
    name: str = "云岭县教育局",
    kind: str = "department",
    year: int | None = 2022,
) -> dict[str, int]:
    facts = narrative_facts({section: text}, form, name, kind, year)
    return {fact.key: int(fact.value) for fact in facts}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2022年，我局共收到政府信息公开申请25件，均已答复。", {RECEIVED: 25}),
        ("本年度收到依申请公开信息3条，答复率100%。", {RECEIVED: 3}),
        ("全年共受理政府信息公开申请1，208件，同比增长12%。", {RECEIVED: 1208}),
        ("2022年我单位新收政府信息公开申请数量为十二件。", {RECEIVED: 12}),
        ("县教育局共收到８份政府信息公开申请，均为自然人申请。", {RECEIVED: 8}),
        ("２０２２年度共受理信息公开申请 ２５ 件。", {RECEIVED: 25}),
        ("2022年，我局共受理政府信息公開申請7件。", {RECEIVED: 7}),
        (
            "2022年收到政府信息公开申请25件，上年结转2件，办结26件，结转下年1件。",
            {RECEIVED: 25, CARRIED_IN: 2, HANDLED: 26, CARRIED_OUT: 1},
        ),
        (
            "答复政府信息公开申请40件（含上年度结转申请3件，另有5件申请按照《条例》顺延到下年度答复）。",
            {HANDLED: 40, CARRIED_IN: 3, CARRIED_OUT: 5},
        ),
        (
            "共收到政府信息公开申请9件，2021年结转1件，结转至2023年办理2件。",
            {RECEIVED: 9, CARRIED_IN: 1, CARRIED_OUT: 2},
        ),
        (
            "共收到政府信息公开申请25件，其中，予以公开4件、部分公开2件、不予公开1件，占4%。",
            {RECEIVED: 25, GRANTED: 4, PARTIAL: 2},
        ),
        (
            "共收到政府信息公开申请25件。予以公开及部分公开6件，占24%。",
            {RECEIVED: 25, f"{GRANTED} + {PARTIAL}": 6},
        ),
        ("因政府信息公开引起的行政复议案件3件、行政诉讼案件2件。", {REVIEWS: 3, SUITS: 2}),
        ("信息公开类行政复议0件，诉讼一件，均获维持。", {REVIEWS: 0, SUITS: 1}),
        ("全年制发行政规范性文件5件，废止规范性文件2件，现行有效的规范性文件31件。", {
            MADE: 5, "disclosure.normative_repealed": 2, "disclosure.normative_in_force": 31,
        }),
        ("全年作出行政许可决定345件，作出行政处罚决定12件。", {
            "disclosure.licence_decisions": 345, "disclosure.penalty_decisions": 12,
        }),
        ("2022年我局收取信息处理费400元。", {FEE: 400}),
        ("2022 年有 1 件政府信息公开申请案件收取信息处理费 380 元。", {FEE: 380}),
        ("收取信息处理费共计1.2万元。", {FEE: 12000}),
        ("（二）依申请公开情况。2022年受理依申请公开0件。", {RECEIVED: 0}),
        ("2.依申请公开情况：全年收到依申请公开3件。", {RECEIVED: 3}),
        ("较2021年的12件，2022年有所增长。2022年收到政府信息公开申请15件。", {RECEIVED: 15}),
    ],
)  # fmt: skip
def test_a_clear_statement_is_a_fact(text: str, expected: dict[str, int]) -> None:
    assert told(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        # another year, or a difference from it
        "2021年，我局共收到政府信息公开申请25件，办结25件。",
        "2021年，全年收到政府信息公开申请25件。办结25件。",
        "2021年，\n我局收到政府信息公开申请25件。",
        "去年收到政府信息公开申请25件。",
        "收到政府信息公开申请比上年增加3件。",
        "政府信息公开申请数量较上年减少3件。",
        "2023年计划制发规范性文件5件。",
        "二〇二一年收到政府信息公开申请5件。",
        # another time than the year, running totals
        "2022年上半年，我局共收到政府信息公开申请25件。办结20件。",
        "截至2022年12月31日，累计受理政府信息公开申请120件，办结118件。",
        "2008年以来累计收到政府信息公开申请300件，办结298件。",
        "我局历年收到政府信息公开申请25件。",
        # parts of the body, of the applications or of the ways they came
        "各区县受理政府信息公开申请300件，办结298件。",
        "市直部门共收到政府信息公开申请30件。",
        "全市共收到政府信息公开申请300件。",
        "其中通过网络收到政府信息公开申请20件，信函5件。",
        "通过网站受理政府信息公开申请20件。",
        "自然人政府信息公开申请20件。",
        # not exact, or not a count of applications
        "收到政府信息公开申请25余件。",
        "收到政府信息公开申请近25件。",
        "收到政府信息公开申请2.5件。",
        "收到政府信息公开申请2 5件。",
        "收到政府信息公开申请3²件。",
        "收到政府信息公开申请三五件。",
        "收取信息处理费99999999999999万元。",
        "答复率100%，公开率24%。",
        "主动公开规范性文件42件，政务微信发布信息1200条，政策解读17篇。",
        "县长信箱收到留言183条，答复183条，政府信息公开工作有序开展。",
        "政府信息公开工作有序开展。全年受理出证申请345件，办结340件。",
        "受理公民向县政府提出的政府信息公开申请5件。",
        "按时答复24件。",
        # carried over applications are counted in
        "共收到政府信息公开申请27件（含上年结转2件的申请）。",
        # as the authority that decides reviews, not as the one complained of
        "我局全年受理行政复议30件，行政诉讼案件20件。",
        "行政复议、行政诉讼共3件，涉及政府信息公开。",
        "信息处理费按每件100元收取。",
        "以政府办名义制发规范性文件1件。",
    ],
)
def test_what_leaves_a_doubt_is_no_fact(text: str) -> None:
    facts = told(text)
    facts.pop(CARRIED_IN, None)  # 含上年结转2件 says that much for certain
    assert facts == {}


def test_a_territory_speaks_for_its_government_only() -> None:
    text = "2022年，全县各级各部门共收到政府信息公开申请116件。"
    assert told(text, name="云岭县人民政府", kind="government") == {RECEIVED: 116}
    assert told(text) == {}
    own_level = "2022年，县政府办公室共收到政府信息公开申请16件。"
    assert told(own_level, name="云岭县人民政府办公室", kind="gov_office") == {RECEIVED: 16}
    assert told(own_level, name="云岭县人民政府", kind="government") == {}
    own_level = "县政府办公室严格依法答复，共收到政府信息公开申请16件。"
    assert told(own_level, name="云岭县人民政府办公室", kind="gov_office") == {RECEIVED: 16}
    assert told(own_level, name="云岭县人民政府", kind="government") == {}


def test_sections_say_what_is_meant() -> None:
    assert told("行政复议2件，行政诉讼1件。", section="4") == {REVIEWS: 2, SUITS: 1}
    assert told("行政复议2件，行政诉讼1件。", section="1") == {}


def test_the_key_is_that_of_the_form() -> None:
    assert told("本年制发规范性文件5件。", form="F2019", year=2020) == {"disclosure.normative_newly_made": 5}
    assert told("本年制发规范性文件5件。", form=None, year=2017) == {MADE: 5}
    # Before 2019 no form knew applications carried over, and 予以公开 was counted otherwise.
    assert told("收到政府信息公开申请9件，予以公开4件，上年结转2件。", form=None, year=2017) == {RECEIVED: 9}


def test_a_figure_told_twice_differently_is_left_out() -> None:
    assert told("共收到政府信息公开申请25件。\n共收到政府信息公开申请26件，办结24件。") == {HANDLED: 24}
    assert told("共收到政府信息公开申请25件。\n全年收到政府信息公开申请25件。") == {RECEIVED: 25}


def test_without_a_year_nothing_is_told() -> None:
    assert told("共收到政府信息公开申请25件。", year=None) == {}


def test_sentence_and_statement_are_as_printed() -> None:
    text = "一是加强学习。２０２２年，\n我局 共收到政府信息公開申請 25 件，均已答复！另有来信3件。"
    (fact,) = narrative_facts({"1": text}, "F2021", "云岭县教育局", "department", 2022)
    assert (fact.unit, fact.section) == ("application", "1")
    assert fact.statement == "共收到政府信息公開申請 25 件"
    assert fact.sentence in text
    assert fact.sentence.startswith("２０２２年")
    assert fact.sentence.endswith("均已答复！")


def test_lines_broken_for_their_width_belong_together_but_not_their_digits() -> None:
    wide = "我局认真贯彻落实条例，依法办理各类申请，不断完善制度，"
    assert told(f"{wide}全年共收到政府\n信息公开申请25件。") == {RECEIVED: 25}
    assert told(f"{wide}全年共收到政府信息公开申请2\n5件。") == {}


@pytest.mark.parametrize(
    "text", ["收到政府信息公开申请1件，" * 5000, "申请" * 40_000 + "予以公开1件。", "1件" * 50_000]
)
def test_hostile_text_tells_nothing(text: str) -> None:
    assert told(text) == {}
