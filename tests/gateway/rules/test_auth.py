"""FC's sentences for a caller who may not call."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.gateway.cases import CREDENTIALS, KEY, NOW, get, guarded
from tests.gateway.walker import client_response, walk

if TYPE_CHECKING:
    from gateway.messages import Request

ACS3 = (b"Authorization", b"ACS3-HMAC-SHA256 Credential=abc,SignedHeaders=x-acs-date,Signature=00")


@pytest.mark.parametrize(
    ("request_", "kind", "text"),
    [
        pytest.param(get(), "function", "required HTTP header Date was not specified", id="date"),
        pytest.param(get(NOW), "function", "invalid authorization ''", id="authorization"),
        pytest.param(get(NOW, (b"Authorization", b"FC abc:x")), "function", "invalid access key ID 'abc'", id="key"),
        pytest.param(get((b"x-acs-date", b"x"), ACS3), "function", "invalid access key ID 'abc'", id="key-acs3"),
        pytest.param(get(), "bearer", "Authorization header is expected but missing", id="no-token"),
        pytest.param(get(KEY), "bearer", "access denied due to invalid bearer token", id="token"),
        pytest.param(get(KEY), "basic", "access denied due to invalid user name or password", id="password"),
    ],
)
def test_the_sentence_of_a_denial(request_: Request, kind: str, text: str) -> None:
    response = client_response(walk(request_, config=guarded(kind), credentials=CREDENTIALS))
    assert isinstance(response.body, bytes)
    assert json.loads(response.body)["Message"] == text
