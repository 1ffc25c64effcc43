"""What one recorded forward is: its operations, the values they left, the kernels below them, why it failed."""

from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from explorer.records.errors import LetGoError

Asked = tuple[Any, tuple[Any, ...], dict[str, Any]]
Calls = tuple[tuple[str, int], ...]


@dataclass(slots=True)
class Saved:
    """A saved value; `tensor` is replaced by a copy before its storage is written.

    Of one that was let go, `is_held` is false, `tensor` has its shape but no memory, and `mark` tells whether another
    one is the same.
    """

    tensor: Tensor
    is_held: bool = True
    mark: bytes | None = None


@dataclass(slots=True)
class Kernel:
    """One call below an operation: the overload that ran, its arguments, its result, its multiply-accumulates.

    The last are told at once, since a later operation may give an argument another shape in place; None if unknown.
    """

    func: Any
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    result: Any
    macs: int | None


@dataclass(slots=True)
class Operation:
    """One operation while it is recorded, or one end of the forward; `kernels` is its slice of `Recording.kernels`.

    `announced` tells that a function call of the model's own code was seen, not only the kernel below it;
    `asked` is that function, or the kernel, with its arguments. `calls` are the modules' calls around it. `within` is
    the operation that computed it in one go with others, and does not keep it; None if it ran by itself. `way` leads
    to a tensor that was returned, in what the model returned (`[1]`, `.logits`). `ordinal` is how many function calls
    were made before its own, -1 if no function call of the model's own code made it; see `again.py`.
    """

    op: str
    module: str
    call: int
    inputs: list[int]
    parameters: list[str]
    results: list[Tensor]
    values: list[Saved]
    kernels: slice
    name: str = ""
    yields_module: bool = False
    announced: bool = False
    asked: Asked | None = None
    calls: Calls = ()
    within: int | None = None
    way: str = ""
    ordinal: int = -1


@dataclass(slots=True)
class FailedOperation:
    """What raised: the operation (empty if the model's own code did), its module, whether it was a leaf, and why.

    `name` is the one it would have had, `inputs` the operations whose values it read.
    """

    op: str
    module: str
    call: int
    leaf: bool
    error: BaseException
    name: str = ""
    inputs: tuple[int, ...] = ()


@dataclass
class Recording:
    """One recorded forward.

    Attributes:
        operations: In the order they ran; inputs first, what is returned last.
        kernels: Every kernel call in order.
        modules: Class name by path, in the order of the first call.
        failure: Why it failed; None if it did not.
        course: Its calls, where it may be repeated; see `course.py`.
        written: Paths of the parameters that the model wrote into, which were put back.
        plan: What it repeated; None if it was recorded anew. A forward that repeats one has no kernels.
    """

    operations: list[Operation] = field(default_factory=list)
    kernels: list[Kernel] = field(default_factory=list)
    modules: dict[str, str] = field(default_factory=dict)
    failure: FailedOperation | None = None
    written: tuple[str, ...] = ()
    course: Any = None
    plan: Any = None

    def value(self, node: int, output: int = 0) -> Tensor:
        """Return output number `output` of operation `node`, as it was right after the operation.

        Raises:
            LetGoError: It is not held any more.
        """
        saved = self.operations[node].values[output]
        if not saved.is_held:
            raise LetGoError(
                f"The value of {self.operations[node].name} was let go to stay within the memory for values; "
                "let the model run again for it, or allow more memory and record again."
            )
        return saved.tensor

    @property
    def returned(self) -> list[tuple[str, Tensor]]:
        """The tensors that the model returned, as they were then, with the way to each; none if it failed."""
        return [(it.way, it.values[0].tensor) for it in self.operations if it.op == "output"]

    def let_go(self) -> frozenset[int]:
        """Return the numbers of the operations of which a value is not held."""
        operations = enumerate(self.operations)
        return frozenset(k for k, it in operations if not all(saved.is_held for saved in it.values))

    def held_bytes(self) -> int:
        """Return the bytes of memory held by the saved values, shared storage once."""
        storages = {}
        for operation in self.operations:
            for saved in operation.values:
                if saved.is_held:
                    storage = saved.tensor.untyped_storage()
                    storages[storage._cdata] = storage.nbytes()
        return sum(storages.values())
