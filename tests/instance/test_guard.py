"""A program does not outlive the process that started it, however that one ends."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from instance.guard import Guard

ROOT = Path(__file__).resolve().parent.parent.parent

# Starts a guard and a group of two (a shell and its child), tells their fates by the ends of one pipe, and waits.
KEEPER = """
import asyncio, os, sys
sys.path.insert(0, sys.argv[1])
from instance.guard import Guard

async def main():
    guard = await Guard.start()
    alive = int(sys.argv[2])
    program = await asyncio.create_subprocess_exec(
        "/bin/sh", "-c", sys.argv[3], start_new_session=True, pass_fds=(alive,), stdout=asyncio.subprocess.PIPE
    )
    os.close(alive)
    await program.stdout.readexactly(2)
    guard.watch(program.pid)
    print("up", flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""
PLAIN = "sleep 600 & echo; echo; wait"
DEAF = "trap '' TERM; sh -c \"trap '' TERM; echo; sleep 600 & wait; sleep 600\" & echo; wait; sleep 600"
PATIENCE_S = 30.0


def ends(read_end: int) -> bool:
    """Whether every process that holds the other end is gone, once that has come true."""
    with socket.socket(fileno=read_end) as pipe:
        pipe.settimeout(PATIENCE_S)
        return pipe.recv(1) == b""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV], ids=["killed", "crashed"])
@pytest.mark.parametrize("program", [pytest.param(PLAIN, id="plain"), pytest.param(DEAF, id="deaf-to-SIGTERM")])
def test_the_whole_group_ends_with_us(program: str, number: signal.Signals) -> None:
    ours, theirs = socket.socketpair()
    words = [sys.executable, "-c", KEEPER, str(ROOT), str(theirs.fileno()), program]
    with subprocess.Popen(words, pass_fds=(theirs.fileno(),), stdout=subprocess.PIPE) as keeper:
        theirs.close()
        assert keeper.stdout is not None
        assert keeper.stdout.readline() == b"up\n"
        keeper.send_signal(number)
        keeper.wait(PATIENCE_S)
        assert ends(ours.detach())


def test_a_group_that_is_dismissed_is_left_alone() -> None:
    async def scene() -> int | None:
        guard = await Guard.start()
        assert guard is not None
        program = await asyncio.create_subprocess_exec("/bin/sh", "-c", "read line", start_new_session=True, stdin=-1)
        guard.watch(program.pid)
        await guard.dismiss()
        assert program.stdin is not None
        program.stdin.write(b"go\n")
        return await asyncio.wait_for(program.wait(), PATIENCE_S)

    assert asyncio.run(scene()) == 0


def test_a_guard_that_got_no_group_goes_home() -> None:
    async def scene() -> None:
        guard = await Guard.start()
        assert guard is not None
        await asyncio.wait_for(guard.dismiss(), PATIENCE_S)

    asyncio.run(scene())


def test_a_guard_that_somebody_killed_is_no_trouble() -> None:
    async def scene() -> None:
        guard = await Guard.start()
        assert guard is not None
        os.kill(guard.pid, signal.SIGKILL)
        await asyncio.wait_for(guard.ended(), PATIENCE_S)
        guard.watch(os.getpid())
        await guard.dismiss()

    asyncio.run(scene())


def test_without_a_shell_there_is_no_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("instance.guard.SHELL", "/no/such/shell")
    assert asyncio.run(Guard.start()) is None
