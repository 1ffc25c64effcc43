"""Feature maps: the value of an operation, all channels side by side and one of them large."""
