"""`diagnose`: the mistake, from numbers alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from symgrad.checker.trees import leaves_of
from symgrad.core import Outcome, UnsupportedError
from symgrad.testing.check import try_gradient
from symgrad.testing.diagnosis.models import Trial, trials
from symgrad.testing.diagnosis.trials import diagnose_trials
from symgrad.testing.diagnosis.weigh import Diagnosis
from symgrad.testing.models.model import is_model
from symgrad.words import message

if TYPE_CHECKING:
    from collections.abc import Mapping

RIGHT = Diagnosis(("right",), message("these gradients are right"))


@np.errstate(all="ignore")
def diagnose(given: Any, reference: Any, *, counts: Mapping[str, int] | None = None, **options: Any) -> Diagnosis:
    """What the mistake is in `given`, which should be what `reference` says.

    `reference` is a model (`Network(...)`; `given(params, x, y)` returns its gradients by name), the true gradients
    as arrays (`given` are arrays in the same containers; `counts` names the sizes that a wrong reduction may
    divide by, {"n, the number of examples": 32}), or what `of` of `check_gradient` takes (`given` is then a
    function of arrays, and the options are those of `try_gradient`).

    A hypothesis is accepted only if it explains every number; ties are said; else the place is all that is said.
    """
    if is_model(reference):
        return diagnose_trials(trials(given, reference))
    if isinstance(reference, np.ndarray | dict | list) or hasattr(reference, "__array__"):
        if callable(given):
            raise UnsupportedError("beside arrays of true gradients, hand in the given ones as arrays, not a function")
        one, other = (
            {k or "the array": np.asarray(v) for k, v in leaves_of(side, "", reference)} for side in (given, reference)
        )
        return diagnose_trials([Trial(one, other, sizes=dict(counts or {}))])
    result = try_gradient(options.pop("f", None), given, of=reference, **options)
    if result.outcome is Outcome.WRONG:
        return result.diagnosis or Diagnosis((), str(result))
    return RIGHT if result.outcome is Outcome.OK else Diagnosis((), str(result))
