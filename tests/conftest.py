"""Options and fixtures that several test files share."""

from __future__ import annotations

import gc
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

import pytest

from symgrad.pipeline.asked import Wanted
from symgrad.pipeline.build import build
from symgrad.pipeline.cache import open_cache
from symgrad.pipeline.discover import project_folder
from symgrad.pipeline.workers import GARBAGE, call
from symgrad.words import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


GOLDEN = Path(__file__).parent / "golden"
gc.set_threshold(*GARBAGE)
TOLD_IN_ALL = tuple(project_folder() / f"{name}.py" for name in ("output_deltas", "softmax", "sigmoid_by_hand"))


@pytest.fixture(scope="session", autouse=True)
def _in_this_process() -> Iterator[None]:
    """Let `symgrad derive`, `show` and `claim` work in the process of the test: one of their own would load SymPy anew.

    `test_cli.run_limited` has them as users do.
    """
    with mock.patch("symgrad.pipeline.limited.limited", lambda task, _seconds: call(task)):
        yield


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


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole site of symgrad's own derivations, built once for all workers of a run.

    Who works on its looks names one that is built already as SYMGRAD_SITE.
    """
    if built := os.environ.get("SYMGRAD_SITE"):
        return Path(built)
    return built_once(tmp_path_factory, "site", ())


@pytest.fixture(scope="session")
def tongues(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some derivations in every language."""
    return built_once(tmp_path_factory, "tongues", TOLD_IN_ALL, tuple(LANGUAGES))


def built_once(
    tmp_path_factory: pytest.TempPathFactory, name: str, paths: tuple[Path, ...], langs: tuple[str, ...] = ("en",)
) -> Path:
    """A site that the first worker to ask builds, and the others wait for."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, done, failed = (shared / f"{name}{end}" for end in ("", ".done", ".failed"))
    try:
        (shared / f"{name}.begun").touch(exist_ok=False)
    except FileExistsError:
        while not done.exists():
            assert not failed.exists(), "the site could not be built; see the other worker"
            time.sleep(0.5)
        return folder
    try:
        built = build(paths, folder, open_cache(), os.cpu_count() or 1, lambda *_: None, wanted=Wanted(langs=langs))
        assert built.doubtful == (), "pages with something that is not proved, or wrong"
    except BaseException:
        failed.touch()
        raise
    done.touch()
    return folder
