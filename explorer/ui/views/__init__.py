"""Passive views: records in through `set_…`, facts out through signals."""
