"""Run as ``python -m kpi_xl.cli``."""

from kpi_xl.cli.commands import main

main()
