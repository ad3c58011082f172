"""The add-in as Calc sees it: every KPI function, described in Chinese and English.

The functions stand in ``functions.json``, which is generated from `udfs.functions`.
"""

from __future__ import annotations

import datetime as dt
import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import unohelper
from com.sun.star.lang import Locale, XServiceInfo, XServiceName
from com.sun.star.sheet import LocalizedName, XAddIn, XCompatibilityNames
from org.kpixl.calc import XFunctions

from .functions import Functions
from .process import UnavailableError
from .ranges import Ranges

SERVICE = "org.kpixl.calc.Functions"
IMPLEMENTATION = "org.kpixl.calc.python.Functions"
SERVICES = (SERVICE, "com.sun.star.sheet.AddIn")

_FUNCTIONS: dict[str, dict[str, Any]] = json.loads(
    Path(__file__).with_name("functions.json").read_text(encoding="utf-8")
)
_USUAL = dt.date(1899, 12, 30)
_CELL_RANGE = "com.sun.star.table.XCellRange"
_ERRORS = {503: "#NUM!", 532: "#DIV/0!", 32767: "#N/A"}
_METHODS = {function["name"]: method for method, function in _FUNCTIONS.items()}
# A NaN whose payload is Calc's own code of #VALUE!.
(_VALUE,) = struct.unpack("<d", struct.pack("<Q", 0x7FF8_0000_0000_0000 | 519))


class AddIn(unohelper.Base, XFunctions, XAddIn, XCompatibilityNames, XServiceName, XServiceInfo):  # type: ignore[misc]
    """The functions; their methods are made below.

    Parameters
    ----------
    context : com.sun.star.uno.XComponentContext
        The component context of LibreOffice.
    """

    def __init__(self, context: Any) -> None:
        self._locale = Locale("zh", "CN", "")
        self._ranges = Ranges(context)
        self._functions = Functions(self._ranges.forget)

    def value(self, name: str, arguments: tuple[Any, ...], later: int = 0) -> Any:
        """Convert a result: a number, a text, or rows of both."""
        try:
            return self._functions.plain(name, arguments, later)
        except UnavailableError:
            return _VALUE

    def by_reference(
        self, name: str, document: Any, arguments: tuple[Any, ...], ranges: tuple[int, ...]
    ) -> Any:
        """Call a function whose arguments at the places `ranges` are cell ranges."""

        def request() -> tuple[Any, ...]:
            given, numbers = list(arguments), {}
            for place in ranges:
                number, given[place] = self._ranges.number(document, arguments[place])
                if number:
                    numbers[place] = number
            return name, tuple(given), numbers, self._ranges.first, _later(document)

        try:
            return self._functions.ask(request)
        except UnavailableError:
            return _VALUE

    # XServiceName, XServiceInfo
    def getServiceName(self) -> str:
        return SERVICE

    def getImplementationName(self) -> str:
        return IMPLEMENTATION

    def supportsService(self, name: str) -> bool:
        return name in SERVICES

    def getSupportedServiceNames(self) -> tuple[str, ...]:
        return SERVICES

    # XLocalizable
    def setLocale(self, locale: Any) -> None:
        self._locale = locale

    def getLocale(self) -> Any:
        return self._locale

    # XAddIn; the first is spelled so in the interface
    def getProgrammaticFuntionName(self, display: str) -> str:
        return _METHODS.get(display, "")

    def getDisplayFunctionName(self, method: str) -> str:
        function = _FUNCTIONS.get(method)
        return function["name"] if function else ""

    def getFunctionDescription(self, method: str) -> str:
        return self._text(_FUNCTIONS.get(method))

    def getDisplayArgumentName(self, method: str, place: int) -> str:
        argument = _argument(method, place)
        return argument[f"name_{self._language()}"] if argument else ""

    def getArgumentDescription(self, method: str, place: int) -> str:
        return self._text(_argument(method, place))

    def getProgrammaticCategoryName(self, method: str) -> str:
        return "Add-In"

    def getDisplayCategoryName(self, method: str) -> str:
        return "KPI 指标" if self._language() == "zh" else "KPI"

    # XCompatibilityNames: as in files that Excel reads too
    def getCompatibilityNames(self, method: str) -> tuple[Any, ...]:
        return (LocalizedName(Locale("en", "US", ""), self.getDisplayFunctionName(method)),)

    def _language(self) -> str:
        return "zh" if self._locale.Language == "zh" else "en"

    def _text(self, described: Any) -> str:
        return described[self._language()] if described else ""


def _argument(method: str, place: int) -> Any:
    """The description of an argument; None where Calc fills it in, or there is none."""
    arguments = _FUNCTIONS[method]["arguments"] if method in _FUNCTIONS else ()
    return arguments[place] if 0 <= place < len(arguments) else None


def _later(document: Any) -> int:
    """The number of days by which the document's epoch is later than the usual one."""
    null = document.getPropertyValue("NullDate")
    return (dt.date(null.Year, null.Month, null.Day) - _USUAL).days


def _rows(answer: Any) -> tuple[tuple[Any, ...], ...]:
    return answer if isinstance(answer, tuple) else ((answer,),)


def _text_rows(answer: Any) -> tuple[tuple[str, ...], ...]:
    """Rows of text; an error alone is Calc's #VALUE!, an error in a row is a text."""
    if not isinstance(answer, (str, tuple)):
        raise ValueError(answer)
    return tuple(
        tuple(
            cell if isinstance(cell, str) else _ERRORS.get(_bits(cell), "#VALUE!") for cell in row
        )
        for row in _rows(answer)
    )


def _bits(number: float) -> int:
    """The error code in a NaN's payload."""
    return int(struct.unpack("<Q", struct.pack("<d", number))[0]) & 0xFFFF


def _single(answer: Any) -> Any:
    return _VALUE if isinstance(answer, tuple) else answer


_DECLARED = {"any": _single, "[][]any": _rows, "[][]string": _text_rows}


def _method(function: dict[str, Any]) -> Callable[..., Any]:
    name, types = function["name"], [argument["type"] for argument in function["arguments"]]
    if function["fraction"] is not None:
        return _by_counts(name, eval(function["fraction"]), types.count("double"))
    as_declared = _DECLARED[function["gives"]]
    ranges = tuple(i for i, type_ in enumerate(types) if type_ == _CELL_RANGE)
    # Calc hands over the calling document behind the arguments that people see.
    if ranges:
        return lambda self, *given: as_declared(
            self.by_reference(name, given[-1], given[:-1], ranges)
        )
    if function["of_document"]:
        return lambda self, *given: as_declared(self.value(name, given[:-1], _later(given[-1])))
    return lambda self, *given: as_declared(self.value(name, given))


def _by_counts(
    name: str, fraction: Callable[..., tuple[float, float]], measures: int
) -> Callable[..., Any]:
    """Compute a KPI by counts inside LibreOffice: nearly always a plain division."""

    def method(self: AddIn, *given: Any) -> Any:
        if len(given) == measures or given[measures:] == (None,) * (len(given) - measures):
            numerator, denominator = fraction(*given[:measures])
            if denominator > 0:
                result = numerator / denominator
                if result - result == 0.0:  # neither infinite nor NaN
                    return result
        return self.value(name, given)

    return method


for _name, _function in _FUNCTIONS.items():
    setattr(AddIn, _name, _method(_function))
