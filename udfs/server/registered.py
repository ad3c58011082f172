"""The functions as xlwings Server declares them to Excel, under the names of the classic add-in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from udfs import functions
from udfs.excel.descriptions import named_as
from udfs.results import Result
from udfs.server.calls import answer


def registered(function: Callable[..., Result]) -> Callable[..., list[list[Any]]]:
    """A function with what xlwings needs to know of it.

    Parameters
    ----------
    function : callable
        A worksheet function, one of `udfs.functions`.

    Returns
    -------
    callable
        Takes and gives rows of cells as `udfs.server.calls` does.
    """
    from xlwings.server import arg, func

    def call(*arguments: Any) -> list[list[Any]]:
        return answer(function.__name__, list(arguments))

    about = named_as(call, function)
    for name, text in about.arguments.items():
        arg(name, "raw", doc=text)(call)
    served: Callable[..., list[list[Any]]] = func(call)
    return served


def all_registered() -> dict[str, Callable[..., list[list[Any]]]]:
    """All functions by name."""
    return {name: registered(getattr(functions, name)) for name in functions.__all__}
