"""Requests that schemathesis makes up from the server's own OpenAPI description, by the hundred."""

from __future__ import annotations

import pytest

pytest.importorskip("fastapi", reason="kpi_xl[server] is not installed")

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from starlette.responses import PlainTextResponse

from server.inside import bearer
from udfs import current
from udfs.server.app import Server


@pytest.fixture(scope="module")
def described(department):
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("KPI_XL_PROJECT", str(department.folder))
        monkeypatch.setattr(current, "_watch", current._Watch())
        application = Server(department, PlainTextResponse("a page"))
        yield schemathesis.openapi.from_asgi("/openapi.json", application)


def test_no_request_breaks_the_server(described):
    operations = [found.ok() for found in described.get_all_operations()]
    assert len(operations) >= 5
    for operation in operations:

        @settings(
            max_examples=100,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.explicit, Phase.generate],
        )
        @given(case=operation.as_strategy())
        def answered(case):
            answer = case.call(headers=bearer("all"))
            assert answer.status_code < 500, (case.method, case.path, answer.text)

        answered()
