"""The KPI tab: customUI of Office 2010 and later."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple
from xml.sax.saxutils import quoteattr

import workbook_templates

NAMESPACE: Final = "http://schemas.microsoft.com/office/2009/07/customui"


class Button(NamedTuple):
    """A button of the tab.

    Attributes
    ----------
    macro : str
        The VBA that it runs.
    label, tip : str
        What is on it, and what is shown when the pointer rests on it.
    image : str
        One of Office's own pictures.
    """

    macro: str
    label: str
    tip: str
    image: str


GROUPS: Final[Sequence[tuple[str, Sequence[Button]]]] = (
    (
        "月度KPI",
        (
            Button(
                "KpiRefresh",
                "刷新月度KPI",
                "按项目的数据填写当前工作簿里的 kpi_xl 名称；自己做的表有这样的名称也能刷新",
                "RefreshAll",
            ),
            Button("KpiUndo", "撤销刷新", "把上一次刷新改过的单元格恢复原样", "Undo"),
        ),
    ),
    (
        "数据",
        (
            Button(
                "KpiCheckData", "数据校验", "检查项目的原始数据，打开校验报告", "DataValidation"
            ),
            Button(
                "KpiDiagnose",
                "诊断",
                "检查加载项、Python、项目和模板是否正常，并说明怎么办",
                "ErrorChecking",
            ),
        ),
    ),
    (
        "帮助",
        (
            Button(
                "KpiExplain",
                "指标说明",
                "说明所选单元格里的指标，并可在右边插入公式；没有选中指标则列出全部",
                "FunctionWizard",
            ),
            Button("KpiSettings", "设置", "选择项目文件夹和月份", "PropertySheet"),
            Button("KpiHelpPage", "帮助", "列出全部函数和用法", "Help"),
        ),
    ),
)
"""The buttons, but for the menu of the official templates, which comes after the first."""


def custom_ui() -> bytes:
    """The ribbon part."""
    groups = []
    for number, (label, buttons) in enumerate(GROUPS, 1):
        controls = [_button(button) for button in buttons]
        if number == 1:
            controls.insert(1, _menu())
        groups.append(
            f'<group id="kpiGroup{number}" label={_text(label)}>{"".join(controls)}</group>'
        )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<customUI xmlns="{NAMESPACE}"><ribbon><tabs><tab id="kpiTab" label="KPI">'
        f"{''.join(groups)}</tab></tabs></ribbon></customUI>"
    ).encode()


def _button(button: Button) -> str:
    return (
        f'<button id="{button.macro}Button" label={_text(button.label)} size="large"'
        f' imageMso="{button.image}" screentip={_text(button.label)}'
        f' supertip={_text(button.tip)} onAction="KpiRibbon.{button.macro}"/>'
    )


def _menu() -> str:
    items = "".join(
        f'<button id="kpiTemplate{number}" label={_text(name)} tag={_text(name)}'
        ' onAction="KpiRibbon.KpiFill"/>'
        for number, name in enumerate(workbook_templates.NAMES, 1)
    )
    return (
        f'<menu id="kpiTemplates" label={_text("生成")} size="large"'
        f' imageMso="FileSaveAsExcelXlsx" screentip={_text("生成")}'
        f" supertip={_text('按官方模板给每个单位或每个人生成工作簿，放在项目的 output 文件夹')}>"
        f"{items}</menu>"
    )


def _text(text: str) -> str:
    return quoteattr(text)
