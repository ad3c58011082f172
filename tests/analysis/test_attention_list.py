"""Whom a manager should see first."""

from kpi_xl.analysis.attention_list import Member, attention


def member(agent, months, pieces, premium):
    return Member(agent, f"成员{agent}", "业务员", months, pieces, premium)


def test_the_most_urgent_come_first():
    members = [
        member("steady", 30, [1, 1, 1, 1], [100, 100, 100, 100]),
        member("newcomer with business", 1, [0, 0, 1, 1], [0, 0, 50, 60]),
        member("drop", 30, [1, 1, 1, 1], [100, 100, 100, 49]),
        member("one zero", 30, [1, 1, 1, 0], [100, 100, 100, 0]),
        member("two zeros", 30, [1, 1, 0, 0], [100, 100, 0, 0]),
        member("newcomer without", 0, [0, 0, 0, 0], [0, 0, 0, 0]),
    ]
    seen = attention(members, most=10)
    assert [s.member.agent for s in seen] == [
        "two zeros", "newcomer without", "one zero", "drop", "newcomer with business",
    ]  # fmt: skip
    assert [s.manner for s in seen] == ["陪同展业", "陪同展业", "单独面谈", "单独面谈", "电话跟进"]
    assert seen[0].reason == "连续 2 个月零业绩"
    assert seen[1].reason == "新人第 1 个月，尚未开单"
    assert seen[3].reason == "上月业绩只有平时的 49%"


def test_months_before_signing_are_no_months_without_business():
    (seen,) = attention([member("a", 0, [0, 0, 0, 0], [0, 0, 0, 0])], most=10)
    assert "连续" not in seen.reason


def test_the_month_of_signing_is_no_month_without_business():
    """As in kpi_xl.analysis.rules: two whole months, not the days after signing and one month."""
    one, two = (member("a", months, [0] * 4, [0] * 4) for months in (1, 2))
    assert [s.reason for s in attention([one], 1)] == ["新人第 2 个月，尚未开单"]
    assert [s.reason for s in attention([two], 1)] == ["连续 2 个月零业绩"]
    sold_at_once = member("b", 2, [0, 1, 0, 0], [0, 90, 0, 0])
    assert [s.reason for s in attention([sold_at_once], 1)] == ["连续 2 个月零业绩"]


def test_no_more_than_there_is_room_for():
    members = [member(str(i), 30, [0] * 4, [0] * 4) for i in range(30)]
    assert len(attention(members, most=10)) == 10
