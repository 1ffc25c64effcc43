"""How much memory the values of forwards may take: kept in the settings, told to every new engine."""

from explorer.engine.client import EngineDied
from explorer.engine.messages import AllowMemory
from explorer.records.errors import UsageError
from explorer.records.units import bytes_, read_bytes
from explorer.window.desk import Desk
from explorer.window.scene import EngineState, Scene
from explorer.window.spec import Level

ABOUT = "memory"
HALF = "half of free"


class Allowance:
    """Follows the scene: an engine that does not know yet what the person allows is told."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._is_told = False
        desk.follow(self.follow)
        desk.died.connect(self._on_died)

    def follow(self, scene: Scene) -> None:
        """Tell an engine that is there."""
        if scene.engine is EngineState.ALIVE and not self._is_told:
            self._is_told = True
            if (room := self._desk.settings.memory) is not None:
                self._desk.do(AllowMemory(room))

    def _on_died(self, _: EngineDied) -> None:
        self._is_told = False


def allow(desk: Desk, text: str) -> None:
    """Let values take what a person typed, such as `2G`, or half of the free memory; nonsense is told."""
    room = None
    if text.strip().lower() not in ("", HALF):
        try:
            room = read_bytes(text)
        except UsageError as error:
            desk.tell(Level.ERROR, str(error), about=ABOUT)
            return
    desk.settings.memory = room
    desk.hush(ABOUT)

    def done(_: None) -> None:
        said = "half of the memory that was free at the start" if room is None else bytes_(room)
        desk.tell(Level.INFO, f"Values may take {said}.", about=ABOUT)

    desk.do(AllowMemory(room), done)
