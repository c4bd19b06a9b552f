"""Calls a gateway with an official Python SDK, as its users do: an order per line in, a report per line out, both JSON.

`python driver.py aliyun-fc2|fc20230330|fc-open20210406`, the last two also with `-aio`. Runs in a process of its own:
SDKs warn, log and read the environment as they like. Must not know: the gateway. Read next: sdks.py (who talks to it),
driver.js.
"""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import sys
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Callable

type Order = dict[str, Any]
type Report = dict[str, Any]

SERVICE = "svc"


def told(status: int, headers: Any, body: bytes) -> Report:
    """What the SDK gave its user."""
    return {
        "status": status,
        "headers": {name.lower(): value for name, value in headers.items()},
        "body": base64.b64encode(body).decode(),
    }


def fc2(order: Order) -> Report:
    """PyPI aliyun-fc2: API version 2016-08-15."""
    from fc2 import Client, FcError  # type: ignore[import-untyped] # no annotations

    client = Client(endpoint=order["endpoint"], accessKeyID=order["key"], accessKeySecret=order["secret"])
    try:
        if order["does"] == "get-function":
            found = client.get_function(SERVICE, order["function"])
            return told(200, found.headers, json.dumps(found.data).encode())
        if order["does"] == "http":
            path, _, query = order["path"].partition("?")
            answer = client.do_http_request("GET", SERVICE, order["function"], path, params=dict(parse_qsl(query)))
            return told(answer.status_code, answer.headers, answer.content)
        result = client.invoke_function(
            SERVICE,
            order["function"],
            payload=base64.b64decode(order["event"]),
            headers=order["headers"],
            qualifier=order["qualifier"] or None,
        )
    except FcError as error:
        message = json.loads(error.message)
        return {
            "error": type(error).__name__,
            "status": error.status_code,
            "code": error.err_code,
            "message": message.get("ErrorMessage", message.get("errorMessage")),
            "request_id": error.request_id,
        }
    return told(202 if order["headers"].get("x-fc-invocation-type") == "Async" else 200, result.headers, result.data)


def config(order: Order) -> Any:
    """The settings both newer SDKs take; their documented form of endpoint is host and port."""
    from alibabacloud_tea_openapi.models import Config  # type: ignore[import-untyped] # no annotations

    return Config(
        access_key_id=order["key"], access_key_secret=order["secret"], endpoint=order["endpoint"], protocol="HTTP"
    )


def raised(error: Any) -> Report:
    """An exception of the newer SDKs, by what they document of it."""
    data = error.data or {}
    return {
        "error": type(error).__name__,
        "status": data.get("statusCode"),
        "code": error.code,
        "message": data.get("Message"),
        "request_id": data.get("RequestId"),
    }


def fc3(order: Order, *, aio: bool = False) -> Report:
    """PyPI alibabacloud_fc20230330: API version 2023-03-30. `aio`: its coroutines, which speak through aiohttp."""
    from alibabacloud_fc20230330 import models  # type: ignore[import-untyped] # no annotations
    from alibabacloud_fc20230330.client import Client  # type: ignore[import-untyped] # no annotations
    from alibabacloud_tea_util.models import RuntimeOptions  # type: ignore[import-untyped] # no annotations
    from Tea.exceptions import TeaException  # type: ignore[import-untyped] # no annotations

    client = Client(config(order))
    headers = models.InvokeFunctionHeaders(
        x_fc_invocation_type=order["headers"].get("x-fc-invocation-type"),
        x_fc_log_type=order["headers"].get("x-fc-log-type"),
        x_fc_async_task_id=order["headers"].get("x-fc-async-task-id"),
    )
    request = models.InvokeFunctionRequest(body=base64.b64decode(order["event"]), qualifier=order["qualifier"] or None)
    try:
        if order["does"] == "get-function":
            found = client.get_function(order["function"], models.GetFunctionRequest())
            return told(found.status_code, found.headers, json.dumps(found.body.to_map()).encode())
        if order["does"] in FC3_TASKS:
            return FC3_TASKS[order["does"]](client, models, order)
        arguments = order["function"], request, headers, RuntimeOptions()
        if aio:
            result = asyncio.run(client.invoke_function_with_options_async(*arguments))
        else:
            result = client.invoke_function_with_options(*arguments)
    except TeaException as error:
        return raised(error)
    return told(result.status_code, result.headers, result.body.read())


def answered(found: Any) -> Report:
    """An answer with a body of members, or without one."""
    body = json.dumps(found.body.to_map()).encode() if getattr(found, "body", None) else b""
    return told(found.status_code, found.headers, body)


FC3_TASKS: dict[str, Callable[[Any, Any, Order], Report]] = {
    "list-tasks": lambda client, models, order: answered(
        client.list_async_tasks(order["function"], models.ListAsyncTasksRequest(prefix=order["path"], limit=100))
    ),
    "get-task": lambda client, models, order: answered(
        client.get_async_task(order["function"], order["path"], models.GetAsyncTaskRequest())
    ),
    "stop-task": lambda client, models, order: answered(
        client.stop_async_task(order["function"], order["path"], models.StopAsyncTaskRequest())
    ),
}

FC2_TASKS: dict[str, Callable[[Any, Any, Order], Report]] = {
    "list-tasks": lambda client, models, order: answered(
        client.list_stateful_async_invocations(
            SERVICE,
            order["function"],
            models.ListStatefulAsyncInvocationsRequest(invocation_id_prefix=order["path"], limit=100),
        )
    ),
    "get-task": lambda client, models, order: answered(
        client.get_stateful_async_invocation(
            SERVICE, order["function"], order["path"], models.GetStatefulAsyncInvocationRequest()
        )
    ),
    "stop-task": lambda client, models, order: answered(
        client.stop_stateful_async_invocation(
            SERVICE, order["function"], order["path"], models.StopStatefulAsyncInvocationRequest()
        )
    ),
}


def fc_open(order: Order, *, aio: bool = False) -> Report:
    """PyPI alibabacloud_fc_open20210406: API version 2021-04-06. `aio`: as in fc3."""
    from alibabacloud_fc_open20210406 import models  # type: ignore[import-untyped] # no annotations
    from alibabacloud_fc_open20210406.client import Client  # type: ignore[import-untyped] # no annotations
    from alibabacloud_tea_util.models import RuntimeOptions
    from Tea.exceptions import TeaException

    client = Client(config(order))
    headers = models.InvokeFunctionHeaders(
        x_fc_invocation_type=order["headers"].get("x-fc-invocation-type"),
        x_fc_log_type=order["headers"].get("x-fc-log-type"),
        x_fc_stateful_async_invocation_id=order["headers"].get("x-fc-async-task-id"),
    )
    request = models.InvokeFunctionRequest(body=base64.b64decode(order["event"]), qualifier=order["qualifier"] or None)
    try:
        if order["does"] == "get-function":
            found = client.get_function(SERVICE, order["function"], models.GetFunctionRequest())
            return told(found.status_code, found.headers, json.dumps(found.body.to_map()).encode())
        if order["does"] in FC2_TASKS:
            return FC2_TASKS[order["does"]](client, models, order)
        if order["does"] == "http":
            url = f"http://{order['endpoint']}{order['path']}"
            answer = client.invoke_httptrigger(url, "GET", b"", {})
            return told(answer.status_code, answer.headers, answer.content)
        arguments = SERVICE, order["function"], request, headers, RuntimeOptions()
        if aio:
            result = asyncio.run(client.invoke_function_with_options_async(*arguments))
        else:
            result = client.invoke_function_with_options(*arguments)
    except TeaException as error:
        return raised(error)
    return told(result.status_code, result.headers, result.body)


SDKS: dict[str, Callable[[Order], Report]] = {
    "aliyun-fc2": fc2,
    "fc20230330": fc3,
    "fc20230330-aio": partial(fc3, aio=True),
    "fc-open20210406": fc_open,
    "fc-open20210406-aio": partial(fc_open, aio=True),
}


def main() -> None:
    """Take orders until there are no more."""
    logging.disable(logging.CRITICAL)
    act = SDKS[sys.argv[1]]
    for line in sys.stdin:
        try:
            report = act(json.loads(line))
        except Exception as error:  # noqa: BLE001 - the test says what it expected instead
            report = {"error": type(error).__name__, "message": str(error), "status": 0, "code": "", "request_id": ""}
        sys.stdout.write(json.dumps(report) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
