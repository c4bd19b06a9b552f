"""The shape of a conformance case, and reading them from the *.yaml files beside this one.

A key that no field has is refused: a mistyped expectation would expect nothing. README.md tells how to write one.
Must not know: how a case is played (shells.py) or judged (judge.py).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

from ruamel.yaml import YAML

FOLDER = Path(__file__).resolve().parent
DEFAULT_DOMAIN = "x-abcdefghij.cn-hangzhou.fcapp.run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What the client sends. Text stands for bytes of the same numbers (latin-1).

    `host`: None sends no Host. `headers`: lines `Name: value`. `headers_total`: bytes of all names and values, made
    up by a field X-Pad; `target_total`: bytes of the target, made up at its end. `body_size`: that many bytes.
    `chunks`: a chunked body. `announce`: a Content-Length whose body is never sent. `finish`: false leaves out the
    last chunk. `raw`: these bytes instead of everything else. `leaves`: the client goes once the server has it.
    `first`: the answer's first chunk must come, and only then is the server's next one released. `credentials`: what
    the gateway checks callers by (gateway.auth.check.Credentials), in the core alone; `refusal`: why a shell would not
    have the call (gateway.survey.Refusal), in the core alone.
    """

    method: str = "GET"
    target: str = "/"
    version: str = "HTTP/1.1"
    host: str | None = "app.example.test"
    headers: tuple[str, ...] = ()
    headers_total: int = 0
    target_total: int = 0
    body: str = ""
    body_size: int = 0
    chunks: tuple[str, ...] = ()
    chunk_sizes: tuple[int, ...] = ()
    announce: int = 0
    finish: bool = True
    raw: str = ""
    leaves: bool = False
    first: str = ""
    credentials: dict[str, Any] | None = None
    refusal: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Serve:
    """What the server does with one request.

    `length`: false sends no Content-Length (the body then ends with the connection). `raw`: these bytes instead.
    `pause`: between its chunks it waits until the client has the first. `cut`: of all it would send, only so many
    bytes. `then`: keep, close, reset or hold. `reads`: all, head or nothing. `logs`: written to its log file.
    `failure`: no answer comes and this is why (gateway.exchange.Failure), in the core alone.
    """

    status: str = "200 OK"
    headers: tuple[str, ...] = ()
    headers_total: int = 0
    body: str = "ok"
    body_size: int = 0
    chunks: tuple[str, ...] = ()
    length: bool = True
    pause: bool = False
    raw: str = ""
    cut: int = -1
    then: str = "keep"
    reads: str = "all"
    logs: str = ""
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Got:
    """What the client must see.

    `lines`: header lines that are there, exactly so and in this order; `has`: names that are there once;
    `lacks`: names that are not. `error`: FC's code in an error body that names the request id; `keys`: its members,
    all of them. `body_size`: instead of `body`. `log`: texts that X-Fc-Log-Result holds. `nothing`: no answer comes.
    `cut`: the connection ends inside the answer. `interim`: statuses before the final one.
    """

    status: int = 200
    lines: tuple[str, ...] = ()
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    body: str | None = None
    body_size: int | None = None
    error: str = ""
    keys: tuple[str, ...] = ()
    message: str = ""
    log: tuple[str, ...] = ()
    nothing: bool = False
    cut: bool = False
    interim: tuple[int, ...] = ()
    closes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Saw:
    """What the server must see, of its last request when there were several. `left`: its connection was cut."""

    calls: int = 1
    method: str = ""
    target: str = ""
    lines: tuple[str, ...] = ()
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    body: str | None = None
    body_size: int | None = None
    left: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What the recording must hold besides the views, which are always checked.

    `rules`: ids that acted. `advice`: ids that only advised. `deliveries`: attempts of an asynchronous call.
    `log`: texts in the call's log. `text`: in the failure's plain reason.
    """

    state: str = "complete"
    failure: str = ""
    text: str = ""
    rules: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()
    deliveries: int = 0
    delivery_state: str = "complete"
    request_body_size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One row of the contract. `proves`: its rule ids (contract). `vector`: its number in the contract's section 18.

    `options`: of the proxy; `config`: its fc_config, written here; `listening`: false, nobody is behind it. `shells`:
    who plays it (shells.py), or `core`: the rules alone (pure.py), for what no client and server can bring about.
    """

    id: str
    proves: tuple[str, ...]
    vector: int = 0
    options: dict[str, str] | None = None
    config: dict[str, Any] | None = None
    listening: bool = True
    shells: tuple[str, ...] = ("fc", "tls")
    ask: Ask = Ask()
    serve: tuple[Serve, ...] = (Serve(),)
    got: Got = Got()
    saw: Saw = Saw()
    kept: Kept = Kept()


@cache
def load_cases(unique: str = "here") -> tuple[Case, ...]:
    """Every case of every file; ids are unique. `unique` fills `<unique>`: a name that a server has not heard yet."""
    found = [(row, path.name) for path in sorted(FOLDER.glob("*.yaml")) for row in _rows(path)]
    cases = [case for row, where in found for case in expand(_fill(row, {"unique": unique}), where)]
    ids = [case.id for case in cases]
    assert len(set(ids)) == len(ids), sorted({one for one in ids if ids.count(one) > 1})
    return tuple(cases)


def _rows(path: Path) -> list[dict[str, Any]]:
    rows = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    assert isinstance(rows, list), f"{path.name} is not a list of cases"
    return rows


def expand(row: dict[str, Any], where: str) -> list[Case]:
    """A row with `each` stands for one case for each of its mappings, whose values replace `{name}` in all texts."""
    row = dict(row)
    variants = row.pop("each", [{}])
    return [build(Case, _fill(row, values), f"{where}: {row.get('id')}") for values in variants]


def _fill(value: Any, words: dict[str, Any]) -> Any:
    if isinstance(value, str):
        for name, word in words.items():
            if value == f"<{name}>":
                return word  # a number or a list stays one
            value = value.replace(f"<{name}>", str(word))
        return value
    if isinstance(value, list):
        return [_fill(one, words) for one in value]
    if isinstance(value, dict):
        return {key: _fill(one, words) for key, one in value.items()}
    return value


def build[T](kind: type[T], plain: dict[str, Any], where: str) -> T:
    """A dataclass from a mapping. A mapping where a list of them is wanted is a list of one."""
    hints = get_type_hints(kind)
    unknown = set(plain) - {one.name for one in fields(kind)}  # type: ignore[arg-type] # a dataclass, by its callers
    assert not unknown, f"{where}: unknown keys {sorted(unknown)}"
    return kind(**{name: _value(hints[name], value, f"{where}.{name}") for name, value in plain.items()})


def _value(hint: Any, value: Any, where: str) -> Any:
    if is_dataclass(hint) and isinstance(hint, type):
        return build(hint, value, where)
    if get_origin(hint) is tuple:
        rows = value if isinstance(value, list) else [value]
        return tuple(_value(get_args(hint)[0], one, where) for one in rows)
    if isinstance(hint, UnionType):
        legal = tuple(get_origin(one) or one for one in get_args(hint))
        assert isinstance(value, legal), f"{where}: {value!r} is not {hint}"
    elif get_origin(hint) is None:
        assert type(value) is hint, f"{where}: {value!r} is not {hint.__name__}"
    return value
