"""The store against a dictionary: whatever is begun, ended, pruned, closed or killed, both say the same."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gateway.exchange import Exchange, State
from store.committer import Committer
from store.keep import Keep
from store.reader import Reader
from store.recording import open_for_writing
from store.recovery import interrupted
from store.run_info import End, Work
from store.verify import verify
from tests.store.samples import RUN
from tests.store.strategies import exchanges


class StoreModel(RuleBasedStateMachine):
    """`open` and `ended` are what the recording should hold."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.place = str(Path(self.folder.name) / "fc.db")
        self.open: dict[int, Exchange] = {}
        self.ended: dict[int, Exchange] = {}
        self.next_id = 1

    @initialize()
    def start(self) -> None:
        self.recording = open_for_writing(self.place)
        self.committer = Committer(self.recording.engine)
        self.committer.begin(RUN, "full", "off")

    @rule(found=st.lists(exchanges, min_size=1, max_size=3))
    def begin(self, found: list[Exchange]) -> None:
        new = [replace(each, id=self.next_id + at, state=State.OPEN) for at, each in enumerate(found)]
        self.next_id += len(new)
        self.committer.commit(Work(intents=new, max_id=self.next_id - 1))
        self.open |= {each.id: each for each in new}

    @rule(found=exchanges, data=st.data())
    def end(self, found: Exchange, data: st.DataObject) -> None:
        ident = data.draw(st.sampled_from([*self.open, self.next_id]))
        self.next_id = max(self.next_id, ident + 1)
        done = replace(found, id=ident)
        self.committer.commit(Work(ends=[End(done)], max_id=self.next_id - 1))
        self.open.pop(ident, None)
        self.ended[ident] = done

    @rule(kept=st.integers(1, 6))
    def keep(self, kept: int) -> None:
        while self.committer.prune(Keep(exchanges=kept)):
            pass
        for ident in sorted(self.ended)[:-kept]:
            del self.ended[ident]

    @precondition(lambda self: not self.open)
    @rule()
    def close_and_go_on(self) -> None:
        self.committer.end("orderly")
        self._reopen()

    @rule()
    def be_killed_and_go_on(self) -> None:
        self._reopen()
        self.ended |= {ident: interrupted(each) for ident, each in self.open.items()}
        self.open.clear()

    def _reopen(self) -> None:
        self.committer.disconnect()
        assert self.recording.lock
        self.recording.engine.dispose()
        self.recording.lock.release()
        self.start()

    @invariant()
    def both_say_the_same(self) -> None:
        if hasattr(self, "recording"):
            found = {each.id: each for each in Reader(self.recording).exchanges()}
            assert found == self.open | self.ended
            assert verify(self.recording).problems == []

    def teardown(self) -> None:
        if hasattr(self, "recording"):
            self.committer.disconnect()
            self.recording.close()
        self.folder.cleanup()


TestStoreModel = StoreModel.TestCase
TestStoreModel.settings = settings(max_examples=12, stateful_step_count=12, deadline=None)
