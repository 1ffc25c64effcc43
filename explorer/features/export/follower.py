"""Keeps the scene true about whether what is in front can be saved."""

from explorer.features.export.choice import Savable
from explorer.window.desk import Desk


class Follower:
    """Looks whenever the panes have settled: only then is it known which one is in front and what it shows."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        desk.settled.connect(self.follow)

    def follow(self) -> None:
        """Say in the scene what can be done."""
        self._desk.choose(Savable(bool(self._desk.exports())))
