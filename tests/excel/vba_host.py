"""Excel as far as the add-in's VBA asks for it, for pyOpenVBA's interpreter: everything is recorded."""

from __future__ import annotations

import re

from pyopenvba.interpreter import Interpreter, VBAObject, member, method
from pyopenvba.interpreter._runtime import UNRESOLVED, HostBridge

from udfs.excel import sources

CONSTANTS = {"xlErrDiv0": 2007, "xlErrNA": 2042, "xlErrValue": 2015, "xlErrNum": 2036}


class Button(VBAObject):
    """A control of the ribbon."""

    @member
    def Enabled(self):
        return self.is_enabled

    def __init__(self, is_enabled=True):
        self.is_enabled = is_enabled


class Bars(VBAObject):
    """`Application.CommandBars("Standard").Controls(1)`."""

    def __init__(self, button):
        self.button = button

    @method
    def Controls(self, number):
        return self.button


class Application(VBAObject):
    def __init__(self):
        self.standard, self.later, self.calculations = Button(), [], 0

    @method
    def CommandBars(self, name):
        return Bars(self.standard)

    @method
    def OnTime(self, when, procedure):
        self.later.append(procedure.rpartition("!")[2])

    @method
    def CalculateFull(self):
        self.calculations += 1


class Book(VBAObject):
    @member
    def Name(self):
        return "kpi_xl.xlam"


class Host(HostBridge):
    """What the VBA finds around it.

    Parameters
    ----------
    objects : VBAObject
        Globals.
    """

    def __init__(self, **objects):
        self.application = Application()
        known = {"Application": self.application, "ThisWorkbook": Book(), **objects}
        self.objects = {name.lower(): value for name, value in known.items()}

    def global_object(self, name):
        return self.objects.get(name.lower(), UNRESOLVED)

    def constant(self, name):
        found = {key.lower(): value for key, value in CONSTANTS.items()}
        return found.get(name.lower(), UNRESOLVED)


def interpreter(host, *names, **classes):
    """The add-in's modules of these names, and some classes, in an interpreter of VBA."""
    vba = Interpreter(host)
    modules = dict(sources.modules())
    for name in names:
        vba.add_module(modules[name], name=name)
    for name, source in classes.items():
        # Calls of Windows itself are not run here.
        code = re.sub(r"(?m)^ *Private Declare .*$", "", source)
        vba.add_module(code, name=name, kind="class")
    return vba
