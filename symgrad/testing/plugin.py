"""pytest's plugin: functions marked with @symgrad.gradient are collected and checked; little is loaded before."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from symgrad.core.marking import Mark, mark_of

if TYPE_CHECKING:
    from collections.abc import Iterable

PROPERTY = "symgrad"
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
def pytest_pycollect_makeitem(collector: Any, name: str, obj: Any) -> pytest.Item | None:
    """A marked function, wherever a collected module has it."""
    mark = mark_of(obj)
    if mark is None or not isinstance(collector, pytest.Module):
        return None
    return GradientItem.from_parent(collector, name=name, obj=obj, mark=mark)


def pytest_collect_file(file_path: Path, parent: Any) -> pytest.Collector | None:
    """With --symgrad, files beside the tests that speak of the mark."""
    if not parent.config.getoption("symgrad") or file_path.suffix != ".py" or is_test(file_path, parent):
        return None
    if b"gradient(" not in file_path.read_bytes():
        return None
    return GradientModule.from_parent(parent, path=file_path)


def is_test(path: Path, parent: Any) -> bool:
    """Whether pytest collects the file anyway."""
    patterns = parent.config.getini("python_files")
    return any(path.match(pattern) for pattern in patterns) or path.name == "conftest.py"


class GradientModule(pytest.Module):
    """A file that is no test, of which only marked functions are collected."""

    def collect(self) -> Iterable[Any]:
        """The marked functions."""
        return [item for item in super().collect() if isinstance(item, GradientItem)]


class GradientItem(pytest.Item):
    """The check of one marked function."""

    def __init__(self, *, obj: Any, mark: Mark, **options: Any) -> None:
        super().__init__(**options)
        self.obj, self.mark = obj, mark

    def runtest(self) -> None:
        """Check it; the record travels with the report, so that it survives a run on several workers."""
        check, records = (import_module(f"symgrad.testing.{name}") for name in ("check", "records"))
        result = check.try_marked(self.obj, self.mark)
        self.user_properties.append((PROPERTY, records.record(result, self.nodeid)))
        import_module("symgrad.testing.result").demand(result)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The message alone: the traceback would be symgrad's own."""
        core = sys.modules.get("symgrad.core")
        known = (AssertionError, core.SymgradError) if core else AssertionError
        return str(excinfo.value) if isinstance(excinfo.value, known) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the function stands."""
        code = getattr(self.obj, "__code__", None)
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
                import_module("symgrad.testing.records").written(self.records, Path(name))
                self.written.append(name)
            except OSError as error:
                sys.stderr.write(f"--symgrad-report={name} can't be written: {error.strerror}; choose another file\n")
                session.exitstatus = pytest.ExitCode.USAGE_ERROR

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """A section on the marked gradients, if there were any."""
        if not self.records:
            return
        terminalreporter.section("gradients (symgrad)")
        width = max(len(r["verdict"]) for r in self.records)
        for r in self.records:
            says = r["diagnosis"]["says"] if r["diagnosis"] else r["subject"]
            line = f"{r['verdict']:<{width}}  {r['function']}  {says}"
            terminalreporter.write_line(line, red=r["verdict"] == "wrong")
        for name in self.written:
            terminalreporter.write_line(f"written: {name}")
