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
from symgrad.document.tree import TreeError, untree

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class JsonError(SymgradError):
    """Text that is no derivation of this schema."""


class FieldError(JsonError):
    """A field that is missing, broken, or at odds with the others."""

    def __init__(self, at: str, why: str) -> None:
        self.at, self.why = at, why
        super().__init__(f"{at} can't be read: {why}")


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
    return made(data)


def under(data: Any, field: str | int, made: Callable[[Any], T]) -> T:
    """What is made of a field, which an error names: steps[2].before.tree."""
    try:
        return made(data[field])
    except FieldError as error:
        raise FieldError(place(field) + ("" if error.at.startswith("[") else ".") + error.at, error.why) from error
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError, TreeError) as error:
        missing = isinstance(error, KeyError) and error.args == (field,)
        raise FieldError(place(field), "it is missing" if missing else f"{type(error).__name__}: {error}") from error


def place(field: str | int) -> str:
    """A field, or a place in a list, in an address."""
    return f"[{field}]" if isinstance(field, int) else field


def each(data: Any, field: str, made: Callable[[Any], T]) -> tuple[T, ...]:
    """What is made of each part of a field."""
    return under(data, field, lambda parts: tuple(under(parts, n, made) for n in range(len(parts))))


def document(data: dict[str, Any]) -> Document:
    """A document with its derivations."""
    reader = under(data, "names", Reader)
    found = under(data, "document", lambda packed: unpack(packed, reader))
    if not isinstance(found, Document):
        raise FieldError("document", "it is no Document")
    return replace(found, derivations=each(data, "derivations", derivation))


def derivation(data: dict[str, Any]) -> Derivation:
    """The derivation of a record that has all its fields, and that says of its ends what its steps do."""
    reader = under(data, "names", Reader)
    name, title, lead, source = (under(data, field, str) for field in ("name", "title", "lead", "source"))
    found = Derivation(
        name,
        title,
        each(data, "steps", lambda d: step(d, reader)),
        each(data, "domains", lambda d: Variable(symbol(d, reader), domain(d))),
        each(data, "lets", lambda d: Let(symbol(d, reader), formula(d, "value", reader))),
        each(data, "kinks", lambda d: kink(d, reader)),
        each(data, "facts", reader.read),
        lead=lead,
        source=source,
    )
    for end, reached in (("start", found.start), ("result", found.result)):
        if formula(data, end, reader) != reached:
            raise FieldError(f"{end}.tree", "it is not what the steps say")
    return found


def step(data: dict[str, Any], reader: Reader) -> Step:
    """One step with its finer ones."""
    given = formula(data, "given", reader)
    return Step(
        formula(data, "before", reader),
        formula(data, "after", reader),
        under(data, "rule", str),
        S.true if given is None else given,
        under(data, "note", str),
        each(data, "steps", lambda d: step(d, reader)),
        formula(data, "focus", reader),
        formula(data, "became", reader),
        each(data, "cancelled", lambda d: under(d, "tree", reader.read)),
        under(data, "relation", str),
    )


def formula(data: dict[str, Any], field: str, reader: Reader) -> Any:
    """The expression of a formula; None where there is none."""
    return under(data, field, lambda told: None if told is None else under(told, "tree", reader.read))


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
    at, left, right, torch, jax, textbook = (formula(data, name, reader) for name in KINK_VALUES)
    variable = Symbol(str(data["variable"]), real=True)
    return Kink(variable, at, left, right, torch, jax, textbook, jump=bool(data["jump"]))
