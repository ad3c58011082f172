"""鱼骨图: every cause hangs on a bone, and each bone has room for its causes."""

from collections import Counter

import pytest

from kpi_xl.analysis.knowledge import BONES, _bone, knowledge
from kpi_xl.slots.fishbone_values import CAUSES


@pytest.mark.parametrize("topic", knowledge().topics, ids=lambda topic: topic.name)
def test_each_bone_has_room_for_the_causes_of_a_weakness(topic):
    on = Counter(cause.bone for cause in topic.causes)
    assert set(on) <= set(BONES)
    assert max(on.values()) <= CAUSES
    assert len(on) >= 3  # a fish with two bones explains nothing


def test_a_bone_that_there_is_not_is_told():
    with pytest.raises(ValueError, match="no bone"):
        _bone("天气")
