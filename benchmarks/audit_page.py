"""How quick a large audit page is in a real browser: opening it, and a keystroke in its filter, against a plain list.

    python benchmarks/audit_page.py [--exchanges 10000] [--rounds 3]

The plain list holds as many rows and no script: what any page of that many rows costs this machine at least.
Must not know: how the page works. Read next: live_page.py, audit/page.py.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from audit import PageMeta, render_page
from gateway.config import Config
from gateway.exchange import Exchange, Timings, View
from gateway.facts import Seed
from gateway.messages import Request, Response
from gateway.recompute import recompute
from gateway.survey import survey

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

DEBOUNCE_MS = 80
"""How long the page waits for the next keystroke before it filters; not part of what a keystroke costs."""

WORDS = ("status:>=400", "path:/items/99", "header:x-app", "is:changed", "hello -path:/items/1")

_TYPE = """([text]) => new Promise((done) => {
  const field = document.querySelector("#filter"), shown = document.querySelector(".rows");
  const begun = performance.now();
  const seen = new MutationObserver(() => {
    seen.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - begun)));
  });
  seen.observe(shown, { childList: true });
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
})"""
_FRAMES = (
    """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now()))))"""
)


def exchanges(count: int) -> Iterator[Exchange]:
    """Calls that differ as real ones do: path, id, time, one in ten refused by the server."""
    config = Config()
    for number in range(1, count + 1):
        target = b"/items/%d?page=%d" % (number % 500, number)
        lines = ((b"Host", b"shop.example.com"), (b"Accept", b"*/*"), (b"X-App", b"build-%d" % (number % 7)))
        head = Request(b"GET", target, lines)
        seed = Seed(f"1-{number:08x}-0000-000000000000", 1_795_362_127_000_000 + number * 20_000)
        answer = Response(
            404 if number % 10 == 0 else 200, b"OK", ((b"Content-Type", b"application/json"),), b'{"n":1}'
        )
        timings = Timings(100, 300, 4_000 + number % 9_000, 5_000 + number % 9_000, 5_200 + number % 9_000)
        raw = Exchange(number, survey(head, seed, config), View(head, Response(0)), View(head, answer), timings=timings)
        yield replace(recompute(raw, config), id=number)


def plain_list(count: int) -> str:
    """As many rows as the page has, and nothing else."""
    rows = "".join(f"<li>GET /items/{number % 500}?page={number} 200</li>" for number in range(count))
    return f"<!doctype html><meta charset=utf-8><title>plain</title><ol>{rows}</ol>"


def opened_ms(page: Page, place: Path, ready: str) -> float:
    """Milliseconds from the navigation's begin until it is ready and two frames were drawn."""
    page.goto(place.as_uri())
    page.wait_for_selector(ready)
    return float(page.evaluate(_FRAMES))


def keystroke_ms(page: Page) -> float:
    """The slowest of some filters, from the keystroke to the second frame, without the wait for the next one."""
    return max(float(page.evaluate(_TYPE, [word])) - DEBOUNCE_MS for word in WORDS)


def measured(browser: Browser, audit: Path, plain: Path) -> tuple[float, float, float]:
    """One round in a fresh window: the page opened, the plain list opened, a keystroke."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    listed = opened_ms(page, plain, "li:last-child")
    opened = opened_ms(page, audit, "html.ready")
    typed = keystroke_ms(page)
    page.context.close()
    return opened, listed, typed


def main(arguments: list[str]) -> int:
    """Measure and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--exchanges", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args(arguments)
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - heavy

    found = shutil.which("chromium") or shutil.which("google-chrome")
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        audit, plain = Path(scratch) / "audit.html", Path(scratch) / "plain.html"
        audit.write_text(render_page(exchanges(asked.exchanges), PageMeta("bench", "")), "utf-8")
        plain.write_text(plain_list(asked.exchanges), "utf-8")
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        rounds = [measured(browser, audit, plain) for _ in range(asked.rounds)]
        browser.close()
        size = audit.stat().st_size
    opened, listed, typed = (statistics.median(each) for each in zip(*rounds, strict=True))
    print("| exchanges | file, MB | open, ms | plain list, ms | ratio | keystroke, ms |\n|---|---|---|---|---|---|")
    print(
        f"| {asked.exchanges} | {size / 1e6:.1f} | {opened:.0f} | {listed:.0f} | {opened / listed:.2f} | {typed:.0f} |"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
