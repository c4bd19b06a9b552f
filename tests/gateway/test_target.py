from __future__ import annotations

import pytest

from gateway.target import APP, Kind, place, split_absolute


@pytest.mark.parametrize(
    ("target", "parts"),
    [
        pytest.param(b"http://a.test/x?y", (b"a.test", b"/x?y"), id="path"),
        pytest.param(b"HTTPS://u:p@a.test:81", (b"a.test:81", b"/"), id="no-path"),
        pytest.param(b"http://a.test?q=/", (b"a.test", b"/?q=/"), id="query-alone"),
        pytest.param(b"/http://a", None, id="origin"),
        pytest.param(b"*", None, id="asterisk"),
        pytest.param(b"ftp://a.test/", None, id="scheme"),
    ],
)
def test_absolute_targets_are_split(target: bytes, parts: tuple[bytes, bytes] | None) -> None:
    assert split_absolute(target) == parts


@pytest.mark.parametrize(
    ("target", "base"),
    [
        pytest.param(b"/2016-08-15/proxy/s/f", "/2016-08-15/proxy/s/f/", id="bare"),
        pytest.param(b"//2016-08-15/proxy/s.q/f/a/b?c", "/2016-08-15/proxy/s.q/f/", id="doubled"),
    ],
)
def test_a_proxy_path_has_a_base(target: bytes, base: str) -> None:
    found = place(target, b"PUT")
    assert (found.kind, found.base) == (Kind.PROXY, base)


def test_bytes_that_are_no_utf8_do_not_break_a_name() -> None:
    assert place(b"/2023-03-30/functions/\xff/invocations", b"POST").function == "?"
    assert place(b"/2023-03-30/functions/%ff/invocations", b"POST").function == "\ufffd"
    assert place(b"/a", b"GET") is APP
