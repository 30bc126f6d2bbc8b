"""The letters of docs/notation.md as real symbols; where each may lie is the business of a Domain."""

from __future__ import annotations

from sympy import Symbol

z = Symbol("z", real=True)  # pre-activation
a = Symbol("a", real=True)  # activation, a = phi(z)
y = Symbol("y", real=True)  # target
J = Symbol("J", real=True)  # loss of one sample
J_0 = Symbol("J_0", real=True)  # a loss up to a term in y alone
t = Symbol("t", real=True)  # variable of integration

alpha = Symbol("alpha", real=True)
beta = Symbol("beta", real=True)
gamma = Symbol("gamma", real=True)
delta = Symbol("delta", real=True)
epsilon = Symbol("epsilon", real=True)
theta = Symbol("theta", real=True)
lambda_ = Symbol("lambda", real=True)
tau = Symbol("tau", real=True)
v = Symbol("v", real=True)
c = Symbol("c", real=True)
s = Symbol("s", real=True)  # a variance
l = Symbol("l", real=True)  # the lower end of a range of slopes
u = Symbol("u", real=True)  # the upper end
