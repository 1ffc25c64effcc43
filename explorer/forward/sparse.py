"""Sparse tensors lie on no storage that can be followed: dense ones with the same values stand for them."""

import torch
from torch import Tensor

from explorer.forward.aliasing import storage_of
from explorer.forward.tensors import peculiarity, unseen
from explorer.records.errors import UsageError
from explorer.records.units import bytes_

_MOST_BYTES = 2**30  # of one that is made dense


class StandIns:
    """The dense tensors that stand for the sparse ones of a forward.

    Attributes:
        are_any: Whether a sparse tensor was met.
    """

    def __init__(self) -> None:
        self.are_any = False
        # By id; with the sparse ones, or their ids would be given anew.
        self._dense: dict[int, tuple[Tensor, Tensor]] = {}
        self._storages: set[int] = set()  # that the sparse ones lie on

    def of(self, tensor: Tensor) -> Tensor:
        """Return what stands for a tensor: a dense one for one that is sparse, else itself.

        Raises:
            UsageError: It would be too large.
        """
        if peculiarity(tensor) != "sparse":
            return tensor
        self.are_any = True
        if id(tensor) not in self._dense:
            if (size := tensor.numel() * tensor.element_size()) > _MOST_BYTES:
                raise UsageError(
                    f"a sparse tensor is recorded as a dense one, which would take {bytes_(size)}; use a smaller one"
                )
            with unseen():
                self._dense[id(tensor)] = tensor, tensor.detach().to_dense()
                self._storages.update(map(storage_of, parts(tensor.detach())))
        return self._dense[id(tensor)][1]

    def refuse_write(self, tensor: Tensor) -> None:
        """End the forward where a tensor is about to be written that is sparse, or lies in memory of one.

        Raises:
            UsageError: It is.
        """
        if peculiarity(tensor) == "sparse" or (self.are_any and storage_of(tensor) in self._storages):
            raise UsageError(
                "a sparse tensor is written in place, which is not followed; make a new one (`a * 2` for `a.mul_(2)`)"
            )


def dense(tensor: Tensor) -> Tensor:
    """Return a tensor that is sparse as a dense one, any other as it is."""
    return tensor.to_dense() if peculiarity(tensor) == "sparse" else tensor


def parts(tensor: Tensor) -> list[Tensor]:
    """Return the tensors that a sparse one keeps: its places and its values; any other is its own only part."""
    if peculiarity(tensor) != "sparse":
        return [tensor]
    if tensor.layout is torch.sparse_coo:
        return [tensor._indices(), tensor._values()]
    if tensor.layout in (torch.sparse_csr, torch.sparse_bsr):
        return [tensor.crow_indices(), tensor.col_indices(), tensor.values()]
    return [tensor.ccol_indices(), tensor.row_indices(), tensor.values()]
