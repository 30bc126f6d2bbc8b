"""How long the command line takes to start, in units of Python's own start with the command line library.

python benchmarks/startup.py
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

from table import show

SYMGRAD = str(Path(sys.executable).with_name("symgrad"))
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "import click": [sys.executable, "-c", "import click"],
    "import symgrad": [sys.executable, "-c", "import symgrad"],
    "symgrad --version": [SYMGRAD, "--version"],
    "symgrad --help": [SYMGRAD, "--help"],
}


def seconds(command: list[str]) -> float:
    """The wall time of one run."""
    start = perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own commands
    return perf_counter() - start


def main() -> None:
    """Every command once a round, so that a busy moment hits all of them; medians over the rounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    for command in COMMANDS.values():
        seconds(command)  # the first run writes bytecode
    times = [{name: seconds(command) for name, command in COMMANDS.items()} for _ in range(rounds)]
    medians = {name: median(t[name] for t in times) for name in COMMANDS}
    ratios = {name: median(t[name] / t["import click"] for t in times) for name in COMMANDS}
    rows = [(name, f"{1e3 * medians[name]:.1f}", f"{ratios[name]:.2f}") for name in COMMANDS]
    show(f"Start-up, median of {rounds} interleaved rounds", ("command", "ms", "ratio to import click"), rows)


if __name__ == "__main__":
    main()
