"""The process of the live page: it starts with what it needs, tells where it is, and never outlives the proxy."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from addons import live_page
from addons.live_page import About, LivePage
from addons.refusal import Exit, StartRefused
from tests.proxy import Proxy
from tests.store.samples import sample, write_all

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


@pytest.fixture
def about(tmp_path: Path) -> About:
    write_all(str(tmp_path / "fc.db"), [sample(1)])
    return About(str(tmp_path / "fc.db"), "http://127.0.0.1:8080")


def run(test: Callable[[LivePage], Awaitable[None]]) -> None:
    async def main() -> None:
        page = LivePage()
        try:
            await test(page)
        finally:
            await page.stop()

    asyncio.run(main())


def is_alive(pid: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().split(") ")[1][0] != "Z"
    return False


def test_it_tells_where_it_is_and_ends_when_asked(about: About) -> None:
    async def test(page: LivePage) -> None:
        await page.start(0, about)
        assert page.url.startswith("http://127.0.0.1:")
        process = page._process
        assert process is not None
        await page.stop()
        assert process.returncode == 0

    run(test)


def test_a_taken_port_refuses_the_start_in_one_line(about: About) -> None:
    async def test(page: LivePage) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(StartRefused) as refused:
            await page.start(taken.getsockname()[1], about)
        assert refused.value.code is Exit.PORT
        assert "Address already in use; choose another port" in refused.value.line
        assert "\n" not in refused.value.line

    run(test)


def test_a_page_that_does_not_start_is_not_waited_for(about: About, monkeypatch: pytest.MonkeyPatch) -> None:
    async def test(page: LivePage) -> None:
        monkeypatch.setattr(live_page, "START_S", 0.0)
        with pytest.raises(StartRefused, match="did not start"):
            await page.start(0, about)

    run(test)


def test_a_page_that_died_is_told_and_nothing_else_happens(about: About, caplog: pytest.LogCaptureFixture) -> None:
    async def test(page: LivePage) -> None:
        await page.start(0, about)
        assert page._process is not None
        assert page._watching is not None
        page._process.send_signal(signal.SIGKILL)
        await page._watching
        assert "the live page has ended" in caplog.text

    with caplog.at_level(logging.WARNING):
        run(test)


def test_it_dies_with_a_proxy_that_is_killed(tmp_path: Path) -> None:
    proxy = Proxy(tmp_path / "home", 9, {"fc_ui": "0"}).start()
    children = Path(f"/proc/{proxy.process.pid}/task/{proxy.process.pid}/children")
    if not children.exists():
        pytest.skip("this system does not tell a process's children")
    pids = [int(pid) for pid in children.read_text().split()]
    assert [is_alive(pid) for pid in pids] == [True]
    watched = os.pidfd_open(pids[0])
    proxy.kill()
    assert wait_for(watched)
    os.close(watched)


def wait_for(pidfd: int) -> bool:
    import select

    return bool(select.select([pidfd], [], [], 20)[0])


def test_the_proxy_says_where_the_page_is_and_closes_its_recording_after_it(tmp_path: Path) -> None:
    with Proxy(tmp_path / "home", 9, {"fc_ui": "0", "fc_language": "en"}) as proxy:
        assert "every call as it happens: http://127.0.0.1:" in proxy.output()
    assert not (proxy.folder / "fc.db-wal").exists()
