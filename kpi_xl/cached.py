"""Cached results that live as long as the object they belong to."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

_Method = TypeVar("_Method", bound=Callable[..., Any])
_Function = TypeVar("_Function", bound=Callable[..., Any])


def kept(method: _Method) -> _Method:
    """Cache a method's results for as long as its object lives.

    What `functools.cache` keeps of a method lives as long as the program, and every object with it:
    a server that runs for weeks would hold the data of every job it ever did.

    Examples
    --------
    >>> class Doubled:
    ...     @kept
    ...     def of(self, number: int) -> list[int]:
    ...         return [2 * number]
    >>> first, second = Doubled(), Doubled()
    >>> first.of(2) is first.of(2), first.of(2) is second.of(2)
    (True, False)
    """
    return cast(_Method, _Kept(method))


def kept_with(function: _Function) -> _Function:
    """Cache a function's results for as long as its first argument lives.

    Parameters
    ----------
    function : callable
        Of an object, and of whatever else can be looked up.

    Examples
    --------
    >>> class Word(str): pass
    >>> @kept_with
    ... def letters(word: Word, number: int) -> list[str]:
    ...     return list(word[:number])
    >>> one = Word("KPI")
    >>> letters(one, 2) is letters(one, 2), letters(one, 3)
    (True, ['K', 'P', 'I'])
    """
    name = f"{function.__module__}.{function.__qualname__}"

    @functools.wraps(function)
    def of(one: Any, *more: Any) -> Any:
        answers = one.__dict__.setdefault(name, {})
        if more not in answers:
            # Whoever computes it meanwhile gets the same one: some are told apart by what they are.
            answers.setdefault(more, function(one, *more))
        return answers[more]

    return cast(_Function, of)


class _Kept:
    """Puts the method with its cache into the object itself, at the first access."""

    def __init__(self, method: Callable[..., Any]) -> None:
        self._method = method
        functools.update_wrapper(self, method)  # type: ignore[arg-type]

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        found = functools.cache(self._method.__get__(instance))
        instance.__dict__[self._method.__name__] = found
        return found
