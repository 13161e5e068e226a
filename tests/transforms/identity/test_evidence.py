"""Codes of bodies: check digits of real ones, where they are looked for, and what is no code."""

from __future__ import annotations

import pytest

from transforms.identity.evidence import (
    codes_in_address,
    division_code_of,
    is_credit_code,
    is_organisation_code,
    organisation_of,
    printed_codes,
)

# From index numbers and addresses of real reports.
REAL = [
    "113325000026455663",
    "11341702486344515H",
    "12620600MB0523338C",
    "11331023MB1674541L",
    "113708260043292687",
    "113700000045022274",
    "12370300MB2817364D",
]
REAL_ORGANISATIONS = ["014416330", "014320144"]


@pytest.mark.parametrize("code", REAL)
def test_real_credit_codes_and_the_organisation_codes_in_them(code: str) -> None:
    assert is_credit_code(code)
    assert is_organisation_code(organisation_of(code))


@pytest.mark.parametrize("code", REAL_ORGANISATIONS)
def test_real_organisation_codes(code: str) -> None:
    assert is_organisation_code(code)
    assert organisation_of(code) == code
    assert division_code_of(code) is None


@pytest.mark.parametrize("code", [*REAL, *REAL_ORGANISATIONS])
def test_no_single_wrong_digit_passes(code: str) -> None:
    test = is_credit_code if len(code) == 18 else is_organisation_code
    for at, old in enumerate(code):
        for new in "0123456789":
            assert test(code[:at] + new + code[at + 1 :]) == (new == old), (code, at, new)


def test_a_citizens_number_is_no_code() -> None:
    assert not is_credit_code("11010519491231002X")
    assert printed_codes(["负责人身份证号：11010519491231002X"]).failed == ()


@pytest.mark.parametrize(
    "lines",
    [
        ["索引号：12370300MB2817364D/2021-5125335"],
        ["索引号: ", "12370300MB2817364D/2021-5125335", "文号:"],
        ["信息索引号:12370300mb2817364d"],
        ["统一社会信用代码：12370300MB2817364D"],
        ["索 引 号：12370300MB2817364D-2021-5125335"],
    ],
)
def test_codes_stand_where_their_label_is(lines: list[str]) -> None:
    assert printed_codes(lines).valid == ("12370300MB2817364D",)


def test_an_organisation_code_before_2015() -> None:
    assert printed_codes(["索引号：014416330/2012-00001"]).valid == ("014416330",)
    assert printed_codes(["索引号：01441633-0/2012-00001"]).valid == ("014416330",)


def test_a_code_with_a_wrong_digit_is_no_evidence_but_named() -> None:
    codes = printed_codes(["索引号：12370300MB2817364E/2021-5125335"])
    assert (codes.valid, codes.failed) == ((), ("12370300MB2817364E",))


@pytest.mark.parametrize(
    "lines",
    [
        ["本机关于2021年公开信息12370300MB2817364D"],
        ["索引号：kysrmzf/2026-00017"],
        ["索引号：000014349/2021-00110"[:10]],
        ["索引号：", "文号：12370300MB2817364D"[:3]],
        ["发布机构：云岭县教育局", "12370300MB2817364D"],
    ],
)
def test_what_is_no_code(lines: list[str]) -> None:
    assert printed_codes(lines).valid == ()


def test_codes_in_addresses() -> None:
    jcms = "http://www.zjtt.gov.cn/module/xxgk/xxgkAnnualReport.jsp?area=11331023MB1674541L&fbtime=2021"
    assert codes_in_address(jcms).valid == ("11331023MB1674541L",)
    assert codes_in_address(jcms.replace("4541L", "4541M")).valid == ()
    assert codes_in_address("http://www.wenzhou.gov.cn/xxgk.jsp?area=001008003015001&fbtime=2022").valid == ()
    assert codes_in_address("http://a.gov.cn/?q=11331023MB1674541L").valid == ()
    assert codes_in_address(None).valid == ()
    assert division_code_of("11331023MB1674541L") == "331023"
