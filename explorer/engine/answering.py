"""The answer of a network: which of the tensors it returned, how its numbers are read, how its classes are called."""

import re
from dataclasses import replace

from torch import Tensor

from explorer.engine import readings
from explorer.engine.class_names import ClassNames, class_names, task
from explorer.engine.findings import Asked, Found, find, is_row
from explorer.engine.held import HeldForward
from explorer.engine.live import LiveModel, one_line_for
from explorer.engine.readings import Numbers
from explorer.forward.makers import Chain
from explorer.records.answers import AS_DERIVED, Answer, AnswerWay, Prediction, Reading
from explorer.records.errors import ExplorerError
from explorer.records.findings import Objects
from explorer.records.images import PreparedImage

Returned = list[tuple[str, Tensor, Chain]]
"""The tensors that a network returned: the way to each in what it returned (`[1]`, `.logits`), and what made it."""

_SCORES = {
    "logits", "probabilities", "probs", "scores", "class_logits", "cls_logits", "class_scores", "predictions",
    "prediction", "preds", "pred", "out", "output", "outputs", "y", "y_hat",
}  # fmt: skip
_NO_SCORES = {
    "loss", "features", "feature", "embeddings", "embedding", "embeds", "image_embeds", "text_embeds", "hidden",
    "hidden_state", "hidden_states", "last_hidden_state", "pooler_output", "pooled", "attention", "attentions",
    "latent", "mu", "logvar", "log_var", "mean", "std", "var", "loc", "scale",
}  # fmt: skip


def of_forward(held: HeldForward, way: AnswerWay, top: int) -> Answer:
    """Return the answer of a recorded forward; arguments as for `of_returned`."""
    if held.trace.error is not None:
        return Answer(
            held.key, said="no answer", reason="The forward stopped before it gave an answer.", way=way
        )
    pairs = zip(held.recording.returned, held.made, strict=True)
    given = [(path, tensor, made) for (path, tensor), made in pairs]
    return of_returned(held.model, held.key, given, held.prepared, way, top)


def of_returned(
    model: LiveModel,
    key: str,
    given: Returned,
    prepared: tuple[PreparedImage, ...],
    way: AnswerWay,
    top: int,
) -> Answer:
    """Return what a network answers; of what cannot be read, an answer that says why.

    Args:
        model: The network.
        key: The input.
        given: What it returned.
        prepared: All inputs; there is an answer to a batch of one only.
        way: How the person wants it read.
        top: How many classes are named at most.
    """
    made = "; ".join(each.given for each in prepared if each.given)
    try:
        with one_line_for("What the network returned cannot be read"):
            answer = _of_all(model, key, given, prepared, way, top)
    except ExplorerError as error:
        answer = Answer(key, said="no answer", reason=str(error), way=way)
    return replace(answer, given=made)


def _of_all(
    model: LiveModel,
    key: str,
    given: Returned,
    prepared: tuple[PreparedImage, ...],
    way: AnswerWay,
    top: int,
) -> Answer:
    names, rows = class_names(model, way), _rows(given, prepared)
    if way == replace(AS_DERIVED, labels=way.labels) and (found := _found(model, given, prepared, names)):
        said = f"{found.said} of output{found.output}" if found.output else found.said
        told = names.told(found.classes) if found.classes else ""
        others = tuple(name for name in rows if name not in {f"output{part}" for part in found.parts})
        return Answer(
            key,
            said=said,
            reason=found.reason,
            outputs=others,
            classes=_count(model, found, way),
            names=told,
            way=way,
            finding=found.finding,
        )
    return _of_rows(model, key, given, rows, names, way, top)


def _found(
    model: LiveModel, given: Returned, prepared: tuple[PreparedImage, ...], names: ClassNames
) -> Found | None:
    asked = Asked.of(model.spec.entry.task, names, prepared)
    return None if asked is None else find({path: tensor for path, tensor, _ in given}, asked)


def _count(model: LiveModel, found: Found, way: AnswerWay) -> int | None:
    """Return how many classes what was found is of; of boxes as many as the network has names for itself."""
    if isinstance(found.finding, Objects):
        return class_names(model, replace(way, labels=None)).count
    return found.classes or None


def _of_rows(
    model: LiveModel,
    key: str,
    given: Returned,
    rows: dict[str, Tensor],
    names: ClassNames,
    way: AnswerWay,
    top: int,
) -> Answer:
    """Return the classes of one of the rows of numbers that were returned, or why there are none."""
    made = {f"output{path}": chain for path, _, chain in given}
    outputs = tuple(rows)
    chosen = _chosen(rows, way.output, names.count)
    if chosen is None:
        reason = _why_none(given, outputs, way.output)
        return Answer(key, said="no classes", reason=reason, outputs=outputs, way=way)
    numbers = Numbers.of(rows[chosen].flatten(), made[chosen], task(model.module))
    found = _read(key, numbers, names, way, top)
    found = replace(found, output=chosen, outputs=outputs, classes=len(numbers.row), way=way)
    several = f" of {chosen}" if len(given) > 1 or chosen != "output" else ""
    hint = _of_several(chosen, outputs, way) if len(outputs) > 1 else ""
    return replace(found, said=f"{found.said}{several}", reason=f"{found.reason}{hint}")


# ---- which of the tensors ----


def _rows(given: Returned, prepared: tuple[PreparedImage, ...]) -> dict[str, Tensor]:
    """Return the tensors that hold one number a class for one input, by name.

    (K,) is one where nothing else is returned: beside other tensors it may be the scores of K boxes. A single number
    always is.
    """
    if prepared[0].input.shape[:1] != (1,):
        return {}
    flat = {path for path, it, _ in given if it.is_floating_point() and it.dim() < 2 and it.numel() > 0}
    return {
        f"output{path}": it
        for path, it, _ in given
        if is_row(it) or (path in flat and (len(given) == 1 or it.numel() == 1))
    }


def _chosen(rows: dict[str, Tensor], wanted: str | None, classes: int | None) -> str | None:
    """Return the row that the person wants, else the likeliest: by its name, by the number of classes, the first."""
    if wanted is not None:
        spelled = (wanted, f"output.{wanted}", f"output{wanted}")
        return next((name for name in spelled if name in rows), None)

    def rank(name: str) -> tuple[bool, bool, bool]:
        return _last(name) not in _SCORES, rows[name].numel() != classes, rows[name].dim() < 2

    # As many numbers as there are names of classes are scores, whatever they are called.
    likely = [name for name in rows if _last(name) not in _NO_SCORES or rows[name].numel() == classes]
    return min(likely, key=rank, default=None)


def _last(name: str) -> str:
    """Return the last name on a way: `logits` of `output.head.logits`; empty of `output[1]` and of `output`."""
    found = re.search(r"\.(\w+)$", name)
    return found[1].lower() if found else ""


def row_of(given: Returned) -> tuple[str, Tensor, Reading] | None:
    """Return the likeliest row of class scores of what a network returned: the way to it, itself, how it is read.

    None if there is none.
    """
    rows = {f"output{path}": tensor for path, tensor, _ in given if is_row(tensor)}
    chosen = _chosen(rows, None, None)
    if chosen is None:
        return None
    made = next(chain for path, _, chain in given if f"output{path}" == chosen)
    reading, _ = readings.derive(Numbers.of(rows[chosen].flatten(), made))
    return chosen.removeprefix("output"), rows[chosen], reading


def _of_several(chosen: str, outputs: tuple[str, ...], way: AnswerWay) -> str:
    others = ", ".join(name for name in outputs if name != chosen)
    why = "as was chosen" if way.output is not None else "the likeliest"
    return f" {chosen} is read, {why}; {others} could be as well."


def _why_none(given: Returned, outputs: tuple[str, ...], wanted: str | None) -> str:
    if not given:
        return "The network returned no tensor."
    if wanted is not None:
        return f"The network returned no row of numbers named {wanted}; it returned {', '.join(outputs) or 'none'}."
    if outputs:
        return f"None of what the network returned is called scores; {', '.join(outputs)} could be read so."
    shown = [f"output{path} is {_shape(tensor)}" for path, tensor, _ in given[:3]]
    more = f" and {len(given) - 3:,} more" if len(given) > 3 else ""
    return f"The output is not one row of class scores: {', '.join(shown)}{more}."


def _shape(tensor: Tensor) -> str:
    sizes = "×".join(map(str, tensor.shape)) or "one number"
    return f"{sizes} {str(tensor.dtype).removeprefix('torch.')}"


# ---- how it is read ----


def _read(key: str, numbers: Numbers, names: ClassNames, way: AnswerWay, top: int) -> Answer:
    if bad := int((~numbers.row.isfinite()).sum()):
        return Answer(key, said="not finite", reason=_not_finite(numbers, bad))
    reading, reason = readings.derive(numbers)
    if way.reading is not None:
        derived = readings.said(reading, numbers.is_one, numbers.sums_to_one)
        reason = f"Chosen by hand; without that: {derived}. {reason}"
        reading = way.reading
        if refused := readings.refusal(numbers, reading):
            return Answer(key, said="cannot be read so", reason=refused)
    said = readings.said(reading, numbers.is_one, numbers.sums_to_one)
    predictions = _predictions(numbers, reading, names, top)
    tied = _tied(numbers, predictions)
    return Answer(key, predictions, reading, said, reason, names=names.told(len(numbers.row)), tied=tied)


def _tied(numbers: Numbers, predictions: tuple[Prediction, ...]) -> int:
    """Return how many classes have the number of the first, exactly; 1 without any."""
    if not predictions or numbers.is_one:
        return max(1, sum(it.rank == predictions[0].rank for it in predictions))
    return int((numbers.row == numbers.row[predictions[0].index]).sum())


def _not_finite(numbers: Numbers, bad: int) -> str:
    nan = int(numbers.row.isnan().sum())
    kinds = " and ".join(
        filter(None, (f"{nan:,} NaN" if nan else "", f"{bad - nan:,} infinite" if bad > nan else ""))
    )
    return f"{kinds} among the {len(numbers.row):,} numbers of the output: there are no classes to name."


def _predictions(numbers: Numbers, reading: Reading, names: ClassNames, top: int) -> tuple[Prediction, ...]:
    """Return the first classes, the highest first."""
    if reading is Reading.NONE:
        return ()
    row = numbers.row
    shares = readings.shares(row, reading)
    if numbers.is_one:
        return _of_one(None if shares is None else float(shares), float(row), names)[:top]
    # Stable: of equals the first comes first. Shares rise with the numbers, but are rounded: two may be 1.
    best = row.sort(descending=True, stable=True).indices[:top].tolist()
    return tuple(
        Prediction(k, names.label(k, len(row)), None if shares is None else float(shares[k]), float(row[k]))
        for k in best
    )


def _of_one(share: float | None, value: float, names: ClassNames) -> tuple[Prediction, ...]:
    """Return what one number says: how probable class 1 is, and class 0 if both have names."""
    no, yes = names.of_one()
    if share is None:
        return (Prediction(0, yes if names.count == 1 else "value", None, value),)
    found = [Prediction(1, yes, share, value)]
    if no is not None:
        found.append(Prediction(0, no, 1 - share))
    return tuple(sorted(found, key=lambda it: -it.rank))
