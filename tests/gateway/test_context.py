"""The context fields of contract section 5: all of them, with an empty value when there is nothing to say."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.config import Config, Function
from gateway.context import documented, observed
from gateway.facts import ApiFamily, Ingress
from gateway.messages import Request, get
from gateway.rules import samples

DOCUMENTED = {
    b"x-fc-request-id", b"x-fc-control-path", b"x-fc-access-key-id", b"x-fc-access-key-secret", b"x-fc-security-token",
    b"x-fc-function-handler", b"x-fc-function-memory", b"x-fc-function-name", b"x-fc-region", b"x-fc-account-id",
    b"x-fc-qualifier", b"x-fc-version-id", b"x-fc-service-name", b"x-fc-service-logproject", b"x-fc-service-logstore",
}  # fmt: skip
OBSERVED = {
    b"x-fc-function-timeout", b"x-fc-retry-count", b"x-fc-tracing-opentracing-span-context",
    b"x-fc-tracing-opentracing-span-baggages", b"x-fc-tracing-jaeger-endpoint",
}  # fmt: skip
HTTP_ONLY = {
    b"x-fc-base-path", b"x-fc-client-ip", b"x-fc-eagleeye-traceid", b"x-fc-eagleeye-rpcid", b"x-fc-eagleeye-userdata",
    b"x-fc-api-server-ip",
}  # fmt: skip


def test_every_field_is_there_once() -> None:
    for call, more in ((samples.CUSTOM, HTTP_ONLY), (samples.API, set())):
        names = [name for name, _ in (*documented(call), *observed(call))]
        assert set(names) == DOCUMENTED | OBSERVED | more
        assert len(names) == len(set(names))


def test_the_values_come_from_facts_and_config() -> None:
    config = Config(functions=(Function(name="web", memory_mb=1024, timeout_s=3),), region="cn-beijing")
    call = replace(samples.call(Ingress.API, qualifier="7", service="svc"), config=config)
    lines = dict((*documented(call), *observed(call)))
    assert lines[b"x-fc-request-id"] == samples.SEED.request_id.encode()
    assert lines[b"x-fc-control-path"] == b"/invoke"
    assert lines[b"x-fc-function-memory"] == b"1024"
    assert lines[b"x-fc-function-timeout"] == b"3"
    assert lines[b"x-fc-region"] == b"cn-beijing"
    assert (lines[b"x-fc-qualifier"], lines[b"x-fc-version-id"]) == (b"7", b"7")
    assert lines[b"x-fc-service-name"] == b"svc"


def test_no_credentials_are_given() -> None:
    lines = dict(documented(samples.CUSTOM))
    assert lines[b"x-fc-access-key-id"] == lines[b"x-fc-access-key-secret"] == lines[b"x-fc-security-token"] == b""


@pytest.mark.parametrize(
    ("target", "told"),
    [
        pytest.param(b"/a/b?c", b"/a/b", id="path"),
        pytest.param(b"http://a.test/a?c", b"/a", id="absolute"),
    ],
)
def test_captures_show_the_path_as_base_path(target: bytes, told: bytes) -> None:
    call = replace(samples.CUSTOM, request=Request(b"GET", target))
    assert get(observed(call), b"x-fc-base-path") == told
    assert get(documented(call), b"x-fc-base-path") is None


def test_the_fc2_proxy_path_tells_its_base_once() -> None:
    call = samples.call(Ingress.HTTP_DEFAULT, api_family=ApiFamily.FC2)
    call = replace(call, request=Request(b"GET", b"/2016-08-15/proxy/s.q/f/a?b"))
    assert get(documented(call), b"x-fc-base-path") == b"/2016-08-15/proxy/s.q/f/"
    assert get(observed(call), b"x-fc-base-path") is None
