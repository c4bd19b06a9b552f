"""What happens to a call: each function takes messages and facts, and returns the next message with its reasons.

Pure: no clock, no I/O. A refusal is a value like any other. Must not know: any particular rule.
Read next: survey.py (where facts come from), rules/__init__.py (the tables in their order).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.changes import Accept, Decision, Forward, Reply
from gateway.engine import Notes, change, run
from gateway.facts import Ingress
from gateway.rule import UNREAD, Answer, Call
from gateway.rules import (
    ACCEPT_RULES,
    FAILURE_RULES,
    HEAD_RULES,
    INTERIM_RULES,
    REFUSAL_RULES,
    REPLY_RULES,
    REQUEST_RULES,
    RESPONSE_RULES,
)
from gateway.rules.failure import NOTHING
from gateway.rules.sizes import largest_body

if TYPE_CHECKING:
    from gateway.changes import Transform
    from gateway.config import Config
    from gateway.exchange import Failure
    from gateway.facts import Facts
    from gateway.messages import Request, Response


def on_request_head(head: Request, facts: Facts, config: Config) -> Reply | None:
    """Answer a request by its head alone, before a byte of the body is read. None: read on."""
    return _answered_at_once(head, Call(facts, config, head), Notes())


def on_request(request: Request, facts: Facts, config: Config) -> Decision:
    """What becomes of a whole request: forwarded, refused, or accepted to be delivered later.

    A body that was cut over its limit comes here as far as it was read, and is refused. Each delivery of an
    asynchronous call is this function again, with `facts.seed.attempt` raised: it gives the `Accept` whose
    `request` and `transforms` belong to that attempt.
    """
    call, notes = Call(facts, config, request), Notes()
    reply = _answered_at_once(request, call, notes)
    if reply is not None:
        return reply
    forwarded, told = change(REQUEST_RULES, request, call, notes), Notes()
    accepted = run(ACCEPT_RULES, request, call, told)
    if isinstance(accepted, Answer):
        return Accept(_speak(accepted, call, told), forwarded, tuple(notes.transforms), tuple(notes.advice))
    return Forward(forwarded, tuple(notes.transforms), tuple(notes.advice))


def _answered_at_once(request: Request, call: Call, notes: Notes) -> Reply | None:
    """What the gateway says without the server: first whom the survey could not match, then all else.

    The platform itself, which calls the hooks of an instance, is refused nothing.
    """
    if call.facts.ingress is Ingress.HOOK:
        return None
    for table in (REFUSAL_RULES, HEAD_RULES) if call.facts.refusal else (HEAD_RULES,):
        outcome = run(table, request, call, notes)
        if isinstance(outcome, Answer):
            return _speak(outcome, call, notes)
    return None


def on_interim(head: Response, facts: Facts, config: Config) -> tuple[Transform, ...]:
    """What becomes of a 1xx head that came before the server's answer: why the client does not get it."""
    notes = Notes()
    change(INTERIM_RULES, head, Call(facts, config), notes)
    return tuple(notes.transforms)


def on_response(response: Response, request: Request, facts: Facts, config: Config) -> Reply:
    """What the client gets for the server's answer. `request`: what the client sent.

    The body's bytes are never read, so the head of a streamed answer can come here first. Trailers that arrive
    at its end change only the transforms: call again with the whole response to have them told.
    """
    call, notes = Call(facts, config, request, response), Notes()
    outcome = run(RESPONSE_RULES, response, call, notes)
    if isinstance(outcome, Answer):
        return _speak(outcome, Call(facts, config, request), notes)
    return _finish(outcome, call, notes, "")


def on_failure(failure: Failure, text: str, request: Request | None, facts: Facts, config: Config) -> Reply:
    """What the client gets when there is no answer of the server.

    `text`: the plain reason, shown to the user. `request`: what the client sent, None when it is not HTTP.
    """
    call, notes = Call(facts, config, request or UNREAD, text=text), Notes()
    outcome = run(FAILURE_RULES[failure], NOTHING, call, notes)
    if isinstance(outcome, Answer):
        return _speak(outcome, call, notes)
    raise TypeError(f"no rule answers {failure}")


def body_limit(head: Request, facts: Facts, config: Config) -> int:
    """The largest legal request body, in bytes; a shell reads one byte more at most."""
    return largest_body(Call(facts, config, head))


def _speak(answer: Answer, call: Call, notes: Notes) -> Reply:
    return _finish(answer.response, call, notes, answer.code)


def _finish(response: Response, call: Call, notes: Notes, code: str) -> Reply:
    finished = change(REPLY_RULES, response, call, notes)
    return Reply(finished, tuple(notes.transforms), tuple(notes.advice), code)
