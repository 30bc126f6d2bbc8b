"""What the README shows is what symgrad prints."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from symgrad import output_delta

README = Path(__file__).parent.parent / "README.md"


def test_the_example_is_the_program_s_own_output() -> None:
    shown = output_delta("sigmoid", "binary_cross_entropy").to("text").strip()

    assert shown in README.read_text(encoding="utf-8")


def test_the_gradient_on_trial_fails_with_the_message_that_is_shown() -> None:
    text = README.read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    space: dict[str, Any] = {}
    exec(code, space)  # noqa: S102 - our own page

    with pytest.raises(AssertionError) as failed:
        space["test_my_sigmoid"]()

    assert f"```text\n{failed.value}\n```" in text
