"""Putting weights into a network: which of the file's tensors it takes, what was done to them, all of them or none."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from explorer.records.faults import is_out_of_memory
from explorer.records.text import listed, shown
from explorer.weights import names
from explorer.weights.files import Checkpoint
from explorer.weights.names import Fit
from explorer.weights.numbers import NumbersError, converted, refuse_target
from explorer.weights.parts import Part
from explorer.weights.store import WeightsError
from explorer.weights.tensors import Odd, StateDict, Stored, TensorError

_COUNTER = "num_batches_tracked"
_CHOOSE = "choose the network they were saved from"


class HeadError(WeightsError):
    """The weights fit but for the network's head, which may be left random if the person says so."""

    at_terminal = " with --random-head"
    allows = "random_head"


@dataclass(frozen=True)
class Applied:
    """What was done to put weights into a network.

    Attributes:
        notes: What a person should know of it: one line, or nothing.
        head: Names of the network's tensors that were left as they were, since the file's are of another size.
    """

    notes: tuple[str, ...] = ()
    head: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class _Match:
    """A part of the file that fits, and how; `others` are those that would fit as well."""

    part: Part
    fit: Fit
    head: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    stripped: str = ""


def apply(
    model: nn.Module,
    checkpoint: Checkpoint,
    adapt: Callable[[StateDict], StateDict] | None = None,
    random_head: bool = False,
) -> Applied:
    """Copy the tensors of a file into the model's parameters and buffers, all of them or none.

    The file may hold more than the network takes, and all its names may have a common beginning or end more or less.
    The counters `num_batches_tracked` may be missing, as they are in files from before PyTorch 0.4.1.

    Args:
        model: Changed in place; keeps its device and dtypes.
        checkpoint: What the file holds.
        adapt: Maps the names in published files to the model's.
        random_head: True to leave a head of another size as it is.

    Raises:
        HeadError: Only a head does not fit, and it is not to be left random; the model is unchanged.
        WeightsError: The weights do not fit, or cannot be read; the model is unchanged.
    """
    own = {
        key: tensor for key, tensor in model.state_dict(keep_vars=True).items() if isinstance(tensor, Tensor)
    }
    match = _match(own, checkpoint, adapt)
    if match.head and not random_head:
        raise HeadError(_about_head(own, checkpoint, match))
    taken = {key: match.part.tensors[there] for key, there in match.fit.names.items()}
    ready, words = _ready(checkpoint, own, taken)
    with torch.no_grad():
        for key, tensor in own.items():
            if key not in ready:
                continue
            if is_lazy(tensor):
                tensor.materialize(ready[key].shape)
            tensor.detach().copy_(ready[key].reshape(tensor.shape))
    said = [*_said(match), *words]
    return Applied((f"{checkpoint.name}: {'; '.join(said)}.",) if said else (), match.head)


# ---- which part of the file ----


def _match(
    own: dict[str, Tensor], checkpoint: Checkpoint, adapt: Callable[[StateDict], StateDict] | None
) -> _Match:
    """Return the first part that fits whole, else the first that fits but for a head.

    Raises:
        WeightsError: There is none; it tells what the nearest lacks.
    """
    shapes = {key: _shape(tensor) for key, tensor in own.items()}
    spare = _spare(own)
    whole: list[_Match] = []
    nearest: _Match | None = None
    for part in checkpoint.parts:
        if part.is_joined and whole:
            break
        for adapted, stripped in _adapted(part, adapt):
            found = [
                _Match(adapted, fit, stripped=stripped) for fit in names.fits(shapes, spare, adapted.tensors)
            ]
            if fitting := [match for match in found if match.fit.is_whole]:
                whole += fitting
                break
            nearest = min((it for it in (nearest, *found) if it is not None), key=_lacks, default=None)
    if whole:
        return replace(whole[0], others=tuple(map(_where, whole[1:])))
    assert nearest is not None, "there is at least one part"
    head = names.head(shapes, nearest.fit, nearest.part.tensors)
    if not head:
        raise WeightsError(_misfit(own, checkpoint, nearest))
    return replace(nearest, head=tuple(head))


def _shape(tensor: Tensor) -> names.Shape:
    return None if is_lazy(tensor) else tuple(tensor.shape)


def _spare(own: dict[str, Tensor]) -> dict[str, tuple[str, ...]]:
    """Return what a file may lack: counters, and of a tensor with several names all but one."""
    by_tensor: dict[int, list[str]] = {}
    for key, tensor in own.items():
        by_tensor.setdefault(id(tensor), []).append(key)
    shared = {key: tuple(it for it in same if it != key) for same in by_tensor.values() for key in same}
    return {key: others for key, others in shared.items() if others} | {
        key: () for key in own if key.endswith(_COUNTER)
    }


def _adapted(part: Part, adapt: Callable[[StateDict], StateDict] | None) -> Iterator[tuple[Part, str]]:
    """Yield the part under the names that published files have, as it is and without what all its names begin with."""
    begin = ""
    if adapt is not None:
        begin = names.shared_prefixes(list(part.tensors))[-1]
        bare = {key.removeprefix(begin): tensor for key, tensor in part.tensors.items()}
        for tensors, stripped in ((part.tensors, ""), (bare, begin)):
            try:
                yield replace(part, tensors=adapt(tensors)), stripped
            except (ValueError, IndexError, KeyError):  # names that only look like those of published files
                continue
    yield part, ""


def _lacks(match: _Match) -> tuple[int, int]:
    return len(match.fit.missing) + len(match.fit.other), -len(match.part.tensors)


# ---- reading ----


def _ready(
    checkpoint: Checkpoint, own: dict[str, Tensor], taken: dict[str, Any]
) -> tuple[dict[str, Tensor], list[str]]:
    """Read what is taken and bring it into the network's dtypes; say how, each way once."""
    ready: dict[str, Tensor] = {}
    words: dict[str, list[str]] = {}
    for key, leaf in taken.items():
        try:
            refuse_target(own[key])
            if isinstance(leaf, Odd):
                raise NumbersError(f"it is {leaf.what}; save it as a plain one, with .dense or .dequantize")
            value = leaf.read() if isinstance(leaf, Stored) else leaf
            ready[key], word = converted(value, own[key], key.endswith(_COUNTER))
        except (NumbersError, TensorError, RuntimeError, OSError, MemoryError) as error:
            raise WeightsError(_unusable(checkpoint, key, error)) from error
        words.setdefault(word, []).append(key)
    said = [
        word if len(keys) > 1 or len(ready) == 1 else f"{listed(keys)}: {word}"
        for word, keys in words.items()
        if word
    ]
    return ready, said


def _unusable(checkpoint: Checkpoint, key: str, error: Exception) -> str:
    what = f"{checkpoint.name} was not loaded: {shown(key)}"
    if isinstance(error, NumbersError):
        return f"{what}: {error}"
    if is_out_of_memory(error):
        return f"{what} does not fit into memory; close other programs and try again"
    return f"{what} cannot be read ({shown(' '.join(str(error).split()), 120)}); fetch the file again"


# ---- what is said ----


def _said(match: _Match) -> list[str]:
    """Return what was done, in few words each; nothing if names and tensors were simply the network's."""
    part, fit = match.part, match.fit
    said = []
    if part.is_network:
        said.append("a network that was saved whole, of which only the tensors were read")
    if part.place:
        said.append(f"taken from “{part.place}”")
    if match.stripped:
        said.append(f"“{shown(match.stripped, 40)}” before every name dropped")
    said += fit.changes
    if match.head:
        said.append(f"the head stays random ({listed(list(match.head))})")
    if fit.unused:
        said.append(f"{_count(len(fit.unused))} that the network lacks left out ({listed(fit.unused)})")
    if match.others:
        said.append(f"{listed([f'“{other}”' for other in match.others])} would fit as well")
    return said


def _where(match: _Match) -> str:
    return ".".join(filter(None, (*match.part.where, match.fit.begin.rstrip("."))))


def _count(number: int) -> str:
    return f"{number:,} tensor{'' if number == 1 else 's'}"


def _about_head(own: dict[str, Tensor], checkpoint: Checkpoint, match: _Match) -> str:
    return (
        f"{checkpoint.name} fits the network but for its head ({_differences(own, match, match.head)}); "
        "choose a network with as many classes, or leave the head random"
    )


def _differences(own: dict[str, Tensor], match: _Match, keys: tuple[str, ...]) -> str:
    other = match.fit.other
    texts = [
        f"{shown(key, 40)} {_sizes(match.part.tensors[other[key]])} instead of {_sizes(own[key])}"
        if key in other
        else f"{shown(key, 40)} is missing"
        for key in keys
    ]
    return "; ".join(texts[:2]) + ("; …" if len(texts) > 2 else "")


def _sizes(tensor: Any) -> str:
    return shown(str(tuple(tensor.shape or ())), 40)


def _misfit(own: dict[str, Tensor], checkpoint: Checkpoint, match: _Match) -> str:
    fit = match.fit
    problems = []
    if fit.missing:
        problems.append(f"{len(fit.missing):,} missing ({listed(fit.missing, 90)})")
    if fit.unused:
        problems.append(f"{len(fit.unused):,} unexpected ({listed(fit.unused, 90)})")
    if fit.other:
        problems.append(f"{len(fit.other):,} of another shape ({_differences(own, match, tuple(fit.other))})")
    place = f" (“{match.part.place}”)" if match.part.place else ""
    return f"{checkpoint.name}{place} does not fit the network: {', '.join(problems)}; {_CHOOSE}"
