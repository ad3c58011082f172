"""What the commands of the command line share: the project, the month, text, and a progress bar."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from kpi_xl.jobs.progress import Progress
    from kpi_xl.project import Project

MONTH: Final = typer.Option("--month", "-m", help="月份，如 2024-06；不写则为有数据的最后一个月。")
"""The option --month."""


def console(stderr: bool = False) -> Console:
    """The terminal."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=True)


def say(text: str) -> None:
    """Write a line."""
    typer.echo(text)


def project_of(context: typer.Context) -> Project:
    """The project that the command is about."""
    from kpi_xl.project import Project

    return Project.open(context.obj)


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A progress bar on the terminal; nothing where nobody is watching."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    terminal = console(stderr=True)
    with Progress(
        *columns, console=terminal, transient=True, disable=not terminal.is_terminal
    ) as bar:
        tasks: dict[str, Any] = {}

        def report(text: str, done: int, total: int) -> None:
            if text not in tasks:
                tasks[text] = bar.add_task(text, total=total)
            bar.update(tasks[text], completed=done, total=total)

        yield report
