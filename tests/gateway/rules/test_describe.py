from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.config import Config, Function
from gateway.messages import Request, get
from tests.gateway.walker import client_response, walk

SHOP = Config(functions=(Function("shop", "http://127.0.0.1:8123", 1024, 2.5, 3, "app.main"),))


def ask(target: bytes, config: Config, method: bytes = b"GET") -> tuple[int, dict[str, Any]]:
    exchange = walk(Request(method, target, ((b"Host", b"127.0.0.1:8080"),)), config=config)
    assert exchange.server is None
    response = client_response(exchange)
    assert isinstance(response.body, bytes)
    assert get(response.headers, b"content-type") == b"application/json"
    assert get(response.headers, b"content-length") == b"%d" % len(response.body)
    return response.status, json.loads(response.body)


@pytest.mark.parametrize(
    ("target", "own"),
    [
        pytest.param(b"/2023-03-30/functions/shop", {"customRuntimeConfig": {"port": 8123}}, id="fc3"),
        pytest.param(b"//2023-03-30/functions/shop?qualifier=prod", {"customRuntimeConfig": {"port": 8123}}, id="q"),
        pytest.param(b"/2016-08-15/services/svc.prod/functions/shop", {"caPort": 8123}, id="fc2"),
        pytest.param(b"/2021-04-06/services/svc/functions/shop", {"caPort": 8123}, id="fc-open"),
    ],
)
def test_a_function_is_told_from_the_config(target: bytes, own: dict[str, Any]) -> None:
    told = {
        "functionName": "shop",
        "runtime": "custom",
        "handler": "app.main",
        "memorySize": 1024,
        "timeout": 3,
        "instanceConcurrency": 3,
        **own,
    }
    assert ask(target, SHOP) == (200, told)


def test_what_the_config_does_not_say_is_left_out() -> None:
    status, told = ask(b"/2023-03-30/functions/any-name", Config())
    assert (status, told["functionName"]) == (200, "any-name")
    assert "instanceConcurrency" not in told


@pytest.mark.parametrize(
    ("target", "method", "status", "code"),
    [
        pytest.param(b"/2023-03-30/functions/other", b"GET", 404, "FunctionNotFound", id="name"),
        pytest.param(b"/2016-08-15/services/s/functions/other", b"GET", 404, "FunctionNotFound", id="name-fc2"),
        pytest.param(b"/2023-03-30/functions/shop", b"DELETE", 400, "PathNotSupported", id="method"),
        pytest.param(b"/2023-03-30/functions/shop/code", b"GET", 400, "PathNotSupported", id="below"),
        pytest.param(b"/2023-03-30/functions", b"GET", 400, "PathNotSupported", id="listing"),
        pytest.param(b"/2016-08-15/custom-domains", b"GET", 400, "PathNotSupported", id="another-api"),
        pytest.param(b"/2021-04-06", b"GET", 400, "PathNotSupported", id="version-alone"),
    ],
)
def test_anything_else_is_refused(target: bytes, method: bytes, status: int, code: str) -> None:
    got, told = ask(target, SHOP, method)
    assert (got, told["Code"], told["ErrorCode"]) == (status, code, code)
