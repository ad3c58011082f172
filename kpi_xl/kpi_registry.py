"""A registry of KPIs by their names, and how KPIs are declared in it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from kpi_xl.formula import Formula, Measure, Setting, Unit
from kpi_xl.kpi import NUMBER_FORMATS, Bands, Direction, Kpi
from kpi_xl.readers.name import form


@dataclass
class Registry(Mapping[str, Kpi]):
    """KPIs by code, in the order of declaration.

    Parameters
    ----------
    measures : mapping of str to Measure or Setting
        What the formulas may be made of, by code.
    family : str
        What the KPIs that are declared with it belong to, in Chinese; see `of`.
    """

    measures: Mapping[str, Measure | Setting]
    family: str = ""
    _kpis: dict[str, Kpi] = field(default_factory=dict)
    _by_label: dict[str, Kpi] = field(default_factory=dict)

    def __getitem__(self, code: str) -> Kpi:
        return self._kpis[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._kpis)

    def __len__(self) -> int:
        return len(self._kpis)

    def find(self, label: str) -> Kpi | None:
        """The KPI with this code, Chinese name or alias, in any case and width; else None."""
        return self._by_label.get(form(label))

    def beside(self, more: Iterable[Kpi]) -> Registry:
        """A new registry with these KPIs and some more."""
        found = Registry(self.measures, self.family, dict(self._kpis), dict(self._by_label))
        for kpi in more:
            found._kpis[kpi.code] = kpi
            for label in kpi.labels:
                found._by_label.setdefault(form(label), kpi)
        return found

    def of(self, family: str) -> Registry:
        """The same registry, for the declarations of one family."""
        return replace(self, family=family)

    def kpi(
        self,
        name: str,
        *,
        meaning: str,
        unit: Unit,
        source: str,
        direction: Direction = "higher",
        number_format: str | None = None,
        aliases: tuple[str, ...] = (),
        bands: Bands | None = None,
        note: str = "",
        headline: bool = False,
        measure: str | None = None,
    ) -> Callable[[Callable[..., Formula]], Kpi]:
        """Declare the decorated function as a KPI.

        The function's name is the code; its parameters are measures and settings by code; it
        returns the formula.

        Parameters
        ----------
        name : str
            The Chinese name that reports show.
        meaning : str
            What it tells, and what it is used to diagnose, in Chinese.
        unit : str
            The unit of the value.
        source : str
            Where the formula comes from.
        direction : str
            ``"higher"`` or ``"lower"`` is better, or ``"neutral"``.
        number_format : str, optional
            The Excel number format; by default the unit's.
        aliases : tuple of str
            Other names people use.
        bands : Bands, optional
            Bounds of 健康, 异常 and 危险.
        note : str
            What a reader should know besides.
        headline : bool
            Whether it is on the first page of the month's report, and not among all KPIs only.
        measure : str, optional
            The measure that the raw tables give it by; then the function says how people compute
            it from what they have at hand.

        Raises
        ------
        ValueError
            When a name is taken already, or a parameter is not in the formula.
        KeyError
            When a parameter is neither a measure nor a setting.
        """

        def declare(function: Callable[..., Formula]) -> Kpi:
            symbols = [self.measures[name] for name in inspect.signature(function).parameters]
            kpi = Kpi(
                code=function.__name__,
                name=name,
                expression=function(*symbols),
                measures=tuple(s for s in symbols if isinstance(s, Measure)),
                settings=tuple(s for s in symbols if isinstance(s, Setting)),
                unit=unit,
                direction=direction,
                number_format=number_format or NUMBER_FORMATS.get(unit, "#,##0"),
                source=source,
                meaning=meaning,
                aliases=aliases,
                bands=bands,
                note=note,
                headline=headline,
            )
            _check(kpi)
            if measure is not None:
                symbol = self.measures[measure]
                assert isinstance(symbol, Measure)
                kpi = replace(kpi, expression=symbol, measures=(symbol,), settings=(), by_hand=kpi)
            return self._add(kpi)

        return declare

    def of_measure(
        self,
        code: str,
        measure: str,
        *,
        meaning: str,
        source: str,
        direction: Direction = "higher",
        aliases: tuple[str, ...] = (),
        note: str = "",
        headline: bool = False,
    ) -> Kpi:
        """Declare a measure as a KPI by itself; its name and unit are the measure's.

        Parameters
        ----------
        code : str
            The code of the new KPI.
        measure : str
            The code of the measure.
        meaning, source, direction, aliases, note, headline
            As for `kpi`.

        Raises
        ------
        ValueError
            When a name is taken already.
        KeyError
            When there is no such measure.
        """
        symbol = self.measures[measure]
        assert isinstance(symbol, Measure)
        return self._add(
            Kpi(
                code=code,
                name=symbol.name,
                expression=symbol,
                measures=(symbol,),
                settings=(),
                unit=symbol.unit,
                direction=direction,
                number_format=NUMBER_FORMATS.get(symbol.unit, "#,##0"),
                source=source,
                meaning=meaning,
                aliases=aliases,
                bands=None,
                note=note,
                headline=headline,
            )
        )

    def _add(self, kpi: Kpi) -> Kpi:
        _check(kpi)
        for other in self._kpis.values():
            if clash := other.labels & kpi.labels:
                raise ValueError(f"{kpi.code}: {', '.join(sorted(clash))} is {other.code} already")
        by_hand = kpi.by_hand and replace(kpi.by_hand, family=self.family)
        kpi = replace(kpi, family=self.family, by_hand=by_hand)
        self._kpis[kpi.code] = kpi
        for label in kpi.labels:
            self._by_label.setdefault(form(label), kpi)
        return kpi


def _check(kpi: Kpi) -> None:
    if set(kpi.expression.measures()) != set(kpi.measures):
        raise ValueError(f"{kpi.code}: its parameters and the measures of its formula differ")
