"""The recorded forward: one run of a model, every operation of it kept, nothing changed."""
