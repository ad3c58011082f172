"""The VBA of the add-in: ours in `vba`, and the modules written from the functions.

Excel offers every public function of a module to every cell, unless the module is private. So the
functions stand in a module of their own, what starts Python is a class, and of xlwings' own VBA,
with which a cell could run any program, nothing is taken but the wrappers that it writes.

VBA source is text in the code page of whoever opens it, so what leaves here is plain ASCII: text
in Chinese becomes a call that puts it together from code units.
"""

from __future__ import annotations

import io
import re
import types
from collections.abc import Iterator
from importlib import resources
from typing import Any, Final

from kpi_xl import kinds
from kpi_xl.errors import InputError
from kpi_xl.fault import Kind
from kpi_xl.system.user import ADDIN
from udfs import functions
from udfs.excel import XLWINGS
from udfs.excel.descriptions import described
from udfs.excel.offline import importable
from udfs.excel.start import END, FINE, OPTIONS, PATIENCE, PROBE, REASONS, SERVE

_PUT: Final = {
    "@XLWINGS@": XLWINGS,
    "@PROBE@": PROBE,
    "@OPTIONS@": OPTIONS,
    "@SERVE@": SERVE,
    "@END@": END,
    "@PATIENCE@": str(PATIENCE),
}
"""What the class that starts Python has of xlwings' version and of `udfs.excel.start`."""

_MODULES: Final = (
    "KpiReach",
    "KpiSent",
    "KpiGather",
    "KpiCells",
    "KpiText",
    "KpiRegister",
    "KpiRibbon",
    "KpiStart",
)
_TEXT: Final = re.compile(r'"(?:[^"\r\n]|"")*"')
_CHARACTERS: Final = 200  # a line of VBA has 1023 characters at most, a code unit takes four

_CALL: Final = re.compile(
    r'^(?P<indent> *)(?P<name>\w+) = XLPy\.CallUDF\("udfs\.excel\.functions", "(?P=name)",'
    r" (?P<arguments>Array\(.*\)), ActiveWorkbook, Application\.Caller\)$",
    re.MULTILINE,
)
_FAILURE: Final = re.compile(r"^( *)(\w+) = Err\.Description$", re.MULTILINE)
_OF_EXCEL: Final = re.compile(
    r'^    #If App = "Microsoft Excel" Then\n(.*?)^    #Else\n.*?^    #End If\n',
    re.MULTILINE | re.DOTALL,
)
"""What is for Excel, and what for other programs of Office, which is left out."""


class VersionError(InputError):
    """The installed xlwings is not the one that the add-in is made for."""


def check_version() -> None:
    """Make sure that xlwings is the pinned one.

    Raises
    ------
    VersionError
        When it is another.
    """
    import xlwings

    if xlwings.__version__ != XLWINGS:
        raise VersionError(kinds.XLWINGS_VERSION(wanted=XLWINGS, installed=xlwings.__version__))


def modules() -> Iterator[tuple[str, str]]:
    """The standard modules: name and source, ASCII, lines ended as Windows ends them."""
    check_version()
    yield "xlwings_udfs", _windows(wrappers())
    yield "KpiDescriptions", _windows(descriptions())
    yield "KpiReasons", _windows(ascii_only(reasons()))
    for name in _MODULES:
        yield name, _windows(ascii_only(_file(f"{name}.bas")))


def python() -> str:
    """The class that starts Python."""
    source = _file("KpiPython.cls")
    for name, text in _PUT.items():
        source = source.replace(name, text)
    return _windows(ascii_only(source))


def this_workbook() -> str:
    """The code that runs when the add-in is opened."""
    return _windows(ascii_only(_file("ThisWorkbook.cls")))


def wrappers() -> str:
    """The worksheet functions in VBA: xlwings' own wrappers, calling by way of `KpiCall`."""
    with importable():
        import xlwings.udfs

        import udfs.excel.functions

        out = io.StringIO()
        generate: Any = xlwings.udfs.generate_vba_wrapper
        generate(
            "udfs.excel.functions",
            udfs.excel.functions,
            out,
            types.SimpleNamespace(Name=ADDIN),
        )
    source, calls = _CALL.subn(r'\g<indent>\g<name> = KpiCall("\g<name>", \g<arguments>)',
                               out.getvalue())  # fmt: skip
    source, failures = _FAILURE.subn(r"\1\2 = CVErr(xlErrValue)", source)
    source, branches = _OF_EXCEL.subn(r"\1", source)
    if not calls == failures == branches == len(functions.__all__) or "XLPy" in source:
        raise VersionError(kinds.VBA_DIFFERS(wanted=XLWINGS))
    return f'Attribute VB_Name = "xlwings_udfs"\n\'Written by xlwings\n{source}'


def descriptions() -> str:
    """The VBA that tells Excel's function wizard about every function and argument."""
    calls, bodies = [], []
    for number, name in enumerate(functions.__all__, 1):
        about = described(getattr(functions, name))
        arguments = [f"a{i}" for i in range(1, len(about.arguments) + 1)]
        lines = [f"Private Sub Describe{number}()"]
        lines += [f"    Dim {variable} As String" for variable in ("text", *arguments)]
        for variable, text in zip(
            ("text", *arguments), (about.text, *about.arguments.values()), strict=True
        ):
            lines.append(f"    {variable} = {_chars(text)}")
        lines.append(f'    KpiDescribe "{name}", text, Array({", ".join(arguments)})')
        bodies.append("\n".join([*lines, "End Sub"]))
        calls.append(f"    Describe{number}")
    options = ["Option Explicit", "Option Private Module"]
    head = ['Attribute VB_Name = "KpiDescriptions"', *options, ""]
    return "\n".join([*head, "Public Sub KpiDescribeAll()", *calls, "End Sub", "", *bodies, ""])


def reasons() -> str:
    """The VBA that says why Python does not start, by the answer it gave."""
    lines = [
        'Attribute VB_Name = "KpiReasons"',
        "Option Explicit",
        "Option Private Module",
        "",
        "Public Function KpiReason(ByVal answer As String, ByVal python As String) As String",
        "    Dim last As String",
        f'    If Left(answer, {len(FINE)}) = "{FINE}" Then Exit Function',
        "    last = KpiLastLine(answer)",
        '    If last = "" Then',
        f"        KpiReason = {_said(kinds.START_SILENT)}",
    ]
    for mark, kind in REASONS:
        lines += [
            f'    ElseIf InStr(answer, "{mark}") > 0 Then' if mark else "    Else",
            f"        KpiReason = {_said(kind)}",
        ]
    lines += [
        "    End If",
        "End Function",
        "",
        "Public Function KpiRefused(ByVal python As String, ByVal failure As String) As String",
        f"    KpiRefused = {_said(kinds.START_REFUSED)}",
        "End Function",
        "",
        "Public Function KpiLastLine(ByVal text As String) As String",
        "    Do While Right(text, 1) = vbLf",
        "        text = Left(text, Len(text) - 1)",
        "    Loop",
        "    KpiLastLine = Mid(text, InStrRev(text, vbLf) + 1)",
        "End Function",
        "",
    ]
    return "\n".join(lines)


def _said(kind: Kind) -> str:
    """The sentences of a kind as an expression; its parameters are variables of the same names."""
    text = f"{kind.reason}。\n{kind.advice}。".replace("{seconds}", str(PATIENCE))
    pieces = re.split(r"\{(\w+)\}|(\n)", text)
    expression = []
    for place, piece in enumerate(pieces):
        if piece:
            written = f'"{piece}"' if place % 3 == 0 else "vbLf" if place % 3 == 2 else piece
            expression.append(written)
    return " & ".join(expression)


def ascii_only(source: str) -> str:
    """VBA source with its Chinese text put together from code units.

    Raises
    ------
    ValueError
        When there is Chinese outside of text, as in a comment.

    Examples
    --------
    >>> ascii_only('MsgBox "人力: " & n')
    'MsgBox KpiChars("4EBA529B003A0020") & n'
    """
    changed = _TEXT.sub(
        lambda found: found[0] if found[0].isascii() else _chars(found[0][1:-1].replace('""', '"')),
        source,
    )
    if not changed.isascii():
        raise ValueError("VBA outside of text must be ASCII")
    return changed


def _chars(text: str) -> str:
    units = text.encode("utf-16-be").hex().upper()
    step = 4 * _CHARACTERS
    pieces = [units[i : i + step] for i in range(0, len(units), step)] or [""]
    return " & _\n        ".join(f'KpiChars("{piece}")' for piece in pieces)


def _file(name: str) -> str:
    return (resources.files("udfs.excel") / "vba" / name).read_text("utf-8")


def _windows(source: str) -> str:
    return source.replace("\r\n", "\n").replace("\n", "\r\n")
