"""The addon's options as one table, and the check that no `fc_*` name or value is mistyped.

Must not know: what the values lead to (settings.py). mitmproxy keeps unknown `--set` names silently in
`options.deferred`, and on a value that it cannot read it drops the script and serves as an open proxy; so both
are looked for by hand.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from addons.refusal import Exit, StartRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mitmproxy.addonmanager import Loader

PREFIX = "fc_"


@dataclass(frozen=True, slots=True)
class Option:
    """One `--set name=value`: its type (`str`, `int`, `bool`), default, help and legal values.

    mitmproxy has no options of type float: a number that may have a fraction is a `str` that settings.py reads.
    """

    name: str
    kind: type
    default: Any
    help: str
    choices: tuple[str, ...] = ()


OPTIONS = (
    Option("fc_config", str, "", "An s.yaml (Serverless Devs, fc3 and fc3-domain) or an fc.yaml."),
    Option("fc_command", str, "", "Start the user's server with this command; its output becomes the function's log."),
    Option(
        "fc_start",
        str,
        "at-start",
        "When fc_command and the config's commands run. first-call: with a cold start, as on the platform.",
        ("at-start", "first-call", "never"),
    ),
    Option("fc_function", str, "web", "Name of the function when there is no fc_config."),
    Option("fc_region", str, "cn-hangzhou", "Region the function says it runs in."),
    Option("fc_account_id", str, "1234567890123456", "Account id the function says it belongs to."),
    Option("fc_memory", int, 512, "Memory of the function in MB, as told to the server."),
    Option("fc_timeout", str, "60", "Seconds the server may take for one call; fractions too."),
    Option("fc_concurrency", int, 0, "Calls that one instance takes at once; 0 is unlimited."),
    Option(
        "fc_domain",
        str,
        "auto",
        "Which kind of domain a Host is that no route names. auto: *.fcapp.run and *.aliyuncs.com are default domains.",
        ("auto", "default", "custom"),
    ),
    Option(
        "fc_evidence",
        str,
        "documented",
        "From which evidence on rules are enforced; below it they only advise.",
        ("documented", "observed", "assumed"),
    ),
    Option("fc_log", str, "", "Log file of a server that somebody else starts; followed for X-Fc-Log-Type: Tail."),
    Option(
        "fc_error_format",
        str,
        "auto",
        "Keys of the gateway's JSON errors. auto: FC3 on HTTP calls, both families on API calls.",
        ("auto", "fc3", "fc2", "both"),
    ),
    Option("fc_store", str, "fc.db", "The recording: a path, or a SQLAlchemy URL."),
    Option("fc_record", bool, True, "Record every exchange."),
    Option("fc_filter", str, "", "mitmproxy filter expression: what to record. The rest is still transformed."),
    Option(
        "fc_durability",
        str,
        "full",
        "full: an answered exchange survives power loss. normal: it survives a crash of the process.",
        ("full", "normal"),
    ),
    Option(
        "fc_on_store_failure",
        str,
        "refuse",
        "When the recording cannot be written. refuse: answer 5xx and call nothing. pass: go on and count.",
        ("refuse", "pass"),
    ),
    Option(
        "fc_seal",
        str,
        "on",
        "Secrets in the recording. on: pseudonyms, the values under a key beside it. discard: no values. off: clear.",
        ("on", "discard", "off"),
    ),
    Option("fc_keep", str, "", "Retention: an age (7d), a number (10000), a size (2GiB), in any combination."),
    Option(
        "fc_credentials",
        str,
        "",
        "What callers are checked by: a YAML file with keys, users, tokens, or env. Never recorded; empty: no check.",
    ),
    Option(
        "fc_egress",
        str,
        "",
        "Port of 127.0.0.1 through which the function's own HTTP and HTTPS calls go out and are recorded; 0: any.",
    ),
    Option("fc_ui", str, "", "Port of the live audit page, on this machine only; 0 is any free one, empty is none."),
    Option("fc_language", str, "", "Language of the terminal's sentences; empty follows the locale.", ("", "zh", "en")),
)

NAMES = frozenset(option.name for option in OPTIONS)


def register(loader: Loader) -> None:
    """Make the options known to mitmproxy."""
    for option in OPTIONS:
        loader.add_option(option.name, option.kind, option.default, option.help, option.choices or None)


READERS: dict[type, Callable[[str], Any]] = {
    str: str,
    int: int,
    bool: {"": True, "true": True, "false": False}.__getitem__,
}
"""From an option's text to its value; ValueError or KeyError when it has none."""

KINDS = {int: "a whole number", bool: "true or false", str: "a text"}


def read_values(deferred: dict[str, Any]) -> None:
    """Read the values that wait for their options, before mitmproxy does; they are replaced in place.

    Raises: StartRefused(OPTION).
    """
    for option in OPTIONS:
        if option.name in deferred:
            deferred[option.name] = _value(option, deferred[option.name])


def _value(option: Option, given: Any) -> Any:
    """`given`: texts of the command line (mitmproxy's own wrapper), or a value of its config.yaml."""
    texts = getattr(given, "val", [given])
    if len(texts) > 1:
        raise StartRefused(Exit.OPTION, f"{option.name} is set {len(texts)} times: {', '.join(texts)}")
    text = str(texts[0]) if texts else ""
    try:
        value = READERS[option.kind](text.lower() if option.kind is bool else text)
    except (ValueError, KeyError) as error:
        raise StartRefused(Exit.OPTION, f"{option.name}={text} is not possible: it is {KINDS[option.kind]}") from error
    if option.choices and value not in option.choices:
        near = difflib.get_close_matches(text, option.choices, n=1, cutoff=0.0)[0]
        known = ", ".join(choice for choice in option.choices if choice)
        raise StartRefused(Exit.OPTION, f"{option.name}={text} is not possible: did you mean {near}? (known: {known})")
    return value


def check_names(deferred: Iterable[str]) -> None:
    """Refuse to start on a `fc_*` name that nobody knows; names the nearest one.

    Raises: StartRefused(OPTION).
    """
    for name in sorted(deferred):
        if not name.startswith(PREFIX):
            continue
        near = difflib.get_close_matches(name, NAMES, n=1, cutoff=0.0)
        raise StartRefused(Exit.OPTION, f"there is no option {name}; did you mean {near[0]}? (--set {near[0]}=VALUE)")
