"""The whole site: built from nothing, then again with nothing changed.

python benchmarks/build.py
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from table import show

SYMGRAD = str(Path(sys.executable).with_name("symgrad"))


def build(folder: Path, paths: list[str], jobs: int | None) -> tuple[float, str]:
    """The wall time of one build with the cache and the site inside `folder`, and its first summary line."""
    command = [SYMGRAD, "build", *paths, "-o", str(folder / "site"), *(["-j", str(jobs)] if jobs else [])]
    environment = {**os.environ, "SYMGRAD_CACHE": str(folder / "cache")}
    start = perf_counter()
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment)  # noqa: S603 - our own
    lines = (done.stdout or done.stderr).strip().splitlines() or ["no output"]
    return perf_counter() - start, f"exit {done.returncode}; {lines[0]}"


def main() -> None:
    """One cold build, then warm ones."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="*", help="a part of the site; all of it by default")
    parser.add_argument("--jobs", type=int)
    parser.add_argument("--warm", type=int, default=2, help="how many builds with nothing changed")
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        rows = []
        for name in ("from nothing", *["nothing changed"] * options.warm):
            taken, summary = build(Path(folder), options.paths, options.jobs)
            rows.append((name, f"{taken:.1f}", summary))
    show("symgrad build", ("build", "seconds", "summary"), rows)


if __name__ == "__main__":
    main()
