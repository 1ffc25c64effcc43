"""Stub until the models feature brings the whole."""

from typing import Any

from explorer.engine.messages import LoadModel
from explorer.window.desk import Desk


def load(desk: Desk, name: str, **options: Any) -> None:
    """Have a model loaded."""
    desk.put(desk.scene.with_seat(wanted=LoadModel(name, seed=0, **options)))
