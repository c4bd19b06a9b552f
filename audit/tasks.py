"""What has become of an accepted call: its state, its attempts, the next time, and what a destination would get.

Must not know: HTML, the queue. Read next: detail.py, summary.py.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from audit import text, texts
from audit.words import Text
from gateway.destination import Sent, event
from gateway.facts import InvocationType

if TYPE_CHECKING:
    from collections.abc import Callable

    from gateway.config import Config
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


def event_of(
    exchange: Exchange,
    tasks: Callable[[int], TaskRow | None],
    exchanges: Callable[[int], Exchange | None],
    config: Config,
) -> bytes | None:
    """The event that the destination of an accepted call would get, as JSON; None when it has none."""
    if exchange.facts.invocation_type is not InvocationType.ASYNC or exchange.parent_id is not None:
        return None
    row = tasks(exchange.id)
    if row is None or not row.target:
        return None
    delivery = exchanges(row.attempt_id) if row.attempt_id is not None else None
    made = event(Sent(row.condition, row.attempts, row.made_us), exchange, delivery, config)
    return json.dumps(made, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace")
