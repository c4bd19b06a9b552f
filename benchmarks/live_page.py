"""What the live page costs the proxy: processor time per call at a steady rate, without it and with a browser on it.

    python benchmarks/live_page.py [--rounds 3] [--seconds 10] [--rate 200]

Both ways run in turn, so that what else the machine does falls on both. The page counts as keeping up when the browser
shows every call at the end. Must not know: how the page works. Read next: audit_page.py, docs/audit.md.
"""

from __future__ import annotations

import argparse
import http.client
import re
import shutil
import statistics
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.contestants import ADDON, Contestant, cpu_seconds, running, upstream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

KEPT_UP_S = 10.0
_URL = re.compile(r"http://127\.0\.0\.1:\d+/\?token=\S+")


@dataclass(frozen=True, slots=True)
class Round:
    """Microseconds of processor time per call, calls per second, and seconds until the page showed the last one."""

    cpu_us: float
    per_second: float
    lag_s: float = 0.0
    page_cpu_us: float = 0.0


def contestant(*, page: bool) -> Contestant:
    """The gateway, recording, with or without the page."""
    words = [word for word in ADDON if word != "-q"]  # the page's address must be printed
    words += ["--set", "flow_detail=0", "--set", "fc_store={scratch}/fc.db"]
    return Contestant("with the page" if page else "without", (*words, *(("--set", "fc_ui=0") if page else ())))


def calls(port: int, rate: float, seconds: float) -> int:
    """Make calls at a steady rate over one connection; returns how many."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    begun, made = time.monotonic(), 0
    while (now := time.monotonic()) < begun + seconds:
        due = begun + made / rate
        if due > now:
            time.sleep(due - now)
        connection.request("GET", f"/hello?n={made}")
        connection.getresponse().read()
        made += 1
    connection.close()
    return made


def one_round(server_port: int, rate: float, seconds: float, page: Page | None) -> Round:
    """One life of the proxy."""
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        with running(contestant(page=page is not None), server_port, place, None) as up:
            watched = _page_pid(up.pid)
            if page is not None:
                page.goto(_URL.findall((place / "log").read_text())[0])
                page.wait_for_selector("html.ready")
            warm = calls(up.port, rate, 1)  # imports and caches
            before, page_before = cpu_seconds(up.pid), cpu_seconds(watched)
            begun = time.monotonic()
            made = calls(up.port, rate, seconds)
            took, used = time.monotonic() - begun, cpu_seconds(up.pid) - before
            lag = _lag(page, warm + made) if page is not None else 0.0
            page_used = cpu_seconds(watched) - page_before if page is not None else 0.0
    return Round(used / made * 1e6, made / took, lag, page_used / made * 1e6)


def _page_pid(pid: int) -> int:
    """The page's process; 0 when there is none."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return int(children[0]) if children else 0


def _lag(page: Page, expected: int) -> float:
    """Seconds until the browser lists every call."""
    begun = time.monotonic()
    page.locator("#count", has_text=re.compile(f"^{expected}$")).wait_for(timeout=KEPT_UP_S * 1000)
    return time.monotonic() - begun


@contextmanager
def browser() -> Iterator[Page]:
    """A page of the system's own Chromium."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - heavy

    found = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield opened.new_page(viewport={"width": 1440, "height": 900})
        opened.close()


def table(rate: float, without: list[Round], beside: list[Round]) -> list[str]:
    """The figures as Markdown; the ratio is of the medians, and of the processor time, which others disturb least."""
    plain, shown = (statistics.median(each.cpu_us for each in rounds) for rounds in (without, beside))
    lag = max(each.lag_s for each in beside)
    page = statistics.median(each.page_cpu_us for each in beside)
    served = statistics.median(each.per_second for each in beside)
    return [
        "| calls/s | proxy, us of CPU a call | with the page watched | ratio | the page itself, us | behind, s |",
        "|---|---|---|---|---|---|",
        f"| {served:.0f} of {rate:.0f} | {plain:.0f} | {shown:.0f} | {shown / plain:.3f} | {page:.0f} | {lag:.2f} |",
    ]


def main(arguments: list[str]) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rate", type=float, default=200)
    asked = parser.parse_args(arguments)
    without: list[Round] = []
    beside: list[Round] = []
    with upstream(None) as server, browser() as page:
        for _ in range(asked.rounds):
            without.append(one_round(server.port, asked.rate, asked.seconds, None))
            beside.append(one_round(server.port, asked.rate, asked.seconds, page))
    print("\n".join(table(asked.rate, without, beside)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
