"""Callers are checked by the credentials of the run; the verdict goes into the facts, so that no replay needs them.

Must not know: how a signature is computed, where credentials come from. Read next: gateway/auth/check.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.auth.check import Credentials, authenticate
from gateway.auth.explain import explanation

if TYPE_CHECKING:
    from addons.draft import Draft
    from gateway.config import Config
    from gateway.messages import Request


class Guard:
    """Stands at the door when there is something to check callers by."""

    def __init__(self, config: Config, credentials: Credentials) -> None:
        self._config = config
        self._credentials = credentials

    def judge(self, head: Request, draft: Draft) -> None:
        """Put the verdict on this very call into its facts; a plan of earlier calls with the head knows none."""
        draft.facts = authenticate(head, draft.facts, self._config, self._credentials)

    @staticmethod
    def explain(head: Request, draft: Draft) -> None:
        """Why the caller was refused, where its author will look: in the log of the call."""
        draft.log = draft.log or explanation(head, draft.facts)


def guard_of(config: Config, credentials: Credentials) -> Guard | None:
    """A guard, None when there is nothing to check by, so that such a run pays nothing."""
    return Guard(config, credentials) if credentials != Credentials() else None
