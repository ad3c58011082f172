"""All kinds of messages: code, sentence and advice.

What is said stands here and nowhere else. Whoever finds a fault calls its kind with the parameters
and raises or hands on what that gives; messages, reports, ``--json`` and the manual's list are made
of it. There is a module for each area; all names are in this one, too.
"""

from __future__ import annotations

from typing import Final

from kpi_xl.fault import Kind
from kpi_xl.kinds import (
    addins,
    assistant,
    cells,
    collection,
    commands,
    data,
    databases,
    definitions,
    desk,
    distribution,
    exchange,
    files,
    groups,
    measures,
    names,
    pages,
    raw_files,
    rounds,
    scheduled,
    server,
    settings,
    sheets,
    typed,
    workbooks,
)
from kpi_xl.kinds.addins import *
from kpi_xl.kinds.assistant import *
from kpi_xl.kinds.cells import *
from kpi_xl.kinds.collection import *
from kpi_xl.kinds.commands import *
from kpi_xl.kinds.data import *
from kpi_xl.kinds.databases import *
from kpi_xl.kinds.definitions import *
from kpi_xl.kinds.desk import *
from kpi_xl.kinds.distribution import *
from kpi_xl.kinds.exchange import *
from kpi_xl.kinds.files import *
from kpi_xl.kinds.groups import *
from kpi_xl.kinds.measures import *
from kpi_xl.kinds.names import *
from kpi_xl.kinds.pages import *
from kpi_xl.kinds.raw_files import *
from kpi_xl.kinds.rounds import *
from kpi_xl.kinds.scheduled import *
from kpi_xl.kinds.server import *
from kpi_xl.kinds.settings import *
from kpi_xl.kinds.sheets import *
from kpi_xl.kinds.typed import *
from kpi_xl.kinds.workbooks import *

BY_AREA: Final[dict[str, tuple[Kind, ...]]] = {
    title: tuple(
        kind for module in modules for kind in vars(module).values() if isinstance(kind, Kind)
    )
    for title, modules in {
        "校验报告": (cells, sheets, data),
        "原始数据": (raw_files,),
        "查询": (names,),
        "设置文件": (settings,),
        "自定义指标": (definitions, measures, exchange),
        "文件": (files,),
        "数据库": (databases,),
        "工作簿和模板": (workbooks,),
        "下发和邮件": (distribution,),
        "群": (groups,),
        "回收": (collection,),
        "目标商定": (rounds,),
        "收回的数": (typed,),
        "服务": (server,),
        "加载项和功能区": (addins,),
        "命令": (commands,),
        "网页": (desk,),
        "月报": (pages,),
        "助手": (assistant,),
        "定时运行": (scheduled,),
    }.items()
}
"""What they are about, and the kinds, in the order of their modules."""

BY_CODE: Final[dict[str, Kind]] = {kind.code: kind for kinds in BY_AREA.values() for kind in kinds}
"""Every kind by its code."""
