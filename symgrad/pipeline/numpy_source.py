"""NumPy functions and NumPy source from expressions, in their stable forms."""

from __future__ import annotations

import ast
import builtins
import inspect
import keyword
import re
from collections.abc import Iterable
from itertools import count
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

import numpy as np
import sympy
from sympy import Expr, Symbol
from sympy.printing.codeprinter import PrintMethodNotImplementedError

from symgrad.core import Definition, UnsupportedError
from symgrad.definitions import ACTIVATIONS, LOSSES, entry_named
from symgrad.definitions.stable_slopes import STABLE_SLOPES
from symgrad.document.boxes import Op, row
from symgrad.document.from_sympy import boxes
from symgrad.document.text import text
from symgrad.functions import D, numeric
from symgrad.functions.numpy_printing import FormPrinter, Stable, lines
from symgrad.functions.stable import rewritten, stabilised

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from symgrad.core import Derivation, Variable

    Usual = Mapping[Symbol, Expr]

KNOWN = tuple(STABLE_SLOPES.values())
WIDTH = 116  # of a line of the docstring
NOISE = re.compile(r": (?:Any|float|Callable\[\.\.\., Any\])| -> Any|  # (?:noqa|fmt).*")


def stable_form(expr: Expr) -> Expr:
    """An equal expression that keeps its digits in floating point: what `lambdify` and `numpy_code` print."""
    return stabilised(expr, KNOWN)


def named_form(expr: Expr) -> Expr:
    """The same before named functions are written out: what is left to prove, their own forms being proved apart."""
    return rewritten(expr, KNOWN)


def lambdify(
    args: Any,
    expr: Any,
    modules: Any = "numpy",
    printer: Any = None,
    *,
    use_imps: bool = True,  # noqa: ARG001 - as above: catalogue functions have no other implementation
    dummify: bool = False,
    cse: bool = True,  # noqa: ARG001 - as above: what occurs twice is always worked out once
    docstring_limit: int | None = 1000,
) -> Callable[..., Any]:
    """SymPy's `lambdify` for NumPy, of the stable form: no warnings, the float type of the arguments kept.

    SymPy's own prints a derivative as it stands, so that sigmoid(z)*(1 - sigmoid(z)) is 0 from z = 37 on. `args` and
    `expr` are what SymPy's takes: a symbol or nested sequences of symbols; an expression, a matrix, an array, or lists
    and tuples of these. `modules` may say "numpy" and nothing else.
    """
    if modules not in ("numpy", ["numpy"], ("numpy",), None) or printer is not None:
        raise UnsupportedError(
            "symgrad.lambdify writes NumPy code; for {value} use sympy.lambdify", value=repr(printer or modules)
        )
    letters = symbols_of(args)
    missing = sorted(str(s) for s in free_in(expr) - set(letters))
    if missing:
        raise UnsupportedError(
            "the expression also depends on {missing}; list every symbol as an argument", missing=", ".join(missing)
        )
    wanted = args if isinstance(args, Symbol) else list(args)
    stable = stable_parts(expr, letters)
    return sympy.lambdify(wanted, stable, "numpy", dummify=dummify, docstring_limit=docstring_limit)  # type: ignore[no-any-return]


def symbols_of(args: Any) -> tuple[Symbol, ...]:
    """The symbols among the arguments, nested as SymPy allows."""
    if isinstance(args, Symbol):
        return (args,)
    if isinstance(args, str) or not isinstance(args, Iterable):
        raise UnsupportedError("{args} is no symbol; list symbols as arguments, such as z or (z, y)", args=repr(args))
    return tuple(s for part in args for s in symbols_of(part))


def free_in(expr: Any) -> set[Any]:
    """The symbols in an expression, or in a container of expressions."""
    if isinstance(expr, list | tuple):
        return set().union(*map(free_in, expr))
    return set(sympy.sympify(expr).free_symbols)


def stable_parts(expr: Any, letters: tuple[Symbol, ...]) -> Any:
    """The stable form of an expression, or of every one in a container of the same kind."""
    if isinstance(expr, list | tuple):
        return type(expr)([stable_parts(part, letters) for part in expr])
    whole = sympy.sympify(expr)
    if isinstance(whole, sympy.MatrixBase | sympy.NDimArray):
        return whole.applyfunc(lambda part: stable_parts(part, letters))
    if not isinstance(whole, Expr) or isinstance(whole, sympy.MatrixExpr):
        raise UnsupportedError("{expr} is no expression, nor a matrix or a list of expressions", expr=expr)
    return Stable(stable_form(whole), *letters)


def source(
    name: str, letters: Sequence[Symbol], expr: Expr, says: Iterable[str] = (), usual: Usual | None = None
) -> str:
    """A Python module with one NumPy function, and whatever it needs beyond NumPy; letters in `usual` come last."""
    printer = FormPrinter({"fully_qualified_modules": False})
    named, value = lines(stable_form(expr))
    try:
        body = [f"{printer.doprint(s)} = {printer.doprint(part)}" for s, part in named]
        body += [f"return {printer.doprint(value)}"]
    except PrintMethodNotImplementedError:
        raise UnsupportedError(
            "NumPy cannot work out {expr}; end with a line that has no open D(...)", expr=expr
        ) from None
    code = "\n".join(body)
    for called in sorted(printer.module_imports.get("numpy", ()), key=len, reverse=True):
        code = re.sub(rf"(?<![\w.]){called}\b", f"np.{called}", code)
    args = {x: printer.doprint(x) for x in letters}
    doc = "\n\n    ".join(map(quoted, says)) or quoted(str(expr))
    inner = code.replace("\n", "\n        ")
    plain = ", ".join(args.values())
    taken = {name, *args.values()}
    body_of = (
        f"    def {apart('compute', taken)}({plain}):\n        {inner}\n\n"
        f"    return quietly({apart('compute', taken)}, {plain})\n"
    )
    needed = helpers(f"def {name}({plain}):\n{body_of}")
    for own in sorted(needed.keys() & taken):
        call, other = re.compile(rf"(?<![\w.]){own}\("), f"{apart(own, taken)}("
        needed = {n: call.sub(other, text) for n, text in needed.items()}
        body_of = call.sub(other, body_of)
    signature = ", ".join(t + (f"={default(usual[x])}" if usual and x in usual else "") for x, t in args.items())
    return "\n\n".join(
        ["import numpy as np\n", *needed.values(), f'def {name}({signature}):\n    """{doc}"""\n\n{body_of}']
    )


def quoted(words: str) -> str:
    """The words as part of a docstring, which nothing in them can end."""
    plain = "".join(c if c.isprintable() else " " for c in words)
    return plain.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')


def renamed(letters: Sequence[Symbol]) -> dict[Symbol, Symbol]:
    """A letter of its own for each that Python takes for no name, or has otherwise: x_1, x_2."""
    taken = {s.name for s in letters}
    fresh = (name for n in count(1) if (name := f"x_{n}") not in taken)
    seen, found = {"np"}, {}
    for s in letters:
        name = normalize("NFKC", s.name)
        if not name.isidentifier() or name in seen or hasattr(np, name) or hasattr(builtins, name):
            found[s] = Symbol(next(fresh), **s.assumptions0)
        seen.add(name)
    return found


def apart(name: str, taken: set[str]) -> str:
    """The name, with a mark where the function itself or one of its arguments has it."""
    return f"{name}_" if name in taken else name


def default(value: Expr) -> str:
    """A usual value as Python writes it."""
    return str(value) if value.is_Integer else repr(float(value))


def helpers(function: str) -> dict[str, str]:
    """The source of every function of `numeric` that is called, and of those which these call, by name."""
    own = dict(inspect.getmembers(numeric, inspect.isfunction))
    calls = (n.func for n in ast.walk(ast.parse(function)) if isinstance(n, ast.Call))
    wanted = {n.id for n in calls if isinstance(n, ast.Name)} & own.keys()
    seen: set[str] = set()
    while wanted - seen:
        name = (wanted - seen).pop()
        seen.add(name)
        wanted |= set(own[name].__code__.co_names) & own.keys()
    ordered = sorted(seen, key=lambda n: own[n].__code__.co_firstlineno)
    return {n: NOISE.sub("", inspect.getsource(own[n])).rstrip() + "\n" for n in ordered}


def numpy_code(of: Any) -> str:
    """Readable NumPy source of a catalogue entry, a worked derivation's result, or a SymPy expression.

    It is the stable form, as a module of its own: no warnings, the float type of the argument kept, and formats
    narrower than 64 bits rounded once.
    """
    if isinstance(of, str):
        return of_definition(entry_named(of))
    if isinstance(of, Definition):
        return of_definition(of)
    if isinstance(of, Expr):
        return of_expression(of)
    if hasattr(of, "derivation"):
        return str(of.to("numpy"))
    raise UnsupportedError(
        "there is no NumPy code for a {kind}; give a name, a derivation or an expression",
        kind=type(of).__name__,
    )


def of_definition(definition: Definition) -> str:
    """The function of a catalogue entry."""
    letters = [v.symbol for v in definition.domains]
    says = (f"{definition.title}: {definition.of}.", where(definition.domains))
    return source(definition.name, letters, definition.applied, says, usual_values([definition]))


def of_derivation(derivation: Derivation, result: Expr) -> str:
    """The function that a derivation arrives at."""
    start = derivation.start
    first = [start.variable] if isinstance(start, D) else []
    named = [entry for n in derivation.name.split("-") if (entry := ACTIVATIONS.get(n) or LOSSES.get(n))]
    usual = usual_values(named)
    others = (s for s in result.free_symbols if s not in first)
    letters = [*first, *sorted(others, key=lambda s: (s in usual, s.name != "y", s.name))]
    shown = text(row(boxes(start), Op("="), boxes(result)))
    says = (f"{derivation.title}: {shown}.", where(derivation.domains))
    return with_names(identifier(derivation.name), letters, result, says, usual)


def with_names(
    name: str, letters: Sequence[Symbol], expr: Expr, says: Iterable[str] = (), usual: Usual | None = None
) -> str:
    """The source where letters may be called anything; it repeats no name that Python does not take."""
    names = renamed(letters)
    if not names:
        return source(name, letters, expr, says, usual)
    own = [names.get(s, s) for s in letters]
    result = expr.xreplace(names)
    says = (f"{result}.", f"In place of names that Python does not take: {', '.join(s.name for s in names.values())}.")
    return source(name, own, result, says, {names.get(s, s): value for s, value in (usual or {}).items()})


def usual_values(entries: Iterable[Definition]) -> Usual:
    """The usual values of the entries' parameters."""
    return {p.symbol: p.default for entry in entries for p in entry.parameters}


def of_expression(expr: Expr) -> str:
    """The function of an expression's symbols, z first."""
    letters = sorted(expr.free_symbols, key=lambda s: (s.name != "z", s.name))
    return with_names("f", letters, expr, (f"{expr}.",))


def where(variables: Iterable[Variable]) -> str:
    """Where each symbol may lie, as a sentence."""
    return "Domain: " + ", ".join(f"{v.symbol} in {v.domain}" for v in variables) + "."


def identifier(name: str) -> str:
    """A derivation's id as a name in Python."""
    found = re.sub(r"\W+", "_", name).strip("_")
    return f"{found}_" if keyword.iskeyword(found) or not found.isidentifier() else found
