"""Commands without a window: arguments in, text or one JSON document out."""

from explorer.cli.arguments import COMMANDS, window_options
from explorer.cli.run import main

__all__ = ["COMMANDS", "main", "window_options"]
