"""The raw tables: what each column is called, what it holds, and what it may be called besides.

Headings are compared without spaces, brackets' contents and capitals, so ``首年保费（元）`` is
``首年保费``. A heading that none of these names knows is mapped in kpi.toml under ``[columns]``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

from kpi_xl.catalogue.measures import ITEMS

ORGANISATION: Final = ("分公司", "营业区", "营业部", "营业组")
"""The levels of the organisation, from the top."""

Kind = Literal["id", "text", "date", "money", "count", "number", "month", "choice"]
"""What a column holds.

id: text kept to the letter (00123 survives); date: a day; money: 元, kept as whole 分; count: a
whole number; number: any number; month: a calendar month; choice: one of a few words.
"""


@dataclass(frozen=True)
class Column:
    """A column of a raw table.

    Parameters
    ----------
    code : str
        Its name in the database.
    name : str
        Its usual Chinese heading.
    kind : str
        What it holds.
    required : bool
        Whether a table without it cannot be used. In a required column no cell may be empty.
    aliases : tuple of str
        Other headings, Chinese and English.
    choices : mapping of str to str, for kind ``choice``
        The words that may stand in it, each with the one it is stored as.
    meaning : str
        What it says, for people.
    """

    code: str
    name: str
    kind: Kind
    meaning: str
    required: bool = False
    aliases: tuple[str, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()
    sooner: tuple[str, ...] = ()
    """Headings that go before the column's own name: beside 网点代码, 网点 is a name."""
    default: str | None = None
    """What an absent column or an empty cell means, where that is not simply nothing."""
    instead: str | None = None
    """The column, by code, that a required one may be found by where it is absent or empty."""
    also: tuple[tuple[str, str], ...] = ()
    """Patterns of what else may stand in a choice, each with the word it is stored as."""

    @property
    def when_empty(self) -> str:
        """What an absent column or an empty cell means, for people."""
        return next((word for word, stored in self.choices if stored == self.default), "") or (
            self.default or "空白"
        )


@dataclass(frozen=True)
class Events:
    """What tells that the rows of a raw table are things that happen on days.

    Parameters
    ----------
    day : str
        The column of the day that tells which month a row is of.
    happened : str
        The column of the day on which it came to pass, where that is another.
    is_ahead : bool
        Whether rows may stand in it before their day has come, as what falls due.
    of_months : bool
        Whether one row may stand for a whole month.
    """

    day: str
    happened: str = ""
    is_ahead: bool = False
    of_months: bool = False


@dataclass(frozen=True)
class Table:
    """A raw table.

    Parameters
    ----------
    code : str
        Its name in the database.
    name : str
        Its Chinese name; a file is taken for this table when its name contains this or an alias.
    key : tuple of str
        The columns, by code, that tell one row from another; a second row with the same key is a
        duplicate. Empty where identical rows are legitimate.
    required : bool
        Whether a project cannot do without it.
    events : Events, optional
        That its rows happen on days, month after month, so that it grows long. What is counted in
        it is kept by month, and a company's own database counts it where it is. Without them it
        is short, and read whole.
    """

    code: str
    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    required: bool = False
    events: Events | None = None

    def column(self, code: str) -> Column:
        """The column with this code."""
        return next(column for column in self.columns if column.code == code)


def _days(*events: str) -> tuple[str, ...]:
    """The headings of the day of an event."""
    return tuple(event + day for event in events for day in ("日期", "时间", "日"))


_OUTLET_CODES: Final = ("网点代码", "网点编码", "网点编号", "出单网点代码", "出单网点编码")

_AGENT: Final = Column(
    "agent",
    "工号",
    "id",
    "业务员工号，按文本原样保留",
    required=True,
    aliases=(
        "业务员工号",
        "业务员代码",
        "代理人工号",
        "员工号",
        "员工编号",
        *(
            who + what
            for who in (
                *("业务员", "代理人", "营销员", "销售人员", "客户经理", "员工", "人员"),
                *("店员", "导购", "导购员", "销售员", "销售顾问", "理财经理", "保险营销员"),
            )
            for what in ("工号", "编号", "编码", "代码")
            if who + what not in ("业务员工号", "业务员代码", "代理人工号", "员工编号")
        ),
        "agent",
        "agent_id",
        "agent_code",
        "agent_no",
        *(
            who + what
            for who in ("employee", "emp", "staff")
            for what in ("id", "no", "number", "code")
        ),
    ),
)

_DEPARTMENT_NAMES: Final = (
    "所属营业部",
    "所在营业部",
    "部门",
    "门店",
    "店铺",
    "营业部名称",
    "部门名称",
    "所属部门",
    "所在部门",
    "门店名称",
    "所属门店",
    "department",
    "dept",
    "department_name",
    "dept_name",
)
_TEAM_NAMES: Final = (
    "所属营业组",
    "所在营业组",
    "营业组名称",
    "组",
    "小组",
    "团队",
    "team",
    "group",
)

_RECRUITERS: Final = ("推荐人", "增员人", "引荐人", "介绍人", "招募人")
_RECRUITER_IDS: Final = tuple(
    who + what for who in _RECRUITERS for what in ("工号", "代码", "编号", "编码")
)
_RECRUITER_NAMES: Final = (
    *_RECRUITERS[1:],
    *(who + what for who in _RECRUITERS for what in ("姓名", "名称")),
)

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

_FLAG: Final = (
    ("是", "1"), ("否", "0"), ("√", "1"), ("×", "0"), ("Y", "1"), ("N", "0"), ("1", "1"),
    ("0", "0"), ("true", "1"), ("false", "0"), ("yes", "1"), ("no", "0"), ("有", "1"), ("无", "0"),
    ("主管", "1"), ("非主管", "0"), ("不是", "0"),
)  # fmt: skip

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
    # For ten years is how long, not how often; but it is not all at once.
    (r"(?!0*1年|一年)([0-9]+|[二两三四五六七八九十]+)年期?(限期)?(交|缴|付)?(费|清)?", "期交"),
    (
        r"(交|缴)?(费)?(至|到)(终身|[0-9]+周?岁)|终身(交|缴)费?|分期(交|缴|付)?(费|款)?|regular",
        "期交",
    ),
)
"""How often premium is paid, as systems write it."""

AGENTS: Final = Table(
    "agents",
    "人员",
    "业务员花名册，每人每次签约一行",
    (
        _AGENT,
        Column(
            "name",
            "姓名",
            "text",
            "业务员姓名",
            aliases=(
                *(
                    "业务员姓名",
                    "代理人姓名",
                    "营销员姓名",
                    "员工姓名",
                    "人员姓名",
                    "客户经理姓名",
                    "业务员",
                    "name",
                ),
                *("full_name", "employee_name", "emp_name", "agent_name"),
            ),
        ),
        Column(
            "region",
            "营业区",
            "text",
            "所属营业区，没有可不填",
            aliases=("区", "营业区名称", "region"),
        ),
        Column("department", "营业部", "text", "所属营业部", aliases=_DEPARTMENT_NAMES),
        Column("team", "营业组", "text", "所属营业组", aliases=_TEAM_NAMES),
        Column(
            "rank",
            "职级",
            "text",
            "职级代码或名称，如 M00 为试用",
            aliases=("级别", "职务", "职级代码", "职级名称", "现职级", "rank", "grade"),
        ),
        Column(
            "is_manager",
            "是否主管",
            "choice",
            "是否主管：是或否",
            # Not 主管: in many a roster that is the manager's name.
            aliases=("主管标志", "是否为主管", "is_manager"),
            choices=_FLAG,
            default="0",
        ),
        Column(
            "gender",
            "性别",
            "choice",
            "男或女",
            aliases=("gender", "sex"),
            choices=(
                ("男", "男"),
                ("女", "女"),
                ("男性", "男"),
                ("女性", "女"),
                ("Male", "男"),
                ("Female", "女"),
                ("M", "男"),
                ("F", "女"),
            ),
        ),
        Column(
            "education",
            "学历",
            "text",
            "最高学历",
            aliases=("文化程度", "最高学历", "学历层次", "education"),
        ),
        Column(
            "licence",
            "执业证号",
            "text",
            "执业证编号，有则算持证",
            aliases=("资格证号", "执业证", "license", "licence"),
        ),
        Column(
            "signed",
            "签约日期",
            "date",
            "签约（入司）日期",
            required=True,
            aliases=(
                "入司日期",
                "签约日",
                "入司时间",
                "入职日期",
                "上岗日期",
                *_days("入司", "入职", "上岗", "合同签订", "签订合同", "加盟", "到岗"),
                "签约时间",
                "sign_date",
                "hire_date",
                "join_date",
                *("date_of_hire", "hired_date", "orig_hire_date", "original_hire_date"),
                *("date_of_joining", "joining_date", "date_joined"),
            ),
        ),
        Column(
            "confirmed",
            "转正日期",
            "date",
            "转正日期，未转正不填",
            aliases=("转正日", "confirm_date"),
        ),
        Column(
            "left",
            "解约日期",
            "date",
            "解约（离司）日期，在职不填",
            aliases=(
                "离司日期",
                "解约日",
                "离职日期",
                "脱落日期",
                *_days(
                    "离司",
                    "离职",
                    "离岗",
                    "离任",
                    "退司",
                    "脱落",
                    "终止",
                    "解除",
                    "解除合同",
                    "合同终止",
                    "合同解除",
                    "解聘",
                    "注销",
                    "离开",
                ),
                "解约时间",
                "leave_date",
                "termination_date",
                *("date_of_termination", "exit_date", "date_of_leaving", "leaving_date"),
                "last_working_day",
            ),
        ),
        Column(
            "recruiter",
            "推荐人",
            "text",
            "谁招来的：推荐人的工号或姓名",
            aliases=(*_RECRUITER_NAMES, "recruiter"),
            sooner=_RECRUITER_IDS,  # two people may have one name
        ),
    ),
    key=("agent", "signed"),
    aliases=("花名册", "名册", "agents", "roster"),
    required=True,
)

TRANSFERS: Final = Table(
    "transfers",
    "异动",
    "人员调动，每次调动一行；人员表里写的是现在所属的单位",
    (
        _AGENT,
        Column(
            "valid_from",
            "生效日期",
            "date",
            "从哪一天起算新单位的人",
            required=True,
            aliases=("异动日期", "调动日期", "valid_from"),
        ),
        Column("region", "营业区", "text", "调入的营业区", aliases=("调入营业区", "region")),
        Column(
            "department",
            "营业部",
            "text",
            "调入的营业部",
            aliases=("调入营业部", "新营业部", "调入部门", "新部门", *_DEPARTMENT_NAMES),
        ),
        Column(
            "team",
            "营业组",
            "text",
            "调入的营业组",
            aliases=("调入营业组", "新营业组", *_TEAM_NAMES),
        ),
        Column(
            "from_region", "原营业区", "text", "调出的营业区", aliases=("调出营业区", "from_region")
        ),
        Column(
            "from_department",
            "原营业部",
            "text",
            "调出的营业部",
            aliases=("调出营业部", "调出部门", "原部门", "from_department"),
        ),
        Column(
            "from_team", "原营业组", "text", "调出的营业组", aliases=("调出营业组", "from_team")
        ),
    ),
    key=("agent", "valid_from"),
    aliases=("调动", "transfers"),
)

PROMOTIONS: Final = Table(
    "promotions",
    "晋升",
    "职级变动，每次晋升或降级一行；人员表里写的是现在的职级",
    (
        _AGENT,
        Column(
            "valid_from",
            "生效日期",
            "date",
            "从哪一天起算新职级",
            required=True,
            aliases=("晋升日期", "变动日期", "valid_from"),
        ),
        Column("from_rank", "原职级", "text", "变动以前的职级", aliases=("from_rank",)),
        Column("rank", "新职级", "text", "变动以后的职级", aliases=("现职级", "职级", "rank")),
        Column(
            "was_manager",
            "原是否主管",
            "choice",
            "变动以前是不是主管：是或否",
            aliases=("was_manager",),
            choices=_FLAG,
            default="0",
        ),
        Column(
            "is_manager",
            "是否主管",
            "choice",
            "变动以后是不是主管：是或否",
            aliases=("新是否主管", "is_manager"),
            choices=_FLAG,
            default="0",
        ),
    ),
    key=("agent", "valid_from"),
    aliases=("职级变动", "promotions"),
)

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
        replace(_AGENT, instead="outlet"),
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
            sooner=_OUTLET_CODES,
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
                *_days("出单", "签单", "生效", "保单生效", "合同生效"),
                *("issue_date", "issued_date", "policy_issue_date", "date_of_issue"),
            ),
        ),
        Column(
            "withdrawn",
            "撤单日期",
            "date",
            "犹豫期撤单的日期，没有撤单不填",
            aliases=(
                *_days("撤单", "犹撤", "犹退", "撤件", "撤保", "犹豫期撤单", "犹豫期退保"),
                "withdraw_date",
            ),
        ),
        Column(
            "ended",
            "终止日期",
            "date",
            "保单终止（失效、退保、理赔终止、迁出）的日期，有效保单不填",
            aliases=(
                *_days("终止", "保单终止", "失效", "保单失效", "退保", "解约"),
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
        _AGENT,
        Column(
            "due",
            "应收日期",
            "date",
            "应收（到期）日期",
            required=True,
            aliases=("应收日", *_days("应缴", "应交", "应缴费", "应交费"), "due_date"),
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
            aliases=("实收日", *_days("收费", "到账", "实缴", "实交", "缴费", "交费"), "paid_date"),
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
    events=Events("due", happened="paid", is_ahead=True),
)


def _count(code: str, name: str, meaning: str, *aliases: str) -> Column:
    return Column(code, name, "count", meaning, aliases=aliases, default="0")


ACTIVITIES: Final = Table(
    "activities",
    "活动",
    "活动量记录，每人每天（或每月汇总）一行",
    (
        Column(
            "day",
            "日期",
            "date",
            "活动日期",
            required=True,
            aliases=("活动日期", "拜访日期", "date"),
        ),
        _AGENT,
        Column(
            "outlet",
            "网点",
            "id",
            "拜访的网点代码",
            aliases=("拜访网点", "outlet"),
            sooner=_OUTLET_CODES,
        ),
        _count("appointments", "约访数", "约访次数", "约访次数", "约访", "约访量", "appointments"),
        _count(
            "visits", "拜访数", "拜访次数", "拜访次数", "拜访", "拜访量", "拜访客户数", "visits"
        ),
        _count("interviews", "洽谈人数", "洽谈的客户人数", "洽谈", "面谈数", "interviews"),
        _count("closings", "促成人数", "促成的客户人数", "促成", "促成数", "closings"),
        _count("prospects", "意向客户数", "有购买意向的客户数", "意向客户", "prospects"),
        _count("recruiting_talks", "增员面谈数", "增员面谈次数", "增员面谈", "recruiting_talks"),
    ),
    aliases=("活动量", "工作日志", "activities"),
    events=Events("day", of_months=True),
)

ATTENDANCE: Final = Table(
    "attendance",
    "出勤",
    "出勤记录，每人每天一行，或每人每月汇总一行",
    (
        Column(
            "day",
            "日期",
            "date",
            "日期；每月汇总时写该月任一天",
            required=True,
            aliases=("考勤日期", "date"),
        ),
        _AGENT,
        _count("days_due", "应出勤", "应出勤天数", "应出勤天数", "days_due"),
        _count(
            "days_present",
            "实出勤",
            "实际出勤天数",
            *("实际出勤天数", "实际出勤", "实出勤天数", "days_present"),
        ),
    ),
    key=("agent", "day"),
    aliases=("考勤", "attendance"),
    events=Events("day", is_ahead=True, of_months=True),
)

TARGETS: Final = Table(
    "targets",
    "目标",
    "各单位、各人的指标目标",
    (
        Column("month", "月份", "month", "目标月份", required=True, aliases=("目标月份", "month")),
        Column(
            "level",
            "层级",
            "text",
            "分公司、营业部、营业组或业务员",
            required=True,
            aliases=("单位层级", "level"),
        ),
        Column(
            "unit",
            "单位",
            "id",
            "单位名称，个人填工号；营业组写作“营业部/营业组”",
            required=True,
            aliases=("单位名称", "unit"),
        ),
        Column("kpi", "指标", "text", "指标名称或代码", required=True, aliases=("指标名称", "kpi")),
        Column(
            "target",
            "目标值",
            "number",
            "目标值；比率写 0.8 或 80%，金额以元计",
            required=True,
            aliases=("目标", "target"),
        ),
    ),
    key=("month", "level", "unit", "kpi"),
    aliases=("targets",),
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
            sooner=_OUTLET_CODES,
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
)

_ALSO_CALLED: Final = {
    "visitors": ("进店客户数", "进店客户", "客流", "客流量"),
    "deals": ("成交客户数", "成交台数", "成交单数"),
    "units_sold": ("件数",),
    "sales": ("销售金额", "销售收入"),
}
"""Other names of what is counted."""

COUNTS: Final = Table(
    "counts",
    "计数",
    "任何行业都能用的计数，每人每天（或每月汇总）每个项目一行",
    (
        Column(
            "day",
            "日期",
            "date",
            "日期；每月汇总时写该月任一天",
            required=True,
            aliases=("date",),
        ),
        Column(
            "agent",
            "工号",
            "id",
            "记在谁名下；客流等不属于某一个人的，记在店长名下",
            required=True,
            aliases=_AGENT.aliases,
        ),
        Column(
            "item",
            "项目",
            "choice",
            "数的是什么，如进店人数、试乘试驾客户数、成交笔数、销售额",
            required=True,
            aliases=("项目名称", "item"),
            choices=tuple(
                (label, item.code)
                for item in ITEMS
                for label in (item.name, item.code, *_ALSO_CALLED.get(item.code, ()))
            ),
        ),
        Column(
            "quantity",
            "数量",
            "money",
            "数量，整数；金额以元计，最多两位小数",
            required=True,
            aliases=("数", "数值", "金额", "quantity"),
        ),
    ),
    aliases=("counts",),
    events=Events("day", of_months=True),
)

RATINGS: Final = Table(
    "ratings",
    "360评分",
    "360 度评价的打分，每个打分的人给每个被评的人一行；工作簿里只有平均分，人少的一方不显示",
    (
        Column(
            "agent",
            "工号",
            "id",
            "被评的人的工号",
            required=True,
            aliases=("被评人工号", "被评价人工号", "被评人", *_AGENT.aliases),
        ),
        Column("month", "月份", "month", "哪个月的评价", required=True, aliases=("评价月份",)),
        Column(
            "relation",
            "关系",
            "choice",
            "打分的人是被评的人的什么人",
            required=True,
            aliases=("评价关系", "评价人关系", "relation"),
            choices=(
                *((name, name) for name in ("上级", "同级", "下级", "客户", "自评")),
                ("上司", "上级"),
                ("同事", "同级"),
                ("平级", "同级"),
                ("下属", "下级"),
                ("本人", "自评"),
                ("自己", "自评"),
            ),
        ),
        Column(
            "rater",
            "评分人",
            "id",
            "谁打的分，可以是匿名的编号，只用来看出重复",
            required=True,
            aliases=("评价人", "打分人", "评分人编号", "评分人工号", "rater"),
        ),
        Column(
            "points",
            "分数",
            "number",
            "0 到 100 分",
            required=True,
            aliases=("得分", "评分", "points"),
        ),
    ),
    key=("agent", "month", "relation", "rater"),
    aliases=("360评价", "360度", "ratings"),
)

LEAVERS: Final = Table(
    "leavers",
    "离职",
    "离司的人，每人一行；填进人员表里空着的解约日期",
    (
        _AGENT,
        Column(
            "left",
            "离职日期",
            "date",
            "解约（离司）日期",
            required=True,
            # Not 终止日期 and 合同终止日期: a contract may be renewed.
            aliases=(
                *_days("解约", "离司", "离岗", "退司", "脱落", "辞职", "离职生效", "离司生效"),
                "离职时间",
                "离职日",
                "最后工作日",
                "leave_date",
            ),
        ),
    ),
    key=("agent", "left"),
    aliases=("离司", "解约", "脱落", "leavers"),
)

TABLES: Final[dict[str, Table]] = {
    table.code: table
    for table in (
        AGENTS, TRANSFERS, PROMOTIONS, POLICIES, DUES, ACTIVITIES, ATTENDANCE, TARGETS, OUTLETS,
        COUNTS, RATINGS,
    )
}  # fmt: skip
"""The raw tables by code."""

LISTS: Final[dict[str, Table]] = {**TABLES, LEAVERS.code: LEAVERS}
"""What a file or worksheet may be: the raw tables, and lists that go into one of them."""

LONG: Final[dict[str, Events]] = {
    code: table.events for code, table in TABLES.items() if table.events
}
"""The raw tables whose rows happen on days, by code."""
