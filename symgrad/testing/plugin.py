"""pytest's plugin: functions marked with @symgrad.gradient are collected and checked; little is loaded before."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from symgrad.core.marking import Marked, mark_of, marked_in, methods_of, plain

if TYPE_CHECKING:
    from collections.abc import Iterable

PROPERTY = "symgrad"
SAID = "said"  # the same in the language of the terminal; programs read English
FORMS = (".html", ".json")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--symgrad` and `--symgrad-report`."""
    group = parser.getgroup("symgrad", "symgrad: gradients on trial")
    group.addoption(
        "--symgrad",
        action="store_true",
        help="also import files that are not tests, and check the functions marked with @symgrad.gradient in them",
    )
    group.addoption(
        "--symgrad-report",
        action="append",
        default=[],
        metavar="FILE",
        help="write the verdicts on marked gradients to FILE (.html or .json); may be repeated",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a report whose form is unknown before anything runs; then gather."""
    for name in config.getoption("symgrad_report"):
        if Path(name).suffix not in FORMS:
            raise pytest.UsageError(f"--symgrad-report={name}: end the name with .html or .json")
    config.pluginmanager.register(Gathering(config), "symgrad-gathering")


@pytest.hookimpl(tryfirst=True)
def pytest_pycollect_makeitem(collector: Any, name: str, obj: Any) -> list[pytest.Item] | None:
    """A marked function, wherever a collected module or class has it."""
    if isinstance(collector, pytest.Class):
        found = [row for row in methods_of(collector.obj) if row.name == name]
    elif isinstance(collector, GradientModule) or mark_of(obj) or not collector.istestclass(obj, name):
        found = list(marked_in({name: obj}))
    else:
        return None  # pytest goes through a test class, and comes back with what is in it
    items: list[pytest.Item] = [GradientItem.from_parent(collector, name=m.name, marked=m) for m in found]
    return items or None


def pytest_collect_file(file_path: Path, parent: Any) -> pytest.Collector | None:
    """With --symgrad, files beside the tests that speak of the mark."""
    if not parent.config.getoption("symgrad") or file_path.suffix != ".py" or is_test(file_path, parent):
        return None
    if b"gradient(" not in file_path.read_bytes():
        return None
    return GradientModule.from_parent(parent, path=file_path)


def is_test(path: Path, parent: Any) -> bool:
    """Whether pytest collects the file anyway, by its name or as it was named to pytest."""
    patterns = parent.config.getini("python_files")
    named = path.name == "conftest.py" or parent.session.isinitpath(path)
    return named or any(path.match(pattern) for pattern in patterns)


class GradientModule(pytest.Module):
    """A file that is no test, of which only marked functions are collected."""

    def collect(self) -> Iterable[Any]:
        """The marked functions."""
        return [item for item in super().collect() if isinstance(item, GradientItem)]


class GradientItem(pytest.Item):
    """The check of one marked function."""

    def __init__(self, *, marked: Marked, **options: Any) -> None:
        super().__init__(**options)
        self.marked = marked

    def runtest(self) -> None:
        """Check it; the record travels with the report, so that it survives a run on several workers."""
        check, records = (import_module(f"symgrad.testing.{name}") for name in ("check", "records"))
        try:
            result = check.try_marked(self.marked.get(), self.marked.mark)
        except Exception as error:
            self.user_properties.append((PROPERTY, records.failed(error, self.nodeid)))
            raise
        found = records.record(result, self.nodeid)
        with spoken():
            self.user_properties.append((PROPERTY, found | {SAID: records.said(result)}))
            import_module("symgrad.testing.result").demand(result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The message alone: the traceback would be symgrad's own."""
        core = sys.modules.get("symgrad.core")
        known = (AssertionError, core.SymgradError) if core else AssertionError
        return str(excinfo.value) if isinstance(excinfo.value, known) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the function stands."""
        code = getattr(plain(self.marked.function), "__code__", None)
        return self.path, code.co_firstlineno - 1 if code else None, f"gradient {self.name}"


class Gathering:
    """The records of one session: gathered, written, and told at the end."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.records: list[dict[str, Any]] = []
        self.written: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the record of a finished check; under several workers this runs where the summary is written."""
        if report.when == "call":
            self.records += [v for key, v in report.user_properties if key == PROPERTY and isinstance(v, dict)]

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the reports, from the process that has all records."""
        if hasattr(self.config, "workerinput"):
            return
        for name in self.config.getoption("symgrad_report"):
            try:
                with spoken():
                    import_module("symgrad.testing.records").written(self.records, Path(name))
                self.written.append(name)
            except OSError as error:
                sys.stderr.write(f"--symgrad-report={name} can't be written: {error.strerror}; choose another file\n")
                session.exitstatus = pytest.ExitCode.USAGE_ERROR

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """A section on the marked gradients, if there were any."""
        if not self.records:
            return
        lines, words = import_module("symgrad.testing.records"), import_module("symgrad.words")
        with spoken():
            terminalreporter.section(words.say(words.message("gradients (symgrad)")))
            for r in self.records:
                terminalreporter.write_line(lines.line(r), red=r["verdict"] in {"wrong", "error"})
            for name in self.written:
                terminalreporter.write_line(words.say(words.message("written: {name}", name=name)))


def spoken() -> Any:
    """The language of the terminal, for a while."""
    words = import_module("symgrad.words")
    return words.speaking(words.from_environment())
