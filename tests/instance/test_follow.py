"""A log file is followed from its end, across truncation, rotation and absence."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

import pytest

from instance.follow import LogFollower

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def follow(path: Path, act: Callable[[Callable[[], None]], None]) -> bytes:
    """What a follower takes in while `act` runs; `act` gets a function that makes it look."""

    async def scene() -> bytes:
        follower = LogFollower(path)
        follower.start()
        act(follower.drain)
        follower.stop()
        assert follower.problem == ""
        return b"".join(line.data for line in follower.log.lines())

    return asyncio.run(scene())


def test_only_what_is_appended_from_now_on_counts(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"old\n")
    assert follow(path, lambda _look: append(path, b"new\n")) == b"new\n"


def test_a_file_that_appears_later_is_read_from_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "log"
    assert follow(path, lambda _look: append(path, b"first\n")) == b"first\n"


def test_a_truncated_file_is_read_from_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "log"

    def act(look: Callable[[], None]) -> None:
        append(path, b"a longer line\n")
        look()
        path.write_bytes(b"short\n")

    assert follow(path, act) == b"a longer line\nshort\n"


def test_rotation_loses_nothing(tmp_path: Path) -> None:
    path, rotated = tmp_path / "log", tmp_path / "log.1"

    def act(look: Callable[[], None]) -> None:
        append(path, b"1\n")
        look()
        append(path, b"2\n")  # unread when it is renamed
        path.rename(rotated)
        append(path, b"4\n")
        append(rotated, b"3\n")  # a writer that still has the old one open

    assert follow(path, act) == b"1\n2\n3\n4\n"


def test_a_renamed_file_without_a_successor_is_still_followed(tmp_path: Path) -> None:
    path, rotated = tmp_path / "log", tmp_path / "log.1"

    def act(look: Callable[[], None]) -> None:
        append(path, b"1\n")
        look()
        path.rename(rotated)
        look()
        append(rotated, b"2\n")
        look()
        append(path, b"3\n")

    assert follow(path, act) == b"1\n2\n3\n"


def test_a_call_s_window_asks_the_file(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.touch()

    async def scene() -> bytes:
        follower = LogFollower(path)
        follower.start()
        append(path, b"before\n")
        window = follower.log.open_window()
        append(path, b"mine\n")
        tail = follower.log.close_window(window)
        append(path, b"after\n")
        follower.stop()
        return tail.data

    assert asyncio.run(scene()) == b"mine\n"


def test_lines_arrive_without_a_call(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.touch()

    async def scene() -> None:
        follower = LogFollower(path)
        follower.start()
        append(path, b"by itself\n")
        async with asyncio.timeout(10):
            while follower.log.end == 0:  # noqa: ASYNC110 - a file has no event to wait for
                await asyncio.sleep(0.01)
        follower.stop()

    asyncio.run(scene())


def test_a_huge_jump_keeps_the_end(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.touch()

    def act(_look: Callable[[], None]) -> None:
        append(path, b"line\n" * 600_000 + b"end\n")

    kept = follow(path, act)
    assert kept.endswith(b"line\nend\n")
    assert len(kept) <= 2 * 1024 * 1024


def problem_of(path: Path) -> str:
    async def scene() -> str:
        follower = LogFollower(path)
        follower.start()
        problem = follower.problem
        follower.stop()
        return problem

    return asyncio.run(scene())


def test_a_named_pipe_is_refused_and_does_not_block(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    assert problem_of(path) == f"fc_log {path} is not a regular file"


def test_a_file_that_cannot_be_reached_is_named(tmp_path: Path) -> None:
    path = tmp_path / "file" / "log"
    path.parent.write_bytes(b"not a folder")
    assert problem_of(path) == f"fc_log {path} cannot be read: Not a directory"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.touch(mode=0)
    assert problem_of(path) == f"fc_log {path} cannot be read: Permission denied"
