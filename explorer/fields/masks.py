"""Receptive fields through masks: each element is one of two, which a mask tells."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from explorer.fields.algebra import FAR, Certainty, Field, IntArray, compact, lift, merge
from explorer.fields.rules import Call, Fields, hides, rule


@rule("where", "masked_fill", "index_fill", "tril", "triu")
def _masked(call: Call) -> Fields:
    """A known mask says which of two an element is; one that the picture decides leaves both possible."""
    yes, no = (call.field(n) for n in (("self", "other") if call.name == "where" else ("value", "self")))
    choices = [field for field in (yes, no) if field is not None]
    everything = lift(merge(field for _, field in call.seen), call.output.dim())
    if not choices or hides(call):
        return replace(everything, certainty=Certainty.BOUND)
    either = lift(merge(choices), call.output.dim())
    mask = _mask(call)
    if mask is not None:
        return _chosen(either, yes, no, mask)
    # Two that may both be taken are seen as by a maximum, and what only decides must not see more than they.
    decides = call.field("condition" if call.name == "where" else "mask")
    same = all(np.array_equal(a, b) for a, b in zip(everything.tables, either.tables, strict=True))
    return either if decides and same and yes and no else replace(everything, certainty=Certainty.BOUND)


def _mask(call: Call) -> NDArray[np.bool_] | None:
    """Return where the first of the two is taken, for each element, broadcast; None if the picture decides it."""
    shape = call.output.shape
    if call.name in ("tril", "triu"):
        below = np.tri(
            shape[-2], shape[-1], call.arguments.get("diagonal", 0) - (call.name == "triu"), dtype=bool
        )
        return below if call.name == "triu" else ~below
    known = call.value({"where": "condition", "masked_fill": "mask"}.get(call.name, "index"))
    if known is None or call.name != "index_fill":
        return None if known is None else known.astype(bool)
    along = np.zeros(shape[call["dim"]], dtype=bool)
    along[known] = True
    return along.reshape([1 if d != call["dim"] % len(shape) else n for d, n in enumerate(shape)])


def _chosen(either: Field, yes: Field | None, no: Field | None, mask: NDArray[np.bool_]) -> Field:
    """Return the field of elements of `yes` where the mask is true, else of `no`; None sees nothing."""
    ndim = either.ndim
    mask = compact(mask.reshape((1,) * (ndim - mask.ndim) + mask.shape))
    first, second = (None if field is None else lift(field, ndim) for field in (yes, no))

    def chosen(k: int, neutral: int) -> IntArray:
        tables = [
            np.full((1,) * ndim, neutral, np.int32)
            if field is None
            else (field.low if neutral > 0 else field.high)[k]
            for field in (first, second)
        ]
        return compact(np.where(mask, *tables))

    axes = range(len(either.rules))
    low, high = tuple(chosen(k, FAR) for k in axes), tuple(chosen(k, -FAR) for k in axes)
    rules = tuple(
        rule if np.array_equal(low[k], either.low[k]) and np.array_equal(high[k], either.high[k]) else None
        for k, rule in enumerate(either.rules)
    )
    return Field(low, high, rules, either.labels, either.extra, either.certainty)
