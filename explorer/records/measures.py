"""What was measured: time of the forward and of each operation, memory, the use of the machine."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Spread:
    """Median, 10th and 90th percentile of `runs` measurements, in milliseconds."""

    median: float
    p10: float
    p90: float
    runs: int


@dataclass(frozen=True)
class Timing:
    """Time of one model on one device.

    Attributes:
        device: `cpu` or `cuda:N`.
        threads: Intra-operation threads of torch; on CUDA as well.
        batch: Images at once.
        forward: The plain forward, nothing recorded.
        nodes: Per node of the trace, in order; None where an operation could not be matched.
    """

    device: str
    threads: int
    batch: int
    forward: Spread
    nodes: tuple[Spread | None, ...]


@dataclass(frozen=True)
class Memory:
    """Bytes of a model.

    Attributes:
        weights: Parameters and buffers, shared storage once.
        activations: All outputs of the forward, shared storage once, as if each were kept.
        activations_peak: Most bytes alive at once in a forward that frees each output after its last use;
            derived from the trace, workspace of the kernels left out.
    """

    weights: int
    activations: int
    activations_peak: int


ACTIVATIONS = (
    "bytes of all outputs of a forward pass, as if each were kept.\n"
    "What is written in place, such as by an in-place ReLU, takes none of its own."
)


@dataclass(frozen=True, eq=False)
class Measurement:
    """Time and memory of a forward.

    Attributes:
        timing: Of the plain forward and of each operation.
        memory: As in the forward.
        step: Of forward and backward, if it was recorded in training mode; None if not.
    """

    timing: Timing
    memory: Memory
    step: Spread | None = None


@dataclass(frozen=True)
class EngineLoad:
    """Heartbeat of the engine: what only it can know.

    Attributes:
        cuda_devices: Names of the CUDA devices, empty without one.
        cuda_used, cuda_total: Bytes of GPU memory in use (by anyone) and in all on the current device;
            None without CUDA.
        values_held: Bytes that the values of recorded forwards take.
        values_room: Bytes that they may take; None while nobody knows.
        values_gone: By the number of each forward, the operations that have a value that is not held.
    """

    cuda_devices: tuple[str, ...] = ()
    cuda_used: int | None = None
    cuda_total: int | None = None
    values_held: int = 0
    values_room: int | None = None
    values_gone: Mapping[int, frozenset[int]] = field(default_factory=dict)
