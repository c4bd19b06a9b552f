"""What the queue of accepted calls is told: a call was accepted, a delivery began or ended, a caller wants it stopped.

Plain values; each is written in the commit of the exchange that it goes with. Must not know: tables, threads.
Read next: task_rows.py (how they are written), task_queue.py (how they are read), gateway/task.py (what they mean).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gateway.task import Progress

LEASE_US = 15_000_000
"""How long a proxy on a server may hold a task without saying that it still lives."""


class NameTaken(Exception):
    """Calls were not accepted because their tasks' names belong to others. `ids`: exchanges of those calls."""

    def __init__(self, ids: frozenset[int]) -> None:
        self.ids = ids
        super().__init__(f"the task names of {len(ids)} calls are taken")


@dataclass(frozen=True, slots=True)
class Accepted:
    """A call was accepted. `exchange_id`: of the accepted call. `held`: this proxy delivers it at once."""

    exchange_id: int
    name: str
    function: str
    service: str
    qualifier: str
    progress: Progress
    held: bool

    @property
    def with_id(self) -> int:
        """The exchange in whose commit this is written."""
        return self.exchange_id


@dataclass(frozen=True, slots=True)
class Step:
    """A task came into another state.

    `attempt_id`: the delivery that it is about, 0 when it is about none; `with_id`: the exchange in whose commit it
    is written, 0 for one of its own. `error`: one of a few words, never what a function said. `target`, `condition`:
    where its result would be sent and why, "" for nowhere.
    """

    exchange_id: int
    progress: Progress
    at_us: int
    attempt_id: int = 0
    with_id: int = 0
    error: str = ""
    target: str = ""
    condition: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """A caller wants a task stopped. One that is not under way ends here, the other is marked."""

    exchange_id: int
    at_us: int
    with_id: int = 0


type TaskChange = Accepted | Step | Stop
