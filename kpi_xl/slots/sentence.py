"""A sentence of 晨会稿: words, and numbers that know their slots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from kpi_xl.findings.shown import IS_USUAL
from kpi_xl.kpi import Kpi
from kpi_xl.slots import shown_value
from kpi_xl.slots.shown_value import Shown

_TEN_THOUSAND: Final = 1e4
_SPOKEN_IN_WAN: Final = 1e5

_NEW: Final = "本月新出现"
_SIGNAL: Final = "超出平时的波动"

_SHEETS: Final[Mapping[str, str]] = {
    "unit": "月度KPI表",
    "kpi": "月度KPI表",
    "pace": "命令 kpi-xl pace",
    "drivers": "月度KPI表“因素与同类”",
    "warnings": "月度KPI表“预警与诊断”",
    "below": "月度KPI表“预警与诊断”",
    "diagnosis": "月度KPI表“预警与诊断”",
    "progress": "月度经营检讨",
    "review": "月度经营检讨",
}
"""Where the slots can be looked up, by how their names begin."""

Part = str | Shown


class Sentence(NamedTuple):
    """A sentence.

    Attributes
    ----------
    about : str
        What it is about, in a word.
    parts : tuple of str and Shown
        Words, and the numbers between them.
    """

    about: str
    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """The sentence as text."""
        return "".join(part if isinstance(part, str) else part.text for part in self.parts)

    @property
    def numbers(self) -> list[Shown]:
        """The numbers in it."""
        return [part for part in self.parts if isinstance(part, Shown)]

    @property
    def source(self) -> str:
        """The sources of its numbers, as a text; empty for a sentence without numbers."""
        found: dict[str, list[str]] = {}
        for one in self.numbers:
            begin, _, rest = one.slot.partition("#")[0].partition(".")
            about = rest.replace(".", "的") if begin != "unit" else "期末人数"
            named = found.setdefault(_SHEETS[begin], [])
            if about not in named:
                named.append(about)
        return "；".join(f"{sheet}：{'、'.join(named)}" for sheet, named in found.items())


class Line(NamedTuple):
    """A line of a list of warnings."""

    group: str
    place: int
    unit: str
    counted_in: str
    name: str
    actual: str
    due: str
    cost: float | None
    why: str

    @property
    def is_new(self) -> bool:
        return _NEW in self.why

    @property
    def is_news(self) -> bool:
        """Whether it is new this month and beyond the usual swing."""
        return IS_USUAL not in self.why and (self.is_new or _SIGNAL in self.why)

    def said(self, link: str) -> list[Part]:
        """The sentence's parts. A value that is only worse than usual has no shortfall."""
        actual = text_of(self.actual, f"{self.group}.实际#{self.place}")
        found: list[Part] = [self.name, link, actual, self.counted_in]
        if not self.why.startswith(_SIGNAL):
            due = text_of(self.due, f"{self.group}.应达#{self.place}")
            found += ["，应当到", due, self.counted_in]
        return [*found, "，比自己平时差，超出了平时的波动"] if _SIGNAL in self.why else found


def text_of(text: str, slot: str) -> Shown:
    """A text of the workbook, unchanged."""
    return Shown(str(text), "", slot)


def yuan(value: float, slot: str) -> Shown:
    """An amount as spoken, without its sign: the words around it say more or less."""
    size = abs(value)
    text = f"{size / _TEN_THOUSAND:,.1f}万元" if size >= _SPOKEN_IN_WAN else f"{size:,.0f}元"
    return Shown(text, repr(value), slot)


def spoken(kpi: Kpi, value: float, slot: str) -> Shown:
    """A value of a KPI as spoken: ``665.9万元``, ``75.0%``, ``23人``.

    The words around a difference say whether it is more or less.
    """
    if kpi.unit == "元":
        found = yuan(value, slot)
        is_below = value < 0 and not slot.endswith(".差额")
        return found._replace(text=f"负{found.text}") if is_below else found
    found = shown_value.of_kpi(kpi, abs(value) if slot.endswith(".差额") else value, slot)
    text = found.text if kpi.unit == "%" else f"{found.text}{kpi.unit}"
    return Shown(text, repr(value), slot)
