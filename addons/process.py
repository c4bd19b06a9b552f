"""What the process owes the terminal it runs in: text that any terminal can show, and an orderly end with it.

Must not know: what is served. Read next: service.py (what an orderly end does), terminal.py.
"""

from __future__ import annotations

import asyncio
import io
import os
import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

STDOUT, STDERR = 1, 2


def show_anything() -> None:
    """What the terminal's encoding lacks is shown by its code; Python's default is an exception in mid-sentence."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def stop_on_hangup(stop: Callable[[], None]) -> None:
    """Have SIGHUP (a closed terminal window) stop us in order, as mitmproxy does for SIGTERM.

    Without it the calls under way are cut and the user's program, in a session of its own, keeps its port.
    Under nohup, which has SIGHUP ignored, nothing is changed.
    """
    if not hasattr(signal, "SIGHUP") or signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        return

    def hung_up() -> None:
        leave(*(number for number in (STDOUT, STDERR) if os.isatty(number)))
        stop()

    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, hung_up)


def leave(*descriptors: int) -> None:
    """Nobody reads these any more: what is still printed goes nowhere. A failed print ends mitmproxy at once."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for number in descriptors:
        os.dup2(nowhere, number)
    os.close(nowhere)
