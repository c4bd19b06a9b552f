"""A config survives the recording: plain and back, exactly."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.config import Config, Domain, DomainKind, ErrorFormat, Evidence, Function, Launch, Limits, Route, Trigger
from gateway.config_load import load
from gateway.config_plain import digest, from_plain, to_plain

names = st.text(max_size=8)
methods = st.lists(names, max_size=2).map(tuple)
triggers = st.builds(Trigger, names, names, methods, names, st.booleans())
functions = st.builds(
    Function,
    name=names,
    server=names,
    memory_mb=st.integers(),
    timeout_s=st.floats(allow_nan=False) | st.integers(),
    triggers=st.lists(triggers, max_size=2).map(tuple),
)
routes = st.builds(Route, names, names, names, methods)
domains = st.builds(Domain, names, st.lists(routes, max_size=2).map(tuple))
configs = st.builds(
    Config,
    functions=st.lists(functions, max_size=2).map(tuple),
    domains=st.lists(domains, max_size=2).map(tuple),
    region=names,
    evidence=st.sampled_from(Evidence),
    domain_kind=st.sampled_from(DomainKind),
    error_format=st.sampled_from(ErrorFormat),
    limits=st.builds(Limits, sync_body=st.integers()),
)


@given(configs)
def test_plain_and_back_is_the_same_config(config: Config) -> None:
    again = from_plain(json.loads(json.dumps(to_plain(config))))
    assert again == config
    assert digest(again) == digest(config)


def test_a_plain_config_is_a_legal_config_file() -> None:
    assert load(to_plain(Config())) == Config()


def test_another_config_has_another_name() -> None:
    assert digest(Config()) != digest(Config(region="cn-beijing"))
    assert len(digest(Config())) == 32


def test_what_an_older_version_did_not_write_takes_its_default() -> None:
    plain = to_plain(Config(region="cn-beijing"))
    del plain["limits"]
    assert from_plain(plain) == Config(region="cn-beijing")


def test_what_a_newer_version_wrote_is_not_dropped_in_silence() -> None:
    with pytest.raises(ValueError, match=r"newer fc-replay wrote this config: unknown settings moon"):
        from_plain({**to_plain(Config()), "moon": 1})


def test_how_a_program_is_started_is_in_no_recording() -> None:
    function = Function(launch=Launch(("serve", "--token=s3cret"), environment=(("KEY", "s3cret"),)))
    config = Config(functions=(function,))
    assert "s3cret" not in json.dumps(to_plain(config))
    assert digest(config) == digest(Config())
