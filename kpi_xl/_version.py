"""The version of kpi_xl."""

__version__ = "0.1.0"
