"""The pane of an operation's output."""

from PySide6.QtWidgets import QWidget

from explorer.records.trace import Node
from explorer.records.values import ValueView
from explorer.window import format as fmt
from explorer.window.widgets.value_panel import ValuePanel


class FeatureMapView(ValuePanel):
    """What an operation put out: all channels, one of them large, the true values, their distribution."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("featureMapView")
        self.setAccessibleName("Feature maps")
        self.set_message("Open an image and choose an operation in the layer tree to see what it puts out.")
        self._attends = False

    def set_attention(self, attends: bool) -> None:
        """Say whether the next value is attention: heads instead of channels, queries by keys."""
        self._attends, self.noun = attends, "head" if attends else "channel"

    def note_on(self, value: ValueView) -> str:
        """Return what is special about the picture, of attention what its rows and columns are."""
        if self._attends:
            return "rows: the token that looks, columns: the token looked at"
        return super().note_on(value)

    def reading_at(self, value: ValueView, place: tuple[int, ...]) -> str:
        """Return place and true value, of attention by query and key."""
        if not self._attends or len(place) != 3:
            return super().reading_at(value, place)
        head, query, key = place
        return f"{self.name_of(value, head)} · (query {query}, key {key}) = {fmt.number(value.values[place])}"


def is_attention(node: Node | None) -> bool:
    """Tell whether an operation gives (1, heads, queries, keys): how much each token looks at each other one."""
    if node is None or node.op != "softmax" or len(node.shape) != 4 or node.shape[0] != 1:
        return False
    return node.attribute("dim") in (-1, 3)
