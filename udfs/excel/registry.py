"""The registry of Windows, as far as it matters for the add-in."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Protocol

Value = int | str | bytes


class Registry(Protocol):
    r"""A registry; keys are written with their roots, as ``HKCU\\Software\\Microsoft``."""

    def values(self, key: str) -> Mapping[str, Value]:
        """The values of a key by their names; empty where there is no such key."""

    def keys(self, key: str) -> Sequence[str]:
        """The names of the keys below a key."""


class WindowsRegistry:
    """The registry of this machine; empty on other systems."""

    def values(self, key: str) -> Mapping[str, Value]:
        found: dict[str, Value] = {}
        if sys.platform == "win32":
            import winreg

            try:
                with _opened(key) as opened:
                    for place in range(winreg.QueryInfoKey(opened)[1]):
                        name, value, _ = winreg.EnumValue(opened, place)
                        if isinstance(value, int | str | bytes):
                            found[name] = value
            except OSError:
                return found
        return found

    def keys(self, key: str) -> Sequence[str]:
        found: list[str] = []
        if sys.platform == "win32":
            import winreg

            try:
                with _opened(key) as opened:
                    for place in range(winreg.QueryInfoKey(opened)[0]):
                        found.append(winreg.EnumKey(opened, place))
            except OSError:
                return found
        return found


if sys.platform == "win32":
    import winreg as _winreg

    _ROOTS = {"HKCU": _winreg.HKEY_CURRENT_USER, "HKLM": _winreg.HKEY_LOCAL_MACHINE}

    def _opened(key: str) -> _winreg.HKEYType:
        root, _, path = key.partition("\\")
        # What 64-bit Windows keeps, also for a Python of 32 bits.
        return _winreg.OpenKey(_ROOTS[root], path, 0, _winreg.KEY_READ | _winreg.KEY_WOW64_64KEY)
