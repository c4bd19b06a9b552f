"""Everything that lives as long as the proxy: prepared before a port opens, started, stopped in order.

Must not know: how a call proceeds. Read next: desk.py (what calls use), settings.py, mode.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mitmproxy import ctx
from mitmproxy.proxy import mode_specs

from addons import greeting, ports, process, rules_view, settings
from addons.asynchronous import AsyncCalls
from addons.connection import Gateway
from addons.desk import Desk
from addons.door import FrontDoor
from addons.egress import Egress
from addons.guard import guard_of
from addons.hooks import StackHooks
from addons.inner import Inner
from addons.live_page import About, LivePage
from addons.mint import now_us
from addons.mode import FcInstance
from addons.onlookers import Onlookers
from addons.peers import Peers
from addons.programs import Programs
from addons.recorder import NoRecorder, Recorder
from addons.refusal import Exit, StartRefused
from addons.runinfo import run_info
from addons.task_desk import NO_TASKS, TaskDesk
from addons.terminal import Terminal
from gateway.auth.check import unchecked
from gateway.config_plain import digest, to_plain
from store.errors import RecordingError
from store.recording import open_for_writing, reading_twin
from store.task_lists import TaskLists
from store.task_queue import TaskQueue
from store.writer import Writer
from wire.limits import Limits
from wire.pool import Pool
from wire.server import Connections

if TYPE_CHECKING:
    from addons.draft import Draft
    from addons.recorder import Recording
    from addons.settings import Settings
    from gateway.exchange import Exchange
    from store.recording import Recording as Store

logger = logging.getLogger(__name__)
logging.getLogger("alembic").setLevel(logging.WARNING)  # a migration is told in our own words

STOP_GRACE_S = 5.0
"""Calls under way may finish within this time (reliability D15)."""

CUT_S = 1.0
"""Calls that were cut after it are recorded within this time, with what they had got."""

ONE_LINE = 1
"""mitmproxy's default flow_detail. Who asks for more gets mitmproxy's own lines too."""

MITMPROXY_OPTIONS: dict[str, Any] = {
    "keep_host_header": True,  # reverse mode rewrites Host, which decides the kind of domain
    "connection_strategy": "lazy",  # the inner port is not needed before a request is
    "validate_inbound_headers": True,
    "onboarding": False,
}
"""What mitmproxy's own stack must do for TLS and HTTP/2 clients (design, "facts about mitmproxy")."""


class Service:
    """The running gateway. `prepare`, then `start`, then `stop`."""

    def __init__(self, own: object, wanted: Settings, store: Store | None) -> None:
        self._settings = wanted
        self._store = store
        self._twin: Store | None = None
        self._writer: Writer | None = None
        self._limits = Limits()
        self._connections = Connections()
        self._pool = Pool(self._limits)
        self._async = AsyncCalls()
        self._peers = Peers()
        self._inner = Inner(self._peers)
        self.egress = Egress(wanted.egress, _direct(wanted)) if wanted.egress is not None else None
        self._programs = Programs(wanted, self.egress.variables if self.egress is not None else ())
        self._live = LivePage()
        self._terminal = Terminal(sys.stdout, _without_reader) if _wants_lines() else None
        self.onlookers = Onlookers(ctx.master, own)
        self.hooks = StackHooks(self._inner, self._peers)
        self.started = False
        self._recorder: Recorder | None = None

    @classmethod
    def prepare(cls, own: object) -> Service:
        """Check options, port and recording. Nothing is listening yet. Raises StartRefused."""
        forgotten = ports.forget_default_listener()
        wanted = settings.read(ctx.options)
        host = ctx.options.listen_host or "127.0.0.1"
        if ctx.options.server and forgotten:
            ports.check_free(wanted.modes, host, ctx.options.listen_port)
        store = cls._open_store(wanted) if wanted.record else None
        ctx.options.update(mode=list(wanted.modes), listen_host=host, **MITMPROXY_OPTIONS)
        return cls(own, wanted, store)

    @staticmethod
    def _open_store(wanted: Settings) -> Store:
        try:
            return open_for_writing(wanted.store, durability=wanted.durability)
        except RecordingError as error:
            raise StartRefused(Exit.RECORDING, str(error)) from error

    async def start(self) -> None:
        """Start the writer and the user's program, then open the port. Raises StartRefused."""
        process.stop_on_hangup(ctx.master.shutdown)
        await ports.take_back_default_listener()
        if ctx.options.server:
            ports.check_free(self._settings.modes, ctx.options.listen_host, ctx.options.listen_port)
        desk = self._desk()
        if self.egress is not None:
            await self.egress.open(desk)
        self._programs.tell(desk)
        await self._programs.start()
        self._resume(desk)
        app = Gateway(desk)
        await self._inner.open(app, self._limits, self._connections)
        FcInstance.make_protocol = lambda: FrontDoor(app, self._limits, self._connections, self._inner.take_tls)
        self.onlookers.look()
        rules_view.register(self._settings.language)
        if self.onlookers.present:
            ctx.options.update(store_streamed_bodies=True)  # flows of HTTP/2 calls pass as they come
        for name in self.onlookers.without_effect():
            logger.warning("fc-replay: %s does not act on calls of the fc mode; they are only shown", name)
        for note in self._store.notes if self._store is not None else ():
            logger.warning("fc-replay: %s", note)
        if self._terminal is not None and ctx.options.flow_detail == ONE_LINE:
            ctx.options.update(flow_detail=0)  # our own line says more than mitmproxy's, which names the inner port
        self.started = True
        wanted = self._settings
        place = self._store.place if self._store is not None else None
        logger.info("fc-replay: %s", greeting.at_start(wanted.language, place, wanted.seal))
        if self.egress is not None:
            logger.info(
                "fc-replay: %s", greeting.egress(wanted.language, self.egress.port, started=self._programs.ours)
            )
        if kinds := unchecked(wanted.config, wanted.credentials):
            logger.info("fc-replay: %s", greeting.unchecked(wanted.language, kinds))
        if wanted.ui_port is not None:
            await self._live.start(wanted.ui_port, self._about())
            logger.info("fc-replay: %s", greeting.live(wanted.language, self._live.url))
        await ports.open_all()

    def _about(self) -> About:
        host, port = ports.first_address(self._settings.modes, ctx.options.listen_host, ctx.options.listen_port)
        return About(self._settings.store, f"http://{host}:{port}", ctx.options.fc_language or None)

    def _desk(self) -> Desk:
        recorder = self._open_recorder()
        return Desk(
            config=self._settings.config,
            servers=self._settings.servers,
            pool=self._pool,
            recorder=recorder,
            programs=self._programs,
            peers=self._peers,
            spool_folder=self._store.path.parent if self._store and self._store.path else None,
            calls=self._async,
            tasks=self._tasks(),
            ended=self._ended,
            watched=self._watched,
            guard=guard_of(self._settings.config, self._settings.credentials),
            causes=self.egress.causes if self.egress is not None else None,
        )

    def _tasks(self) -> TaskDesk:
        if self._store is None or self._writer is None:
            return NO_TASKS
        self._twin = reading_twin(self._store)
        return TaskDesk(TaskLists(self._twin), self._writer, self._async.cancel, now_us)

    def _resume(self, desk: Desk) -> None:
        """Go on with the accepted calls that earlier runs left."""
        if self._twin is not None and self._writer is not None:
            self._async.start(desk, TaskQueue(self._twin, self._writer.run_id, self._settings.seal))

    def _open_recorder(self) -> Recording:
        if self._store is None:
            return NoRecorder()
        try:
            self._writer = Writer(self._store, seal=self._settings.seal, keep=self._settings.keep)
            self._writer.start(run_info(self._settings))
        except RecordingError as error:
            raise StartRefused(Exit.RECORDING, str(error)) from error
        config = self._settings.config
        self._writer.note_config(to_plain(config), digest(config))
        self._recorder = Recorder(self._writer, refuse=self._settings.refuse_when_store_fails, wanted=self._filter())
        return self._recorder

    def _filter(self) -> Any:
        if not self._settings.filter:
            return None
        from addons.selection import selection  # noqa: PLC0415 - only fc_filter needs mitmproxy's filter parser

        return selection(self._settings.filter, next(iter(self._settings.servers.values())))

    def _watched(self) -> bool:
        return self._terminal is not None or self.onlookers.present

    def _ended(self, exchange: Exchange, draft: Draft) -> None:
        if self._terminal is not None:
            self._terminal.show(exchange)
        if self.onlookers.present and not draft.has_flow:
            server = self._settings.servers.get(exchange.facts.function)
            self.onlookers.show(exchange, server or next(iter(self._settings.servers.values())), draft.spools)

    async def stop(self) -> None:
        """Finish what is under way, then close everything; safe to call at any stage."""
        self.started = False
        self._connections.retire()
        try:
            async with asyncio.timeout(STOP_GRACE_S):
                await self._connections.ended()
        except TimeoutError:
            logger.warning("fc-replay: some calls did not end within %g s and are recorded as cut", STOP_GRACE_S)
        await self._async.stop()
        self._inner.close()
        self._pool.close_all()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CUT_S):
                await self._connections.ended()
        await self._programs.stop()
        if self.egress is not None:
            await self.egress.stop()
        await self.onlookers.drain()
        if self._terminal is not None:
            self._terminal.flush()
        await self._live.stop()
        await self._close_store()

    async def _close_store(self) -> None:
        if self._writer is not None:
            await self._writer.close()
            self._writer = None
        store, self._store = self._store, None
        if store is None:
            return
        if self._twin is not None and self._twin is not store:
            self._twin.close()
        try:
            store.close()
        except RecordingError as error:
            logger.error("fc-replay: %s", error)  # noqa: TRY400 - one line says all; its trace says nothing more
            return
        if self._recorder is not None and self._recorder.kept:
            logger.info("fc-replay: %s", greeting.at_stop(self._settings.language, store.place, self._recorder.kept))


def _direct(wanted: Settings) -> tuple[str, ...]:
    """What a function's program reaches without fc_egress: itself, and the gateway, which records such calls anyway."""
    modes = [mode_specs.ProxyMode.parse(mode) for mode in wanted.modes]
    ours = [f"127.0.0.1:{mode.listen_port(ctx.options.listen_port)}" for mode in modes]
    return (*(f"{host}:{port}" for host, port in wanted.servers.values()), *ours)


def _without_reader() -> None:
    """`mitmdump ... | head` has seen enough: stop in order."""
    process.leave(process.STDOUT)
    ctx.master.shutdown()


def _wants_lines() -> bool:
    """Under mitmdump the terminal is ours unless -q; mitmproxy's console and mitmweb have lists of their own."""
    return Path(sys.argv[0]).stem == "mitmdump" and ctx.options.flow_detail > 0
