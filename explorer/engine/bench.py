"""What the engine works at: models by seat, recorded forwards by number, open inputs."""

from collections.abc import Collection
from typing import Any
from weakref import ReferenceType, ref

import torch

from explorer.engine.budget import Budget
from explorer.engine.held import HeldForward
from explorer.engine.inputs import Inputs
from explorer.engine.lasting import let_go
from explorer.engine.live import LiveModel
from explorer.forward.keeping import Keeping, shrink
from explorer.records.errors import ExplorerError
from explorer.records.measures import EngineLoad
from explorer.records.trace import Node


class Bench:
    """Holds one model a seat and one forward a model; lanes may look at it while another one changes it.

    Attributes:
        inputs: The open images and words.
        budget: How much memory values may take.
    """

    def __init__(self) -> None:
        self.inputs = Inputs()
        self.budget = Budget()
        # Replaced whole, never edited: other lanes read them meanwhile.
        self._models: dict[int, LiveModel] = {}
        self._forwards: dict[int, HeldForward] = {}

    def seat(self, number: int, live: LiveModel) -> None:
        """Let a model sit at a seat; the one before goes, and its forward with it."""
        gone = self._at(number)
        self._models = {**self._models, number: live}
        self._let_go(number)
        let_go(gone)

    def empty(self, number: int) -> None:
        """Let go of the model of a seat, and of its forward, if there is one."""
        gone = self._at(number)
        self._models = {seat: live for seat, live in self._models.items() if seat != number}
        self._let_go(number)
        let_go(gone)

    def _at(self, seat: int) -> list[ReferenceType[Any]]:
        """Return the model of a seat and its forward, without holding them."""
        models = [live.module for number, live in self._models.items() if number == seat]
        return [ref(it) for it in (*models, *(it for it in self._forwards.values() if it.seat == seat))]

    def swap(self) -> None:
        """Let the models of the first two seats take each other's place, their forwards with them."""
        self._models = {_swapped(seat): live for seat, live in self._models.items()}
        for forward in self._forwards.values():
            forward.seat = _swapped(forward.seat)

    def model(self, seat: int) -> LiveModel:
        """Return the model of a seat.

        Raises:
            ExplorerError: The seat is empty.
        """
        if seat not in self._models:
            raise ExplorerError("No model is loaded; pick one first.")
        return self._models[seat]

    def hold(self, forward: HeldForward) -> None:
        """Hold a forward under its number; the one before of its seat goes."""
        self._let_go(forward.seat, forward)

    def forward(self, number: int) -> HeldForward:
        """Return the forward of that number.

        Raises:
            ExplorerError: It is not held, or not any more.
        """
        forwards = self._forwards
        if not forwards:
            raise ExplorerError("Nothing has been recorded yet; open an image first.")
        if number not in forwards:
            raise ExplorerError("Another forward has taken the place of that one; select the image again.")
        return forwards[number]

    def node(self, number: int, node: int) -> tuple[HeldForward, Node]:
        """Return the forward of that number, and its operation number `node`.

        Raises:
            ExplorerError: There is no such forward or operation.
        """
        forward = self.forward(number)
        nodes = forward.trace.nodes
        if not 0 <= node < len(nodes):
            raise ExplorerError(
                f"There is no operation {node}: the forward has {len(nodes):,}, counted from 0."
            )
        return forward, nodes[node]

    # ---- memory ----

    def keeping(self, device: str) -> Keeping:
        """Return what a forward on a device may keep that is about to be recorded: if need be, all that values may."""
        budget = self.budget.of(device)

        def more() -> int:
            self._shrink(device, None, 0)
            return budget

        return Keeping(max(0, budget - self.held_bytes(device)), more)

    def make_room(self, forward: HeldForward, room: int, but: Collection[int]) -> None:
        """Let go of values on the device of a forward until the rest takes `room` bytes, of its own last.

        Those of its operations `but` stay.
        """
        self._shrink(forward.device, forward, room, but)

    def allow(self, room: int | None) -> None:
        """Take another budget, and let go of what it has no room for; if that fails, the budget stays what it was."""
        before, self.budget.chosen = self.budget.chosen, room
        try:
            self._keep_to_budget()
        except BaseException:
            self.budget.chosen = before
            raise

    def _keep_to_budget(self) -> None:
        """Let go of what takes more than the budget, of the newest forward last."""
        for device in {forward.device for forward in self._forwards.values()}:
            self._shrink(device, list(self._forwards.values())[-1], self.budget.of(device))

    def held_bytes(self, device: str) -> int:
        """Return what the values on a device take."""
        return sum(it.recording.held_bytes() for it in self._on(device))

    def _on(self, device: str) -> list[HeldForward]:
        """Return the forwards on a device that hold values, those on changed inputs first."""
        recorded = [it for it in self._forwards.values() if it.device == device]
        return [*(it.on_changed for it in recorded if it.on_changed is not None), *recorded]

    def _shrink(self, device: str, last: HeldForward | None, room: int, but: Collection[int] = ()) -> None:
        for forward in sorted(self._on(device), key=lambda it: it is last):
            beside = self.held_bytes(device) - forward.recording.held_bytes()
            shrink(forward.recording, max(0, room - beside), but if forward is last else ())

    def load(self) -> EngineLoad:
        """Return the names of the CUDA devices, the use of memory of the one that a model is on, and that of values."""
        names = tuple(torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count()))
        devices = (live.loaded.device for live in self._models.values())
        used = next((device for device in devices if device.startswith("cuda")), None)
        # Merely asking for a device's memory would occupy some hundred megabytes of it.
        gone = {number: it.recording.let_go() for number, it in self._forwards.items()}
        values = self.held_bytes(used or "cpu"), self.budget.of(used or "cpu"), gone
        if used is None:
            return EngineLoad(names, None, None, *values)
        free, total = torch.cuda.mem_get_info(used)
        return EngineLoad(names, total - free, total, *values)

    def _let_go(self, seat: int, *instead: HeldForward) -> None:
        before = self._forwards.values()
        gone = [it for it in before if it.seat == seat or it.number in [new.number for new in instead]]
        self._forwards = {it.number: it for it in (*before, *instead) if it not in gone}
        for forward in gone:
            forward.background.stop()


def _swapped(seat: int) -> int:
    return {0: 1, 1: 0}.get(seat, seat)
