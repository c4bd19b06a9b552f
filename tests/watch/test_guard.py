"""Nobody but a browser with this start's token gets anything, and no other page in it can make it ask (threat T14)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from watch.guard import COOKIE, HEADERS

if TYPE_CHECKING:
    from tests.watch.conftest import Live

PATHS = ("", "entries?before=5", "rows?ids=1", "exchange/1", "summary", "events?since=0")


@pytest.mark.parametrize("path", PATHS)
def test_without_the_cookie_there_is_nothing_at_all(live: Live, path: str) -> None:
    for cookie in ("", f"{COOKIE}=", f"{COOKIE}={live.keys.token}", f"other={live.keys.session}"):
        answer = live.ask(f"/{live.keys.room}/{path}", headers={"Cookie": cookie})
        assert (answer.status, b"token of this start" in answer.body) == (403, True)


def test_the_token_becomes_a_cookie_and_leaves_the_address(live: Live) -> None:
    answer = live.ask(f"/?token={live.keys.token}")
    assert (answer.status, answer.headers["location"]) == (303, f"/{live.keys.room}/")
    cookie = answer.headers["set-cookie"]
    assert live.keys.token not in cookie + answer.headers["location"]
    assert re.search(r"; HttpOnly; Path=/[0-9a-f]{24}/; SameSite=strict$", cookie)
    opened = live.ask(answer.headers["location"], headers={"Cookie": cookie.partition(";")[0]})
    assert opened.status == 200


@pytest.mark.parametrize("token", ["", "x", "%00", "é", "'; --"])
def test_another_token_opens_nothing(live: Live, token: str) -> None:
    answer = live.ask(f"/?token={token.encode().hex() if token == 'é' else token.replace(' ', '%20')}")
    assert (answer.status, "set-cookie" in answer.headers) == (403, False)


HOSTS = [
    pytest.param("127.0.0.1:{port}", 200, id="ours"),
    pytest.param("localhost:{port}", 200, id="by-name"),
    pytest.param("rebound.example:{port}", 421, id="a-name-that-points-here"),
    pytest.param("127.0.0.1", 421, id="without-port"),
    pytest.param("127.0.0.1:1", 421, id="another-port"),
    pytest.param("[::1]:{port}", 421, id="where-we-do-not-listen"),
    pytest.param("127.0.0.1:{port}.rebound.example", 421, id="a-longer-name"),
]


@pytest.mark.parametrize(("host", "status"), HOSTS)
def test_the_host_must_be_ours(live: Live, host: str, status: int) -> None:
    given = {**live.inside, "Host": host.format(port=live.port)}
    assert live.ask(f"/{live.keys.room}/summary", headers=given).status == status


ASKED = [
    pytest.param("GET", {"Sec-Fetch-Site": "cross-site"}, 403, id="another-site"),
    pytest.param("GET", {"Sec-Fetch-Site": "same-site"}, 403, id="another-port-of-this-host"),
    pytest.param("GET", {"Sec-Fetch-Site": "none"}, 200, id="the-address-bar"),
    pytest.param("GET", {"Sec-Fetch-Site": ""}, 200, id="no-browser"),
    pytest.param("GET", {"Origin": "null"}, 403, id="a-sandbox"),
    pytest.param("GET", {"Origin": "http://127.0.0.1:9000"}, 403, id="the-server-under-test"),
    pytest.param("POST", {"X-FC-Replay": ""}, 403, id="a-form"),
    pytest.param("POST", {"Sec-Fetch-Site": ""}, 403, id="nobody-says-from-where"),
    pytest.param("POST", {"Sec-Fetch-Site": "none"}, 403, id="posted-from-nowhere"),
    pytest.param("POST", {}, 200, id="the-page-itself"),
    pytest.param("POST", {"Sec-Fetch-Site": "", "Origin": "http://127.0.0.1:{port}"}, 200, id="by-origin-alone"),
]


@pytest.mark.parametrize(("method", "headers", "status"), ASKED)
def test_only_the_page_itself_may_ask(live: Live, method: str, headers: dict[str, str], status: int) -> None:
    given = {**live.inside, **{name: value.format(port=live.port) for name, value in headers.items()}}
    path = f"/{live.keys.room}/{'summary' if method == 'GET' else 'replay/1'}"
    assert live.ask(path, method, b"" if method == "POST" else None, given).status == status
    assert live.actions.replayed == ([1] if (method, status) == ("POST", 200) else [])


def test_reading_changes_nothing(live: Live) -> None:
    assert live.get("replay/1").status == 405
    assert live.get("bundle").status == 405
    assert (live.actions.replayed, live.actions.bundled) == ([], [])


@pytest.mark.parametrize("path", ["/", "/nowhere", "/{room}/", "/{room}/nowhere"])
def test_every_answer_carries_the_headers_that_harden_it(live: Live, path: str) -> None:
    answer = live.ask(path.format(room=live.keys.room), headers=live.inside)
    for name, value in HEADERS:
        assert answer.headers[name.decode()] == value.decode()
    policy = answer.headers.get_all("content-security-policy")
    assert policy is not None
    assert len(policy) == 1
    assert "default-src 'none'" in policy[0]
    assert "frame-ancestors 'none'" in policy[0]
    assert "unsafe" not in policy[0]
    assert "server" not in answer.headers
