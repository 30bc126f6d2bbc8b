"""What the README shows is what symgrad prints."""

from __future__ import annotations

from pathlib import Path

from symgrad import output_delta

README = Path(__file__).parent.parent / "README.md"


def test_the_example_is_the_program_s_own_output() -> None:
    shown = output_delta("sigmoid", "binary_cross_entropy").to("text").strip()

    assert shown in README.read_text(encoding="utf-8")
