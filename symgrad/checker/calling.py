"""A user's function, called safely: copies in, real numbers of the right shape out, or an error that names the mend."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from types import CoroutineType
from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.core import (
    FunctionComplexError,
    FunctionError,
    FunctionMixesError,
    FunctionRaisedError,
    FunctionRandomError,
    FunctionShapeError,
    FunctionTypeError,
)
from symgrad.words import counted, message

if TYPE_CHECKING:
    from collections.abc import Callable

    from symgrad.checker.difference import Array
    from symgrad.checker.watch import Watch
    from symgrad.words import Message

SAME = 2.0**-20  # relative: two calls that differ by more are different, by less they may be rounded otherwise
RETURNED = message("returned")
ENOUGH = 12  # different values that tell their precision
STEPS = 3  # different integers that a slope may have: -1, 0, 1
DECIMALS = range(4, 15)
ROUNDINGS = 64  # as in `judge`
LEAST = float(np.finfo(np.float32).tiny)
DOUBLE, UNIT = np.dtype(float), float(np.finfo(float).eps)
ARRAYS = (TypeError, ValueError, ArithmeticError)  # what code of single numbers raises when it is given an array
KINDS = "fiub"  # NumPy's real numbers: floats, integers, truth values


@dataclass(frozen=True, slots=True)
class Guarded:
    """An elementwise function that was tried out: `one_by_one` where it takes single numbers only.

    `eps` is the rounding unit of what it returns, that of a narrower type where it computes in one.
    """

    function: Callable[..., Any]
    name: str
    watch: Watch
    one_by_one: bool = False
    constant: bool = False
    eps: float = 0.0
    quantum: float = 0.0

    @property
    def least(self) -> float:
        """The least number of the type that it computes in, as its rounding unit tells; or of its decimals."""
        if self.quantum:
            return self.quantum
        return float(np.finfo(np.float16).smallest_subnormal) if self.eps == epsilon(np.float16) else 0.0

    def __call__(self, x: Array) -> Array:
        """The values at the points of a flat array, as floats at least as wide as doubles."""
        if self.one_by_one:
            return np.asarray([self.at_one(v) for v in x.tolist()], float)
        return self.fitted(self.raw(x), x)

    def fitted(self, value: Array, x: Array) -> Array:
        """What was returned for `x`, in its shape."""
        if value.ndim == 0 and (self.constant or x.size == 1):
            value = np.broadcast_to(value, x.shape)
        if value.shape != x.shape:
            raise FunctionShapeError(
                self.name,
                message(
                    "returned an array of shape {got} for one of shape {given}",
                    got=str(value.shape),
                    given=str(x.shape),
                ),
                "return one value for each point, or check it as a loss or a vector function",
            )
        return widened(value)

    def raw(self, x: Array) -> Array:
        """What it returns, as an array of real numbers of any shape."""
        return real(self.called(x), self.name, self.watch)

    def raw_of(self, x: Any) -> Array:
        """What it returns for parameters in containers, which are its own to change."""
        return real(self.called(x), self.name, self.watch)

    def called(self, x: Any) -> Any:
        """What it returns for a copy of `x`."""
        self.watch.tick(self.name)
        given = x.copy() if isinstance(x, np.ndarray) else x
        try:
            value = self.function(given)
        except FunctionError:
            raise
        except (Exception, SystemExit) as error:
            mend = message("mend that error in your code")
            if isinstance(error, ARRAYS) and isinstance(x, np.ndarray):
                mend = message("make it accept a NumPy array of floats")
            raise FunctionRaisedError(self.name, raised(error, x), mend) from error
        if isinstance(value, CoroutineType):
            value.close()  # else Python warns that nobody waited for it
            raise FunctionTypeError(self.name, "is asynchronous", "hand in lambda *a: asyncio.run(f(*a))")
        if isinstance(x, np.ndarray) and changed(given, x):
            told = message("{name} changes its input in place; it was given copies", name=self.name)
            self.watch.note(f"{self.name} changes", told)
        return value

    def at_one(self, x: float) -> float:
        """The value at one number, NaN where Python's arithmetic fails, as math.exp does beyond 709."""
        try:
            value = real(self.called(x), self.name, self.watch)
        except FunctionRaisedError as error:
            if not isinstance(error.__cause__, ArithmeticError | ValueError):
                raise
            told = message(
                "{name} raises {error} at {at}, for one; it counts as NaN there",
                name=self.name,
                error=repr(error.__cause__),
                at=repr(x),
            )
            self.watch.note(f"{self.name} raises", told)
            return float("nan")
        if value.size != 1:
            told = message("returned {count} values for one number", count=value.size)
            raise FunctionShapeError(self.name, told, "return one value")
        return float(value.reshape(()))


def changed(given: Array, x: Array) -> bool:
    """Whether one array is no longer the other."""
    return given.tobytes() != x.tobytes() and not np.array_equal(given, x, equal_nan=True)


def guard(
    function: Any, name: str, watch: Watch, x: Array, more: Array | None = None
) -> tuple[Guarded, Array, Array | None]:
    """The function after being tried on `x`, and its values there: each kind of misbehaviour has its own error.

    It must be a function of arrays, or at least of numbers; give the same values twice; and each value must
    depend on its own point alone: it is called again with half of the points in another order, or with `more` points,
    which begin with all of them in the opposite order, and the values there are found as well.
    """
    found, dtype, first = shaped(Guarded(callable_one(function, name), name, watch, eps=UNIT), x)
    part = slice(x.size // 8, max(x.size - 1, 1))
    again = None if more is None else found(more)
    same = alike(first[part][::-2], found(x[part][::-2])) if again is None else alike(first[::-1], again[: x.size])
    if not same:
        if not alike(first, found(x)):
            raise FunctionRandomError(
                name, "returned different values for the same input", "fix its seed, or switch the randomness off"
            )
        raise FunctionMixesError(
            name,
            "gives another value at a point when the other points change",
            "it is not elementwise: check it as a vector function",
        )
    whole(name, dtype, first, watch)
    eps = unit_of(found, x, first, dtype)
    return found if eps == UNIT else replace(found, eps=eps), first, again


def whole(name: str, dtype: Any, values: Array, watch: Watch) -> None:
    """Say it where several different integers are returned: the code may have rounded them."""
    if dtype.kind in "iu" and np.unique(values).size > STEPS:
        told = message("{name} returns integers; what lies between them is lost", name=name)
        watch.note(f"{name} integers", told)


def callable_one(function: Any, name: str) -> Any:
    """The function, if it is one."""
    if not callable(function):
        told = message("is {kind}, not a function", kind=type(function).__name__)
        raise FunctionTypeError(name, told, "hand in the function itself")
    return function


def shaped(found: Guarded, x: Array) -> tuple[Guarded, Any, Array]:
    """How the function takes its points, all or one at a time; the type of what it returns, and its values."""
    name = found.name
    try:
        value = found.raw(x)
    except FunctionRaisedError as error:
        single = replace(found, one_by_one=True)
        try:
            values = single(x)
        except FunctionRaisedError:
            raise error from error.__cause__
        if np.isnan(values).all():
            raise
        told = message(
            "{name} does not take arrays ({error}); it was called one number at a time",
            name=name,
            error=repr(error.__cause__),
        )
        found.watch.note(f"{name} arrays", told)
        return single, values.dtype, values
    if value.ndim == 0 and x.size > 1:
        alone = [found.raw(v) for v in x[:: max(1, x.size // 3)]]
        if all(v.ndim == 0 and alike(v, value) for v in alone):
            told = message("{name} returns one number for a whole array; it was taken as constant", name=name)
            found.watch.note(f"{name} constant", told)
            found = replace(found, constant=True)
    return found, value.dtype, found.fitted(value, x)


def real(value: Any, name: str, watch: Watch, verb: Message = RETURNED) -> Array:
    """Anything that NumPy makes real numbers of; `verb` is what `name` did, or is."""
    if type(value) is np.ndarray and value.dtype.kind == "f":
        return value
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
        told = message("{verb} a masked array", verb=verb)
        raise FunctionTypeError(name, told, "give the masked places a value, with np.ma.filled")
    if isinstance(value, tuple) and any(np.ndim(part) for part in value):
        told = counted("{verb} a tuple of {n} part", "{verb} a tuple of {n} parts", len(value), verb=verb)
        raise FunctionTypeError(name, told, "check one part of it, or join them with np.concatenate")
    try:
        array = np.asarray(value)
        if array.dtype.kind == "O" and value is not None:
            array = array.astype(float)
    except Exception as error:
        told = message("{verb} {value}", verb=verb, value=shortened(value))
        raise FunctionTypeError(name, told, wanted(value, verb)) from error
    if array.dtype.kind == "c":
        if np.any(array.imag != 0) or np.any(np.isnan(array.imag)):
            told = message("{verb} complex numbers", verb=verb)
            raise FunctionComplexError(name, told, "make them real, or restrict the domain")
        told = message("{name} returns complex numbers without an imaginary part; their real part was used", name=name)
        watch.note(f"{name} complex", told)
        array = array.real
    if array.dtype.kind == "b":  # NumPy does not subtract truth values
        array = array.astype(float)
    if array.dtype.kind not in KINDS and not is_float(array.dtype):
        what = "None" if value is None else shortened(value)
        raise FunctionTypeError(name, message("{verb} {value}", verb=verb, value=what), wanted(value, verb))
    return array


def wanted(value: Any, verb: Message) -> Message:
    """What should be there instead of something that is not made of numbers."""
    if verb != RETURNED:
        return message("hand in an array of numbers")
    missing = message("return an array of numbers; is a `return` missing?")
    return missing if value is None else message("return an array of numbers")


def widened(array: Array) -> Array:
    """The values as doubles, or as they are if they are wider; copied, as a function may use its array again."""
    return np.array(array, None if array.dtype.kind == "f" and array.dtype.itemsize > 8 else float)  # noqa: PLR2004 - the bytes of a double


def is_float(dtype: Any) -> bool:
    """Whether it is a float type, bfloat16 and its like included, which NumPy calls void."""
    return dtype.kind == "f" or (dtype.kind == "V" and "float" in dtype.name)


@lru_cache
def name_of(dtype: Any) -> str:
    """The name of a type, which NumPy works out anew each time."""
    return str(dtype.name)


def epsilon(dtype: Any) -> float:
    """The distance from 1 to the next float of the type."""
    return spacing_at_one(np.dtype(dtype))


@lru_cache
def spacing_at_one(dtype: Any) -> float:
    """The same, remembered: the type is asked for in every check."""
    one = np.ones((), dtype)
    return float(np.nextafter(one, np.asarray(2, dtype)) - one)


def unit_of(found: Guarded, x: Array, values: Array, dtype: Any) -> float:
    """The rounding unit of the results: that of their type, or of single precision if all of them fit into it."""
    if found.one_by_one or found.constant:
        return UNIT
    eps = epsilon(dtype) if dtype != DOUBLE and is_float(dtype) else UNIT
    if x.dtype == DOUBLE and (eps > UNIT or narrow(x, values)):
        eps = max(eps, epsilon(np.float32))
        told = message(
            "{name} computes in less than double precision; its rounding was allowed for, up to {share} of a value",
            name=found.name,
            share=f"{ROUNDINGS * eps:.1g}",
        )
        found.watch.note(f"{found.name} precision", told)
    return eps


def rounded(found: Guarded, x: Array, values: Array) -> Guarded:
    """The function, which is seen to round its values to so many decimals, if to fewer than doubles and `x` have."""
    if any(0 < abs(v) < 1 and round(v, DECIMALS[-1]) != v for v in values[::8].tolist()):
        return found  # nearly every function; what follows takes time
    told = {v for v in values.tolist() if 0 < abs(v) < 1}
    if len(told) < ENOUGH:
        return found
    digits = next((d for d in DECIMALS if all(round(v, d) == v for v in told)), None)
    if digits is None or all(round(v, digits) == v for v in x.tolist()):
        return found
    note = message("{name} rounds to {n} decimals; that was allowed for", name=found.name, n=digits)
    found.watch.note(f"{found.name} decimals", note)
    return replace(found, quantum=10.0**-digits)


def narrow(x: Array, values: Array) -> bool:
    """Whether many different values, at points that do not fit into single precision, all do."""
    if any(LEAST < abs(v) < np.inf and float(np.float32(v)) != v for v in {*values[::8].tolist()}):
        return False
    if len(set(values.tolist())) < ENOUGH:
        return False
    size = np.abs(values)
    counted = (size > LEAST) & (size < np.inf)
    if (counted & (values.astype(np.float32) != values)).any():
        return False
    wide = np.mean(np.asarray(x, np.float32) != x) > 0.5  # noqa: PLR2004 - most of them
    return bool(wide) and np.unique(values[counted]).size >= ENOUGH


def alike(left: Array, right: Array) -> bool:
    """Whether two results are the same up to rounding, NaN included."""
    if left.shape != right.shape:
        return False
    if left.dtype == right.dtype and left.tobytes() == right.tobytes():
        return True
    return bool((left == right).all() or np.allclose(left, right, rtol=SAME, atol=0, equal_nan=True))


def raised(error: BaseException, x: Any) -> Message:
    """The exception and where it came up, in one line."""
    text = readable(error)
    text = text.splitlines()[0][:120] if text else message("no message")
    at = message("an array of {n} points", n=x.size) if isinstance(x, np.ndarray) else repr(x)
    if isinstance(x, dict | list | tuple):
        at = message("the parameters")
    return message("raised {kind} ({text}) at {at}", kind=type(error).__name__, text=text, at=at)


def shortened(value: Any) -> str:
    """What was returned, briefly."""
    return f"{type(value).__name__} {readable(value)[:60]!r}"


def readable(value: Any) -> str:
    """The text of a stranger's object, which may have none."""
    try:
        return str(value)
    except Exception:  # noqa: BLE001 - the class is the user's
        return ""
