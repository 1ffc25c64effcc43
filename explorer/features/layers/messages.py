"""What can be asked of all operations of a forward."""

from dataclasses import dataclass

from explorer.engine.command import Command, Lane, Urgency


@dataclass(frozen=True)
class SaveValues(Command[str]):
    """Asks to write each value of a forward to `<id>.npy` in a folder, further outputs to `<id>.<k>.npy`.

    Answered by the folder.
    """

    lane, urgency, doing = Lane.WORK, Urgency.SELECTED, "writing values to {folder}"

    forward: int
    folder: str
