"""The model: chosen, loaded, moved, its weights found."""
