"""Error bodies in the keys that each SDK reads (clients' reactions: ERR-FMT-1..3)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gateway.config import Config, ErrorFormat
from gateway.errors import function_error, refuse
from gateway.messages import Request, get
from gateway.rules import samples

if TYPE_CHECKING:
    from gateway.rule import Call

FC3 = {"RequestId", "Code", "Message"}
FC2 = {"ErrorCode", "ErrorMessage"}
BOTH = FC3 | FC2 | {"RequestID"}


@pytest.mark.parametrize(
    ("call", "wanted", "keys"),
    [
        pytest.param(samples.CUSTOM, ErrorFormat.AUTO, FC3, id="auto-http"),
        pytest.param(samples.API, ErrorFormat.AUTO, BOTH, id="auto-api"),
        pytest.param(samples.API, ErrorFormat.FC3, FC3, id="fc3"),
        pytest.param(samples.API, ErrorFormat.FC2, FC2, id="fc2"),
        pytest.param(samples.CUSTOM, ErrorFormat.BOTH, BOTH, id="both"),
    ],
)
def test_the_keys_of_an_error(call: Call, wanted: ErrorFormat, keys: set[str]) -> None:
    answer = refuse(replace(call, config=Config(error_format=wanted)), 400, "InvalidArgument", "too \u5927")
    assert isinstance(answer.response.body, bytes)
    members = json.loads(answer.response.body)
    assert members.keys() == keys
    assert {members.get("Code"), members.get("ErrorCode")} <= {"InvalidArgument", None}
    assert {members.get("Message"), members.get("ErrorMessage")} <= {"too \u5927", None}
    assert answer.name == b"400 InvalidArgument"


def test_the_answer_to_head_has_no_body_and_the_length_of_the_one_for_get() -> None:
    head = replace(samples.CUSTOM, request=Request(b"HEAD", b"/"))
    ours, gets = (refuse(call, 403, "AccessDenied", "no").response for call in (head, samples.CUSTOM))
    assert ours.body == b""
    assert ours.headers == gets.headers


def test_a_failed_function_is_200_with_an_error_type_for_the_api() -> None:
    answer = function_error(samples.API, "it broke")
    assert answer.response.status == 200
    assert get(answer.response.headers, b"x-fc-error-type") == b"UnhandledInvocationError"
    assert isinstance(answer.response.body, bytes)
    assert json.loads(answer.response.body)["errorMessage"] == "it broke"


def test_text_that_is_no_unicode_still_makes_json() -> None:
    answer = refuse(samples.CUSTOM, 400, "InvalidArgument", "\udcff")
    assert isinstance(answer.response.body, bytes)
    assert "udcff" in json.loads(answer.response.body.replace(b"\\", b"\\\\"))["Message"]
