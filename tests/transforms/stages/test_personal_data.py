"""No personal data reaches the lake or the warehouse: a document full of it, and every text column walked."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from tests.transforms.layouts import html_page, plain_figures
from tests.transforms.stages.home_kit import Home, ingested
from transforms import gazetteer
from transforms.content import content_hash
from transforms.normalize import normalize
from transforms.reading import read_document
from transforms.redaction import MARK, redacted
from warehouse.build import build

# Made up; the check digits are right or wrong as it happens.
PERSONS = [
    "张伟",
    "王小明",
    "李四",
    "王某某",
    "赵六",
    "欧阳明",
    "孙小美",
    "陈静",
    "刘洋",
    "钱某",
    "韩梅",
    "李建国",
    "徐望",
]
NUMBERS = [
    "13812345678",
    "139-1234-5678",
    "137 1234 5678",
    "１３６１２３４５６７８",
    "110101199003074514",
    "13030219880808123X",
    "130302880808123",
]
MAILS = ["zhangwei@163.com", "13512345678@139.com"]
TOLD = (
    f"联系人：张伟，手机：{NUMBERS[0]}，邮箱：{MAILS[0]}。 由王小明同志任组长，副主任徐望担任副组长。 "
    f"李四诉云岭县教育局一案，原告孙小美、第三人赵六因不服，身份证号{NUMBERS[4]}。 "
    f"申请人王某某（{NUMBERS[1]}）、钱某（{NUMBERS[2]}）等人来电，欧阳明先生来信，证号{NUMBERS[5]}、{NUMBERS[6]}。 "
    f"填报人：刘洋  审核人：陈静  电话：{NUMBERS[3]}，{MAILS[1]}。局长李建国带头接访，韩梅 {NUMBERS[0]}。"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("联系人：张伟，电话：13812345678", f"联系人：{MARK}，电话：{MARK}"),
        ("联系人张伟，电话0335-8051234", f"联系人{MARK}，电话0335-8051234"),
        ("联系人及电话：王 强 0335-8051234", f"联系人及电话：{MARK} 0335-8051234"),
        ("组长：张建国，副组长：李卫东、王芳", f"组长：{MARK}，副组长：{MARK}"),
        ("电话：+86 138 1234 5678、138****5678", f"电话：{MARK}、{MARK}"),
        ("张伟13812345678", f"{MARK}{MARK}"),
        ("手机13912345678（王小明）", f"手机{MARK}（{MARK}）"),
        ("由副局长李霖任组长", f"由副局长{MARK}任组长"),
        ("原告李四诉某区人民政府", f"原告{MARK}诉某区人民政府"),
        ("李四诉区政府信息公开案", f"{MARK}诉区政府信息公开案"),
        ("当事人李XX、张某甲提出申请", f"当事人{MARK}、{MARK}提出申请"),
        ("王女士来电咨询", f"{MARK}女士来电咨询"),
        ("陳偉先生", f"{MARK}先生"),
        ("邮箱：zhangsan@163.com", f"邮箱：{MARK}"),
    ],
)
def test_personal_data_is_taken_out(text: str, expected: str) -> None:
    assert redacted(text) == expected
    assert redacted(expected) == expected


@pytest.mark.parametrize(
    "text",
    [
        "国办发〔2014〕32号，国办公开办函〔2021〕30号",
        "电话0335-8051234，传真：0335-8051235，邮编066004，邮箱xxgk@yl.gov.cn",
        "采购总金额13812345678元，发布信息13800000000条",
        "统一社会信用代码113325000026455663，索引号11341702486344515H/202110-00013",
        "https://www.yl.gov.cn/art/13812345678.html https://www.yl.gov.cn/nb/t13812345678.html content_13812345678",
        "以习近平同志为核心的党中央，主要负责同志、分管同志、全体同志",
        "对于某些部门，属于某类信息，由于某种原因，某局、某单位",
        "因政府信息公开提起行政诉讼2件，申请人不服答复申请行政复议，应诉、投诉、败诉",
        "法院驳回原告诉讼请求，原告申请撤诉，保护第三方合法权益",
        "联系人：办公室；负责人：各股室负责人；责任人：党政办；组长：党委副书记、镇长",
        "常务副局长任组长，党委书记为第一责任人，李沧区区长、江北区区长",
        "成员：黄土镇、白沙村、马家堡街道、江北新区，作者：龙岩市人民政府",
        "行政复议 1 5 0 0 0 0 0 0 0 0 0 行政诉讼",
        "信息处理费**、A×B、X项",
    ],
)
def test_what_is_no_personal_data_stays(text: str) -> None:
    assert redacted(text) == text


@pytest.mark.parametrize("text", ["1" * 50_000, "a" * 50_000 + "@", "王" * 50_000, "联系人：" + "王五、" * 15_000])
def test_hostile_text_is_read_in_one_go(text: str) -> None:
    assert len(redacted(text)) <= len(text) + len(MARK)


def test_no_column_of_lake_or_warehouse_holds_any(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.crawl(
        {"data": _page(), "title": f"联系人：张伟 {NUMBERS[0]}", "link_text": "李四诉县教育局"},
        ingested(b"no report at all", f"张伟{NUMBERS[0]}.html"),
        ingested(_page(title=f"张伟同志{NUMBERS[0]}一图读懂", tables=False), "联系人：王小明.html"),
    )
    assert normalize(tmp_path).problems == []
    found = _texts(tmp_path)
    assert sum(MARK in text for _, text in found) >= 8
    everything = [*PERSONS, *NUMBERS, *MAILS, NUMBERS[3].translate({i: i - 0xFEE0 for i in range(0xFF10, 0xFF1A)})]
    assert [(where, word) for where, text in found for word in everything if word in text] == []
    told = [(where, text) for where, text in found if not re.fullmatch(r"[0-9a-f]{64}", text)]  # a hash is no telephone
    assert [(where, text) for where, text in told if re.search(r"(?<!\d)1[3-9]\d{9}(?!\d)", text)] == []
    # What is not personal is still there.
    assert any("0335-8051234" in text and "国办发〔2014〕32号" in text for _, text in found)
    # Placed the same when titles and names come back from the lake.
    assert normalize(tmp_path).partitions_written == ()


def test_the_span_of_a_fact_is_its_place_in_the_stored_text(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.crawl({"data": _page()})
    normalize(tmp_path)
    sections = {row["section"]: row["text"] for row in home.rows("section_text")}
    facts = {row["fact_key"]: row for row in home.rows("narrative_fact")}
    fact = facts["application.received_new.total"]
    begin, end = map(int, fact["span"].split(":"))
    assert sections[fact["section"]][begin:end] == "收到政府信息公开申请3件"
    assert fact["sentence"] in sections[fact["section"]]
    assert (fact["value"], fact["unit"], fact["fact_no"]) == (3, "application", 1)


def test_better_rules_of_redaction_make_no_new_version() -> None:
    """The hash is that of what the source says; what is taken out of it is our doing and may change."""
    one, other = (read_document(_page(name)) for name in ("张伟", "张健"))
    assert redacted(one.sections["1"]) == redacted(other.sections["1"])
    assert content_hash(one) != content_hash(other)


def _page(name: str = "张伟", title: str | None = None, tables: bool = True) -> bytes:
    figures = plain_figures()
    figures.disclosure["licence_decisions"] = f"见附件，联系人：{name} {NUMBERS[0]}"
    page = html_page(figures).decode() if tables else f"<html><body><h1>{title}</h1></body></html>"
    text = TOLD.replace("张伟", name) + "收到政府信息公开申请3件，电话0335-8051234，国办发〔2014〕32号。"
    return page.replace("<p>一、总体情况</p>", f"<p>一、总体情况</p><p>2022年，云岭县教育局{text}</p>").encode()


def _texts(home: Path) -> list[tuple[str, str]]:
    """Every text of every column of the lake's files and of the warehouse built from them, with its place.

    Names of divisions that come from the gazetteer are left out: some townships are called like a person.
    """
    places = frozenset(gazetteer.table("division")["name"].to_pylist())
    texts: list[tuple[str, str]] = []
    with duckdb.connect() as lake:
        for part in sorted((home / "lake").glob("*/report_year=*/*.parquet")):
            rows = lake.execute("SELECT * FROM read_parquet(?)", [str(part)])
            names = [column[0] for column in rows.description or ()]
            texts += _of(part.parent.parent.name, names, rows.fetchall())
    summary = build(home)
    with duckdb.connect(str(summary.path), read_only=True) as warehouse:
        for schema, table in warehouse.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall():
            rows = warehouse.execute(f'SELECT * FROM "{schema}"."{table}"')
            names = [column[0] for column in rows.description or ()]
            texts += _of(table, names, rows.fetchall())
    return [(where, text) for where, text in texts if where != "division.name" or text not in places]


def _of(table: str, names: list[str], rows: list[tuple[object, ...]]) -> list[tuple[str, str]]:
    return [
        (f"{table}.{name}", value)
        for row in rows
        for name, value in zip(names, row, strict=True)
        if isinstance(value, str)
    ]
