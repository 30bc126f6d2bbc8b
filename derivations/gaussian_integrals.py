"""Mean squares of activations and of their slopes under a Gaussian, in closed form, and SELU's fixed point."""

from typing import Any

from sympy import Abs, Eq, Lt, Rational, S, Symbol, atan, erf, erfc, exp, pi, sqrt

from symgrad import D, Document, interval, worked, z
from symgrad.core import Claim, Holds, Ruling
from symgrad.definitions import ACTIVATIONS
from symgrad.definitions.activations import SELU_ALPHA, SELU_LAMBDA
from symgrad.functions.symbols import alpha, t
from symgrad.pipeline.enclosing import enclosed
from symgrad.words import message

THEME = "Vanishing gradients"
q, r = Symbol("q", real=True), Symbol("r", real=True)
positive = interval(0, None)
half, HAIR = Rational(1, 2), Rational(1, 10**9)


def Φ(x: Any) -> Any:
    """The distribution function of a standard normal."""
    return (1 + erf(x / sqrt(2))) / 2


def φ(x: Any) -> Any:
    """Its density."""
    return exp(-(x**2) / 2) / sqrt(2 * pi)


density = φ(t)

# E[phi(sqrt(q) Z)^2] and E[phi'(sqrt(q) Z)^2] in closed form; q is the variance of z.
tail, body = exp(2 * q) * erfc(sqrt(2 * q)) / 2, exp(q / 2) * erfc(sqrt(q / 2))
arc = Rational(1, 4) + atan(q / sqrt(1 + 2 * q)) / (2 * pi)
cross = q / (pi * (1 + q) * sqrt(1 + 2 * q))
CLOSED = {
    "relu": (q / 2, half),
    "leaky_relu": (q * (1 + alpha**2) / 2, (1 + alpha**2) / 2),
    "elu": (q / 2 + alpha**2 * (tail - body + half), half + alpha**2 * tail),
    "hardtanh": (
        q * (erf(1 / sqrt(2 * q)) - sqrt(2 / (pi * q)) * exp(-1 / (2 * q))) + erfc(1 / sqrt(2 * q)),
        erf(1 / sqrt(2 * q)),
    ),
    "erf": (2 / pi * atan(2 * q / sqrt(1 + 4 * q)), 4 / (pi * sqrt(1 + 4 * q))),
    "gelu": (q * (arc + cross), arc + cross + q / (2 * pi * sqrt(1 + 2 * q) ** 3)),
}

of_r = {r: positive}

# Pieces: an antiderivative, differentiated line by line.
square = worked(
    "gaussian-square",
    "ReLU, Leaky ReLU: an antiderivative of r²t² times the density",
    D(r**2 * (Φ(t) - t * density), t),
    ("multiple", r**2 * D(Φ(t) - t * density, t)),
    ("sum", r**2 * (D(Φ(t), t) - D(t * density, t))),
    ("erf", r**2 * (density - D(t * density, t)), "The distribution function rises as the density says."),
    ("product", r**2 * (density - density - t * D(density, t))),
    ("exp", (r * t) ** 2 * density, "The density's slope is −t times the density, so two parts cancel."),
    domains=of_r,
    lead="r = √q. From 0 to ∞ the bracket rises from ½ to 1, so E[ReLU(rZ)²] = r²/2: half the input's variance.",
)
elu_square = worked(
    "gaussian-elu",
    "ELU, SELU: an antiderivative of (e^rt − 1)² times the density",
    D(exp(2 * r**2) * Φ(t - 2 * r) - 2 * exp(r**2 / 2) * Φ(t - r) + Φ(t), t),
    (
        "sum",
        D(exp(2 * r**2) * Φ(t - 2 * r), t) - D(2 * exp(r**2 / 2) * Φ(t - r), t) + D(Φ(t), t),
    ),
    (
        "erf",
        exp(2 * r**2) * φ(t - 2 * r) - 2 * exp(r**2 / 2) * φ(t - r) + density,
        "A shifted density each; the factors in front do not depend on t.",
    ),
    ("simplify", exp(2 * r * t) * density - 2 * exp(r * t) * density + density, "Complete the squares."),
    ("factor", (exp(r * t) - 1) ** 2 * density),
    domains=of_r,
    lead="From −∞ to 0 this is what the negative half adds, for α = 1.",
)
elu_value = worked(
    "gaussian-elu-value",
    "Its value at 0",
    (exp(2 * r**2) * Φ(-2 * r) - 2 * exp(r**2 / 2) * Φ(-r) + Φ(S.Zero)),
    ("definition", exp(2 * r**2) * erfc(sqrt(2) * r) / 2 - exp(r**2 / 2) * erfc(r / sqrt(2)) + half),
    domains=of_r,
    lead="Written with the complementary error function; at −∞ every part tends to 0.",
)
elu_slope = worked(
    "gaussian-elu-slope",
    "ELU, SELU: the same for the slope",
    D(exp(2 * r**2) * Φ(t - 2 * r), t),
    ("erf", exp(2 * r**2) * φ(t - 2 * r)),
    ("simplify", exp(r * t) ** 2 * density),
    domains=of_r,
)
erf_slope = worked(
    "gaussian-erf-slope",
    "erf: the slope",
    D(4 / (pi * sqrt(1 + 4 * r**2)) * Φ(t * sqrt(1 + 4 * r**2)), t),
    ("erf", 4 / pi * φ(t * sqrt(1 + 4 * r**2))),
    ("simplify", (2 / sqrt(pi) * exp(-((r * t) ** 2))) ** 2 * density),
    domains=of_r,
    lead="Over the whole line Φ rises by 1, so E[erf′(rZ)²] = 4/(π√(1 + 4q)).",
)
with_erf = 4 / sqrt(pi) * t * erf(r * t) * exp(-(r**2) * t**2) * density
erf_moved = worked(
    "gaussian-erf-moved",
    "erf: how the integrand moves with r",
    D(erf(r * t) ** 2 * density, r),
    ("power", 2 * erf(r * t) * D(erf(r * t), r) * density),
    ("erf", with_erf),
    domains=of_r,
)
root4 = sqrt(1 + 4 * r**2)
erf_by_parts = worked(
    "gaussian-erf-by-parts",
    "erf: an antiderivative of that",
    D(
        4
        / (sqrt(pi) * (1 + 2 * r**2))
        * (2 * r / (sqrt(pi) * root4) * Φ(t * root4) - erf(r * t) * exp(-(r**2) * t**2) * density),
        t,
    ),
    ("integrate", with_erf, "By parts; the boundary term tends to 0 at both ends."),
    domains=of_r,
    lead="Over the whole line it rises by 8r/(π(1 + 2r²)√(1 + 4r²)).",
)
erf_value = worked(
    "gaussian-erf-value",
    "erf: the closed form has that derivative",
    D(2 / pi * atan(2 * r**2 / root4), r),
    ("differentiate", 8 * r / (pi * (1 + 2 * r**2) * root4)),
    domains=of_r,
    lead="It is 0 at r = 0, as E[erf(0)²] is. The arctangent is also arcsin(2q/(1 + 2q)).",
)
root2 = sqrt(1 + 2 * r**2)
moved = 2 * t * Φ(r * t) * φ(r * t) * density
rise = (2 * r * Φ(t * root2) / root2 - 2 * Φ(r * t) * exp(-(1 + r**2) * t**2 / 2)) / (2 * pi * (1 + r**2))
gelu_moved = worked(
    "gaussian-gelu-moved",
    "GELU: how Φ(rt)² moves with r",
    D(Φ(r * t) ** 2 * density, r),
    ("differentiate", moved),
    domains=of_r,
)
gelu_rise = worked(
    "gaussian-gelu-by-parts",
    "GELU: an antiderivative of that",
    D(rise, t),
    ("integrate", moved, "By parts, as above."),
    domains=of_r,
    lead="Over the whole line it rises by r/(π(1 + r²)√(1 + 2r²)).",
)
gelu_arc = worked(
    "gaussian-gelu-arc",
    "GELU: E[Φ(rZ)²] has that derivative",
    D(Rational(1, 4) + atan(r**2 / root2) / (2 * pi), r),
    ("differentiate", r / (pi * (1 + r**2) * root2)),
    domains=of_r,
    lead="At r = 0 it is ¼, as E[Φ(0)²] is. The arctangent is also arcsin(q/(1 + q)).",
)
gelu_square = worked(
    "gaussian-gelu-square",
    "GELU: from Φ² to t²Φ²",
    D(r * rise - t * Φ(r * t) ** 2 * density, t) + Φ(r * t) ** 2 * density,
    ("integrate", t**2 * Φ(r * t) ** 2 * density, "By parts once more."),
    domains=of_r,
    lead="So E[Z²Φ(rZ)²] is E[Φ(rZ)²] and r times its derivative by r; times r² it is E[GELU(rZ)²].",
)
gelu_slope = worked(
    "gaussian-gelu-slope",
    "GELU: the last part of the slope's square",
    D((Φ(t * root2) / root2**3 - t * exp(-(root2**2) * t**2 / 2) / sqrt(2 * pi) / root2**2) / (2 * pi), t),
    ("integrate", t**2 * φ(r * t) ** 2 * density),
    domains=of_r,
    lead="GELU′(x) = Φ(x) + xφ(x). Its square is Φ² + 2xΦφ + x²φ²: the first two are known, this is the third.",
)
edge = 1 / r
inner_part, outer_part = r**2 * (Φ(edge) - edge * φ(edge) - half), 1 - Φ(edge)
hardtanh_value = worked(
    "gaussian-hardtanh-value",
    "Hard tanh: between the kinks ReLU's antiderivative, beyond them 1",
    2 * inner_part + 2 * outer_part,
    (
        "definition",
        2 * r**2 * (erf(edge / sqrt(2)) / 2 - edge * φ(edge)) + erfc(edge / sqrt(2)),
        "Φ − ½ is half an error function, and 1 − Φ half of its complement.",
    ),
    ("simplify", r**2 * erf(edge / sqrt(2)) - 2 * r * φ(edge) + erfc(edge / sqrt(2))),
    domains=of_r,
    lead="The kinks are at t = ±1/r. From 0 to 1/r the antiderivative of r²t² times the density, derived above, rises "
    "by r²(Φ(1/r) − φ(1/r)/r − ½); beyond 1/r the square is 1, with probability 1 − Φ(1/r). Both sides count alike.",
)
low, high = Symbol("a", real=True), Symbol("b", real=True)
hardtanh_slope = worked(
    "gaussian-hardtanh-slope",
    "Hard tanh: the slope is 1 between the kinks",
    Φ(high) - Φ(low),
    ("substitute", erf(edge / sqrt(2)), Eq(high, edge) & Eq(low, -edge), "The error function is odd."),
    domains=of_r,
    lead="The probability that a < Z < b. So E[φ′(rZ)²] is the one that |Z| < 1/r.",
)
INTEGRALS = (
    square,
    elu_square,
    elu_value,
    elu_slope,
    hardtanh_value,
    hardtanh_slope,
    erf_slope,
    erf_moved,
    erf_by_parts,
    erf_value,
    gelu_moved,
    gelu_rise,
    gelu_arc,
    gelu_square,
    gelu_slope,
)
LIMITS = (
    "What the prover settles here is every derivative. That an integral is the rise of its antiderivative (whose "
    "parts tend to 0 or 1 at both ends), and that a derivative by $r$ may be taken under the integral, are the usual "
    "theorems, cited and not proved by machine. The closed forms below are held in the tests against rigorous "
    "enclosures of the integrals themselves, by ball arithmetic to more than 25 digits, at several variances."
)
FORMS = (
    (
        r"With $q=\operatorname{Var}z$. ReLU: $E\varphi^2 = q/2$, $E\varphi'^2 = 1/2$. Leaky ReLU: $q(1+\alpha^2)/2$ "
        r"and $(1+\alpha^2)/2$. ELU: $q/2 + \alpha^2(\frac{1}{2}e^{2q}\mathrm{erfc}\sqrt{2q} - "
        r"e^{q/2}\mathrm{erfc}\sqrt{q/2} + \frac{1}{2})$ and $1/2 + \frac{\alpha^2}{2}e^{2q}\mathrm{erfc}\sqrt{2q}$; "
        r"SELU: $\lambda^2$ times that. erf: $\frac{2}{\pi}\arcsin\frac{2q}{1+2q}$ and $\frac{4}{\pi\sqrt{1+4q}}$."
    ),
    (
        r"GELU: $q\left(\frac{1}{4}+\frac{1}{2\pi}\arcsin\frac{q}{1+q}+\frac{q}{\pi(1+q)\sqrt{1+2q}}\right)$ and "
        r"$\frac{1}{4}+\frac{1}{2\pi}\arcsin\frac{q}{1+q}+\frac{q}{\pi(1+q)\sqrt{1+2q}}+\frac{q}{2\pi(1+2q)^{3/2}}$. "
        r"Hard tanh: $q\left(\mathrm{erf}\frac{1}{\sqrt{2q}}-\sqrt{\frac{2}{\pi "
        r"q}}e^{-1/(2q)}\right)+\mathrm{erfc}\frac{1}{\sqrt{2q}}$ and $\mathrm{erf}\frac{1}{\sqrt{2q}}$. "
        r"No closed form is known to us for sigmoid, tanh, SiLU, Mish, softplus and softsign: their integrals are "
        r"enclosed above."
    ),
)
# Where no closed form is known: name, bounds (A, B) of |phi| and of |phi'|.
ENCLOSED = (
    ("sigmoid", (1, 0), (1, 0)),
    ("tanh", (1, 0), (1, 0)),
    ("softplus", (1, 1), (1, 0)),
    ("silu", (0, 1), (2, 0)),
    ("mish", (0, 1), (2, 0)),
    ("softsign", (1, 0), (1, 0)),
)


def without_closed_form(name: str, value: tuple[int, int], slope: tuple[int, int]) -> Claim:
    """Both mean squares of one activation at q = 1, enclosed."""
    definition = ACTIVATIONS[name]
    of = definition.of.xreplace({p.symbol: p.default for p in definition.parameters})
    first, one = enclosed(of, 1, value, "the function: Arb's integral over |t| < 20, and a bound for the tails")
    second, other = enclosed(D(of, z), 1, slope, "its slope")
    values = {"first": first.str(12, radius=False), "second": second.str(12, radius=False)}
    said = message("at q = 1: Eφ² ≈ {first} and Eφ′² ≈ {second}", **values)
    return Claim(definition.title, said, Ruling.PROVED, (one, other), pages=(name,))


integrals = Document(
    "gaussian-integrals",
    "Mean squares under a Gaussian",
    THEME,
    "How large are φ(z)² and φ′(z)² on average, if z is normal with mean 0 and variance q = r²? These two numbers "
    "decide whether a wide network keeps its signal on the way forward, and its gradient on the way back.",
    INTEGRALS,
    claims=tuple(without_closed_form(*row) for row in ENCLOSED),
    notes=(*FORMS, LIMITS),
)

# SELU: the constants make variance 1 a fixed point.
c = Symbol("c", real=True)
selu_mean = worked(
    "selu-mean",
    "The mean stays 0",
    1 / sqrt(2 * pi) + (sqrt(2 / pi) / (1 - c)) * (c / 2 - half),
    ("cancel", S.Zero),
    domains={c: interval(None, 1)},
    lead="Above 0 the mean of Z is 1/√(2π); below it, the mean of e^Z − 1 is c/2 − ½ with c = √e erfc(1/√2) = "
    "0.52…. SELU has α = √(2/π)/(1 − c); λ in front changes nothing.",
)
λ = Symbol("lambda", real=True)
inner = half + alpha**2 * (exp(2) * erfc(sqrt(2)) / 2 - exp(half) * erfc(1 / sqrt(2)) + half)
selu_square = worked(
    "selu-variance",
    "The mean square stays 1",
    λ**2 * inner,
    ("substitute", S.One, Eq(λ**2, 1 / inner), "λ is chosen so."),
    domains={alpha: positive},
    lead="ELU's integral at q = 1, times λ².",
)
CONSTANTS = Claim(
    "SELU’s constants",
    "λ = 1.0507009873… and α = 1.6732632423… are just these",
    Ruling.PROVED,
    (
        Holds(
            "λ² times the integral is 1", Eq(SELU_LAMBDA**2, 1 / inner.xreplace({alpha: SELU_ALPHA}), evaluate=False)
        ),
        Holds("λ", Lt(Abs(SELU_LAMBDA - Rational("1.0507009873")), HAIR, evaluate=False)),
        Holds("α", Lt(Abs(SELU_ALPHA - Rational("1.6732632423")), HAIR, evaluate=False)),
    ),
    pages=("selu",),
)
selu = Document(
    "selu-fixed-point",
    "SELU's fixed point",
    THEME,
    "α and λ are such that a standard normal input has mean 0 and mean square 1 again, with weights of variance "
    "1/n. The gradient has no such luck: its mean square grows by a factor of λ²(½ + ½α²e²erfc(√2)) = 1.0716… in "
    "each layer.",
    (elu_value, selu_mean, selu_square),
    claims=(CONSTANTS,),
    about=(ACTIVATIONS["selu"],),
)
DOCUMENTS = (integrals, selu)
