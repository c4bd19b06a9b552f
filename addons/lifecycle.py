"""Tells an instance of its life: POST /initialize before its first call, GET /pre-stop before its end, GET /pre-freeze.

Each is a call like others: by the rules, recorded with its log, an exchange of its own (ingress `hook`). Its answer
goes to nobody. Contract LIFE-HOOK-1..3. Must not know: rules. Read next: ../gateway/hooks.py, ../instance/keeper.py.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from addons.delivery import Delivery, Failed
from addons.draft import Draft
from addons.forward import ask_server, collect
from addons.logs import LogWindow
from addons.mint import now_us, request_id
from gateway.changes import Forward
from gateway.core import on_request
from gateway.exchange import Failure, State
from gateway.facts import Facts, Ingress, Seed
from gateway.hooks import MARKERS, REQUESTS, Hook, is_done
from instance.spec import LAST_LOG_BYTES, StartFailure, StartProblem
from wire.pool import Pool

if TYPE_CHECKING:
    from addons.desk import Desk
    from gateway.config import Function
    from instance.start import Instance

logger = logging.getLogger(__name__)


class Lifecycle:
    """The hooks of one function's instances."""

    def __init__(self, desk: Desk, function: Function) -> None:
        self._desk = desk
        self._function = function

    async def born(self, instance: Instance) -> StartFailure | None:
        """Initialize it, when the config says so. A failure: it is of no use, the next call gets a new one."""
        seconds = self._function.launch.initialize_s
        if not seconds:
            return None
        failed = await self._tell(instance, Hook.INITIALIZE, seconds, since=instance.log_start)
        if failed is None:
            return None
        log = instance.log.tail_between(instance.log_start, instance.log.end, LAST_LOG_BYTES)
        return StartFailure(
            StartProblem.INITIALIZER, f"Function instance initialization failed: {failed.text}.", None, log
        )

    async def leaving(self, instance: Instance) -> None:
        """Say that it is about to be stopped; whatever it answers, it is (contract LIFE-HOOK-3)."""
        seconds = self._function.launch.pre_stop_s
        if seconds:
            await self._tell(instance, Hook.PRE_STOP, seconds)

    async def freezing(self, instance: Instance) -> None:
        """Say that it is about to be frozen."""
        await self._tell(instance, Hook.PRE_FREEZE, self._function.launch.pre_freeze_s)

    async def _tell(self, instance: Instance, hook: Hook, seconds: float, since: int | None = None) -> Failed | None:
        """Call a hook and record it. None: it was taken well. `since`: where in the log it begins."""
        draft = self._draft(hook)
        unwritten = await self._desk.intent(draft)
        if unwritten is not None and unwritten.refuse:
            logger.error("fc-replay: %s of %s was not called: %s", hook, self._function.name, unwritten.reason)
            return Failed(Failure.STORE, unwritten.reason)
        # A pool of its own: at the end of the proxy that of the calls is closed already.
        delivery = Delivery(Pool(), self._desk.place(self._function.name)[0], seconds, instance=instance)
        window = LogWindow(instance.log, self._function.memory_mb, draft.facts.seed.request_id, MARKERS[hook], since)
        self._desk.began(draft)
        try:
            failed = await self._ask(draft, delivery, hook)
            draft.end_log(window, failed.text if failed else "")
        finally:
            self._desk.over(draft)
            delivery.drop()
            window.close()
        if failed is None:
            draft.state = State.COMPLETE
        else:
            draft.fail(failed.failure, failed.text)
            logger.warning("fc-replay: %s of %s: %s", hook, self._function.name, failed.text)
        await self._desk.finish(draft)
        draft.close()
        return failed

    def _draft(self, hook: Hook) -> Draft:
        now = now_us()
        facts = Facts(Seed(request_id(now), now), Ingress.HOOK, self._function.name)
        draft = Draft(facts=facts, start_ns=time.monotonic_ns(), client_request=REQUESTS[hook])
        decision = on_request(REQUESTS[hook], facts, self._desk.config)
        if not isinstance(decision, Forward):
            raise TypeError("the platform is refused nothing")
        draft.id = self._desk.recorder.next_id()
        draft.sending = decision
        draft.request_end = draft.now()
        return draft

    async def _ask(self, draft: Draft, delivery: Delivery, hook: Hook) -> Failed | None:
        outcome = await ask_server(self._desk, draft, delivery)
        if isinstance(outcome, Failed):
            return _named(await delivery.explained(outcome), hook)
        draft.server_head = draft.now()
        draft.server_response = outcome
        failed = await collect(self._desk, draft, delivery)
        if failed is None and not is_done(outcome.status):
            request = REQUESTS[hook]
            said = b"%b %b" % (request.method, request.target)
            failed = Failed(Failure.INITIALIZER, f"{said.decode()} was answered {outcome.status}")
        return failed


def _named(failed: Failed, hook: Hook) -> Failed:
    """A hook has a time-out of its own, and is not the function."""
    text = failed.text.replace("Function timed out", f"/{hook} timed out")
    return Failed(failed.failure, text)
