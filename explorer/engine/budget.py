"""How much memory the values of recorded forwards may take: what a person allows, else half of what was free."""

from contextlib import suppress
from pathlib import Path

import psutil
import torch

_GROUP = Path("/sys/fs/cgroup")


class Budget:
    """Bytes for values, for each device.

    Attributes:
        chosen: What a person allows; None for half of the memory that was free when it was first asked.
    """

    def __init__(self) -> None:
        self.chosen: int | None = None
        self._usual: dict[str, int] = {}
        self.of("cpu")

    def of(self, device: str) -> int:
        """Return how many bytes the values on a device may take."""
        if self.chosen is not None:
            return self.chosen
        if device not in self._usual:
            free = torch.cuda.mem_get_info(device)[0] if device.startswith("cuda") else free_memory()
            self._usual[device] = free // 2
        return self._usual[device]


def free_memory() -> int:
    """Return the bytes of main memory that can be had, within what a container allows."""
    free = int(psutil.virtual_memory().available)
    with suppress(OSError, ValueError):  # no such limit
        limit, used = (int((_GROUP / name).read_text()) for name in ("memory.max", "memory.current"))
        free = min(free, max(0, limit - used))
    return free
