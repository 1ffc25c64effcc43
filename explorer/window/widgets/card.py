"""The card of an architecture: who, when, the one idea, and links to what is worth looking at."""

from collections.abc import Iterator
from html import escape
from math import ceil

from PySide6.QtCore import QEvent, QMimeData, QSizeF, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QTextBrowser, QWidget

from explorer.records.models import ModelEntry
from explorer.window import format as fmt
from explorer.window import theme
from explorer.window.cards import Card, Contest, ContestResult, Hint, Sizes, cards
from explorer.window.theme import SPACING

_EMPTY = "No network is chosen yet; choose one, and its card tells what to look at."
_TIP = "What to know of this architecture; Tab goes to the next link, Enter follows it."
_NO_CARD = "No card for this network; every family of the zoo has one: search for “zoo” in the list of models (Ctrl+K)."
_INVITING = {
    "maps": "Show the maps of {}",
    "kernels": "Show the filters of {}",
    "field": "Show what {} sees of the image",
    "cost": "Show what {} costs",
    "attention": "Show the attention of {}",
    "images": "Compare images by {}",
}
"""What a link to a lens or a page says, for an operation."""
_MOST_AUTHORS = 3
_MAY_BREAK = (
    "\u200b"  # a space without a width: a long name is broken after its dots and bars, not within a word
)


class CardView(QTextBrowser):
    """One card, with links that are reached by Tab and followed by Enter.

    Signals:
        hint_chosen(object): The person wants to see what a `Hint` tells of.
        card_requested(str): The person wants to read another card; its id.
    """

    hint_chosen = Signal(object)
    card_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None, stands: bool = False) -> None:
        """Create it empty; `stands` makes it as high as its text: what it lies in scrolls, not the card."""
        super().__init__(parent)
        self._stands = stands
        if stands:
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
            self.document().documentLayout().documentSizeChanged.connect(self._on_size_changed)
        self.setObjectName("cardView")
        self.setAccessibleName("Card of the architecture")
        self.setToolTip(fmt.tip(_TIP))
        self.setOpenLinks(False)
        self.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.document().setDocumentMargin(SPACING)
        self.anchorClicked.connect(self._on_link)
        # The view's own tooltip would hide that of the link under the mouse.
        self.highlighted.connect(lambda link: self.setToolTip(fmt.tip(_TIP if link.isEmpty() else "")))
        self._card: Card | None = None
        self._entry: ModelEntry | None = None
        self._back: Card | None = None
        self._fill()

    @property
    def card(self) -> Card | None:
        """The card that is shown."""
        return self._card

    def set_card(self, card: Card | None, entry: ModelEntry | None, back: Card | None = None) -> None:
        """Show a card.

        Args:
            card: The card; None shows why there is none.
            entry: The network that it is shown for; None if it is shown for the family's sake.
            back: The card that the person came from.
        """
        if (card, entry, back) == (self._card, self._entry, self._back):
            return
        self._card, self._entry, self._back = card, entry, back
        self._fill()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_back"):
            self._fill()

    def createMimeDataFromSelection(self) -> QMimeData:
        """Copy words alone, with names as one types them."""
        data = QMimeData()
        data.setText(self.textCursor().selection().toPlainText().replace(_MAY_BREAK, ""))
        return data

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to what it lies in where it stands."""
        if self._stands:
            event.ignore()
        else:
            super().wheelEvent(event)

    def _on_size_changed(self, size: QSizeF) -> None:
        self.setFixedHeight(max(1, ceil(size.height())))

    def _fill(self) -> None:
        self.document().setDefaultStyleSheet(_style())
        if self._card is not None:
            self.setHtml("".join(_sections(self._card, self._entry, self._back)))
        elif self._entry is not None:
            self.setHtml("".join(_without_card(self._entry)))
        else:
            self.setHtml(f"<p class='muted'>{escape(_EMPTY)}</p>")

    def _on_link(self, url: QUrl) -> None:
        if url.scheme() == "card":
            self.card_requested.emit(url.path())
        elif url.scheme() == "hint":
            assert self._card is not None, "only a card has links"
            hint = self._card.hints[int(url.path())]
            self.hint_chosen.emit(hint.seen_in(self._entry.name) if self._entry is not None else hint)
        else:
            QDesktopServices.openUrl(url)


def _style() -> str:
    tokens = theme.current()
    return f"""
    h2 {{ margin-top: 0px; margin-bottom: 0px; }}
    h4 {{ margin-top: {SPACING + SPACING // 2}px; margin-bottom: 0px; }}
    p {{ margin-top: {SPACING // 4}px; margin-bottom: {SPACING // 4}px; }}
    a {{ color: {tokens.accent}; text-decoration: none; }}
    .hint {{ margin-bottom: {SPACING // 2 + 2}px; }}
    .muted {{ color: {tokens.muted}; }}
    """


def _without_card(entry: ModelEntry) -> Iterator[str]:
    """Yield what is known of any network, and that it has no card."""
    year = f" <span class='muted'>{entry.year}</span>" if entry.year is not None else ""
    yield f"<h2>{_breakable(entry.name)}{year}</h2>"
    own = entry.source in ("file", "folder")
    facts = (
        f"your own {entry.source}" if own else f"family {entry.family or 'unknown'}",
        f"{fmt.count(entry.params)} parameters" if entry.params is not None else "",
        "" if own else f"from {entry.source}",
    )
    yield f"<p class='muted'>{escape(', '.join(filter(None, facts)))}</p>"
    yield f"<p class='muted'>{escape(_NO_CARD)}</p>"


def _sections(card: Card, entry: ModelEntry | None, back: Card | None) -> Iterator[str]:
    if back is not None:
        yield f"<p>{_link(f'card:{back.id}', f'‹ back to {back.title}', f'Show the card of {back.title}')}</p>"
    yield f"<h2>{_breakable(card.title)} <span class='muted'>{card.year}</span></h2>"
    yield f"<p class='muted'>{escape(_authors(card.authors))}</p>"
    paper, everybody = card.paper, ", ".join(card.authors)
    yield f"<p>{_link(paper.url, paper.title, f'{everybody}. Open {paper.url} in the browser')}"
    yield f" <span class='muted'>{escape(paper.venue)}</span></p>"
    yield f"<h4>The idea</h4><p>{escape(card.idea)}</p>"
    yield "<h4>Look at this</h4>"
    for place, hint in enumerate(card.hints):
        yield _hint(place, hint, entry)
    if card.predecessor is not None:
        before = cards()[card.predecessor.card]
        link = _link(f"card:{before.id}", before.title, f"Show the card of {before.title}")
        yield f"<h4>Against {link}</h4><p>{escape(card.predecessor.changes)}</p>"
    if card.contest is not None:
        yield from _contest(card.contest)
    yield f"<h4>Input</h4><p>{escape(card.input)}</p>"
    yield from (f"<p class='muted'>{escape(line)}</p>" for line in _size_lines(card, entry))


def _breakable(name: str) -> str:
    return escape(name).replace("_", f"_{_MAY_BREAK}")


def _authors(names: tuple[str, ...]) -> str:
    """Return the names, of many the first: the idea below is what one reads for."""
    if len(names) <= _MOST_AUTHORS:
        return ", ".join(names)
    return f"{', '.join(names[: _MOST_AUTHORS - 1])} and {len(names) - _MOST_AUTHORS + 1} others"


def _contest(contest: Contest) -> Iterator[str]:
    yield f"<h4>ImageNet challenge {contest.year}</h4>"
    for result in contest.results:
        yield f"<p><b>{result.top5_error:g} %</b> top-5 error, {escape(_measured(result))}</p>"
    yield f"<p class='muted'>Source: {escape(contest.source)}.</p>"


def _measured(result: ContestResult) -> str:
    if result.networks is None:
        return result.measured
    count = "one network" if result.networks == 1 else f"{result.networks} networks averaged"
    return f"{count}, {result.measured}"


def _hint(place: int, hint: Hint, entry: ModelEntry | None) -> str:
    hint = hint.seen_in(entry.name) if entry is not None else hint
    layer = hint.layer.replace(".", f".{_MAY_BREAK}")
    where = "" if entry is not None and entry.name == hint.network else f" in {hint.network}"
    what = _INVITING.get(hint.pane, f"Show {{}} in “{hint.pane.capitalize()}”").format(layer)
    tip = f"Show {hint.layer} of {hint.network} in “{hint.pane.capitalize()}”"
    return f"<p class='hint'>{escape(hint.text)}<br>{_link(f'hint:{place}', f'{what}{where} ›', tip)}</p>"


def _size_lines(card: Card, entry: ModelEntry | None) -> Iterator[str]:
    """Say once for all networks of the same limits which squares work, and where the shown one fails."""
    groups: dict[str, list[str]] = {}
    for network, sizes in card.sizes.items():
        groups.setdefault(_limits(sizes), []).append(network)
    for limits, networks in groups.items():
        who = "All networks" if len(groups) == 1 and len(networks) > 1 else ", ".join(networks)
        yield f"{who}: {limits}"
    shown = card.sizes.get(entry.name) if entry is not None else None
    if entry is not None and shown is not None and shown.fails is not None:
        yield _failure(entry.name, shown)


def _limits(sizes: Sizes) -> str:
    smallest = f"{sizes.smallest}×{sizes.smallest}"
    limit = f"to {sizes.largest}×{sizes.largest}" if sizes.largest else "up"
    if sizes.step == 1:
        return f"from {smallest} {limit}"
    return f"{smallest} and every multiple of {sizes.step}" + (f" up {limit}" if sizes.largest else "")


def _failure(name: str, sizes: Sizes) -> str:
    where = f"Below {sizes.smallest}×{sizes.smallest}" if sizes.step == 1 else "At any other size"
    return f"{where} {name} cannot go on at {sizes.fails}."


def _link(address: str, text: str, tip: str) -> str:
    return f"<a href='{escape(address)}' title='{escape(tip)}'>{escape(text)}</a>"
