"""The Explore page: navigators at the left, the lenses in the middle, what accompanies them at the right."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QScrollArea,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.desk import Desk
from explorer.window.holder import Holder
from explorer.window.keys import is_typed_into
from explorer.window.scene import Scene
from explorer.window.spec import PaneSpec, Place
from explorer.window.stream import Slides
from explorer.window.theme import SPACING
from explorer.window.veil import Veil
from explorer.window.widgets.fold import Fold
from explorer.window.widgets.tab_row import TabRow

NAVIGATOR_WIDTH, SIDE_WIDTH = 328, 304
HEAD_HEIGHT = 42
"""Pixels of what stands over the lenses: a heading and a line."""
_LEAST_CENTRE = 448
_ROOMY = 150 * SPACING  # from this width of the page on the middle has wider margins
_CALM_CENTRE = 600  # what a navigator that wishes more room leaves to the middle
_LEAST_EDGE = 200
_LEAST_SIDE = 232
_FOLDED = "sides/folded"


class _Stack(QStackedWidget):
    """Widgets one behind the other; only the one in front asks for room, or the widest would cut all others."""

    def __init__(self) -> None:
        super().__init__()
        self.currentChanged.connect(self.updateGeometry)

    def minimumSizeHint(self) -> QSize:
        """Return the room that the one in front cannot do without."""
        front = self.currentWidget()
        return QSize() if front is None else front.minimumSizeHint().expandedTo(front.minimumSize())

    def bring(self, place: int) -> None:
        """Bring one to the front.

        Qt gives it the keyboard that the one before had. A field there would take the keys of steps for a text, which
        the person did not ask for, so the window has them then.
        """
        before = QApplication.focusWidget()
        self.setCurrentIndex(place)
        now = QApplication.focusWidget()
        if now is not None and now is not before and is_typed_into(now):
            now.clearFocus()


class Tabs(QWidget):
    """Panes one behind the other under a row of tabs; which is in front stands in the scene under `field`."""

    def __init__(self, specs: Iterable[PaneSpec], desk: Desk, field: str) -> None:
        super().__init__()
        self._desk = desk
        self._field = field
        self._holders = [Holder(spec, desk) for spec in specs]
        self.bar = TabRow()
        self.bar.setObjectName(f"{field}Tabs")
        self.bar.setAccessibleName(f"{field.capitalize()} tabs")
        self._stack = _Stack()
        for holder in self._holders:
            self.bar.addTab(holder.spec.title)
            self._stack.addWidget(holder)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING)
        column.addWidget(self.bar)
        column.addWidget(self._stack, 1)
        self.bar.currentChanged.connect(self._on_chosen)
        self.bar.setVisible(len(self._holders) > 1)

    @property
    def front(self) -> Holder | None:
        """The holder in front; None if there are no panes."""
        holder = self._stack.currentWidget()
        return holder if isinstance(holder, Holder) else None

    @property
    def contents(self) -> QWidget:
        """What is below the tabs."""
        return self._stack

    @property
    def wished_width(self) -> int:
        """The pixels that the pane in front would like, if it has a method to say so; 0 if not."""
        ask = getattr(self.front.pane, "wished_width", None) if self.front is not None else None
        return int(ask()) if ask is not None else 0

    def follow(self, scene: Scene) -> None:
        """Bring to the front what the scene says, and dim what does not fit it."""
        chosen = getattr(scene, self._field)
        for place, holder in enumerate(self._holders):
            spec, why = holder.spec, holder.spec.misfit(scene)
            key = f" ({spec.key})" if spec.key else ""
            tip = fmt.tip(f"{spec.tip}{key}" + (f"\n{why}" if why else ""))
            colour = QColor(theme.current().faint) if why else QColor()
            if self.bar.tabToolTip(place) != tip:
                self.bar.setTabToolTip(place, tip)
            if (
                self.bar.tabTextColor(place) != colour
            ):  # even the same colour would be painted anew, at every step
                self.bar.setTabTextColor(place, colour)
            if spec.id == chosen:
                self.bar.setCurrentIndex(place)
                self._bring(place)

    def _bring(self, place: int) -> None:
        if self._field == "lens":
            self._stack.bring(place)
        else:  # a navigator gives the keyboard to the right one by itself
            self._stack.setCurrentIndex(place)

    def _on_chosen(self, place: int) -> None:
        if place >= 0 and getattr(self._desk.scene, self._field) != self._holders[place].spec.id:
            self._desk.set(**{self._field: self._holders[place].spec.id})
            self._bring(place)


class Explore(QWidget):
    """The page. The widths that the person gave its sides come back whenever there is room for them."""

    def __init__(self, specs: Sequence[PaneSpec], desk: Desk) -> None:
        super().__init__()
        self.setObjectName("explorePage")
        self._desk = desk
        self._wished = [NAVIGATOR_WIDTH, SIDE_WIDTH]
        self._asked = 0  # pixels that the navigator in front would like
        self._refused = 0  # and those that it had asked for when the person gave it another width
        self._folded = (False, False)
        self._spread = False
        self._about: tuple[str, str | None] = ("", None)  # network and input that the sides tell of
        self._side_parts: list[tuple[PaneSpec, Fold, Holder]] = []
        self.navigators = Tabs(_at(specs, Place.NAVIGATOR), desk, "navigator")
        lenses = sorted(_at(specs, Place.LENS), key=lambda spec: spec.key)  # Alt+1 is the first
        self.lenses = Tabs(lenses, desk, "lens")
        self._centre = QStackedWidget()
        self._centre.addWidget(self._looking(specs))
        self._instead = [Holder(spec, desk) for spec in _at(specs, Place.WELCOME)]
        for holder in self._instead:
            self._centre.addWidget(holder)
        self._parts = QSplitter(Qt.Orientation.Horizontal, childrenCollapsible=False)
        self._parts.setHandleWidth(1)
        self._edges = [_panel(self.navigators, "navigators"), _panel(self._sides(specs), "sides")]
        for part in (self._edges[0], self._centre, self._edges[1]):
            self._parts.addWidget(part)
        self._parts.setStretchFactor(1, 1)
        self._centre.setMinimumWidth(_LEAST_CENTRE)
        for edge, least in zip(self._edges, (_LEAST_EDGE, _LEAST_SIDE), strict=True):
            edge.setMinimumWidth(least)
        self._parts.splitterMoved.connect(self._on_moved)
        row = QVBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._parts)
        self._veil = Veil(self, (self.navigators.contents, self._head, self.lenses.contents, self._edges[1]))

    def _looking(self, specs: Sequence[PaneSpec]) -> QWidget:
        box = QWidget()
        column = self._looked = QVBoxLayout(box)
        column.setSpacing(SPACING)
        self._head = QWidget()
        self._head.setFixedHeight(HEAD_HEIGHT)  # before it is there too: the tabs below stay where they are
        head = QVBoxLayout(self._head)
        head.setContentsMargins(0, 0, 0, 0)
        for spec in _at(specs, Place.HEAD):
            head.addWidget(Holder(spec, self._desk))
        column.addWidget(self._head)
        column.addWidget(self.lenses, 1)
        return box

    def _sides(self, specs: Sequence[PaneSpec]) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        column.setSpacing(SPACING)
        folded = self._desk.settings.texts(_FOLDED)
        for spec in _at(specs, Place.SIDE):
            title, holder = Fold(spec.title, spec.tip), Holder(spec, self._desk)
            title.setChecked(spec.id not in folded)
            title.toggled.connect(self._on_folded)
            self._side_parts.append((spec, title, holder))
            column.addWidget(title)
            column.addWidget(holder, spec.stretch)
        column.addStretch(0)  # takes what is left over while none is in sight that would
        return box

    def follow(self, scene: Scene) -> None:
        """Be true to the scene."""
        self.navigators.follow(scene)
        self.lenses.follow(scene)
        front = self.navigators.front
        self._veil.spares = (
            front is not None and front.pane is not None,
            all(holder.pane for _, _, holder in self._side_parts if holder.isVisible()),
        )
        self._veil.follow(scene, self._desk.has_caught_up)
        spread = scene.spread and not scene.folded[0]
        asked = self.navigators.wished_width
        if (scene.folded, spread, asked) != (self._folded, self._spread, self._asked):
            self._folded, self._spread, self._asked = scene.folded, spread, asked
            for edge, folded in zip(self._edges, scene.folded, strict=True):
                edge.setVisible(not folded)
            self._centre.setVisible(not spread)
            self._lay_out()
        for spec, title, holder in self._side_parts:
            fits = not spec.misfit(scene)
            title.setVisible(fits and bool(spec.title))
            holder.setVisible(fits and title.isChecked())
        self._begin_at_the_top(scene)
        instead = [not holder.spec.misfit(scene) for holder in self._instead]
        self._centre.setCurrentIndex(1 + instead.index(True) if any(instead) else 0)

    def _begin_at_the_top(self, scene: Scene) -> None:
        """Scroll the sides back where they tell of another network or input; slides are watched where one looks."""
        about = (scene.network, scene.image)
        if about != self._about and not scene.choice(Slides).on:
            self._edges[1].verticalScrollBar().setValue(0)
        self._about = about

    def _on_folded(self) -> None:
        folded = [spec.id for spec, title, _ in self._side_parts if not title.isChecked()]
        self._desk.settings.put(_FOLDED, folded)
        self.follow(self._desk.scene)

    def pane_in_front(self) -> object | None:
        """Return the pane of the lens that is looked at, or of the navigator in its place; None if there is none."""
        front = (self.navigators if self._spread else self.lenses).front
        return front.pane if front is not None and front.isVisible() else None

    # ---- widths ----

    @property
    def widths(self) -> list[int]:
        """The widths of navigators and sides that the person wishes, in pixels."""
        return list(self._wished)

    def set_widths(self, widths: Sequence[int]) -> None:
        """Give navigators and sides these widths, as far as there is room."""
        self._wished = [max(_LEAST_EDGE, int(width)) for width in widths]
        self._lay_out()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the room: the sides get what is wished, unless the middle would become too small."""
        super().resizeEvent(event)
        self._lay_out()

    def _lay_out(self) -> None:
        edge = SPACING if self.width() < _ROOMY else 2 * SPACING
        self._looked.setContentsMargins(edge, SPACING, edge, SPACING)
        navigator, side = self._wished
        if self._asked > max(
            navigator, self._refused
        ):  # columns that were added, where there is room for them
            navigator = max(navigator, min(self._asked, self.width() - side - _CALM_CENTRE))
        shown = [
            0 if folded else width for width, folded in zip((navigator, side), self._folded, strict=True)
        ]
        spare = max(self.width() - _LEAST_CENTRE, 0)
        if sum(shown) > spare:
            # The sides cut what they show where they are narrower than this; names in the tree are elided.
            side = max(_LEAST_SIDE, shown[1] * spare // sum(shown)) if shown[1] else 0
            shown = [max(_LEAST_EDGE, min(shown[0], spare - side)) if shown[0] else 0, side]
        middle = max(self.width() - sum(shown) - 2 * self._parts.handleWidth(), 1)
        self._parts.setSizes(
            [self.width() - shown[1], 0, shown[1]] if self._spread else [shown[0], middle, shown[1]]
        )

    def _on_moved(self) -> None:
        sizes = self._parts.sizes()
        for edge, place in enumerate((0, 2)):
            if not self._folded[edge] and not (self._spread and edge == 0):
                self._wished[edge] = sizes[place]
        self._refused = self._asked


def _at(specs: Iterable[PaneSpec], place: Place) -> list[PaneSpec]:
    return [spec for spec in specs if spec.place is place]


def _panel(content: QWidget, name: str) -> QScrollArea:
    """Return a panel at the edge of the page, which scrolls where the window is too low for it."""
    area = QScrollArea(widgetResizable=True)
    area.setObjectName(name)
    area.setProperty("role", "panel")
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    if name == "sides":  # its width is the same whether there is something to scroll or not
        area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    content.setProperty("role", "panel")
    area.setWidget(content)
    return area
