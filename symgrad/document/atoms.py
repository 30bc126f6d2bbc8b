"""Scalars of indexed expressions: sizes of dimensions and SymPy's symbols."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symgrad.document.from_sympy import boxes
from symgrad.document.latex_in import read
from symgrad.document.names import named
from symgrad.indexed import Size

if TYPE_CHECKING:
    from symgrad.document.boxes import Box
    from symgrad.indexed import Dim


def atom_box(atom: Any) -> Box:
    """A size or a symbol."""
    return dim_box(atom.dim) if isinstance(atom, Size) else boxes(atom.symbol)


def dim_box(dim: Dim) -> Box:
    """A dimension by its letter."""
    return read(dim.tex) if dim.tex else named(dim.name)
