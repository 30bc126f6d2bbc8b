"""The activations: a block each. The conventions at kinks were read off torch 2.13 and jax 0.10."""

# ruff: noqa: PLR2004 - the numbers are the definitions

from __future__ import annotations

from sympy import Abs, LambertW, Max, Min, Piecewise, Rational, atan, erf, erfc, exp, log, pi, sqrt, tanh
from sympy.codegen.cfunctions import expm1, log1p

from symgrad.core import by_name, interval
from symgrad.definitions.block import activation, kink, parameter
from symgrad.functions import logistic
from symgrad.functions.stable_heads import bell, below, kept, normal_cdf, tanh_gap, times_exp, times_sigmoid, within
from symgrad.functions.symbols import alpha, beta, l, lambda_, theta, u, v, z

e = exp(-Abs(z))  # in (0, 1] on all of R: what a stable form is written in
Φ = (1 + erf(z / sqrt(2))) / 2
c = sqrt(2 / pi)
POSITIVE = interval(0, None)

# SELU's constants are the ones that keep mean 0 and variance 1 of a standard normal input:
# E[selu(Z)] = 0 gives alpha, E[selu(Z)^2] = 1 then gives lambda.
SELU_ALPHA = -sqrt(2 / pi) / (erfc(1 / sqrt(2)) * exp(Rational(1, 2)) - 1)
SELU_LAMBDA = 1 / sqrt(
    Rational(1, 2)
    + SELU_ALPHA**2 * (exp(2) * erfc(sqrt(2)) / 2 - exp(Rational(1, 2)) * erfc(1 / sqrt(2)) + Rational(1, 2))
)

ACTIVATIONS = by_name(
    sigmoid := activation(
        "sigmoid",
        "σ",
        title="Logistic sigmoid",
        of=1 / (1 + exp(-z)),
        range=interval(0, 1),
        head=logistic.sigmoid,
        source="Rumelhart, Hinton & Williams 1986, Nature 323, 533–536, eq. (2)",
    ),
    tanh_ := activation(
        "tanh",
        "tanh",
        title="Hyperbolic tangent",
        of=(exp(z) - exp(-z)) / (exp(z) + exp(-z)),
        range=interval(-1, 1),
        stable=tanh(z),
        head=tanh,
        source="LeCun, Bottou, Orr & Müller 1998, Efficient BackProp, section 4.4",
    ),
    relu := activation(
        "relu",
        "ReLU",
        title="Rectified linear unit",
        of=Max(0, z),
        range=interval(0, None, "left"),
        kinks=(kink(z, at=0, left=0, right=1, torch=0, jax=0),),
        source="Nair & Hinton 2010, Rectified linear units improve restricted Boltzmann machines, ICML",
    ),
    leaky_relu := activation(
        "leaky_relu",
        "LeakyReLU",
        title="Leaky ReLU",
        of=Piecewise((z, z > 0), (alpha * z, True)),
        parameters=(parameter(alpha, Rational(1, 100), interval(0, 1)),),
        kinks=(kink(z, at=0, left=alpha, right=1, torch=alpha, jax=1),),
        source="Maas, Hannun & Ng 2013, Rectifier nonlinearities improve neural network acoustic models, section 2",
    ),
    prelu := activation(
        "prelu",
        "PReLU",
        title="Parametric ReLU",
        of=Piecewise((z, z > 0), (alpha * z, True)),
        parameters=(parameter(alpha, Rational(1, 4), learned=True),),
        kinks=(kink(z, at=0, left=alpha, right=1, torch=alpha),),
        source="He, Zhang, Ren & Sun 2015, arXiv:1502.01852, eq. (1)",
        note=r"The slope $\alpha$ is learned and may take any real value.",
    ),
    elu := activation(
        "elu",
        "ELU",
        title="Exponential linear unit",
        of=Piecewise((z, z > 0), (alpha * (exp(z) - 1), True)),
        range=interval(-alpha, None),
        parameters=(parameter(alpha, 1, POSITIVE),),
        kinks=(kink(z, at=0, left=alpha, right=1, torch=alpha, jax=alpha),),
        stable=Piecewise((z, z > 0), (alpha * expm1(Min(0, z)), True)),
        source="Clevert, Unterthiner & Hochreiter 2015, arXiv:1511.07289, eq. (15)",
        note=r"With $\alpha = 1$ the slopes agree, and there is no kink.",
    ),
    softplus := activation(
        "softplus",
        "softplus",
        title="Softplus",
        of=log(1 + exp(beta * z)) / beta,
        range=POSITIVE,
        parameters=(parameter(beta, 1, POSITIVE),),
        head=logistic.softplus,
        source="Dugas, Bengio, Bélisle, Nadeau & Garcia 2001, Incorporating second-order functional knowledge, NIPS 13",
    ),
    identity := activation(
        "identity",
        "id",
        title="Identity",
        of=z,
        source="torch.nn.Identity",
    ),
    celu := activation(
        "celu",
        "CELU",
        title="Continuously differentiable ELU",
        of=Piecewise((z, z >= 0), (alpha * (exp(z / alpha) - 1), True)),
        range=interval(-alpha, None),
        parameters=(parameter(alpha, 1, POSITIVE),),
        stable=Piecewise((z, z >= 0), (alpha * expm1(Min(0, z) / alpha), True)),
        source="Barron 2017, arXiv:1704.07483, eq. (2)",
    ),
    selu := activation(
        "selu",
        "SELU",
        title="Scaled ELU",
        of=lambda_ * Piecewise((z, z > 0), (alpha * (exp(z) - 1), True)),
        range=interval(-alpha * lambda_, None),
        parameters=(parameter(lambda_, SELU_LAMBDA, POSITIVE), parameter(alpha, SELU_ALPHA, POSITIVE)),
        kinks=(kink(z, at=0, left=alpha * lambda_, right=lambda_, torch=alpha * lambda_, jax=alpha * lambda_),),
        stable=lambda_ * Piecewise((z, z > 0), (alpha * expm1(Min(0, z)), True)),
        source="Klambauer, Unterthiner, Mayr & Hochreiter 2017, arXiv:1706.02515, eq. (2) and (14)",
        note=r"$\lambda$ and $\alpha$ are such that a standard normal input has mean 0 and variance 1 again.",
    ),
    gelu := activation(
        "gelu",
        "GELU",
        title="Gaussian error linear unit",
        of=z * Φ,
        range=interval(Rational(-171, 1000), None),
        stable=below(z) * normal_cdf(z),
        source="Hendrycks & Gimpel 2016, arXiv:1606.08415, section 2",
        note="The least value, $-0.16997$ near $z = -0.7518$, has no closed form; the range is rounded outwards.",
    ),
    gelu_tanh := activation(
        "gelu_tanh",
        "GELUtanh",
        title="GELU, tanh approximation",
        of=z / 2 * (1 + tanh(c * (z + Rational(44715, 10**6) * z**3))),
        range=interval(Rational(-171, 1000), None),
        stable=times_sigmoid(below(z), 2 * c * (z + Rational(44715, 10**6) * z**3)),
        tex=r"\mathrm{GELU}_{\tanh}",
        source="Hendrycks & Gimpel 2016, arXiv:1606.08415, section 2; torch.nn.GELU(approximate='tanh')",
        note="The least value, $-0.17004$ near $z = -0.7525$, has no closed form; the range is rounded outwards.",
    ),
    silu := activation(
        "silu",
        "SiLU",
        title="Sigmoid linear unit",
        of=z * sigmoid(z),
        range=interval(-LambertW(exp(-1)), None, "left"),
        stable=times_sigmoid(below(z), z),
        source="Elfwing, Uchibe & Doya 2017, arXiv:1702.03118, eq. (2)",
    ),
    swish := activation(
        "swish",
        "swish",
        title="Swish",
        of=z * sigmoid(beta * z),
        range=interval(-LambertW(exp(-1)) / beta, None, "left"),
        parameters=(parameter(beta, 1, POSITIVE, learned=True),),
        stable=times_sigmoid(below(beta * z), beta * z) / beta,
        source="Ramachandran, Zoph & Le 2017, arXiv:1710.05941, section 4",
    ),
    mish := activation(
        "mish",
        "Mish",
        title="Mish",
        of=z * tanh(softplus(z)),
        range=interval(Rational(-309, 1000), None),
        stable=Piecewise(
            (z * (1 + 2 * e) / (1 + 2 * e + 2 * e**2), z >= 0),
            (times_exp(below(z), -Abs(z)) * (e + 2) / (e**2 + 2 * e + 2), True),
        ),
        source="Misra 2019, arXiv:1908.08681, eq. (1)",
        note="The least value, $-0.30884$ near $z = -1.1924$, has no closed form; the range is rounded outwards.",
    ),
    logsigmoid := activation(
        "logsigmoid",
        "logσ",
        title="Log-sigmoid",
        of=log(1 / (1 + exp(-z))),
        range=interval(None, 0),
        stable=Min(0, z) - log1p(e),
        through=(sigmoid,),
        tex=r"\log\sigma",
        source="torch.nn.LogSigmoid",
    ),
    softsign := activation(
        "softsign",
        "softsign",
        title="Softsign",
        of=z / (1 + Abs(z)),
        range=interval(-1, 1),
        stable=within(z, -(2**60), 2**60)
        / (1 + Abs(within(z, -(2**60), 2**60))),  # 2^60 + 1 is 2^60 in every float type
        source="Bergstra, Desjardins, Lamblin & Bengio 2009, Quadratic polynomials learn better image features",
    ),
    tanhshrink := activation(
        "tanhshrink",
        "tanhshrink",
        title="Tanhshrink",
        of=z - tanh(z),
        stable=tanh_gap(z),
        source="torch.nn.Tanhshrink",
    ),
    softshrink := activation(
        "softshrink",
        "softshrink",
        title="Soft shrinkage",
        of=Piecewise((z - lambda_, z > lambda_), (z + lambda_, z < -lambda_), (0, True)),
        parameters=(parameter(lambda_, Rational(1, 2), POSITIVE),),
        kinks=(
            kink(z, at=-lambda_, left=1, right=0, torch=0),
            kink(z, at=lambda_, left=0, right=1, torch=0),
        ),
        source="Donoho 1995, De-noising by soft-thresholding; torch.nn.Softshrink",
    ),
    hardshrink := activation(
        "hardshrink",
        "hardshrink",
        title="Hard shrinkage",
        of=Piecewise((z, z > lambda_), (z, z < -lambda_), (0, True)),
        parameters=(parameter(lambda_, Rational(1, 2), POSITIVE),),
        kinks=(
            kink(z, at=-lambda_, left=1, right=0, torch=0, jump=True),
            kink(z, at=lambda_, left=0, right=1, torch=0, jump=True),
        ),
        source="torch.nn.Hardshrink",
        note=r"The values $0 < |a| \le \lambda$ are never taken.",
    ),
    hardtanh := activation(
        "hardtanh",
        "hardtanh",
        title="Hard tanh",
        of=Piecewise((-1, z <= -1), (1, z >= 1), (z, True)),
        range=interval(-1, 1, "both"),
        kinks=(
            kink(z, at=-1, left=0, right=1, torch=0, jax=1),
            kink(z, at=1, left=1, right=0, torch=0, jax=1),
        ),
        source="Collobert 2004, Large scale machine learning; torch.nn.Hardtanh",
    ),
    hardsigmoid := activation(
        "hardsigmoid",
        "hardsigmoid",
        title="Hard sigmoid",
        of=Piecewise((0, z <= -3), (1, z >= 3), (z / 6 + Rational(1, 2), True)),
        range=interval(0, 1, "both"),
        stable=Piecewise((0, z <= -3), (1, z >= 3), (kept(z + 3) / 6, True)),
        kinks=(
            kink(z, at=-3, left=0, right=Rational(1, 6), torch=0, jax=0),
            kink(z, at=3, left=Rational(1, 6), right=0, torch=0, jax=0),
        ),
        source="torch.nn.Hardsigmoid; after Courbariaux, Bengio & David 2015, arXiv:1511.00363",
    ),
    hardswish := activation(
        "hardswish",
        "hardswish",
        title="Hard swish",
        of=Piecewise((0, z <= -3), (z, z >= 3), (z * (z + 3) / 6, True)),
        range=interval(Rational(-3, 8), None, "left"),
        kinks=(
            kink(z, at=-3, left=0, right=Rational(-1, 2), torch=0, jax=0),
            kink(z, at=3, left=Rational(3, 2), right=1, torch=1, jax=1),
        ),
        source="Howard et al. 2019, Searching for MobileNetV3, arXiv:1905.02244, section 5.2",
    ),
    relu6 := activation(
        "relu6",
        "ReLU6",
        title="ReLU6",
        of=Min(Max(0, z), 6),
        range=interval(0, 6, "both"),
        kinks=(
            kink(z, at=0, left=0, right=1, torch=0, jax=0),
            kink(z, at=6, left=1, right=0, torch=0, jax=0),
        ),
        source="Krizhevsky 2010, Convolutional deep belief networks on CIFAR-10",
    ),
    threshold := activation(
        "threshold",
        "threshold",
        title="Threshold",
        of=Piecewise((z, z > theta), (v, True)),
        parameters=(parameter(theta, Rational(1, 10)), parameter(v, 20)),
        kinks=(kink(z, at=theta, left=0, right=1, torch=0, jump=True),),
        source="torch.nn.Threshold",
        note=r"torch asks for both parameters, here as in its example. The values are $v$ and all above $\theta$.",
    ),
    rrelu := activation(
        "rrelu",
        "RReLU",
        title="Randomized leaky ReLU, in evaluation",
        of=Piecewise((z, z >= 0), ((l + u) / 2 * z, True)),
        parameters=(parameter(l, Rational(1, 8), interval(0, 1)), parameter(u, Rational(1, 3), interval(0, 1))),
        kinks=(kink(z, at=0, left=(l + u) / 2, right=1, torch=(l + u) / 2),),
        source="Xu, Wang, Chen & Li 2015, arXiv:1505.00853, section 2.4; torch.nn.RReLU",
        note="In training the slope is drawn from $[l, u]$; in evaluation it is the mean.",
    ),
    squared_relu := activation(
        "squared_relu",
        "ReLU²",
        title="Squared ReLU",
        of=Max(0, z) ** 2,
        range=interval(0, None, "left"),
        tex=r"\mathrm{ReLU}^{2}",
        source="So, Mańke, Liu, Dai, Shazeer & Le 2021, Primer, arXiv:2109.08668",
    ),
    quick_gelu := activation(
        "quick_gelu",
        "quickGELU",
        title="Quick GELU",
        of=z * sigmoid(Rational(1702, 1000) * z),
        range=interval(-LambertW(exp(-1)) / Rational(1702, 1000), None, "left"),
        stable=times_sigmoid(below(z), Rational(1702, 1000) * z),
        source="Hendrycks & Gimpel 2016, arXiv:1606.08415, section 2",
    ),
    lecun_tanh := activation(
        "lecun_tanh",
        "LeCunTanh",
        title="LeCun's scaled tanh",
        of=Rational(17159, 10**4) * tanh(2 * z / 3),
        range=interval(Rational(-17159, 10**4), Rational(17159, 10**4)),
        source="LeCun, Bottou, Orr & Müller 1998, Efficient BackProp, section 4.4",
    ),
    erf_ := activation(
        "erf",
        "erf",
        title="Error function",
        of=erf(z),
        range=interval(-1, 1),
        head=erf,
        source="torch.erf; DLMF 7.2.1",
    ),
    arctan := activation(
        "arctan",
        "arctan",
        title="Arctangent",
        of=atan(z),
        range=interval(-pi / 2, pi / 2),
        head=atan,
        source="torch.atan; DLMF 4.23",
    ),
    gaussian := activation(
        "gaussian",
        "gaussian",
        title="Gaussian",
        of=exp(-(z**2)),
        stable=bell(z),
        range=interval(0, 1, "right"),
        source="Broomhead & Lowe 1988, Multivariable functional interpolation and adaptive networks",
    ),
)
