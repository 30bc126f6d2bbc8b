"""Derivations and documents from the JSON that `as_json` wrote: gaps refused, and nothing in it evaluated."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from sympy import S, Symbol

from symgrad.core import Derivation, Document, Domain, Kink, Let, Step, SymgradError, Variable
from symgrad.document.as_json import DOCUMENT, KINK_VALUES, SCHEMA
from symgrad.document.index_untree import Reader
from symgrad.document.packing import unpack
from symgrad.document.tree import untree

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class JsonError(SymgradError):
    """Text that is no derivation of this schema."""


def from_json(text: str) -> Derivation:
    """The derivation that the text tells. Its verdicts are not taken over: prove it again with `Worked`."""
    return read(text, SCHEMA, derivation)


def document_from_json(text: str) -> Document:
    """The document that the text tells, to be settled anew."""
    return read(text, DOCUMENT, document)


def read(text: str, wanted: str, made: Callable[[dict[str, Any]], T]) -> T:
    """What is made of the data in a text of this schema."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise JsonError(f"this is no JSON: {error}") from None
    schema = data.get("schema") if isinstance(data, dict) else None
    if schema != wanted:
        raise JsonError(f"the schema is {str(schema)[:40]!r}; {wanted!r} is read here")
    try:
        return made(data)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise JsonError(f"the {wanted.split('/')[1]} is not whole: {type(error).__name__}: {error}") from error


def document(data: dict[str, Any]) -> Document:
    """A document with its derivations."""
    found = unpack(data["document"], Reader(data["names"]))
    if not isinstance(found, Document):
        raise JsonError("what stands under document is none")
    return replace(found, derivations=tuple(map(derivation, data["derivations"])))


def derivation(data: dict[str, Any]) -> Derivation:
    """The derivation of a record that has all its fields."""
    reader = Reader(data["names"])
    return Derivation(
        str(data["name"]),
        str(data["title"]),
        tuple(step(s, reader) for s in data["steps"]),
        tuple(Variable(symbol(v, reader), domain(v)) for v in data["domains"]),
        tuple(Let(symbol(let, reader), formula(let["value"], reader)) for let in data["lets"]),
        tuple(kink(k, reader) for k in data["kinks"]),
        tuple(map(reader.read, data["facts"])),
        lead=str(data["lead"]),
        source=str(data["source"]),
    )


def step(data: dict[str, Any], reader: Reader) -> Step:
    """One step with its finer ones."""
    given = formula(data["given"], reader)
    return Step(
        formula(data["before"], reader),
        formula(data["after"], reader),
        str(data["rule"]),
        S.true if given is None else given,
        str(data["note"]),
        tuple(step(s, reader) for s in data["steps"]),
        formula(data["focus"], reader),
        formula(data["became"], reader),
        tuple(formula(c, reader) for c in data["cancelled"]),
        str(data["relation"]),
    )


def formula(data: dict[str, Any] | None, reader: Reader) -> Any:
    """The expression of a formula; None where there is none."""
    return None if data is None else reader.read(data["tree"])


def symbol(data: dict[str, Any], reader: Reader) -> Any:
    """A real symbol, or a tensor."""
    return reader.tensor(data["tensor"]) if "tensor" in data else Symbol(str(data["symbol"]), real=True)


def domain(data: dict[str, Any]) -> Domain:
    """A set."""
    low, high = (None if data[end] is None else untree(data[end]) for end in ("lower", "upper"))
    left, right = map(bool, data["open"])
    return Domain(low, high, left, right, tuple(map(untree, data["values"])))


def kink(data: dict[str, Any], reader: Reader) -> Kink:
    """A point without a derivative."""
    at, left, right, torch, jax, textbook = (formula(data[name], reader) for name in KINK_VALUES)
    variable = Symbol(str(data["variable"]), real=True)
    return Kink(variable, at, left, right, torch, jax, textbook, jump=bool(data["jump"]))
