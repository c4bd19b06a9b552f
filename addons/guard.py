"""Callers are checked by the credentials of the run; the verdict goes into the facts, so that no replay needs them.

Must not know: how a signature is computed, where credentials come from. Read next: gateway/auth/check.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from addons import tokens
from gateway.auth.check import Credentials, Denial, auth_type, authenticate, guarded_by, guards, judged
from gateway.auth.explain import explanation
from gateway.auth.jwt_lookup import needs_token, token_of

if TYPE_CHECKING:
    from addons.draft import Draft
    from gateway.config import Config
    from gateway.facts import Facts
    from gateway.messages import Request


JWT = "jwt"
"""The auth type, and by what its callers are known."""


class Guard:
    """Stands at the door when there is something to check callers by."""

    def __init__(self, config: Config, credentials: Credentials) -> None:
        self._config = config
        self._credentials = credentials

    def judge(self, head: Request, draft: Draft) -> None:
        """Put the verdict on this very call into its facts; a plan of earlier calls with the head knows none."""
        facts = authenticate(head, draft.facts, self._config, self._credentials)
        if facts is draft.facts and not facts.refusal and auth_type(facts, self._config) == JWT:
            facts = judged(facts, self._token(head, facts)[0])
        draft.facts = facts

    def explain(self, head: Request, draft: Draft) -> None:
        """Why the caller was refused, where its author will look: in the log of the call."""
        facts = draft.facts
        told = self._token(head, facts)[1] if facts.refusal == Denial.BAD_JWT else ""
        draft.log = draft.log or (f"fc-replay: the token: {told}\n".encode() if told else explanation(head, facts))

    def _token(self, head: Request, facts: Facts) -> tuple[Denial | str, str]:
        """The verdict on a call that needs a token, and why."""
        asked = guarded_by(facts, self._config)
        if asked is None or not asked.jwt.keys or not needs_token(head, asked.jwt):
            return "", ""
        token = token_of(head, asked.jwt)
        if not token:
            return ("" if token is None else Denial.NO_JWT), ""
        why = tokens.problem(token, asked.jwt.keys, facts.seed.arrived_us / 1_000_000)
        return (Denial.BAD_JWT if why else JWT), why


def guard_of(config: Config, credentials: Credentials) -> Guard | None:
    """A guard, None when there is nothing to check by, so that such a run pays nothing."""
    has_keys = any(one.auth_type == JWT and one.jwt.keys for one in guards(config))
    if has_keys:
        tokens.load()
    return Guard(config, credentials) if has_keys or credentials != Credentials() else None
