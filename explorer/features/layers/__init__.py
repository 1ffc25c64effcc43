"""The operations as a tree, as they ran."""
