from __future__ import annotations

import socket

import pytest

import addons.mode  # noqa: F401 - registers the fc mode
from addons.ports import check_free, first_address
from addons.refusal import Exit, StartRefused


def test_a_port_in_use_is_refused_with_a_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StartRefused) as refused:
            check_free(["fc:http://127.0.0.1:9000"], "127.0.0.1", port)
    assert refused.value.code is Exit.PORT
    assert f"port {port} on 127.0.0.1" in refused.value.line
    assert "--listen-port" in refused.value.line


def test_a_free_port_is_left_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    check_free([f"fc:http://127.0.0.1:9000@{port}"], "127.0.0.1", None)
    socket.create_server(("127.0.0.1", port)).close()


@pytest.mark.parametrize("mode", ["nonsense", "fc:https://h", "fc:http://h@99999"])
def test_an_impossible_mode_is_refused(mode: str) -> None:
    with pytest.raises(StartRefused) as refused:
        check_free([mode], "127.0.0.1", 8080)
    assert refused.value.code is Exit.OPTION


@pytest.mark.parametrize(
    "host", [pytest.param("300.1.1.1", id="no address"), pytest.param("192.0.2.1", id="somebody else's")]
)
def test_a_host_that_is_not_ours_is_refused(host: str) -> None:
    with pytest.raises(StartRefused) as refused:
        check_free(["reverse:http://127.0.0.1:9000"], host, 8080)
    assert refused.value.code is Exit.PORT
    assert f"listen_host={host} is no address of this machine" in refused.value.line
    assert "--listen-host 127.0.0.1" in refused.value.line


@pytest.mark.parametrize("port", [-1, 65536])
def test_an_impossible_port_is_refused(port: int) -> None:
    with pytest.raises(StartRefused) as refused:
        check_free(["fc"], "127.0.0.1", port)
    assert refused.value.code is Exit.OPTION
    assert f"listen_port={port}" in refused.value.line


@pytest.mark.parametrize(
    ("mode", "host", "port", "expected"),
    [
        pytest.param("fc:http://127.0.0.1:9000", "127.0.0.1", None, ("127.0.0.1", 8080), id="default"),
        pytest.param("fc:http://127.0.0.1:9000", "", 8090, ("127.0.0.1", 8090), id="option"),
        pytest.param("fc:http://127.0.0.1:9000@8070", "::1", 8090, ("[::1]", 8070), id="mode"),
    ],
)
def test_clients_are_told_the_first_address(mode: str, host: str, port: int | None, expected: tuple[str, int]) -> None:
    assert first_address([mode], host, port) == expected
