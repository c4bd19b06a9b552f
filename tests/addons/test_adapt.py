from __future__ import annotations

import io

from mitmproxy.io import FlowReader, FlowWriter

from addons.adapt import to_flow
from gateway.exchange import Exchange, State, Timings, View
from gateway.facts import Facts, Ingress, Seed
from gateway.messages import BodyRef, Request, Response

REQUEST = Request(b"POST", b"/a%20b?x", ((b"Host", b"app.test"), (b"X-A", b"1"), (b"x-a", b"2")), b"in")
RESPONSE = Response(201, b"Made", ((b"Set-Cookie", b"a"), (b"Set-Cookie", b"b")), b"out")


def exchange(**changed: object) -> Exchange:
    values: dict[str, object] = {
        "id": 7,
        "facts": Facts(Seed("1-0-0-0", 5_000_000), Ingress.HTTP_CUSTOM, "web"),
        "client": View(REQUEST, RESPONSE),
        "state": State.COMPLETE,
        "timings": Timings(done=1000),
    }
    return Exchange(**{**values, **changed})  # type: ignore[arg-type]


def test_a_flow_is_the_client_s_view_byte_for_byte() -> None:
    flow = to_flow(exchange(), ("127.0.0.1", 9000), lambda _: None)
    assert flow.request.headers.fields == REQUEST.headers
    assert (flow.request.data.method, flow.request.data.path, flow.request.content) == (b"POST", b"/a%20b?x", b"in")
    assert flow.response is not None
    assert flow.response.headers.fields == RESPONSE.headers
    assert (flow.response.status_code, flow.response.content) == (201, b"out")
    assert flow.metadata["fc_exchange"] == 7


def test_a_body_kept_elsewhere_is_asked_for() -> None:
    ref = BodyRef(b"\0" * 32, 9)
    shown = exchange(client=View(REQUEST, Response(200, body=ref)))
    flow = to_flow(shown, ("127.0.0.1", 9000), lambda asked: b"elsewhere" if asked == ref else None)
    assert flow.response is not None
    assert flow.response.content == b"elsewhere"


def test_a_failure_without_an_answer_is_the_flow_s_error() -> None:
    shown = exchange(client=View(REQUEST, None), failure_text="gone")
    flow = to_flow(shown, ("127.0.0.1", 9000), lambda _: None)
    assert flow.response is None
    assert flow.error is not None
    assert flow.error.msg == "gone"


def test_mitmproxy_can_write_and_read_it() -> None:
    out = io.BytesIO()
    FlowWriter(out).add(to_flow(exchange(), ("127.0.0.1", 9000), lambda _: None))
    out.seek(0)
    (flow,) = FlowReader(out).stream()
    assert flow.metadata["fc_request_id"] == "1-0-0-0"
