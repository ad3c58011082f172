"""Fill many workbooks, with any executor.

A task holds all that it needs and gives back bytes, so that it can run in another process or on
another machine, without the project's files.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from multiprocessing.connection import wait
from typing import Any, Final, NamedTuple

from kpi_xl import kinds
from kpi_xl.circulation.encryption import encrypted
from kpi_xl.errors import InputError
from kpi_xl.slots.unit_sheets import UnitSheet, filled
from kpi_xl.system.undone import Failure
from kpi_xl.workbook import Identity, Template

_IN_A_TASK: Final = 16
"""Workbooks of one task: enough that handing it over costs little."""

_TASKS_AHEAD: Final = 4
"""Tasks that wait for each worker; more would only take memory."""

_WORTH_PROCESSES: Final = 100
"""Fewer workbooks are done before other processes have started."""


@dataclass(frozen=True)
class Blank:
    """A template in a form that tasks can carry.

    Parameters
    ----------
    content : bytes
        The bytes of the template's file.
    """

    name: str
    content: bytes

    @property
    def version(self) -> str:
        """The hash that tells it from other templates of the same name."""
        return hashlib.sha256(self.content).hexdigest()[:16]


class Order(NamedTuple):
    """A workbook to make: recipient, values, password, and the sheets of units."""

    identity: Identity
    values: dict[str, Any]
    password: str | None
    sheets: Sequence[UnitSheet] = ()


class Made(NamedTuple):
    """A workbook that was made.

    `content` is the file; `plain` is the workbook before it was encrypted.
    """

    content: bytes
    sha256: str
    plain: bytes


def produced(
    blank: Blank, orders: Iterable[Order], executor: Executor | None, workers: int
) -> Iterator[Made | Failure]:
    """The workbooks in the order of the orders; a failure of one does not stop the others.

    Parameters
    ----------
    blank : Blank
        The template that is filled.
    orders : iterable of Order
        What to make; it is drawn from as there is room for, never all at once.
    executor : Executor or None
        Where to; None for this very process.
    workers : int
        How many tasks it takes at a time.

    Raises
    ------
    InputError
        When the processes that make them are ended by the system.
    """
    tasks = iter(orders)
    waiting: deque[Future[list[Made | Failure]]] = deque()
    while True:
        while len(waiting) < workers * _TASKS_AHEAD:
            task = list(islice(tasks, _IN_A_TASK))
            if not task:
                break
            if executor is None:
                yield from _made(blank, task)
            else:
                waiting.append(executor.submit(_made, blank, task))
        if not waiting:
            return
        try:
            done = waiting.popleft().result()
        except BrokenExecutor:
            raise InputError(kinds.MAKERS_KILLED()) from None
        yield from done


@contextmanager
def processes(workbooks: int, encrypting: bool) -> Iterator[tuple[Executor | None, int]]:
    """As many processes as there are processors, where it pays off."""
    workers = os.cpu_count() or 1
    if workers == 1 or workbooks < (workers if encrypting else _WORTH_PROCESSES):
        yield None, 1
        return
    # Starting afresh, not from a copy of this process with DuckDB's threads in it.
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=fresh, initializer=_end_with_parent) as pool:
        yield pool, workers


def _end_with_parent() -> None:
    """End this worker when the process that started it is killed; it would wait for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_leave_after, args=(parent.sentinel,), daemon=True).start()


def _leave_after(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


def _made(blank: Blank, orders: Sequence[Order]) -> list[Made | Failure]:
    template = _template(blank)
    return [_one(template, order) for order in orders]


def _one(template: Template, order: Order) -> Made | Failure:
    try:
        plain = filled(template, order.values, order.sheets, order.identity)
        content = plain if order.password is None else encrypted(plain, order.password)
    except Exception as error:
        return Failure.of(error)
    return Made(content, hashlib.sha256(content).hexdigest(), plain)


@lru_cache(maxsize=4)
def _template(blank: Blank) -> Template:
    return Template(f"{blank.name}.xlsx", blank.content)
