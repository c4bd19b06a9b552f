"""A miss names the three nearest recorded requests and what differs."""

from __future__ import annotations

from playback.keys import Keys
from playback.nearest import by_path, nearest
from playback.shelf import Entry
from tests.playback.recorded import get, post

JSON = (b"Content-Type", b"application/json")
KNOWN = [
    (1, get(b"/items?page=1")),
    (2, get(b"/items?page=1&sort=up")),
    (3, get(b"/items?page=1", method=b"DELETE")),
    (4, get(b"/item")),
    (5, get(b"/elsewhere")),
    (6, post(b"/items", b'{"a": 1}', JSON)),
]


def test_other_parts_are_nearer_than_another_method_and_that_than_another_path() -> None:
    misses = nearest(get(b"/items?page=2"), KNOWN)
    assert [miss.number for miss in misses] == [1, 2, 3]
    assert misses[0].differences == (("query.page", "1", "2"),)
    assert misses[1].differences == (("query.page", "1", "2"), ("query.sort", "up", None))
    assert misses[2].label == "DELETE /items"


def test_a_miss_says_what_would_make_it_match() -> None:
    first, second, third = nearest(get(b"/items?page=2"), KNOWN)
    assert first.cure == "--ignore query.page"
    assert second.cure == "--ignore query.page --ignore query.sort"
    assert third.cure == ""


def test_a_body_is_told_by_its_parts() -> None:
    miss = nearest(post(b"/items", b'{"a": 2, "b": null}', JSON), KNOWN)[0]
    assert miss.number == 6
    assert miss.differences == (("body.a", "number 1", "number 2"), ("body.b", None, "null null"))


def test_ignored_parts_are_no_difference() -> None:
    miss = nearest(get(b"/items?page=2&x=1"), KNOWN, ("query.page",))[0]
    assert miss.differences == (("query.x", None, "1"),)


def test_the_longest_common_path_is_nearest() -> None:
    entries = [Entry(number, Keys(b"", b""), "GET", path) for number, path in enumerate(("/zzz", "/abd", "/abc/d"), 1)]
    assert by_path("GET", "/abc", entries) == [2, 3, 1]
    assert by_path("GET", "/abc", entries, 1) == [2]


def test_nothing_recorded_has_nothing_near() -> None:
    assert nearest(get(b"/"), []) == ()
