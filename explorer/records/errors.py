"""The errors a person is meant to read."""


class ExplorerError(Exception):
    """Something a person can act on; its text is one line that says what, why and the next step."""


class CancelledError(ExplorerError):
    """The person asked to stop."""


class UsageError(ExplorerError):
    """A command asks for something that does not exist."""
