"""The house's habits, measured."""

from __future__ import annotations

import ast
import importlib
import re
import statistics
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("symgrad", "tests", "derivations", "benchmarks")
FILES = [p for folder in FOLDERS for p in sorted((ROOT / folder).rglob("*.py"))]
TEXTS = [
    *FILES,
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    ROOT / "justfile",
    ROOT / ".ci/run",
]
CODE = [p for p in FILES if p.is_relative_to(ROOT / "symgrad")]
MACHINE_PATH = re.compile(r"(?<![\w.])/(?:home|root|Users|opt|work)/\w")


def lines(path: Path) -> int:
    return path.read_text("utf-8").count("\n")


def named(paths: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("path", paths, ids=[p.relative_to(ROOT).as_posix() for p in paths])


def test_there_is_something_to_measure() -> None:
    assert len(CODE) > 40


@named(FILES)
def test_no_file_is_too_long_to_read(path: Path) -> None:
    assert lines(path) <= 500


def test_most_files_are_short() -> None:
    assert statistics.median(lines(p) for p in CODE) <= 150


@named(CODE)
def test_no_function_is_too_long_to_see(path: Path) -> None:
    functions = [n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.FunctionDef)]
    long = {f.name: body_lines(f) for f in functions if body_lines(f) > 40}

    assert not long


def body_lines(function: ast.FunctionDef) -> int:
    """Lines below the signature and the docstring."""
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body and body[-1].end_lineno else 0


@named([p for p in TEXTS if p != Path(__file__)])
def test_no_path_of_one_machine(path: Path) -> None:
    assert not MACHINE_PATH.findall(path.read_text("utf-8"))


@named(CODE)
def test_no_text_is_ever_evaluated(path: Path) -> None:
    calls = [n.func for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.Call)]
    named_so = {f.id if isinstance(f, ast.Name) else f.attr for f in calls if isinstance(f, ast.Name | ast.Attribute)}
    running = {"exec"} if path.name == "load.py" else set()  # a file that the user asked to build is run

    assert not named_so & ({"eval", "exec", "parse_expr", "__import__", "loads_pickle"} - running)
    assert not {"pickle", "marshal", "shelve"} & imported(path)


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text("utf-8"))
    plain = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    return plain | {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}


def test_every_dependency_has_a_tested_version() -> None:
    pins = {
        line.split("==")[0].lower()
        for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
        if "==" in line
    }
    pyproject = (ROOT / "pyproject.toml").read_text("utf-8")
    wanted = {n.lower() for n in re.findall(r'^  "([A-Za-z0-9-]+)[><=]', pyproject, re.MULTILINE)}

    assert len(wanted) > 12
    assert wanted <= pins


@named([p for p in FILES if p.is_relative_to(ROOT / "derivations")])
def test_a_derivation_imports_what_there_is(path: Path) -> None:
    wanted = [n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.ImportFrom)]
    ours = [(n.module or "", a.name) for n in wanted for a in n.names if (n.module or "").startswith("symgrad")]

    assert [f"{module}.{name}" for module, name in ours if not hasattr(importlib.import_module(module), name)] == []
    assert ours
