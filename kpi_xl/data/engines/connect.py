"""From the URL in kpi.toml to the database with the raw tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from kpi_xl.data.engines.engine import Database
from kpi_xl.project import Project


@contextmanager
def database_of(project: Project) -> Iterator[Database | None]:
    """The database that a project's raw tables are in, connected for as long as a ``with`` lasts.

    Yields
    ------
    Database or None
        None when they are files.

    Raises
    ------
    InputError
        When it cannot be reached, or lacks a required table or column.
    """
    url, own = project.settings.engine, project.settings.own_tables
    # Those of the project's own come over as files do.
    standard = {code: one for code, one in project.settings.tables.items() if code not in own}
    if not project.settings.in_database:
        yield None
    elif url.startswith("postgres"):
        from kpi_xl.data.engines.postgres import Postgres

        with Postgres.connect(url, standard) as postgres:
            yield postgres
    else:
        from kpi_xl.data.engines.spark import Spark

        with Spark.connect(url, project.data, standard) as spark:
            yield spark
