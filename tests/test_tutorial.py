"""The tutorial's file is built, and its examples print what it says."""

from __future__ import annotations

import doctest
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from symgrad.core import tally
from symgrad.pipeline.discover import sources
from symgrad.pipeline.load import load
from symgrad.pipeline.stages import settle_document

if TYPE_CHECKING:
    import pytest

TUTORIAL = Path(__file__).parent.parent / "docs" / "tutorial-layer.md"


def saved(folder: Path) -> Path:
    """The file that the reader is told to save."""
    (code,) = re.findall(r"```python\n(.*?)```", TUTORIAL.read_text(encoding="utf-8"), re.DOTALL)
    file = folder / "glu.py"
    file.write_text(code, encoding="utf-8")
    return file


def test_the_file_makes_a_page_on_which_everything_is_proved(tmp_path: Path) -> None:
    (source,) = sources([saved(tmp_path)])
    (document,) = load(source)
    counts = tally(settle_document(document))

    assert counts.proved == counts.steps > len(document.derivations)
    assert counts.ok == len(document.derivations)


def test_the_examples_print_what_the_tutorial_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    saved(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "glu", raising=False)
    found = doctest.testfile(str(TUTORIAL), module_relative=False, encoding="utf-8", optionflags=doctest.ELLIPSIS)

    assert found.attempted > 0
    assert not found.failed
