"""The catalogue once more, written for mpmath by hand: what the SymPy formulas are compared with."""

from __future__ import annotations

from typing import Any

from mpmath import mp, mpf


def sigmoid(z: Any) -> Any:
    return 1 / (1 + mp.exp(-z))


def softplus(z: Any, beta: Any = 1) -> Any:
    return mp.log(1 + mp.exp(beta * z)) / beta


with mp.workdps(40):
    SELU_ALPHA = mpf("1.6732632423543772848170429916717")
    SELU_LAMBDA = mpf("1.0507009873554804934193349852946")


def elu(z: Any, alpha: Any = 1) -> Any:
    return z if z > 0 else alpha * (mp.exp(z) - 1)


def shrunk(z: Any, by: Any) -> Any:
    return z - by if z > by else z + by if z < -by else mpf(0)


def relu(z: Any) -> Any:
    return max(z, mpf(0))


def clip(z: Any, low: Any, high: Any) -> Any:
    return min(max(z, mpf(low)), mpf(high))


# called with the variables only: the usual values of the parameters are written out
ACTIVATIONS = {
    "sigmoid": sigmoid,
    "tanh": mp.tanh,
    "relu": relu,
    "leaky_relu": lambda z: z if z > 0 else z / 100,
    "prelu": lambda z: z if z > 0 else z / 4,
    "elu": elu,
    "softplus": softplus,
    "identity": lambda z: z,
    "celu": elu,
    "selu": lambda z: SELU_LAMBDA * elu(z, SELU_ALPHA),
    "gelu": lambda z: z * mp.ncdf(max(z, mpf(-(10**9)))),  # mpmath's own ends at -1e154
    "gelu_tanh": lambda z: z * sigmoid(mp.sqrt(8 / mp.pi) * (z + mpf("0.044715") * z**3)),  # (1 + tanh u)/2
    "silu": lambda z: z * sigmoid(z),
    "swish": lambda z: z * sigmoid(z),
    "mish": lambda z: z * mp.tanh(softplus(z)),
    "logsigmoid": lambda z: mp.log(sigmoid(z)),
    "softsign": lambda z: z / (1 + abs(z)),
    "tanhshrink": lambda z: z - mp.tanh(z),
    "softshrink": lambda z: shrunk(z, mpf("0.5")),
    "hardshrink": lambda z: z if abs(z) > mpf("0.5") else mpf(0),
    "hardtanh": lambda z: clip(z, -1, 1),
    "hardsigmoid": lambda z: clip(z + 3, 0, 6) / 6,
    "hardswish": lambda z: z * clip(z + 3, 0, 6) / 6,
    "relu6": lambda z: clip(z, 0, 6),
    "threshold": lambda z: z if z > mpf("0.1") else mpf(20),
    "rrelu": lambda z: z if z >= 0 else z * (mpf(1) / 8 + mpf(1) / 3) / 2,
    "squared_relu": lambda z: relu(z) ** 2,
    "quick_gelu": lambda z: z * sigmoid(mpf("1.702") * z),
    "lecun_tanh": lambda z: mpf("1.7159") * mp.tanh(2 * z / 3),
    "erf": mp.erf,
    "arctan": mp.atan,
    "gaussian": lambda z: mp.exp(-(z**2)),
}


def cross(p: Any, q: Any) -> Any:
    return -p * mp.log(q) if p else mpf(0)


def huber(r: Any) -> Any:
    return r**2 / 2 if abs(r) <= 1 else abs(r) - mpf(1) / 2


def pinball(r: Any) -> Any:
    return max(r, -r) / 2


LOSSES = {
    "half_squared_error": lambda a, y: (a - y) ** 2 / 2,
    "squared_error": lambda a, y: (a - y) ** 2,
    "absolute_error": lambda a, y: abs(a - y),
    "huber": lambda a, y: huber(a - y),
    "smooth_l1": lambda a, y: huber(a - y),
    "log_cosh": lambda a, y: mp.log(mp.cosh(a - y)),
    "binary_cross_entropy": lambda a, y: cross(y, a) + cross(1 - y, 1 - a),
    "binary_cross_entropy_with_logits": lambda a, y: softplus(a) - a * y,
    "cross_entropy": lambda a, y: cross(y, a),
    "kl_divergence": lambda a, y: y * mp.log(y) - y * mp.log(a),
    "poisson_nll": lambda a, y: mp.exp(a) - y * a,
    "poisson_nll_rate": lambda a, y: a - y * mp.log(a),
    "gaussian_nll": lambda a, y: (a - y) ** 2 / 2,
    "hinge": lambda a, y: relu(1 - a * y),
    "squared_hinge": lambda a, y: relu(1 - a * y) ** 2,
    "soft_margin": lambda a, y: softplus(-a * y),
    "focal": lambda a, y: (1 - a) ** 2 * cross(y, a) + a**2 * cross(1 - y, 1 - a),
    "quantile": lambda a, y: pinball(a - y),
    "charbonnier": lambda a, y: mp.hypot(a - y, mpf("0.001")),
    "cauchy": lambda a, y: mp.log(1 + (a - y) ** 2) / 2,
}
