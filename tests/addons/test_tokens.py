"""Tokens of every published algorithm, right and wrong; no token makes anything but a phrase."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from functools import cache
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given
from hypothesis import strategies as st

from addons.tokens import ALGORITHMS, problem
from tests.proxy import ROOT

NOW_S = 1_800_000_000
SECRET = b"a secret of HMAC that is long enough for all of its three sizes, in bytes"
CURVES: dict[str, ec.EllipticCurve] = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}


@cache
def private(algorithm: str) -> Any:
    """A key to sign with; one for all of RSA."""
    if algorithm.startswith("HS"):
        return SECRET
    if algorithm in CURVES:
        return ec.generate_private_key(CURVES[algorithm])
    if algorithm == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    return _rsa()


@cache
def _rsa() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def public(algorithm: str, **more: str) -> dict[str, Any]:
    """Its other half as a JSON Web Key."""
    key = private(algorithm)
    if isinstance(key, bytes):
        return {"kty": "oct", "k": base64.urlsafe_b64encode(key).rstrip(b"=").decode(), **more}
    kind = jwt.get_algorithm_by_name(algorithm)
    return {**json.loads(kind.to_jwk(key.public_key())), **more}


def key_set(*keys: dict[str, Any]) -> str:
    return json.dumps({"keys": keys})


def token(algorithm: str = "RS256", kid: str = "", **claims: Any) -> str:
    return jwt.encode({"sub": "amy", **claims}, private(algorithm), algorithm, headers={"kid": kid} if kid else None)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("named", [True, False])
def test_each_algorithm(algorithm: str, named: bool) -> None:
    more = {"alg": algorithm} if named else {}
    assert problem(token(algorithm), key_set(public(algorithm, **more)), NOW_S) == ""
    other = "HS256" if not algorithm.startswith("HS") else "RS256"
    assert problem(token(algorithm), key_set(public(other)), NOW_S) != ""
    head, body, _ = token(algorithm).split(".")
    assert "InvalidSignature" in problem(f"{head}.{body}.{'A' * 86}", key_set(public(algorithm)), NOW_S)


def test_a_public_key_is_no_secret_of_hmac() -> None:
    """The classic confusion of algorithms."""
    forged = jwt.encode({"sub": "amy"}, public("RS256")["n"], "HS256")
    assert problem(forged, key_set(public("RS256")), NOW_S) != ""
    assert problem(forged, key_set(public("RS256", alg="RS256")), NOW_S) != ""


def test_unsigned_is_not_signed() -> None:
    bare = jwt.encode({"sub": "amy"}, "", "none")
    for keys in (public("RS256"), public("HS256"), public("RS256", alg="none")):
        assert problem(bare, key_set(keys), NOW_S) != ""


@pytest.mark.parametrize(
    ("kid", "keys", "expected"),
    [
        pytest.param("b", (public("ES256", kid="a"), public("RS256", kid="b")), "", id="by-kid"),
        pytest.param("c", (public("ES256", kid="a"), public("RS256")), "", id="else-the-one-without"),
        pytest.param("", (public("ES256", kid="a"), public("RS256")), "", id="no-kid"),
        pytest.param("c", (public("RS256", kid="a"),), "no key of the set has the kid 'c'", id="none"),
    ],
)
def test_the_key_is_chosen_by_its_kid(kid: str, keys: tuple[dict[str, Any], ...], expected: str) -> None:
    assert problem(token(kid=kid), key_set(*keys), NOW_S) == expected


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        pytest.param({"exp": NOW_S}, "", id="last-second"),
        pytest.param({"exp": NOW_S - 5}, "it expired 5 s ago", id="expired"),
        pytest.param({"nbf": NOW_S + 5}, "it is not good for another 5 s", id="early"),
        pytest.param({"nbf": NOW_S, "iat": NOW_S + 99, "aud": "x"}, "", id="others-are-not-looked-at"),
    ],
)
def test_its_time_is_held_against_the_call_s(claims: dict[str, Any], expected: str) -> None:
    assert problem(token(**claims), key_set(public("RS256")), NOW_S) == expected


def test_the_library_is_read_before_calls_come_and_only_when_it_is_needed() -> None:
    line = "import sys, addons.guard, addons.tokens as t; print('jwt' in sys.modules, t.load(), 'jwt' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", line], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["False", "None", "True"]


@pytest.mark.parametrize("text", ["true", '"soon"', "NaN", "1" + "0" * 400, "[" * 3000, "1e999"])
def test_odd_times_are_refused(text: str) -> None:
    parts = ('{"alg":"HS256"}', '{"exp":' + text + "}")
    signing = b".".join(base64.urlsafe_b64encode(part.encode()).rstrip(b"=") for part in parts)
    signed = jwt.get_algorithm_by_name("HS256").sign(signing, SECRET)
    whole = (signing + b"." + base64.urlsafe_b64encode(signed).rstrip(b"=")).decode()
    assert problem(whole, key_set(public("HS256")), NOW_S) != ""


@given(st.text() | st.from_regex(r"[A-Za-z0-9_-]{1,40}\.[A-Za-z0-9_-]{1,40}\.[A-Za-z0-9_-]{0,40}", fullmatch=True))
def test_whatever_is_no_token_is_refused_by_a_phrase(text: str) -> None:
    assert problem(text, key_set(public("HS256")), NOW_S) != ""
