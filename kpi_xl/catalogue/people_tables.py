"""The raw tables about people: roster, transfers, promotions, leavers."""

from __future__ import annotations

from typing import Final

from kpi_xl.catalogue.raw_table import AGENT, Column, Table, days

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

_FLAG: Final = (
    ("是", "1"), ("否", "0"), ("√", "1"), ("×", "0"), ("Y", "1"), ("N", "0"), ("1", "1"),
    ("0", "0"), ("true", "1"), ("false", "0"), ("yes", "1"), ("no", "0"), ("有", "1"), ("无", "0"),
    ("主管", "1"), ("非主管", "0"), ("不是", "0"),
)  # fmt: skip

AGENTS: Final = Table(
    "agents",
    "人员",
    "业务员花名册，每人每次签约一行",
    (
        AGENT,
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
            level="营业区",
        ),
        Column(
            "department",
            "营业部",
            "text",
            "所属营业部",
            aliases=_DEPARTMENT_NAMES,
            level="营业部",
        ),
        Column("team", "营业组", "text", "所属营业组", aliases=_TEAM_NAMES, level="营业组"),
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
                *days("入司", "入职", "上岗", "合同签订", "签订合同", "加盟", "到岗"),
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
                *days(
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
        Column(
            "channel",
            "渠道",
            "text",
            "所属销售渠道，如 个险、银保；可以只在同一渠道里比名次和同类",
            aliases=("销售渠道", "业务渠道", "渠道名称", "所属渠道", "channel", "sales_channel"),
        ),
    ),
    key=("agent", "signed"),
    newest_by=("signed", "left"),
    gone="left",
    aliases=("花名册", "名册", "agents", "roster"),
    required=True,
)

TRANSFERS: Final = Table(
    "transfers",
    "异动",
    "人员调动，每次调动一行；人员表里写的是现在所属的单位",
    (
        AGENT,
        Column(
            "valid_from",
            "生效日期",
            "date",
            "从哪一天起算新单位的人",
            required=True,
            aliases=("异动日期", "调动日期", "valid_from"),
        ),
        Column(
            "region",
            "营业区",
            "text",
            "调入的营业区",
            aliases=("调入营业区", "region"),
            level="营业区",
        ),
        Column(
            "department",
            "营业部",
            "text",
            "调入的营业部",
            aliases=("调入营业部", "新营业部", "调入部门", "新部门", *_DEPARTMENT_NAMES),
            level="营业部",
        ),
        Column(
            "team",
            "营业组",
            "text",
            "调入的营业组",
            aliases=("调入营业组", "新营业组", *_TEAM_NAMES),
            level="营业组",
        ),
        Column(
            "from_region",
            "原营业区",
            "text",
            "调出的营业区",
            aliases=("调出营业区", "from_region"),
            level="营业区",
            is_before=True,
        ),
        Column(
            "from_department",
            "原营业部",
            "text",
            "调出的营业部",
            aliases=("调出营业部", "调出部门", "原部门", "from_department"),
            level="营业部",
            is_before=True,
        ),
        Column(
            "from_team",
            "原营业组",
            "text",
            "调出的营业组",
            aliases=("调出营业组", "from_team"),
            level="营业组",
            is_before=True,
        ),
    ),
    key=("agent", "valid_from"),
    aliases=("调动", "transfers"),
    of_agents=True,
)

PROMOTIONS: Final = Table(
    "promotions",
    "晋升",
    "职级变动，每次晋升或降级一行；人员表里写的是现在的职级",
    (
        AGENT,
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
    of_agents=True,
)

LEAVERS: Final = Table(
    "leavers",
    "离职",
    "离司的人，每人一行；填进人员表里空着的解约日期",
    (
        AGENT,
        Column(
            "left",
            "离职日期",
            "date",
            "解约（离司）日期",
            required=True,
            # Not 终止日期 and 合同终止日期: a contract may be renewed.
            aliases=(
                *days("解约", "离司", "离岗", "退司", "脱落", "辞职", "离职生效", "离司生效"),
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
