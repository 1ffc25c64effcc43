"""Lets values go while a forward is recorded, so that those that are kept take no more memory than they may.

As long as all fit nothing is done but to count. From then on the largest go first: so the fewest go.
"""

import heapq
from collections.abc import Callable, Collection, Container, Sequence
from dataclasses import dataclass, field, replace

from torch import Tensor

from explorer.forward.aliasing import storage_of
from explorer.forward.fingerprint import fingerprint
from explorer.forward.lineage import Lineage
from explorer.forward.recording import Operation, Recording, Saved
from explorer.forward.shells import Shells, has_shell, mapped, shell_of
from explorer.forward.tensors import unseen

Seen = Callable[[int, int, Tensor], None]


class _Everything:
    def __contains__(self, _: object) -> bool:
        return True


EVERYTHING: Container[int] = _Everything()


@dataclass(frozen=True)
class Keeping:
    """Which values of a recording are kept.

    What the model returns is always kept, its inputs, and what does not depend on these.

    Attributes:
        room: Bytes that the values may take; None for no limit.
        more: Asked when they would take more; makes room, and returns how many they may take then.
        only: Numbers of the operations whose values are kept where not all fit; without a limit only they are kept.
        seen: Shown each value right after its operation, with the number of the operation and of the output. What it
            raises is raised at the end of the recording, and nothing is shown to it any more.
    """

    room: int | None = None
    more: Callable[[], int] | None = None
    only: Container[int] = EVERYTHING
    seen: Seen | None = None

    @property
    def is_plain(self) -> bool:
        """Whether all is kept that there is room for, and nobody watches."""
        return self.only is EVERYTHING and self.seen is None

    def has_room_for(self, size: int) -> bool:
        """Tell whether values that take so many bytes are all kept, and nobody has to make room."""
        return self.is_plain and (self.room is None or size <= self.room)


@dataclass(slots=True)
class _Held:
    """The values on one storage; `goes` tells that they may be let go."""

    bytes: int
    goes: bool
    values: list[Saved] = field(default_factory=list)


class Keeper:
    """Keeps to what a `Keeping` says, operation by operation.

    Args:
        keeping: What is kept.
        recording: What is taken down.
        lineage: Of the values in memory.

    Attributes:
        raised: What `Keeping.seen` raised; None if nothing.
        spares: Whether values are let go, because not all are wanted, or may not have room.
    """

    def __init__(self, keeping: Keeping, recording: Recording, lineage: Lineage) -> None:
        self.raised: Exception | None = None
        self._keeping = keeping
        self._recording = recording
        self._lineage = lineage
        self._room, self._more = keeping.room, keeping.more
        self._most = 0  # bytes that the values take at most, as long as nothing is let go
        self.spares = False
        self._shells = Shells()
        self._kernels = self._operations = 0  # how many have been looked at
        self._held: dict[int, _Held] = {}  # by storage
        self._place: dict[int, int] = {}  # id of a saved value -> its storage
        self._largest: list[tuple[int, int]] = []  # heap of (-bytes, storage)
        self._bytes = 0

    def take(self, operation: Operation) -> None:
        """Let go of what has no room any more, now that an operation has run."""
        if self._keeping.seen is not None:
            self._show(operation, self._keeping.seen)
        if self.spares or self._begins(operation):
            self._spare()

    def finish(self) -> None:
        """Let go of what was held for the last operation, and of copies that were made since."""
        if self.spares:
            self._spare()

    def _show(self, operation: Operation, seen: Seen) -> None:
        node = len(self._recording.operations) - 1
        for output, saved in enumerate(operation.values):
            if self.raised is None:
                try:
                    with unseen():
                        seen(node, output, saved.tensor)
                except Exception as error:  # noqa: BLE001 - raised again at the end, where no model can catch it
                    self.raised = error

    def _begins(self, operation: Operation) -> bool:
        if self._room is None:
            return self._keeping.only is not EVERYTHING
        for saved in operation.values:
            # Either it keeps its storage alive or, when that is written, has a copy of its own.
            self._most += max(saved.tensor.untyped_storage().nbytes(), saved.tensor.nbytes)
        return self._most > self._room

    # ---- from when on not all is kept ----

    def _spare(self) -> None:
        with unseen():
            if not self.spares:
                self.spares = True
                self._lineage.copied.clear()  # whatever was copied is counted as it is now
            old, self._operations = self._operations, len(self._recording.operations)
            self._put_shells(old)
            for node in range(old, self._operations):
                for saved in self._recording.operations[node].values:
                    self._hold(saved, node)
            for saved in self._lineage.copied:
                self._hold_copy(saved)
            self._lineage.copied.clear()
            self._keep_to_room()

    def _put_shells(self, old: int) -> None:
        """Let everything that was taken down refer to shells, so that only the model and saved values hold tensors."""
        operations, kernels, shell = self._recording.operations, self._recording.kernels, self._shells.of
        for operation in operations[old:]:
            self._lineage.forget_when_gone(operation.results)
            if operation.op == "input":
                self._shells.note_input(operation.results[0])
        first, self._kernels = self._kernels, len(kernels)
        turned = False
        yielded = {storage_of(it) for operation in operations[old:] for it in operation.results}
        for kernel in kernels[first:]:
            turned |= self._shells.note(kernel, yielded)
        if turned:
            first = old = 0
        self._lineage.put_shells(shell, everywhere=turned)
        for kernel in kernels[first:]:
            kernel.args, kernel.kwargs = mapped(kernel.args, shell), mapped(kernel.kwargs, shell)
            kernel.result = mapped(kernel.result, shell)
        for operation in operations[max(0, old - 1) :]:  # what it was asked is known one operation later
            operation.results = mapped(operation.results, shell)
            operation.asked = mapped(operation.asked, shell)

    def _hold(self, saved: Saved, node: int) -> None:
        goes = self._shells.of(saved.tensor) is not saved.tensor
        if self._keeping.only is not EVERYTHING:
            if goes and node not in self._keeping.only:
                saved.tensor, saved.is_held = self._shells.of(saved.tensor), False
            return
        self._put(saved, goes and self._recording.operations[node].op != "output")

    def _put(self, saved: Saved, goes: bool) -> None:
        storage = saved.tensor.untyped_storage()
        key, size = storage._cdata, storage.nbytes()
        held = self._held.get(key)
        if held is None:
            held = self._held[key] = _Held(size, goes)
            self._bytes += size
            heapq.heappush(self._largest, (-size, key))
        held.goes &= goes
        held.values.append(saved)
        self._place[id(saved)] = key

    def _hold_copy(self, saved: Saved) -> None:
        """Count a value that was copied where its copy lies."""
        key = self._place.pop(id(saved), None)
        if key is None:
            return
        held = self._held[key]
        held.values = [it for it in held.values if it is not saved]
        if not held.values:
            self._forget(key)
        self._put(saved, held.goes)

    def _forget(self, key: int) -> None:
        self._bytes -= self._held.pop(key).bytes

    def _keep_to_room(self) -> None:
        if self._more is not None and self._room is not None and self._bytes > self._room:
            self._room, self._more = self._more(), None
        while self._room is not None and self._bytes > self._room and self._largest:
            _, key = heapq.heappop(self._largest)
            held = self._held.get(key)
            if held is not None and held.goes:
                for saved in held.values:
                    del self._place[id(saved)]
                    let_go(saved, self._shells.of(saved.tensor))
                self._forget(key)


def let_go(saved: Saved, shell: Tensor) -> None:
    """Let go of a value; a shell takes its place, and its fingerprint tells whether it comes out the same again."""
    if saved.mark is None:
        saved.mark = fingerprint(saved.tensor)
    if shell is saved.tensor:
        shell = shell_of(saved.tensor)
    saved.tensor, saved.is_held = shell, False


Shapes = list[list[Saved]]
"""For each operation what stands for its values as long as they are not held."""


def shapes_of(operations: Sequence[Operation]) -> Shapes:
    """Return what stands for the values of operations: without memory, and nothing that they are compared with."""
    return [[Saved(_shape_of(saved.tensor), False) for saved in it.values] for it in operations]


def emptied(recording: Recording, shapes: Shapes, inputs: Sequence[Tensor]) -> Recording:
    """Return the recording of the same forward on other inputs, which are all that is held of its values.

    What its calls were given and yielded is told by the operations of the first one, which may let go of it.

    Args:
        recording: Of a forward; it stays as it is.
        shapes: Those of its values.
        inputs: Tensors of the shapes of its inputs, in their order.
    """
    given = iter(inputs)
    operations = [
        replace(it, values=[Saved(next(given))] if it.op == "input" else list(values), results=[], asked=None)
        for it, values in zip(recording.operations, shapes, strict=True)
    ]
    return replace(recording, operations=operations)


def _shape_of(tensor: Tensor) -> Tensor:
    if not has_shell(tensor):
        return tensor
    return tensor.new_empty_strided(tensor.shape, tensor.stride(), device="meta")


def shrink(recording: Recording, room: int, but: Collection[int] = ()) -> None:
    """Let go of values of a forward that was recorded, the largest first, until the rest takes `room` bytes.

    Inputs stay, what is returned, and the values of the operations `but`. Others may look into it meanwhile.
    """
    groups = _by_storage(recording, but)
    held = sum(group.bytes for group in groups.values())
    gone: set[int] = set()
    for key, group in sorted(groups.items(), key=lambda it: -it[1].bytes):
        if held <= room:
            break
        if group.goes:
            gone.add(key)
            held -= group.bytes
    if gone:
        with unseen():
            _put_shells(recording, gone)


def _by_storage(recording: Recording, but: Collection[int]) -> dict[int, _Held]:
    groups: dict[int, _Held] = {}
    for node, operation in enumerate(recording.operations):
        for saved in operation.values:
            if saved.is_held:
                storage = saved.tensor.untyped_storage()
                group = groups.setdefault(storage._cdata, _Held(storage.nbytes(), goes=True))
                is_end = operation.op in ("input", "output")
                group.goes &= node not in but and not is_end and has_shell(saved.tensor)
    return groups


def _put_shells(recording: Recording, gone: set[int]) -> None:
    shells: dict[int, tuple[Tensor, Tensor]] = {}  # with the tensor, or its id would be given anew

    def shell(tensor: Tensor) -> Tensor:
        if storage_of(tensor) not in gone:
            return tensor
        return shells.setdefault(id(tensor), (tensor, shell_of(tensor)))[1]

    for operation in recording.operations:
        for place, saved in enumerate(operation.values):
            if saved.is_held and storage_of(saved.tensor) in gone:
                mark = saved.mark or fingerprint(saved.tensor)
                operation.values[place] = Saved(shell(saved.tensor), False, mark)
        operation.results = mapped(operation.results, shell)
        operation.asked = mapped(operation.asked, shell)
