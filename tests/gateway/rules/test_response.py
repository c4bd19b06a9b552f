"""What of a server's answer reaches the client of an HTTP call."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.config import Config, Evidence
from gateway.messages import Response, get
from tests.gateway.cases import DEFAULT, answer
from tests.gateway.cases import get as get_request
from tests.gateway.walker import client_response, walk

OBSERVED = Config(evidence=Evidence.OBSERVED)


def test_vector_1_of_the_contract() -> None:
    fields = ((b"Server", b"a"), (b"Date", b"b"), (b"Connection", b"keep-alive"), (b"Keep-Alive", b"c"),
              (b"X-Fc-Foo", b"d"), (b"Upgrade", b"e"), (b"X-App", b"1"))  # fmt: skip
    response = client_response(walk(get_request(host=DEFAULT), answer(*fields)))
    assert [name for name, _ in response.headers] == [
        b"Content-Length", b"X-App", b"Content-Disposition", b"X-Fc-Request-Id", b"Date",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("status", "location", "told"),
    [
        pytest.param(301, b"/a", 400, id="relative"),
        pytest.param(302, b"https://b.test/", 400, id="absolute"),
        pytest.param(307, b"", 400, id="empty"),
        pytest.param(300, None, 300, id="no-location"),
        pytest.param(304, b"/a", 304, id="304"),
        pytest.param(201, b"/a", 201, id="created"),
    ],
)
def test_redirects_on_the_default_domain(status: int, location: bytes | None, told: int) -> None:
    lines = () if location is None else ((b"Location", location),)
    redirect = Response(status, b"", lines)
    assert client_response(walk(get_request(host=DEFAULT), redirect, OBSERVED)).status == told
    assert client_response(walk(get_request(), redirect, OBSERVED)).status == status


@pytest.mark.parametrize(
    "kind", [b"application/vnd.android.package-archive", b"Application/VND.android.package-archive ;a"]
)
def test_android_packages_leave_by_custom_domains_alone(kind: bytes) -> None:
    package = answer((b"Content-Type", kind))
    assert client_response(walk(get_request(host=DEFAULT), package)).status == 400
    assert client_response(walk(get_request(), package)).status == 200


def test_a_refused_answer_loses_its_body_and_its_fields() -> None:
    response = client_response(walk(get_request(), answer((b"X-Big", b"a" * 9000), (b"X-App", b"1"))))
    assert get(response.headers, b"x-app") is None
    assert isinstance(response.body, bytes)
    assert b"8192 bytes" in response.body


def test_trailers_stay_behind() -> None:
    chunked = Response(200, b"OK", ((b"Transfer-Encoding", b"chunked"), (b"Trailer", b"X-Sum")), b"hi")
    response = client_response(walk(get_request(), replace(chunked, trailers=((b"X-Sum", b"1"),))))
    assert response.trailers == ()
    assert get(response.headers, b"trailer") is None
