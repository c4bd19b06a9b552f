"""Killed at any moment: what was acknowledged is there, whole; what was begun has a row; nothing is there twice."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from gateway.exchange import State
from store.reader import Reader
from store.recording import open_for_writing
from store.verify import verify
from tests.store.samples import sample

if TYPE_CHECKING:
    from gateway.exchange import Exchange

KILLS = int(os.environ.get("STORE_KILLS", "5"))
"""How often the recorder is killed; the figures of docs/recording.md come from 200."""

RECORDER = """
import asyncio, os, sys
from dataclasses import replace
from gateway.exchange import State
from store.recording import open_for_writing
from store.writer import Writer
from tests.store.samples import RUN
from tests.store.test_durability import exchange
async def client(writer):
    while True:
        await writer.ready()
        ident = writer.next_id()
        await writer.intent(replace(exchange(ident), state=State.OPEN))
        os.write(1, b"i%d\\n" % ident)
        await asyncio.sleep(0)
        await writer.finish(exchange(ident))
        os.write(1, b"f%d\\n" % ident)
async def main():
    writer = Writer(open_for_writing(os.environ["P"]), seal="off")
    writer.start(RUN)
    await asyncio.gather(*(client(writer) for _ in range(12)))
asyncio.run(main())
"""


def exchange(ident: int) -> Exchange:
    """What the recorder writes under an id; a third has bodies that lie apart."""
    return sample(ident, body=b"%d " % ident * 300 if ident % 3 == 0 else b"", answer=b"a" * (ident % 900))


def told_until_killed(place: str, seconds: float) -> tuple[set[int], set[int]]:
    """Ids whose intent, and whose end, the recorder had acknowledged when it was killed."""
    command = [sys.executable, "-c", RECORDER]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "P": place}) as recorder:
        assert recorder.stdout
        with closing(recorder.stdout):
            first = recorder.stdout.readline()
            time.sleep(seconds)  # the moment of death is the point of this test
            recorder.kill()
            lines = (first + recorder.stdout.read()).split(b"\n")[:-1]
    begun = {int(line[1:]) for line in lines if line.startswith(b"i")}
    ended = {int(line[1:]) for line in lines if line.startswith(b"f")}
    return begun, ended


def test_a_killed_recorder_loses_nothing_that_it_acknowledged(place: str) -> None:
    begun, ended = set[int](), set[int]()
    rng = random.Random(11)  # noqa: S311 - chooses moments, keeps nothing secret
    for _ in range(KILLS):
        more_begun, more_ended = told_until_killed(place, rng.uniform(0, 0.3))
        assert not begun & more_begun
        begun, ended = begun | more_begun, ended | more_ended
    recording = open_for_writing(place)
    assert recording.notes == ()
    found = {each.id: each for each in Reader(recording).exchanges()}
    report = verify(recording)
    recording.close()
    assert report.problems == []
    assert report.exchanges == len(found)
    assert begun <= set(found)
    assert [ident for ident in ended if found[ident] != exchange(ident)] == []
    rest = [found[ident] for ident in set(found) - ended]
    for each in rest:
        assert each.state in {State.INTERRUPTED, State.COMPLETE}
        assert each.client == exchange(each.id).client
        assert replace(each, state=State.COMPLETE, failure_text="") == exchange(each.id)
    print(f"{KILLS} kills, {len(ended)} acknowledged, {len(begun)} begun, {len(rest)} without an acknowledgement")  # noqa: T201 - the figures
