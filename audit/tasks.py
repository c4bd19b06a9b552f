"""What has become of an accepted call, as a sentence: its state, its attempts, the next time, where a result would go.

Must not know: HTML, the queue. Read next: detail.py, summary.py.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from audit import text, texts
from audit.words import Text
from gateway.facts import InvocationType

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.exchange import Exchange
    from store.task_lists import TaskRow


def told(row: TaskRow) -> Text:
    """The sentence."""
    parts = [texts.TASK.format(name=text.clean(row.name), state=row.state, attempts=row.attempts)]
    if row.due_us is not None:
        due = datetime.fromtimestamp(row.due_us / 1_000_000, UTC)
        parts.append(texts.TASK_DUE.format(time=due.strftime("%Y-%m-%d %H:%M:%S")))
    if row.error:
        parts.append(texts.TASK_ERROR.format(error=text.clean(row.error)))
    if row.target:
        parts.append(texts.TASK_RESULT.format(target=text.clean(row.target), condition=row.condition))
    return Text("".join(part.zh for part in parts), "".join(part.en for part in parts))


def task_of(exchange: Exchange, tasks: Callable[[int], TaskRow | None]) -> Text | None:
    """What has become of an asynchronous call, on the call and on its deliveries; None for all others."""
    if exchange.facts.invocation_type is not InvocationType.ASYNC or exchange.is_egress:
        return None
    row = tasks(exchange.id if exchange.parent_id is None else exchange.parent_id)
    return None if row is None else told(row)
