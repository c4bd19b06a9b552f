"""Two answers are compared by what they mean; an answer is the same as itself."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.messages import BodyRef, Headers, Response
from playback.compare import MOST_FINDINGS, compare_responses

JSON: Headers = ((b"Content-Type", b"application/json"),)
FIELDS = st.lists(
    st.tuples(
        st.sampled_from([b"Content-Type", b"Set-Cookie", b"Content-Encoding", b"X-A", b"x-a"]),
        st.sampled_from(
            [b"application/json", b"a=1", b"gzip", b"", b"\xff", b"multipart/form-data; boundary=x", b"text/a"]
        ),
    ),
    max_size=5,
).map(tuple)
RESPONSES = st.builds(
    Response,
    st.integers(100, 599),
    st.binary(max_size=5),
    FIELDS,
    st.binary(max_size=60) | st.sampled_from([b'{"a":[1,1.0,null]}', b"a=1&b=2", b"--x\r\n\r\n1\r\n--x--"]),
    trailers=FIELDS,
)


def kinds(old: Response, new: Response, method: bytes = b"GET") -> list[tuple[str, str]]:
    return [(finding.kind.value, finding.path) for finding in compare_responses(old, new, method=method)]


@given(RESPONSES, st.sampled_from([b"GET", b"HEAD"]))
def test_an_answer_is_the_same_as_itself(response: Response, method: bytes) -> None:
    assert compare_responses(response, response, method=method) == ()


@given(RESPONSES, RESPONSES)
def test_answers_that_differ_differ_both_ways(one: Response, other: Response) -> None:
    assert bool(compare_responses(one, other)) == bool(compare_responses(other, one))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(Response(200), Response(404), [("status", "status")], id="status"),
        pytest.param(Response(200, b"OK"), Response(404, b"Not Found"), [("status", "status")], id="status, one line"),
        pytest.param(Response(200, b"OK"), Response(200, b"Fine"), [("value", "reason")], id="reason"),
        pytest.param(Response(200), Response(200, version=b"HTTP/1.0"), [("value", "version")], id="version"),
        pytest.param(
            Response(200, b"", JSON, b'{"a":1}'), Response(200, b"", JSON, b'{ "a": 1 }'), [], id="JSON white space"
        ),
        pytest.param(
            Response(200, b"", JSON, b"{}"), Response(200, b"", JSON, b"Oops"), [("type", "body")], id="JSON to text"
        ),
        pytest.param(Response(200, body=b""), Response(200, body=b"x"), [("added", "body")], id="a body came"),
        pytest.param(Response(200, body=b"x"), Response(200, body=b""), [("removed", "body")], id="the body went"),
        pytest.param(
            Response(200, trailers=((b"A", b"1"),)), Response(200), [("removed", "trailers.a")], id="a trailer"
        ),
        pytest.param(
            Response(200, b"", (*JSON, (b"Content-Encoding", b"gzip")), gzip.compress(b"[1]", 1)),
            Response(200, b"", (*JSON, (b"Content-Encoding", b"gzip")), gzip.compress(b"[1]", 9, mtime=5)),
            [],
            id="compressed in another way",
        ),
        pytest.param(
            Response(200, body=BodyRef(b"1", 5)), Response(200, body=BodyRef(b"1", 5)), [], id="large, the same"
        ),
        pytest.param(
            Response(200, body=BodyRef(b"1", 5)), Response(200, body=BodyRef(b"2", 5)), [("value", "body")], id="large"
        ),
        pytest.param(Response(200, body=BodyRef(b"1", 5)), Response(200), [("value", "body")], id="large and none"),
    ],
)
def test_a_difference_has_its_kind_and_path(old: Response, new: Response, expected: list[tuple[str, str]]) -> None:
    assert kinds(old, new) == expected


@pytest.mark.parametrize(
    ("method", "status", "expected"),
    [
        pytest.param(b"GET", 200, [], id="a body says more than its length"),
        pytest.param(b"HEAD", 200, [("value", "headers.content-length")], id="HEAD has only the length"),
        pytest.param(b"GET", 304, [("value", "headers.content-length")], id="304 has only the length"),
    ],
)
def test_a_length_counts_where_there_is_no_body(method: bytes, status: int, expected: list[tuple[str, str]]) -> None:
    old, new = (Response(status, headers=((b"Content-Length", length),)) for length in (b"5", b"6"))
    assert kinds(old, new, method) == expected


def test_a_body_that_differs_everywhere_ends_somewhere() -> None:
    old, new = (Response(200, b"", JSON, b"[%s0]" % (digit * 999)) for digit in (b"1,", b"2,"))
    findings = compare_responses(old, new)
    assert len(findings) == MOST_FINDINGS + 1
    assert findings[-1].note == f"more than {MOST_FINDINGS} differences"
