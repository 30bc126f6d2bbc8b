"""Options and fixtures that several test files share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden files anew; then read the diff")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Compare text with the golden file of this name; `--update-golden` writes it instead, but never in CI."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--update-golden"):
            if os.environ.get("CI"):
                pytest.fail("golden files are updated by hand, not by CI; commit them")
            path.write_text(text, "utf-8")
        assert path.exists(), f"{name} is missing; run pytest --update-golden and read it"
        assert text == path.read_text("utf-8"), f"{name} has changed; run pytest --update-golden and read the diff"

    return compare
