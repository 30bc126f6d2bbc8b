"""The command line: what it prints, what it refuses, and what it never loads."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from click.testing import CliRunner, Result
from lxml import etree, html

from symgrad.cli.main import WORDS, app
from symgrad.pipeline.limited import limited

if TYPE_CHECKING:
    from symgrad.pipeline.worked import Worked

HOSTILE = {
    "import": "__import__('os').system('touch pwned')",
    "attribute": "().__class__.__bases__[0].__subclasses__()",
    "lambda": "(lambda: open('pwned','w'))()",
    "tower of powers": "9**9**9**9",
    "huge exponent": "z**(10**100)",
    "nested": "(" * 10_000 + "z" + ")" * 10_000,
    "nul": "z\0+1",
    "megabyte": "z+" * 500_000 + "z",
    "unknown function": "system(z)",
    "unknown name": "sigmod",
    "unbalanced": "((z)",
    "empty": " ",
    "statement": "z = 1",
    "f-string": "f'{z}'",
    "semicolon": "z; import os",
}


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYMGRAD_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))


LIMITED = limited  # as it is before conftest.py puts another in its place


def run(*arguments: str) -> Result:
    """The command in this process, its work too."""
    return CliRunner().invoke(app, list(arguments))


def run_limited(*arguments: str) -> Result:
    """The command as users have it, its work in a process that can be ended."""
    with mock.patch("symgrad.pipeline.limited.limited", LIMITED):
        return CliRunner().invoke(app, list(arguments))


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, **environment},
        timeout=120,
        check=False,
    )


def symgrad(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return python("-m", "symgrad", *arguments, **environment)


@cache
def listed() -> dict[str, Any]:
    """What `symgrad list --json` tells, by name."""
    return {row["name"]: row for row in json.loads(run("list", "--json").output)}


def symgrad_derive(text: str) -> Worked:
    from symgrad import derive  # noqa: PLC0415 - the import tests come first

    return derive(text)


@pytest.mark.parametrize(
    "line", ["import symgrad", "import symgrad.cli", "import symgrad; dir(symgrad); symgrad.__all__"]
)
def test_import_loads_neither_sympy_nor_numpy(line: str) -> None:
    heavy = "sorted({'sympy', 'numpy', 'matplotlib', 'rich', 'jinja2'} & set(sys.modules))"

    assert python("-c", f"import sys; {line}; print({heavy})").stdout.strip() == "[]"


@pytest.mark.parametrize(
    "arguments", [("--help",), ("--version",), *((word, "--help") for word in WORDS)], ids=" ".join
)
def test_help_is_quick(arguments: tuple[str, ...]) -> None:
    done = python("-X", "importtime", "-m", "symgrad", *arguments)

    assert done.returncode == 0
    assert done.stdout
    assert not {"sympy", "numpy", "rich", "symgrad.core"} & {
        line.split("|")[-1].strip() for line in done.stderr.splitlines()
    }


def test_every_word_tells_what_it_does() -> None:
    shown = run("--help").output

    assert all(word in shown for word in WORDS)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_refused_and_nothing_is_written(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    done = run("derive", text, "-o", "out.txt")

    assert done.exit_code == 2, done.output
    assert "Traceback" not in done.output
    assert len(done.output) < 2000
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("derive",), "give a NAME"),
        (("derive", "sigmoid", "--activation", "tanh", "--loss", "bce"), "give a NAME"),
        (("derive", "--activation", "sigmoid"), "--loss"),
        (("derive", "--activation", "relu", "--loss", "binary_cross_entropy"), "(0, 1)"),
        (("derive", "--activation", "sigmoid", "--loss", "croß"), "croß"),
        (("derive", "sigmoid", "--format", "docx"), "docx"),
        (("derive", "sigmoid", "--format", "pdf"), "add -o FILE"),
        (("derive", "sigmoid", "--wrt", "q"), "q"),
        (("derive", "alpha*beta"), "--wrt"),
        (("derive", "sigmod"), "did you mean sigmoid"),
        (("show", "sigmod"), "sigmoid"),
        (("show", "\0"), ""),
        (("verify", "sigmod"), "sigmoid"),
        (("build", "no/such/folder"), "no/such/folder"),
        (("build", "a\u202eb"), "a\ufffdb does not exist"),
        (("derive", "sigmoid", "-o", "no/such/\0"), ""),
        (("derive", "sigmoid", "-o", "no/such/file"), "the folder no/such does not exist"),
        (("list", "everything"), "rules"),
        (("biuld",), "biuld"),
        (("list", "--detail", "result"), "--detail means nothing here"),
        (("list", "--format", "pdf"), "pdf"),
    ],
    ids=str,
)
def test_mistakes_are_told_in_one_message_with_status_2(arguments: tuple[str, ...], told: str) -> None:
    done = run(*arguments)

    assert done.exit_code == 2, done.output
    assert told in done.output
    assert "Traceback" not in done.output
    assert not Path("no").exists()


def test_debug_shows_the_traceback() -> None:
    assert "Traceback" in symgrad("--debug", "show", "sigmod").stderr


@pytest.mark.parametrize("form", ["text", "latex", "mathml", "markdown", "html", "json"])
def test_a_derivation_in_every_format(form: str, tmp_path: Path) -> None:
    file = tmp_path / "sub" / "out"
    file.parent.mkdir()

    done = run("derive", "sigmoid", "--format", form, "-o", str(file))

    assert done.exit_code == 0, done.output
    assert len(file.read_text("utf-8")) > 100
    assert [p.name for p in file.parent.iterdir()] == ["out"]


def test_json_is_read_by_a_program() -> None:
    done = run("derive", "--activation", "sigmoid", "--loss", "binary_cross_entropy", "--json")
    told = json.loads(done.output)

    assert told["claim"]["status"] == "proved"
    assert told["check"]["outcome"] == "ok"
    assert told["result"]["latex"] == "a - y"
    assert len(told["steps"]) >= 3


@pytest.mark.parametrize("detail", ["result", "textbook", "every-rule"])
def test_more_detail_is_longer(detail: str) -> None:
    order = ["result", "textbook", "every-rule"]
    lengths = [len(run("derive", "sigmoid", "--detail", d).output) for d in order[: order.index(detail) + 1]]

    assert lengths == sorted(lengths)
    assert lengths[0] > 0


def test_a_result_says_where_it_holds() -> None:
    assert "\nwhere z ≠ 0; elsewhere" in run("derive", "relu", "--detail", "result").output
    assert "where" not in run("derive", "tanh", "--detail", "result").output


def test_an_expression_of_ones_own() -> None:
    done = run("derive", "z*tanh(log(1+exp(z)))", "--wrt", "z")

    assert done.exit_code == 0, done.output
    assert "proved" in done.output.lower()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("z z", "an operator is expected before 'z'; write * for a product\n  z z\n    ^"),
        ("z²", "write ^2\n  z²\n   ^"),
        ("leeky relu", "did you mean leaky_relu"),
        ("frobnicate", "no activation, loss or layer is called 'frobnicate'"),
        ("--wtr", "Did you mean '--wrt'"),
    ],
)
def test_what_is_neither_a_name_nor_an_expression_is_told_apart(text: str, said: str) -> None:
    done = run("derive", text)

    assert (done.exit_code, said in done.output) == (2, True), done.output


@pytest.mark.parametrize("arguments", [("--z^2",), ("-z^2", "--wrt", "z"), ("--detail", "textbook", "--", "-z^2")])
def test_an_expression_may_begin_with_signs(arguments: tuple[str, ...]) -> None:
    done = run("derive", *arguments)

    assert (done.exit_code, "2z" in done.output) == (0, True), done.output


def test_what_is_not_proved_is_said_on_the_last_line(tmp_path: Path) -> None:
    done = run("derive", "max(sin(z),cos(z))*abs(sin(z))", "-o", str(tmp_path / "out.txt"))
    proved = run("derive", "sigmoid", "-o", str(tmp_path / "out.txt"))

    assert (done.exit_code, proved.exit_code, proved.output) == (0, 0, "")
    assert done.output.splitlines()[-1].startswith("symgrad: not PROVED but UNKNOWN: step")


@pytest.mark.parametrize(
    ("function", "claim", "said"),
    [
        ("log(z)", "1/z", "not PROVED but DOMAIN_MISMATCH: (where z .*, for example )?at z = "),
        ("tanh(z)", "tanh(z)", "not PROVED but REFUTED: .*; the result is wrong in numbers at "),
    ],
)
def test_a_false_answer_ends_with_status_1(function: str, claim: str, said: str) -> None:
    from symgrad import D, Worked, worked, z  # noqa: PLC0415 - the import tests come first
    from symgrad.definitions.parser import parse  # noqa: PLC0415 - as above
    from symgrad.pipeline.answers import answer  # noqa: PLC0415 - as above
    from symgrad.pipeline.asked import Asked  # noqa: PLC0415 - as above

    found = answer(Worked(worked("it", "It", D(parse(function), z), ("claim", parse(claim)))), Asked("text", "result"))

    assert found["failed"]
    assert re.match(said, found["doubt"]), found["doubt"]


def test_second_derivative_and_parameter() -> None:
    assert run("derive", "tanh", "--order", "2").exit_code == 0
    assert run("derive", "prelu", "--wrt", "alpha").exit_code == 0
    assert run("derive", "z**3", "--order", "2").exit_code == 0


def test_time_is_limited() -> None:
    done = run_limited("derive", "sigmoid", "--seconds", "1", "--order", "2")

    assert done.exit_code in {0, 2}  # a fast machine may make it
    assert "Traceback" not in done.output


def test_show_tells_the_facts() -> None:
    shown = run("show", "gelu").output

    assert "1.1289" in shown
    assert run("show", "huber").exit_code == 0
    assert json.loads(run("show", "relu", "--json").output)["name"] == "relu"


@pytest.mark.parametrize("form", ["text", "latex", "mathml", "markdown", "html", "json"])
@pytest.mark.parametrize("name", ["leaky_relu", "hinge"])
def test_show_tells_kinks_and_conventions_in_every_format(name: str, form: str) -> None:
    done = run("show", name, "--format", form, "--detail", "result")

    assert done.exit_code == 0, done.output
    assert "torch" in done.output
    assert "jax" in done.output
    assert "Piecewise" not in done.output or form == "json"
    assert len(run("show", name, "--format", form, "--detail", "every-rule").output) > len(done.output) - 20


def test_ranges_are_written_for_readers() -> None:
    assert "−α" in run("show", "elu").output
    assert "-alpha" not in run("show", "elu", "--json").output
    assert listed()["poisson_nll_rate"]["a_in"] == "(0, ∞)"


@pytest.mark.parametrize("text", ["z/abs(z)", "abs(z)", "sigmoid(z)^2"])
def test_the_command_line_and_python_agree(text: str) -> None:
    told = json.loads(run("derive", text, "--json").output)
    worked = symgrad_derive(text)

    assert told["verdict"]["status"] == worked.status.value
    assert len(told["verdict"]["exceptions"]) == len(worked.verdict.exceptions)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_told_in_one_message() -> None:
    line = f'"{sys.executable}" -m symgrad derive sigmoid > /dev/full'

    done = subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, timeout=120, check=False)  # noqa: S603 - ours

    assert done.returncode == 2
    assert "can't be written" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_no_terminal_is_too_old(encoding: str) -> None:
    done = symgrad("derive", "sigmoid", PYTHONIOENCODING=encoding)

    assert done.returncode == 0, done.stderr
    assert "Error" not in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell")
def test_a_reader_who_leaves_early_is_let_go() -> None:
    line = f'"{sys.executable}" -m symgrad derive sigmoid --format html | head -c 1'

    done = subprocess.run(["/bin/sh", "-c", line], capture_output=True, timeout=120, check=False)  # noqa: S603 - ours

    assert done.stderr == b""


def test_list_has_every_entry() -> None:
    from symgrad.definitions import ACTIVATIONS, LOSSES  # noqa: PLC0415 - the import tests come first
    from symgrad.definitions.layers import LAYERS  # noqa: PLC0415 - as above

    rows = listed()

    assert set(rows) == {*ACTIVATIONS, *LOSSES, *LAYERS}
    assert rows["linear"]["learned"] == ["W (m, n)", "b (m)"]
    assert rows["sigmoid"]["sup"] == "1/4"
    assert rows["tanh"]["zero_centred"] is True
    assert rows["relu"]["kinks"] == ["0"]
    assert "sigmoid" in run("list").output
    assert "sigmoid" not in run("list", "losses").output


@pytest.mark.parametrize("form", ["text", "html", "json"])
def test_the_rules_that_a_step_may_name_are_listed(form: str) -> None:
    from symgrad.rules import RULES  # noqa: PLC0415 - the import tests come first

    told = run("list", "rules", "--format", form).output

    assert RULES
    assert [name for name in RULES if name not in told] == []


@pytest.mark.parametrize("form", ["text", "latex", "mathml", "markdown", "html", "json"])
def test_list_in_every_format(form: str, tmp_path: Path) -> None:
    file = tmp_path / "out"

    done = run("list", "--format", form, "-o", str(file))
    told = file.read_text("utf-8")

    assert done.exit_code == 0, done.output
    assert not done.stdout
    names = {name.replace("_", r"\_") if form in {"latex", "markdown"} else name for name in listed()}
    assert {name for name in names if name not in told} == set()
    cells = {  # the steepest slope of sigmoid, and the space of a layer's weights
        "text": ("1/4", "W (m, n)"),
        "latex": (r"\documentclass", r"$\frac{1}{4}$", r"W \in \mathbb{R}^{m \times n}", r"\end{document}"),
        "mathml": ('<formula id="sigmoid-sup"', "<mfrac><mn>1</mn><mn>4</mn></mfrac>", 'id="linear-learned"'),
        "markdown": (r"| $`\frac{1}{4}`$ |", r"$`W \in \mathbb{R}^{m \times n}`$"),
        "html": ("<!doctype html>", "<style>", "<mfrac><mn>1</mn><mn>4</mn></mfrac>", "</html>"),
        "json": ('"sup": "1/4"',),
    }
    assert [cell for cell in cells[form] if cell not in told] == []
    if form in {"mathml", "html"}:
        root = (etree.fromstring if form == "mathml" else html.fromstring)(told.encode())
        assert len({f.get("id") for f in root.iter("formula")}) == len(list(root.iter("formula")))
        assert len(list(root.iter("math"))) + len(list(root.iter("{*}math"))) > 2 * len(names)
    if form == "json":
        assert json.loads(told) == json.loads(run("list", "--json").output)


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
def test_the_list_compiles_and_nothing_is_too_wide(tmp_path: Path) -> None:
    run("list", "--format", "latex", "-o", str(tmp_path / "list.tex"))

    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "list.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)  # noqa: S603 - ours

    assert done.returncode == 0, done.stdout[-2000:]
    assert "Overfull" not in done.stdout


def test_verify_settles_every_statement_of_an_entry() -> None:
    from symgrad.definitions import LOSSES  # noqa: PLC0415 - the import tests come first

    few = {name: LOSSES[name] for name in ("half_squared_error", "binary_cross_entropy")}
    with mock.patch("symgrad.pipeline.verify.LOSSES", few):  # the pairs with the others are verified in test_pairs
        done = run("verify", "sigmoid", "--json", "--recheck", "-j", "1")
    rows = json.loads(done.output)["rows"]

    assert done.exit_code == 0, done.output
    assert len(rows) > 20
    assert {r["status"] for r in rows} == {"PROVED"}
    assert all(r["rechecked"] == r["statements"] for r in rows)
    assert {r["check"] for r in rows} == {"ok", ""}
