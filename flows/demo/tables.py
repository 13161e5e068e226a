"""The three tables of the regulated forms as HTML, spans and labels as the official templates have them.

The labels stand here a second time, apart from the reader's own form data, so that the demo and the tests
that use it would notice a slip in either.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flows.demo.figures import APPLICANTS, LAST_F2019_YEAR

CORNER = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"
COLUMNS = (*(applicant for applicant, _ in APPLICANTS), "total")

REFUSED = (
    ("refused_state_secret", "1.属于国家秘密"),
    ("refused_other_law", "2.其他法律行政法规禁止公开"),
    ("refused_security_stability", "3.危及“三安全一稳定”"),
    ("refused_third_party", "4.保护第三方合法权益"),
    ("refused_internal_affairs", "5.属于三类内部事务信息"),
    ("refused_process_info", "6.属于四类过程性信息"),
    ("refused_enforcement_file", "7.属于行政执法案卷"),
    ("refused_admin_query", "8.属于行政查询事项"),
)
UNAVAILABLE = (
    ("unavailable_not_held", "1.本机关不掌握相关政府信息"),
    ("unavailable_needs_creation", "2.没有现成信息需要另行制作"),
    ("unavailable_unclear", "3.补正后申请内容仍不明确"),
)
NOT_PROCESSED = (
    ("not_processed_petition", "1.信访举报投诉类申请"),
    ("not_processed_duplicate", "2.重复申请"),
    ("not_processed_publication", "3.要求提供公开出版物"),
    ("not_processed_excessive", "4.无正当理由大量反复申请"),
    ("not_processed_reconfirm", "5.要求行政机关确认或重新出具已获取信息"),
)
OTHER_F2021 = (
    ("other_no_correction", "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请"),
    ("other_fee_unpaid", "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请"),
    ("other_misc", "3.其他"),
)

# One block of table two: its article, the headings of its value columns, and each row's label and measures.
Block = tuple[str, tuple[str, ...], tuple[tuple[str, tuple[str, ...]], ...]]
ITEM_COLUMNS = ("上一年项目数量", "本年增/减", "处理决定数量")
DISCLOSURE_F2019: tuple[Block, ...] = (
    (
        "第二十条第（一）项",
        ("本年新制作数量", "本年新公开数量", "对外公开总数量"),
        (
            ("规章", ("rules_newly_made", "rules_newly_published", "rules_published_total")),
            (
                "规范性文件",
                ("normative_newly_made", "normative_newly_published", "normative_published_total"),
            ),
        ),
    ),
    (
        "第二十条第（五）项",
        ITEM_COLUMNS,
        (
            ("行政许可", ("licence_items_prev", "licence_items_change", "licence_decisions")),
            (
                "其他对外管理服务事项",
                ("other_service_items_prev", "other_service_items_change", "other_service_decisions"),
            ),
        ),
    ),
    (
        "第二十条第（六）项",
        ITEM_COLUMNS,
        (
            ("行政处罚", ("penalty_items_prev", "penalty_items_change", "penalty_decisions")),
            ("行政强制", ("coercion_items_prev", "coercion_items_change", "coercion_decisions")),
        ),
    ),
    (
        "第二十条第（八）项",
        ITEM_COLUMNS[:2],
        (("行政事业性收费", ("admin_fee_items_prev", "admin_fee_items_change")),),
    ),
    (
        "第二十条第（九）项",
        ("采购项目数量", "采购总金额（单位：元）"),
        (("政府集中采购", ("procurement_projects", "procurement_amount_yuan")),),
    ),
)
DISCLOSURE_F2021: tuple[Block, ...] = (
    (
        "第二十条第（一）项",
        ("本年制发件数", "本年废止件数", "现行有效件数"),
        (
            ("规章", ("rules_made", "rules_repealed", "rules_in_force")),
            ("行政规范性文件", ("normative_made", "normative_repealed", "normative_in_force")),
        ),
    ),
    ("第二十条第（五）项", ("本年处理决定数量",), (("行政许可", ("licence_decisions",)),)),
    (
        "第二十条第（六）项",
        ("本年处理决定数量",),
        (("行政处罚", ("penalty_decisions",)), ("行政强制", ("coercion_decisions",))),
    ),
    ("第二十条第（八）项", ("本年收费金额（单位：万元）",), (("行政事业性收费", ("admin_fee_wanyuan",)),)),
)


def disclosure(texts: Mapping[str, str], year: int) -> str:
    """Table two; ``texts`` gives the printed text of each PATH."""
    rows = []
    for heading, columns, lines in DISCLOSURE_F2019 if year <= LAST_F2019_YEAR else DISCLOSURE_F2021:
        rows.append(_row(_cell(heading, colspan=4)))
        rows.append(_row(_cell("信息内容"), *_spread(columns)))
        for label, measures in lines:
            rows.append(_row(_cell(label), *_spread([texts[f"disclosure.{measure}"] for measure in measures])))
    return _table(rows)


def application(texts: Mapping[str, str], year: int) -> str:
    """Table three; ``texts`` gives the printed text of each PATH."""

    def values(outcome: str) -> str:
        return "".join(_cell(texts[f"application.{outcome}.{column}"]) for column in COLUMNS)

    def whole(label: str, outcome: str) -> str:
        return _row(_cell(label, colspan=3), values(outcome))

    def group(label: str, rows: tuple[tuple[str, str], ...]) -> list[str]:
        first, *others = rows
        opening = _cell(label, rowspan=len(rows)) + _cell(first[1]) + values(first[0])
        return [opening, *(_cell(text) + values(outcome) for outcome, text in others)]

    results = [
        _cell("（一）予以公开", colspan=2) + values("granted"),
        _cell("（二）部分公开（区分处理的，只计这一情形，不计其他情形）", colspan=2) + values("partial"),
        *group("（三）不予公开", REFUSED),
        *group("（四）无法提供", UNAVAILABLE),
        *group("（五）不予处理", NOT_PROCESSED),
    ]
    if year <= LAST_F2019_YEAR:
        results.append(_cell("（六）其他处理", colspan=2) + values("other_processing"))
    else:
        results += group("（六）其他处理", OTHER_F2021)
    results.append(_cell("（七）总计", colspan=2) + values("outcome_total"))
    return _table(
        [
            _row(_cell(CORNER, colspan=3, rowspan=3), _cell("申请人情况", colspan=7)),
            _row(_cell("自然人", rowspan=2), _cell("法人或其他组织", colspan=5), _cell("总计", rowspan=2)),
            _row(*(_cell(label) for label in ("商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他"))),
            whole("一、本年新收政府信息公开申请数量", "received_new"),
            whole("二、上年结转政府信息公开申请数量", "carried_in"),
            _row(_cell("三、本年度办理结果", rowspan=len(results)), results[0]),
            *(_row(result) for result in results[1:]),
            whole("四、结转下年度继续办理", "carried_out"),
        ]
    )


def litigation(texts: Mapping[str, str]) -> str:
    """Table four; ``texts`` gives the printed text of each PATH."""
    labels = ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计")
    keys = ("upheld", "corrected", "other", "pending", "total")
    return _table(
        [
            _row(_cell("行政复议", colspan=5), _cell("行政诉讼", colspan=10)),
            _row(
                *(_cell(label, rowspan=2) for label in labels),
                _cell("未经复议直接起诉", colspan=5),
                _cell("复议后起诉", colspan=5),
            ),
            _row(*(_cell(label) for label in (*labels, *labels))),
            _row(
                *(
                    _cell(texts[f"litigation.{channel}.{key}"])
                    for channel in ("review", "suit_direct", "suit_after_review")
                    for key in keys
                )
            ),
        ]
    )


def _spread(texts: Sequence[str]) -> list[str]:
    """The cells of a block's row over the table's three value columns; the last one takes what is left."""
    *ahead, last = texts
    return [*(_cell(text) for text in ahead), _cell(last, colspan=4 - len(texts))]


def _cell(text: str, colspan: int = 1, rowspan: int = 1) -> str:
    spans = (f' colspan="{colspan}"' if colspan > 1 else "") + (f' rowspan="{rowspan}"' if rowspan > 1 else "")
    return f"<td{spans}>{text or '&nbsp;'}</td>"


def _row(*cells: str) -> str:
    return f"<tr>{''.join(cells)}</tr>"


def _table(rows: list[str]) -> str:
    return '<table border="1" cellspacing="0">\n' + "\n".join(rows) + "\n</table>"
