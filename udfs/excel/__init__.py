"""The Excel add-in: functions over COM, ribbon, VBA, the .xlam file and its installer."""

from typing import Final

XLWINGS: Final = "0.37.8"
"""The version of xlwings that the add-in is built with and runs with.

The add-in's VBA loads a DLL that has the version in its name, so the two must be the same.
"""
