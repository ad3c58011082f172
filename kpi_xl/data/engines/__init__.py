"""Where the SQL steps run: DuckDB, the company's PostgreSQL, or Spark.

The steps are the same text everywhere. An engine keeps what a step gives under its name for later
steps, and hands over columns as numpy arrays; it knows nothing of what is computed.
"""

from kpi_xl.data.engines.duck import DuckDb
from kpi_xl.data.engines.engine import Columns, Database, Engine
from kpi_xl.data.engines.query import Query

__all__ = ["Columns", "Database", "DuckDb", "Engine", "Query"]
