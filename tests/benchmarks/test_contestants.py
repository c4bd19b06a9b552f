"""Every contestant of the benchmark comes up and answers through the proxy."""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING

import pytest

from benchmarks.contestants import CONTESTANTS, Contestant, StartFailed, running, upstream

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("contestant", [pytest.param(one, id=one.name) for one in CONTESTANTS])
def test_a_contestant_answers(contestant: Contestant, tmp_path: Path) -> None:
    with upstream(None) as server, running(contestant, server.port, tmp_path, None) as up:
        connection = http.client.HTTPConnection("127.0.0.1", up.port, timeout=30)
        connection.request("GET", "/hello")
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (200, b"Hello, World!")
        connection.close()


def test_a_contestant_that_does_not_come_up_is_told_with_its_words(tmp_path: Path) -> None:
    wrong = Contestant("wrong", ("--no-such-option",))
    with pytest.raises(StartFailed, match="no-such-option"), running(wrong, 1, tmp_path, None):
        pass
