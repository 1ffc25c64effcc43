"""Frozen dataclasses that cross every border of the program; numpy only."""
