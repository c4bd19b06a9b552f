"""How an s.yaml says that a program is started (contract section 17)."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.config import Config, HealthCheck, Launch
from gateway.config_load import Problem, load


def s_yaml(**props: object) -> dict[str, Any]:
    return {"resources": {"web": {"component": "fc3", "props": {"functionName": "shop", **props}}}}


def launch_of(**props: object) -> Launch:
    config = load(s_yaml(**props))
    assert isinstance(config, Config), config
    return config.functions[0].launch


def test_everything_that_can_be_said() -> None:
    found = launch_of(
        code="./app",
        environmentVariables={"STAGE": "dev", "DEBUG": True, "RATE": 0.5, "N": 3},
        customRuntimeConfig={
            "command": ["python3"],
            "args": ["server.py"],
            "port": 9000,
            "healthCheckConfig": {"httpGetUrl": "/ready", "periodSeconds": 5, "successThreshold": 2},
        },
        instanceLifecycleConfig={"initializer": {"handler": "true", "timeout": 20}, "preStop": {"handler": "x.stop"}},
    )
    assert found == Launch(
        command=("python3", "server.py"),
        folder="./app",
        environment=(("STAGE", "dev"), ("DEBUG", "true"), ("RATE", "0.5"), ("N", "3")),
        health_check=HealthCheck("/ready", period_s=5, success_threshold=2),
        initialize_s=20,
        pre_stop_s=3,
    )


@pytest.mark.parametrize(
    "props",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"code": {"ossBucketName": "b"}}, id="code-in-a-bucket"),
        pytest.param({"customContainerConfig": {"image": "a", "command": ["x"]}}, id="a-container-is-not-run"),
        pytest.param({"instanceLifecycleConfig": {"preStop": {"handler": "false"}}}, id="a-hook-that-is-off"),
        pytest.param({"customRuntimeConfig": {"command": None, "port": 9000}}, id="an-empty-command"),
    ],
)
def test_what_starts_nothing(props: dict[str, object]) -> None:
    assert launch_of(**props) == Launch()


@pytest.mark.parametrize(
    ("props", "place", "text"),
    [
        pytest.param(
            {"customRuntimeConfig": {"command": "python3 server.py"}},
            ("customRuntimeConfig", "command"),
            "a list is expected here",
            id="command-as-text",
        ),
        pytest.param(
            {"customRuntimeConfig": {"healthCheckConfig": {"httpGetURL": "/"}}},
            ("customRuntimeConfig", "healthCheckConfig", "httpGetURL"),
            "unknown key; did you mean httpGetUrl?",
            id="slip",
        ),
        pytest.param(
            {"instanceLifecycleConfig": {"initializer": {"command": ["sh"]}}},
            ("instanceLifecycleConfig", "initializer", "command"),
            "a command as a hook is not run here: give the hook a handler",
            id="hook-command",
        ),
        pytest.param(
            {"instanceLifecycleConfig": {"initializer": {"handler": "true", "timeout": 301}}},
            ("instanceLifecycleConfig", "initializer", "timeout"),
            "301 is not possible: 0 to 300",
            id="long-initializer",
        ),
        pytest.param(
            {"environmentVariables": {"FC_REGION": "x"}},
            ("environmentVariables", "FC_REGION"),
            "names that begin with FC_ are the platform's own",
            id="reserved-variable",
        ),
    ],
)
def test_a_slip_is_named_where_it_was_written(props: dict[str, object], place: tuple[str, ...], text: str) -> None:
    assert load(s_yaml(**props)) == (Problem(("resources", "web", "props", *place), text),)
