"""Every list of steps and measures follows from what is declared."""

import ast
import dataclasses
import re
from pathlib import Path

import pytest

import kpi_xl.data
from kpi_xl.aggregation import Aggregation, Total
from kpi_xl.calendar import Month
from kpi_xl.catalogue import MEASURES, kpis
from kpi_xl.catalogue.measures import COUNTED, ITEMS, measure
from kpi_xl.catalogue.schema import COUNTS, LONG, TABLES
from kpi_xl.data import steps, sums
from kpi_xl.data.days import is_monthly
from kpi_xl.data.engines.hybrid import copied
from kpi_xl.data.periods import _recounted
from kpi_xl.data.sql_calendar import Months, Spans
from kpi_xl.data.step import text_of
from kpi_xl.data.steps import BY_DAY, KEPT, STEPS
from kpi_xl.data.sums import MEASURES as SUMMED
from kpi_xl.formula import Measure, Setting
from kpi_xl.settings.project_settings import Settings

DATA = Path(kpi_xl.data.__file__).parent
EVERY = pytest.mark.parametrize("one", STEPS.values(), ids=STEPS)
NAMES = {*TABLES, steps.PLACES_IN_ALL, *(name for one in STEPS.values() for name in one.tables)}
# Comments, texts and quoted names are passed over: our own names stand in none of them.
WORD = re.compile(r"""--[^\n]*|'(?:[^']|'')*'|"[^"]*"|\$\w+|(\w+)""")


def words(sql):
    return {match[1] for match in WORD.finditer(sql) if match[1]}


def texts(one):
    parts = [one.variant.quick, one.variant.careful] if one.variant else []
    return [text_of(name) for name in (one.name, *parts)]


@EVERY
def test_a_step_reads_what_it_says(one):
    after = r"(?:FROM|JOIN)\s+(\w+)"
    sql = re.sub(r"--[^\n]*", "", "\n".join(texts(one)))
    named = set(re.findall(r"(\w+)(?: \([^)]*\))? AS \(\s*(?:SELECT|$)", sql))
    found = {name for name in re.findall(after, sql) if name in NAMES} - named
    # What the text does not spell, such as the span of all tables, is put in.
    put_in = "\n".join(
        one.sql for one in (steps.spans(), steps.days(ahead=True), steps.days(ahead=False))
    )
    if "$spans" in sql or "$days" in sql:
        found |= set(re.findall(after, put_in))
    assert found == set(one.reads)


def test_every_text_is_of_a_step():
    variants = [one.variant for one in STEPS.values() if one.variant]
    parts = {name for part in variants for name in (part.quick, part.careful, part.rows)}
    assert {file.stem for file in (DATA / "sql").glob("*.sql")} == STEPS.keys() | parts


def literals(file):
    """The texts of a module that are no docstrings."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for parent in ast.walk(tree):
        for node in ast.iter_child_nodes(parent):
            is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
            if is_text and not isinstance(parent, ast.Expr):
                yield node.value


def test_no_step_is_spelled_elsewhere():
    """A list by hand would have to be kept in step with the declarations."""
    columns = {column.code for table in TABLES.values() for column in table.columns}
    names = {name for one in STEPS.values() for name in (one.name, *one.tables)}
    # Words of their own besides, such as the kind of a row.
    names -= {*TABLES, *columns, "count", "due", "people", "moves", "renewal", "places"}
    names -= {"membership", "span"}  # what steps call the table put in; a tag of HTML
    spelled = {
        (file.name, text)
        for file in DATA.rglob("*.py")
        if file.name != "steps.py"
        for text in literals(file)
        if names & set(re.findall(r"\w+", text))
    }
    assert spelled == set()


@EVERY
@pytest.mark.parametrize("calendar", [Months(), Months(25, [24000]), Spans([], None)])
def test_every_step_is_written_out_whole(one, calendar):
    wanted = {name for text in texts(one) for name in re.findall(r"\$(\w+)", text)}
    rules = steps.rules(Settings())
    rest = dict.fromkeys(wanted - rules.keys() - one.parts.keys() - {"sums"}, "x")
    rest |= {"grace_days": 60}
    for grain in one.grains or ("month",):
        query = one.query(calendar, grain, **(rules | rest))
        assert "$" not in query.sql and "DURING(" not in query.sql
        assert query.reads == set(one.reads)


def test_every_measure_says_where_it_comes_from():
    for code, symbol in MEASURES.items():
        if isinstance(symbol, Setting):
            continue
        assert isinstance(symbol, Measure) and symbol.code == code
        if isinstance(symbol.source, Total):
            assert set(symbol.source.measures) <= COUNTED.keys()
    with pytest.raises(TypeError):
        Measure("new", "新", "人", "没有说从哪里来")


@pytest.mark.parametrize("code", COUNTED)
def test_the_lists_follow_from_the_measure(code):
    one, how = COUNTED[code]
    assert one in STEPS[how.step].measures
    assert (code in SUMMED) != how.apart
    day_step = STEPS[how.days or how.step]
    assert (code in BY_DAY) == (how.by_day and "day" in day_step.grains)
    assert (code in day_step.by_day) == (code in BY_DAY)
    assert (code in _recounted().get(how.recount, ())) == (how.over_time == "recount")
    assert one.looks_back == how.looks_back
    if how.step == "count":
        labels = [label for label, stored in COUNTS.column("item").choices if stored == code]
        assert one.name in labels and one in ITEMS


@EVERY
def test_the_lists_follow_from_the_step(one):
    assert (one in KEPT) == bool(one.kept_by)
    long = set(one.reads) & LONG.keys()
    # A company's own database computes what reads a long table; what it keeps by month is of one.
    assert not long & set(copied(TABLES))
    if one in KEPT:
        assert one.reads[0] in long and LONG[one.reads[0]].day == one.days[0]
        assert {*one.days} <= {c.code for c in TABLES[one.reads[0]].columns}
    assert is_monthly(one) == any(LONG[code].of_months for code in long)
    for name, later in one.looks_back.items():
        assert name in one.reads
        assert {m.looks_back for m in one.measures} <= {0, *later} | {
            n for months in one.looks_back.values() for n in months
        }


def test_a_raw_table_is_long_or_comes_over_whole():
    whole = {*copied(TABLES)}
    assert whole | LONG.keys() == TABLES.keys() and not whole & LONG.keys()
    counted = {one.reads[0] for one in KEPT}
    assert counted == LONG.keys(), "of every long table something is counted"
    for code, events in LONG.items():
        columns = {column.code for column in TABLES[code].columns}
        assert {events.day, events.happened or events.day} <= columns
        assert code in steps.spans().sql and code in steps.days(ahead=events.is_ahead).sql


def put(monkeypatch, code, **how):
    one, before = COUNTED[code]
    monkeypatch.setitem(COUNTED, code, (one, dataclasses.replace(before, **how)))


@pytest.mark.parametrize(
    ("code", "how", "message"),
    [
        ("visits", {"step": "nothing"}, "there is no step nothing"),
        ("visits", {"step": "stays"}, "gives no measures by month"),
        ("visits", {"step": "reached"}, "gives no measures by month"),
        ("visits", {"step": "persistency"}, "does not give it"),
        ("visits", {"days": "outlet"}, "tells no days"),
        ("visits", {"days": "recruit"}, "does not give it"),
        ("visits", {"over_time": "recount", "recount": "period_people"}, "does not give it"),
        ("visits", {"sql": "visit"}, "step activity has no visit"),
        ("fyc", {"sql": "$sing fyc"}, "step production has no \\$sing"),
    ],
)
def test_what_is_declared_and_not_computed_is_refused(monkeypatch, code, how, message):
    put(monkeypatch, code, **how)
    with pytest.raises(ValueError, match=message):
        steps._check_measures()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"reads": ("policies", "nothing")}, "reads nothing, which nothing gives"),
        ({"reads": ("agents",)}, "reads no long table"),
        ({"days": ()}, "reads no long table"),
        ({"looks_back": {"moves": (3,)}}, "without reading it"),
        ({"is_view": True}, "is a view of what is not kept"),
    ],
)
def test_a_step_that_does_not_fit_is_refused(monkeypatch, change, message):
    monkeypatch.setitem(STEPS, "production", dataclasses.replace(steps.PRODUCTION, **change))
    with pytest.raises(ValueError, match=message):
        steps._check_steps()


def test_categories_that_nothing_names_are_refused(monkeypatch):
    put(monkeypatch, "visits", apart=True)
    with pytest.raises(ValueError, match="visits: nothing names the categories of step activity"):
        sums._check_categories()


def test_what_is_counted_again_says_by_which_step():
    with pytest.raises(ValueError, match="counted again"):
        Aggregation("producer", "recount")
    with pytest.raises(ValueError, match="counted again"):
        Aggregation("producer", recount="period_people")


def test_commission_is_a_measure_and_is_computed_by_hand_as_it_was():
    fyc = kpis["KPI_FYC"]
    assert fyc.measures == (measure("fyc"),) and fyc(480_000) == 480_000
    assert fyc.on_paper(1000, 0.35) == 350
    assert fyc.on_paper.formula == "首年保费 × 首年度佣金率"


def test_a_month_is_one_day_of_none():
    query = steps.ACTIVITY.query(Months(None, [Month.of(2024, 6).number]), "day")
    assert "day BETWEEN DATE '2024-06-01' AND DATE '2024-06-30'" in query.sql
    assert "AS day_number" in query.sql and "GROUP BY agent, day" in query.sql
    assert "AS day_number" not in steps.ACTIVITY.query(Months()).sql
