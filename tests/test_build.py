"""The build: what is found, what is kept, and that a site changes as a whole or not at all."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from symgrad.cli.main import app
from symgrad.pipeline import site
from symgrad.pipeline.build import linked
from symgrad.pipeline.cache import Cache, open_cache
from symgrad.pipeline.discover import SourceError, project_folder, sources
from symgrad.pipeline.files import write
from symgrad.pipeline.fingerprint import digest
from symgrad.pipeline.site import MANIFEST, SiteError, publish, require_site

ROOT = Path(__file__).resolve().parent.parent

MINE = """\
from symgrad import D, worked, z

square = worked("square", "The derivative of a square", D(z**2, z), ("power", 2 * z))
"""
WRONG = MINE.replace("2 * z", "3 * z")


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYMGRAD_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)


def build(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["build", *arguments, "-j", "1"])


def pages(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def mine(text: str = MINE, name: str = "mine.py") -> str:
    Path(name).write_text(text, "utf-8")
    return name


def test_a_file_of_ones_own_becomes_a_site() -> None:
    done = build(mine(), "-o", "site")

    assert done.exit_code == 0, done.output
    assert "1 document, 1 step and 1 whole result: 2 PROVED, 0 REFUTED, 0 UNKNOWN; checks: 1 ok, 0 wrong" in done.output
    assert {"index.html", "square.html", "square.tex", "square.md", "square.mathml"} <= pages(Path("site")).keys()


def test_a_wrong_step_is_refuted_on_its_page_and_in_the_exit_status() -> None:
    done = build(mine(WRONG), "-o", "site", "--json")
    told = json.loads(done.output)

    assert done.exit_code == 1
    assert told["refuted"] == 2
    assert told["wrong"] == 1
    assert told["doubtful"] == ["square"]
    assert b"efuted" in pages(Path("site"))["square.html"]


@pytest.mark.parametrize(
    ("claim", "counted", "status"),
    [
        ('D(relu(z), z), ("piecewise", Piecewise((1, z > 0), (0, True)))', "2 DOMAIN_MISMATCH", 1),
        ('sign(z)**2, ("square", 1 + 0 * z)', "2 PROVED_EXCEPT", 1),
        ('D(log(z), z), ("log", 1 / z)', "2 DOMAIN_MISMATCH", 1),
        ('D(exp(z), z), ("exp", 0, (z > 0) & (z < 0))', "2 VACUOUS", 0),
        ('D(log(z), z), ("log", 1 / z + log(z), z < 0)', "2 VACUOUS", 0),
    ],
)
def test_what_is_neither_proved_nor_refuted_is_counted_by_its_name(claim: str, counted: str, status: int) -> None:
    text = "from sympy import Piecewise, exp, log, sign\nfrom symgrad import D, relu, worked, z\n\n"
    done = build(mine(f'{text}it = worked("it", "It", {claim})\n'), "-o", "site")

    assert done.exit_code == status, done.output
    assert f"0 PROVED, 0 REFUTED, 0 UNKNOWN, {counted}; " in done.output
    assert "look at site/it.html" in done.output


@pytest.mark.parametrize(
    ("claim", "told"),
    [
        ('D(exp(z), z), ("exp", 0, (z > 0) & (z < 0))', "no points: the condition holds nowhere"),
        ('D(log(z), z), ("log", 1 / z + log(z), z < 0)', "no points: neither side has a value anywhere"),
    ],
)
def test_what_claims_nothing_is_told_by_its_name(claim: str, told: str) -> None:
    text = mine(f'from sympy import exp, log\nfrom symgrad import D, worked, z\n\nit = worked("it", "It", {claim})\n')
    counts = json.loads(build(text, "-o", "site", "--json", "--format", "html").output)
    page = Path("site/it.html").read_text("utf-8")

    assert (counts["vacuous"], counts["unknown"]) == (2, 0)
    assert counts["doubtful"] == ["it"]
    assert told in page
    assert "2 vacuous" in page
    assert "neither proved nor refuted" not in page


def test_a_second_build_is_kept_and_a_change_is_seen() -> None:
    first = json.loads(build(mine(), "-o", "site", "--json").output)
    before = pages(Path("site"))
    second = json.loads(build(mine(), "-o", "site", "--json").output)
    same = pages(Path("site"))
    third = json.loads(build(mine(MINE.replace("a square", "the square")), "-o", "site", "--json").output)

    assert (first["fresh"], second["fresh"], third["fresh"]) == (1, 0, 1)
    assert same == before
    assert b"the square" in pages(Path("site"))["square.html"]


def test_a_module_that_a_file_rests_on_is_part_of_its_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    Path("beside_it.py").write_text("TITLE = 'one'\n", "utf-8")
    mine(
        "import importlib, beside_it\nimportlib.reload(beside_it)\n"
        + MINE.replace('"The derivative of a square"', "beside_it.TITLE")
    )
    build("mine.py", "-o", "site")
    Path("beside_it.py").write_text("TITLE = 'another'\n", "utf-8")

    assert json.loads(build("mine.py", "-o", "site", "--json").output)["fresh"] == 1
    assert b"another" in pages(Path("site"))["square.html"]


def test_a_damaged_cache_is_no_more_than_a_slow_one() -> None:
    build(mine(), "-o", "site")
    before = pages(Path("site"))
    for file in Path("cache").rglob("*"):
        if file.is_file():
            file.write_bytes(file.read_bytes()[:-1] + b"?")

    done = json.loads(build(mine(), "-o", "site", "--json").output)

    assert done["fresh"] == 1
    assert pages(Path("site")) == before


def test_without_a_cache_nothing_is_kept() -> None:
    build(mine(), "-o", "site", "--no-cache")

    assert not Path("cache").exists()


def test_what_is_no_longer_built_is_removed_and_nothing_else() -> None:
    two = MINE + MINE.replace("square", "other")
    build(mine(two), "-o", "site")
    Path("site/notes.txt").write_text("mine", "utf-8")
    build(mine(), "-o", "site")

    left = pages(Path("site"))
    assert not any(name.startswith("other") for name in left)
    assert left["notes.txt"] == b"mine"
    assert not list(Path("site").glob(".symgrad*"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("import nothing_of_this_name\n", "mine.py:1: ModuleNotFoundError"),
        ("x = 1\n\nx.y\n", "mine.py:3: AttributeError"),
        ("def f(:\n", "mine.py:1: SyntaxError"),
        ("x = 1\n", "defines no document"),
        ("DOCUMENTS = 3\n", "DOCUMENTS must be"),
        ("DOCUMENTS = [3]\n", "holds a int"),
        ("import sys\nsys.exit(0)\n", "mine.py:2: SystemExit"),
        (MINE.replace('"square"', '"../square"'), "../square"),
        (MINE.replace('"square"', '"index"'), "index"),
        (MINE.replace('"power"', '"pwoer"'), "mine.py:3: no rule is called 'pwoer'"),
        (MINE + MINE.replace("square = ", "again = ").replace("a square", "one"), "two documents are called 'square'"),
    ],
)
def test_a_mistake_in_a_file_is_told_with_its_line(text: str, told: str) -> None:
    done = build(mine(text), "-o", "site")

    assert done.exit_code == 2, done.output
    assert told in done.output
    assert "Traceback" not in done.output
    assert not Path("site").exists()


def test_two_files_with_one_name_are_both_named() -> None:
    done = build(mine(), mine(MINE, "yours.py"), "-o", "site")

    assert done.exit_code == 2
    assert "mine.py" in done.output
    assert "yours.py" in done.output


def test_a_failed_build_leaves_the_last_good_site() -> None:
    build(mine(), "-o", "site")
    before = pages(Path("site"))
    build(mine("1/0\n"), "-o", "site")

    assert pages(Path("site")) == before


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.parametrize(
    "sign", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=["interrupted", "terminated", "killed"]
)
def test_an_ended_build_leaves_the_last_good_site_and_no_process(sign: signal.Signals) -> None:
    build(mine(), "-o", "site")
    before = pages(Path("site"))
    assert "square.html" in before
    waits = f"import time, os, pathlib\npathlib.Path(f'began-{{os.getpid()}}').touch()\ntime.sleep(60)\n{MINE}"
    files = [mine(waits, "a.py"), mine(waits.replace('"square"', '"other"'), "b.py")]
    process = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "symgrad", "build", *files, "-o", "site", "-j", "2"], start_new_session=True
    )
    until(lambda: len(list(Path().glob("began-*"))) == 2)
    workers = [int(p.name.removeprefix("began-")) for p in Path().glob("began-*")]
    os.kill(process.pid, sign)

    assert process.wait(20) == {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGKILL: -9}[sign]
    assert pages(Path("site")) == before
    until(lambda: not any(alive(pid) for pid in workers))


def test_a_worker_that_dies_is_told_of() -> None:
    done = CliRunner().invoke(
        app, ["build", mine("import os\nos._exit(3)\n"), mine(MINE, "b.py"), "-o", "site", "-j", "2"]
    )

    assert done.exit_code == 2
    assert "a worker process died" in done.output
    assert not Path("site").exists()


def until(true: object, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_a_folder_of_someone_elses_is_not_written_into() -> None:
    Path("site").mkdir()
    Path("site/thesis.tex").write_text("years of work", "utf-8")

    refused = build(mine(), "-o", "site")
    forced = build(mine(), "-o", "site", "--force")

    assert refused.exit_code == 2
    assert "--force" in refused.output
    assert forced.exit_code == 0
    assert Path("site/thesis.tex").read_text("utf-8") == "years of work"


def test_a_site_needs_a_folder() -> None:
    Path("site").touch()

    with pytest.raises(SiteError, match="choose a folder"):
        require_site(Path("site"))


def test_a_forged_manifest_removes_nothing_outside(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("!", "utf-8")
    publish(Path("site"), {"index.html": b"1"})
    forged = {"files": ["../precious", str(tmp_path / "precious"), "index.html", 3]}
    Path("site", MANIFEST).write_text(json.dumps(forged), "utf-8")

    publish(Path("site"), {"other.html": b"2"})

    assert (tmp_path / "precious").exists()
    assert pages(Path("site")).keys() == {"other.html", MANIFEST}


def test_a_site_that_cannot_be_staged_stays_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    publish(Path("site"), {"index.html": b"old", "page.html": b"old"})
    before = pages(Path("site"))

    def full(aside: Path, files: dict[str, bytes]) -> None:
        (aside / next(iter(files))).write_bytes(b"ne")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(site, "stage", full)
    with pytest.raises(SiteError, match="No space left"):
        publish(Path("site"), {"index.html": b"new", "page.html": b"new"})

    assert pages(Path("site")) == before


def test_what_is_unchanged_is_not_written_again() -> None:
    publish(Path("site"), {"index.html": b"1", "sub/page.html": b"2"})
    before = [p.stat().st_mtime_ns for p in sorted(Path("site").rglob("*.html"))]
    publish(Path("site"), {"index.html": b"1", "sub/page.html": b"2"})

    assert [p.stat().st_mtime_ns for p in sorted(Path("site").rglob("*.html"))] == before


def test_the_cache_keeps_within_its_bounds(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "c")
    for n in range(10):
        cache.put(digest(str(n)), "x" * 1000)
        os.utime(next(p for p in (tmp_path / "c").glob("??/*") if p.stem == digest(str(n))[2:]), (n, n))
    cache.trim(5000)

    assert [n for n in range(10) if cache.get(digest(str(n))) is not None] == [6, 7, 8, 9]


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cache = Cache(tmp_path / "file")
    cache.put(digest("k"), 1)
    cache.trim()

    assert cache.get(digest("k")) is None


def test_the_cache_is_where_the_user_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SYMGRAD_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))

    assert str(open_cache().folder).startswith(str(tmp_path / "xdg" / "symgrad"))
    assert open_cache(enabled=False).folder is None


def test_files_are_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "f", b"old")

    def full(*_: object) -> None:
        raise OSError("full")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        with pytest.raises(OSError, match="full"):
            write(tmp_path / "f", b"new")

    assert (tmp_path / "f").read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_no_two_lists_of_parts_have_one_digest() -> None:
    assert len({digest("ab", "c"), digest("a", "bc"), digest("abc"), digest("abc", ""), digest("", "abc")}) == 5


def test_derivations_are_found(tmp_path: Path) -> None:
    for name in ("b.py", "a.py", "_draft.py", ".hidden.py", "sub/c.py", "__pycache__/d.py"):
        write(tmp_path / "d" / name, b"")

    assert [s.path.name for s in sources([tmp_path / "d"])] == ["a.py", "b.py", "c.py"]
    assert len(sources([tmp_path / "d", tmp_path / "d" / "a.py"])) == 3
    assert len(sources()) == len([p for p in project_folder().rglob("*.py") if not p.name.startswith("_")])
    with pytest.raises(SourceError, match=r"\.py file"):
        sources([empty(tmp_path)])


def empty(tmp_path: Path) -> Path:
    (tmp_path / "empty").mkdir()
    return tmp_path / "empty"


@pytest.mark.slow
def test_the_wheel_carries_the_derivations(tmp_path: Path) -> None:
    subprocess.run(  # noqa: S603 - our own command
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "--no-build-isolation",
            "-w",
            str(tmp_path),
            str(ROOT),
        ],
        check=True,
        timeout=300,
    )
    wheel = next(tmp_path.glob("symgrad-*.whl"))

    with zipfile.ZipFile(wheel) as archive:
        carried = {Path(n).name for n in archive.namelist() if n.startswith("symgrad/derivations/")}
        assert "symgrad/docs/trust.md" in archive.namelist()
    assert {p.name for p in project_folder().glob("*.py")} <= carried


def test_a_list_of_links_is_left_out_with_its_last_link() -> None:
    link = ' <a class="see" href="./tanh.html">tanh</a>'
    page = f'<p class="evidence places">Derived in:{link}</p>'

    assert linked(page, {"tanh": "tanh"}) == page
    assert linked(page, {}) == ""
