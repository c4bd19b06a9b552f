"""Our HARs fit the published schema of HAR 1.2, read by a validator that knows nothing of us."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from formats.har import Source, render
from gateway.exchange import Failure
from playback.decoding import decoded
from tests.installed import install_node
from tests.playback.recorded import get, ok, post, record

HERE = Path(__file__).resolve().parent / "har"
JUDGE = """
const validator = require(process.argv[1] + '/node_modules/har-validator')
const har = JSON.parse(require('fs').readFileSync(0, 'utf8'))
validator.har(har).then(() => console.log('fits')).catch(error => console.log(JSON.stringify(error.errors)))
"""


@pytest.fixture(scope="module")
def validator(pytestconfig: pytest.Config) -> Path:
    home, why_not = install_node(HERE, pytestconfig.cache.mkdir("har-schema"))
    if home is None:
        pytest.skip(why_not)
    return home


def judged(validator: Path, har: bytes) -> str:
    node = shutil.which("node")
    assert node is not None
    done = subprocess.run([node, "-e", JUDGE, str(validator)], check=True, input=har, capture_output=True)
    return done.stdout.decode().strip()


CALLS = record(
    [
        (get(b"/a?b=c&d", (b"Cookie", b"a=1; b")), lambda _: ok(b"hello", (b"Set-Cookie", b"c=3; Path=/"))),
        (post(b"/form", b"a=1&b=%20", (b"Content-Type", b"application/x-www-form-urlencoded")), lambda _: ok()),
        (post(b"/binary", b"\xff\0"), lambda _: ok(gzip.compress(b"x" * 99), (b"Content-Encoding", b"gzip"))),
        (get(b"/moved"), lambda _: ok(b"", (b"Location", b"/a"), status=302)),
        (get(b"/gone"), lambda _: Failure.CLOSED),
        (get(b"/" + b"x" * 5000), lambda _: ok()),
        (get(b"/caf\xc3\xa9"), lambda _: ok(b"", (b"X-Odd", b"caf\xe9"))),
    ]
)


@pytest.mark.parametrize("side", ["client", "server"])
def test_a_har_fits_the_published_schema(validator: Path, side: str) -> None:
    har = b"".join(render(CALLS, side, Source(lambda ref: [b"x" * ref.size], decoded), dict))
    assert judged(validator, har) == "fits"


def test_the_validator_would_see_a_fault(validator: Path) -> None:
    told = json.loads(b"".join(render(CALLS, "client", Source(lambda _: [], decoded), dict)))
    told["log"]["entries"][0]["response"]["status"] = "200"
    assert "status" in judged(validator, json.dumps(told).encode())
