"""The headline pairs: what the output layer sends back, and whether the slope of the activation is in it."""

from symgrad import Document, output_delta

SQUARED = "half_squared_error"

DOCUMENTS = (
    Document(
        "squared-error-sigmoid",
        "Squared error with a sigmoid output",
        "Output layer",
        "Half the squared error gives $\\delta = (a-y)\\,\\sigma'(z)$. The slope of the sigmoid stays in it, "
        "and the slope is "
        "almost 0 wherever the output is almost 0 or 1, even where it is wrong.",
        (output_delta("sigmoid", SQUARED),),
    ),
    Document(
        "cross-entropy-sigmoid",
        "Cross-entropy with a sigmoid output",
        "Output layer",
        "The derivative of the cross-entropy has $a(1-a)$ in its denominator, and that is just the slope of the "
        "sigmoid. The two cancel, and δ is the plain error $a-y$.",
        (output_delta("sigmoid", "binary_cross_entropy"),),
    ),
    Document(
        "squared-error-tanh",
        "Squared error with a tanh output",
        "Output layer",
        "As with the sigmoid the slope stays: $\\delta = (a-y)(1-a^2)$.",
        (output_delta("tanh", SQUARED),),
    ),
    Document(
        "squared-error-relu",
        "Squared error with a ReLU output",
        "Output layer",
        "The error passes unchanged where the output is active, and not at all where it is not.",
        (output_delta("relu", SQUARED),),
    ),
    Document(
        "squared-error-identity",
        "Squared error with a linear output",
        "Output layer",
        "With no activation there is no slope to lose: $\\delta = a-y$, as with a sigmoid and cross-entropy.",
        (output_delta("identity", SQUARED),),
    ),
)
