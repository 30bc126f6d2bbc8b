"""Ways in which a function that ought to compute tanh, or its slope, misbehaves; imported as a user's file is."""

# ruff: noqa: ANN001, ANN201, ANN204, ARG001, T201 - a file as a user writes it

from __future__ import annotations

import math
import sys

import numpy as np

import symgrad

SLOW = {"of": "tanh", "seconds": 0.1}
ROOM = np.zeros(1000)
NOISE = np.random.default_rng(0)


def slope(z):
    return 1 / np.cosh(z) ** 2


@symgrad.gradient(of="tanh")
def raises(z):
    raise KeyError("w")


@symgrad.gradient(of="tanh")
def nothing(z):
    slope(z)


@symgrad.gradient(of="tanh")
def text(z):
    return "x"


@symgrad.gradient(of="tanh")
def shape(z):
    return np.append(slope(z), [1.0, 2.0])


@symgrad.gradient(of="tanh")
def strings(z):
    return slope(z).astype(str)


@symgrad.gradient(of="tanh")
def complex_numbers(z):
    return slope(z) * (1 + 1e-3j)


@symgrad.gradient(of="tanh")
def random(z):
    return slope(z) * (1 + 0.1 * NOISE.random())


@symgrad.gradient(**SLOW)
def for_ever(z):
    while True:
        z = -z


@symgrad.gradient(of="tanh")
def leaves(z):
    sys.exit(3)


@symgrad.gradient(of="tanh")
def no_argument():
    return 1


@symgrad.gradient(of="tanh")
async def later(z):
    return slope(z)


@symgrad.gradient(of="tanh")
def by_name(z, *, scale):
    return scale * slope(z)


class Odd(Exception):  # noqa: N818 - it is no error that anybody could read
    def __str__(self):
        raise LookupError


@symgrad.gradient(of="tanh")
def says_nothing(z):
    raise Odd


@symgrad.gradient(of="tanh")
def integers(z):
    return (9 * slope(z)).astype(int)


@symgrad.gradient(of="tanh")
def not_a_number(z):
    return slope(z) * np.nan


@symgrad.gradient(of="tanh")
def changes(z):
    found = slope(z)
    z *= 0
    return found


@symgrad.gradient(of="tanh")
def prints(z):
    print("step 1")
    return slope(z)


@symgrad.gradient(of="tanh")
def closes(z):
    sys.stdout.close()
    return slope(z)


@symgrad.gradient(of="tanh")
def same_array(z):
    np.copyto(ROOM[: z.size], slope(z))
    return ROOM[: z.size]


@symgrad.gradient(of="tanh")
def one_number(z):
    return 1 / math.cosh(z) ** 2 if abs(z) < 300 else 0.0
