"""Deltas: each kind of difference is found, and none where there is none."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace

import pytest

from tests.conformance.cases import Ask, Got
from tests.conformance.delta import client_deltas
from tests.conformance.script import request_of
from tests.conformance.shells import Played

ID = b"1-67a59f35-150c1267-f381ba1c085c"
LOG = b64encode(b"FC Invoke Start RequestId: %b\n" % ID)
ERROR = json.dumps({"RequestId": ID.decode(), "Code": "InvalidArgument", "Message": "too large"}).encode()
PLAYED = Played(
    request_of(Ask()), 200, ((b"X-App", b"1"), (b"X-Fc-Request-Id", ID), (b"X-Fc-Log-Result", LOG)), body=b"ok"
)
REFUSED = Played(request_of(Ask()), 400, ((b"Content-Type", b"application/json"), (b"X-Fc-Request-Id", ID)), body=ERROR)


@pytest.mark.parametrize(
    ("played", "got"),
    [
        pytest.param(
            PLAYED, Got(lines=("X-App: 1",), has=("X-Fc-Request-Id",), lacks=("Server",), body="ok"), id="all"
        ),
        pytest.param(PLAYED, Got(log=("FC Invoke Start RequestId: {id}",)), id="log"),
        pytest.param(REFUSED, Got(status=400, error="InvalidArgument", message="too"), id="error"),
        pytest.param(replace(PLAYED, body=b"xxx"), Got(body_size=3), id="size"),
        pytest.param(replace(PLAYED, status=0), Got(nothing=True), id="nothing"),
    ],
)
def test_what_is_as_expected_gives_none(played: Played, got: Got) -> None:
    assert list(client_deltas(played, got)) == []


@pytest.mark.parametrize(
    ("played", "got", "what"),
    [
        pytest.param(PLAYED, Got(status=201), ["status"], id="status"),
        pytest.param(PLAYED, Got(interim=(100,)), ["interim statuses"], id="interim"),
        pytest.param(PLAYED, Got(cut=True), ["cut inside the answer"], id="cut"),
        pytest.param(PLAYED, Got(lines=("X-App: 2",)), ["header x-app"], id="line"),
        pytest.param(PLAYED, Got(lines=("X-App: 1", "X-App: 2")), ["header x-app"], id="one line too few"),
        pytest.param(PLAYED, Got(has=("Date",)), ["header Date"], id="missing"),
        pytest.param(PLAYED, Got(lacks=("X-App",)), ["header X-App"], id="too much"),
        pytest.param(PLAYED, Got(body="no"), ["body"], id="body"),
        pytest.param(PLAYED, Got(body_size=3), ["bytes of body", "body of x alone"], id="size"),
        pytest.param(PLAYED, Got(log=("other",)), ["log"], id="log"),
        pytest.param(PLAYED, Got(nothing=True), ["status"], id="an answer"),
        pytest.param(PLAYED, Got(closes=True), ["the connection ends"], id="goes on"),
        pytest.param(REFUSED, Got(status=400, error="AccessDenied"), ["Code"], id="code"),
        pytest.param(REFUSED, Got(status=400, error="InvalidArgument", message="small"), ["Message"], id="message"),
        pytest.param(
            REFUSED, Got(status=400, error="InvalidArgument", keys=("Code",)), ["members of the error"], id="members"
        ),
        pytest.param(
            replace(PLAYED, status=400),
            Got(status=400, error="InvalidArgument"),
            ["Content-Type", "members of the error"],
            id="not an error of ours",
        ),
    ],
)
def test_each_difference_is_found(played: Played, got: Got, what: list[str]) -> None:
    assert [one.what for one in client_deltas(played, got)] == what


def test_a_delta_shows_both_sides_and_cuts_what_is_long() -> None:
    (found,) = client_deltas(replace(PLAYED, body=b"n" * 300), Got(body="ok"))
    assert (found.expected, found.found) == ("ok", "n" * 200 + "... (300 in all)")
