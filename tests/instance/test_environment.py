"""The program finds FC's variables, and never the developer's cloud credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gateway.config import Function, Launch
from instance.environment import build_environment
from instance.spec import InstanceSpec

if TYPE_CHECKING:
    from pathlib import Path

SPEC = InstanceSpec("x", Function(name="shop", server="http://127.0.0.1:9123", memory_mb=1024))


def test_the_platform_s_variables_are_there(tmp_path: Path) -> None:
    spec = InstanceSpec("x", Function(name="shop", server="http://127.0.0.1:9123", memory_mb=1024), folder=tmp_path)
    environment = build_environment(spec, {"PATH": "/bin"}, "c-1")
    assert environment == {
        "PATH": "/bin",
        "PYTHONUNBUFFERED": "1",
        "FC_FUNC_CODE_PATH": f"{tmp_path.resolve()}/",
        "FC_ACCOUNT_ID": "1234567890123456",
        "FC_FUNCTION_HANDLER": "index.handler",
        "FC_FUNCTION_MEMORY_SIZE": "1024",
        "FC_FUNCTION_NAME": "shop",
        "FC_FUNCTION_VERSION": "LATEST",
        "FC_REGION": "cn-hangzhou",
        "FC_INSTANCE_ID": "c-1",
        "FC_CUSTOM_LISTEN_PORT": "9123",
        "FC_SERVER_PORT": "9123",
        "PORT": "9123",
    }


CREDENTIALS = [
    pytest.param(name, id=name)
    for name in (
        "ALIBABA_CLOUD_ACCESS_KEY_ID",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
        "ALIBABA_CLOUD_SECURITY_TOKEN",
        "ALIBABACLOUD_PROFILE",
        "ALICLOUD_ACCESS_KEY",
        "ALIYUN_ACCESS_KEY_ID",
        "accessKeyID",
        "accessKeySecret",
        "securityToken",
        "OSS_ACCESS_KEY_SECRET",
    )
]


@pytest.mark.parametrize("name", CREDENTIALS)
def test_the_developer_s_credentials_stay_out(name: str) -> None:
    assert name not in build_environment(SPEC, {name: "real", "HOME": "/h"}, "c-1")


@pytest.mark.parametrize("name", CREDENTIALS)
def test_credentials_are_handed_down_when_asked(name: str) -> None:
    spec = InstanceSpec("x", pass_credentials=True)
    assert build_environment(spec, {name: "real"}, "c-1")[name] == "real"


def test_other_variables_stay() -> None:
    developer = {"HOME": "/h", "TOKENIZER": "fast", "MY_ALIYUN": "x"}
    assert build_environment(SPEC, developer, "c-1").items() >= developer.items()


def test_a_stale_platform_variable_does_not_pass() -> None:
    environment = build_environment(SPEC, {"FC_ACCOUNT_ID": "stale", "FC_RUNTIME": "python"}, "c-1")
    assert environment["FC_ACCOUNT_ID"] == SPEC.account_id
    assert "FC_RUNTIME" not in environment


def test_the_function_s_variables_win_over_the_developer_s_but_not_over_the_platform_s() -> None:
    own = (("STAGE", "dev"), ("FC_REGION", "mars"), ("PYTHONUNBUFFERED", ""))
    spec = InstanceSpec("x", Function(launch=Launch(environment=own)))
    environment = build_environment(spec, {"STAGE": "mine", "PYTHONUNBUFFERED": "1"}, "c-1")
    assert environment["STAGE"] == "dev"
    assert environment["FC_REGION"] == "cn-hangzhou"
    assert environment["PYTHONUNBUFFERED"] == ""


def test_a_program_started_under_run_gets_the_caller_s_own_python() -> None:
    developer = {"PATH": "/ours:/bin", "VIRTUAL_ENV": "/ours", "FC_REPLAY_PATH": "/bin", "FC_REPLAY_VIRTUAL_ENV": ""}
    environment = build_environment(SPEC, developer, "c-1")
    assert environment["PATH"] == "/bin"
    assert [name for name in environment if "VIRTUAL_ENV" in name or "REPLAY" in name] == []


def test_the_caller_s_own_environment_of_python_is_given_back() -> None:
    developer = {"VIRTUAL_ENV": "/ours", "FC_REPLAY_VIRTUAL_ENV": "/mine"}
    assert build_environment(SPEC, developer, "c-1")["VIRTUAL_ENV"] == "/mine"


def test_what_a_run_needs_comes_before_what_the_function_names() -> None:
    launch = Launch(environment=(("HTTP_PROXY", "http://their.own"), ("A", "1")))
    spec = InstanceSpec(
        "x", Function(launch=launch), variables=(("HTTP_PROXY", "http://127.0.0.1:9100"), ("PORT", "1"))
    )
    found = build_environment(spec, {"HTTP_PROXY": "http://the.desk"}, "c-1")
    assert (found["HTTP_PROXY"], found["A"], found["PORT"]) == ("http://127.0.0.1:9100", "1", "9000")
