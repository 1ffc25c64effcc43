"""Sees what the operations do to memory: every kernel below them, and what it is about to write."""

from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from explorer.forward import macs
from explorer.forward.naming import operation_name
from explorer.forward.recording import Kernel
from explorer.forward.tape import Tape
from explorer.forward.tensors import tensors_in, tensors_read, written_arguments

# They hold nothing yet: whoever fills what they give is the operation.
_ALLOCATING = {
    torch.ops.aten.empty.memory_format,
    torch.ops.aten.empty_strided.default,
    torch.ops.aten.empty_like.default,
    torch.ops.aten.new_empty.default,
}


class Kernels(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Takes down every kernel; one that no function call announced is an operation of its own."""

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        # The default wraps every call for torch's compiler, which costs two seconds of imports on the first one.
        return False

    def __init__(self, tape: Tape) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._tape = tape

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        """Tell what `func` will write, run it, and take it down."""
        kwargs = kwargs or {}
        if written := written_arguments(func, args, kwargs):
            with torch._C.DisableTorchFunction():
                for tensor in written:
                    self._tape.will_write(tensor)
        if self._tape.running:
            result = func(*args, **kwargs)
            cost = macs.of_kernel(func, args, result)
        else:
            with (
                torch._C.DisableTorchFunction()
            ):  # or the function mode takes these very calls for the model's
                result = func(*args, **kwargs)
                cost = macs.of_kernel(func, args, result)
        self._take_down(Kernel(func, args, kwargs, result, cost))
        return result

    def _take_down(self, kernel: Kernel) -> None:
        tape = self._tape
        if not tape.running:
            tape.cannot_repeat()
        tape.make_dense(kernel)
        kernels = tape.recording.kernels
        kernels.append(kernel)
        outputs = [] if tape.running or kernel.func in _ALLOCATING else tensors_in(kernel.result)
        if outputs:
            tensors = tensors_read(kernel.args, kernel.kwargs)
            operation = tape.add_silently(operation_name(kernel.func), tensors, outputs, len(kernels) - 1)
            operation.asked = (kernel.func, kernel.args, kernel.kwargs)
            tape.lineage.forget_writes()
