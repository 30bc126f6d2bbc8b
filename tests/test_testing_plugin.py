"""pytest's plugin and `symgrad check`, on files of a user."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

import symgrad
from symgrad.cli.check import told_apart
from symgrad.cli.main import app
from symgrad.core import UnsupportedError
from symgrad.testing import records

if TYPE_CHECKING:
    from pathlib import Path

INSTALLED = any(e.value == "symgrad.testing.plugin" for e in entry_points(group="pytest11"))
FILE = """
import numpy as np
import symgrad

def s(z): return 1 / (1 + np.exp(-z))

def softplus(z): return np.logaddexp(0, z)

@symgrad.gradient(of="softplus")
def softplus_grad(z): return s(z)

@symgrad.gradient(of="sigmoid", forward=s)
def <b>wrong</b>(z): return 2 * s(z) * (1 - s(z))

def plain(z): return np.where(z > 0, 1, 0.1)

def delta(z, y): return s(z) - y

class Layer:
    @staticmethod
    def grad(z): return s(z)

number = 3
""".replace("<b>wrong</b>", "wrong")


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.py"
    path.write_text(FILE, "utf-8")
    (tmp_path / "test_mine.py").write_text("from mine import softplus_grad, wrong\n\ndef test_other(): pass\n", "utf-8")
    return path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["check", *arguments])


def pytest_in(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    plugin = [] if INSTALLED else ["-p", "symgrad.testing.plugin"]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *plugin, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, encoding="utf-8")  # noqa: S603 - our own command


def test_marked_functions_are_collected_and_told(mine: Path) -> None:
    done = pytest_in(mine.parent)

    assert done.returncode == 1
    assert "1 failed, 2 passed" in done.stdout
    assert "gradients (symgrad)" in done.stdout
    assert "2 times what it should be" in done.stdout
    assert "Traceback" not in done.stdout


def test_files_that_are_no_tests_are_left_alone_unless_asked_for(mine: Path) -> None:
    (mine.parent / "test_mine.py").unlink()

    assert "no tests ran" in pytest_in(mine.parent).stdout
    assert "1 failed, 1 passed" in pytest_in(mine.parent, "--symgrad").stdout


METHODS = """
import numpy as np
import symgrad

class Layer:
    def __init__(self, alpha=0.01): self.alpha = alpha

    @symgrad.gradient(of="leaky_relu")
    def of_an_instance(self, z): return np.where(z > 0, 1.0, self.alpha)

    @symgrad.gradient(of="tanh")
    @classmethod
    def of_the_class(cls, z): return 1 - np.tanh(z) ** 2

    @staticmethod
    @symgrad.gradient(of="tanh")
    def wrong(z): return 1 - np.tanh(z)

class Needs:
    def __init__(self, a): pass

    @symgrad.gradient(of="relu")
    def slope(self, z): return (z > 0) * 1.0

class TestsAsWell:
    @symgrad.gradient(of="softplus")
    def slope(self, z): return 1 / (1 + np.exp(-z))

@symgrad.gradient(of="relu")
def raises(z): raise KeyError("no <key>")

@symgrad.gradient(of="sigmod")
def misspelt(z): return z

@symgrad.gradient(of="relu", at_kink={0: 1})
def demanded(z): return (z > 0) * 1.0
"""
VERDICTS = {
    "Layer.of_an_instance": "ok",
    "Layer.of_the_class": "ok",
    "Layer.wrong": "wrong",
    "Needs.slope": "error",
    "slope": "ok",
    "raises": "error",
    "misspelt": "error",
    "demanded": "wrong",
}


def test_methods_and_what_cannot_be_checked_are_in_the_summary_and_in_both_reports(tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text(METHODS, "utf-8")

    done = pytest_in(tmp_path, "--symgrad", "--symgrad-report=r.json", "--symgrad-report=r.html", "test_mine.py")

    found = json.loads((tmp_path / "r.json").read_text("utf-8"))["gradients"]
    assert {g["function"].split("::")[-1]: g["verdict"] for g in found} == VERDICTS
    for text in (done.stdout, (tmp_path / "r.html").read_text("utf-8").replace("&#x27;", "'")):
        assert "raised KeyError ('no <key>')" in text.replace("&lt;", "<").replace("&gt;", ">")
        assert "did you mean sigmoid" in text
        assert "Needs() raised TypeError" in text
    assert "Traceback" not in done.stdout


def test_the_command_line_tells_all_and_keeps_what_the_marks_ask_for(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text(METHODS, "utf-8")

    done = run(str(path), "--json")

    assert done.exit_code == 2
    found = {g["function"].split("::")[-1]: g["verdict"] for g in json.loads(done.stdout)["gradients"]}
    assert found == {("TestsAsWell." if name == "slope" else "") + name: v for name, v in VERDICTS.items()}
    assert run(f"{path}::Layer.of_an_instance").exit_code == 0
    assert run(f"{path}::demanded", "--at-kink", "subgradient").exit_code == 0


def test_reports_are_written_in_both_forms(mine: Path) -> None:
    done = pytest_in(mine.parent, "--symgrad-report=r.html", "--symgrad-report=r.json")

    found = json.loads((mine.parent / "r.json").read_text("utf-8"))
    page = (mine.parent / "r.html").read_text("utf-8")
    assert [g["verdict"] for g in found["gradients"]] == ["ok", "wrong"]
    assert found["gradients"][1]["diagnosis"]["names"] == ["factor 2"]
    assert "2 times what it should be" in page
    assert "written: r.html" in done.stdout


def test_a_report_on_several_workers(mine: Path) -> None:
    pytest_in(mine.parent, "-n2", "--symgrad-report=r.json")

    assert len(json.loads((mine.parent / "r.json").read_text("utf-8"))["gradients"]) == 2


@pytest.mark.parametrize("name", ["r.txt", "none/\0.html"])
def test_a_report_that_cannot_be_is_refused_before_anything_runs(mine: Path, name: str) -> None:
    if "\0" in name:
        name = "mine.py/r.html"
    done = pytest_in(mine.parent, f"--symgrad-report={name}")

    assert done.returncode == 4
    assert "symgrad-report" in done.stderr


def test_the_plugin_loads_nothing_heavy(mine: Path) -> None:
    (mine.parent / "test_mine.py").write_text("def test_x(): pass\n", "utf-8")
    (mine.parent / "conftest.py").write_text(
        "import sys\n"
        "def pytest_sessionfinish(): print('heavy', sorted({'numpy', 'sympy', 'flint'} & set(sys.modules)))\n"
    )

    assert "heavy []" in pytest_in(mine.parent, "-s").stdout


def test_a_page_escapes_what_it_shows() -> None:
    evil = "<script>alert(1)</script>"
    record = {"function": evil, "subject": evil, "verdict": "wrong", "message": evil, "diagnosis": {"says": evil}}

    assert evil not in records.document([record], ".html")


def test_a_mark_needs_a_subject() -> None:
    with pytest.raises(UnsupportedError, match="gradient of"):
        symgrad.gradient()


def test_check_from_the_command_line(mine: Path) -> None:
    done = run(f"{mine}::softplus_grad", "--of", "softplus")

    assert done.exit_code == 0
    assert "ok" in done.output


def test_a_wrong_function_exits_with_1_and_its_diagnosis(mine: Path) -> None:
    done = run(f"{mine}::plain", "--of", "leaky_relu")

    assert done.exit_code == 1
    assert "alpha is 1/10 where it should be" in done.output


def test_what_is_given_and_what_is_true_are_told_apart() -> None:
    assert told_apart({"x": 25.0, "given": 1.0, "true": 1 - 2**-36}) == ["25", "1", "0.999999999985"]
    assert told_apart({"x": 1.0, "given": 0.5, "true": 0.25}) == ["1", "0.5", "0.25"]


def test_marked_functions_of_a_file_as_json(mine: Path) -> None:
    mine.write_text(f"print('at import')\n{FILE}", "utf-8")

    done = run(str(mine), "--json")

    found = json.loads(done.stdout)["gradients"]
    assert done.exit_code == 1
    assert [g["verdict"] for g in found] == ["ok", "wrong"]
    assert found[1]["worst"]["true"] == 0.25


@pytest.mark.parametrize(
    "arguments",
    [
        ("::delta", "--of", "sigmoid,binary_cross_entropy"),
        ("::Layer.grad", "--of", "log(1 + exp(z))"),
        ("::plain", "--of", "leaky_relu", "-p", "alpha=1/10"),
        ("::softplus_grad", "--forward", "::softplus"),
        ("::softplus_grad", "--of", "softplus", "--dtype", "float32", "--points", "200", "--seed", "3"),
    ],
)
def test_what_may_be_asked(mine: Path, arguments: tuple[str, ...]) -> None:
    done = run(*(f"{mine}{a}" if a.startswith("::") else a for a in arguments))

    assert done.exit_code == 0, done.output


@pytest.mark.parametrize(
    ("target", "options", "said"),
    [
        ("{}::none", ("--of", "relu"), "has no 'none'"),
        ("{}::Layer.gard", ("--of", "relu"), "did you mean Layer.grad?"),
        ("{}::Layer", ("--of", "relu"), "is the class Layer"),
        ("{}::number", ("--of", "relu"), "not a function"),
        ("{}x::f", ("--of", "relu"), "there is no file"),
        ("{}::plain", (), "--of NAME"),
        ("{}::plain", ("--of", "sigmod"), "did you mean"),
        ("{}::plain", ("--of", "leaky_relu", "-p", "alpha"), "NAME=VALUE"),
        ("{}::plain", ("--of", "leaky_relu", "-p", "alpha=z"), "no number"),
        ("{}::plain", ("--of", "half_squared_error"), "2 arguments"),
        ("{}::plain", ("--forward", "mine.py"), "name the function"),
    ],
)
def test_what_is_refused(mine: Path, target: str, options: tuple[str, ...], said: str) -> None:
    done = run(target.format(mine), *options)

    assert done.exit_code == 2
    assert said in done.output


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("raise ValueError('no')", "bad.py:2 can't be imported: ValueError: no"),
        ("raise GeneratorExit", "bad.py:2 can't be imported"),
        ("from . import x", "put an __init__.py beside it"),
        ("def f(z) return z", "SyntaxError"),
        ("import pytest; f = lambda z: pytest.skip('no gpu')", "Skipped: no gpu"),
    ],
)
def test_a_file_that_fails_is_told_with_its_line(tmp_path: Path, line: str, told: str) -> None:
    (tmp_path / "bad.py").write_text(f"x = 1\n{line}\n", "utf-8")

    with contextlib.chdir(tmp_path):
        done = run("bad.py::f", "--of", "relu")

    assert done.exit_code == 2
    assert told in done.output


def test_a_module_of_a_package_is_imported_as_one_and_once(tmp_path: Path) -> None:
    (tmp_path / "package_of_mine").mkdir()
    for name, text in {
        "__init__": "",
        "seen": "times = []",
        "here": "from . import seen\nseen.times += [1]\ndef f(z): return 3 * z\ndef g(z): return 2 + sum(seen.times)",
    }.items():
        (tmp_path / f"package_of_mine/{name}.py").write_text(text, "utf-8")
    path = tmp_path / "package_of_mine/here.py"

    assert run(f"{path}::g", "--forward", f"{path}::f").exit_code == 0


def test_help_says_that_the_file_is_imported() -> None:
    assert "IMPORTS YOUR FILE" in run("--help").output
