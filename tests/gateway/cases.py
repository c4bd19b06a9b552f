"""Calls as pure data: what a client sends, what the server answers, which rules speak. Contract section 18.

`rules` is the exact list, in the order of work: a rule too many fails as one too few does.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from gateway.auth.check import Credentials, Denial
from gateway.auth.fc_signature import signature
from gateway.config import KIB, MIB, Asynchronous, Config, Domain, Evidence, Function, Rewrite, Route, Trigger
from gateway.exchange import Failure, Interim
from gateway.messages import Header, Headers, Request, Response
from gateway.survey import Refusal
from gateway.task_answer import ALREADY_ENDED, NOT_FOUND, STOPPED, TaskTold, found_task, found_tasks, found_word
from gateway.task_query import ENABLE
from tests.gateway.walker import BEFORE_THE_SERVER, OK

HINTS = Interim(Response(103, b"Early Hints", ((b"Link", b"</a.css>; rel=preload"),)), 500)
HOST = (b"Host", b"127.0.0.1:8080")
DEFAULT = (b"Host", b"web-abcdefghij.cn-hangzhou.fcapp.run")
INVOKE = b"/2023-03-30/functions/web/invocations"
OCTETS = (b"Content-Type", b"application/octet-stream")
ASYNC = (b"X-Fc-Invocation-Type", b"Async")

CONTEXT = "req.add.context"
REPLY = ("reply.add.request-id", "reply.own.date")
ATTACHED = ("res.force.attachment", *REPLY)
EVENT = ("invoke.set.target", "invoke.set.host", "req.own.framing", CONTEXT)
EVENT_NO_LENGTH = ("invoke.set.target", "invoke.set.host", "invoke.set.content-type", "req.own.framing", CONTEXT)
RESULT = ("invoke.set.response-type", *REPLY)

OBSERVED = Config(evidence=Evidence.OBSERVED)
ASSUMED = Config(evidence=Evidence.ASSUMED)
SHOP = Config(
    functions=(Function(name="shop", triggers=(Trigger(methods=("GET",), internet_url_disabled=True),)),),
    domains=(
        Domain("shop.example.test", (Route("/api/*", "shop", methods=("GET", "POST")), Route("/gone", "nobody"))),
    ),
)
TASK_MODE = Config(functions=(Function(asynchronous=Asynchronous(task=True)),))
EVENTS = Config(functions=(Function(name="event", triggers=()),))


@dataclass(frozen=True)
class Case:
    """One call. `status` is what the client is told; `code` FC's error code.

    `refusal`, `found`: what a shell adds to the facts before the rules decide. `interim`: came before the answer.
    """

    id: str
    request: Request
    rules: tuple[str, ...]
    status: int = 200
    code: str = ""
    answer: Response | Failure = OK
    config: Config = field(default_factory=Config)
    log_tail: bytes | None = None
    credentials: Credentials | None = None
    refusal: str = ""
    found: bytes | None = None
    interim: tuple[Interim, ...] = ()


def get(*headers: Header, target: bytes = b"/", host: Header = HOST) -> Request:
    return Request(b"GET", target, (host, *headers))


def post(body: bytes, *headers: Header, target: bytes = b"/") -> Request:
    return Request(b"POST", target, (HOST, (b"Content-Length", b"%d" % len(body)), *headers), body)


def invoke(*headers: Header, body: bytes = b"", target: bytes = INVOKE) -> Request:
    return Request(b"POST", target, (HOST, OCTETS, *headers), body)


def answer(*headers: Header, status: int = 200, version: bytes = b"HTTP/1.1", trailers: Headers = ()) -> Response:
    return Response(status, b"", ((b"Content-Length", b"2"), *headers), b"hi", version, trailers)


def filled(size: int) -> Header:
    """A field that together with HOST counts exactly `size` bytes."""
    return b"X-Big", b"a" * (size - len(HOST[0]) - len(HOST[1]) - len(b"X-Big"))


REFUSALS = (
    Case("api-path", get(target=b"/2023-03-30/functions"), ("req.refuse.path", *REPLY), 400, "PathNotSupported"),
    Case("api-method", get(target=INVOKE), ("req.refuse.path", *REPLY), 400, "PathNotSupported"),
    Case("other-name", invoke(), ("req.refuse.function", *REPLY), 404, "FunctionNotFound", config=SHOP),
    Case(
        "other-name-fc2",
        get(target=b"/2016-08-15/proxy/svc/fn/"),
        ("req.refuse.function", *ATTACHED),
        404,
        "FunctionNotFound",
        config=SHOP,
    ),
    Case(
        "route-to-nobody",
        get(host=(b"Host", b"shop.example.test"), target=b"/gone"),
        ("req.refuse.function", *REPLY),
        404,
        "FunctionNotFound",
        config=SHOP,
    ),
    Case(
        "no-route",
        get(host=(b"Host", b"SHOP.example.test:80")),
        ("req.refuse.route", *REPLY),
        404,
        "FunctionNotFound",
        config=SHOP,
    ),
    Case("no-trigger", get(), ("req.refuse.trigger", *REPLY), 404, "TriggerNotFound", config=EVENTS),
    Case(
        "no-internet",
        get(host=(b"Host", b"shop-abcdefghij.cn-hangzhou.fcapp.run")),
        ("req.refuse.internet", *ATTACHED),
        403,
        "AccessDenied",
        config=SHOP,
    ),
    Case("trigger-method", post(b""), ("req.refuse.method", *REPLY), 403, "AccessDenied", config=SHOP),
    Case(
        "route-method",
        Request(b"PUT", b"/api/x", ((b"Host", b"shop.example.test"),)),
        ("req.refuse.method", *REPLY),
        403,
        "AccessDenied",
        config=SHOP,
    ),
    Case(
        "connect",
        Request(b"CONNECT", b"foo.example:443", (HOST,)),
        ("tool.refuse.tunnel", *REPLY),
        400,
        "InvalidArgument",
    ),
    Case(
        "method-of-no-trigger",
        Request(b"PROPFIND", b"/", (HOST,)),
        ("req.refuse.unknown-method", "reply.add.request-id", "reply.own.date", "reply.add.expose-headers"),
        403,
        "AccessDenied",
        config=ASSUMED,
    ),
    Case(
        "invocation-type",
        get((b"x-fc-invocation-type", b"async")),
        ("req.refuse.invocation-type", *REPLY),
        400,
        "InvalidArgument",
    ),
    Case("log-type", invoke((b"x-fc-log-type", b"tail")), ("req.refuse.log-type", *REPLY), 400, "InvalidArgument"),
    Case("headers-8193", get(filled(8 * KIB + 1)), ("req.limit.headers", *REPLY), 400, "InvalidArgument"),
    Case("path-4097", get(target=b"/" + b"p" * 4 * KIB), ("req.limit.path", *REPLY), 400, "InvalidArgument"),
    Case(
        "body-announced",
        Request(b"POST", b"/", (HOST, (b"Content-Length", b"33554433"))),
        ("req.limit.body", *REPLY),
        400,
        "InvalidArgument",
    ),
    Case(
        "body-async",
        post(b"a" * (128 * KIB + 1), ASYNC),
        ("req.limit.body", *REPLY),
        400,
        "InvalidArgument",
    ),
    Case(
        "event-announced",
        invoke((b"Content-Length", b"%d" % (32 * MIB + 1))),
        ("invoke.limit.body", *REPLY),
        400,
        "EntityTooLarge",
    ),
)

PAGE = (b"Origin", b"http://a.test")
ASK_PUT = (b"Access-Control-Request-Method", b"PUT")
PUT_ONLY = Config(functions=(Function(triggers=(Trigger(methods=("PUT",)),)),))
PUT_ONLY_ASSUMED = replace(PUT_ONLY, evidence=Evidence.ASSUMED)
CORS = (
    Case("default-domain", get(PAGE, host=DEFAULT), (CONTEXT, *ATTACHED, "reply.add.cors")),
    Case(
        "custom-domain",
        get(PAGE),
        (CONTEXT, "req.add.context-observed", *REPLY, "reply.add.cors-custom"),
        config=ASSUMED,
    ),
    Case(
        "preflight",
        Request(b"OPTIONS", b"/", (DEFAULT, PAGE, ASK_PUT, (b"Access-Control-Request-Headers", b"x-a"))),
        ("req.answer.preflight", *ATTACHED),
        config=PUT_ONLY,
    ),
    Case(
        "preflight-custom",
        Request(b"OPTIONS", b"/", (HOST, PAGE, ASK_PUT)),
        ("req.answer.preflight-custom", *REPLY, "reply.add.expose-headers"),
        config=PUT_ONLY_ASSUMED,
    ),
    Case(
        "preflight-refused",
        Request(b"OPTIONS", b"/", (HOST, PAGE, ASK_PUT)),
        ("req.refuse.method", *REPLY),
        403,
        "AccessDenied",
        config=PUT_ONLY,
    ),
    Case("preflight-for-the-server", Request(b"OPTIONS", b"/", (HOST, PAGE, ASK_PUT)), (CONTEXT, *REPLY)),
)


def guarded(kind: str) -> Config:
    return Config(functions=(Function(triggers=(Trigger(auth_type=kind),)),))


def denied(name: str, rule: str, told: str, request: Request, kind: str = "function") -> Case:
    status, _, code = told.partition(" ")
    return Case(name, request, (rule, *REPLY), int(status), code, config=guarded(kind), credentials=CREDENTIALS)


CREDENTIALS = Credentials({"LTAItestid": "testsecret0001"}, {"amy": "secret"}, ("token",))
NOW = (b"Date", b"Fri, 07 Feb 2025 05:50:45 GMT")
KEY = (b"Authorization", b"FC LTAItestid:c2ln")
UNSORTED = signature(b"testsecret0001", b"GET\n\n\n" + NOW[1] + b"\n/x\nb=2\na=1")
AUTH = (
    denied("no-date", "req.auth.date-missing", "400 MissingRequiredHeader", get(KEY)),
    denied("no-authorization", "req.auth.authorization", "400 InvalidArgument", get(NOW)),
    denied("unreadable", "req.auth.authorization", "400 InvalidArgument", get(NOW, (b"Authorization", b"FC x"))),
    denied("stranger", "req.auth.access-key", "403 InvalidAccessKeyID", get(NOW, (b"Authorization", b"FC x:y"))),
    denied("late", "req.auth.date-skewed", "403 AccessDenied", get(KEY, (b"Date", b"Fri, 07 Feb 2025 05:00:00 GMT"))),
    denied("forged", "req.auth.signature", "403 SignatureNotMatch", get(KEY, NOW)),
    denied("no-token", "req.auth.token", "403 AccessDenied", get(), "bearer"),
    denied("bad-password", "req.auth.token", "403 AccessDenied", get((b"Authorization", b"Basic eDp5")), "basic"),
    Case("unchecked", get(), (CONTEXT, *REPLY), config=guarded("function")),
    Case("unchecked-jwt", get(), (CONTEXT, *REPLY), config=guarded("jwt")),
    Case("no-jwt", get(), ("req.auth.jwt", *REPLY), 403, "AccessDenied", config=guarded("jwt"), refusal=Denial.NO_JWT),
    Case(
        "bad-jwt", get(), ("req.auth.jwt", *REPLY), 403, "AccessDenied", config=guarded("jwt"), refusal=Denial.BAD_JWT
    ),
    denied(
        "stranger-s-url",
        "req.auth.access-key",
        "403 InvalidAccessKeyID",
        get(target=b"/?x-fc-access-key-id=nobody&x-fc-expires=1738907446&x-fc-signature=c2ln"),
    ),
    Case(
        "signed-by-a-quirk",
        get(NOW, (b"Authorization", b"FC LTAItestid:" + UNSORTED), target=b"/x?b=2&a=1"),
        (CONTEXT, *REPLY),
        config=guarded("function"),
        credentials=CREDENTIALS,
    ),
    Case(
        "forged-event",
        invoke(NOW, KEY),
        ("req.auth.signature", *REPLY),
        403,
        "SignatureNotMatch",
        credentials=CREDENTIALS,
    ),
)
FC2_EVENT = b"/2016-08-15/services/svc/functions/web/invocations"
RESULTS = (
    Case(
        "fc2",
        invoke(body=b"{}", target=FC2_EVENT),
        (*EVENT, "invoke.set.response-type", "invoke.add.metrics", *REPLY),
    ),
    Case(
        "fc3-observed",
        invoke(body=b"{}"),
        (*EVENT, "req.add.context-observed", "invoke.set.response-type", "invoke.add.version", *REPLY),
        config=OBSERVED,
    ),
    Case(
        "delay",
        get(ASYNC, (b"X-Fc-Async-Delay", b"-1")),
        ("req.refuse.async-delay", *REPLY),
        400,
        "InvalidArgument",
    ),
)
TASK = TaskTold("job-1", "1-a-b", "LATEST", "Succeeded", 2, 1_000_000, 2_000_000, 3_500_000, "")
FC3_TASKS = b"/2023-03-30/functions/web/async-tasks"
FC2_TASKS = b"/2021-04-06/services/svc/functions/web/stateful-async-invocations"
TOLD = ("req.answer.tasks", *REPLY)


def put(target: bytes) -> Request:
    return Request(b"PUT", target, (HOST,))


TASKS = (
    Case(
        "taken",
        get(ASYNC, (b"X-Fc-Async-Task-Id", b"job-1")),
        ("async.refuse.task-exists", *REPLY),
        409,
        "AsyncTaskAlreadyExists",
        refusal=Refusal.TASK_EXISTS,
    ),
    Case(
        "taken-fc2",
        invoke(ASYNC, (b"X-Fc-Stateful-Async-Invocation-Id", b"job-1"), target=FC2_EVENT),
        ("async.refuse.task-exists", *REPLY),
        409,
        "StatefulAsyncInvocationAlreadyExists",
        refusal=Refusal.TASK_EXISTS,
    ),
    Case(
        "impossible-name",
        get(ASYNC, (b"X-Fc-Async-Task-Id", b"-job")),
        ("req.refuse.task-id", *REPLY),
        400,
        "InvalidArgument",
    ),
    Case(
        "impossible-limit",
        get(target=FC3_TASKS + b"?limit=101"),
        ("req.refuse.task-query", *REPLY),
        400,
        "InvalidArgument",
    ),
    Case("list", get(target=FC3_TASKS), TOLD, found=found_tasks([TASK], "7")),
    Case("list-fc2", get(target=FC2_TASKS), TOLD, found=found_tasks([TASK], "")),
    Case("get", get(target=FC3_TASKS + b"/job-1"), TOLD, found=found_task(TASK)),
    Case("get-by-proxy", get(target=b"http://fc.test" + FC3_TASKS + b"/job-1"), TOLD, found=found_task(TASK)),
    Case("get-fc2", get(target=FC2_TASKS + b"/job-1"), TOLD, found=found_task(TASK)),
    Case("gone", get(target=FC3_TASKS + b"/x"), TOLD, 404, "AsyncTaskNotFound", found=found_word(NOT_FOUND)),
    Case("stop", put(FC3_TASKS + b"/job-1/stop"), TOLD, found=found_word(STOPPED)),
    Case(
        "stop-ended-fc2",
        put(FC2_TASKS + b"/job-1"),
        TOLD,
        412,
        "StatefulAsyncInvocationAlreadyCompleted",
        found=found_word(ALREADY_ENDED),
    ),
    Case("task-mode", get(ASYNC), ("async.accept", *REPLY), 202, config=TASK_MODE),
    Case("task-mode-once", get(ASYNC, (ENABLE, b"true")), ("async.accept", *REPLY), 202),
    Case("stop-by-the-wrong-way", put(FC3_TASKS + b"/job-1"), ("req.refuse.path", *REPLY), 400, "PathNotSupported"),
    Case("delete", Request(b"DELETE", FC3_TASKS, (HOST,)), ("req.refuse.path", *REPLY), 400, "PathNotSupported"),
)
REWRITTEN = Config(
    domains=(Domain("a.test", (Route("/api/*", "web", wildcard_rules=(Rewrite("^/api/*", "/$1"),)),)),),
)
CALLS = (
    Case("underscores", get((b"X_Fc-Account_Id", b"1")), (CONTEXT, *REPLY)),
    Case(
        "rewritten",
        get(target=b"/api/x?y", host=(b"Host", b"a.test")),
        ("req.rewrite.path", CONTEXT, *REPLY),
        config=REWRITTEN,
    ),
    Case("plain", get((b"X-App", b"1")), (CONTEXT, *REPLY)),
    Case(
        "absolute-form",
        get(target=b"http://a.test/x?y"),
        ("req.own.target", CONTEXT, *REPLY),
    ),
    Case(
        "http-1.0",
        Request(b"GET", b"/", (), version=b"HTTP/1.0"),
        ("req.own.version", "req.add.host", CONTEXT, *REPLY, "reply.own.connection"),
    ),
    Case("sync", get((b"X-Fc-Invocation-Type", b"Sync")), ("req.ctl.invocation-type", CONTEXT, *REPLY)),
    Case(
        "tail",
        get((b"X-Fc-Log-Type", b"Tail")),
        ("req.ctl.log-type", CONTEXT, *REPLY, "reply.add.log-result"),
        log_tail=b"FC Invoke Start RequestId: 1\n",
    ),
    Case("tail-unknown", get((b"X-Fc-Log-Type", b"Tail")), ("req.ctl.log-type", CONTEXT, *REPLY)),
    Case(
        "tasks",
        get((b"X-Fc-Async-Delay", b"1"), (b"X-Fc-Async-Task-Id", b"job")),
        ("req.ctl.async-delay", "req.ctl.async-task-id", CONTEXT, *REPLY),
    ),
    Case("spoofed", get((b"X-Fc-Account-Id", b"evil")), ("req.strip.x-fc", CONTEXT, *REPLY)),
    Case("hop", get((b"Connection", b"x-a"), (b"X-A", b"1")), ("req.strip.hop", CONTEXT, *REPLY)),
    Case("closing", get((b"Connection", b"close")), ("req.strip.hop", CONTEXT, *REPLY, "reply.own.connection")),
    Case("expect", post(b"hi", (b"Expect", b"100-continue")), ("req.own.expect", CONTEXT, *REPLY)),
    Case(
        "request-trailers",
        Request(b"POST", b"/", (HOST, (b"Transfer-Encoding", b"chunked")), b"hi", trailers=((b"X-Sum", b"1"),)),
        ("req.strip.trailers", CONTEXT, *REPLY),
    ),
    Case("observed", get(), (CONTEXT, "req.add.context-observed", *REPLY, "reply.add.expose-headers"), config=OBSERVED),
    Case("default-domain", get(host=DEFAULT), (CONTEXT, *ATTACHED)),
    Case("fc2-proxy", get(target=b"/2016-08-15/proxy/svc/web/a"), (CONTEXT, *ATTACHED)),
    Case("async", get(ASYNC), ("async.accept", *REPLY), 202),
    Case("async-event", invoke(ASYNC, body=b"{}"), ("async.accept", *REPLY), 202),
    Case("get-function", get(target=b"/2023-03-30/functions/web"), ("req.answer.get-function", *REPLY)),
    Case("event", invoke(body=b"hello world"), (*EVENT, *RESULT)),
    Case(
        "event-typed",
        Request(b"POST", b"/" + INVOKE, (HOST, (b"Content-Type", b"a/b"), (b"Accept", b"*/*")), b"x"),
        ("invoke.set.target", "invoke.drop.headers", "invoke.set.host", "invoke.set.content-type", *EVENT[2:], *RESULT),
    ),
)

ANSWERS = (
    Case(
        "headers",
        get(),
        (CONTEXT, "res.limit.headers", *REPLY),
        502,
        "BadResponse",
        answer((b"X", b"a" * 8 * KIB)),
    ),
    Case(
        "redirect",
        get(host=DEFAULT),
        (
            CONTEXT,
            "req.add.context-observed",
            "res.redirect.default-domain",
            "res.force.attachment",
            *REPLY,
            "reply.add.expose-headers",
        ),
        400,
        "ExternalRedirectForbidden",
        answer((b"Location", b"/a"), status=302),
        config=OBSERVED,
    ),
    Case(
        "apk",
        get(host=DEFAULT),
        (CONTEXT, "res.apk", *ATTACHED),
        400,
        "ApkDownloadForbidden",
        answer((b"content-type", b"application/vnd.android.package-archive; v=1")),
    ),
    Case(
        "hop",
        get(),
        (CONTEXT, "res.strip.hop", "res.strip.reserved", *REPLY),
        answer=answer((b"Connection", b"X-Hop"), (b"X-Hop", b"1")),
    ),
    Case("x-fc", get(), (CONTEXT, "res.strip.x-fc", *REPLY), answer=answer((b"x-fc-status", b"404"))),
    Case("reserved", get(), (CONTEXT, "res.strip.reserved", *REPLY), answer=answer((b"Server", b"a"), (b"Date", b"b"))),
    Case("trailers", get(), (CONTEXT, "res.strip.trailers", *REPLY), answer=answer(trailers=((b"A", b"b"),))),
    Case("early-hints", get(), (CONTEXT, "res.drop.interim", *REPLY), interim=(HINTS,)),
    Case(
        "early-hints-of-an-event",
        invoke(body=b"{}"),
        (*EVENT, "res.drop.interim", *RESULT),
        interim=(Interim(Response(102), 100), HINTS, HINTS),
    ),
    Case("switch", get(), (CONTEXT, "res.refuse.switch", *REPLY), 502, "BadResponse", Response(101)),
    Case("http-1.0", get(), (CONTEXT, "reply.own.version", *REPLY), answer=answer(version=b"HTTP/1.0")),
    Case("until-close", get(), (CONTEXT, *REPLY, "reply.own.framing"), answer=Response(200, b"OK", (), b"hi")),
    Case(
        "result",
        invoke(body=b"{}"),
        (*EVENT, "res.strip.reserved", "invoke.drop.status", "invoke.drop.response-headers", *RESULT),
        answer=answer((b"X-App", b"1"), (b"Server", b"a"), status=400),
    ),
    Case(
        "result-reported-as-failed",
        invoke(body=b"{}"),
        (*EVENT, "res.strip.x-fc", *RESULT, "reply.add.error-type"),
        answer=answer((b"x-fc-status", b"404")),
    ),
)


def failed(failure: Failure, rule: str, status: int, code: str, request: Request | None = None) -> Case:
    before = () if failure in BEFORE_THE_SERVER else EVENT if request else (CONTEXT,)
    name = f"{failure}{'-event' if request else ''}"
    return Case(name, request or get(), (*before, rule, *REPLY), status, code, failure)


FAILURES = (
    Case(
        "early-hints-and-no-answer",
        get(),
        (CONTEXT, "res.drop.interim", "fail.closed", *REPLY),
        502,
        "FunctionExited",
        Failure.CLOSED,
        interim=(HINTS,),
    ),
    failed(Failure.NOT_LISTENING, "fail.not-listening", 412, "FunctionNotStarted"),
    failed(Failure.NOT_LISTENING, "fail.not-listening", 412, "FunctionNotStarted", invoke(body=b"{}")),
    failed(Failure.CLOSED, "fail.closed", 502, "FunctionExited"),
    failed(Failure.CLOSED, "fail.closed", 200, "UnhandledInvocationError", invoke(body=b"{}")),
    failed(Failure.TIMED_OUT, "fail.timed-out", 502, "FunctionTimedOut"),
    failed(Failure.TIMED_OUT, "fail.timed-out", 200, "UnhandledInvocationError", invoke(body=b"{}")),
    failed(Failure.MALFORMED_ANSWER, "fail.malformed-answer", 502, "BadResponse"),
    failed(Failure.CLIENT_GONE, "fail.client-gone", 499, "ClientClosedRequest"),
    failed(Failure.MALFORMED_REQUEST, "fail.malformed-request", 400, "InvalidArgument"),
    failed(Failure.BUSY, "fail.busy", 429, "ResourceExhausted"),
    failed(Failure.STORE, "tool.store", 503, "RecordingFailed"),
    failed(Failure.EXITED, "fail.exited", 502, "FunctionExited"),
    failed(Failure.EXITED, "fail.exited", 200, "UnhandledInvocationError", invoke(body=b"{}")),
    failed(Failure.FILE_MISSING, "fail.file-missing", 412, "CAFileNotFound"),
    failed(Failure.FILE_MISSING, "fail.file-missing", 412, "CAFileNotFound", invoke(body=b"{}")),
    failed(Failure.EXITED_AT_START, "fail.exited-at-start", 412, "CAExited"),
    failed(Failure.EXITED_AT_START, "fail.exited-at-start", 412, "CAExited", invoke(body=b"{}")),
    failed(Failure.NOT_STARTED, "fail.not-started", 412, "FunctionNotStarted"),
    failed(Failure.NOT_STARTED, "fail.not-started", 412, "FunctionNotStarted", invoke(body=b"{}")),
    failed(Failure.INITIALIZER, "fail.initializer", 200, "InitializationError"),
    failed(Failure.INITIALIZER, "fail.initializer", 200, "InitializationError", invoke(body=b"{}")),
)

CASES = (*REFUSALS, *AUTH, *RESULTS, *TASKS, *CORS, *CALLS, *ANSWERS, *FAILURES)
