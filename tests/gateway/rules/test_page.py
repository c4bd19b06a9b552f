"""docs/rules.md is what the rows say."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

from gateway.rules import RULES

DOCS = Path(__file__).resolve().parents[3] / "docs"


def test_the_page_equals_what_the_generator_writes() -> None:
    page = runpy.run_path(str(DOCS / "make_rules.py"))["page"]()
    assert (DOCS / "rules.md").read_text(encoding="utf-8") == page, "run: python docs/make_rules.py"


def test_every_rule_has_its_heading() -> None:
    text = (DOCS / "rules.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^### (\S+)$", text, re.MULTILINE)) == sorted(RULES)
