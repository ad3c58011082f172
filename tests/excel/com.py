"""Enough of pywin32 that xlwings' own code for Windows runs here, on fake COM objects.

A range's value is what pywin32 gives: a scalar for one cell, else a tuple of tuples.
"""

from __future__ import annotations

import ctypes
import datetime as dt
import sys
import types
from contextlib import contextmanager
from unittest import mock

RANGE = "{00020846-0000-0000-C000-000000000046}"
MISSING = -2147352572  # how an omitted argument arrives


class ComError(Exception):
    hresult = 0


class PyTime(dt.datetime):
    """pywintypes.datetime: a datetime with a time zone."""


def day(*date):
    return PyTime(*date, tzinfo=dt.UTC)


class TypeInfo:
    iid = RANGE

    def GetTypeInfo(self):
        return self

    GetTypeAttr = GetTypeInfo


class FakeRange:
    def __init__(self, value, areas=1):
        self._oleobj_ = TypeInfo()
        self.Areas = types.SimpleNamespace(Count=areas)
        self.Value = value
        rows = value if isinstance(value, tuple) else ((value,),)
        self.Row = self.Column = 1
        self.Rows = types.SimpleNamespace(Count=len(rows))
        self.Columns = types.SimpleNamespace(Count=len(rows[0]))
        self.Count = len(rows) * len(rows[0])
        book = types.SimpleNamespace(
            Name="Book1.xlsx",
            FullName="C:\\x\\Book1.xlsx",
            Worksheets=[],
            Application=types.SimpleNamespace(Version="16.0", Hwnd=1),
        )
        self.Worksheet = types.SimpleNamespace(Name="Sheet1", Parent=book)

    def GetAddress(self, *_):
        return "$A$1"


def _modules():
    class PyIDispatch: ...

    class TimeZoneInfo:
        @staticmethod
        def utc():
            return dt.UTC

    def unwrap(_):
        raise TypeError

    def dispatch(it, *_, **__):
        return it

    return {
        "pywintypes": {"com_error": ComError, "error": ComError, "TimeType": PyTime, "IID": str},
        "pythoncom": {
            "CoInitialize": lambda: None,
            "IID_IDispatch": "dispatch",
            "IID_IEnumVARIANT": "enum",
            "ole_error": ComError,
            "TypeIIDs": {"dispatch": PyIDispatch},
            "VT_ERROR": 10,
            "__file__": "pythoncom-stub",
        },
        "win32com": {"__path__": []},
        "win32com.client": {
            "Dispatch": dispatch,
            "DispatchEx": None,
            "CDispatch": type("CDispatch", (), {}),
            "DispatchBaseClass": type("DispatchBaseClass", (), {}),
            "VARIANT": mock.MagicMock(),
        },
        "win32com.server": {"__path__": []},
        "win32com.server.dispatcher": {},
        "win32com.server.policy": {"DefaultPolicy": object},
        "win32com.server.util": {"unwrap": unwrap, "wrap": dispatch},
        "win32api": {},
        "win32con": {},
        "win32gui": {},
        "win32event": {},
        "win32process": {"GetWindowThreadProcessId": lambda hwnd: (1, 1)},
        "win32timezone": {"TimeZoneInfo": TimeZoneInfo},
    }


@contextmanager
def com_server():
    """While it lasts, xlwings' COM server is importable; gives its `XLPython`."""
    before = dict(sys.modules)
    for name, content in _modules().items():
        module = types.ModuleType(name)
        module.__dict__.update(content)
        sys.modules[name] = module
        if "." in name:
            parent, child = name.rsplit(".", 1)
            setattr(sys.modules[parent], child, module)
    for name in [name for name in sys.modules if name.startswith("udfs.excel")]:
        del sys.modules[name]
    dll = ctypes.PyDLL

    def py_dll(path, *args, **named):
        return mock.MagicMock() if path == "pythoncom-stub" else dll(path, *args, **named)

    with (
        mock.patch.object(ctypes, "oledll", mock.MagicMock(), create=True),
        mock.patch.object(ctypes, "windll", mock.MagicMock(), create=True),
        mock.patch.object(ctypes, "PyDLL", py_dll),
    ):
        import xlwings

        engines = list(xlwings.engines)
        try:
            import atexit

            from xlwings import _xlwindows

            atexit.unregister(_xlwindows.cleanup)
            xlwings.engines.add(xlwings.Engine(impl=_xlwindows.engine))
            from xlwings.com_server import XLPython

            yield XLPython()
        finally:
            for engine in list(xlwings.engines):
                if engine not in engines:
                    xlwings.engines.engines.remove(engine)
            for name in set(sys.modules) - set(before):
                del sys.modules[name]
            sys.modules.update(before)
