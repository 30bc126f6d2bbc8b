"""A form of a user's own in a file, put on trial from the command line."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from click.testing import CliRunner

from symgrad.cli.main import app
from symgrad.pipeline.accuracy import quantity
from symgrad.testing.own_code import instead

if TYPE_CHECKING:
    from pathlib import Path


def test_the_word_accuracy_with_code_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(
        "import numpy as np\ndef slope(z):\n    s = 1 / (1 + np.exp(-z))\n    return s * (1 - s)\n"
        "def broken(z):\n    return z + {}['x']\ndef wide(z):\n    return np.asarray(z, float)\n",
        "utf-8",
    )
    asked = ["accuracy", "sigmoid", "--order", "1", "--dtype", "float16", "--code"]
    done = CliRunner().invoke(app, [*asked, f"{file}::slope"])

    assert done.exit_code == 1
    assert "sigmoid' = slope, float16" in done.output
    assert "false zero (cancellation) from 7.625 to" in done.output
    for name, told in (("broken", "raises KeyError"), ("wide", "return what it is given"), ("none", "has no 'none'")):
        refused = CliRunner().invoke(app, [*asked, f"{file}::{name}"])
        assert refused.exit_code == 2, refused.output
        assert told in refused.output
    assert "with --order" in CliRunner().invoke(app, ["accuracy", "sigmoid", "--code", f"{file}::slope"]).output


def test_changed_code_is_another_job(tmp_path: Path) -> None:
    first = instead(quantity("silu", 1), own(tmp_path, "return z * 0"))
    second = instead(quantity("silu", 1), own(tmp_path, "return z * 1"))

    assert first.job("float16").key == first.job("float16").key != second.job("float16").key
    assert replace(quantity("silu", 1), code=abs).job("float16").key not in {
        first.job("float16").key,
        quantity("silu", 1).job("float16").key,
    }


def own(folder: Path, line: str) -> str:
    """A function in a file."""
    (folder / "mine.py").write_text(f"def slope(z):\n    {line}\n", "utf-8")
    return f"{folder / 'mine.py'}::slope"
