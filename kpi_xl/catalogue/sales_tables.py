"""The raw tables about sales: policies, dues, outlets."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from kpi_xl import kinds
from kpi_xl.catalogue.raw_table import AGENT, OUTLET_CODES, Column, Events, Table, days

_POLICY_NUMBERS: Final = (
    *(
        "保单号码",
        "保单编号",
        "保险单号",
        "保险单号码",
        "保险单编号",
        "保险合同号",
        "保险合同号码",
        "保险合同编号",
    ),
    *("policy", "policy_no", "policy_number"),
)

_HOW_OFTEN: Final = (
    (r".*(趸|一次性?(交|缴|付|$)).*|single|lump ?sum", "趸交"),
    *(
        (rf"(限期|定期|按|每|分|分期)?{word}度?期?(交|缴|付)?(费|清|款)?|{english}", mode)
        for word, english, mode in (
            ("半年", "semi-?annual(ly)?|half-?yearly", "半年交"),
            ("年", "annual(ly)?|yearly", "年交"),
            ("季", "quarterly", "季交"),
            ("月", "monthly", "月交"),
        )
    ),
    # 十年交 says for how long and not how often: in instalments, by an unknown rhythm.
    (r"(?!0*1年|一年)([0-9]+|[二两三四五六七八九十]+)年期?(限期)?(交|缴|付)?(费|清)?", "期交"),
    (
        r"(交|缴)?(费)?(至|到)(终身|[0-9]+周?岁)|终身(交|缴)费?|分期(交|缴|付)?(费|款)?|regular",
        "期交",
    ),
)
"""How often premium is paid, as systems write it."""

POLICIES: Final = Table(
    "policies",
    "保单",
    "承保的新单，每张保单的每个险种一行；也可以是每人每月汇总的一行",
    (
        Column(
            "policy",
            "保单号",
            "id",
            "保单号，按文本原样保留",
            required=True,
            aliases=_POLICY_NUMBERS,
        ),
        replace(AGENT, instead="outlet"),
        Column(
            "product",
            "险种",
            "text",
            "险种名称",
            aliases=("险种名称", "产品", "产品名称", "product", "product_name", "plan_name"),
        ),
        Column(
            "is_main",
            "主附险",
            "choice",
            "主险或附加险；没有这一列则都算主险",
            aliases=("主附险标志", "主附险标识", "主附", "主附约", "is_main"),
            choices=(
                ("主险", "1"),
                ("附加险", "0"),
                ("附险", "0"),
                ("附约", "0"),
                ("主约", "1"),
                ("主", "1"),
                ("附", "0"),
                ("附加", "0"),
                ("附加险种", "0"),
                ("主险种", "1"),
                ("主险险种", "1"),
                ("1", "1"),
                ("0", "0"),
            ),
            default="1",
        ),
        Column(
            "pieces",
            "件数",
            "count",
            "件数；没有这一列则每行一件",
            aliases=("主险件数", "保单件数", "pieces"),
            default="1",
        ),
        Column(
            "premium",
            "首年保费",
            "money",
            "首年新单保费（元）",
            required=True,
            aliases=(
                "首年度保费",
                "首期保费",
                "新单保费",
                "首年新单保费",
                "新契约保费",
                "保费",
                "期缴保费",
                "期交保费",
                *("首期保险费", "首年保险费", "保险费", "保费金额"),
                *("premium", "fyp", "first_year_premium", "premium_amount"),
            ),
        ),
        Column(
            "fyc",
            "FYC",
            "money",
            "首年度佣金（元）",
            aliases=(
                *("首年度佣金", "首年佣金", "首期佣金", "首佣", "佣金", "佣金金额"),
                *("commission", "commission_amount", "first_year_commission"),
            ),
            default="0",
        ),
        Column(
            "pay_mode",
            "缴费方式",
            "choice",
            "年交、半年交、季交、月交、趸交，或只写期交；没有这一列则都算期交",
            aliases=(
                *(
                    "交费方式",
                    "缴别",
                    "交别",
                    "交费类型",
                    "缴费类型",
                    "缴费频率",
                    "交费频率",
                    "缴费频次",
                    "交费频次",
                ),
                *("pay_mode", "payment_frequency", "premium_frequency", "payment_mode"),
            ),
            choices=tuple(
                (mode.replace("交", written), mode)
                for written in ("交", "缴")
                for mode in ("年交", "半年交", "季交", "月交", "期交", "趸交")
            ),
            default="期交",
            also=_HOW_OFTEN,
        ),
        Column(
            "outlet",
            "网点",
            "id",
            "出单网点代码",
            aliases=("出单网点", "outlet", "网点名称", "出单网点名称", "银行网点", "代理网点"),
            sooner=OUTLET_CODES,
        ),
        Column(
            "issued",
            "承保日期",
            "date",
            "承保日期",
            required=True,
            aliases=(
                "承保日",
                "承保时间",
                *days("出单", "签单", "生效", "保单生效", "合同生效"),
                *("issue_date", "issued_date", "policy_issue_date", "date_of_issue"),
            ),
        ),
        Column(
            "withdrawn",
            "撤单日期",
            "date",
            "犹豫期撤单的日期，没有撤单不填",
            aliases=(
                *days("撤单", "犹撤", "犹退", "撤件", "撤保", "犹豫期撤单", "犹豫期退保"),
                "withdraw_date",
            ),
        ),
        Column(
            "ended",
            "终止日期",
            "date",
            "保单终止（失效、退保、理赔终止、迁出）的日期，有效保单不填",
            aliases=(
                *days("终止", "保单终止", "失效", "保单失效", "退保", "解约"),
                "surrender_date",
                "end_date",
            ),
        ),
        Column(
            "ended_by",
            "终止原因",
            "text",
            "保单为什么终止；kpi.toml 里写明的原因（默认理赔终止、迁出）不计入继续率",
            aliases=("保单状态原因", "终止类型", "end_reason"),
        ),
    ),
    key=("policy", "product", "is_main"),
    aliases=("新单", "承保", "policies"),
    required=False,
    events=Events("issued"),
    of_agents=True,
    in_service="issued",
    scale="premium",
    taken_back="premium",
    as_main=("agent", "issued"),
    newest_by=("issued", "withdrawn", "ended"),
)

DUES: Final = Table(
    "dues",
    "续期",
    "续期应收，每张保单每期一行",
    (
        Column(
            "policy",
            "保单号",
            "id",
            "保单号",
            required=True,
            aliases=_POLICY_NUMBERS,
        ),
        AGENT,
        Column(
            "due",
            "应收日期",
            "date",
            "应收（到期）日期",
            required=True,
            aliases=("应收日", *days("应缴", "应交", "应缴费", "应交费"), "due_date"),
        ),
        Column(
            "due_premium",
            "应收保费",
            "money",
            "应收保费（元）",
            required=True,
            aliases=(
                "应缴保费",
                "应交保费",
                "应收金额",
                "due_premium",
                "premium_due",
                "amount_due",
            ),
        ),
        Column(
            "paid",
            "实收日期",
            "date",
            "实收日期，未收不填",
            aliases=("实收日", *days("收费", "到账", "实缴", "实交", "缴费", "交费"), "paid_date"),
        ),
        Column(
            "paid_premium",
            "实收保费",
            "money",
            "实收保费（元），未收不填",
            aliases=(
                "实缴保费",
                "实交保费",
                "实收金额",
                "收费金额",
                "paid_premium",
                "paid_amount",
                "amount_paid",
            ),
            default="0",
        ),
    ),
    key=("policy", "due"),
    aliases=("续收", "dues", "renewals"),
    newest_by=("paid",),
    events=Events("due", happened="paid", is_ahead=True),
    of_agents=True,
    scale="due_premium",
)

OUTLETS: Final = Table(
    "outlets",
    "网点",
    "银行等合作网点，每个网点一行",
    (
        Column(
            "outlet",
            "网点",
            "id",
            "网点代码",
            required=True,
            aliases=("outlet",),
            sooner=OUTLET_CODES,
        ),
        Column("name", "网点名称", "text", "网点名称", aliases=("名称", "outlet_name")),
        Column(
            "agent",
            "工号",
            "id",
            "负责的业务员工号",
            required=True,
            aliases=("负责人工号", "业务员工号", "客户经理工号", "agent", "agent_id"),
        ),
        Column(
            "opened",
            "开通日期",
            "date",
            "开始合作的日期，不填则一直在",
            aliases=("合作日期", "opened"),
        ),
        Column(
            "closed",
            "关闭日期",
            "date",
            "终止合作的日期，仍在合作不填",
            aliases=("终止日期", "closed"),
        ),
    ),
    key=("outlet",),
    aliases=("outlets",),
    unknown_agent=kinds.UNKNOWN_KEEPER,
)
