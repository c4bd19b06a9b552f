"""The settings the contract depends on: functions, triggers, domains, limits. Plain values, checked once.

A config is recorded with every exchange (by digest), because a replay must apply the same rules.
Must not know: YAML, options, files; a shell reads those and hands over values or a plain mapping.
Read next: config_load.py (mapping -> Config, every refusal named), survey.py (request + config -> facts).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

KIB = 1024
MIB = 1024 * KIB

METHODS = ("GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS")
"""What a trigger or a route can list (contract METH-1)."""


class Evidence(StrEnum):
    """How well a behaviour of FC is known. Order matters: each also admits those before it."""

    DOCUMENTED = "documented"
    OBSERVED = "observed"
    ASSUMED = "assumed"


class DomainKind(StrEnum):
    """What a Host is that no domain of the config names (option fc_domain)."""

    AUTO = "auto"
    DEFAULT = "default"
    CUSTOM = "custom"


class ErrorFormat(StrEnum):
    """Keys of the gateway's JSON errors (option fc_error_format; contract ERR-FMT-1..3).

    AUTO: FC3 keys on HTTP calls, both families at once on API calls.
    """

    AUTO = "auto"
    FC3 = "fc3"
    FC2 = "fc2"
    BOTH = "both"


UNRECORDED = {"recorded": False}
"""Of a field that no recording keeps: no rule asks for it, and it may hold secrets."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes that FC enforces, in bytes; each is the largest legal value (web-functions#limits)."""

    request_headers: int = 8 * KIB
    target: int = 4 * KIB
    sync_body: int = 32 * MIB
    async_body: int = 128 * KIB
    response_headers: int = 8 * KIB
    log_tail: int = 4 * KIB


@dataclass(frozen=True, slots=True)
class Jwt:
    """By what callers are known where the auth type is jwt (contract AUTH-5).

    `keys`: a JSON Web Key Set as text, empty = not checked; it may hold secrets, so no recording keeps it.
    `token_lookup`: where the token is, in FC's notation (`header:NAME:PREFIX`, `query:NAME`, `cookie:NAME`, commas
    between). `white_list`: paths that need no token; `black_list`: the only ones that do; `*` at the end is any rest.
    """

    keys: str = field(default="", repr=False, metadata=UNRECORDED)
    token_lookup: str = "header:Authorization:Bearer"  # noqa: S105 - a place, not a secret
    white_list: tuple[str, ...] = ()
    black_list: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trigger:
    """An HTTP trigger of one version or alias. `methods` empty = all that FC knows."""

    name: str = "http"
    qualifier: str = "LATEST"
    methods: tuple[str, ...] = ()
    auth_type: str = "anonymous"
    internet_url_disabled: bool = False
    jwt: Jwt = field(default_factory=Jwt)


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """How an instance is asked whether it serves. `path` empty: a TCP connection to its port is enough.

    `failure_threshold` is read and not acted on: until the start-up time is over the check is made again
    (contract LIFE-HC-1).
    """

    path: str = ""
    initial_delay_s: float = 0
    period_s: float = 3
    timeout_s: float = 1
    failure_threshold: int = 3
    success_threshold: int = 1


@dataclass(frozen=True, slots=True)
class Launch:
    """How a function's program is started, and what it is told of its life. A file writes `environment` as a mapping.

    `command`: its words, empty = somebody else starts it. `folder`: where it runs, relative to the config file.
    `ready_timeout_s`: seconds until it must serve. `initialize_s`, `pre_stop_s`, `pre_freeze_s`: seconds that
    `POST /initialize`, `GET /pre-stop`, `GET /pre-freeze` may take, 0 = not called (contract LIFE-HOOK-1..3).
    """

    command: tuple[str, ...] = ()
    folder: str = ""
    environment: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    health_check: HealthCheck = field(default_factory=HealthCheck)
    ready_timeout_s: float = 120
    initialize_s: float = 0
    pre_stop_s: float = 0
    pre_freeze_s: float = 0


@dataclass(frozen=True, slots=True)
class Asynchronous:
    """What becomes of a function's asynchronous calls (contract ASYNC-5..7, ASYNC-10).

    `task`: every accepted call has a task id, also when its caller gave none. `retries`: further attempts after
    errors of the function. `age_s`: seconds after which a call is too old to leave the queue. `on_success`,
    `on_failure`: ARNs that results would go to; they are noted, nothing is sent there. `fail_on_5xx`: an answer of
    500 to 599 is an error of the function; FC does not publish whether it is.
    """

    task: bool = False
    retries: int = 3
    age_s: int = 86400
    on_success: str = ""
    on_failure: str = ""
    fail_on_5xx: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """A web function. `server` is where its program listens; `timeout_s` seconds, `memory_mb` MB.

    `concurrency`: requests one instance takes at once, 0 = unlimited.
    """

    name: str = "web"
    server: str = "http://127.0.0.1:9000"
    memory_mb: int = 512
    timeout_s: float = 60
    concurrency: int = 0
    handler: str = "index.handler"
    triggers: tuple[Trigger, ...] = (Trigger(),)
    launch: Launch = field(default_factory=Launch, metadata=UNRECORDED)
    asynchronous: Asynchronous = field(default_factory=Asynchronous)


@dataclass(frozen=True, slots=True)
class Rewrite:
    """One rewrite rule of a route: what is looked for, and what the server gets instead (contract DOM-RW)."""

    match: str
    replacement: str


@dataclass(frozen=True, slots=True)
class Route:
    """One line of a custom domain's routing table (contract DOM-2, DOM-4); rewrite rules are tried in this order."""

    path: str
    function: str
    qualifier: str = "LATEST"
    methods: tuple[str, ...] = ()
    equal_rules: tuple[Rewrite, ...] = ()
    wildcard_rules: tuple[Rewrite, ...] = ()
    regex_rules: tuple[Rewrite, ...] = ()


@dataclass(frozen=True, slots=True)
class Domain:
    """A custom domain, its routes, and how its callers show who they are (contract DOM-5)."""

    name: str
    routes: tuple[Route, ...] = ()
    auth_type: str = "anonymous"
    jwt: Jwt = field(default_factory=Jwt)


@dataclass(frozen=True, slots=True)
class Config:
    """Everything the rules may ask. Without a config file there is one function, and it serves every host."""

    functions: tuple[Function, ...] = (Function(),)
    domains: tuple[Domain, ...] = ()
    region: str = "cn-hangzhou"
    account_id: str = "1234567890123456"
    evidence: Evidence = Evidence.DOCUMENTED
    domain_kind: DomainKind = DomainKind.AUTO
    error_format: ErrorFormat = ErrorFormat.AUTO
    limits: Limits = field(default_factory=Limits)
