"""Reasons: why a class got its score, as a map over the picture."""

from explorer.window.spec import Feature, Verb

FEATURE = Feature(
    verbs=(Verb("explain", "show why a class got its score", "explorer.features.reasons.terminal"),),
)
