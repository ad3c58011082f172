"""Take back what people wrote in the workbooks that were sent to them."""

from kpi_xl.jobs.collection.entries import Entry, collected

__all__ = ["Entry", "collected"]
