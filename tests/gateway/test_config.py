"""The numbers of the product page, and the order of evidence."""

from __future__ import annotations

from gateway.config import METHODS, Config, DomainKind, ErrorFormat, Evidence, Limits


def test_the_limits_are_those_of_the_product_page() -> None:
    assert Limits() == Limits(
        request_headers=8192,
        target=4096,
        sync_body=33_554_432,
        async_body=131_072,
        response_headers=8192,
        log_tail=4096,
    )


def test_evidence_goes_from_the_surest_down() -> None:
    assert list(Evidence) == [Evidence.DOCUMENTED, Evidence.OBSERVED, Evidence.ASSUMED]
    assert Config().evidence is Evidence.DOCUMENTED


def test_the_words_of_options() -> None:
    assert [one.value for one in DomainKind] == ["auto", "default", "custom"]
    assert [one.value for one in ErrorFormat] == ["auto", "fc3", "fc2", "both"]
    assert "TRACE" not in METHODS
