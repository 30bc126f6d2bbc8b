"""The site as the W3C's own checker reads it: HTML, CSS, SVG, and MathML by the W3C's schema."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = os.environ.get("SYMGRAD_VNU", "")
JAVA = shutil.which("java")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (FOLDER and JAVA), reason="SYMGRAD_VNU names no folder with node_modules/vnu-jar, or Java is missing"
    ),
]

WRONG = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>t</title></head><body><h1>t</h1>
<p><math><mfrac><mi>a</mi></mfrac></math> <math><mo stretchy="maybe">+</mo></math> <math><mbox>c</mbox></math></p>
</body></html>
"""


def complaints(*folders: Path) -> list[str]:
    """What the Nu HTML Checker says of every page in the folders, warnings included."""
    assert JAVA
    jar = Path(FOLDER) / "node_modules/vnu-jar/build/dist/vnu.jar"
    command = [
        JAVA,
        "-Xss8m",
        "-jar",
        jar,
        "--skip-non-html",
        "--no-langdetect",
        "--format",
        "json",
        "--exit-zero-always",
        *folders,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    return [f"{Path(m['url']).name}:{m['lastLine']} {m['message']}" for m in json.loads(done.stderr)["messages"]]


def test_every_page_and_formula_is_valid(site: Path, tongues: Path) -> None:
    assert complaints(site, tongues) == []


def test_the_checker_reads_formulas(tmp_path: Path) -> None:
    (tmp_path / "wrong.html").write_text(WRONG, "utf-8")

    found = " ".join(complaints(tmp_path))

    assert all(name in found for name in ("mfrac", "stretchy", "mbox"))
