"""A convolution and an LSTM cell are recognised however their arrays lie; what is nearly one is not taken for it."""

# ruff: noqa: E501 - a table of layouts, read across

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from student_code import CELL, written

from symgrad.core import Outcome
from symgrad.testing import LSTM, check_vjp, try_vjp

RNG = np.random.default_rng(8)


def drawn(*shape: int) -> Any:
    return RNG.normal(0, 0.7, shape)


def slid(x: Any, w: Any) -> Any:
    """Without padding and stride, of examples and channels."""
    seen = np.lib.stride_tricks.sliding_window_view(x, w.shape[2:], axis=(2, 3))
    return np.einsum("ncijuv,fcuv->nfij", seen, w)


def pulled(x: Any, w: Any, c: Any) -> tuple[Any, Any]:
    """Its backward pass."""
    dx, dw, (u, v) = np.zeros_like(x), np.zeros_like(w), w.shape[2:]
    for i in range(c.shape[2]):
        for j in range(c.shape[3]):
            dx[:, :, i : i + u, j : j + v] += np.einsum("nf,fcuv->ncuv", c[:, :, i, j], w)
            dw += np.einsum("nf,ncuv->fcuv", c[:, :, i, j], x[:, :, i : i + u, j : j + v])
    return dx, dw


def turned(w: Any) -> Any:
    return w[..., ::-1, ::-1]


SAME = (lambda v: v, lambda v: v)
LAST = (lambda v: np.moveaxis(v, -1, 1), lambda v: np.moveaxis(v, 1, -1))
ONE = (lambda v: v[None, None], lambda v: v[0, 0])
FLAT = (lambda v: v[:, :, None], lambda v: v[:, :, 0])
IMAGES: dict[str, tuple[Any, Any, Any, Any]] = {
    "channels first": (SAME, SAME, drawn(2, 2, 5, 4), drawn(3, 2, 3, 2)),
    "channels last": (LAST, SAME, drawn(2, 5, 4, 2), drawn(3, 2, 3, 2)),
    "filters last": (LAST, (lambda w: w.transpose(3, 2, 0, 1), lambda w: w.transpose(2, 3, 1, 0)), drawn(2, 5, 4, 2), drawn(3, 2, 2, 3)),
    "one image": (ONE, ONE, drawn(6, 5), drawn(3, 3)),
    "signals": (FLAT, FLAT, drawn(2, 2, 6), drawn(3, 2, 3)),
    "one signal": ((lambda v: v[None, None, None], lambda v: v[0, 0, 0]),) * 2 + (drawn(7), drawn(3)),
    "turned in the forward pass": (SAME, (turned, turned), drawn(2, 2, 5, 5), drawn(2, 2, 3, 3)),
}  # fmt: skip


@pytest.mark.parametrize("case", IMAGES.values(), ids=IMAGES)
def test_a_convolution_is_recognised_however_it_lies(case: Any) -> None:
    (image, unimage), (kernel, unkernel), x, w = case

    def f(p: Any) -> Any:
        return unimage(slid(image(p["x"]), kernel(p["w"])))

    def vjp(p: Any, c: Any, other: Any = lambda w: w) -> Any:
        x, w = image(p["x"]), kernel(p["w"])
        return {"x": unimage(pulled(x, other(w), image(c))[0]), "w": unkernel(pulled(x, w, image(c))[1])}

    found = try_vjp(f, lambda p, c: vjp(p, c, turned), {"x": x, "w": w}).diagnosis

    check_vjp(f, vjp, {"x": x, "w": w})
    assert found is not None
    assert found.names[:1] == ("conv2d-input-kernel-turned",)


def joined(order: str, g: Any, kind: str) -> Any:
    return np.concatenate([g[kind + q] for q in order])


def parted(order: str, v: Any, kind: str) -> dict[str, Any]:
    return {kind + q: part for q, part in zip(order, np.split(v, 4), strict=True)}


STATE = {"x": drawn(3, 3), "h": drawn(3, 2), "c": drawn(3, 2)}
CELLS: dict[str, tuple[Any, Any, Any, Any]] = {  # to the textbook's arrays and back, the output's way, the arrays
    "all gates in one array": (
        lambda p: {**p, **parted("ifog", p["Wx"].T, "W"), **parted("ifog", p["Wh"].T, "U"), **parted("ifog", p["b"], "b")},
        lambda g: {**{k: g[k] for k in "xhc"}, "Wx": joined("ifog", g, "W").T, "Wh": joined("ifog", g, "U").T, "b": joined("ifog", g, "b")},
        SAME,
        STATE | {"Wx": drawn(3, 8), "Wh": drawn(2, 8), "b": drawn(8)},
    ),
    "columns, an array for each gate": (
        lambda p: {k: p[k].T for k in "xhc"} | {k + q: v for q in "fiog" for k, v in (("U", p[q][:, :2]), ("W", p[q][:, 2:]), ("b", p["b" + q][:, 0]))},
        lambda g: {k: g[k].T for k in "xhc"} | {q: np.hstack([g["U" + q], g["W" + q]]) for q in "fiog"} | {"b" + q: g["b" + q][:, None] for q in "fiog"},
        (lambda o: o.T, lambda o: o.T),
        {k: v.T for k, v in STATE.items()} | {q: drawn(2, 5) for q in "fiog"} | {"b" + q: drawn(2, 1) for q in "fiog"},
    ),
    "x and h side by side, no batch, no bias": (
        lambda p: {k: p[k][None] for k in "xhc"} | parted("figo", p["M"][:, :3], "W") | parted("figo", p["M"][:, 3:], "U") | parted("figo", np.zeros(8), "b"),
        lambda g: {k: g[k][0] for k in "xhc"} | {"M": np.hstack([joined("figo", g, "W"), joined("figo", g, "U")])},
        (lambda o: o[0].reshape(2, 2), lambda o: o.reshape(1, 4)),
        {k: v[0] for k, v in STATE.items()} | {"M": drawn(8, 5)},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CELLS.values(), ids=CELLS)
def test_a_cell_is_recognised_however_it_lies(case: Any) -> None:
    read, unread, (way, unway), at = case
    right, wrong = written(CELL), written(CELL, "dc * c *", "dc * new *")

    def output(p: Any) -> Any:
        return LSTM().output(read(p))

    def vjp(p: Any, c: Any, own: Any = right) -> Any:
        return unread(own(read(p), read(p)["x"], output(p) - unway(c)))

    def f(p: Any) -> Any:
        return way(output(p))

    found = try_vjp(f, lambda p, c: vjp(p, c, wrong), at).diagnosis

    check_vjp(f, vjp, at)
    assert found is not None
    assert found.names[:1] == ("lstm-new-cell",)


READ, _, _, AT = CELLS["x and h side by side, no batch, no bias"]
TWO = {"x": drawn(2, 2, 4, 4), "w": drawn(2, 2, 3, 3)}
OTHERS: dict[str, Any] = {
    "no tanh of c": (lambda p: LSTM().forward(READ(p))[1]["c"] * LSTM().forward(READ(p))[0]["o"], AT),
    "one part in a million": (lambda p: LSTM().forward(READ(p))[1]["h"] + 1e-6 * p["c"], AT),
    "periodic": (lambda p: slid(np.pad(p["x"], ((0, 0), (0, 0), (1, 1), (1, 1)), "wrap"), p["w"]), TWO),
    "scaled": (lambda p: 1.001 * slid(p["x"], p["w"]), TWO),
}


@pytest.mark.parametrize("case", OTHERS.values(), ids=OTHERS)
def test_what_is_nearly_one_is_not_taken_for_one(case: Any) -> None:
    f, at = case

    found = try_vjp(f, lambda p, c: {k: np.sin(v) + c.sum() for k, v in p.items()}, at)

    assert found.outcome is Outcome.WRONG
    assert found.diagnosis is not None
    assert not found.diagnosis.known
    assert "by its values this is" not in found.diagnosis.says
