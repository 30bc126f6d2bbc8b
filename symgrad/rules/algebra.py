"""Rules of rewriting. Their form is not fixed, so the prover settles every single use."""

from __future__ import annotations

from symgrad.core import Rule

ALGEBRA = (
    Rule("definition", "Definition", why="Write out what the name stands for."),
    Rule("cases", "Write as cases", why="Say which of the values is meant where."),
    Rule("simplify", "Simplify", why="Multiply out and collect."),
    Rule("denominator", "Common denominator", why="Bring everything over one denominator."),
    Rule("factor", "Factor", why="Take out what the terms share."),
    Rule("regroup", "Regroup", why="Write it so that the function itself can be seen in it."),
    Rule("recognise", "Recognise", why="This is a function that has a name."),
    Rule("output", "In terms of the output", why="The forward pass has computed the output, so it costs nothing."),
    Rule("substitute", "Substitute", why="Put in what was found before."),
    Rule("distribute", "Multiply into the cases", why="A factor outside belongs to every case."),
    Rule("convention", "Convention", why="There is no derivative at the kink; the value there is agreed, not proved."),
    Rule("linear", "Integrate term by term", why="The integral of a sum is the sum of the integrals."),
    Rule("integrate", "Antiderivative", why="Two functions with one derivative differ by a constant at most."),
    Rule("cancel", "Cancel", why="A common factor of numerator and denominator drops out."),
    Rule("claim", "Claim", why="The whole derivation as one statement."),
)
