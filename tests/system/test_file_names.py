"""Names of files and folders: every system takes them, and nobody's is another's."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kpi_xl.catalogue.units import Unit
from kpi_xl.data.people import Person
from kpi_xl.settings.project_settings import Settings
from kpi_xl.slots.recipients import Recipient, files
from kpi_xl.system.file_names import LONGEST_PATH, ROOM, file_name, room_in

_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|conin\$|conout\$|com[\d¹²³]|lpt[\d¹²³])(\..*)?")

_ALPHABET = st.one_of(
    st.characters(),
    st.sampled_from('aAbBzZßẞıİſK_~. ／/\\:*?"<>|\0\t\n\x7f\x85\u200b\u202e\u2066\ufeff\xa0\u3000'),
    st.sampled_from("城东一组部e\u0301é한\u1112\u1161\u11ab"),
)
_TEXTS = st.one_of(
    st.text(_ALPHABET, max_size=12),
    st.sampled_from(
        ["CON", "con.txt", "COM¹", "lpt9 .x", "CONIN$", "..", ".", " ", "~$a", "a.xlsx"]
    ),
    st.text("长Ａ🦄", min_size=40, max_size=120),
    st.tuples(st.text(_ALPHABET, max_size=4), st.text("abcdef234567", min_size=6, max_size=6)).map(
        "~".join
    ),
)


def seen(name: str) -> str:
    """A name as a disk sees it that tells neither capitals nor composed letters apart."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())


def is_valid(name: str) -> bool:
    return (
        bool(name)
        and not re.search(r'[\\/:*?"<>|\x00-\x1f]', name)
        and not any(unicodedata.category(one) in ("Cc", "Cf", "Cs") for one in name)
        and name == unicodedata.normalize("NFC", name)
        and not name.endswith((".", " "))
        and not name.startswith((".", " ", "~"))
        and not _RESERVED.fullmatch(name)
        and len(f".{name}-001.xlsx.tmp".encode()) <= 255
    )


@settings(max_examples=1500, deadline=None)
@given(_TEXTS)
def test_every_system_takes_every_name(text):
    name = file_name(text)
    assert is_valid(name), name
    assert name == file_name(text)
    assert len(name.encode("utf-16-le")) <= 2 * ROOM
    assert is_valid(file_name(name))


@settings(max_examples=3000, deadline=None)
@given(_TEXTS, _TEXTS, st.integers(12, ROOM))
def test_different_names_stay_different(one, other, room):
    if one != other:
        assert seen(file_name(one, room=room)) != seen(file_name(other, room=room))


@settings(max_examples=1000, deadline=None)
@given(st.lists(_TEXTS, min_size=1, max_size=3), st.lists(_TEXTS, min_size=1, max_size=3))
def test_several_names_make_one_of_their_own(some, others):
    some, others = ([one.replace("/", "") for one in names] for names in (some, others))
    if some != others:
        assert seen(file_name(*some)) != seen(file_name(*others))


@settings(max_examples=500, deadline=None)
@given(_TEXTS)
def test_small_letters_differ_from_capitals(text):
    forms = {text, text.upper(), text.lower(), text.swapcase()}
    assert len({seen(file_name(form)) for form in forms}) == len(forms)


@pytest.mark.parametrize(
    "text",
    [
        "城东营业部",
        "城东营业部一组",
        "张伟_10001",
        "A组",
        "VIP 3部",
        "月度目标设定、达成表（第2轮）",
    ],
)
def test_ordinary_names_stay(text):
    assert file_name(text) == text


def test_pairs_that_shared_a_folder_are_told_apart():
    for one, other in (
        ("a*b", "a?b"),
        ("城东", "城东."),
        ("城东", "城东 "),
        ("Ab", "aB"),
        ("x" * 80, "x" * 81),
    ):
        assert seen(file_name(one)) != seen(file_name(other))


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(_TEXTS, _TEXTS).filter(all), max_size=8, unique=True),
    st.integers(0, 90),
)
def test_workbooks_of_units_and_people_have_places_of_their_own(paths, deep):
    project = Path("/" + "深" * deep)
    everybody = [Recipient(Unit("分公司", "分公司", "分公司", None), 0)]
    for number, names in enumerate(paths, 1):
        above, below = (name.replace("/", "") or "无" for name in names)
        team = Unit("营业组", below, f"{above}/{below}", number)
        everybody += [
            Recipient(Unit("营业部", above, above, 0), number),
            Recipient(team, number),
            Recipient(team, number, Person(below[:3], f"{number}", "", False, None, None)),
        ]
    different = {(one.unit.level, one.key): one for one in everybody}
    placed = list(files(different.values(), ".xlsx", Settings(), room_in(project)))
    assert len({seen(str(file)) for _, file in placed}) == len(different)
    for recipient, file in placed:
        assert all(is_valid(part.removesuffix(".xlsx")) for part in file.parts)
        template = file_name("模" * 80, room=room_in(project))
        whole = (
            project
            / "output"
            / "2024-06"
            / "下发"
            / template
            / file.with_name(f"{file.stem}-001.png")
        )
        assert len(str(whole)) <= LONGEST_PATH
        (alone,) = files([recipient], ".xlsx", Settings(), room_in(project))
        assert alone[1] == file  # whatever other units there are


def test_a_department_named_like_the_branch_has_a_file_of_its_own():
    branch = Recipient(Unit("分公司", "城东", "城东", None), 0)
    department = Recipient(Unit("营业部", "城东", "城东", 0), 1)
    (_, one), (_, other) = files([branch, department], ".xlsx", Settings(name="城东"), ROOM)
    assert one == Path("城东.xlsx")
    assert other != one
