"""[calendar] of kpi.toml: days off, days worked, and years of which it says all."""

import datetime as dt
import itertools

import pytest

from kpi_xl.calendar import PROVISIONAL, day_note, is_working_day
from kpi_xl.errors import InputError
from kpi_xl.project import Project
from kpi_xl.settings.calendar import KEYS
from kpi_xl.settings.kpi_toml import read_settings
from kpi_xl.settings.text import settings_text

YEAR = (dt.date(2027, 1, 1), dt.date(2027, 12, 31))


def settings_of(folder, text):
    file = folder / "kpi.toml"
    file.write_text(f"[calendar]\n{text}\n", encoding="utf-8")
    return read_settings(file)


def days(first, last):
    day = dt.date.fromisoformat(first)
    while day <= dt.date.fromisoformat(last):
        yield day
        day += dt.timedelta(days=1)


@pytest.mark.parametrize("to", ["至", " 到 ", "~", "～", "—", "——"])
@pytest.mark.parametrize("day", ["{0:%Y-%m-%d}", "{0.year}年{0.month}月{0.day}日", "{0:%Y/%m/%d}"])
def test_ranges_as_people_write_them(tmp_path, to, day):
    first, last = dt.date(2027, 2, 5), dt.date(2027, 2, 11)
    settings = settings_of(tmp_path, f'"休息日" = "{day.format(first)}{to}{day.format(last)}"')
    assert settings.work.off == set(days("2027-02-05", "2027-02-11"))


def test_what_it_says_wins_over_what_is_published_and_over_the_law(tmp_path):
    settings = settings_of(
        tmp_path,
        '"休息日" = [2024-06-03, "2027-03-15", "2024-05-11"]\n"上班日" = ["2024-06-10", "2027-01-01"]',
    )
    work = settings.work
    expected = {
        "2024-06-03": (False, "休"), "2024-05-11": (False, "休"), "2024-06-10": (True, "上班"),
        "2027-03-15": (False, "休"), "2027-01-01": (True, "上班"), "2027-01-02": (False, "休"),
    }  # fmt: skip
    for text, (works, note) in expected.items():
        day = dt.date.fromisoformat(text)
        assert (is_working_day(day, work), day_note(day, work)) == (works, note), text


def test_a_year_that_is_written_whole_is_not_provisional_any_more(tmp_path):
    assert settings_of(tmp_path, "").work.told(*YEAR) == PROVISIONAL
    some = settings_of(tmp_path, '"休息日" = "2027-01-01 至 2027-01-03"').work
    assert some.told(*YEAR) == PROVISIONAL
    assert some.told(dt.date(2027, 1, 1), dt.date(2027, 1, 3)) == ""
    whole = settings_of(tmp_path, '"上班日" = [2027-02-14]\n"已公布" = [2027]').work
    assert whole.told(*YEAR) == ""
    assert whole.told(dt.date(2028, 1, 1), dt.date(2028, 1, 1)) == PROVISIONAL
    # The law's own days stay off; a day in lieu that the notice does not name is worked.
    off = [day for day in days("2027-02-05", "2027-02-15") if not is_working_day(day, whole)]
    assert [day.day for day in off] == [5, 6, 7, 8, 13]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('"休息日" = ["国庆"]', "settings.calendar-day"),
        ('"休息日" = [20270101]', "settings.calendar-day"),
        ('"休息日" = ["2027-02-30"]', "settings.calendar-day"),
        ('"休息日" = ["2027-01-01 至 2027-01-02 至 2027-01-03"]', "settings.calendar-day"),
        ('"上班日" = [true]', "settings.calendar-day"),
        ('"上班日" = { a = 1 }', "settings.calendar-day"),
        ('"上班日" = ["2027-02-14 至 2027-02-07"]', "settings.calendar-range"),
        ('"休息日" = ["2027-01-01 至 2029-01-01"]', "settings.calendar-range"),
        ('"休息日" = [2027-02-14]\n"上班日" = [2027-02-14]', "settings.calendar-both"),
        ('"已公布" = ["2027"]', "settings.calendar-year"),
        ('"已公布" = [27]', "settings.calendar-year"),
        ('"已公布" = [true]', "settings.calendar-year"),
        ('"休假日" = [2027-02-14]', "settings.no-such-key"),
    ],
)
def test_what_means_nothing_is_named_with_its_line(tmp_path, text, kind):
    with pytest.raises(InputError) as caught:
        settings_of(tmp_path, text)
    assert caught.value.kind == kind
    assert caught.value.row == 2 + text.count("\n")


def test_what_the_settings_teach_can_be_used(tmp_path):
    """The lines of the new kpi.toml, without their #."""
    lines = settings_text("江城").split("[calendar]")[1].split("\n[")[0].splitlines()
    taught = [line.removeprefix("# ") for line in lines if line.startswith('# "')]
    assert {line.split(" = ")[0].strip('"') for line in taught} == KEYS
    work = settings_of(tmp_path, "\n".join(taught)).work
    assert work.off and work.on and work.announced == {2027}


def test_settings_look_the_same_in_every_process(tmp_path):
    """The cube is stamped with them: days in another order would be other settings."""
    many = ", ".join(f"2027-03-{day:02d}" for day in range(1, 29))
    project = Project(tmp_path, settings_of(tmp_path, f'"休息日" = [{many}]'))
    shown = repr(project.settings)
    assert repr(settings_of(tmp_path, f'"休息日" = [{many}]')) == shown
    places = [shown.index(f"2027-03-{day:02d}") for day in range(1, 29)]
    assert all(one < after for one, after in itertools.pairwise(places))
