"""How much memory the values of recorded forwards may take: what a person allows, else half of what was free."""

from contextlib import suppress
from pathlib import Path

import psutil
import torch

_GROUP = Path("/sys/fs/cgroup")
_CACHES = ("inactive_file", "slab_reclaimable")  # in use, but given back as soon as somebody asks
_LEAST = 128_000_000  # bytes that values may take however little is free


class Budget:
    """Bytes for values, for each device.

    Attributes:
        chosen: What a person allows; None for half of the memory that was free when it was first asked, and at least
            128 MB.
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
            self._usual[device] = max(_LEAST, free // 2)
        return self._usual[device]


def free_memory(group: Path = _GROUP) -> int:
    """Return the bytes of main memory that can be had, within what a container allows.

    Args:
        group: Folder in which the system tells the limits of the container.
    """
    free = int(psutil.virtual_memory().available)
    with suppress(OSError, ValueError):  # no such limit
        limit, used = (int((group / name).read_text()) for name in ("memory.max", "memory.current"))
        free = min(free, max(0, limit - used + _cached(group)))
    return free


def _cached(group: Path) -> int:
    with suppress(OSError, ValueError):  # it does not tell
        lines = (line.split() for line in (group / "memory.stat").read_text().splitlines())
        return sum(int(line[1]) for line in lines if len(line) == 2 and line[0] in _CACHES)
    return 0
