"""The values of `core` as JSON and back: each dataclass by its name and fields, expressions as trees.

{"is": "Let", "symbol": ..., "value": ...}   a value of that class
{"expr": tree}                               an expression, a condition, a tensor, a fact
{"relation": "=="}                           a relation by itself, to be put between two expressions
{"one of": ["Ruling", "proved"]}             a member of an enumeration
{"entry": "sigmoid", "kind": "activation"}   an entry of the catalogue
[...], texts, numbers, true, false, null     themselves; a list is a tuple
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from symgrad.core import Definition, Kind, claim, definition, derivation, document, domain
from symgrad.definitions import activation_named, loss_named
from symgrad.document.index_tree import index_tree
from symgrad.document.tree import RELATIONS, TreeError

if TYPE_CHECKING:
    from symgrad.document.index_untree import Reader

KINDS = {
    n: k for m in (claim, definition, derivation, document, domain) for n, k in vars(m).items() if isinstance(k, type)
}
CLASSES = {name: kind for name, kind in KINDS.items() if is_dataclass(kind)}
ENUMS = {name: kind for name, kind in KINDS.items() if issubclass(kind, Enum)}
SIGNS = {kind: sign for sign, kind in RELATIONS.items()}
ENTRIES = {Kind.ACTIVATION.value: activation_named, Kind.LOSS.value: loss_named}


def pack(value: Any) -> Any:  # noqa: PLR0911 - one case for each kind
    """The value as JSON holds it."""
    match value:
        case None | bool() | int() | float():
            return value
        case str():
            return str.__str__(value)
        case tuple():
            return [pack(v) for v in value]
        case Enum():
            return {"one of": [type(value).__name__, value.value]}
        case Definition():
            return entry(value)
        case type() if value in SIGNS:
            return {"relation": SIGNS[value]}
        case _ if type(value) is CLASSES.get(type(value).__name__):
            return {"is": type(value).__name__, **{f.name: pack(getattr(value, f.name)) for f in fields(value)}}
    return {"expr": index_tree(value)}


def entry(known: Definition) -> dict[str, str]:
    """A catalogue entry by its name; what is not in the catalogue can't be found again."""
    kind = known.kind.value
    if kind not in ENTRIES or ENTRIES[kind](known.name).of != known.of:
        raise TreeError(f"{known.name} is no entry of the catalogue, so it has no place in JSON")
    return {"entry": known.name, "kind": kind}


def unpack(data: Any, reader: Reader) -> Any:  # noqa: PLR0911 - one case for each kind
    """The value again."""
    match data:
        case None | bool() | int() | float() | str():
            return data
        case list():
            return tuple(unpack(v, reader) for v in data)
        case {"is": str(name), **inner} if name in CLASSES:
            return CLASSES[name](**{str(k): unpack(v, reader) for k, v in inner.items()})
        case {"expr": tree}:
            return reader.read(tree)
        case {"relation": str(sign)} if sign in RELATIONS:
            return RELATIONS[sign]
        case {"one of": [str(name), value]} if name in ENUMS:
            return ENUMS[name](value)
        case {"entry": str(name), "kind": str(kind)} if kind in ENTRIES:
            return ENTRIES[kind](name)
    raise TreeError(f"{str(data)[:80]!r} is no value of symgrad's JSON; docs/json.md says what there is")
