"""What the documentation shows is what symgrad prints."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent / "docs"
PAGES = [page for page in sorted(DOCS.rglob("*.md")) if ">>>" in page.read_text(encoding="utf-8")]


@pytest.mark.parametrize("page", [p for p in PAGES if p.name != "tutorial-layer.md"], ids=lambda p: p.stem)
def test_the_examples_print_what_the_page_says(page: Path) -> None:
    found = doctest.testfile(str(page), module_relative=False, encoding="utf-8", optionflags=doctest.ELLIPSIS)

    assert found.attempted > 0
    assert not found.failed
