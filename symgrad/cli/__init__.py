"""The command line: it parses and prints, and decides nothing."""

from symgrad.cli.main import main

__all__ = ["main"]
