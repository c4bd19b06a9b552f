# ruff: noqa: INP001 - a script beside the page that it writes
"""Writes docs/rules.md from the rule rows: `python docs/make_rules.py`. A test compares the two.

Must not know: how rules run. Read next: gateway/rule.py, docs/adding-a-rule.md.
"""

from __future__ import annotations

import sys
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from gateway.config import Evidence  # noqa: E402 - the path is set above
from gateway.messages import Body, Headers, Request, body_size  # noqa: E402 - the same
from gateway.rules import RULES, RULES_VERSION  # noqa: E402 - the same

if TYPE_CHECKING:
    from gateway.rule import Example, Message, Rule

LONGEST = 60
"""Characters of a value that an example shows."""

FAMILIES = {
    "req": ("请求", "Requests"),
    "invoke": ("API 调用", "API calls"),
    "async": ("异步调用", "Asynchronous calls"),
    "res": ("服务的响应", "The server's answer"),
    "reply": ("给客户端的每个响应", "Every answer to the client"),
    "fail": ("没有可用的回答", "No usable answer"),
    "tool": ("fc-replay 自己的规则", "fc-replay's own"),
}

EVIDENCE = {
    Evidence.DOCUMENTED: "documented 有文档",
    Evidence.OBSERVED: "observed 在真实流量中见过",
    Evidence.ASSUMED: "assumed 推断",
}

INTRO = f"""# 规则 Rules

本页由 `python docs/make_rules.py` 生成，规则集 {RULES_VERSION}，共 {len(RULES)} 条。每一处改动都由其中一条说明。

This page is written by `python docs/make_rules.py`: rule set {RULES_VERSION}, {len(RULES)} rules. One of them explains
each change that the gateway makes.

- **evidence**: `documented` 有文档；`observed` 在真实流量中见过；`assumed` 推断。
  `fc_evidence` 以下的规则只提示，不执行；标有 *always enforced* 的除外，因为总得给出某个回答。
  Rules below the `fc_evidence` line only advise, but for those marked *always enforced*: some answer has to be given.
- **contract**: 规则在合同台账中的编号。 The ids of the behaviour in the contract ledger.
"""


def page() -> str:
    """The whole of docs/rules.md."""
    parts = [INTRO]
    for family, rules in groupby(sorted(RULES.values(), key=_place), key=_family):
        zh, en = FAMILIES[family]
        parts.append(f"## {zh} {en}\n")
        parts += [_section(rule) for rule in rules]
    return "\n".join(parts)


def _family(rule: Rule) -> str:
    return rule.id.partition(".")[0]


def _place(rule: Rule) -> int:
    # Families in the order above; inside a family the order of work stays.
    return list(FAMILIES).index(_family(rule))


def _section(rule: Rule) -> str:
    known = EVIDENCE[rule.evidence] + (", *always enforced*" if rule.needed else "")
    lines = [
        f"### {rule.id}\n",
        f"{rule.summary.zh}。{rule.why.zh}\n",
        f"{rule.summary.en}. {rule.why.en}\n",
        f"- when: {rule.when.name.zh} / {rule.when.name.en}",
        f"- evidence: {known}",
        f"- source: [{rule.source.section}]({rule.source.url})",
        f"- contract: {', '.join(rule.source.contract) or '—'}",
        f"- since: {rule.since}\n",
    ]
    return "\n".join(lines) + "\n" + "\n".join(_example(one) for one in rule.examples)


def _example(example: Example) -> str:
    after = example.after if isinstance(example.after, str) else _message(example.after)
    return f"```text\n{_message(example.before)}\n-->\n{after}\n```\n"


def _message(message: Message) -> str:
    if isinstance(message, Request):
        first = b" ".join((message.method, message.target, message.version))
    elif not message.status:
        return "(no answer)"
    else:
        first = b"%b %d %b" % (message.version, message.status, message.reason)
    lines = [_cut(first), *_lines(message.headers), *_body(message.body), *_lines(message.trailers, "trailer ")]
    return "\n".join(lines)


def _lines(headers: Headers, mark: str = "") -> list[str]:
    return [f"{mark}{name.decode()}: {_cut(value)}".rstrip() for name, value in headers]


def _body(body: Body) -> list[str]:
    return [f"({body_size(body)} bytes of body)"] if body_size(body) else []


def _cut(value: bytes) -> str:
    text = value.decode()
    return text if len(text) <= LONGEST else f"{text[:12]}... ({len(text)} bytes)"


if __name__ == "__main__":
    (ROOT / "docs" / "rules.md").write_text(page(), encoding="utf-8")
