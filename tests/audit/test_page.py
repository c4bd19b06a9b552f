"""The file as a whole: self-contained, the same each time, every link inside it ends somewhere."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from base64 import b64decode, b64encode
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from audit import PageMeta, catalogue, render_index, render_page
from audit.page import OPEN_EXCHANGES, sealed_tags
from store.secret_shapes import KINDS
from tests.audit import sample
from tests.audit.conftest import META, SOURCES

if TYPE_CHECKING:
    from gateway.exchange import Exchange


def many(count: int) -> list[Exchange]:
    base = sample.exchanges()[7]
    return [replace(base, id=number) for number in range(1, count + 1)]


@pytest.fixture(scope="module")
def packed_page() -> str:
    return render_page(many(OPEN_EXCHANGES + 1), META, sources=SOURCES)


def test_the_same_recording_gives_the_same_bytes(sample_page: str) -> None:
    assert render_page(sample.exchanges(), META, sources=SOURCES) == sample_page


def test_a_packed_page_is_the_same_each_time(packed_page: str) -> None:
    assert render_page(many(OPEN_EXCHANGES + 1), META, sources=SOURCES) == packed_page


def test_every_fragment_link_resolves_and_every_id_is_there_once(sample_page: str) -> None:
    ids = re.findall(r'\sid="([^"]+)"', sample_page)
    assert len(ids) == len(set(ids))
    assert {unescape(link) for link in re.findall(r'href="#([^"]+)"', sample_page)} <= set(ids)


def test_every_label_and_reference_names_an_element(sample_page: str) -> None:
    ids = set(re.findall(r'\sid="([^"]+)"', sample_page))
    assert set(re.findall(r'\s(?:for|aria-labelledby)="([^"]+)"', sample_page)) <= ids


def test_links_out_of_the_file_lead_to_the_official_documentation_alone(sample_page: str) -> None:
    outside = {unescape(link) for link in re.findall(r'(?:href|src)="([^"#][^"]*)"', sample_page)}
    outside = {link for link in outside if not link.startswith("data:")}
    assert outside
    assert all(catalogue.official(link) for link in outside)


def test_the_policy_names_every_style_and_script_and_nothing_else(sample_page: str) -> None:
    found = re.search(r'Content-Security-Policy" content="([^"]+)"', sample_page)
    assert found
    policy = unescape(found.group(1))
    inline = re.findall(r"<(?:style|script)>(.*?)</(?:style|script)>", sample_page, re.DOTALL)
    assert len(inline) == 3
    hashes = [b64encode(hashlib.sha256(source.encode()).digest()).decode() for source in inline]
    assert set(re.findall(r"sha256-([^']+)", policy)) == set(hashes)
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy


def test_no_style_attribute_and_no_handler_is_in_the_page(sample_page: str) -> None:
    markup = re.sub(r"<(style|script|pre)\b.*?</\1>", "", sample_page, flags=re.DOTALL)
    assert not re.search(r"<[^>]*\s(style|on\w+)=", markup)


def test_the_head_says_what_is_in_the_recording(sample_page: str) -> None:
    assert "bug-1423 · 2026-11-22 15:42 UTC" in sample_page
    assert "14 exchanges over 22.66 s" in sample_page
    assert "14 次调用，跨度 22.66 s" in sample_page


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_pseudonym_is_found(kind: str) -> None:
    tag = f"{kind}:0123456789ab"
    assert sealed_tags(f"<p>{tag} and 12:0123456789ab</p>") == [tag.encode()]


def test_secrets_that_are_sealed_are_counted_and_marked(sample_page: str) -> None:
    assert "Sealed secret values on this page: 3, in 2 of its exchanges" in sample_page
    assert '<span class="seal">secret:5a1f0c22be90</span>' in sample_page


def test_a_recording_without_exchanges_is_a_page() -> None:
    page = render_page([], PageMeta("empty"))
    assert "This recording holds no exchange yet." in page


@pytest.mark.parametrize(("lang", "expected"), [("zh", 'lang="zh-CN"'), ("en", 'lang="en"'), (None, 'lang="en"')])
def test_the_page_opens_in_the_language_asked_for(lang: str | None, expected: str) -> None:
    page = render_page([], PageMeta("x"), lang=lang)  # type: ignore[arg-type]  # a row of the table
    assert f"<html {expected}" in page
    assert ("data-fixed" in page.partition("<head>")[0]) == (lang is not None)


def blocks(page: str) -> dict[str, str]:
    return dict(re.findall(r'id="data-([\w-]+)">([^<]*)</script>', page))


def test_a_large_recording_is_packed_whole(packed_page: str) -> None:
    found = blocks(packed_page)
    rows = json.loads(gzip.decompress(b64decode(found["rows"])))
    articles = [
        article
        for number in range(len(found) - 2)
        for article in json.loads(gzip.decompress(b64decode(found[f"pack-{number}"])))
    ]
    assert len(rows) == len(articles) == len(json.loads(found["index"])["entries"]) == OPEN_EXCHANGES + 1
    assert [f'id="e{number}"' in article for number, article in enumerate(articles, 1)] == [True] * len(articles)
    assert '<article class="x" id="e1"' not in packed_page
    assert "stored compressed" in packed_page


def test_packed_and_open_articles_are_the_same() -> None:
    few, lots = many(3), many(OPEN_EXCHANGES + 1)
    packed = json.loads(gzip.decompress(b64decode(blocks(render_page(lots, META, sources=SOURCES))["pack-0"])))
    page = render_page(few, META, sources=SOURCES)
    assert all(article in page for article in packed[:3])


def test_progress_counts_every_exchange() -> None:
    seen: list[int] = []
    render_page(many(3), META, sources=SOURCES, progress=seen.append)
    assert seen == [1, 2, 3]


def test_an_index_leads_to_files_of_their_own() -> None:
    index = render_index(sample.exchanges(), META, sources=SOURCES)
    assert {urlsplit(link).path for link in re.findall(r'class="row" href="([^"]+)"', index)} == {
        f"e/{number}.html" for number in range(1, len(sample.CALLS) + 1)
    }
    assert '<article class="x" id="e1"' not in index
