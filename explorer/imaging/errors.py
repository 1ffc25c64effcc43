"""The error of this package."""

from explorer.records.errors import ExplorerError


class ImageError(ExplorerError):
    """An image that cannot be used; one line that names the file, the cause and the next step."""
