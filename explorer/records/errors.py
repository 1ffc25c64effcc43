"""The errors a person is meant to read."""

from typing import ClassVar


class ExplorerError(Exception):
    """Something a person can act on; its text is one line that says what, why and the next step.

    Attributes:
        at_terminal: How the next step is taken in a terminal, to be put after the text; the window has a button for it.
        allows: The attribute of the command that, set to True, would have let it go on; empty for none.
    """

    at_terminal: ClassVar[str] = ""
    allows: ClassVar[str] = ""


class CancelledError(ExplorerError):
    """The person asked to stop."""


class UsageError(ExplorerError):
    """A command asks for something that does not exist."""


class LetGoError(ExplorerError):
    """A value is not held any more; the model can run again for it."""

    allows = "again"
