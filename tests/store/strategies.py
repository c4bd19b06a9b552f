"""Random exchanges: every field, odd bytes, bodies of every kind."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from hypothesis import strategies as st

from gateway.changes import Advice, Leg, Part, Transform
from gateway.exchange import Exchange, Failure, Interim, Piece, State, Timings, View
from gateway.facts import ApiFamily, Facts, Ingress, InvocationType, Link, LogType, Seed
from gateway.messages import BodyRef, Request, Response

moments = st.integers(min_value=0, max_value=2**52)
texts = st.text(st.characters(exclude_categories=()), max_size=12)
headers = st.lists(st.tuples(st.binary(max_size=8), st.binary(max_size=12)), max_size=4).map(tuple)
refs = st.builds(BodyRef, st.binary(max_size=4).map(lambda seed: hashlib.sha256(seed).digest()), moments)
kept_apart = st.binary(min_size=1, max_size=4).map(lambda part: part * 700)
bodies = st.one_of(st.binary(max_size=40), kept_apart, refs)
short = st.binary(max_size=12)
micros = st.integers(-1, 2**40)

requests = st.builds(Request, short, short, headers, bodies, short, headers)
responses = st.builds(Response, st.integers(100, 999), short, headers, bodies, short, headers)
heads = st.builds(Response, st.integers(100, 199), short, headers, st.just(b""), short)
views = st.builds(View, st.none() | requests, st.none() | responses)
sides = st.none() | headers | bodies
transforms = st.builds(Transform, texts, st.sampled_from(Leg), st.sampled_from(Part), sides, sides)
facts = st.builds(
    Facts,
    seed=st.builds(Seed, texts, moments, texts, st.booleans(), st.integers(0, 9)),
    ingress=st.sampled_from(Ingress),
    function=texts,
    qualifier=texts,
    invocation_type=st.sampled_from(InvocationType),
    log_type=st.sampled_from(LogType),
    api_family=st.sampled_from(ApiFamily),
    service=texts,
    route=texts,
    refusal=texts,
    close=st.booleans(),
    answered_us=moments,
    duration_us=moments,
    log_tail=st.none() | short,
    domain=texts,
    origin=texts,
    link=st.sampled_from(Link),
)
exchanges = st.builds(
    Exchange,
    id=st.just(1),
    facts=facts,
    client=views,
    server=st.none() | views,
    transforms=st.lists(transforms, max_size=4).map(tuple),
    advice=st.lists(st.builds(Advice, texts, st.sampled_from(Leg), texts), max_size=2).map(tuple),
    state=st.sampled_from(State),
    failure=st.none() | st.sampled_from(Failure),
    failure_text=texts,
    error_code=texts,
    timings=st.builds(Timings, micros, micros, micros, micros, micros),
    pieces=st.lists(st.builds(Piece, moments, moments), max_size=3).map(tuple),
    interim=st.lists(st.builds(Interim, heads, moments), max_size=2).map(tuple),
    log=short,
    raw=short,
    parent_id=st.none() | moments,
    config_digest=texts,
    rules_version=texts,
)

# What sealing leaves in an exchange beside its pseudonyms.
sealed_exchanges = st.builds(
    replace,
    exchanges,
    messages=moments,
    readable=st.lists(st.tuples(st.integers(0, 3), bodies), max_size=2).map(tuple),
    sealed_lengths=st.lists(st.tuples(st.binary(max_size=8), moments), max_size=2).map(tuple),
)
