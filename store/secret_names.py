"""Which names announce a secret: header names, field words, and what makes a name harmless again.

United from reliability.md section 4.1. Names are matched word by word after undoing percent and JSON escapes,
so that author, tokenizer and secretary stay readable. Must not know: values. Read next: secret_shapes.py.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from itertools import pairwise
from urllib.parse import unquote

HEADERS = frozenset(
    {
        *(b"authorization", b"proxy-authorization", b"cookie", b"set-cookie", b"x-api-key", b"api-key"),
        *(b"x-auth-token", b"x-csrf-token", b"x-xsrf-token", b"x-amz-security-token", b"x-goog-api-key"),
        *(b"x-vault-token", b"x-fc-access-key-id", b"x-fc-access-key-secret", b"x-fc-security-token"),
        *(b"x-acs-security-token", b"x-acs-accesskey-id", b"x-acs-signature", b"x-oss-security-token"),
    }
)
"""Headers whose whole value is secret; authorization and cookies are taken apart first (sealing_heads.py)."""

_WORDS = frozenset(
    {
        *("password", "passwd", "passphrase", "pwd", "secret", "token", "bearer", "apikey", "auth", "authorization"),
        *("credential", "credentials", "session", "sessionid", "sid", "assertion", "jwt", "cookie", "csrf", "xsrf"),
        *("samlrequest", "samlresponse", "signature", "sig", "accesskeyid", "accesskeysecret", "securitytoken"),
        *("ossaccesskeyid", "privatekey", "otp", "pin", "cvv"),
    }
)
_PAIRS = frozenset({"api key", "private key", "access key", "secret key", "saml request", "saml response"})
_ENDINGS = ("password", "passwd", "secret", "token", "apikey", "privatekey", "accesskey")
# token_type and token_count tell about a token, they are none.
_HARMLESS = frozenset({"type", "count", "limit", "expires", "expiry", "ttl", "length"})

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")

STEMS = (
    *(b"pass", b"pwd", b"secret", b"token", b"bearer", b"key", b"auth", b"credential", b"session", b"sid", b"otp"),
    *(b"assertion", b"jwt", b"cookie", b"csrf", b"xsrf", b"saml", b"sig", b"pin", b"cvv", b"code"),
)
"""Each secret name contains one of these in lower case: a quick way to see that a body has none."""


@lru_cache(maxsize=8192)
def is_secret(name: bytes) -> bool:
    """Whether a field of this name holds a secret; the name as it stands in a query, form, JSON or header."""
    words = [word.lower() for word in _WORD.findall(_plain(name))]
    if not words or words[-1] in _HARMLESS:
        return False
    joined = "".join(words)
    if joined in _WORDS or joined.endswith(_ENDINGS):
        return True
    pairs = {f"{first} {second}" for first, second in pairwise(words)}
    return not _WORDS.isdisjoint(words) or not _PAIRS.isdisjoint(pairs)


def is_code(name: bytes) -> bool:
    """An OAuth code is secret, but only beside `state` or a redirect: elsewhere a code is an error or a country."""
    return _plain(name).lower() == "code"


def goes_with_code(name: bytes) -> bool:
    """Whether this field beside `code` makes it an OAuth code."""
    return _plain(name).lower() in {"state", "redirect_uri", "redirecturi", "code_verifier"}


def _plain(name: bytes) -> str:
    text = unquote(name.decode("utf-8", "replace")).replace("+", " ")
    if "\\" in text:
        try:
            text = str(json.loads(f'"{text}"'))
        except ValueError:
            return text
    return text
