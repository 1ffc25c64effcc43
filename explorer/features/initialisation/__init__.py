"""Initialisations compared: what becomes of one input under each kind of random weights."""
