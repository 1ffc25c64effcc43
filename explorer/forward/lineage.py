"""Where the values in memory come from: who yielded a tensor, who wrote on its storage since, what is saved there.

Values are saved without a copy; before anything is written, every value saved on that storage is copied, so that saved
values stay what they were (copy-on-write).
"""

import weakref
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import partial

from torch import Tensor

from explorer.forward.aliasing import overlap, storage_of
from explorer.forward.recording import Saved
from explorer.forward.tensors import copy_of


class Lineage:
    """Knows of each storage which operations wrote which part of it, and which saved values live on it.

    Args:
        before_write: Told of every tensor that is about to be written.

    Attributes:
        copied: The saved values that were copied, for whoever takes note of them.
    """

    def __init__(self, before_write: Callable[[Tensor], None]) -> None:
        self.copied: list[Saved] = []
        self._before_write = before_write
        self._producer: dict[int, int] = {}  # id of a tensor -> the operation that yielded it
        # storage -> who wrote which part
        self._writers: dict[int, list[tuple[int, Tensor]]] = defaultdict(list)
        self._saved: dict[int, list[Saved]] = defaultdict(list)  # storage -> values that live on it
        self._ever: set[int] = set()  # storages that were written
        self._written: list[Tensor] = []  # by the operation that is running
        self._read: list[int] = []  # storages that the operation reads
        self._fresh: set[int] = set()  # storages that were written since `put_shells`
        self._alive: dict[int, weakref.ref[Tensor]] = {}

    def sources(self, tensors: list[Tensor]) -> list[int]:
        """Return the operations whose values `tensors`, which the next one reads, hold.

        They are those who yielded them, and who wrote into them since.
        """
        sources: list[int] = []
        read: list[int] = []
        producers, writers = self._producer, self._writers
        for tensor in tensors:
            storage = tensor.untyped_storage()._cdata
            read.append(storage)
            producer = producers.get(id(tensor), -1)
            if producer >= 0:
                sources.append(producer)
            if storage in writers:
                for writer, part in writers[storage]:
                    if writer > producer and overlap(part, tensor):
                        sources.append(writer)
        self._read = read
        return list(dict.fromkeys(sources)) if len(sources) > 1 else sources

    def producer(self, tensor: Tensor) -> int:
        """Return the operation that yielded a tensor, -1 if none did."""
        return self._producer.get(id(tensor), -1)

    def forget_writes(self) -> None:
        """Attribute what was written so far to no operation."""
        self._written.clear()

    def will_write(self, tensor: Tensor) -> None:
        """Copy every saved value on the storage that is about to be written."""
        storage = storage_of(tensor)
        self._before_write(tensor)
        self.let_go((storage,))
        self._written.append(tensor)
        self._ever.add(storage)

    def was_written(self, tensor: Tensor) -> bool:
        """Tell whether something was written on the storage of a tensor."""
        return storage_of(tensor) in self._ever

    def written_among(self, tensors: list[Tensor]) -> list[Tensor]:
        """Return the first of `tensors` that lies on a storage that was just written, if one does."""
        storages = {storage_of(tensor) for tensor in self._written}
        return [tensor for tensor in tensors if storage_of(tensor) in storages][:1]

    def save(self, node: int, outputs: list[Tensor]) -> list[Saved]:
        """Save what operation `node` yielded, and attribute to it what was just written."""
        values = []
        for tensor in outputs:
            saved = Saved(tensor)
            values.append(saved)
            storage = tensor.untyped_storage()._cdata
            self._saved[storage].append(saved)
            self._producer[id(tensor)] = node
            if storage not in self._writers and storage not in self._read:  # not a view of a parameter
                self._writers[storage].append((node, tensor))
                self._fresh.add(storage)
        for tensor in self._written:
            storage = tensor.untyped_storage()._cdata
            self._writers[storage].append((node, tensor))
            self._fresh.add(storage)
        self._written.clear()
        return values

    def let_go(self, storages: Iterable[int]) -> None:
        """Copy what is saved on storages that are about to be written."""
        for storage in storages:
            for saved in self._saved.pop(storage, ()):
                if saved.is_held:
                    saved.tensor = copy_of(saved.tensor)
                    self.copied.append(saved)

    # ---- where not all values are kept ----

    def forget_when_gone(self, tensors: list[Tensor]) -> None:
        """Forget who yielded these tensors when nobody holds them any more: others may bear their ids then."""
        for tensor in tensors:
            # Told to the table alone: what told this object would hold it, and the model, until all is collected.
            self._alive[id(tensor)] = weakref.ref(tensor, partial(_forget, self._producer, id(tensor)))

    def put_shells(self, shell: Callable[[Tensor], Tensor], everywhere: bool) -> None:
        """Hold what `shell` gives in the place of tensors that were written since the last time, or `everywhere`."""
        for storage in list(self._writers) if everywhere else self._fresh:
            self._writers[storage] = [(node, shell(tensor)) for node, tensor in self._writers[storage]]
        self._fresh.clear()


def _forget(producer: dict[int, int], tensor: int, _: object) -> None:
    producer.pop(tensor, None)
