"""The receptive field of a unit, drawn on the input."""
