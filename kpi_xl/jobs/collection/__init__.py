"""Take back what people wrote in the workbooks that were sent to them."""

from kpi_xl.jobs.collection.entries import Entry, collected
from kpi_xl.jobs.collection.run import Collected, collect

__all__ = ["Collected", "Entry", "collect", "collected"]
