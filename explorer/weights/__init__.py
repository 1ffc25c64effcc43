"""Weights: find them, download them, verify them, read them safely and put them into a network."""

from explorer.weights.download import DownloadError, download
from explorer.weights.files import Checkpoint, load
from explorer.weights.putting import HeadError, apply
from explorer.weights.store import WeightsError, find, folder, is_published, status

__all__ = [
    "Checkpoint",
    "DownloadError",
    "HeadError",
    "WeightsError",
    "apply",
    "download",
    "find",
    "folder",
    "is_published",
    "load",
    "status",
]
