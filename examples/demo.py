"""`./run demo`: the product page's sample behind FC's gateway, a dozen calls, and the page that explains them.

Starts `mitmdump -s addons/fc.py` on free ports, which starts the sample; sends the calls; stops both; prints
what the recording says. Writes demo-recording/ in the current folder and nothing else; leaves nothing running.
Read next: demo_calls.py (the calls), flask_sample.py (the server, verbatim from the product page).
"""

from __future__ import annotations

import contextlib
import http.client
import os
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # a script finds its own folder, not the repository

from addons.terminal import line  # noqa: E402 - needs the line above
from examples.demo_calls import CALLS  # noqa: E402 - the same
from examples.demo_words import words_for  # noqa: E402 - the same
from gateway.exchange import State  # noqa: E402 - the same
from store.reader import Reader  # noqa: E402 - the same
from store.recording import open_for_reading  # noqa: E402 - the same

if TYPE_CHECKING:
    from collections.abc import Iterator

    from examples.demo_calls import Call
    from examples.demo_words import Words
    from gateway.exchange import Exchange

FOLDER = Path("demo-recording")
RECORDING = FOLDER / "fc.db"
PAGE = FOLDER / "audit.html"
START_TIMEOUT_S = 30
STOP_TIMEOUT_S = 10
CALL_TIMEOUT_S = 30
DELIVERY_TIMEOUT_S = 10
LINE_WIDTH = 60
WIDEST_TARGET = 27


class Failed(Exception):
    """The demo cannot go on; the message is for the user."""


def main() -> int:
    """Run the demo. Returns 0; 1 when it failed, with a line that says why; 130 after Ctrl-C; 141 when nobody reads."""
    signal.signal(signal.SIGTERM, _interrupt)
    words = words_for(os.environ)
    try:
        prepare_folder()
        print(f"{words.title}\n{words.legend}\n", flush=True)
        show(record(), words)
        write_page()
        show_next(words)
    except KeyboardInterrupt:
        print("\ndemo: stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of our lines (head, less) has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except Failed as failure:
        print(f"demo: {failure}", file=sys.stderr)
        return 1
    return 0


def prepare_folder() -> None:
    """Make room: what an earlier demo wrote goes, anything else in the folder stays."""
    try:
        FOLDER.mkdir(exist_ok=True)
        for old in [*FOLDER.glob("fc.db*"), PAGE]:
            old.unlink(missing_ok=True)
    except OSError as error:
        raise Failed(f"cannot write to {FOLDER.absolute()}: {error.strerror}") from error


def record() -> dict[str, Call]:
    """Make the calls through a gateway. Returns each call by its request id."""
    port, server_port = free_ports(2)
    with gateway(port, server_port) as log:
        try:
            noted = {send(port, call): call for call in CALLS}
            wait_for_deliveries(sum(call.is_async for call in CALLS))
        except (OSError, http.client.HTTPException) as error:
            raise Failed(f"a call failed: {error!r}; mitmdump said:\n{log.read_text()}") from error
    return noted


@contextlib.contextmanager
def gateway(port: int, server_port: int) -> Iterator[Path]:
    """`mitmdump -s addons/fc.py` with the sample behind it, until the block ends. Yields what it prints, as a file."""
    sample = [sys.executable, "-m", "flask", "--app", str(ROOT / "examples" / "flask_sample.py"), "run"]
    options = {
        "fc_command": shlex.join([*sample, "--host", "127.0.0.1", "--port", str(server_port)]),
        "fc_store": str(RECORDING.absolute()),
    }
    mitmdump = [str(Path(sys.executable).with_name("mitmdump")), "-s", str(ROOT / "addons" / "fc.py")]
    mitmdump += ["--listen-port", str(port), "--mode", f"reverse:http://127.0.0.1:{server_port}"]
    for name, value in options.items():
        mitmdump += ["--set", f"{name}={value}"]
    with tempfile.TemporaryDirectory() as scratch:
        log = Path(scratch) / "mitmdump.log"
        with log.open("wb") as output:
            # A group of its own: Ctrl-C comes to us, and we stop it in order.
            process = subprocess.Popen(
                mitmdump, stdin=subprocess.DEVNULL, stdout=output, stderr=output, process_group=0
            )
        try:
            wait_for_port(port, process, log)
            yield log
        finally:
            stop(process)


def wait_for_port(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the gateway listens; an early end is told at once with what it printed."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise Failed(f"mitmdump ended with code {process.returncode}:\n{log.read_text()}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    raise Failed(f"mitmdump did not listen within {START_TIMEOUT_S} s:\n{log.read_text()}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM, and SIGKILL when that is not enough. A second Ctrl-C does not cut it short."""
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process.terminate()
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    finally:
        signal.signal(signal.SIGINT, previous)


def send(port: int, call: Call) -> str:
    """Send one call; returns the request id of its answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=CALL_TIMEOUT_S)
    with contextlib.closing(connection):
        connection.putrequest(call.method, call.target, skip_host=True, skip_accept_encoding=True)
        connection.putheader("Host", call.host)
        for name, value in call.headers.items():
            connection.putheader(name, value)
        if call.body or call.announce:
            connection.putheader("Content-Length", str(call.announce or len(call.body)))
        # The gateway may refuse and close before the whole body is sent; its answer is there all the same.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.endheaders(call.body or None)
        answer = connection.getresponse()
        answer.read()
    request_id = answer.headers["X-Fc-Request-Id"]
    if request_id is None:
        raise Failed(f"{call.method} {call.target} was answered {answer.status} by something that is not our gateway")
    return request_id


def wait_for_deliveries(expected: int) -> None:
    """Wait until the accepted asynchronous calls have reached the server."""
    deadline = time.monotonic() + DELIVERY_TIMEOUT_S
    while time.monotonic() < deadline:
        done = [one for one in read_recording() if one.is_delivery and one.state is not State.OPEN]
        if len(done) >= expected:
            return
        time.sleep(0.05)
    raise Failed(f"an accepted call was not delivered within {DELIVERY_TIMEOUT_S} s")


def read_recording() -> list[Exchange]:
    """Every exchange of the demo's recording, in order of arrival."""
    recording = open_for_reading(str(RECORDING))
    with contextlib.closing(recording):
        return list(Reader(recording).exchanges())


def show(noted: dict[str, Call], words: Words) -> None:
    """One line for each exchange, and beside it what it shows."""
    for exchange in read_recording():
        print(f"  {line(exchange, WIDEST_TARGET):<{LINE_WIDTH}} {meaning_of(exchange, noted, words)}")


def meaning_of(exchange: Exchange, noted: dict[str, Call], words: Words) -> str:
    """What an exchange shows. A delivery has the request id of the call that was accepted."""
    if exchange.is_delivery:
        return words.delivery
    call = noted[exchange.facts.seed.request_id]
    return call.shows_zh if words.chinese else call.shows


def write_page() -> None:
    """The audit page, by the command that a user would type."""
    command = [sys.executable, str(ROOT / "replay.py"), "audit", str(RECORDING), "-o", str(PAGE)]
    result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise Failed(f"{shlex.join(command)} ended with code {result.returncode}:\n{result.stderr}")


def show_next(words: Words) -> None:
    """What to type now."""
    print(f"\n{words.next}")
    steps = [(command.format(page=PAGE, recording=RECORDING), meaning) for command, meaning in words.steps]
    width = max(len(command) for command, _ in steps)
    for command, meaning in steps:
        print(f"  {command:<{width}}  {meaning}")


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on, all held open until the last is chosen so that they differ."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
