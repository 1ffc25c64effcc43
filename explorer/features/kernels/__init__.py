"""Kernels: the tensors that an operation reads, filters as tiles or in colour, matrices, the vectors of a norm."""

from explorer.features.kernels.choice import misfit
from explorer.window.spec import Feature, PaneSpec, Place

FEATURE = Feature(
    panes=(
        PaneSpec(
            "kernels",
            "Kernels",
            "Filters, matrices and vectors that the operation reads",
            Place.LENS,
            "explorer.features.kernels.pane:KernelsPane",
            "Alt+2",
            misfit=misfit,
            words="filters weights convolution conv bias parameters params",
        ),
    ),
)
