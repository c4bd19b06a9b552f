"""Messages of conversations as lines of a bundle, and back: one a line, by exchange and in order.

What is read may be hostile. Must not know: zip files. Read next: plain.py, bundle.py.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from formats.plain import BadPlain, from_plain, to_plain
from gateway.conversation import Message

if TYPE_CHECKING:
    from typing import Any

MEMBER = "messages.jsonl"


def plain_message(exchange_id: int, message: Message) -> dict[str, Any]:
    """A message as a line holds it."""
    return {"exchange": exchange_id, **to_plain(message)}


def read_message(line: bytes) -> tuple[int, Message]:
    """The exchange a line belongs to, and its message. Raises BadPlain."""
    try:
        plain = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadPlain("a message is no JSON") from error
    if not isinstance(plain, dict) or type(plain.get("exchange")) is not int:
        raise BadPlain("a message names no exchange")
    exchange_id = plain.pop("exchange")
    message = from_plain(Message, plain, "message")
    if not (0 < message.seq < 1 << 31 and 0 <= message.at_us < 1 << 62 and 0 < exchange_id < 1 << 62):
        raise BadPlain("a message has an impossible number")
    return exchange_id, message
