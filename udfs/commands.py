"""The commands behind the buttons, the same in every spreadsheet program."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple


class Command(NamedTuple):
    """A button.

    Attributes
    ----------
    name : str
        What it runs, of `udfs.buttons`.
    label, tip : str
        What is on it, and what is shown when the pointer rests on it.
    of_template : bool
        Whether it is a menu of the official templates.
    here_only : bool
        Whether it needs the user's own machine, so that no server has it.
    excel_only : bool
        Whether only Excel knows what it makes, so that LibreOffice does not have it.
    """

    name: str
    label: str
    tip: str
    of_template: bool = False
    here_only: bool = False
    excel_only: bool = False


GROUPS: Final[Sequence[tuple[str, Sequence[Command]]]] = (
    (
        "月度KPI",
        (
            Command(
                "refresh",
                "刷新月度KPI",
                "按项目的数据填写当前工作簿里的 kpi_xl 名称；自己做的表有这样的名称也能刷新",
            ),
            Command(
                "fill",
                "生成",
                "按官方模板给每个单位或每个人生成工作簿，放在项目的 output 文件夹",
                of_template=True,
            ),
            Command("undo", "撤销刷新", "把上一次刷新改过的单元格恢复原样"),
        ),
    ),
    (
        "管理循环",
        (
            Command(
                "distribute",
                "下发",
                "给每个单位或每个人生成可以收回的工作簿；不发邮件",
                of_template=True,
            ),
            Command(
                "collect",
                "回收",
                "读出项目的 returned 文件夹里发回的工作簿，校验后存入项目，写出回收报告",
            ),
            Command(
                "diagnose",
                "诊断",
                "当前工作簿的单位当月弱在哪里：可能的原因、依据和措施",
            ),
        ),
    ),
    (
        "数据",
        (
            Command(
                "import_files",
                "导入向导",
                "在浏览器里看每个原始文件读成哪张表、哪一列是什么，选好写入项目",
                here_only=True,
            ),
            Command("check", "数据校验", "检查项目的原始数据，打开校验报告"),
        ),
    ),
    (
        "帮助",
        (
            Command(
                "explain",
                "指标说明",
                "说明所选单元格里的指标，并可在右边插入公式；没有选中指标则列出全部",
            ),
            Command(
                "formulas",
                "写入公式名称",
                "把当前工作簿另存一份，里面带着全部指标的公式名称，没有加载项的电脑也能算",
                here_only=True,
                excel_only=True,
            ),
            Command("settings", "设置", "选择项目文件夹和月份"),
            Command("help", "帮助", "列出全部函数和用法"),
            Command("doctor", "检查安装", "检查加载项、Python、项目和模板是否正常，并说明怎么办"),
        ),
    ),
)
"""The buttons by group."""

COMMANDS: Final = tuple(command for _, commands in GROUPS for command in commands)
"""The buttons."""

CALC_GROUPS: Final = tuple(
    (label, tuple(command for command in commands if not command.excel_only))
    for label, commands in GROUPS
)
"""The buttons by group that LibreOffice Calc has."""

CALC: Final = tuple(command for _, commands in CALC_GROUPS for command in commands)
"""The buttons that LibreOffice Calc has."""

SERVED_GROUPS: Final = tuple(
    (label, tuple(command for command in commands if not command.here_only))
    for label, commands in GROUPS
)
"""The buttons by group that a server has."""

SERVED: Final = tuple(command for _, commands in SERVED_GROUPS for command in commands)
"""The buttons that a server has."""
