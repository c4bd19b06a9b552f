"""The official SDKs, unchanged, against the gateway: what their users send, get and catch.

Read next: sdks.py (the SDKs), ../live/scripted.py (the function behind the gateway).
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from gateway.config import KIB
from gateway.messages import get
from tests.live.scripted import Behaviour
from tests.sdk.sdks import Driver, Order, Report, some

if TYPE_CHECKING:
    from pathlib import Path

    from tests.live.messages import Message
    from tests.live.pool import Stage

BINARY = bytes(range(256)) * 300
ASYNC = {"x-fc-invocation-type": "Async"}
TAIL = {"x-fc-log-type": "Tail"}


def answers(body: bytes, *headers: str, status: str = "200 OK", logs: bytes = b"") -> Behaviour:
    """A function that answers so."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return Behaviour(("\r\n".join(lines).encode() + b"\r\n\r\n" + body,), logs=logs)


def order(driver: Driver, stage: Stage, **wanted: object) -> Order:
    return Order(driver.sdk.endpoint(f"127.0.0.1:{stage.proxy.port}"), **wanted)  # type: ignore[arg-type] # of Order


def event_at_server(stage: Stage) -> Message:
    """The one request that the function got; every difference to what the SDK sent has its rule."""
    (received,) = stage.server.wait_for(1)
    return received.whole


def assert_raised(report: Report, driver: Driver, status: int, code: str, text: str) -> None:
    """The SDK's own exception, with everything it documents."""
    assert report.error in {name.format(code=code) for name in driver.sdk.errors}, report
    assert (report.status, report.code) == (status, code)
    assert text in report.message
    assert report.request_id.startswith("1-")


@pytest.mark.parametrize(
    "event", [pytest.param(b"", id="empty"), pytest.param(b'{"a":1}', id="json"), pytest.param(BINARY, id="binary")]
)
def test_a_synchronous_call(driver: Driver, stage: Stage, event: bytes) -> None:
    last = stage.proxy.recorded.newest()
    stage.server.script(answers(BINARY, "Content-Type: application/json", "X-App: 1", status="404 Not Found"))
    report = driver.act(order(driver, stage, event=event))
    assert (report.error, report.status, report.body) == ("", 200, BINARY)
    assert report.headers["content-type"] == "application/octet-stream"
    assert report.headers["x-fc-request-id"].startswith("1-")
    assert "x-app" not in report.headers
    seen = event_at_server(stage)
    assert (seen.head.first, seen.body) == (b"POST /invoke HTTP/1.1", event)
    assert seen.head.values("content-type") == [b"application/octet-stream"]
    assert seen.head.values("content-length") == [b"%d" % len(event)]
    assert seen.head.values("transfer-encoding") == []
    assert seen.head.values("user-agent") == []
    (exchange,) = stage.proxy.recorded.ended_after(last, 1)
    assert exchange.client.request is not None
    assert bool(get(exchange.client.request.headers, b"transfer-encoding")) is (driver.sdk.sends_chunks and bool(event))
    stage.proxy.recorded.assert_no_silent_change(exchange)


def test_an_asynchronous_call(driver: Driver, stage: Stage) -> None:
    report = driver.act(order(driver, stage, event=b"later", headers=ASYNC))
    assert (report.error, report.status, report.body) == ("", 202, b"")
    seen = event_at_server(stage)
    assert seen.body == b"later"
    assert seen.head.values("x-fc-request-id") == [report.headers["x-fc-request-id"].encode()]


def test_the_tail_of_the_log(driver: Driver, stage: Stage) -> None:
    stage.server.script(answers(b"ok", logs="打印的一行\n".encode()))
    report = driver.act(order(driver, stage, event=b"x", headers=TAIL))
    assert report.body == b"ok"
    log = base64.b64decode(report.headers["x-fc-log-result"]).decode()
    request_id = report.headers["x-fc-request-id"]
    assert log.startswith(f"FC Invoke Start RequestId: {request_id}\n")
    assert "打印的一行\n" in log
    assert f"FC Invoke End RequestId: {request_id}" in log


def test_a_qualifier(driver: Driver, stage: Stage) -> None:
    driver.act(order(driver, stage, event=b"x", qualifier="prod"))
    assert event_at_server(stage).head.values("x-fc-qualifier") == [b"prod"]


def test_a_function_that_does_not_exist(driver: Driver, stage: Stage) -> None:
    report = driver.act(order(driver, stage, function="nobody", event=b"x"))
    assert_raised(report, driver, 404, "FunctionNotFound", "function 'nobody' does not exist")
    assert stage.server.received == []


def test_an_event_over_the_limit(driver: Driver, stage: Stage) -> None:
    report = driver.act(order(driver, stage, event=b"x" * (128 * KIB + 1), headers=ASYNC))
    assert_raised(report, driver, 400, "EntityTooLarge", "131072")
    assert stage.server.received == []


def test_an_impossible_order(driver: Driver, stage: Stage) -> None:
    report = driver.act(order(driver, stage, event=b"x", headers={"x-fc-invocation-type": "sync"}))
    assert_raised(report, driver, 400, "InvalidArgument", "")


@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param(answers(b'{"errorMessage":"no"}', "X-Fc-Status: 404"), id="reported"),
        pytest.param(Behaviour((), then="close"), id="process-gone"),
    ],
)
def test_a_function_error(driver: Driver, stage: Stage, behaviour: Behaviour) -> None:
    stage.server.script(behaviour)
    report = driver.act(order(driver, stage, event=b"x"))
    assert report.status == 200
    if driver.sdk.raises_function_errors:
        assert report.error in driver.sdk.errors
        assert report.request_id.startswith("1-")
    else:
        assert report.error == ""
        assert report.headers["x-fc-error-type"] == "UnhandledInvocationError"
        assert "errorMessage" in json.loads(report.body)


def test_asking_for_the_function(driver: Driver, stage: Stage) -> None:
    report = driver.act(order(driver, stage, does="get-function"))
    told = json.loads(report.body)
    assert (report.error, told["functionName"], told["memorySize"], told["timeout"]) == ("", "fn", 512, 60)
    port = told["customRuntimeConfig"]["port"] if driver.sdk.family == "fc3" else told["caPort"]
    assert port == stage.server.port
    gone = driver.act(order(driver, stage, does="get-function", function="nobody"))
    assert_raised(gone, driver, 404, "FunctionNotFound", "function 'nobody' does not exist")
    assert stage.server.received == []


@pytest.mark.parametrize("sdk", some(lambda sdk: sdk.has_http), indirect=True)
def test_the_helper_for_http_triggers(driver: Driver, stage: Stage) -> None:
    stage.server.script(answers(b"hello", "X-App: 1"))
    report = driver.act(order(driver, stage, does="http", path="/a/b"))
    assert (report.error, report.status, report.body) == ("", 200, b"hello")
    assert report.headers["x-app"] == "1"
    assert event_at_server(stage).head.first.startswith(b"GET /")


@pytest.mark.parametrize("ending", [pytest.param("/", id="slash"), pytest.param("//", id="two")])
@pytest.mark.parametrize("sdk", some(lambda sdk: sdk.named_in_url), indirect=True)
def test_an_endpoint_that_ends_in_a_slash(driver: Driver, stage: Stage, ending: str) -> None:
    endpoint = f"http://127.0.0.1:{stage.proxy.port}{ending}"
    report = driver.act(Order(endpoint, event=b"x"))
    assert (report.error, report.body) == ("", b"ok")
    assert event_at_server(stage).head.first == b"POST /invoke HTTP/1.1"


@pytest.mark.parametrize("sdk", some(lambda sdk: not sdk.named_in_url and sdk.language == "python"), indirect=True)
def test_an_endpoint_written_as_a_url_where_a_host_is_meant(driver: Driver, stage: Stage) -> None:
    """alibabacloud_fc20230330 then sends the URL as Host; the call works all the same."""
    report = driver.act(Order(f"http://127.0.0.1:{stage.proxy.port}", event=b"x"))
    assert (report.error, report.body) == ("", b"ok")


@pytest.mark.parametrize("sdk", some(lambda sdk: sdk.language == "python"), indirect=True)
def test_http_proxy_instead_of_an_endpoint(driver: Driver, stage: Stage, sdk_home: Path) -> None:
    """The user's program keeps the real endpoint; the gateway takes the absolute form and dials nobody else.

    The Node SDKs do not read HTTP_PROXY.
    """
    proxied = Driver(driver.sdk, sdk_home, {"HTTP_PROXY": f"http://127.0.0.1:{stage.proxy.port}"})
    try:
        host = "1234567890123456.cn-hangzhou.fc.aliyuncs.com"
        report = proxied.act(Order(driver.sdk.endpoint(host), event=b"x"))
    finally:
        proxied.close()
    assert (report.error, report.status, report.body) == ("", 200, b"ok")
    assert event_at_server(stage).head.first == b"POST /invoke HTTP/1.1"


@pytest.mark.parametrize("sdk", some(lambda sdk: sdk.has_tasks), indirect=True)
def test_asynchronous_tasks_are_told_and_names_are_given_once(driver: Driver, stage: Stage) -> None:
    name = f"told-{driver.sdk.family}"
    fields = {"x-fc-invocation-type": "Async", "x-fc-async-task-id": name}
    accepted = driver.act(order(driver, stage, event=b"x", headers=fields))
    assert (accepted.error, accepted.status) == ("", 202)
    member = "x-fc-async-task-id" if driver.sdk.family == "fc3" else "x-fc-stateful-async-invocation-id"
    assert accepted.headers[member] == name
    task = ended(driver, stage, name)
    assert (task["status"], task["alreadyRetriedTimes"]) == ("Succeeded", 0)
    assert [event["status"] for event in task["events"]] == ["Enqueued", "Running", "Succeeded"]
    (listed,) = members(driver.act(order(driver, stage, does="list-tasks", path=name)), driver)
    assert listed == task
    again = driver.act(order(driver, stage, event=b"x", headers=fields))
    family = "AsyncTask" if driver.sdk.family == "fc3" else "StatefulAsyncInvocation"
    assert_raised(again, driver, 409, f"{family}AlreadyExists", f"an asynchronous call named '{name}' exists already")
    over = driver.act(order(driver, stage, does="stop-task", path=name))
    assert_raised(over, driver, 412, f"{family}AlreadyCompleted", f"the asynchronous task '{name}' has ended already")
    gone = driver.act(order(driver, stage, does="get-task", path="nobody"))
    assert_raised(gone, driver, 404, f"{family}NotFound", "the asynchronous task 'nobody' does not exist")


@pytest.mark.parametrize("sdk", some(lambda sdk: sdk.has_tasks), indirect=True)
def test_an_asynchronous_task_that_runs_is_stopped(driver: Driver, stage: Stage) -> None:
    name = f"stopped-{driver.sdk.family}"
    stage.server.script(Behaviour((), then="hold"))
    fields = {"x-fc-invocation-type": "Async", "x-fc-async-task-id": name}
    assert driver.act(order(driver, stage, event=b"x", headers=fields)).status == 202
    event_at_server(stage)
    assert driver.act(order(driver, stage, does="stop-task", path=name)).status == 200
    assert ended(driver, stage, name)["status"] == "Stopped"


def ended(driver: Driver, stage: Stage, name: str) -> dict[str, Any]:
    """The task once it has ended."""
    while True:
        report = driver.act(order(driver, stage, does="get-task", path=name))
        task: dict[str, Any] = json.loads(report.body)
        if "endTime" in task:
            return task


def members(report: Report, driver: Driver) -> list[dict[str, Any]]:
    """The tasks of a list."""
    told = json.loads(report.body)
    return list(told["tasks" if driver.sdk.family == "fc3" else "invocations"])
