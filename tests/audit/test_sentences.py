"""One plain sentence per outcome, in both languages."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from audit import detail, sentences
from audit.sentences import SENTENCES, Outcome
from audit.words import Text
from gateway.exchange import Exchange, Failure, State, View
from gateway.facts import Ingress, Link
from tests.audit import sample
from tests.audit.conftest import META, SOURCES

CALLS = {exchange.id: exchange for exchange in sample.exchanges()}
SAMPLE_OUTCOMES = {
    1: Outcome.CHANGED,
    2: Outcome.REFUSED,
    3: Outcome.DISCARDED,
    4: Outcome.CONVERTED,
    5: Outcome.CONVERTED_STATUS,
    6: Outcome.ACCEPTED,
    7: Outcome.CHANGED,
    10: Outcome.REFUSED,
    12: Outcome.NOT_LISTENING,
    13: Outcome.CLOSED,
}


@pytest.mark.parametrize(("ident", "expected"), SAMPLE_OUTCOMES.items())
def test_the_outcome_of_a_sample_call(ident: int, expected: Outcome) -> None:
    assert sentences.outcome(CALLS[ident]) is expected


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        pytest.param(None, Outcome.HOOK, id="taken"),
        pytest.param(Failure.INITIALIZER, Outcome.HOOK_FAILED, id="failed"),
    ],
)
def test_a_hook_has_its_own_sentence(failure: Failure | None, expected: Outcome) -> None:
    call = CALLS[7]
    hook = replace(call, facts=replace(call.facts, ingress=Ingress.HOOK), failure=failure)
    assert sentences.outcome(hook) is expected


def with_failure(failure: Failure) -> Exchange:
    return replace(CALLS[12], failure=failure)


ENDS = [
    pytest.param(with_failure(Failure.TIMED_OUT), Outcome.TIMED_OUT, id="timed-out"),
    pytest.param(with_failure(Failure.MALFORMED_ANSWER), Outcome.MALFORMED_ANSWER, id="malformed-answer"),
    pytest.param(with_failure(Failure.MALFORMED_REQUEST), Outcome.MALFORMED_REQUEST, id="malformed-request"),
    pytest.param(with_failure(Failure.CLIENT_GONE), Outcome.CANCELLED, id="client-gone"),
    pytest.param(with_failure(Failure.STORE), Outcome.STORE, id="store"),
    pytest.param(with_failure(Failure.BUSY), Outcome.BUSY, id="busy"),
    pytest.param(with_failure(Failure.EXITED), Outcome.EXITED, id="exited"),
    pytest.param(with_failure(Failure.FILE_MISSING), Outcome.NOT_STARTED, id="file-missing"),
    pytest.param(with_failure(Failure.EXITED_AT_START), Outcome.NOT_STARTED, id="exited-at-start"),
    pytest.param(with_failure(Failure.NOT_STARTED), Outcome.NOT_STARTED, id="not-started"),
    pytest.param(with_failure(Failure.INITIALIZER), Outcome.INITIALIZER, id="initializer"),
    pytest.param(replace(CALLS[1], state=State.INTERRUPTED), Outcome.INTERRUPTED, id="interrupted"),
    pytest.param(replace(CALLS[1], state=State.CANCELLED), Outcome.CANCELLED, id="cancelled"),
    pytest.param(replace(CALLS[1], state=State.OPEN), Outcome.OPEN, id="open"),
    pytest.param(replace(CALLS[1], transforms=()), Outcome.UNTOUCHED, id="untouched"),
    pytest.param(replace(CALLS[6], facts=CALLS[1].facts), Outcome.ANSWERED, id="answered-by-the-gateway"),
]


@pytest.mark.parametrize(("exchange", "expected"), ENDS)
def test_the_outcome_of_an_end(exchange: Exchange, expected: Outcome) -> None:
    assert sentences.outcome(exchange) is expected


def test_every_failure_and_every_outcome_has_a_sentence() -> None:
    assert set(SENTENCES) == set(Outcome)
    assert all(sentences.outcome(with_failure(failure)) for failure in Failure)


@pytest.mark.parametrize("text", SENTENCES.values(), ids=[outcome.value for outcome in SENTENCES])
def test_both_languages_fill_in_the_same_fields(text: Text) -> None:
    assert sorted(re.findall(r"{\w+}", text.zh)) == sorted(re.findall(r"{\w+}", text.en))


def told(exchange: Exchange) -> Text:
    return detail.page(exchange, META, SOURCES).sentence


READ = [
    pytest.param(
        1,
        "Delivered both ways. On the way in the gateway removed 4 headers and added 15. On the way back it removed 3 "
        "headers, added 3 and rewrote 1. A browser would download this result, because the default domain was used.",
        "请求与响应都成功到达。进入服务前，网关移除 4 个头、附加 15 个。"
        "返回途中，网关移除 3 个头、附加 3 个、改写 1 处。"
        "浏览器会把结果当作附件下载，因为使用的是默认域名。",
        id="changed",
    ),
    pytest.param(
        2,
        "Refused at the gateway (400 InvalidArgument); it never reached your server: the bytes of the body exceed "
        "the 32 MB limit by 1 byte.",
        "请求在网关被拒绝（400 InvalidArgument），没有到达你的服务：消息体比 32 MB 的上限多 1 字节。",
        id="refused",
    ),
    pytest.param(
        3,
        "Your server returned 200 but the client received 502: the response headers exceed the 8 KB limit by 388 "
        "bytes. The largest is Set-Cookie (8,528 bytes).",
        "你的服务返回了 200，但客户端收到 502：响应头比 8 KB 的上限多 388 字节。"
        "最大的一项是 Set-Cookie（8,528 字节）。",
        id="discarded",
    ),
    pytest.param(
        12,
        "Your server is not listening: the connection was refused, and the client received 412.",
        "你的服务没有在监听，连接被拒绝；客户端收到 412。",
        id="not-listening",
    ),
]


@pytest.mark.parametrize(("ident", "en", "zh"), READ)
def test_the_sentence_reads(ident: int, en: str, zh: str) -> None:
    assert told(CALLS[ident]) == Text(zh, en)


def test_a_refusal_without_a_limit_gives_the_rules_own_reason() -> None:
    refused = sample.make(1, sample.Call(b"/2023-03-30/functions/other/invocations", method=b"POST"), sample.START_US)
    assert sentences.outcome(refused) is Outcome.REFUSED
    assert "404 FunctionNotFound" in told(refused).en


def test_no_sentence_is_left_with_an_empty_field() -> None:
    for exchange in (*CALLS.values(), *(with_failure(failure) for failure in Failure)):
        sentence = told(exchange)
        assert "{" not in sentence.en + sentence.zh
        assert "  " not in sentence.en


def test_a_call_without_request_and_response_has_a_page() -> None:
    bare = replace(with_failure(Failure.MALFORMED_REQUEST), client=View(), raw=b"GE\x00T")
    page = detail.page(bare, META, SOURCES)
    assert page.raw is not None
    assert page.status == ""


@pytest.mark.parametrize("link", Link)
def test_a_call_of_the_functions_own_says_whose_it_is(link: Link) -> None:
    call = CALLS[1]
    view = call.server
    assert view is not None
    facts = replace(call.facts, ingress=Ingress.EGRESS, origin="https://api.example.test", link=link)
    egress = replace(call, facts=facts, client=view, transforms=(), parent_id=2 if link else None)
    assert sentences.outcome(egress) is Outcome.OUTGOING
    page = detail.page(egress, META, SOURCES)
    assert "itself" in page.sentence.en
    assert "".join(span.text for span in page.target).startswith("https://api.example.test/")
    failed = replace(egress, failure=Failure.CLOSED, failure_text="no <b>answer", state=State.SERVER_FAILED)
    assert "no <b>answer" in detail.page(failed, META, SOURCES).sentence.en
