"""Sigmoid against tanh: one curve stretched, and where which slope is the larger."""

from sympy import Gt, Lt, Rational, Symbol, cosh, exp, sqrt, tanh

from symgrad import D, Document, interval, sigmoid, worked, z
from symgrad.core import Claim, Drawing, Holds, Ruling, Variable
from symgrad.definitions.claims import CLAIMS

e = exp(-2 * z)
stretched = worked(
    "tanh-is-a-sigmoid",
    "tanh is a sigmoid, stretched and moved",
    tanh(z),
    ("definition", (exp(z) - exp(-z)) / (exp(z) + exp(-z))),
    ("cancel", (1 - e) / (1 + e), "Above and below the bar divided by eᶻ."),
    ("regroup", 2 / (1 + e) - 1),
    ("recognise", 2 * sigmoid(2 * z) - 1),
)
c = Symbol("c", real=True)
slopes = worked(
    "slope-of-tanh-less-slope-of-sigmoid",
    "The slope of tanh less that of the sigmoid",
    D(tanh(z), z) - D(sigmoid(z), z),
    ("differentiate", 1 / cosh(z) ** 2 - sigmoid(z) * (1 - sigmoid(z))),
    ("regroup", 1 / cosh(z) ** 2 - 1 / (2 * (1 + cosh(z))), "σ(z)(1 − σ(z)) = 1/(2 + eᶻ + e⁻ᶻ)."),
    ("denominator", (2 + 2 * cosh(z) - cosh(z) ** 2) / (2 * cosh(z) ** 2 * (1 + cosh(z)))),
    (
        "factor",
        (1 + sqrt(3) - cosh(z)) * (cosh(z) - 1 + sqrt(3)) / (2 * cosh(z) ** 2 * (1 + cosh(z))),
        "The roots of c² − 2c − 2 are 1 ± √3. All but the first factor is positive, since cosh z ≥ 1.",
    ),
    lead="Both are functions of cosh z, so the sign of the difference can be read off once it is factored.",
)
EDGE = Rational("1.662885891058621075652485039079")
LAST = Rational(1, 10**30)
difference = D(tanh(z), z), D(sigmoid(z), z)
crossing = Claim(
    "The crossing",
    "the slopes of tanh and sigmoid are equal at z = arcosh(1 + √3) = 1.662885891058621075652485039079…",
    Ruling.PROVED,
    (
        Holds(
            "up to these 30 decimals tanh has the larger slope",
            Gt(*difference, evaluate=False),
            (Variable(z, interval(0, EDGE, "both")),),
        ),
        Holds(
            "with the last of them one higher, sigmoid has it, and from there on",
            Lt(*difference, evaluate=False),
            (Variable(z, interval(EDGE + LAST, None, "left")),),
        ),
    ),
)
curves = (("tanh′", 1 / cosh(z) ** 2), ("σ′", 1 / (2 * (1 + cosh(z)))))
page = Document(
    "sigmoid-against-tanh",
    "Sigmoid against tanh",
    "Saturation",
    "tanh has a slope four times as large at 0. It is often said that it also flattens less for large inputs. The "
    "opposite is true: from z = 1.66 on the slope of the sigmoid is the larger one.",
    (stretched, slopes),
    claims=(crossing, CLAIMS["A6"], CLAIMS["A7"]),
    drawings=(
        Drawing("Where tanh′ is the larger (shaded)", z, curves, -5.0, 5.0, ((-float(EDGE), float(EDGE)),)),
        Drawing("Beyond the crossing, logarithmic", z, curves, 0.0, 8.0, ((0.0, float(EDGE)),), logarithmic=True),
    ),
)
