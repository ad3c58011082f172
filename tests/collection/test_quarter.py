"""A quarter of two departments goes round: every typed value is found again once, whatever is killed."""

import random

from benchmarks.quarter import FIRST, Quarter, people
from collection.test_round_trip import _HAS_UNO, edit
from office import SOFFICE
from small_branch import small_branch


def test_a_quarter_of_two_departments(tmp_path):
    project = small_branch(tmp_path / "branch", people(2, 2, 10))

    def typed_in_libreoffice(source, target, cells):
        """As on the keyboard, cell by cell."""
        made = tmp_path / "desk" / target.name
        made.parent.mkdir(exist_ok=True)
        edit(source, made, *(["type", *one] for one in cells))
        made.rename(target)

    hands = typed_in_libreoffice if SOFFICE and _HAS_UNO else None
    quarter = Quarter(project, random.Random(2), returning=0.25, kills=2, hands=hands)
    for month in (FIRST, FIRST + 1, FIRST + 2):
        quarter.month(month)
    account = quarter.account
    assert len(account.typed) > 1000
    assert (account.lost, account.changed, account.doubled) == ([], [], [])
    assert "nothing" not in account.becomes
    assert account.becomes["目标"] == 3 * 4 * 2
