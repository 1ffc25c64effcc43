"""Receptive fields: which pixels of the input a unit sees, an algebra and a rule per kernel."""
