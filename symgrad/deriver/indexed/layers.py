"""Gradients of a layer, given what comes back to its output, and of networks of layers."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from sympy import log

from symgrad.core import Step, SymgradError, UnknownNameError, UnsupportedError
from symgrad.core.catalogue import nearest
from symgrad.definitions import ACTIVATIONS, LOSSES
from symgrad.definitions.tokens import spelled_out
from symgrad.deriver import pairs
from symgrad.deriver.indexed.backward import Gradient, backpropagate, definition_of, plain
from symgrad.deriver.indexed.chain import assembled, derivation
from symgrad.deriver.indexed.factoring import in_factors
from symgrad.deriver.scalar import derivative
from symgrad.functions.symbols import a, y
from symgrad.indexed import Apply, Fact, Index, Ref, Tensor, apply, contract, delta, expr, group, mapped, partial, total
from symgrad.indexed.conversion import from_formula
from symgrad.indexed.facts import letters_of
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from symgrad.core import Definition, Derivation
    from symgrad.definitions.layers import Layer, Network
    from symgrad.indexed import Atom, Expr

LOSS_OF = {d.head: d for d in LOSSES.values() if len(d.variables) == 2}  # noqa: PLR2004 - output and target
ACTIVATION_OF = {d.head: d for d in ACTIVATIONS.values()}
MACRON = "\u0304"
SECOND = "klmnpqrs"  # letters of what is differentiated by a second time
SHORT = 16  # factors that still make a line


def layer_gradients(layer: Layer) -> tuple[Derivation, ...]:
    """The derivative of any loss by each parameter and input of a layer, in terms of what reaches its output."""
    J = Tensor("J", (), depends=(layer.output,))
    nodes = tuple(reversed(layer.names))
    facts = (*(definition_of(t) for t in layer.folded), *layer.facts)
    found = backpropagate(
        J,
        nodes,
        (*layer.parameters, *layer.inputs),
        facts=facts,
        called=layer.called,
        name=layer.name,
        entitled=entitled,
        untold=(layer.output,),
    )
    inner = {g.name: g for g in found if g.tensor in layer.names}
    return tuple(in_the_output(g, inner) for g in found)


def in_the_output(gradient: Gradient, inner: Mapping[Tensor, Gradient]) -> Derivation:
    """The derivation with a last line in which only what reaches the output is left, where that is a short one."""
    value = written_out(gradient, inner)
    if value == gradient.result or factors(value) > SHORT:
        return gradient.derivation
    found = gradient.derivation
    steps = (*found.steps, Step(gradient.result, value, "inner"))
    return assembled(steps[0].before, steps, name=found.name, title=found.title, facts=found.facts, lead=found.lead)


def written_out(gradient: Gradient, found: Mapping[Tensor, Gradient]) -> Expr:
    """A result without the names of derivatives that were found before it."""

    def found_before(atom: Atom) -> Expr | None:
        one = found.get(atom.tensor) if isinstance(atom, Ref) else None
        if one is None or not isinstance(atom, Ref):
            return None
        value = one.result.rename(dict(zip(one.indices, atom.indices, strict=True)))
        return value if len(value.terms) == 1 else group(value)

    value = gradient.result
    while not value.tensors.isdisjoint(found):
        value = contract(mapped(value, found_before))
    return value


def factors(value: Expr) -> int:
    """How many factors an expression is written with."""
    return sum(max(1, sum(map(factors, a.parts))) for t in value.terms for a, _ in t.atoms)


def network_gradients(network: Network, wrt: Iterable[str]) -> tuple[Derivation, ...]:
    """The derivative of a network's loss by each of the tensors named, with every delta on the way to it.

    Raises UnknownNameError for a name that the network does not have.
    """
    return tuple(g.derivation for g in backwards(network, [wanted_one(network, name) for name in wrt]))


def network_hessian(network: Network, name: str) -> tuple[Derivation, ...]:
    """The second derivatives of a network's loss by one tensor, behind the gradient from which they start."""
    wanted = wanted_one(network, name)
    found = backwards(network, [wanted])
    last, inner = found[-1], {g.name: g for g in found[:-1]}
    start = partial(network.J(), wanted[last.indices])
    gradient = Fact(
        message("the gradient with respect to {symbol}", symbol=wanted.name), start, written_out(last, inner)
    )
    free = (c for c in SECOND if c not in {i.name for i in last.indices})
    chain = derivation(
        partial(start, wanted[tuple(Index(c, d) for c, d in zip(free, wanted.dims, strict=False))]),
        name=f"network-{plain(name)}-hessian",
        title=message("The Hessian with respect to {symbol}", symbol=wanted.name),
        facts=(gradient, *known_about(network)),
    )
    return (*(g.derivation for g in found), chain)


def backwards(network: Network, wanted: list[Tensor]) -> tuple[Gradient, ...]:
    """Backpropagation through the names that get a delta, to these tensors."""
    nodes = tuple(reversed([t for t in affine_names(network) if any(w in t.reach for w in wanted)]))
    called = {t: t.name.replace("z", "δ", 1) if t.name.startswith("z") else f"{t.name}{MACRON}" for t in nodes}
    facts = known_about(network)
    return backpropagate(network.J, nodes, wanted, facts=facts, called=called, name="network", entitled=entitled)


def affine_names(network: Network) -> list[Tensor]:
    """The names that get a delta; outputs of activations, and of a last softmax, are looked through."""
    *before, last = network.layers
    kept = [layer for layer in before if layer.name not in {*ACTIVATIONS, "dropout"}]
    kept += [last] if last.name not in {*ACTIVATIONS, "dropout", "softmax"} else []
    return [t for layer in kept for t in layer.names]


def wanted_one(network: Network, name: str) -> Tensor:
    """The parameter, input or quantity in between of this name."""
    known = {**network.names, **network.inputs}
    found = {spelled_out(n): t for n, t in known.items()}.get(spelled_out(name))
    if found is None:
        if not any(layer.parameters for layer in network.layers):
            raise SymgradError(
                "this network has no parameters, so there is no {name}; choose --wrt {inputs}, or put a "
                'layer with weights into it, as in "linear {layers}"',
                name=name[:80],
                inputs=", ".join(network.inputs),
                layers=" ".join(layer.name for layer in network.layers),
            )
        raise UnknownNameError(
            message("parameter of this network"), name, nearest(name, known) or tuple(network.inputs)
        )
    return found


def known_about(network: Network) -> tuple[Fact, ...]:
    """Facts for the whole chain: softmax outputs sum to 1, each layer's own, and the delta of the output pair."""
    facts: list[Fact] = [*network.facts]
    for layer in network.layers:
        facts += [definition_of(t) for t in layer.folded]
        if layer.name == "softmax":
            facts += softmax_facts(layer.output, layer.inputs[0], layer.axis)
        facts += layer.facts
    return (*output_facts(network), *facts)


def softmax_facts(p: Tensor, z: Tensor, axis: int = -1) -> tuple[Fact, Fact]:
    """What the page on softmax derives, along an axis: dp_k/dz_i = p_k (delta_ki - p_i), and the sum 1."""
    entry = letters_of(p)
    axis %= len(entry)
    k = entry[axis]
    i = Index("i", k.dim)
    by = tuple(i if n == axis else r.fresh() for n, r in enumerate(entry))
    slope = p[entry] * (delta(k, i) - p[tuple(i if r is k else r for r in entry)])
    for r, s in zip(entry, by, strict=True):
        slope *= expr(1) if r is k else delta(r, s)
    jacobian = Fact("the Jacobian of softmax", partial(p[entry], z[by]), slope)
    return jacobian, Fact(message("the entries of {name} sum to 1", name=p.name), total(k, p[entry]), expr(1))


def output_facts(network: Network) -> tuple[Fact, ...]:
    """What the catalogue derives at the output: dJ/da phi'(z), a - y for a sigmoid and cross-entropy, and dJ/da."""
    loss, last = network.loss, network.layers[-1]
    if loss is None:
        return ()
    i = letters_of(last.output)
    z = last.inputs[0][i] if last.name in ACTIVATIONS else expr(0)
    return loss_facts(loss, last.output[i], network.y[i], ACTIVATIONS.get(last.name), z)


def loss_facts(loss: Definition, out: Expr, target: Expr, entry: Definition | None, z: Expr) -> tuple[Fact, ...]:
    """What the catalogue derives of a loss: dJ/da phi'(z) where the slope of `entry` at z cancels, and dJ/da.

    Raises PairError where the loss does not take all that the activation gives.
    """
    names = {loss.variable: out, y: target, **usual(loss)}
    slope = apply(loss.head, out, target, order=(1, 0))
    found = [fact(message("the derivative of {function}", function=loss.spoken), slope, derivative(loss).result, names)]
    whole: Any = pairs.output_delta(entry, loss).result if entry is not None else None
    if entry is not None and entry.variable not in whole.free_symbols:
        known = {**names, a: out, **usual(entry), **usual(pairs.apart(loss, entry))}
        title = message("the output delta of {activation} with {loss}", activation=entry.spoken, loss=loss.spoken)
        found.insert(0, fact(title, slope * apply(entry.head, z, order=1), whole, known))
    return tuple(f for f in found if f)


def usual(entry: Definition) -> dict[Any, Expr]:
    """The usual values of a function's parameters, which it has in a network."""
    return {p.symbol: from_formula(p.default, {}) for p in entry.parameters}


def pair_facts(value: Expr) -> tuple[Fact, ...]:
    """What the catalogue derives of the losses in an expression."""
    found: dict[str, Fact] = {}
    for atom in applied_in(value, set()):
        loss = LOSS_OF.get(atom.head)
        if loss is None or len(atom.args) != len(loss.variables):
            continue
        out, target = atom.args
        inner, known = out.atom, loss_facts(loss, out, target, None, out)
        entry = ACTIVATION_OF.get(inner.head) if isinstance(inner, Apply) and not inner.order else None
        if entry is not None and isinstance(inner, Apply) and len(inner.args) == 1:
            with suppress(SymgradError):
                known = loss_facts(loss, out, target, entry, inner.arg)
        found |= {f.left.token: f for f in known}
    return tuple(found.values())


def slope_facts(value: Expr) -> tuple[Fact, ...]:
    """Slopes of activations under a logarithm, told by the output alone: sigma'/sigma is 1 - sigma then."""
    logs = [f for f in applied_in(value, set()) if f.head is log]
    inner = {f: ACTIVATION_OF[f.head] for g in logs for f in applied_in(g.arg, set()) if f.head in ACTIVATION_OF}
    found: list[Fact] = []
    for f, entry in inner.items():
        formula = derivative(entry).result
        if formula.subs(entry.head(entry.variable), a).free_symbols <= {a} and not f.order:
            slope = in_factors(from_formula(formula, {entry.variable: f.arg}))
            title = message("the derivative of {function}", function=entry.spoken)
            found.append(Fact(title, apply(f.head, f.arg, order=1), slope))
    return tuple(found)


def applied_in(value: Expr, seen: set[Tensor]) -> Iterator[Apply]:
    """The functions in an expression, and in the names that it mentions."""
    for term in value.terms:
        for atom, _ in term.atoms:
            if isinstance(atom, Apply):
                yield atom
            for part in atom.parts:
                yield from applied_in(part, seen)
    for tensor in sorted(value.tensors - seen, key=lambda t: t.token):
        seen.add(tensor)
        if tensor.body is not None:
            yield from applied_in(tensor.body[1], seen)


def fact(name: str, left: Expr, formula: Any, names: dict[Any, Expr]) -> Fact | None:
    """That an expression equals a formula of the catalogue; None where the formula is by cases."""
    try:
        return Fact(name, left, from_formula(formula, names))
    except UnsupportedError:
        return None


def entitled(symbol: str) -> str:
    """The title of the derivation by a tensor."""
    return message("The gradient with respect to {symbol}", symbol=symbol)
