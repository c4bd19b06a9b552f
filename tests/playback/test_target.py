"""A replay sends where the user says, and only to this machine unless they insist."""

from __future__ import annotations

import pytest

from playback.target import BadTarget, Target, parse_target


@pytest.mark.parametrize(
    ("url", "address"),
    [
        pytest.param("http://127.0.0.1:9000", ("127.0.0.1", 9000), id="as documented"),
        pytest.param("http://127.0.0.1:9000/", ("127.0.0.1", 9000), id="with a slash"),
        pytest.param("http://127.1.2.3", ("127.1.2.3", 80), id="port 80 unsaid"),
        pytest.param("http://[::1]:8000", ("::1", 8000), id="IPv6"),
    ],
)
def test_a_loopback_url_is_a_target(url: str, address: tuple[str, int]) -> None:
    assert parse_target(url).address == address


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("", id="nothing"),
        pytest.param("127.0.0.1:9000", id="no scheme"),
        pytest.param("https://127.0.0.1:9000", id="TLS"),
        pytest.param("http://", id="no host"),
        pytest.param("http://127.0.0.1:99999", id="no such port"),
        pytest.param("http://127.0.0.1:x", id="no number"),
        pytest.param("http://127.0.0.1:9000/base", id="a path"),
        pytest.param("http://127.0.0.1:9000?x", id="a query"),
        pytest.param("http://user@127.0.0.1:9000", id="a user"),
        pytest.param("http://[::1", id="no URL"),
        pytest.param("http://192.0.2.1:9000", id="another machine"),
        pytest.param("http://0.0.0.0:9000", id="the wildcard address"),
        pytest.param("http://no-such-host.invalid", id="an unknown name"),
        pytest.param("http://" + "a" * 70 + ".test", id="a label that is too long"),
    ],
)
def test_everything_else_is_refused_in_one_line(url: str) -> None:
    with pytest.raises(BadTarget) as refused:
        parse_target(url)
    assert "\n" not in str(refused.value)


def test_another_machine_is_allowed_on_request() -> None:
    assert parse_target("http://192.0.2.1:9000", allow_remote=True) == Target(
        "192.0.2.1", 9000, "http://192.0.2.1:9000"
    )
