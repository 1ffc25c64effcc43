"""How random weights are drawn, and what that does to the activations through the depth of a network."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class Scheme(StrEnum):
    """A rule for the weights that a network starts from."""

    DEFAULT = "default"  # as the network's own code draws them
    XAVIER = "xavier"
    KAIMING = "kaiming"
    ZERO_LAST_NORM = "zero-last-norm"

    @property
    def label(self) -> str:
        """The scheme's name for a person."""
        return _LABELS[self]


_LABELS = {
    Scheme.DEFAULT: "default",
    Scheme.XAVIER: "Xavier",
    Scheme.KAIMING: "Kaiming",
    Scheme.ZERO_LAST_NORM: "last norm zero",
}


@dataclass(frozen=True)
class DepthCurve:
    """The spread of every operation's output in one network, in the order of the live model's trace.

    Attributes:
        scheme: How its weights were drawn; None for the live model as it was loaded.
        variances: (N,) float64, population variance of the first output; NaN where that has not one finite number
            for each value, or where this network has no such operation.
        not_finite: (N,) int64, how many values of that output are NaN or infinite.
        notes: What a person should know, one line each; a forward that failed is among them.
    """

    scheme: Scheme | None
    variances: NDArray[np.float64]
    not_finite: NDArray[np.int64]
    notes: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The curve's name for a person."""
        return "as loaded" if self.scheme is None else self.scheme.label


@dataclass(frozen=True)
class WeightSpread:
    """How the values of one parameter are distributed in each of the networks.

    Attributes:
        edges: (B + 1,) the same bins for all networks.
        counts: (C, B) finite values in each bin, one row a curve of the study.
        means: (C,) NaN if a value is not finite.
        stds: (C,) population standard deviation; NaN if a value is not finite.
        expected: (C,) standard deviation that the scheme's formula gives; NaN where there is no formula.
    """

    edges: NDArray[np.float64]
    counts: NDArray[np.int64]
    means: NDArray[np.float64]
    stds: NDArray[np.float64]
    expected: NDArray[np.float64]


@dataclass(frozen=True)
class InitialisationStudy:
    """The same architecture under every scheme, one forward each on the same input.

    Attributes:
        seed: Given to `torch.manual_seed` before each network was built.
        forward: Number of the forward whose model and input were studied.
        curves: The live model as loaded, then one curve a scheme.
        read: Per operation the name of the largest parameter that it reads; None if it reads none.
        weights: The spread of each parameter named in `read`.
    """

    seed: int
    forward: int
    curves: tuple[DepthCurve, ...]
    read: tuple[str | None, ...]
    weights: dict[str, WeightSpread]
