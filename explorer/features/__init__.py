"""What a person can look at or do: a folder a feature, a line each."""

from importlib import import_module

from explorer.window.spec import Feature

FEATURES = (
    "models",
    "layers",
    "graph",
    "maps",
    "kernels",
    "field",
    "attention",
    "reasons",
    "ablation",
    "likes",
    "cost",
    "compare",
    "embeddings",
    "initialisation",
    "images",
    "words",
    "stream",
    "answer",
    "live",
    "cards",
    "export",
    "program",
)


def features() -> tuple[Feature, ...]:
    """Return what the features declare, in order; imports neither Qt nor torch."""
    return tuple(import_module(f"{__name__}.{name}").FEATURE for name in FEATURES)
