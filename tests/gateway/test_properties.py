"""What holds for every message, not for chosen ones: the promises of the house."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from gateway.changes import Part
from gateway.config import Config, DomainKind, ErrorFormat, Evidence
from gateway.differences import unexplained
from gateway.exchange import Exchange, Failure
from gateway.messages import Request, Response, get_all, headers_size
from gateway.recompute import recompute
from tests.gateway.cases import EVENTS, PUT_ONLY, REWRITTEN, SHOP, guarded
from tests.gateway.drawn import requests, responses
from tests.gateway.walker import client_response, walk

configs = st.builds(
    replace,
    st.sampled_from((Config(), SHOP, EVENTS, PUT_ONLY, REWRITTEN, guarded("function"))),
    evidence=st.sampled_from(Evidence),
    domain_kind=st.sampled_from(DomainKind),
    error_format=st.sampled_from(ErrorFormat),
)
answers = responses() | st.sampled_from(
    (Failure.NOT_LISTENING, Failure.CLOSED, Failure.MALFORMED_ANSWER, Failure.TIMED_OUT)
)
exchanges = st.builds(walk, requests(), answers, configs)


@given(exchanges)
def test_no_change_is_silent(exchange: Exchange) -> None:
    assert unexplained(exchange) == ()


@given(requests(), answers, configs)
def test_the_same_inputs_give_the_same_exchange_again(
    request: Request, answer: Response | Failure, config: Config
) -> None:
    exchange = walk(request, answer, config)
    assert recompute(exchange, config) == exchange


@given(exchanges)
def test_lines_that_no_transform_names_keep_their_order_and_bytes(exchange: Exchange) -> None:
    if exchange.server is None or exchange.server.request is None or exchange.client.request is None:
        return
    touched = {
        line
        for change in exchange.transforms
        if change.part is Part.HEADERS
        for side in (change.before, change.after)
        if isinstance(side, tuple)
        for line in side
    }
    before = [line for line in exchange.client.request.headers if line not in touched]
    after = [line for line in exchange.server.request.headers if line not in touched]
    assert before == after


@given(exchanges)
def test_every_reply_has_one_id_one_date_and_one_framing(exchange: Exchange) -> None:
    headers = client_response(exchange).headers
    assert len(get_all(headers, b"x-fc-request-id")) == 1
    assert len(get_all(headers, b"date")) == 1
    framing = get_all(headers, b"content-length") + get_all(headers, b"transfer-encoding")
    assert len(framing) <= 1


@given(exchanges)
def test_nothing_of_the_client_reaches_the_server_under_the_reserved_prefix(exchange: Exchange) -> None:
    if exchange.server is None or exchange.server.request is None:
        return
    names = [name for name, _ in exchange.server.request.headers if name.lower().startswith(b"x-fc-")]
    assert all(name.islower() for name in names)
    assert len(names) == len(set(names))


@given(exchanges)
def test_nothing_of_the_server_reaches_the_client_under_the_reserved_prefix(exchange: Exchange) -> None:
    ours = {
        b"x-fc-request-id",
        b"x-fc-error-type",
        b"x-fc-log-result",
        b"x-fc-async-task-id",
        b"x-fc-invocation-duration",
        b"x-fc-invocation-service-version",
    }
    names = [name.lower() for name, _ in client_response(exchange).headers if name.lower().startswith(b"x-fc-")]
    assert set(names) <= ours
    assert headers_size(client_response(exchange).headers) > 0
