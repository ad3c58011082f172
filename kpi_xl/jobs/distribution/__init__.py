"""Send a template out to those it is meant for: `kpi_xl.jobs.distribution.run.distribute`.

Nothing is imported here: the processes that fill workbooks need little of it.
"""
