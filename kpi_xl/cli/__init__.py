"""The command line: `kpi-xl`."""

from kpi_xl.cli.commands import app, main

__all__ = ["app", "main"]
