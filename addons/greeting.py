"""What the proxy says when it starts and stops: where calls go, where they are kept, what to type next.

In the language of fc_language, or of the user's locale. Must not know: how anything is done.
"""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

START = {
    "en": "recording every call to {place} (secrets: {seal})",
    "zh": "每次调用都录制到 {place}（敏感值：{seal}）",
}
NOT_RECORDING = {
    "en": "not recording (fc_record=false)",
    "zh": "不录制（fc_record=false）",
}
LIVE = {
    "en": "every call as it happens: {url}",
    "zh": "实时查看每次调用：{url}",
}
STOP = {
    "en": "{count} recorded in {place}; see them: ./run python replay.py audit {word} -o audit.html",
    "zh": "{count} 条已录制到 {place}；查看：./run python replay.py audit {word} -o audit.html",
}
EGRESS = {
    "en": "recording what the function calls out, through 127.0.0.1:{port}",
    "zh": "函数对外的调用经 127.0.0.1:{port} 发出并录制",
}
EGRESS_BY_HAND = {
    "en": "; start your server with HTTP_PROXY and HTTPS_PROXY=http://127.0.0.1:{port} and trust mitmproxy's CA",
    "zh": "；请以 HTTP_PROXY 与 HTTPS_PROXY=http://127.0.0.1:{port} 启动你的服务，并让它信任 mitmproxy 的 CA",
}
UNCHECKED = {
    "en": "callers are not checked where the config asks for it ({kinds}): see fc_credentials",
    "zh": "配置要求的认证没有核对（{kinds}）：见 fc_credentials",
}
LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""In the order in which POSIX lets them decide."""


def language(wanted: str, environment: Mapping[str, str] = os.environ) -> str:
    """`zh` or `en`: the option's value, else the locale's."""
    if wanted:
        return wanted
    locale = next((environment[name] for name in LOCALE_VARIABLES if environment.get(name)), "")
    return "zh" if locale.lower().startswith("zh") else "en"


def at_start(tongue: str, place: str | None, seal: str) -> str:
    """Where calls are kept. `place` is None when they are not."""
    return NOT_RECORDING[tongue] if place is None else START[tongue].format(place=place, seal=seal)


def live(tongue: str, url: str) -> str:
    """Where the live page is; the address holds the token of this start."""
    return LIVE[tongue].format(url=url)


def at_stop(tongue: str, place: str, count: int) -> str:
    """How many calls were recorded, and the next command, which a shell takes as it stands."""
    return STOP[tongue].format(count=count, place=place, word=shlex.quote(place))


def egress(tongue: str, port: int, *, started: bool) -> str:
    """Where the function's own calls go out. `started`: we start its program, so it knows already."""
    return (EGRESS[tongue] + ("" if started else EGRESS_BY_HAND[tongue])).format(port=port)


def unchecked(tongue: str, kinds: Sequence[str]) -> str:
    """Which kinds of authentication pass unchecked."""
    return UNCHECKED[tongue].format(kinds=", ".join(kinds))
