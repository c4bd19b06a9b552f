"""The audit page: what each call looked like to the client and to the server, and which rule made the difference.

Page models are built first (detail.py, cards.py, listing.py: frozen dataclasses, both languages), and rendered
second (render.py: Jinja2). This package imports gateway/ and store/ alone, and jinja2.

Read next: page.py (a whole page), model.py (what a page is made of).
"""

from audit.detail import Sources
from audit.model import PageMeta
from audit.page import render_comparison, render_index, render_page
from audit.write import write_audit

__all__ = ["PageMeta", "Sources", "render_comparison", "render_index", "render_page", "write_audit"]
