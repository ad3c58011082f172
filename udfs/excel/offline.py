"""Make xlwings' code for Windows importable elsewhere, so that the add-in builds on any system.

xlwings generates the VBA wrappers of functions in a module that imports pywin32. What it takes
from there to generate them is nothing but the imports themselves.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from contextlib import contextmanager

_PYWIN32 = ("pythoncom", "pywintypes", "win32com", "win32com.client")
_NEEDS_PYWIN32 = ("xlwings.udfs",)


@contextmanager
def importable() -> Iterator[None]:
    """A context in which `xlwings.udfs` can be imported; afterwards it is unloaded."""
    if "xlwings.udfs" in sys.modules or sys.platform == "win32":
        yield
        return
    before = {name: sys.modules.get(name) for name in (*_PYWIN32, *_NEEDS_PYWIN32)}
    modules = {name: types.ModuleType(name) for name in _PYWIN32}
    modules["pythoncom"].__dict__["CoInitialize"] = lambda: None
    modules["pywintypes"].__dict__["com_error"] = OSError
    modules["win32com"].__dict__["client"] = modules["win32com.client"]
    modules["win32com.client"].__dict__["Dispatch"] = lambda it: it
    sys.modules.update(modules)
    try:
        yield
    finally:
        for name, module in before.items():
            if module is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = module
