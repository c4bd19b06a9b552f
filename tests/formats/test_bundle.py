"""A bundle holds exchanges exactly, in the same bytes each time; a hostile one is refused."""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from formats.bundle import Contents, write_bundle
from formats.bundle_read import Bundle
from gateway.messages import BodyRef
from store.errors import Damaged, Missing, NewerVersion, NotOurs, RecordingError, Unwritable
from tests.playback.recorded import get, ok, record
from tests.store.test_mutations import MUTATIONS, cut, flip, overwrite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from gateway.exchange import Exchange

LARGE = b"large" * 100_000
REF = BodyRef(hashlib.sha256(LARGE).digest(), len(LARGE))
BODY = f"bodies/{REF.digest.hex()}"


def sample() -> list[Exchange]:
    calls = record((get(b"/%d" % n), lambda _: ok(b"\xff\0")) for n in range(3))
    response = calls[2].client.response
    assert response is not None
    return [*calls[:2], replace(calls[2], client=replace(calls[2].client, response=replace(response, body=REF)))]


def opener(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def write(path: Path, exchanges: list[Exchange], noise: bytes = b"") -> Path:
    contents = Contents(
        exchanges,
        lambda: {REF.digest: lambda: [LARGE[:7], LARGE[7:]]},
        lambda: {"digest": {"region": "x"}},
        {"recording": "fc.db", "sealed": True},
        noise,
    )
    assert write_bundle(path, contents, opener) == len(exchanges)
    return path


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return write(tmp_path / "bug.fcz", sample(), b"# none\n")


def test_what_is_written_is_read_back(bundle: Path) -> None:
    found = Bundle(bundle)
    assert list(found.exchanges()) == sample()
    assert b"".join(found.body_pieces(REF)) == LARGE
    assert found.configs() == {"digest": {"region": "x"}}
    assert found.noise() == "# none\n"
    assert (found.manifest["exchanges"], found.manifest["sealed"]) == (3, True)
    found.close()


def test_the_same_contents_are_the_same_bytes(tmp_path: Path, bundle: Path) -> None:
    (tmp_path / "again").mkdir()
    assert write(tmp_path / "again" / "bug.fcz", sample(), b"# none\n").read_bytes() == bundle.read_bytes()
    assert bundle.stat().st_mode & 0o777 == 0o600


def test_a_failed_export_leaves_what_was_there(bundle: Path) -> None:
    def failing() -> Iterator[Exchange]:
        yield sample()[0]
        raise RuntimeError("enough")

    before = bundle.read_bytes()
    contents = Contents(failing(), dict, dict, {})
    with pytest.raises(RuntimeError):
        write_bundle(bundle, contents, opener)
    assert bundle.read_bytes() == before
    assert [path.name for path in bundle.parent.iterdir()] == ["bug.fcz"]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unwritable, match="cannot be written"):
        write(tmp_path / "no" / "bug.fcz", [])


MUTATING = (flip, overwrite, cut)

type Members = dict[str, bytes]


def repacked(bundle: Path, change: Callable[[Members], None], *, honest: bool = True) -> Path:
    """The bundle with other members; `honest`: its manifest names their digests."""
    with zipfile.ZipFile(bundle) as old:
        members = {name: old.read(name) for name in old.namelist()}
    change(members)
    if honest and "manifest.json" in members:
        manifest = json.loads(members["manifest.json"])
        manifest["members"] = {
            name: hashlib.sha256(data).hexdigest() for name, data in members.items() if name != "manifest.json"
        }
        members["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(bundle, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in members.items():
            new.writestr(name, data)
    return bundle


def put(name: str, data: bytes) -> Callable[[Members], None]:
    return lambda members: members.__setitem__(name, data)


def manifest_with(**values: object) -> Callable[[Members], None]:
    def change(members: Members) -> None:
        members["manifest.json"] = json.dumps({**json.loads(members["manifest.json"]), **values}).encode()

    return change


def read_all(path: Path) -> None:
    found = Bundle(path)
    try:
        for exchange in found.exchanges():
            for view in (exchange.client, exchange.server):
                if view and view.response and isinstance(view.response.body, BodyRef):
                    list(found.body_pieces(view.response.body))
        list(found.messages())
        found.configs()
        found.noise()
    finally:
        found.close()


@pytest.mark.parametrize(
    ("change", "honest", "error", "told"),
    [
        pytest.param(put("../evil", b"x"), True, Damaged, "do not belong", id="path traversal"),
        pytest.param(put("/etc/passwd", b"x"), True, Damaged, "do not belong", id="absolute name"),
        pytest.param(put("bodies/" + "0" * 64, b"x"), True, Damaged, "not what was written", id="wrong body name"),
        pytest.param(put("README.txt", b"x"), False, Damaged, "not what was written", id="another digest"),
        pytest.param(lambda members: members.pop("manifest.json"), True, NotOurs, "no bundle", id="no manifest"),
        pytest.param(lambda members: members.pop("README.txt"), False, Damaged, "not those", id="a member is gone"),
        pytest.param(manifest_with(format="zip"), True, NotOurs, "no bundle", id="another format"),
        pytest.param(manifest_with(version=3), True, NewerVersion, "version 3", id="newer"),
        pytest.param(put("manifest.json", b"["), False, Damaged, "cannot be read", id="manifest is no JSON"),
        pytest.param(put("manifest.json", b"[]"), False, Damaged, "no object", id="manifest is no object"),
        pytest.param(put("configs.json", b'{"a": 1}'), True, Damaged, "a config", id="config is no object"),
        pytest.param(put("configs.json", b"[" * 100_000), True, Damaged, "cannot be read", id="deep JSON"),
        pytest.param(put("exchanges.jsonl", b"{}\n"), True, Damaged, "an exchange", id="no exchange"),
        pytest.param(put("exchanges.jsonl", b"x\n"), True, Damaged, "an exchange", id="no JSON line"),
        pytest.param(put("messages.jsonl", b"x\n"), True, Damaged, "a message is no JSON", id="no message"),
        pytest.param(put("messages.jsonl", b"{}\n"), True, Damaged, "names no exchange", id="message of nobody"),
        pytest.param(
            put("messages.jsonl", b'{"exchange": 1, "seq": 1, "sender": "me", "kind": "text", "at_us": 0}\n'),
            True,
            Damaged,
            "is unknown here",
            id="message of somebody else",
        ),
        pytest.param(
            put("messages.jsonl", b'{"exchange": 1, "seq": 0, "sender": "client", "kind": "text", "at_us": 0}\n'),
            True,
            Damaged,
            "impossible number",
            id="message number 0",
        ),
        pytest.param(put("noise.toml", b"\xff"), True, Damaged, "no text", id="noise is no text"),
        pytest.param(
            lambda members: members.pop(f"bodies/{REF.digest.hex()}"), True, Damaged, "missing", id="body gone"
        ),
    ],
)
def test_a_hostile_bundle_is_refused(
    bundle: Path, change: Callable[[Members], None], honest: bool, error: type[RecordingError], told: str
) -> None:
    with pytest.raises(error, match=told):
        read_all(repacked(bundle, change, honest=honest))


def test_doubled_members_are_refused(bundle: Path) -> None:
    with zipfile.ZipFile(bundle, "a") as doubled, pytest.warns(UserWarning, match="Duplicate"):
        doubled.writestr("README.txt", b"x")
    with pytest.raises(Damaged, match="do not belong"):
        Bundle(bundle)


@pytest.mark.parametrize("flag", ["encrypted", "link"])
def test_encrypted_members_and_links_are_refused(bundle: Path, flag: str) -> None:
    with zipfile.ZipFile(bundle, "a") as odd:
        info = zipfile.ZipInfo("noise.toml" if flag == "x" else "bodies/" + "a" * 64)
        info.external_attr = 0o120777 << 16 if flag == "link" else 0
        odd.writestr(info, b"x")
    data = bytearray(bundle.read_bytes())
    if flag == "encrypted":
        entry = data.rfind(b"PK\x01\x02")
        data[entry + 8] |= 1
        bundle.write_bytes(data)
    with pytest.raises(Damaged, match="encrypted members or links"):
        Bundle(bundle)


def test_a_bomb_is_refused_before_it_is_unpacked(bundle: Path) -> None:
    data = bytearray(bundle.read_bytes())
    entry = data.find(b"PK\x01\x02")
    data[entry + 24 : entry + 28] = (2**31).to_bytes(4, "little")
    bundle.write_bytes(data)
    with pytest.raises(Damaged, match="far more than it should"):
        Bundle(bundle)


@pytest.mark.parametrize("keep", [0.3, 0.9])
def test_a_cut_file_is_refused(bundle: Path, keep: float) -> None:
    data = bundle.read_bytes()
    bundle.write_bytes(data[: int(len(data) * keep)])
    with pytest.raises(Damaged, match="no whole bundle"):
        Bundle(bundle)


def test_every_flipped_byte_is_noticed_or_harmless(bundle: Path) -> None:
    data = bundle.read_bytes()
    expected = sample()
    for at in range(0, len(data), 37):
        flipped = bytearray(data)
        flipped[at] ^= 0x20
        path = bundle.with_name("flipped.fcz")
        path.write_bytes(flipped)
        try:
            found = Bundle(path)
            assert list(found.exchanges()) == expected
            found.close()
        except RecordingError:
            continue


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="cannot be read"):
        Bundle(tmp_path / "nope.fcz")


def test_the_readme_names_the_command_that_replays_it(bundle: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(bundle.read_bytes())) as opened:
        assert b"python replay.py send bug.fcz --to " in opened.read("README.txt")


def test_a_mutated_bundle_gives_only_our_errors(bundle: Path) -> None:
    """Flipped, overwritten, cut and swapped bytes, at their place in the file; STORE_MUTATIONS as for recordings."""
    sound, refused = bundle.read_bytes(), 0
    for seed in range(MUTATIONS):
        data = bytearray(sound)
        MUTATING[seed % len(MUTATING)](random.Random(seed), data)  # noqa: S311 - chooses damage, keeps nothing secret
        bundle.write_bytes(data)
        try:
            read_all(bundle)
        except RecordingError:
            refused += 1
    assert refused > 0
