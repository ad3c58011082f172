"""Where everything is installed, a test that is skipped for want of a program fails.

Continuous integration sets ``CI=true`` and installs all of it: what is skipped there is tested
nowhere. Some may be skipped all the same: tests of another system, of rights or file systems that
a machine may not have, on data that are not handed on, and of Spark, which has its own target.
"""

from __future__ import annotations

import os
import re
from collections.abc import Generator

import pytest

WANTED = re.compile(r"not installed|could not import|there is no |不在|找不到")
ELSEWHERE = re.compile(r"make test-spark|which Spark needs")


def lacks_a_program(reason: str) -> bool:
    """Whether a test was skipped because something is not installed."""
    return bool(WANTED.search(reason)) and not ELSEWHERE.search(reason)


def _judge(report: pytest.TestReport | pytest.CollectReport) -> None:
    if report.skipped and isinstance(report.longrepr, tuple) and os.environ.get("CI") == "true":
        reason = report.longrepr[2]
        if lacks_a_program(reason):
            report.outcome = "failed"
            report.longrepr = f"{reason}: with CI=true nothing may be missing"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Of a single test."""
    report = yield
    _judge(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Of a whole file."""
    report = yield
    _judge(report)
    return report
