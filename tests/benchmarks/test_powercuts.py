from __future__ import annotations

import asyncio
import random
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmarks.powercuts import BROKEN, Disk, File, judge, main, torn, trace
from benchmarks.traced import Ack, Flush, NotUnderstood, Remove, Seen, Truncate, Write, events

if TYPE_CHECKING:
    from benchmarks.traced import Event


def chance(seed: int) -> random.Random:
    """The same every time."""
    return random.Random(seed)  # noqa: S311 - random states need no secrecy


needs_strace = pytest.mark.skipif(shutil.which("strace") is None, reason="there is no strace")
PLACE = Path("/r/fc.db")


@needs_strace
def test_twenty_power_cuts_lose_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert asyncio.run(main(20, calls=60)) == 0
    assert "20  states\n" in capsys.readouterr().out


@needs_strace
def test_a_loss_would_be_noticed(tmp_path: Path) -> None:
    """Without a flush for each commit, a power cut takes what was acknowledged."""
    log = asyncio.run(trace(tmp_path.resolve(), 60, {"fc_durability": "normal"}))
    counts = judge(list(events(log, tmp_path.resolve() / "recording")), 20, 1)
    assert counts["acknowledged but lost"] + counts["not sound"] > 0
    assert set(counts) <= {"states", "acknowledged", *BROKEN}


def hexed(text: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in text)


FILE, SOCKET = f"3<{hexed(b'/r/fc.db')}>", f"9<{hexed(b'socket:[1]')}>"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param([f'7  pwrite64({FILE}, "{hexed(b"ab")}", 2, 40) = 2'], [Write(PLACE, 40, b"ab")], id="write"),
        pytest.param([f'7 pwrite64({FILE}, "{hexed(b"ab")}", 2, 40) = 1'], [Write(PLACE, 40, b"a")], id="short-write"),
        pytest.param([f'7 pwrite64({FILE}, "{hexed(b"ab")}", 2, 0) = -1 ENOSPC (x)'], [], id="failed"),
        pytest.param([f"7 fdatasync({FILE}) = 0"], [Flush(PLACE)], id="flush"),
        pytest.param([f"7 ftruncate({FILE}, 12) = 0"], [Truncate(PLACE, 12)], id="truncate"),
        pytest.param([f'7 unlink("{hexed(b"/r/fc.db")}") = 0'], [Remove(PLACE)], id="unlink"),
        pytest.param(
            [
                f'7 openat(AT_FDCWD<{hexed(b"/")}>, "{hexed(b"/r/fc.db")}", O_RDWR) = {FILE}',
                f'7 write({FILE}, "{hexed(b"abc")}", 3) = 3',
                f'7 write({FILE}, "{hexed(b"de")}", 2) = 2',
            ],
            [Write(PLACE, 0, b"abc"), Write(PLACE, 3, b"de")],
            id="one-after-another",
        ),
        pytest.param(
            [
                f"7 fdatasync({FILE} <unfinished ...>",
                f'8 sendto({SOCKET}, "{hexed(b"HTTP/1.1 200 OK\r\nX-Fc-Request-Id: 1-a\r\n")}", 9) = 9',
                "7 <... fdatasync resumed>) = 0",
            ],
            [Ack("1-a"), Flush(PLACE)],
            id="a-flush-counts-once-it-has-returned",
        ),
        pytest.param(
            [f'8 sendto({SOCKET}, "{hexed(b"GET / HTTP/1.1\r\nx-fc-request-id: 1-a\r\n")}", 9) = 9'],
            [Seen("1-a")],
            id="request",
        ),
        pytest.param([f'7 pwrite64(3<{hexed(b"/elsewhere")}>, "{hexed(b"ab")}", 2, 40) = 2'], [], id="another-file"),
    ],
)
def test_a_log_is_read_back(tmp_path: Path, lines: list[str], expected: list[Event]) -> None:
    log = tmp_path / "log"
    log.write_text("\n".join(lines) + "\n")
    assert list(events(log, Path("/r"))) == expected


def test_what_is_not_modelled_is_not_passed_over(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(f'7 rename("{hexed(b"/r/a")}", "{hexed(b"/r/b")}") = 0\n')
    with pytest.raises(NotUnderstood):
        list(events(log, Path("/r")))


def test_what_was_flushed_is_there_after_any_cut(tmp_path: Path) -> None:
    disk = Disk()
    for event in (Write(PLACE, 0, b"safe"), Flush(PLACE), Write(PLACE, 4, b"late"), Truncate(PLACE, 6)):
        disk.take(event)
    found = set()
    for seed in range(60):
        disk.cut(tmp_path, chance(seed))
        found.add((tmp_path / "fc.db").read_bytes())
    assert all(each.startswith(b"safe") for each in found)
    assert {b"safe", b"safelate", b"safela"} <= found


def test_a_file_that_was_removed_is_gone(tmp_path: Path) -> None:
    disk = Disk()
    disk.take(Write(PLACE, 0, b"x"))
    disk.take(Remove(PLACE))
    disk.cut(tmp_path, chance(1))
    assert list(tmp_path.iterdir()) == []


def test_a_torn_write_ends_at_a_sector() -> None:
    write = Write(PLACE, 0, bytes(4096))
    sizes = {len(torn(write, chance(seed)).data) for seed in range(200)}
    assert len(sizes) > 3
    assert all(size % 512 == 0 for size in sizes)
    assert File().after_a_cut(chance(1)) == b""
