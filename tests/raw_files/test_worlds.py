"""A world deformed as real exports are: read right, or refused, or told; never wrong in silence.

``KPI_XL_WORLDS=2000`` tries so many worlds; by default a few.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deformed import ANSWER, DEFORMATIONS, World, answer
from world_files import lay_down

MANY = int(os.environ.get("KPI_XL_WORLDS", "60"))


def outcome(*names: str) -> tuple[object, bool]:
    world = World()
    for name in names:
        DEFORMATIONS[name](world)
    with tempfile.TemporaryDirectory() as folder:
        lay_down(world, Path(folder))
        return answer(Path(folder))


def test_as_it_is() -> None:
    assert outcome() == (ANSWER, False)


@pytest.mark.parametrize("name", DEFORMATIONS)
def test_each_alone(name: str) -> None:
    found, told = outcome(name)
    assert found == ANSWER or told


@pytest.mark.parametrize(
    "names",
    [
        ("left 5", "left is 最后在岗"),
        ("no day 至今", "left is 最后在岗"),
        ("no day 2999-12-31", "left is 最后在岗"),
        ("roster as departments", "left is 最后在岗", "unit 1"),
        ("policies as uncomputed", "万元 above"),
        ("unit 5", "unit 2"),
        ("policies as uncomputed", "two rows of headings"),
    ],
)
def test_what_was_once_wrong_in_silence(names: tuple[str, ...]) -> None:
    found, told = outcome(*names)
    assert found == ANSWER or told


@settings(max_examples=MANY, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(sorted(DEFORMATIONS)), min_size=2, max_size=3, unique=True))
def test_no_number_is_wrong_in_silence(names: list[str]) -> None:
    found, told = outcome(*names)
    assert found == ANSWER or told
