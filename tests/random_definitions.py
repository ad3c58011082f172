"""Random definitions, and what they are worth: computed once more, one number at a time.

A definition is a text as somebody types it beside the tree that it was made of, so that nothing of
what reads the text has a part in computing it here. A value is a float, or the name of an error.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

from hypothesis import strategies as st

from kpi_xl.definitions.own_kpis import Definition, Place, own_kpis

PLACE = Place("kpi.toml")


def define(formula, **fields):
    return own_kpis([Definition(PLACE, {"名称": "试", "公式": formula, **fields})])


def kpi_of(formula, **fields):
    made = define(formula, **fields)
    assert made.wrong == ()
    return made.kpis.find("试")


def fault_of(formula, **fields):
    made = define(formula, **fields)
    (error,) = made.wrong
    assert made.own == {}
    return error


COUNTS = ("主险件数", "拜访数", "约访数", "洽谈人数", "促成人数", "期末人数")
RATIOS = ("活动率", "人均件数", "平均人数")
BACK = {"上月": (1, 0), "上期": (1, 0), "去年同期": (0, 1)}

_leaf = st.one_of(
    st.sampled_from(COUNTS).map(lambda name: (name, ("name", name))),
    st.sampled_from(RATIOS).map(lambda name: (name, ("name", name))),
)
_number = st.one_of(
    st.integers(0, 9).map(lambda n: (str(n), ("number", float(n)))),
    st.sampled_from([("2.5", ("number", 2.5)), ("30%", ("number", 0.3))]),
)


def _named(word: str, *inside):
    return f"{word}({','.join(text for text, _ in inside)})", (word, *(tree for _, tree in inside))


def _joined(sign: str, left, right):
    plain = {"−": "-", "×": "*", "÷": "/"}.get(sign, sign)
    return f"({left[0]}{sign}{right[0]})", (plain, left[1], right[1])


_below = st.one_of(
    _leaf,
    st.tuples(_leaf, _leaf).map(lambda p: _joined("+", *p)),
    st.tuples(st.sampled_from(list(BACK)), _leaf).map(lambda p: _named(*p)),
)
_condition = st.tuples(
    _leaf, st.sampled_from(["<", ">", "<=", ">=", "=", "<>"]), _leaf | _number
).map(lambda p: (f"{p[0][0]}{p[1]}{p[2][0]}", (p[1], p[0][1], p[2][1])))


def _deeper(inside):
    return st.one_of(
        st.tuples(st.sampled_from(["+", "-", "*", "−", "×"]), inside, inside).map(
            lambda p: _joined(*p)
        ),
        st.tuples(st.sampled_from(["/", "÷"]), inside, _below).map(lambda p: _joined(*p)),
        inside.map(lambda one: (f"-{one[0]}", ("-", ("number", 0.0), one[1]))),
        st.tuples(
            st.sampled_from(["MIN", "MAX", "SUM", "AVERAGE"]),
            st.lists(inside, min_size=1, max_size=3),
        ).map(lambda p: _named(p[0], *p[1])),
        inside.map(lambda one: _named("ABS", one)),
        st.tuples(inside, st.integers(-1, 3)).map(
            lambda p: _named("ROUND", p[0], (str(p[1]), ("number", float(p[1]))))
        ),
        st.tuples(_condition, inside, inside).map(lambda p: _named("IF", *p)),
        st.tuples(inside, inside).map(lambda p: _named("IFERROR", *p)),
        st.tuples(st.sampled_from(list(BACK)), inside).map(lambda p: _named(*p)),
        st.tuples(inside, st.integers(2, 4)).map(
            lambda p: _named("移动平均", p[0], (str(p[1]), ("number", float(p[1]))))
        ),
    )


DEFINITIONS = st.recursive(_leaf | _number, _deeper, max_leaves=8).filter(
    lambda one: _has_name(one[1])
)


def _has_name(tree) -> bool:
    return tree[0] == "name" or any(_has_name(one) for one in tree[1:] if isinstance(one, tuple))


Known = Callable[[str, tuple[int, int]], float | str]
"""What a name is worth so many periods and years earlier; ``#N/A`` where that is not there."""


def value(tree, known: Known, back: tuple[int, int] = (0, 0)) -> float | str:
    """What a definition is worth.

    Parameters
    ----------
    tree : tuple
        The definition.
    known : callable
        The values of names.
    back : (int, int)
        How many periods and years earlier.
    """
    word, *inside = tree
    if word in ("name", "number"):
        return known(inside[0], back) if word == "name" else inside[0]
    if word in BACK:
        return _there(inside[0], known, (back[0] + BACK[word][0], back[1] + BACK[word][1]))
    if word == "移动平均":
        months = int(inside[1][1])
        return _mean([_there(inside[0], known, (back[0] + n, back[1])) for n in range(months)])
    if word == "IF":
        condition = value(inside[0], known, back)
        chosen = inside[1] if condition else inside[2]
        return condition if isinstance(condition, str) else value(chosen, known, back)
    found = [value(one, known, back) for one in inside]
    if word == "IFERROR":
        return found[1] if isinstance(found[0], str) else found[0]
    wrong = [one for one in found if isinstance(one, str)]
    return wrong[0] if wrong else _COMPUTED[word](*found)


def _there(tree, known: Known, back: tuple[int, int]) -> float | str:
    """Of a month before the first there is nothing, whatever the formula makes of an error."""
    if known("期末人数", back) == "#N/A" and _has_name(tree):
        return "#N/A"
    return value(tree, known, back)


def _mean(found):
    wrong = [one for one in found if isinstance(one, str)]
    return wrong[0] if wrong else sum(found) / len(found)


def _divided(above: float, below: float) -> float | str:
    return above / below if below else "#DIV/0!"


def _rounded(number: float, digits: float) -> float:
    exact = Decimal(f"{number:.15g}")
    return float(exact.quantize(Decimal(1).scaleb(-int(digits)), ROUND_HALF_UP))


_COMPUTED = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": _divided,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "MIN": lambda *all_: min(all_),
    "MAX": lambda *all_: max(all_),
    "SUM": lambda *all_: sum(all_),
    "AVERAGE": lambda *all_: sum(all_) / len(all_),
    "ABS": abs,
    "ROUND": _rounded,
}
