"""Replay rates: `check`, and `send` against `mitmdump -C` and a plain asyncio client, in processor time of one core.

    ./run python benchmarks/replay.py            about a minute; --markdown prints for docs/benchmarks.md

Each contestant sends the same requests to the same small server, one after another over one connection, in
interleaved rounds. Processor time counts, so that what else the machine does disturbs little, and start-up does not:
each is measured with many exchanges and with few, and the difference is the rate.
The plain client holds ready bytes in memory and looks at nothing of an answer but its length: it is the floor of
asyncio, and does none of what a replay does (read a recording, open secrets, check what may be sent, compare).
Read next: recordings.py (what is sent), contestants.py.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # a script finds its own folder, not the repository

from benchmarks import recordings  # noqa: E402 - needs the line above
from benchmarks.contestants import upstream  # noqa: E402 - the same
from benchmarks.machine import describe  # noqa: E402 - the same
from replay import replay  # noqa: E402 - the same
from verbs.shell import exit_code_of  # noqa: E402 - the same
from wire.heads import write_request  # noqa: E402 - the same

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MITMDUMP, PLAIN, SEND, CHECK = "mitmdump -C", "a plain asyncio client", "replay.py send", "replay.py check"

_PATIENCE_S = 300

type Rates = dict[str, list[float]]
"""Exchanges per second of processor time, a round each."""


def main(arguments: Sequence[str]) -> int:
    """Measure and print. Returns 0; 1 when a contestant failed."""
    parser = argparse.ArgumentParser(description="Exchanges per second of processor time.")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--exchanges", type=int, default=5000)
    parser.add_argument("--markdown", action="store_true", help="print a table for docs/benchmarks.md")
    chosen = parser.parse_args(arguments)
    try:
        rates = run(chosen.rounds, chosen.exchanges)
    except RuntimeError as error:
        print(f"replay: {error}", file=sys.stderr)
        return 1
    for name, value in describe():
        print(f"- {name}: {value}")
    print(f"- load: {chosen.exchanges} exchanges, {chosen.rounds} interleaved rounds, medians\n")
    print(table(rates) if chosen.markdown else table(rates).replace("|", " "))
    return 0


def run(rounds: int, exchanges: int) -> Rates:
    """Measure every contestant, interleaved, with all exchanges and with a tenth of them."""
    rates: Rates = {}
    few = max(exchanges // 10, 1)
    with tempfile.TemporaryDirectory() as folder, upstream(None) as server:
        os.environ["XDG_DATA_HOME"] = folder
        all_of_them, some = (Load.made(Path(folder) / str(count), count) for count in (exchanges, few))
        for _ in range(rounds):
            for name, spent in CONTESTANTS.items():
                seconds = spent(all_of_them, server.port) - spent(some, server.port)
                rates.setdefault(name, []).append((exchanges - few) / max(seconds, 1e-9))
    return rates


@dataclass(frozen=True, slots=True)
class Load:
    """The same calls in each contestant's form: a recording, flows, bytes."""

    count: int
    place: Path
    flows: Path
    ready: list[bytes]

    @classmethod
    def made(cls, stem: Path, count: int) -> Load:
        """Make all forms beside each other."""
        place, flows = stem.with_suffix(".db"), stem.with_suffix(".flow")
        recordings.write(str(place), count)
        with redirect_stdout(io.StringIO()):
            if exit_code_of(replay, ["export", str(place), "-o", str(flows), "--side", "server"]):
                raise RuntimeError("the recording could not be exported for mitmdump")
        return cls(count, place, flows, [_wire_bytes(number) for number in range(1, count + 1)])


def _wire_bytes(number: int) -> bytes:
    """What `send` puts on the wire for this exchange."""
    server = recordings.exchange(number).server
    if server is None or server.request is None or not isinstance(server.request.body, bytes):
        raise RuntimeError("the recording holds no server requests")
    return write_request(server.request) + server.request.body


async def plain_client(port: int, ready: Sequence[bytes]) -> None:
    """Ready bytes out, an answer in, of which nothing but the length is looked at."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in ready:
        writer.write(request)
        await writer.drain()
        head = await reader.readuntil(b"\r\n\r\n")
        length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length))
    writer.close()
    await writer.wait_closed()


def _plain(load: Load, port: int) -> float:
    begun = time.process_time()
    asyncio.run(plain_client(port, load.ready))
    return time.process_time() - begun


def _send(load: Load, port: int) -> float:
    return _spent([*_REPLAY, "send", str(load.place), "--no-keep", "--to", f"http://127.0.0.1:{port}"])


def _check(load: Load, port: int) -> float:
    del port
    return _spent([*_REPLAY, "check", str(load.place), "--no-keep"])


def _mitmdump(load: Load, port: int) -> float:
    """The replay of mitmproxy: the flows name 127.0.0.1:80, the server's port is put in; every answer must be a 200."""
    script = load.flows.with_suffix(".py")
    script.write_text(
        "answered = 0\n"
        f"def request(flow):\n    flow.request.host, flow.request.port = '127.0.0.1', {port}\n"
        "def response(flow):\n    global answered\n    answered += flow.response.status_code == 200\n"
        f"def done():\n    assert answered == {load.count}, answered\n",
        encoding="utf-8",
    )
    mitmdump = str(Path(sys.executable).with_name("mitmdump"))
    return _spent([mitmdump, "-q", "-n", "-C", str(load.flows), "-s", str(script)])


def _spent(words: Sequence[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(words, check=False, capture_output=True, timeout=_PATIENCE_S)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode or done.stderr:
        raise RuntimeError(f"{Path(words[0]).name} failed: {done.stderr.decode(errors='replace')[-300:]}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


_REPLAY = (sys.executable, str(ROOT / "replay.py"))
CONTESTANTS: dict[str, Callable[[Load, int], float]] = {
    MITMDUMP: _mitmdump,
    PLAIN: _plain,
    SEND: _send,
    CHECK: _check,
}


def table(rates: Rates) -> str:
    """One row a contestant; ratios to `mitmdump -C` and to the plain client."""
    middle = {name: statistics.median(found) for name, found in rates.items()}
    lines = ["| | exchanges per CPU second | to `mitmdump -C` | to the plain client |", "|---|--:|--:|--:|"]
    for name, rate in middle.items():
        ratios = [f"{rate / middle[base]:.2f}" if name != CHECK else "-" for base in (MITMDUMP, PLAIN)]
        lines.append(f"| {name} | {rate:,.0f} | {ratios[0]} | {ratios[1]} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
