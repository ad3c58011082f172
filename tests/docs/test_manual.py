"""What the manual makes itself: every KPI's worked example, the raw tables, the settings."""

import ast
import datetime as dt
import re
from fractions import Fraction

import openpyxl
import pytest

import udfs.functions
from kpi_xl import kpis as catalogue
from kpi_xl.catalogue.schema import TABLES
from manual import english_kpis, hooks, kpis, tables
from manual.example_numbers import BRANCH, ROSTER, STORE
from office import convert, load, needs_soffice
from udfs.explain import FROM_DATES

EXAMPLES = [(family, kpi) for family in kpis.FAMILIES for kpi in kpis.kpis_of(family)]
"""Every KPI, and the family whose page has it."""


def evaluated(node):
    """A formula of numbers, exactly: nothing of kpi_xl computes here."""
    if isinstance(node, ast.Constant):
        return Fraction(str(node.value))
    left, right = evaluated(node.left), evaluated(node.right)
    match node.op:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case ast.Mult():
            return left * right
        case ast.Div():
            return left / right


def bold_results(page):
    """The results that a page shows, by the formula it shows them for."""
    return dict(re.findall(r"^`(=[^`]*)` 得 \*\*(.*?)\*\*。", page, re.M))


def test_every_kpi_has_its_page():
    assert sorted(kpi.code for _, kpi in EXAMPLES) == sorted(catalogue)


@pytest.mark.parametrize("family, kpi", EXAMPLES, ids=[kpi.code for _, kpi in EXAMPLES])
def test_the_worked_example(family, kpi):
    numbers = kpis.numbers_of(family, kpi)
    formula = kpis.worked_out(kpi, numbers)
    exact = evaluated(ast.parse(formula[1:], mode="eval").body)
    assert kpi(**numbers) == pytest.approx(float(exact), rel=1e-14)
    if kpi.code not in FROM_DATES:
        by_function = getattr(udfs.functions, kpi.code)(*(numbers[m.code] for m in kpi.measures))
        assert by_function == pytest.approx(float(exact), rel=1e-14)
    shown = bold_results(kpis.page(family))[formula]
    digits = Fraction(shown.rstrip("%").partition(" ")[0].replace(",", ""))
    value = exact * 100 if "%" in shown else exact
    places = len(shown.partition(" ")[0].rstrip("%").partition(".")[2])
    assert abs(digits - value) <= Fraction(1, 2 * 10**places)


@pytest.mark.parametrize("family, kpi", EXAMPLES, ids=[kpi.code for _, kpi in EXAMPLES])
def test_the_english_handbook_has_the_formula(family, kpi):
    """Of every KPI, with its name: put numbers in, and it gives the value that is shown."""
    row = next(r for r in english_kpis.tables().splitlines() if r.startswith(f"| `{kpi.code}` "))
    numbers = kpis.numbers_of(family, kpi)
    formula = re.search(r"\| `([^`]*)`, such as", row)[1]
    formula = re.sub(r"IF\((\w+)<0,#NUM!,(\w+)\)", r"\2", formula)
    typed = re.sub(r"[a-z]\w*", lambda m: str(numbers[m[0]]), formula)
    assert float(evaluated(ast.parse(typed, mode="eval").body)) == pytest.approx(kpi(**numbers))
    assert f", such as {kpis.shown(kpi(**numbers), kpi.number_format)} |" in row
    words = re.sub(r"\[[^]]*\]\([^)]*\)", "", row)
    assert not re.search("[\u4e00-\u9fff]", words), words


@needs_soffice
def test_libreoffice_gets_the_same(tmp_path):
    book = openpyxl.Workbook()
    for row, (family, kpi) in enumerate(EXAMPLES, 1):
        book.active.cell(row, 1).value = kpis.worked_out(kpi, kpis.numbers_of(family, kpi))
    book.save(tmp_path / "formulas.xlsx")
    (tmp_path / "out").mkdir()
    (made,) = convert([tmp_path / "formulas.xlsx"], "xlsx", tmp_path / "out")
    values = [row[0] for row in load(made, data_only=True).active.iter_rows(values_only=True)]
    wanted = [kpi(**kpis.numbers_of(family, kpi)) for family, kpi in EXAMPLES]
    assert values == pytest.approx(wanted, rel=1e-12)


def test_the_example_months_hang_together():
    for month in (BRANCH,):
        assert month["opening"] + month["recruits"] - month["leavers"] == month["closing"]
        assert month["new_premium"] + month["first_year_renewal"] == month["fyp"]
        assert month["first_year_premium"] * month["commission_rate"] == month["fyc"]
    assert STORE["opening"] == STORE["closing"]


def test_the_functions_of_rosters():
    first, last = dt.date(2024, 6, 1), dt.date(2024, 6, 30)
    people = [
        (dt.date.fromisoformat(signed), dt.date.fromisoformat(left) if left else dt.date.max)
        for _, signed, left in ROSTER
    ]

    def there(day):
        return sum(signed <= day < left for signed, left in people)

    cohort = [left for signed, left in people if (signed.year, signed.month) == (2023, 5)]
    counted = {
        "KPI_HEADCOUNT": there(last),
        "KPI_AVG_HEADCOUNT": (there(first - dt.timedelta(days=1)) + there(last)) / 2,
        "KPI_RECRUITS": sum(first <= signed <= last for signed, _ in people),
        "KPI_LEAVERS": sum(first <= left <= last for _, left in people),
        "KPI_RETENTION13": sum(left > last for left in cohort) / len(cohort),
    }
    results = {
        re.match(r"=(\w+)", typed)[1]: value for typed, value in kpis.roster_results().items()
    }
    assert results == pytest.approx(counted)
    assert len(cohort) == 3
    assert sum(left > last for left in cohort) == 1


def test_every_column_of_every_table_is_explained():
    page = tables.every_table()
    for table in TABLES.values():
        section = page.partition(f"{{#{table.code}}}")[2].partition("### ")[0]
        for column in table.columns:
            assert re.search(rf"^\| (\*\*)?{column.name}(\*\*（必填）)? \|", section, re.M), column


def test_the_example_shows_what_the_check_says():
    problems = tables.checked_example()
    assert [(p.table, p.row, p.set_aside) for p in problems] == [
        ("人员", 3, True),
        ("保单", 3, True),
        ("保单", 4, True),
        ("保单", 5, False),
    ]
    page = tables.example()
    for problem in problems:
        assert f"{problem.reason} | {problem.advice}" in page


def test_every_comment_has_something_to_be_made():
    used = set()
    for page in (hooks.ROOT / "docs").rglob("*.md"):
        used |= set(re.findall(r"<!-- made: ([\w ]+) -->", page.read_text(encoding="utf-8")))
    assert used == hooks.MADE.keys()
