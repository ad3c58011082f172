"""A message with a kind: the kind's code, and the parameters of this case.

The kinds with their sentences are in `kpi_xl.kinds`, once for all: raw files, cells of a worksheet,
templates, workbooks that came back, settings, commands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from string import Formatter


@dataclass(frozen=True)
class Kind:
    """A kind of message.

    Parameters
    ----------
    code : str
        By what programs tell it, such as ``date.unreadable``; it never changes.
    reason : str
        What is wrong, in Chinese, with ``{name}`` where a parameter goes.
    advice : str
        What to do about it, in Chinese.
    set_aside : bool
        Whether the row cannot be used because of it; otherwise it is used and this is a remark.
    hints : tuple of str
        What is put behind the advice, each where all its parameters are known.
    near : str
        The advice where its parameters are known: mostly what somebody may have meant.

    Examples
    --------
    >>> kind = Kind("unit.unknown", "没有“{name}”", "请改正", hints=("；是不是“{like}”",))
    >>> kind(name="城冬", like="城东").advice, kind(name="城冬", like=None).advice
    ('请改正；是不是“城东”', '请改正')
    """

    code: str
    reason: str
    advice: str
    set_aside: bool = True
    hints: tuple[str, ...] = ()
    near: str = ""

    def __call__(self, **about: object) -> Fault:
        """Make a message of this kind, with its parameters."""
        return Fault(self, about)


@dataclass(frozen=True)
class Fault:
    """A message: the reason why something cannot be used.

    Parameters
    ----------
    kind : Kind
        The kind of message, which has its sentence and advice.
    about : mapping of str to object
        The parameters of the kind's sentences.
    kept : int, optional
        The value that is used, where it is.
    used : bool
        Whether the row is used all the same, though the kind would have it set aside.
    """

    kind: Kind
    about: Mapping[str, object] = field(default_factory=dict, hash=False)
    kept: int | None = None
    used: bool = False

    @property
    def reason(self) -> str:
        """The problem, in Chinese."""
        return self.kind.reason.format_map(self.about)

    @property
    def advice(self) -> str:
        """The advice, in Chinese."""
        known = {name for name, value in self.about.items() if value not in (None, "", 0)}
        near = self.kind.near
        advice = near if near and parameters(near) <= known else self.kind.advice
        hints = (hint for hint in self.kind.hints if parameters(hint) <= known)
        return (advice + "".join(hints)).format_map(self.about)

    @property
    def set_aside(self) -> bool:
        """Whether the row is set aside because of it."""
        return self.kind.set_aside and not self.used


class Faulty:
    """The base of everything that carries a fault, with or without a place."""

    fault: Fault

    @property
    def reason(self) -> str:
        """The problem, in Chinese."""
        return self.fault.reason

    @property
    def advice(self) -> str:
        """The advice, in Chinese."""
        return self.fault.advice


def parameters(sentence: str) -> set[str]:
    """The names of the parameters in a sentence.

    Examples
    --------
    >>> sorted(parameters("{file}第 {row} 行"))
    ['file', 'row']
    """
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}
