"""What a live page answers: pieces of the very page that is a file, and plain refusals."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import TYPE_CHECKING

import pytest

from audit.overview import Entry
from gateway.exchange import State
from tests.audit import sample
from watch.app import MOST_BODY, MOST_WATCHING

if TYPE_CHECKING:
    from tests.watch.conftest import Live, Recorder

LAST = len(sample.CALLS)
STATE = [field.name for field in fields(Entry)].index("state")


def ids(text: str) -> list[int]:
    return [entry[0] for entry in json.loads(text)["entries"]]


def test_the_frame_knows_the_newest_entries_and_no_article(live: Live) -> None:
    page = live.get("").text
    block = page.split('id="data-index">')[1].split("</script>")[0]
    assert ids(block) == list(range(1, LAST + 1))
    assert '<article class="x"' not in page
    assert "connect-src &#39;self&#39;" in page


def test_older_entries_come_before_an_id(live: Live) -> None:
    assert ids(live.get("entries?before=4").text) == [1, 2, 3]
    assert ids(live.get("entries?before=1").text) == []


def test_rows_are_those_of_the_list(live: Live) -> None:
    found = json.loads(live.get("rows?ids=2,99,1").text)
    assert [ident for ident, _ in found] == [2, 1]
    assert 'data-id="2"' in found[0][1]


def test_an_article_offers_to_replay_what_reached_the_server(live: Live) -> None:
    assert "Replay to http://127.0.0.1:9000" in live.get("exchange/1").text
    assert "Replay to" not in live.get("exchange/2").text


def test_the_summary_counts_everything(live: Live) -> None:
    assert "req.limit.body" in live.get("summary").text


def test_a_replay_answers_with_its_card_escaped(live: Live) -> None:
    answer = live.post("replay/1")
    assert answer.status == 200
    assert "different" in answer.text
    assert "<script>" not in answer.text
    assert live.actions.replayed == [1]


def test_what_cannot_be_done_says_why(live: Live) -> None:
    answer = live.post("replay/2")
    assert (answer.status, answer.text) == (409, "it never reached a server")


def test_a_selection_leaves_as_a_bundle(live: Live) -> None:
    answer = live.post("bundle", b"[3, 1, 3]")
    assert (answer.status, answer.body) == (200, b"PK[1, 3]")


BAD = [
    pytest.param("GET", "entries?before=x", b"", 400, id="no-number"),
    pytest.param("GET", "entries?before=-1", b"", 400, id="below-zero"),
    pytest.param("GET", "entries?before=" + "9" * 40, b"", 400, id="beyond-every-id"),
    pytest.param("GET", "rows", b"", 400, id="no-rows"),
    pytest.param("GET", "rows?ids=1,,2", b"", 400, id="a-hole"),
    pytest.param("GET", "events?since=%22", b"", 400, id="no-tick"),
    pytest.param("GET", "exchange/99", b"", 400, id="gone"),
    pytest.param("POST", "replay/99", b"", 400, id="replay-of-nothing"),
    pytest.param("POST", "bundle", b"", 400, id="no-selection"),
    pytest.param("POST", "bundle", b"[]", 400, id="empty-selection"),
    pytest.param("POST", "bundle", b'["1"]', 400, id="texts"),
    pytest.param("POST", "bundle", b"[true]", 400, id="booleans"),
    pytest.param("POST", "bundle", b"[" * 50_000, 400, id="deep"),
    pytest.param("POST", "bundle", b"1" * (MOST_BODY + 1), 400, id="large"),
]


@pytest.mark.parametrize(("method", "path", "body", "status"), BAD)
def test_nonsense_is_refused_in_one_line(live: Live, method: str, path: str, body: bytes, status: int) -> None:
    answer = live.get(path) if method == "GET" else live.post(path, body)
    assert answer.status == status
    assert "Traceback" not in answer.text
    assert live.actions.bundled == []


def test_events_tell_what_begins_and_what_ends(live: Live, recorder: Recorder) -> None:
    assert live.get("").status == 200
    lines = live.events(1)
    assert next(lines) == b": hello\n"
    call = replace(sample.exchanges()[0], id=50)
    recorder.intent(replace(call, state=State.OPEN, server=None, client=replace(call.client, response=None)))
    told = [line for line in (next(lines) for _ in range(4)) if line.startswith((b"id", b"data"))]
    assert told[0] == b"id: 2\n"
    assert json.loads(told[1][5:])["entries"][0][STATE] == "open"
    recorder.finish(call)
    told = [line for line in (next(lines) for _ in range(3)) if line.startswith(b"data")]
    assert json.loads(told[0][5:])["entries"][0][STATE] == "complete"
    lines.close()  # type: ignore[attr-defined] # a generator


def test_so_many_may_watch_and_no_more(live: Live) -> None:
    streams = [live.events(1) for _ in range(MOST_WATCHING)]
    for stream in streams:
        assert next(stream) == b": hello\n"
    assert live.get("events?since=1").status == 409
    for stream in streams:
        stream.close()  # type: ignore[attr-defined] # a generator
