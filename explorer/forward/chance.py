"""The state of all that draws random numbers, to be put back."""

import random
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class RandomState:
    """The state of torch's, Python's and numpy's generators; of CUDA's if it is in use."""

    _torch: Tensor
    _python: Any
    _numpy: Any
    _cuda: list[Tensor] | None

    @classmethod
    def now(cls) -> Self:
        """Return the state that it is in."""
        in_use = torch.cuda.is_initialized()  # type: ignore[no-untyped-call]
        cuda = torch.cuda.get_rng_state_all() if in_use else None
        return cls(torch.get_rng_state(), random.getstate(), np.random.get_state(), cuda)

    def put_back(self) -> None:
        """Let what is drawn next be what was drawn next then."""
        torch.set_rng_state(self._torch)
        random.setstate(self._python)
        np.random.set_state(self._numpy)
        if self._cuda is not None:
            torch.cuda.set_rng_state_all(self._cuda)
