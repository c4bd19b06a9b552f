"""FC's own fields in a request: whose they are, and who may set them."""

from __future__ import annotations

import pytest

from gateway.messages import Header, get_all
from tests.gateway.cases import get, invoke
from tests.gateway.walker import rule_ids, server_request, walk


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        pytest.param((b"X-FC-Invocation-Type", b"Sync"), "req.ctl.invocation-type", id="invocation-type"),
        pytest.param((b"x-fc-log-type", b"None"), "req.ctl.log-type", id="log-type"),
        pytest.param((b"X-Fc-Async-Delay", b"5"), "req.ctl.async-delay", id="delay"),
        pytest.param((b"X-Fc-Stateful-Async-Invocation-Id", b"a"), "req.ctl.async-task-id", id="fc2-task"),
        pytest.param((b"X-Fc-Trace-Id", b"a"), "req.strip.x-fc", id="trace"),
        pytest.param((b"x-fc-", b"a"), "req.strip.x-fc", id="bare-prefix"),
    ],
)
def test_each_field_under_the_prefix_is_claimed_once(line: Header, rule: str) -> None:
    for request in (get(line), invoke(line)):
        exchange = walk(request)
        claims = [one.rule_id for one in exchange.transforms if isinstance(one.before, tuple) and line in one.before]
        assert claims == [rule]
        assert line not in server_request(exchange).headers


def test_underscores_make_another_name() -> None:
    line = (b"x_fc_account_id", b"1")
    exchange = walk(get(line, (b"X_App", b"2")))
    assert line in server_request(exchange).headers
    assert ("req.strip.x-fc-underscore", "-x_fc_account_id: 1") in [(one.rule_id, one.text) for one in exchange.advice]


def test_context_is_added_once_whatever_the_client_sends() -> None:
    spoof = tuple((name, b"evil") for name, _ in server_request(walk(get())).headers if name.startswith(b"x-fc-"))
    exchange = walk(get(*spoof))
    for name, _ in spoof:
        assert len(get_all(server_request(exchange).headers, name)) == 1
        assert get_all(server_request(exchange).headers, name) != [b"evil"]
    assert rule_ids(exchange)[:2] == ["req.strip.x-fc", "req.add.context"]
