"""A derivation from the JSON that `as_json` wrote: the same chain, gaps refused, and nothing in it evaluated."""

from __future__ import annotations

import json
from typing import Any

from sympy import S, Symbol

from symgrad.core import Derivation, Domain, Kink, Let, Step, SymgradError, Variable
from symgrad.document.as_json import KINK_VALUES, SCHEMA
from symgrad.document.tree import untree


class JsonError(SymgradError):
    """Text that is no derivation of this schema."""


def from_json(text: str) -> Derivation:
    """The derivation that the text tells. Its verdicts are not taken over: prove it again with `Worked`."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise JsonError(f"this is no JSON: {error}") from None
    schema = data.get("schema") if isinstance(data, dict) else None
    if schema != SCHEMA:
        raise JsonError(f"the schema is {str(schema)[:40]!r}; {SCHEMA!r} is read here")
    try:
        return derivation(data)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise JsonError(f"the derivation is not whole: {type(error).__name__}: {error}") from error


def derivation(data: dict[str, Any]) -> Derivation:
    """The derivation of a record that has all its fields."""
    return Derivation(
        str(data["name"]),
        str(data["title"]),
        tuple(map(step, data["steps"])),
        tuple(Variable(symbol(v["symbol"]), domain(v)) for v in data["domains"]),
        tuple(Let(symbol(let["symbol"]), formula(let["value"])) for let in data["lets"]),
        tuple(map(kink, data["kinks"])),
        lead=str(data["lead"]),
        source=str(data["source"]),
    )


def step(data: dict[str, Any]) -> Step:
    """One step with its finer ones."""
    given = formula(data["given"])
    return Step(
        formula(data["before"]),
        formula(data["after"]),
        str(data["rule"]),
        S.true if given is None else given,
        str(data["note"]),
        tuple(map(step, data["steps"])),
        formula(data["focus"]),
        formula(data["became"]),
        tuple(map(formula, data["cancelled"])),
    )


def formula(data: dict[str, Any] | None) -> Any:
    """The expression of a formula; None where there is none."""
    return None if data is None else untree(data["tree"])


def symbol(name: str) -> Symbol:
    """A real symbol."""
    return Symbol(str(name), real=True)


def domain(data: dict[str, Any]) -> Domain:
    """A set."""
    low, high = (None if data[end] is None else untree(data[end]) for end in ("lower", "upper"))
    left, right = map(bool, data["open"])
    return Domain(low, high, left, right, tuple(map(untree, data["values"])))


def kink(data: dict[str, Any]) -> Kink:
    """A point without a derivative."""
    at, left, right, torch, jax, textbook = (formula(data[name]) for name in KINK_VALUES)
    return Kink(symbol(data["variable"]), at, left, right, torch, jax, textbook, jump=bool(data["jump"]))
