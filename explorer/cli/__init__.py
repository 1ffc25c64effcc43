"""Commands without a window: arguments in, text or one JSON document out."""

from explorer.cli.arguments import commands, window_options
from explorer.cli.run import main

__all__ = ["commands", "main", "window_options"]
