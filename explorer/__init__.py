"""Architecture Explorer: see a vision network think."""

__version__ = "0.1.0"
