"""The use of a typed value: declared with the slot that it is typed into.

`kpi_xl.slots.typed` puts them there; SLOTS.md and the manual say it of every cell people fill in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import ClassVar, Final, Literal, Self, TypeAlias

Span: TypeAlias = Literal["天", "周", "月"]
"""What a count or a plan is of."""


@dataclass(frozen=True)
class _Becomes:
    """The use of a typed value; ``<活动>`` and the like stand for words of the slot's name."""

    name: ClassVar[str]
    read_by: ClassVar[str]

    @property
    def text(self) -> str:
        """The use in words: the table and the subject."""
        of = "，".join(str(getattr(self, one.name)) for one in fields(self))
        return f"{self.name}（{of}）" if of else self.name

    def named(self, words: Mapping[str, str]) -> Self:
        """The same with the words of a slot's name in place of ``<活动>`` and the like."""
        found = {}
        for one in fields(self):
            value = getattr(self, one.name)
            if isinstance(value, str):
                for place, word in words.items():
                    value = value.replace(f"<{place}>", word)
            found[one.name] = value
        return replace(self, **found)


@dataclass(frozen=True)
class Target(_Becomes):
    """The target of a KPI, in the raw table 目标.

    Parameters
    ----------
    whose : str
        单位, or 个人: of the row's person, else of whose workbook it is.
    kpi : str
        The KPI's Chinese name.
    """

    whose: Literal["单位", "个人"]
    kpi: str

    name: ClassVar = "目标"
    read_by: ClassVar = "月度KPI表和各表的目标、进度、达成率、责任额"


@dataclass(frozen=True)
class Activity(_Becomes):
    """How often a person did something, in the raw table 活动.

    Parameters
    ----------
    item : str
        The activity's Chinese name.
    span : str
        天 or 周.
    """

    item: str
    span: Span = "天"

    name: ClassVar = "活动"
    read_by: ClassVar = "活动量的各项指标，每周统计、每日检查，下月的责任额"


@dataclass(frozen=True)
class Visit(_Becomes):
    """A visit to an outlet, one a row, in the raw table 活动."""

    name: ClassVar = "拜访一次"
    read_by: ClassVar = Activity.read_by


@dataclass(frozen=True)
class Received(_Becomes):
    """Premium received before the policy, in the raw table 计数. It never counts as premium of
    policies.

    Parameters
    ----------
    item : str
        预收件数 or 预收保费.
    span : str
        天 or 周.
    """

    item: str
    span: Span = "天"

    name: ClassVar = "预收"
    read_by: ClassVar = "计数里的预收件数、预收保费，每周统计、每日检查；不计入保费和件数"


@dataclass(frozen=True)
class Control(_Becomes):
    """A team's sum of a day that its manager noted; it is compared with what the team typed.

    Parameters
    ----------
    item : str
        What it is the sum of.
    """

    item: str

    name: ClassVar = "团队合计"
    read_by: ClassVar = "与成员填写的合计核对，不另外计入"


@dataclass(frozen=True)
class Managed(_Becomes):
    """A manager's count of their own work, or of the team's day.

    Parameters
    ----------
    item : str
        The activity that the manager counted.
    """

    item: str

    name: ClassVar = "主管的活动"
    read_by: ClassVar = "月度经营检讨"


@dataclass(frozen=True)
class Plan(_Becomes):
    """How much of an activity a person plans to do.

    Parameters
    ----------
    item : str
        The activity's Chinese name.
    span : str
        天 or 月.
    """

    item: str
    span: Span

    name: ClassVar = "计划"
    read_by: ClassVar = "以后生成的周工作计划、周计划及检讨表、工作日志，每日检查和每周统计的计划"


@dataclass(frozen=True)
class Measure(_Becomes):
    """A part of an action in 业务改善措施计划."""

    part: str

    name: ClassVar = "改善措施"
    read_by: ClassVar = "下月的上月改善措施进展检讨、月度经营检讨"


@dataclass(frozen=True)
class Answer(_Becomes):
    """The result of an action, as the manager typed it.

    Parameters
    ----------
    part : str
        完成 or 说明.
    """

    part: str

    name: ClassVar = "措施的进展"
    read_by: ClassVar = "月度经营检讨的完成情况、检讨"


@dataclass(frozen=True)
class Skill(_Becomes):
    """A member's level of a skill, now or to be reached.

    Parameters
    ----------
    part : str
        现状 or 目标.
    """

    skill: str
    part: Literal["现状", "目标"]

    name: ClassVar = "技能"
    read_by: ClassVar = "以后各月的团队技能培训计划"


@dataclass(frozen=True)
class Box(_Becomes):
    """The box of skill and will that a manager puts a member into."""

    name: ClassVar = "技能意愿框"
    read_by: ClassVar = "以后各月的技能意愿评估框"


@dataclass(frozen=True)
class Scoring(_Becomes):
    """A weight, bound or share for the score of a unit's month."""

    part: str

    name: ClassVar = "考核"
    read_by: ClassVar = "以后各月的营业部经理月度KPI设定表"


@dataclass(frozen=True)
class Training(_Becomes):
    """A part of a training, planned or held."""

    part: str

    name: ClassVar = "培训"
    read_by: ClassVar = "本月再次生成的同一张表"


@dataclass(frozen=True)
class Words(_Becomes):
    """A text; nothing is computed from it.

    Parameters
    ----------
    read : str
        Where people read them next.
    """

    read: Literal["月度经营检讨", "填写内容", "同一张表"] = "填写内容"

    name: ClassVar = "文字"
    read_by: ClassVar = "填写内容"


WORDS: Final = Words()
IN_REVIEW: Final = Words("月度经营检讨")
KEPT: Final = Words("同一张表")
"""Words that were filled in and changed: the same form has them when it is made again."""

Becomes: TypeAlias = (
    Target | Activity | Visit | Received | Control | Managed | Plan | Measure | Answer | Skill | Box
    | Scoring | Training | Words
)  # fmt: skip
"""Whatever a typed value may become."""
