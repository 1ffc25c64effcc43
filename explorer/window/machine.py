"""How busy the machine is, and how much memory the program's two processes hold."""

from dataclasses import dataclass
from functools import cache

import psutil


@dataclass(frozen=True)
class MachineLoad:
    """One look at the machine.

    Attributes:
        cpu_percent: Use of all cores by everyone since the look before, 0 to 100; 0 at the first look.
        ram_used, ram_total: Bytes of memory that cannot be had, and in all.
        window_bytes: Resident memory of the window's process; pages shared with others are counted in full.
        engine_bytes: The same of the engine's process; None if there is none.
    """

    cpu_percent: float
    ram_used: int
    ram_total: int
    window_bytes: int
    engine_bytes: int | None = None


def sample(engine_pid: int | None) -> MachineLoad:
    """Look at the machine once; takes well under a millisecond.

    Args:
        engine_pid: Process id of the engine; None if there is none. A process that is gone gives no bytes.
    """
    memory = psutil.virtual_memory()
    return MachineLoad(
        cpu_percent=psutil.cpu_percent(),
        ram_used=memory.total - memory.available,
        ram_total=memory.total,
        window_bytes=_window().memory_info().rss,
        engine_bytes=None if engine_pid is None else _resident(engine_pid),
    )


@cache
def _window() -> psutil.Process:
    return psutil.Process()


def _resident(pid: int) -> int | None:
    try:
        # A process that ended and was not yet waited for holds nothing: it counts as gone.
        return psutil.Process(pid).memory_info().rss or None
    except psutil.Error:
        return None
