"""Which place of the picture each token of an attention is: the moves of the recording, made again with place numbers.

Between a map whose rows and columns are known and the queries, a model only moves values about (views, rolls, windows,
padding, class tokens before them) and mixes the features of each token. The same moves on an index tensor tell where
every token comes from, windows that were shifted included. Nothing is guessed: where an operation between mixes places,
or is not known, there is no answer.
"""

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from explorer.fields.algebra import Field
from explorer.fields.axes import is_whole
from explorer.fields.receptive_field import ReceptiveFields
from explorer.forward.arguments import bind
from explorer.forward.recording import Operation
from explorer.forward.tensors import tensors_in, unseen

PADDING, EXTRA = 0, -1
"""The codes of what is no place of the map: padding, and tokens beside the grid (a class token); places begin at 1."""
OTHER = -2
"""The code of what belongs to another input of the batch."""

_MOST_VALUES = 1 << 26
_MOST_STEPS = 400  # operations between a map and the queries
_MOVES = frozenset({
    "view", "reshape", "permute", "transpose", "t", "contiguous", "roll", "flip", "pad", "getitem", "unbind", "chunk",
    "split", "flatten", "unflatten", "squeeze", "unsqueeze", "expand", "expand_as", "cat", "concat", "stack",
    "movedim", "moveaxis", "swapaxes", "swapdims", "select", "narrow", "repeat", "repeat_interleave", "tile", "view_as",
    "reshape_as", "clone", "index_select", "tensor_split", "mt", "unfold",
})  # fmt: skip
_MIXES_FEATURES = frozenset({"linear", "matmul", "mm", "bmm", "einsum", "scaled_dot_product_attention"})
_KEEPS = frozenset({
    "add", "sub", "mul", "div", "dropout", "layer_norm", "rms_norm", "normalize", "identity", "gelu", "relu", "silu",
    "to", "float", "half", "type_as", "sigmoid", "tanh", "neg", "pow", "elu", "batch_norm", "softmax",
    "masked_fill", "where",
})  # fmt: skip


class Places:
    """Follows the places of tokens through a recording.

    Args:
        operations: What a forward ran through; its calls are made again on numbers, its values are not read.
        fields: The receptive fields of the recording, which know where rows and columns run in a map.
        batch: How many inputs there are in the batch.
    """

    def __init__(self, operations: list[Operation], fields: ReceptiveFields, batch: int) -> None:
        self._operations = operations
        self._fields = fields
        self._batch = batch
        self._made: dict[int, list[Tensor] | None] = {}
        self._of: dict[int, list[tuple[int, int]]] = {}
        self.grids: dict[int, tuple[int, int]] = {}
        for node, operation in enumerate(self._operations):
            for output, tensor in enumerate(operation.results):
                self._of.setdefault(id(tensor), []).append((node, output))
        self._steps = 0

    def of_product(self, node: int) -> tuple["Side | None", "Side | None"]:
        """Return the places of the rows and of the columns of a product q kᵀ; None for those that are not known.

        Returns:
            Twice a grid (h, w) and codes (..., tokens), whose leading dimensions are those of the product.
        """
        operation = self._operations[node]
        if operation.asked is None:
            return None, None
        _, args, kwargs = operation.asked
        op = operation.op.rstrip("_")
        operands = tensors_in(*args, kwargs)
        if op == "baddbmm":
            operands = operands[1:]
        if len(operands) < 2:
            return None, None
        left, right = operands[:2]
        shape = tuple(operation.results[0].shape)
        with unseen():
            if op == "einsum":
                return self._of_einsum(node, str(args[0]), left, right, shape)
            rows, keys = self._side(node, left), self._side(node, right)
            return _row_places(rows, -1, shape[:-1]), _row_places(keys, -2, (*shape[:-2], shape[-1]))

    # ---- inside ----

    def _of_einsum(
        self, node: int, equation: str, left: Tensor, right: Tensor, shape: tuple[int, ...]
    ) -> tuple["Side | None", "Side | None"]:
        reads, _, gives = equation.replace(" ", "").partition("->")
        first, _, second = reads.partition(",")
        if "." in equation or len(gives) < 2 or not gives or second.count(","):
            return None, None
        key, query = gives[-1], gives[-2]
        if query in second and key in first:
            first, second, left, right = second, first, right, left
        if query not in first or query in second or key not in second or key in first:
            return None, None
        return (
            self._of_letters(node, left, first, gives[:-1], shape[:-1]),
            self._of_letters(node, right, second, gives[:-2] + key, (*shape[:-2], shape[-1])),
        )

    def _of_letters(
        self, node: int, tensor: Tensor, letters: str, wanted: str, shape: tuple[int, ...]
    ) -> "Side | None":
        side = self._side(node, tensor)
        codes = None if side is None else _letters(side[1], letters, wanted, shape)
        return None if side is None or codes is None else (side[0], codes.cpu())

    def _side(self, before: int, tensor: Tensor) -> "Side | None":
        """Return grid and codes of a tensor that an operation reads; None if they are not known."""
        place = self._maker(before, tensor)
        if place is None:
            return None
        self._steps = 0
        found = self._codes(place[0])
        grid = self.grids.get(place[0])
        if found is None or grid is None or place[1] >= len(found):
            return None
        return grid, found[place[1]]

    def _maker(self, before: int, tensor: Tensor) -> tuple[int, int] | None:
        made = [it for it in self._of.get(id(tensor), ()) if it[0] < before]
        return made[-1] if made else None

    def _codes(self, node: int) -> list[Tensor] | None:
        """Return the codes of the outputs of an operation, each with the shape of that output."""
        if node not in self._made:
            self._made[node] = None  # while it is looked for
            self._steps += 1
            operation = self._operations[node]
            few = sum(result.numel() for result in operation.results) <= _MOST_VALUES
            if few and self._steps <= _MOST_STEPS:
                self._made[node] = self._found(node, operation)
        return self._made[node]

    def _found(self, node: int, operation: Operation) -> list[Tensor] | None:
        op = operation.op.rstrip("_")
        if operation.asked is None and op == "identity" and len(operation.inputs) == 1:
            return self._handed_on(node, operation)
        if operation.asked is None or not (op in _MOVES or op in _KEEPS or op in _MIXES_FEATURES):
            return self._begun(node, operation)
        _, args, kwargs = operation.asked
        sources = self._sources(node, args, kwargs)
        if not sources:
            return None
        if len(sources) > 1 and op in _KEEPS and (begun := self._begun(node, operation)) is not None:
            return begun  # where a block ends: its sum is a map again
        codes = {}
        for key, (place, output) in sources.items():
            if (made_before := self._codes(place)) is not None:
                codes[key] = made_before[output]
        if len(codes) < len(sources):
            return None
        grids = {self.grids[place] for place, _ in sources.values()}
        if len(grids) != 1:
            return None
        try:
            made = _moved(operation, codes) if op in _MOVES else _kept(operation, op, codes)
        except (RuntimeError, TypeError, ValueError, IndexError, NotImplementedError):
            return None  # a form of the call that numbers cannot follow: unknown
        if made is None and op == "linear":
            return self._merged(node, operation, *codes.values())
        shapes = [tuple(result.shape) for result in operation.results]
        if made is None or [tuple(it.shape) for it in made] != shapes:
            return None
        self.grids[node] = grids.pop()
        return made

    def _merged(self, node: int, operation: Operation, *codes: Tensor) -> list[Tensor] | None:
        """Number the places anew where a linear layer joined several into one, if they are still in their order."""
        begun = self._begun(node, operation)
        if begun is None or len(codes) != 1 or codes[0].shape[:-1] != begun[0].shape[:-1]:
            return None
        new = begun[0][..., 0].flatten()
        old = codes[0].amin(-1).flatten()[new > 0]
        in_order = old[new[new > 0].argsort()]
        return begun if bool((in_order.diff() > 0).all()) else None

    def _handed_on(self, node: int, operation: Operation) -> list[Tensor] | None:
        """Return the codes of what a module gave back as it got it."""
        (source,) = operation.inputs
        codes = self._codes(source)
        if codes is None or codes[0].shape != operation.results[0].shape:
            return None
        self.grids[node] = self.grids[source]
        return codes[:1]

    def _sources(self, node: int, args: Any, kwargs: Any) -> dict[int, tuple[int, int]]:
        """Return which operations made the tensors among the arguments that see the picture, by the tensors' ids."""
        found = {}
        for tensor in tensors_in(*args, kwargs):
            place = self._maker(node, tensor)
            if place is not None and self._fields.fields[place[0]] is not None:
                found[id(tensor)] = place
        return found

    def _begun(self, node: int, operation: Operation) -> list[Tensor] | None:
        """Return codes for an output whose rows and columns are known: this is where they are numbered."""
        field = self._fields.fields[node]
        if field is None or len(field.rules) != 2 or len(operation.results) != 1:
            return None
        result = operation.results[0]
        found = _numbered(field, tuple(result.shape), result.device, self._batch)
        if found is None:
            return None
        self.grids[node], codes = found
        return [codes]


Side = tuple[tuple[int, int], Tensor]
"""The grid (h, w) of places, and a code for each token."""


def _numbered(
    field: Field, shape: tuple[int, ...], device: torch.device, batch: int
) -> tuple[tuple[int, int], Tensor] | None:
    """Return the grid of a map or of tokens and the codes of its elements; None if it has no two whole axes."""
    if field.ndim != len(shape) or any(not all(is_whole(d, field.labels) for d in it) for it in field.labels):
        return None
    flat = [d for d, axes in enumerate(field.axes) if len(axes) == 2]
    alone = {axes[0]: d for d, axes in enumerate(field.axes) if len(axes) == 1}
    view = [1] * len(shape)
    if flat and not alone:
        (dim,) = flat[:1]
        order = field.axes[dim]
        sizes = tuple(field.grid)
        numbers = torch.arange(1, sizes[0] * sizes[1] + 1, dtype=torch.int32).reshape(sizes)
        if order == (1, 0):  # columns first: number them by rows all the same
            numbers = torch.arange(1, sizes[0] * sizes[1] + 1, dtype=torch.int32).reshape(sizes[::-1]).t()
        grid = sizes if order == (0, 1) else sizes[::-1]
        extra = torch.full((field.extra,), EXTRA, dtype=torch.int32)
        codes = torch.cat([extra, numbers.flatten()])
        used = {dim}
    elif set(alone) == {0, 1} and not flat and not field.extra:
        grid = (shape[alone[0]], shape[alone[1]])
        numbers = torch.arange(1, grid[0] * grid[1] + 1, dtype=torch.int32).reshape(grid)
        codes = (numbers if alone[0] < alone[1] else numbers.t()).flatten()
        used = {alone[0], alone[1]}
    else:
        return None
    for dim in used:
        view[dim] = shape[dim]
    if codes.numel() != torch.Size([shape[d] for d in used]).numel():
        return None
    placed = codes.reshape(view)
    sample = next((d for d, size in enumerate(shape) if batch > 1 and size == batch and d not in used), None)
    if batch > 1:
        if sample is None:
            return None
        # Only the first input of a batch is shown; what belongs to another is no place of its picture.
        first = (
            torch.arange(shape[sample]).reshape([-1 if d == sample else 1 for d in range(len(shape))]) == 0
        )
        placed = torch.where(first, placed, torch.full_like(placed, OTHER))
    return (int(grid[0]), int(grid[1])), placed.to(device).expand(shape)


def _moved(operation: Operation, codes: dict[int, Tensor]) -> list[Tensor] | None:
    """Make a move again, with codes in the place of the tensors that see the picture."""
    assert operation.asked is not None
    func, args, kwargs = operation.asked
    if operation.op == "pad":
        return _padded(func, args, kwargs, codes)
    joins = operation.op in ("cat", "concat", "stack")

    def put(value: Any) -> Any:
        if isinstance(value, Tensor):
            if id(value) in codes:
                return codes[id(value)]
            return torch.full(value.shape, EXTRA, dtype=torch.int32, device=value.device) if joins else value
        if isinstance(value, list | tuple):
            return type(value)(map(put, value)) if not hasattr(value, "_fields") else value
        return value

    result = func(*put(args), **{name: put(value) for name, value in kwargs.items()})
    return tensors_in(result)


def _padded(
    func: Callable[..., Any], args: Any, kwargs: Any, codes: dict[int, Tensor]
) -> list[Tensor] | None:
    bound = bind(func, args, kwargs)
    if bound is None or bound.get("mode", "constant") != "constant":
        return None
    (code,) = codes.values()
    return [F.pad(code, list(bound["pad"]), value=PADDING)]


def _kept(operation: Operation, op: str, codes: dict[int, Tensor]) -> list[Tensor] | None:
    """Return codes of what mixes at most the features of each token.

    A product keeps the places of its rows: those of the queries in q kᵀ, and in what they gather.
    """
    assert operation.asked is not None
    shape = operation.results[0].shape
    if op in _MIXES_FEATURES:
        first = next(iter(tensors_in(*operation.asked[1], operation.asked[2])))
        rows = codes.get(id(first))
        if rows is not None and op == "einsum":
            reads, _, gives = str(operation.asked[1][0]).replace(" ", "").partition("->")
            laid = _letters(rows, reads.partition(",")[0], gives, tuple(shape))
            return None if laid is None else [laid]
        if rows is None or not _is_constant(rows, -1):
            return None
        return [rows[..., :1].expand(shape)]
    spread = [code.broadcast_to(shape) for code in codes.values()]
    if any(not torch.equal(spread[0], other) for other in spread[1:]):
        return None
    return [spread[0]]


def _is_constant(codes: Tensor, dim: int) -> bool:
    if codes.stride(dim) == 0 or codes.shape[dim] == 1:  # one and the same number in memory
        return True
    return bool((codes == codes.narrow(dim, 0, 1)).all())


def _row_places(side: Side | None, features: int, shape: tuple[int, ...]) -> Side | None:
    """Return a code a token, where all its features come from one place; broadcast to the product's own shape."""
    if side is None or not _is_constant(side[1], features):
        return None
    codes = side[1].select(features, 0)
    return side[0], codes.broadcast_to(shape).cpu()


def _letters(codes: Tensor, letters: str, wanted: str, shape: tuple[int, ...]) -> Tensor | None:
    """Return codes of `shape` in the order of `wanted` letters of an einsum; None if what is summed mixes places."""
    if len(set(letters)) != len(letters) or "." in letters:
        return None
    for place in reversed(range(len(letters))):
        if letters[place] not in wanted:
            if not _is_constant(codes, place):
                return None
            codes = codes.select(place, 0)
    rest = [letter for letter in letters if letter in wanted]
    order = [letter for letter in wanted if letter in rest]
    codes = codes.permute([rest.index(letter) for letter in order])
    view = [codes.shape[order.index(k)] if k in rest else 1 for k in wanted]
    return codes.reshape(view).broadcast_to(shape)
