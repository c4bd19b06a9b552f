"""The first sentence: what happened to this call, in plain words, one per outcome, in both languages.

Must not know: HTML. Read next: detail.py (where it stands), gateway/exchange.py (`State`, `Failure`).
"""

from __future__ import annotations

from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING

from audit import catalogue, text
from audit.gauges import limit_text
from audit.path import is_accepted
from audit.words import Text
from gateway.changes import Leg, Part
from gateway.exchange import Failure, State
from gateway.facts import Ingress, Link
from gateway.messages import get_all

if TYPE_CHECKING:
    from audit.gauges import Measure
    from audit.words import Counts
    from gateway.exchange import Exchange


class Outcome(Enum):
    """How a call ended, told apart as far as the reader needs to know."""

    UNTOUCHED = "untouched"
    CHANGED = "changed"
    CONVERTED = "converted"
    CONVERTED_STATUS = "converted-status"
    REFUSED = "refused"
    ANSWERED = "answered"
    DISCARDED = "discarded"
    ACCEPTED = "accepted"
    NOT_LISTENING = "not-listening"
    CLOSED = "closed"
    MALFORMED_ANSWER = "malformed-answer"
    MALFORMED_REQUEST = "malformed-request"
    TIMED_OUT = "timed-out"
    STORE = "store"
    BUSY = "busy"
    EXITED = "exited"
    NOT_STARTED = "not-started"
    INITIALIZER = "initializer"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"
    OPEN = "open"
    OUTGOING = "outgoing"
    HOOK = "hook"
    HOOK_FAILED = "hook-failed"
    OUTGOING_FAILED = "outgoing-failed"


SENTENCES: dict[Outcome, Text] = {
    Outcome.UNTOUCHED: Text(
        "请求与响应都原样到达，网关没有改动任何内容。", "Delivered both ways; the gateway changed nothing."
    ),
    Outcome.CHANGED: Text("请求与响应都成功到达。{request}{response}", "Delivered both ways.{request}{response}"),
    Outcome.CONVERTED: Text(
        "API 调用被转换成 POST /invoke 交给你的服务；返回时只保留响应体，响应头和状态码会丢失。",
        "The API call became POST /invoke for your server; on the way back only the body is kept, headers and status are lost.",  # noqa: E501 -- one sentence
    ),
    Outcome.CONVERTED_STATUS: Text(
        "你的服务返回了 {server}，但客户端看到的是 {client}：API 调用只保留响应体，状态码和响应头会丢失。请在响应体里说明错误。",  # noqa: E501 -- one sentence
        "Your server said {server} but the client saw {client}: an API call keeps only the body; status and headers are lost. Report errors inside the body.",  # noqa: E501 -- one sentence
    ),
    Outcome.REFUSED: Text(
        "请求在网关被拒绝（{answer}），没有到达你的服务：{reason}",
        "Refused at the gateway ({answer}); it never reached your server: {reason}",
    ),
    Outcome.ANSWERED: Text(
        "网关自己应答了这次调用（{answer}），没有到达你的服务：{reason}",
        "The gateway answered this call itself ({answer}); it never reached your server: {reason}",
    ),
    Outcome.DISCARDED: Text(
        "你的服务返回了 {server}，但客户端收到 {client}：{reason}",
        "Your server returned {server} but the client received {client}: {reason}",
    ),
    Outcome.ACCEPTED: Text(
        "异步调用已受理：客户端立即收到 {client}，你的服务稍后才会被调用。",
        "Accepted for later: the client got {client} at once; your server is called afterwards.",
    ),
    Outcome.NOT_LISTENING: Text(
        "你的服务没有在监听，连接被拒绝；客户端收到 {client}。",
        "Your server is not listening: the connection was refused, and the client received {client}.",
    ),
    Outcome.CLOSED: Text(
        "你的服务在给出完整响应之前断开了连接；客户端收到 {client}。",
        "Your server closed the connection before a whole answer; the client received {client}.",
    ),
    Outcome.MALFORMED_ANSWER: Text(
        "你的服务返回的内容不是合法的 HTTP；客户端收到 {client}。",
        "What your server returned is not HTTP; the client received {client}.",
    ),
    Outcome.MALFORMED_REQUEST: Text(
        "客户端发来的内容不是合法的 HTTP，或长度含混；网关以 {client} 拒绝，你的服务没有被调用。",
        "What the client sent is not HTTP, or its length is ambiguous; the gateway refused it with {client} and your server was not called.",  # noqa: E501 -- one sentence
    ),
    Outcome.TIMED_OUT: Text(
        "你的服务没有在函数超时之内答完；客户端收到 {client}。",
        "Your server did not finish within the function's timeout; the client received {client}.",
    ),
    Outcome.STORE: Text(
        "录制无法写入，按设置拒绝了这次调用；客户端收到 {client}。",
        "The recording could not be written and the policy is to refuse; the client received {client}.",
    ),
    Outcome.BUSY: Text(
        "没有空闲的实例并发位；客户端收到 {client}。", "No instance slot was free; the client received {client}."
    ),
    Outcome.EXITED: Text(
        "你的程序在处理这次调用时退出了（{why}）；客户端收到 {client}。",
        "Your program ended during this call ({why}); the client received {client}.",
    ),
    Outcome.NOT_STARTED: Text(
        "实例没有启动成功，你的服务没有被调用；客户端收到 {client}：{why}",
        "The instance could not be started, so your server was not called; the client received {client}: {why}",
    ),
    Outcome.INITIALIZER: Text(
        "实例的初始化失败了，你的服务没有被调用；客户端收到 {client}：{why}",
        "The instance's initializer failed, so your server was not called; the client received {client}: {why}",
    ),
    Outcome.CANCELLED: Text("客户端在收到完整响应之前离开了。", "The client left before the answer was complete."),
    Outcome.INTERRUPTED: Text(
        "代理在这次调用进行中停止了；这里是停止前录下的内容。",
        "The proxy stopped while this call was under way; this is what had been recorded by then.",
    ),
    Outcome.OPEN: Text("这次调用还没有结束。", "This call has not ended."),
    Outcome.HOOK: Text(
        "平台通知了实例它的生命周期，你的服务回答 {server}；没有客户端收到它。",
        "The platform told the instance of its life and your server answered {server}; no client got that.",
    ),
    Outcome.HOOK_FAILED: Text(
        "平台通知了实例它的生命周期，你的服务回答 {server}：{said}。",
        "The platform told the instance of its life and your server answered {server}: {said}.",
    ),
    Outcome.OUTGOING: Text(
        "这是函数自己发出的调用，对方返回 {server}；网关规则不适用于它。{link}",
        "The function made this call itself and got {server}; the gateway's rules do not apply to it.{link}",
    ),
    Outcome.OUTGOING_FAILED: Text(
        "函数自己发出了这次调用，但没有得到完整的响应：{said}。{link}",
        "The function made this call itself and got no whole answer: {said}.{link}",
    ),
}

_LINKS = {
    Link.REQUEST_ID: Text("它带着那次调用的请求 ID。", " It carried the request id of the call behind it."),
    Link.TRACEPARENT: Text("它带着那次调用的 traceparent。", " It carried the traceparent of the call behind it."),
    Link.TIME: Text("当时只有那一次调用在进行。", " Only the call behind it was under way at that time."),
    Link.NONE: Text("无法得知它属于哪一次调用。", " Nobody can tell which call it was made for."),
}

_FAILURES = {
    Failure.NOT_LISTENING: Outcome.NOT_LISTENING,
    Failure.CLOSED: Outcome.CLOSED,
    Failure.MALFORMED_ANSWER: Outcome.MALFORMED_ANSWER,
    Failure.MALFORMED_REQUEST: Outcome.MALFORMED_REQUEST,
    Failure.TIMED_OUT: Outcome.TIMED_OUT,
    Failure.CLIENT_GONE: Outcome.CANCELLED,
    Failure.STORE: Outcome.STORE,
    Failure.BUSY: Outcome.BUSY,
    Failure.EXITED: Outcome.EXITED,
    Failure.FILE_MISSING: Outcome.NOT_STARTED,
    Failure.EXITED_AT_START: Outcome.NOT_STARTED,
    Failure.NOT_STARTED: Outcome.NOT_STARTED,
    Failure.INITIALIZER: Outcome.INITIALIZER,
}

_STATES = {
    State.OPEN: Outcome.OPEN,
    State.CANCELLED: Outcome.CANCELLED,
    State.INTERRUPTED: Outcome.INTERRUPTED,
    State.TIMED_OUT: Outcome.TIMED_OUT,
}

_ON_THE_WAY = {
    Leg.REQUEST: Text("进入服务前，网关{deeds}。", " On the way in the gateway {deeds}."),
    Leg.RESPONSE: Text("返回途中，网关{deeds}。", " On the way back it {deeds}."),
}
_DEEDS = (
    ("removed", Text("移除 {n} 个{noun}", "removed {n}{noun}")),
    ("added", Text("附加 {n} 个{noun}", "added {n}{noun}")),
    ("changed", Text("改写 {n} 处", "rewrote {n}{noun}")),
)
LOGS = " Logs: "
"""Where FC's sentence about a failed start goes on with what the program printed (contract LIFE-START-1)."""

_THROUGH = (Outcome.UNTOUCHED, Outcome.CHANGED)
_ATTACHMENT = Text(
    "浏览器会把结果当作附件下载，因为使用的是默认域名。",
    " A browser would download this result, because the default domain was used.",
)
UNEXPLAINED = Text("有 {n} 处差异没有任何规则解释。", " No rule explains {n} of the differences.")
_OVER = Text("{what}比 {limit} 的上限多 {excess} 字节。", "{what} exceed the {limit} limit by {excess}.")
_LARGEST = Text("最大的一项是 {name}（{size} 字节）。", " The largest is {name} ({size} bytes).")
_SAID = Text("{code}。", "{code}.")


def outcome(exchange: Exchange) -> Outcome:
    """Which of the sentences is true of an exchange."""
    if exchange.is_egress and exchange.state is not State.OPEN:
        return Outcome.OUTGOING if exchange.failure is None else Outcome.OUTGOING_FAILED
    if exchange.is_hook and exchange.state is not State.OPEN:
        return Outcome.HOOK if exchange.failure is None else Outcome.HOOK_FAILED
    if exchange.failure is not None:
        return _FAILURES[exchange.failure]
    if exchange.state in _STATES:
        return _STATES[exchange.state]
    if exchange.server is None:
        return _without_server(exchange)
    return _with_server(exchange)


def _with_server(exchange: Exchange) -> Outcome:
    if _replaced(exchange):
        return Outcome.DISCARDED
    if exchange.facts.ingress is Ingress.API:
        return Outcome.CONVERTED_STATUS if _statuses_differ(exchange) else Outcome.CONVERTED
    return Outcome.CHANGED if exchange.transforms else Outcome.UNTOUCHED


def _without_server(exchange: Exchange) -> Outcome:
    if is_accepted(exchange):
        return Outcome.ACCEPTED
    return Outcome.REFUSED if exchange.state is State.REFUSED or exchange.error_code else Outcome.ANSWERED


def _replaced(exchange: Exchange) -> bool:
    """A rule put the gateway's own answer in the place of the server's."""
    return any(t.part is Part.MESSAGE and t.leg is Leg.RESPONSE for t in exchange.transforms)


def _statuses_differ(exchange: Exchange) -> bool:
    client, server = statuses(exchange)
    return client != server


def statuses(exchange: Exchange) -> tuple[int, int]:
    """What the client saw and what the server said; 0 where there was no response."""
    mine, theirs = exchange.client.response, exchange.server.response if exchange.server else None
    return (mine.status if mine else 0), (theirs.status if theirs else 0)


def verdict(exchange: Exchange) -> str:
    """What the gateway said itself, such as `400 InvalidArgument`; "" when the server's answer went through."""
    status = statuses(exchange)[0]
    if exchange.error_code:
        code = text.clean(exchange.error_code)
        return f"{status} {code}" if status else code
    spoke = exchange.server is None and exchange.client.response is not None
    return str(status) if spoke or _replaced(exchange) else ""


def sentence(exchange: Exchange, request: Counts, response: Counts, measured: tuple[Measure, ...]) -> Text:
    """The first sentence of an exchange. `request`, `response`: how much changed; `measured`: its limits."""
    client, server = statuses(exchange)
    which = outcome(exchange)
    told = SENTENCES[which].format(
        client=client or "-",
        server=server or "-",
        answer=verdict(exchange) or "-",
        reason=_reason(exchange, measured),
        why=text.clean(exchange.failure_text.partition(LOGS)[0]),
        request=_deeds(Leg.REQUEST, request),
        response=_deeds(Leg.RESPONSE, response),
        link=_LINKS[exchange.facts.link],
        said=text.clean(exchange.failure_text),
    )
    extras = []
    if which in _THROUGH and any(b"attachment" in value for value in _dispositions_added(exchange)):
        extras.append(_ATTACHMENT)
    if request.unexplained + response.unexplained:
        extras.append(UNEXPLAINED.format(n=request.unexplained + response.unexplained))
    return join(told, *extras)


def join(*texts: Text) -> Text:
    """Sentences one after the other, in each language."""
    return Text("".join(t.zh for t in texts), "".join(t.en for t in texts))


@lru_cache(1024)
def _deeds(leg: Leg, counts: Counts) -> Text:
    """`On the way in the gateway removed 3 headers and added 2.`, or nothing when nothing changed."""
    done: list[Text] = []
    for name, words in _DEEDS:
        n = getattr(counts, name)
        if n:
            noun = Text("头", " header" if n == 1 else " headers") if not done else Text("", "")
            done.append(words.format(n=n, noun=noun))
    if not done:
        return Text("", "")
    en = [t.en for t in done]
    listed = en[0] if len(en) == 1 else f"{', '.join(en[:-1])} and {en[-1]}"
    return _ON_THE_WAY[leg].format(deeds=Text("、".join(t.zh for t in done), listed))


def _reason(exchange: Exchange, measured: tuple[Measure, ...]) -> Text:
    """Why the gateway spoke: the limit that was broken, else the rule's own sentence, else FC's code."""
    broken = [measure for measure in measured if measure.excess > 0]
    rules = [t.rule_id for t in exchange.transforms if t.part is Part.MESSAGE]
    if broken and any("limit" in rule_id for rule_id in rules):
        worst = broken[-1]
        count = f"{worst.excess:,}"
        excess = Text(count, f"{count} byte{'' if worst.excess == 1 else 's'}")
        told = _OVER.format(what=worst.what, limit=limit_text(worst.limit), excess=excess)
        return join(told, _largest(exchange)) if worst.leg is Leg.RESPONSE else told
    for rule_id in rules:
        return catalogue.claim(rule_id).summary
    return _SAID.format(code=text.clean(exchange.failure_text or exchange.error_code or "-"))


def _largest(exchange: Exchange) -> Text:
    """The biggest header of the server's answer, by name."""
    headers = exchange.server.response.headers if exchange.server and exchange.server.response else ()
    if not headers:
        return Text("", "")
    name, value = max(headers, key=lambda line: len(line[0]) + len(line[1]))
    return _LARGEST.format(name=text.flat(name, 80), size=f"{len(name) + len(value):,}")


def _dispositions_added(exchange: Exchange) -> list[bytes]:
    """Content-Disposition lines that a rule put into the response."""
    return [
        value
        for t in exchange.transforms
        if t.leg is Leg.RESPONSE and t.part is Part.HEADERS and isinstance(t.after, tuple)
        for value in get_all(t.after, b"content-disposition")
    ]
