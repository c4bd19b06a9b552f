"""From mitmproxy's options to plain settings, checked once at the start; every refusal is one line.

Must not know: mitmproxy's flows or how a call is handled. Read next: config_file.py (fc_config).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from addons.config_file import read_config
from addons.credentials import read_credentials
from addons.greeting import language
from addons.mode import DEFAULT_SERVER
from addons.refusal import Exit, StartRefused
from gateway.config import Config, DomainKind, ErrorFormat, Evidence, Function
from store.keep import Keep, parse_keep

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gateway.auth.check import Credentials


@dataclass(frozen=True, slots=True)
class Settings:
    """What the addon was asked to do. Paths are absolute; `servers` maps a function's name to its address."""

    config: Config
    servers: dict[str, tuple[str, int]]
    store: str
    record: bool
    durability: str
    refuse_when_store_fails: bool
    seal: str
    keep: Keep | None
    command: str
    start: str
    folder: Path
    log_file: Path | None
    filter: str
    credentials: Credentials
    egress: int | None
    ui_port: int | None
    language: str
    modes: tuple[str, ...]


LAST_PORT = 65535

UNNAMED = ["regular"]
"""mitmproxy's default mode: nobody has named a server on the command line."""

NEVER = "never"
"""The value of fc_start by which somebody else starts the programs."""

RANGES: tuple[tuple[str, float, float, str], ...] = (
    ("fc_timeout", 0.001, 86400, "seconds"),
    ("fc_memory", 64, 65536, "MB"),
    ("fc_concurrency", 0, 200, "calls at once, 0 for unlimited"),
)
"""Name, least, largest, unit (contract section 3, "other ceilings")."""


def read(options: Any) -> Settings:
    """Settings from mitmproxy's options object. Raises StartRefused(OPTION)."""
    check_ranges(options)
    modes, default_server = fc_modes(options.mode)
    config = read_gateway_config(options, default_server)
    check_start(options, config)
    if list(options.mode) == UNNAMED:  # then mitmproxy's own line should name the server that is called
        modes = ("fc:" + config.functions[0].server,)
    return Settings(
        config=config,
        servers={function.name: address(function.server) for function in config.functions},
        store=store_url(options.fc_store),
        record=options.fc_record,
        durability=options.fc_durability,
        refuse_when_store_fails=options.fc_on_store_failure == "refuse",
        seal=options.fc_seal,
        keep=retention(options.fc_keep),
        command=options.fc_command,
        start=options.fc_start,
        folder=Path(options.fc_config).expanduser().absolute().parent if options.fc_config else Path.cwd(),
        log_file=Path(options.fc_log).expanduser().absolute() if options.fc_log else None,
        filter=options.fc_filter,
        credentials=read_credentials(options.fc_credentials),
        egress=egress_port(options.fc_egress),
        ui_port=ui_port(options),
        language=language(options.fc_language),
        modes=modes,
    )


def check_ranges(options: Any) -> None:
    """Refuse numbers that no function can have."""
    for name, least, largest, unit in RANGES:
        value = number(options, name)
        if not least <= value <= largest:
            raise StartRefused(Exit.OPTION, f"{name}={value:g} is not possible: {least:g} to {largest:g} {unit}")
    if options.fc_log and options.fc_command:
        raise StartRefused(
            Exit.OPTION, "fc_log and fc_command exclude each other: the command's own output is its log; drop fc_log"
        )


def check_start(options: Any, config: Config) -> None:
    """Refuse a command that nobody could run: one for several functions, or one that is never to start."""
    if not options.fc_command:
        return
    if options.fc_start == NEVER:
        raise StartRefused(Exit.OPTION, "fc_start=never and fc_command exclude each other: drop one of them")
    if len(config.functions) > 1:
        names = ", ".join(one.name for one in config.functions)
        raise StartRefused(
            Exit.OPTION,
            f"fc_command starts one program and fc_config has {len(config.functions)} functions ({names}): "
            "write each function's command in the file",
        )


def number(options: Any, name: str) -> float:
    """The value of a numeric option. Raises StartRefused(OPTION)."""
    text = getattr(options, name)
    try:
        return float(text)
    except ValueError as error:
        raise StartRefused(Exit.OPTION, f"{name}={text} is not a number") from error


def fc_modes(modes: Sequence[str]) -> tuple[tuple[str, ...], str]:
    """The modes with every plain reverse mode turned into the fc mode, and the server of the first.

    mitmproxy's default (`regular`) becomes `fc:http://127.0.0.1:9000`; a port of its own (`regular@8081`) asks
    for the regular proxy.
    """
    wanted = tuple("fc:" + DEFAULT_SERVER if mode == "regular" else _as_fc(mode) for mode in modes)
    first = next((mode for mode in wanted if mode.startswith("fc:")), "fc:" + DEFAULT_SERVER)
    return wanted, first.removeprefix("fc:").partition("@")[0]


def _as_fc(mode: str) -> str:
    kind, _, rest = mode.partition(":")
    return "fc:" + rest if kind == "reverse" and rest.startswith("http://") else mode


def read_gateway_config(options: Any, default_server: str) -> Config:
    """The gateway's config: from the file when there is one, else one function made of the options."""
    if options.fc_config:
        named = None if list(options.mode) == UNNAMED else default_server
        loaded = read_config(Path(options.fc_config).expanduser(), named)
        return _with_choices(loaded, options)
    function = Function(
        name=options.fc_function,
        server=default_server,
        memory_mb=options.fc_memory,
        timeout_s=number(options, "fc_timeout"),
        concurrency=options.fc_concurrency,
    )
    own = Config(functions=(function,), region=options.fc_region, account_id=options.fc_account_id)
    return _with_choices(own, options)


def _with_choices(config: Config, options: Any) -> Config:
    """The config with what is chosen for a run, not for a deployment."""
    return replace(
        config,
        evidence=Evidence(options.fc_evidence),
        domain_kind=DomainKind(options.fc_domain),
        error_format=ErrorFormat(options.fc_error_format),
    )


def address(server: str) -> tuple[str, int]:
    """Host and port of `http://HOST[:PORT]`. Raises StartRefused(OPTION)."""
    try:
        parts = urlsplit(server)
        host, port = parts.hostname, parts.port or 80
    except ValueError as error:
        raise StartRefused(Exit.OPTION, f"the server {server!r} is not an address: {error}") from error
    if parts.scheme != "http" or not host:
        raise StartRefused(Exit.OPTION, f"the server {server!r} must be http://HOST:PORT")
    return host, port


def retention(text: str) -> Keep | None:
    """What fc_keep asks for; None keeps everything. Raises StartRefused(OPTION)."""
    try:
        return parse_keep(text)
    except ValueError as error:
        raise StartRefused(Exit.OPTION, f"fc_keep={text!r}: {error}") from error


def ui_port(options: Any) -> int | None:
    """The port that fc_ui names, None for no live page. Raises StartRefused(OPTION)."""
    text = options.fc_ui
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and int(text) <= LAST_PORT):
        raise StartRefused(Exit.OPTION, f"fc_ui={text} is not possible: a port, 1 to {LAST_PORT}, or 0 for any")
    if not options.fc_record:
        raise StartRefused(Exit.OPTION, "fc_ui shows the recording, and fc_record=false makes none; drop one of them")
    return int(text)


def store_url(store: str) -> str:
    """An absolute path, so that a later change of folder moves nothing; URLs stay as they are."""
    return store if "://" in store else str(Path(store).expanduser().absolute())


def egress_port(text: str) -> int | None:
    """The port that fc_egress names, 0 for any; None: the function's own calls are not recorded.

    Raises: StartRefused(OPTION).
    """
    if not text:
        return None
    if not text.isdecimal() or int(text) > LAST_PORT:
        raise StartRefused(Exit.OPTION, f"fc_egress={text} is not possible: a port, 1 to {LAST_PORT}, or 0 for any")
    return int(text)
