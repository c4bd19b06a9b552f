"""The official SDKs as a test sees them: each a process that takes orders and reports what its user would see.

Both kinds are installed from the lock files beside this, once, into pytest's cache. Read next: driver.py, driver.js.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.installed import INSTALL_S

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from _pytest.mark import ParameterSet

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Order:
    """What a user of the SDK does: `invoke`, `get-function`, `http` (the SDK's helper for HTTP triggers), or
    `websocket`: one message each way; the report's status is then the close code. `list-tasks`, `get-task` and
    `stop-task`: asynchronous tasks, whose name or prefix is the path.
    """

    endpoint: str
    does: str = "invoke"
    function: str = "fn"
    event: bytes = b""
    qualifier: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    path: str = ""
    key: str = "LTAItestid"
    secret: str = "testsecret0001"


@dataclass(frozen=True, slots=True)
class Report:
    """What the SDK gave back: an answer, or the exception that it raised (`error`: its class)."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    error: str = ""
    code: str = ""
    message: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Sdk:
    """One SDK. `named_in_url`: its endpoint option is a URL, for others it is host and port.

    `errors`: the classes of its exceptions. `has_http`: it has a helper for HTTP triggers. `sends_chunks`: an event
    has no Content-Length. `has_tasks`: it knows the API of asynchronous tasks. `raises_function_errors`: it raises,
    too, for 200 with X-Fc-Error-Type.
    """

    name: str
    language: str
    family: str
    named_in_url: bool
    errors: tuple[str, ...]
    has_http: bool = False
    sends_chunks: bool = False
    raises_function_errors: bool = False
    has_tasks: bool = False

    def endpoint(self, host: str) -> str:
        """How a user names a host to it."""
        return f"http://{host}" if self.named_in_url else host


SDKS = (
    Sdk("aliyun-fc2", "python", "fc2", True, ("FcError",), has_http=True, raises_function_errors=True),
    Sdk("fc20230330", "python", "fc3", False, ("ClientException",), has_tasks=True),
    Sdk("fc-open20210406", "python", "fc2", False, ("ClientException",), has_http=True, has_tasks=True),
    Sdk("fc20230330-aio", "python", "fc3", False, ("ClientException",)),
    Sdk("fc-open20210406-aio", "python", "fc2", False, ("ClientException",)),
    Sdk("fc2", "node", "fc2", True, ("FC{code}Error",), has_http=True),
    Sdk("fc20230330", "node", "fc3", False, ("ClientError",), sends_chunks=True),
)


def some(wanted: Callable[[Sdk], bool] = lambda _: True) -> list[ParameterSet]:
    """The SDKs that a test is about."""
    return [pytest.param(sdk, id=f"{sdk.name}-{sdk.language}") for sdk in SDKS if wanted(sdk)]


class Driver:
    """A running driver."""

    def __init__(self, sdk: Sdk, home: Path, environment: Mapping[str, str] | None = None) -> None:
        self.sdk = sdk
        kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        self._process = subprocess.Popen(
            _command(sdk, home),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**kept, **(environment or {})},
            text=True,
        )

    def act(self, order: Order) -> Report:
        """Give an order and wait for its report."""
        streams = self._process
        assert streams.stdin is not None
        assert streams.stdout is not None
        told = asdict(order) | {"event": base64.b64encode(order.event).decode()}
        streams.stdin.write(json.dumps(told) + "\n")
        streams.stdin.flush()
        line = streams.stdout.readline()
        assert line, f"the driver of {self.sdk.name} ended"
        report: dict[str, Any] = json.loads(line)
        report["body"] = base64.b64decode(report.get("body", ""))
        return Report(**{name: value for name, value in report.items() if value is not None})

    def close(self) -> None:
        """No more orders."""
        self._process.communicate(timeout=INSTALL_S)


def _command(sdk: Sdk, home: Path) -> list[str]:
    if sdk.language == "python":
        return [str(home / "bin" / "python"), str(HERE / "driver.py"), sdk.name]
    node = shutil.which("node")
    assert node is not None
    return [node, str(HERE / "driver.js"), str(home), sdk.name]
