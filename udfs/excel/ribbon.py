"""The KPI tab: customUI of Office 2010 and later."""

from __future__ import annotations

from typing import Final
from xml.sax.saxutils import quoteattr

import workbook_templates
from udfs.commands import GROUPS, Command

NAMESPACE: Final = "http://schemas.microsoft.com/office/2009/07/customui"


_MACROS: Final = {
    "refresh": ("KpiRefresh", "RefreshAll"),
    "fill": ("KpiFill", "FileSaveAsExcelXlsx"),
    "undo": ("KpiUndo", "Undo"),
    "distribute": ("KpiDistribute", "FileSendAsAttachment"),
    "collect": ("KpiCollect", "ImportExcel"),
    "diagnose": ("KpiDiagnose", "FindDialog"),
    "import_files": ("KpiImportFiles", "GetExternalDataFromText"),
    "check": ("KpiCheckData", "DataValidation"),
    "explain": ("KpiExplain", "FunctionWizard"),
    "formulas": ("KpiFormulas", "NameDefine"),
    "settings": ("KpiSettings", "PropertySheet"),
    "help": ("KpiHelpPage", "Help"),
    "doctor": ("KpiDoctor", "ErrorChecking"),
}
"""The VBA that a button runs, and its picture, one of Office's own."""


def custom_ui() -> bytes:
    """The ribbon part."""
    groups = []
    for number, (label, commands) in enumerate(GROUPS, 1):
        controls = [_menu(one) if one.of_template else _button(one) for one in commands]
        groups.append(
            f'<group id="kpiGroup{number}" label={_text(label)}>{"".join(controls)}</group>'
        )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<customUI xmlns="{NAMESPACE}"><ribbon><tabs><tab id="kpiTab" label="KPI">'
        f"{''.join(groups)}</tab></tabs></ribbon></customUI>"
    ).encode()


def _button(command: Command) -> str:
    macro, image = _MACROS[command.name]
    return (
        f'<button id="{macro}Button" label={_text(command.label)} size="large"'
        f' imageMso="{image}" screentip={_text(command.label)}'
        f' supertip={_text(command.tip)} onAction="KpiRibbon.{macro}"/>'
    )


def _menu(command: Command) -> str:
    macro, image = _MACROS[command.name]
    items = "".join(
        f'<button id="{macro}{number}" label={_text(name)} tag={_text(name)}'
        f' onAction="KpiRibbon.{macro}"/>'
        for number, name in enumerate(workbook_templates.NAMES, 1)
    )
    return (
        f'<menu id="{macro}Menu" label={_text(command.label)} size="large"'
        f' imageMso="{image}" screentip={_text(command.label)}'
        f" supertip={_text(command.tip)}>{items}</menu>"
    )


def _text(text: str) -> str:
    return quoteattr(text)
