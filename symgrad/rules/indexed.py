"""Rules for expressions with symbolic dimensions. Each use is settled by the prover, at every size."""

from __future__ import annotations

from symgrad.core import Rule

INDEXED = (
    Rule(
        "linearity", "Linearity", why="Sums and constant factors stand outside; what does not depend on it drops out."
    ),
    Rule(
        "entry",
        "Derivative of an entry",
        why=r"$\partial z_k/\partial z_j$ is 1 for $k = j$ and 0 otherwise: Kronecker's delta.",
    ),
    Rule("pick", "The delta picks out one index", why="Of the sum only the summand with equal indices is left."),
    Rule("elementwise", "Elementwise function", why="The derivative of the function, times that of its argument."),
    Rule("layers", "Chain rule over layers", why="Every path to the loss leads through one of these names."),
    Rule("cotangent", "Name the derivative", why="What arrives from behind is worked out once and used by its name."),
    Rule("lemma", "Lemma", why="This was derived before."),
    Rule("fact", "Fact", why="This is what is known about the names."),
    Rule("maximum", "Derivative of a maximum", why="Only the entry that attains the maximum moves it."),
    Rule("differentiate", "Differentiate", why="The rules of differentiation, one after another."),
    Rule("inner", "Inner names written out", why="What was found above for the derivatives by the names in between."),
    Rule("powers", "Powers of one base", why="The exponents of one and the same sum are added."),
    Rule("combine", "Combine", why="Deltas, facts and like terms."),
    Rule(
        "induction",
        "Induction over the layers",
        why="It holds for the last layer, and passes from each to the one before.",
    ),
    Rule("positive", "Positive", why="Exponentials are positive, and so are sums, products and quotients of such."),
    Rule("nonnegative", "Not negative", why="Squares with weights that are not negative add up to no negative number."),
    Rule("square", "Write as a square", why="A sum of squares with weights that are not negative is not negative."),
)
