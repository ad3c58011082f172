"""Make KPIs from definitions: a name, a formula over other names, a unit, bounds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from kpi_xl import kinds
from kpi_xl.catalogue.measures import COUNTED, MEASURES
from kpi_xl.catalogue.registry import kpis
from kpi_xl.definitions.dimensions import UNITS, Dimension
from kpi_xl.definitions.each import for_each
from kpi_xl.definitions.formula_text import EARLIER, FUNCTION_NAMES, Quantity, read_formula
from kpi_xl.definitions.own_measures import (
    EACH,
    STANDARD,
    Counted,
    Known,
    is_of_rows,
    own_measure,
    table_of,
)
from kpi_xl.earlier import Earlier
from kpi_xl.errors import InputError
from kpi_xl.fault import Fault
from kpi_xl.formula import Constant, Formula, Measure, Operation, Part, Unit, settings
from kpi_xl.kpi import DIRECTIONS, NUMBER_FORMATS, Bands, Direction, Kpi
from kpi_xl.kpi_registry import Registry
from kpi_xl.readers.cell import plain
from kpi_xl.readers.name import form, near
from kpi_xl.readers.number import read_number

FAMILY: Final = "自定义指标"
"""What KPIs of one's own belong to where nothing else is said."""

LONGEST_NAME: Final = 40
"""Characters of a KPI's name."""

_NAME: Final = re.compile(r"\w*[^\W\d_]\w*")
_NUMBER: Final = re.compile(r"true|false|\d+e\d+")
_CODE: Final = re.compile(r"KPI_[A-Z][A-Z0-9_]{0,40}")
_CELL: Final = re.compile(r"!|:|^\$?[A-Za-z]{1,3}\$?\d+$")
_FORMAT: Final = re.compile(r'[#0,.%;"¥$元万人件个次笔倍小时天分\[\]<>=() _+\-]{1,60}')


@dataclass(frozen=True)
class Place:
    """Where a definition stands.

    Parameters
    ----------
    file : Path
        kpi.toml, or the workbook of definitions.
    sheet : str or None
        The worksheet of 指标定义.xlsx; None in kpi.toml.
    row : int or None
        The row, or the line.
    """

    file: Path
    sheet: str | None = None
    row: int | None = None


@dataclass(frozen=True)
class Definition:
    """The text of a KPI that a project declares itself, field by field.

    Parameters
    ----------
    place : Place
        Where the definition was typed.
    fields : mapping of str to str
        What stands in each field of `FIELDS`, as typed; what is left out is not there.
    """

    place: Place = field(repr=False)
    fields: Mapping[str, str] = field(hash=False)

    def __repr__(self) -> str:
        """The fields that the check of raw tables depends on: names that may have targets, and
        units. Settings are compared by their repr.
        """
        told = [self.fields.get(one, "") for one in ("名称", "别名", "代码", "单位")]
        each = [self.fields[EACH]] if EACH in self.fields else []
        return f"Definition({', '.join(told + each)})"

    @property
    def name(self) -> str:
        """The KPI's name."""
        return " ".join(self.fields.get("名称", "").split())

    def wrong(self, fault: Fault, column: str, value: str | None = None) -> InputError:
        """The error about one of its fields."""
        at = self.place
        return InputError(
            fault,
            file=at.file,
            sheet=at.sheet,
            row=at.row,
            column=column,
            value=self.fields.get(column) if value is None else value,
        )


FIELDS: Final = (
    "名称", "公式", "单位", "方向", "健康线", "危险线", "说明", "分类", "别名", "代码", "格式",
    "来源", "负责人",
)  # fmt: skip
"""What a definition says; only the first two must be there."""


@dataclass(frozen=True)
class OwnKpis:
    """The KPIs of a project beside those of the catalogue.

    Parameters
    ----------
    kpis : Registry
        The catalogue's, then the project's own.
    own : mapping of str to Definition
        What was typed of each own one, by code.
    wrong : sequence of InputError
        Why some definitions are none; the others count all the same.
    """

    kpis: Registry
    own: Mapping[str, Definition]
    wrong: Sequence[InputError]
    counted: Sequence[Counted] = ()
    """What is counted of the raw tables for them, beside the measures of the catalogue."""

    @property
    def made(self) -> list[Kpi]:
        """The project's own KPIs."""
        return [self.kpis[code] for code in self.own]


def own_kpis(definitions: Sequence[Definition], known: Known = STANDARD) -> OwnKpis:
    """Make KPIs from definitions.

    Parameters
    ----------
    definitions : sequence of Definition
        In the order in which they are shown.
    known : Known
        The raw tables, and the weights, that they may speak of.
    """
    if not definitions:
        return OwnKpis(kpis, {}, ())
    maker = _Maker(definitions, known)
    made = [(one, maker.kpi(one.name)) for one in maker.by_name.values()]
    found = kpis.beside(kpi for _, kpi in made if kpi is not None)
    own = {kpi.code: one for one, kpi in made if kpi is not None}
    return OwnKpis(found, own, tuple(maker.wrong), tuple(maker.counted))


class _Maker:
    """Makes each KPI once, those in the formulas of others first."""

    def __init__(self, definitions: Sequence[Definition], known: Known) -> None:
        self.known = known
        self.counted: list[Counted] = []
        self.wrong: list[InputError] = []
        self.by_name: dict[str, Definition] = {}
        self._by_label: dict[str, Definition] = {}
        self._made: dict[str, Kpi | None] = {}
        self._begun: list[str] = []
        for one in self._single(definitions):
            if (same := self.by_name.get(one.name)) is not None and same.fields == one.fields:
                continue  # said in both files alike
            try:
                self._name(one)
            except InputError as error:
                self.wrong.append(error)
            else:
                self.by_name[one.name] = one

    def _single(self, definitions: Sequence[Definition]) -> Iterator[Definition]:
        """The definitions, those for each category of a column one by one."""
        for one in definitions:
            each = one.fields.get(EACH, "").strip()
            if not each or one.fields.get("公式", "").strip():
                yield one
                continue
            try:
                if one.fields.get("代码") or one.fields.get("别名"):
                    raise InputError(kinds.EACH_LABELS(), column=EACH)
                found = [*for_each(one.name, each, table_of(one.fields, self.known))]
            except InputError as error:
                self.wrong.append(one.wrong(error.fault, error.column or EACH))
                continue
            for name, condition in found:
                yield replace(one, fields={**one.fields, "名称": name, EACH: condition})

    def _name(self, one: Definition) -> None:
        """Register the names of a definition.

        Raises
        ------
        InputError
            When it has none, or one that is taken.
        """
        if not one.name:
            raise one.wrong(kinds.DEFINITION_NAME(), "名称")
        code = one.fields.get("代码")
        if code and not _CODE.fullmatch(code):
            raise one.wrong(kinds.DEFINITION_CODE(code=code), "代码")
        labels = {"名称": (one.name,), "别名": aliases(one), "代码": (code,) if code else ()}
        for column, names in labels.items():
            for name in names:
                if column != "代码" and not is_name(name):
                    fault = kinds.DEFINITION_NAME_BAD(name=name, most=LONGEST_NAME)
                    raise one.wrong(fault, column)
                self._free(one, column, name)
        self._by_label |= {form(name): one for names in labels.values() for name in names}

    def _free(self, one: Definition, column: str, name: str) -> None:
        if (other := self._by_label.get(form(name))) is not None:
            if other.name == name:
                raise one.wrong(kinds.DEFINITION_TWICE(name=name), column)
            raise one.wrong(kinds.DEFINITION_TAKEN(name=name, whose=f"“{other.name}”"), column)
        if form(name).upper() in FUNCTION_NAMES:
            raise one.wrong(kinds.DEFINITION_TAKEN(name=name, whose="函数"), column)
        # A formula reads ＦＹＰ as FYP: by either way of writing it the name is taken.
        if (standard := kpis.find(name)) is not None:
            whose = f"标准指标“{standard.name}”"
            raise one.wrong(kinds.DEFINITION_TAKEN(name=name, whose=whose), column)
        if name in _MEASURES or form(name) in _MEASURES:
            whose = "公式里的项目"
            raise one.wrong(kinds.DEFINITION_TAKEN(name=name, whose=whose), column)

    def kpi(self, name: str) -> Kpi | None:
        """The KPI of this name; None where its definition is wrong."""
        if name not in self._made:
            self._begun.append(name)
            try:
                self._made[name] = self._make(self.by_name[name])
            except InputError as error:
                # Of a definition for each category it is the same of all of them.
                of_each = EACH in self.by_name[name].fields
                told = ((one.place, one.kind) for one in self.wrong)
                if not (of_each and (error.place, error.kind) in told):
                    self.wrong.append(error)
                self._made[name] = None
            self._begun.pop()
        return self._made[name]

    def _make(self, one: Definition) -> Kpi:
        declared = None
        try:
            if is_of_rows(one.fields):
                if one.fields.get("公式", "").strip():
                    raise InputError(kinds.DEFINITION_TWO_WAYS())
                said = plain(one.fields.get("单位", ""))
                declared = own_measure(one.name, one.fields, self.known, said)
                quantity = Quantity(declared.formula, Dimension.of(declared.unit))
            else:
                quantity = read_formula(one.fields.get("公式", ""), self._quantity)
        except InputError as error:
            raise one.wrong(error.fault, error.column or "公式") from error
        formula = quantity.formula
        unit = _unit(one, quantity)
        direction = _direction(one)
        bands = _bands(one, direction, unit)
        number_format = one.fields.get("格式")
        if number_format and not _FORMAT.fullmatch(number_format):
            raise one.wrong(kinds.DEFINITION_FORMAT(), "格式")
        owner = one.fields.get("负责人")
        if declared is not None:
            unit = declared.unit
            self.counted += declared.counted
            number_format = number_format or declared.number_format
        return Kpi(
            code=one.fields.get("代码") or f"KPI_{one.name}",
            name=one.name,
            expression=formula,
            measures=tuple(dict.fromkeys(formula.measures())),
            settings=tuple(dict.fromkeys(settings(formula))),
            unit=unit,
            direction=direction,
            number_format=number_format or NUMBER_FORMATS.get(unit, "#,##0.00"),
            source=one.fields.get("来源", "本公司自定义"),
            meaning=one.fields.get("说明") or (declared.meaning if declared else ""),
            aliases=aliases(one),
            bands=bands,
            note=f"负责人：{owner}" if owner else "",
            family=one.fields.get("分类", FAMILY),
            is_own=True,
        )

    def _quantity(self, name: str) -> Quantity:
        """The quantity that a name in a formula means."""
        own = self._by_label.get(form(name))
        if own is not None:
            if own.name in self._begun:
                circle = [*self._begun[self._begun.index(own.name) :], own.name]
                raise InputError(kinds.DEFINITION_CIRCLE(circle=" → ".join(circle)))
            made = self.kpi(own.name)
            if made is None:
                raise InputError(kinds.DEFINITION_PART_WRONG(name=own.name))
            return _part(made)
        standard = kpis.find(name)
        if standard is not None:
            _counted(name, standard.expression)
            return _part(standard)
        symbol = _MEASURES.get(name)
        if symbol is None and _CELL.search(name):
            raise InputError(kinds.FORMULA_CELL(text=name))
        if symbol is None:
            known = (*self.by_name, *(kpi.name for kpi in kpis.values()), *_MEASURES)
            like = "、".join(self._with_brackets(name) or near(name, known))
            raise InputError(kinds.FORMULA_NAME_UNKNOWN(name=name, like=like))
        _counted(name, symbol)
        unit = symbol.unit if isinstance(symbol, Measure) else "%"
        return Quantity(symbol, Dimension.of(unit))

    def _with_brackets(self, name: str) -> list[str]:
        """A name of an earlier month with the brackets that were left out: 上月FYP is 上月(FYP)."""
        rests = [(word, name.removeprefix(word).removeprefix("的")) for word in EARLIER]
        return [
            f"{word}({rest})"
            for word, rest in rests
            if name.startswith(word)
            and (rest in _MEASURES or kpis.find(rest) or form(rest) in self._by_label)
        ]


_MEASURES: Final = {label: one for one in MEASURES.values() for label in (one.name, one.code)}


def _part(kpi: Kpi) -> Quantity:
    """A KPI as a part of a formula; one that is only a measure becomes the measure."""
    is_measure = isinstance(kpi.expression, Measure)
    formula = kpi.expression if is_measure else Part(kpi.code, kpi.name, kpi.expression)
    return Quantity(formula, Dimension.of(kpi.unit))


def _counted(name: str, formula: Formula) -> None:
    """Refuse a KPI that is not counted from the raw tables, or only by category."""
    for one in formula.measures():
        if one.source is None:
            raise InputError(kinds.FORMULA_NAME_GIVEN(name=name))
        if one.code in COUNTED and COUNTED[one.code][1].apart:
            raise InputError(kinds.FORMULA_NAME_APART(name=name))


def aliases(one: Definition) -> tuple[str, ...]:
    """The other names in a definition."""
    text = plain(one.fields.get("别名", ""))
    return tuple(dict.fromkeys(name for name in re.split(r"[,，、;；/\s]+", text) if name))


def is_name(name: str) -> bool:
    """Whether a text may be a KPI's name: defined names are made of it."""
    is_number = _NUMBER.fullmatch(form(name)) is not None  # in a formula it is that
    return len(name) <= LONGEST_NAME and _NAME.fullmatch(name) is not None and not is_number


def _unit(one: Definition, quantity: Quantity) -> Unit:
    """The unit that is declared, or follows from the formula.

    Raises
    ------
    InputError
        When there is no such unit, or it is another than that of the formula.
    """
    said = plain(one.fields.get("单位", ""))
    of = quantity.of
    money, hours = (of.money, of.hours) if of else (0, 0)
    follows: Unit = "元" if money == 1 else "小时" if hours == 1 else "倍"
    if not said:
        return (
            follows if of is None or not isinstance(quantity.formula, _NAMED) else _known(of.text)
        )
    unit = next((known for known in UNITS if known == said), None)
    if unit is None:
        raise one.wrong(kinds.DEFINITION_UNIT(unit=said, known="、".join(UNITS)), "单位")
    if unit == "%" and _is_hundredfold(quantity.formula):
        raise one.wrong(kinds.DEFINITION_PERCENT_TWICE(), "公式")
    meant = Dimension.of(unit)
    if of is not None and (meant.money, meant.hours) != (money, hours):
        raise one.wrong(kinds.DEFINITION_UNIT_OTHER(unit=unit, found=of.text), "单位")
    return unit


def _is_hundredfold(formula: Formula) -> bool:
    """Whether a formula is something times 100, as people write percents by hand."""
    return isinstance(formula, Operation) and (
        formula.operator == "*"
        and any(isinstance(one, Constant) and one.value == 100 for one in formula.inside)
    )


_NAMED: Final = (Measure, Part, Earlier)
"""What is still what it was, so that its unit is."""


def _known(text: str) -> Unit:
    return next((unit for unit in UNITS if unit == text), "倍")


_WORDS: Final[Mapping[str, Direction]] = {
    **{word: direction for direction, word in DIRECTIONS.items()},
    **{direction: direction for direction in DIRECTIONS},
    "越大越好": "higher",
    "越小越好": "lower",
    "不分": "neutral",
    "不分好坏": "neutral",
}


def _direction(one: Definition) -> Direction:
    said = one.fields.get("方向", "").strip()
    if not said:
        return "higher"
    if said not in _WORDS:
        known = "、".join(DIRECTIONS.values())
        raise one.wrong(kinds.DEFINITION_DIRECTION(known=known), "方向")
    return _WORDS[said]


def _bands(one: Definition, direction: Direction, unit: Unit) -> Bands | None:
    healthy, danger = (_bound(one, column, unit) for column in ("健康线", "危险线"))
    if healthy is None:
        if danger is not None:
            raise one.wrong(kinds.DEFINITION_BOUND(which="健康线"), "健康线")
        return None
    if direction == "neutral":
        raise one.wrong(kinds.DEFINITION_BOUNDS_NEUTRAL(), "健康线")
    sign = -1 if direction == "lower" else 1
    if danger is not None and sign * danger > sign * healthy:
        raise one.wrong(kinds.DEFINITION_BOUNDS_CROSSED(), "危险线")
    return Bands(healthy, one.fields.get("来源", "本公司自定义"), danger)


def _bound(one: Definition, column: str, unit: Unit) -> float | None:
    text = one.fields.get(column, "")
    if not text.strip():
        return None
    number = read_number(text)
    if isinstance(number, Fault):
        raise one.wrong(kinds.DEFINITION_BOUND(which=column), column)
    if unit == "%" and abs(number) >= _NO_SHARE and "%" not in plain(text):
        fault = kinds.DEFINITION_BOUND_PERCENT(which=column, meant=f"{number:.0%}", text=text)
        raise one.wrong(fault, column)
    return number


_NO_SHARE: Final = 10
"""A bound of ten times is one of percent, whose sign is forgotten."""
