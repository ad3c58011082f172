"""Levels of a project's own with raw tables in PostgreSQL: the same units and numbers as files."""

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given

from kpi_xl.checks.check import check_project
from kpi_xl.jobs.load import load
from kpi_xl.project import Project
from test_levels import organisations, write
from test_postgres import _type, database, server
from test_store import examples

__all__ = ["database", "server"]


def put_there(connection, project):
    """The checked rows in tables with the columns that this project's levels have."""
    checked = check_project(project)
    for code, table in checked.tables.items():
        columns = table.table.columns
        listed = ", ".join(f'"{column.code}" {_type(column)}' for column in columns)
        connection.execute(f'DROP TABLE IF EXISTS "{code}"')
        connection.execute(f'CREATE TABLE "{code}" ({listed})')
        names = ", ".join(f'"{column.code}"' for column in columns)
        with connection.cursor().copy(f'COPY "{code}" ({names}) FROM STDIN') as copy:
            for row in table.data.select([column.code for column in columns]).to_pylist():
                copy.write_row([*row.values()])


def test_the_same_units_and_numbers(server, database):
    @examples(4)
    @given(organisations())
    def compare(world):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "files").mkdir()
            files = write(Path(folder) / "files", *world)
            put_there(database, files)
            there = Path(folder) / "there"
            there.mkdir()
            text = (files.folder / "kpi.toml").read_text("utf-8")
            (there / "kpi.toml").write_text(text + f'[engine]\nurl = "{server.url()}"\n', "utf-8")
            one, other = load(files).cube, load(Project.open(there)).cube
            assert list(one.units) == list(other.units)
            assert one.months == other.months
            assert one.measures == other.measures
            for code in one.measures:
                assert np.array_equal(one.measure(code), other.measure(code)), code

    compare()
