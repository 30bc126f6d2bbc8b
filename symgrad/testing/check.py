"""The tester's door: one line that says whether a gradient is right, and if it is not, what the mistake is."""

from __future__ import annotations

import inspect
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad import checker
from symgrad.checker.calling import epsilon, name_of
from symgrad.checker.findings import Cause
from symgrad.checker.watch import in_time
from symgrad.core import FunctionError, FunctionShapeError, FunctionTypeError, Outcome, UnsupportedError
from symgrad.testing.diagnosis.curves import Curve
from symgrad.testing.diagnosis.elementwise import diagnose_curves
from symgrad.testing.diagnosis.parameters import diagnose_parameters, diagnose_vjp
from symgrad.testing.diagnosis.weigh import Diagnosis
from symgrad.testing.models.model import is_model
from symgrad.testing.result import Elementwise, Parameters, demand
from symgrad.testing.subject import Subject, subject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from symgrad.checker import ElementwiseReport, PointFinding
    from symgrad.core.marking import Mark
    from symgrad.testing.result import Result

SECONDS = 60.0
ENOUGH = 12  # wrong points; fewer say too little about the formula, and more are looked at
PROBES = 33
TINY = 2.0**-40  # errors below this are judged by what is beside them
USUAL = {"at_kink": "subgradient", "extremes": "note", "dtype": "float64"}
FORWARD, GRADIENT = "the function", "the gradient"


def check_gradient(f: Callable[..., Any] | None, grad: Callable[..., Any], **options: Any) -> Elementwise:
    """Assert that `grad` is the derivative of `f`; the options are those of `try_gradient`.

    AssertionError says where it is wrong, by how much, and what the mistake is.
    """
    __tracebackhide__ = True
    result: Elementwise = demand(try_gradient(f, grad, **options))
    return result


@np.errstate(all="ignore")
def try_gradient(
    f: Callable[..., Any] | None,
    grad: Callable[..., Any],
    *,
    of: Any = None,
    parameters: Mapping[str, Any] | None = None,
    variable: Any = None,
    domain: Any = None,
    kinks: Sequence[Any] = (),
    at_kink: Any = "subgradient",
    extremes: Any = "note",
    dtype: Any = "float64",
    points: Sequence[float] | None = None,
    count: int = 96,
    seed: int = 0,
    seconds: float = SECONDS,
) -> Elementwise:
    """How `grad` fares as the derivative of `f`, both functions of NumPy arrays (or of single numbers).

    `of` says what the function is: a catalogue name, an expression (text or SymPy), or a pair (activation, loss)
    for an output delta. The truth is then exact, and `f` may be None. The functions of a loss, or of a pair, are
    called with the target as their second argument. `parameters` gives values to other letters: {"alpha": 0.2}.
    Without `of` the truth is finite differences of `f` with an error bound. There is no tolerance to choose. Overflow
    where squares of the argument overflow is a note, and wrong with extremes="fail".
    """
    what = None if of is None else subject(of, parameters, variable)
    if what is None and parameters:
        raise UnsupportedError("`parameters` belong to `of`; bind them in your functions, or say what the function is")
    options = {"domain": domain, "kinks": kinks, "at_kink": at_kink, "extremes": extremes}
    options |= {"dtype": dtype, "seed": seed, "seconds": seconds}
    runs = bound(f, grad, what)
    letters = [what.variable.name, *map(str, what.arguments)] if what else ["x"]
    try:
        reports = [
            (at, checker.check_elementwise(f_, g_, reference=ref, points=points, count=count, **options))
            for at, f_, g_, ref, _ in runs
        ]
    except FunctionError as error:
        if isinstance(error.__cause__, TypeError):
            called_rightly(f, grad, letters)
        raise
    found = None
    if any(r.outcome is Outcome.WRONG for _, r in reports):

        def look() -> Diagnosis | None:
            closer = [probed(run, r, options) for run, (_, r) in zip(runs, reports, strict=True)]
            return diagnosed([r for _, r in reports], closer, [c for *_, c in runs], what, f=f, dtype=np.dtype(dtype))

        found = in_time(seconds, look)
    name = f"the gradient of {what.name}" if what else f"the gradient {getattr(grad, '__name__', '')}".strip()
    said = {"of": of, "parameters": parameters, "variable": variable, "dtype": name_of(np.dtype(dtype))}
    again = replay(reports, seed, **said, **{k: options[k] for k in ("domain", "kinks", "at_kink", "extremes")})
    return Elementwise(name, letters[0], tuple(reports), found, again)


def bound(f: Any, grad: Any, what: Subject | None) -> list[tuple[str, Any, Any, Any, Any]]:
    """The functions of one variable to check: for each choice of the other arguments, those filled in."""
    if what is None:
        return [("", f, grad, None, ())]
    found = []
    for choice, reference in zip(what.choices, what.references, strict=True):
        others = [float(v) for s, v in choice if what.is_variable(s)]
        at = ", ".join(f"{s} = {v}" for s, v in choice if what.is_variable(s))
        found.append((at, filled(f, others), filled(grad, others), reference, choice))
    return found


def called_rightly(f: Any, grad: Any, letters: Sequence[str]) -> None:
    """Refuse functions that cannot be called with so many arguments, by what they are called with."""
    for function, name in ((f, FORWARD), (grad, GRADIENT)):
        takes = positional(function) if function is not None else None
        if takes is not None and not takes[0] <= len(letters) <= takes[1]:
            count = f"{len(letters)} argument{'s' * (len(letters) > 1)}"
            raise FunctionTypeError(name, f"does not take {count}", f"it is called with ({', '.join(letters)})")


def filled(function: Any, others: Sequence[float]) -> Any:
    """The function with its other arguments given, as arrays of the type and shape of the first."""
    if function is None or not others:
        return function
    return lambda x: function(x, *(np.full_like(x, v) if isinstance(x, np.ndarray) else type(x)(v) for v in others))


def positional(function: Any) -> tuple[float, float] | None:
    """The least and the largest number of positional arguments; None where that cannot be told."""
    try:
        signature = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    plain = [p for p in signature if p.kind in {p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD}]
    most = float("inf") if any(p.kind is p.VAR_POSITIONAL for p in signature) else len(plain)
    return sum(p.default is p.empty for p in plain), most


def probed(run: Any, report: ElementwiseReport, options: Mapping[str, Any]) -> tuple[PointFinding, ...]:
    """The findings, with more points inside narrow stretches of wrong ones."""
    wrong = report.count(Outcome.WRONG)
    if not 0 < wrong < ENOUGH:
        return report.findings
    _, f, grad, reference, _ = run
    ends = [(s.lower, s.upper) for s in report.stretches if s.lower < s.upper]
    more = sorted({float(v) for low, high in ends for v in np.linspace(low, high, PROBES)[1:-1]})
    if not more:
        return report.findings
    try:
        found = checker.check_elementwise(f, grad, reference=reference, points=more, **options).findings
    except FunctionError:  # where it is wrong since it fails, it fails again
        return report.findings
    return tuple(sorted({q.x: q for q in (*found, *report.findings)}.values(), key=lambda q: q.x))


def diagnosed(
    reports: Sequence[ElementwiseReport],
    findings: Sequence[Sequence[PointFinding]],
    choices: Sequence[Any],
    what: Subject | None,
    *,
    f: Any,
    dtype: Any,
) -> Diagnosis | None:
    """The diagnosis of the wrong points: on kinks, by rounding, or by what the formula is."""
    wrong = [q for r in findings for q in r if q.outcome is Outcome.WRONG]
    if not wrong:
        return None
    if all(q.kink for q in wrong):
        return on_kinks(wrong)
    eps = epsilon(dtype)
    letter = str(what.variable) if what else "x"
    curves = [
        replace(curve(q, choice, eps, letter), ends=ends_of(r))
        for q, choice, r in zip(findings, choices, reports, strict=True)
    ]
    if all(holes(c) for c in curves) and all(by_rounding(r) for r in reports if r.outcome is Outcome.WRONG):
        return unstable(what)
    return diagnose_curves([c for c in curves if c.x.size], what, f)


def ends_of(report: ElementwiseReport) -> tuple[float, ...]:
    """The numbers next to the stretches of wrong points."""
    return tuple(v for s in report.stretches for v in (s.below, s.above) if v is not None)


def holes(curve: Curve) -> bool:
    """Whether the wrong values are no numbers at all: then no formula explains them, and the arithmetic may."""
    return not np.isfinite(curve.given[curve.wrong]).any()


def by_rounding(report: ElementwiseReport) -> bool:
    """Whether more precision mends the worst point."""
    return report.blame is not None and report.blame.cause is Cause.ROUNDING


def curve(findings: Sequence[PointFinding], choice: Any, eps: float, letter: str) -> Curve:
    """The findings as arrays, kinks and unsettled points left out."""
    kept = [q for q in findings if not q.kink and q.outcome is not Outcome.UNRESOLVED]
    x, given, truth, bound_ = (
        np.asarray([getattr(q, n) for q in kept], float) for n in ("x", "given", "estimate", "bound")
    )
    wrong = np.asarray([q.outcome is Outcome.WRONG for q in kept], bool)
    return Curve(x, given, truth, wrong, choice, eps, bound_, letter)


def on_kinks(wrong: Sequence[PointFinding]) -> Diagnosis:
    """Wrong on kinks only: a side that does not exist, or a convention that is not met."""
    q = wrong[0]
    low, high = sorted((q.left, q.right))
    if low <= q.given <= high:
        says = f"only the value on the kink at {q.x:g} differs from the convention demanded by `at_kink`"
        return Diagnosis(("kink-convention",), says, "return that value there, or leave `at_kink` out")
    says = f"only the value on the kink at {q.x:g} is wrong: {q.given:g} is not between the slopes {low:g} and {high:g}"
    return Diagnosis(("value-on-kink",), says, f"return a value between {low:g} and {high:g} there")


def unstable(what: Subject | None) -> Diagnosis:
    """Right as a formula, wrong as code."""
    stable = (
        f"; symgrad show {what.activation.name} has a form that keeps its digits" if what and what.activation else ""
    )
    says = "the formula is right, its arithmetic is not: it overflows or cancels there"
    return Diagnosis(("unstable",), says, "rewrite it in a stable form" + stable)


def replay(reports: Sequence[tuple[str, ElementwiseReport]], seed: int, **said: Any) -> str:
    """One line that shows the worst point again; `said` are the options that the caller gave, or their defaults."""
    wrong = [r for _, r in reports if r.outcome is Outcome.WRONG]
    shown = [(q, r) for r in wrong for q in (r.worst, r.forward) if q and q.outcome is Outcome.WRONG]
    given = {k: v for k, v in said.items() if v is not None and v != () and v != USUAL.get(k)}
    parts = [f"{k}={v!r}" for k, v in given.items()] + [f"seed={seed}"]
    parts += [f"points={telling(*shown[0])!r}"] if shown else []
    return f"check_gradient(f, grad, {', '.join(parts)})"


def telling(worst: PointFinding, report: ElementwiseReport) -> list[float]:
    """The points to look at again: the worst, and with an error as small as rounding the ends of where it is wrong."""
    if worst.error > TINY * max(1.0, abs(worst.x)) or not report.stretches:
        return [worst.x]
    ends = (report.stretches[0].below, report.stretches[0].above)
    return sorted({worst.x, *(v for v in ends if v is not None)})


def check_vjp(f: Callable[[Any], Any], vjp: Callable[[Any, Any], Any], x: Any, **options: Any) -> Parameters:
    """Assert that `vjp(x, c)` is the product of the cotangent c with the Jacobian of `f` at x: J^T c.

    The options are those of `checker.check_vjp`: cotangents, dtype, seed, seconds.
    """
    __tracebackhide__ = True
    result: Parameters = demand(try_vjp(f, vjp, x, **options))
    return result


@np.errstate(all="ignore")
def try_vjp(
    f: Callable[[Any], Any], vjp: Callable[[Any, Any], Any], x: Any, *, seed: int = 0, **options: Any
) -> Parameters:
    """How `vjp` fares, without raising."""

    def look() -> Diagnosis | None:
        return diagnose_vjp(f, vjp, x, seed)

    with shapes_explained(look):
        report = checker.check_vjp(f, vjp, x, seed=seed, **options)
    found = in_time(options.get("seconds", SECONDS), look) if report.outcome is Outcome.WRONG else None
    name = f"the vector-Jacobian product {getattr(vjp, '__name__', '')}".strip()
    return Parameters(name, report, found, f"check_vjp(f, vjp, x, seed={seed})")


def check_network(loss: Any, grads: Any, params: Any = None, **options: Any) -> Parameters:
    """Assert that `grads` are the derivatives of `loss` by all parameters; the options are those of `try_network`."""
    __tracebackhide__ = True
    result: Parameters = demand(try_network(loss, grads, params, **options))
    return result


@np.errstate(all="ignore")
def try_network(loss: Any, grads: Any, params: Any = None, *, seed: int = 0, **options: Any) -> Parameters:
    """How `grads(params)` (or the arrays themselves) fare as the derivatives of `loss(params)`.

    `params` are arrays in dicts, lists and tuples. `loss` may be one of the models of `symgrad.testing` instead,
    `Network(...)` for one: then `grads(params, x, y)` is called on it, and its textbook of mistakes is open to the
    diagnosis. Other options: directions, dtype, seconds.
    """
    model = loss if is_model(loss) else None
    if model is not None:
        own = grads
        loss, params = model.value, dict(model.params) if params is None else params

        def grads(p: Any) -> Any:
            return own(p, model.x.copy(), model.y.copy())

    elif params is None:
        raise UnsupportedError("hand in the parameters: check_network(loss, grads, params)")
    mine = own if model is not None else None

    def look() -> Diagnosis | None:
        return diagnose_parameters(loss, grads, params, model=model, own=mine)

    with shapes_explained(look):
        report = checker.check_parameters(loss, grads, params, seed=seed, **options)
    found = in_time(options.get("seconds", SECONDS), look) if report.outcome is Outcome.WRONG else None
    name = "the loss of the model" if model is not None else f"the loss {getattr(loss, '__name__', '')}".strip()
    return Parameters(name, report, found, f"check_network(loss, grads, params, seed={seed})")


@contextmanager
def shapes_explained(look: Callable[[], Diagnosis | None]) -> Iterator[None]:
    """An array of the wrong shape is an error that says what it comes from, where the numbers tell."""
    try:
        yield
    except FunctionShapeError as error:
        try:
            found = in_time(SECONDS, look)
        except Exception:  # noqa: BLE001 - what cannot be diagnosed is still an error of shape
            found = None
        if found is None or not found.known or found.names[0] == "shape":
            raise
        raise FunctionShapeError(error.name, error.what, found.mend, found.says) from None


def try_marked(function: Any, mark: Mark) -> Result:
    """How a marked function fares: NumPy code, a torch Function or module, or JAX's custom rules."""
    options: dict[str, Any] = {"of": mark.of, "forward": mark.forward, **mark.options}
    for home in ("torch", "jax"):
        if home in libraries(function):
            result: Result = getattr(import_module(f"symgrad.testing.in_{home}"), f"try_{home}")(function, **options)
            return result
    return try_gradient(options.pop("forward"), function, **options)


def libraries(function: Any) -> set[str]:
    """Which packages the class of an object, or a class itself, is made of; a plain function is of none."""
    classes = function.__mro__ if isinstance(function, type) else type(function).__mro__
    return {c.__module__.split(".")[0] for c in classes}
