"""All that a job imports, imported once by the process that the jobs are forked from."""

import duckdb
import httpx
import pyarrow
import pyarrow.compute
import xlsxwriter

import kpi_xl.circulation.collect
import kpi_xl.circulation.distribute
import kpi_xl.circulation.group_messages
import kpi_xl.circulation.group_sending
import kpi_xl.cli
import kpi_xl.jobs.check
import kpi_xl.jobs.live
import kpi_xl.jobs.review
import kpi_xl.jobs.start
import kpi_xl.jobs.target_split
import kpi_xl.jobs.views
import kpi_xl.slots.template_check

__all__ = ["duckdb", "httpx", "kpi_xl", "pyarrow", "xlsxwriter"]
