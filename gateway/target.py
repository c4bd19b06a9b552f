"""Reads request targets: their form, their path, and the paths of FC's published APIs.

An API call is known by its path, never by its Host: SDKs send whatever their endpoint option was
(contract API-SDK-1). Read next: survey.py (who asks).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote

from gateway.facts import ApiFamily


class Kind(StrEnum):
    """What a path is to FC: the app's own, or one of its APIs.

    PROXY: an HTTP call by the FC2 proxy path. TASKS, TASK, STOP_TASK: about asynchronous tasks. UNSUPPORTED: below
    an API version, and no API.
    """

    APP = "app"
    INVOCATION = "invocation"
    FUNCTION = "function"
    PROXY = "proxy"
    TASKS = "tasks"
    TASK = "task"
    STOP_TASK = "stop-task"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class Place:
    """What a path says about whom it calls.

    `base`: the part of a proxy path that is not the app's. `task`: the asynchronous task it names.
    """

    kind: Kind
    function: str = ""
    service: str = ""
    qualifier: str = ""
    family: ApiFamily = ApiFamily.FC3
    base: str = ""
    task: str = ""


APP = Place(Kind.APP)

_FUNCTION = re.compile(
    rb"/+(?:(2023-03-30)|(?:2016-08-15|2021-04-06)/services/([^/]+))/functions/([^/]+)(/invocations)?"
)
# A service's qualifier follows the first dot; FC names hold none (contract API-PATH-2).
_PROXY = re.compile(rb"(/+2016-08-15/proxy/([^/.]+)(?:\.([^/]*))?/([^/]+))(?:/|\Z)")
_TASKS = re.compile(
    rb"/+(?:(2023-03-30)/functions/([^/]+)/async-tasks"
    rb"|(?:2016-08-15|2021-04-06)/services/([^/]+)/functions/([^/]+)/stateful-async-invocations)"
    rb"(?:/([^/]+?)(/stop)?)?"
)
_API = re.compile(rb"/+(?:2023-03-30|2021-04-06|2016-08-15)(?:/|\Z)")


def place(target: bytes, method: bytes) -> Place:
    """Whom an origin-form target calls (contract API-PATH-1..4, DOM-1). Doubled leading slashes are borne."""
    if not target.startswith((b"/20", b"//")):
        return APP
    path, _, query = target.partition(b"?")
    if (found := _FUNCTION.fullmatch(path)) and method == (b"POST" if found[4] else b"GET"):
        return _on_function(found, query)
    if found := _PROXY.match(path):
        base, service, qualifier, function = found.groups()
        return Place(Kind.PROXY, _text(function), _text(service), _text(qualifier or b""), ApiFamily.FC2, _base(base))
    if (found := _TASKS.fullmatch(path)) and (asked := _on_tasks(found, query, method)):
        return asked
    return Place(Kind.UNSUPPORTED, family=_family(path)) if _API.match(path) else APP


def _on_function(found: re.Match[bytes], query: bytes) -> Place:
    version3, service, function, invokes = found.groups()
    kind = Kind.INVOCATION if invokes else Kind.FUNCTION
    asked = _first(query, b"qualifier")
    if version3:
        return Place(kind, _text(function), qualifier=asked)
    name, _, dotted = _text(service).partition(".")
    return Place(kind, _text(function), name, dotted or asked, ApiFamily.FC2)


def _on_tasks(found: re.Match[bytes], query: bytes, method: bytes) -> Place | None:
    """A question about tasks (contract ASYNC-11); None when no API asks it so."""
    version3, function, service, function2, task, stop = found.groups()
    # FC3 stops by PUT .../stop, FC2 by PUT alone.
    stops = method == b"PUT" and bool(task) and bool(stop) == bool(version3)
    if not stops and (method != b"GET" or stop):
        return None
    kind = Kind.STOP_TASK if stops else Kind.TASK if task else Kind.TASKS
    asked = _first(query, b"qualifier")
    if version3:
        return Place(kind, _text(function), qualifier=asked, task=_text(task or b""))
    name, _, dotted = _text(service).partition(".")
    return Place(kind, _text(function2), name, dotted or asked, ApiFamily.FC2, task=_text(task or b""))


def _family(path: bytes) -> ApiFamily:
    return ApiFamily.FC3 if path.lstrip(b"/").startswith(b"2023") else ApiFamily.FC2


def _base(path: bytes) -> str:
    # One leading slash: the doubled one comes from an SDK's endpoint option, not from FC.
    return "/" + path.decode("latin-1").lstrip("/") + "/"


def _first(query: bytes, name: bytes) -> str:
    for pair in query.split(b"&"):
        key, _, value = pair.partition(b"=")
        if key == name:
            return _text(value)
    return ""


def _text(raw: bytes) -> str:
    return unquote(raw.decode("utf-8", "surrogateescape"), errors="replace").encode("utf-8", "replace").decode()


def split_absolute(target: bytes) -> tuple[bytes, bytes] | None:
    """(authority, origin-form) of an absolute-form target, None for any other form (RFC 9112 section 3.2.2)."""
    scheme, mark, rest = target.partition(b"://")
    if not mark or scheme.lower() not in (b"http", b"https"):
        return None
    cut = min((at for at in (rest.find(b"/"), rest.find(b"?")) if at >= 0), default=len(rest))
    authority, origin = rest[:cut].rpartition(b"@")[2], rest[cut:]
    return authority, origin if origin.startswith(b"/") else b"/" + origin
