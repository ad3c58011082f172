"""Send a template out to those it is meant for."""

from kpi_xl.jobs.distribution.run import Delivery, Distributed, distribute

__all__ = ["Delivery", "Distributed", "distribute"]
