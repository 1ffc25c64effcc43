"""The winning n-gram of each filter: the stretch of a word where a convolution over its characters answers most."""

from collections.abc import Callable

from torch import Tensor

from explorer.fields.algebra import Field
from explorer.fields.receptive_field import ReceptiveFields
from explorer.forward.recording import Recording
from explorer.records.ngrams import NGram


def find(
    recording: Recording, fields: ReceptiveFields, characters: str, value: Callable[[int], Tensor]
) -> tuple[NGram, ...]:
    """Return the n-gram of every filter of every convolution whose units lie along the characters.

    What a filter saw is the receptive field of the unit with its largest value, so that a convolution over another
    one's output counts as well, with the wider stretch that it sees. Padding around the word is not part of it.

    Args:
        recording: A forward on one word.
        fields: Of the same recording.
        characters: What the network read, one character a position of its input (1, L).
        value: Gives the output of an operation by its number.
    """
    found: list[NGram] = []
    for node, operation in enumerate(recording.operations):
        if operation.op.startswith("conv"):
            found += _of_convolution(node, operation.name, value(node), fields, characters)
    return tuple(found)


def _of_convolution(
    node: int, name: str, value: Tensor, fields: ReceptiveFields, characters: str
) -> list[NGram]:
    field = fields.fields[node]
    if field is None or not value.numel() or not value.is_floating_point():
        return []
    responses = _along_word(value, field)
    if responses is None:
        return []
    strongest, places = responses.max(dim=1)
    found = []
    for k, (activation, place) in enumerate(zip(strongest.tolist(), places.tolist(), strict=True)):
        box = fields.of_unit(node, (place,)).box
        if box is not None:
            start, stop = box
            found.append(NGram(node, name, k, start, characters[start:stop], activation))
    return found


def _along_word(value: Tensor, field: Field) -> Tensor | None:
    """Return the output of a convolution as (filters, positions); None if its units do not lie along the word."""
    along = [dimension for dimension, axes in enumerate(field.axes) if axes == (0,)]
    if len(field.rules) != 1 or len(along) != 1 or along[0] < 2 or value.shape[0] != 1:
        return None
    # (1, F, L) of a conv1d; (1, F, L, 1) of a conv2d whose kernels are as wide as the embedding
    positions = value.detach()[0].movedim(along[0] - 1, -1)
    return positions.flatten(0, -2).float()
