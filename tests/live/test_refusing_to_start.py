"""Bad input: one line on stderr, an exit code of its own, no traceback, and a port that was never opened.

The finer rows are in-process (tests/addons, tests/store); a process costs a second, so these run side by side.
"""

from __future__ import annotations

import socket
import sqlite3
import subprocess
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from addons.refusal import Exit
from tests.proxy import command, free_port, is_open

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

AT_ONCE = 3
PATIENCE_S = 60.0

TWO_TRIGGERS = """\
edition: 3.0.0
name: shop
resources:
  web:
    component: fc3
    props:
      region: cn-hangzhou
      functionName: shop-web
      runtime: custom.debian11
      triggers:
        - {triggerName: one, triggerType: http, triggerConfig: {authType: anonymous, methods: [GET]}}
        - {triggerName: two, triggerType: http, triggerConfig: {authType: anonymous, methods: [GET]}}
"""


@dataclass(frozen=True, slots=True)
class Row:
    """`options` may write files into the folder it is given; `words` stand in the line."""

    options: Callable[[Path], dict[str, str]]
    code: Exit
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a start ended. `opened`: its port could be reached at some moment. `changed`: files that were there."""

    code: int
    out: str
    err: str
    opened: bool
    changed: bool


def written(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.write_text(text)
    return str(path)


def foreign_database(folder: Path) -> dict[str, str]:
    path = folder / "foreign.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE theirs (x)")
        connection.commit()
    return {"fc_store": str(path)}


ROWS = {
    "mistyped-name": Row(lambda _: {"fc_sotre": "x.db"}, Exit.OPTION, ("fc_sotre", "did you mean fc_store?")),
    "unknown-choice": Row(lambda _: {"fc_domain": "defualt"}, Exit.OPTION, ("fc_domain", "did you mean default?")),
    "not-a-number": Row(lambda _: {"fc_memory": "much"}, Exit.OPTION, ("fc_memory=much", "whole number")),
    "impossible-time": Row(lambda _: {"fc_timeout": "0"}, Exit.OPTION, ("fc_timeout=0", "86400")),
    "two-http-triggers": Row(
        lambda folder: {"fc_config": written(folder, "s.yaml", TWO_TRIGGERS)}, Exit.OPTION, ("s.yaml:", "trigger")
    ),
    "unwritable-folder": Row(lambda _: {"fc_store": "/proc/fc.db"}, Exit.RECORDING, ("/proc",)),
    "somebody-else-s-database": Row(foreign_database, Exit.RECORDING, ("foreign.db",)),
    "text-file-as-store": Row(
        lambda folder: {"fc_store": written(folder, "notes.txt", "notes\n" * 99)}, Exit.RECORDING, ("notes.txt",)
    ),
    "no-such-program": Row(lambda _: {"fc_command": "no-such-program --here"}, Exit.SERVER, ("no-such-program",)),
}


def start(folder: Path, options: dict[str, str], port: int, *, knock: bool = True) -> Ended:
    """Start the proxy, which must end by itself; meanwhile its port is tried again and again."""
    before = contents(folder)
    work = folder / "proxy"
    work.mkdir()
    over, opened = threading.Event(), threading.Event()

    def try_port() -> None:
        while not over.wait(0.005):
            if is_open(port):
                opened.set()

    knocker = threading.Thread(target=try_port)
    with subprocess.Popen(
        command(work, free_port(), port, options, ()),
        cwd=work,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        if knock:
            knocker.start()
        try:
            out, err = process.communicate(timeout=PATIENCE_S)
        finally:
            process.kill()
            over.set()
            if knock:
                knocker.join()
    return Ended(process.returncode, out, err, opened.is_set(), contents(folder) != before)


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.fixture(scope="module")
def starts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Future[Ended]]]:
    """Every row's start, a few at once."""
    folders = {ident: tmp_path_factory.mktemp(ident) for ident in ROWS}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        yield {
            ident: pool.submit(start, folders[ident], row.options(folders[ident]), free_port())
            for ident, row in ROWS.items()
        }


def assert_refused(ended: Ended, code: Exit, words: tuple[str, ...]) -> None:
    assert ended.code == code, ended
    assert ended.err.startswith("fc-replay: ")
    assert ended.err.count("\n") == 1, ended.err
    for word in words:
        assert word in ended.err
    assert "Traceback" not in ended.out
    assert "listening" not in ended.out
    assert not ended.opened
    assert not ended.changed


@pytest.mark.parametrize("ident", ROWS)
def test_one_line_and_its_own_exit_code(starts: dict[str, Future[Ended]], ident: str) -> None:
    assert_refused(starts[ident].result(), ROWS[ident].code, ROWS[ident].words)


def test_a_port_that_is_taken(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        ended = start(tmp_path, {}, port, knock=False)
    assert_refused(ended, Exit.PORT, (str(port), "--listen-port"))
