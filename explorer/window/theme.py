"""The tokens of the window's looks: two sets of colours, one spacing unit.

Views read `current()` when they paint, and once more in `changeEvent` when the palette changes. A label takes
one of these looks by `label.setProperty("role", ROLE)`: `title`, `muted`, `warning`, `error`, `ok`; a tool button
that is to look like a button takes the role `button`.
"""

from dataclasses import dataclass

from PySide6.QtGui import QColor, QIcon, QPalette, QPixmap
from PySide6.QtWidgets import QApplication

from explorer.paths import resources
from explorer.records.kinds import KINDS as KINDS
from explorer.records.kinds import kind_of as kind_of
from explorer.records.value_colours import value_colours

SPACING = 8
"""The one unit of spacing, in device-independent pixels; use halves and multiples of it."""

LIST_ROW = 7 * SPACING // 2
"""Height of a row of a list that a box opens, in the same unit."""


@dataclass(frozen=True)
class Theme:
    """A set of colours, each as `#rrggbb`.

    Attributes:
        name: `light` or `dark`.
        window: The ground on which content lies.
        surface: Panels, lists, tables, plots.
        rail: The rail of pages.
        raised: Buttons and headers.
        hover: What lies under the mouse.
        border: Thin lines that part two grounds.
        line: The outline of what can be pressed or typed into.
        text: Text.
        muted: Text of lesser weight.
        faint: What cannot be chosen now.
        accent: The one accent: selection and focus.
        accent_text: Text on the accent.
        accent_ground: Behind what is selected.
        field: The receptive field.
        warning, error, ok: Text that warns, reports a failure or a success.
        gap: Pixels of a mosaic without a value.
        other: Operations of no kind.
        series: Lines and dots of a plot that belong to different things; people who do not see all colours can
            tell them apart, for they differ in lightness as well.
    """

    name: str
    window: str
    surface: str
    rail: str
    raised: str
    hover: str
    border: str
    line: str
    text: str
    muted: str
    faint: str
    accent: str
    accent_text: str
    accent_ground: str
    field: str
    warning: str
    error: str
    ok: str
    gap: str
    other: str
    series: tuple[str, ...]


LIGHT = Theme(
    name="light",
    window="#f6f7f9",
    surface="#ffffff",
    rail="#eef0f4",
    raised="#eef0f4",
    hover="#f0f2f5",
    border="#e4e7ec",
    line="#cfd5de",
    text="#1b1f27",
    muted="#5f6a7d",
    faint="#b4bbc7",
    accent="#2f6fde",
    accent_text="#ffffff",
    accent_ground="#e8f0fd",
    field="#ff7a1a",
    warning="#8f5600",
    error="#b3261e",
    ok="#1d7340",
    gap="#c3c9d2",
    other="#c3c9d2",
    series=("#1787e0", "#c06a00", "#00543a", "#86127d"),
)
DARK = Theme(
    name="dark",
    window="#14171c",
    surface="#1b1f26",
    rail="#101318",
    raised="#262b33",
    hover="#232933",
    border="#2a303a",
    line="#3a424f",
    text="#e8eaee",
    muted="#98a2b3",
    faint="#4d5563",
    accent="#6ea4ff",
    accent_text="#0c1726",
    accent_ground="#20304b",
    field="#ff7a1a",
    warning="#e6ac54",
    error="#f28b82",
    ok="#74c893",
    gap="#3d434d",
    other="#525862",
    series=("#4aa8f0", "#e5852a", "#d6f5b0", "#c44fc0"),
)
_THEMES = {theme.name: theme for theme in (LIGHT, DARK)}
_TOOL = 'QToolButton[role="button"]'
_TYPED = 'QLineEdit, QAbstractSpinBox, QComboBox[editable="true"]'  # what else has the focus: `focus.py`
_DRESSED = "dressed"  # the property in which an application says what it wears
_theme = LIGHT


def current() -> Theme:
    """Return the theme that was applied last; light before any was."""
    return _theme


def apply(app: QApplication, name: str) -> None:
    """Dress the whole application in the theme `name`; every widget gets a palette change, unless it wears it already.

    Raises:
        ValueError: There is no theme of that name.
    """
    global _theme
    if name not in _THEMES:
        raise ValueError(f"There is no theme '{name}'; choose one of {', '.join(_THEMES)}.")
    if app.property(_DRESSED) == name and _theme is _THEMES[name]:
        return  # with windows open it takes longer than building another one
    _theme = _THEMES[name]
    if app.property(_DRESSED) is None:
        app.setStyle("Fusion")
    app.setProperty(_DRESSED, name)
    # Undressed first: one that takes the place of another is put on a widget once for each that it lies in. The palette
    # next: a style sheet set before it keeps the palette change from some child widgets.
    app.setStyleSheet("")
    app.setPalette(_palette(_theme))
    app.setStyleSheet(_stylesheet(_theme))


def value_table(signed: bool) -> list[int]:
    """Return 256 QRgb colours for the pixels of a `Mosaic`.

    Index 0 is the colour of no value; 1 to 255 run from the lowest to the highest value of the scale.

    Args:
        signed: True for the diverging map of the theme, whose middle (128) is zero; False for the sequential one.
    """
    return [QColor(_theme.gap).rgb(), *value_colours(signed, _theme is LIGHT)]


def blend(colour: str, ground: str, share: float) -> QColor:
    """Return `share` of one colour over another, opaque: Qt paints what is opaque ten times as fast."""
    front, back = QColor(colour), QColor(ground)
    mixed = (
        round(share * a + (1 - share) * b)
        for a, b in zip(front.getRgb()[:3], back.getRgb()[:3], strict=True)  # type: ignore[index]
    )
    return QColor(*mixed)


def series_colour(series: int | None) -> QColor:
    """Return the colour of a series of a plot in the current theme; None stands for what lies behind the others."""
    return blend(_theme.muted, _theme.surface, 0.5) if series is None else QColor(_theme.series[series])


def _palette(theme: Theme) -> QPalette:
    role = QPalette.ColorRole
    roles = {
        role.Window: theme.window,
        role.WindowText: theme.text,
        role.Base: theme.surface,
        role.AlternateBase: theme.window,
        role.Text: theme.text,
        role.PlaceholderText: theme.muted,
        role.Button: theme.raised,
        role.ButtonText: theme.text,
        role.BrightText: theme.error,
        role.ToolTipBase: theme.raised,
        role.ToolTipText: theme.text,
        role.Highlight: theme.accent,
        role.HighlightedText: theme.accent_text,
        role.Accent: theme.accent,
        role.Link: theme.accent,
        role.LinkVisited: theme.accent,
        role.Light: theme.raised,
        role.Midlight: theme.raised,
        role.Mid: theme.border,
        role.Dark: theme.border,
        role.Shadow: theme.border,
    }
    palette = QPalette()
    for colour_role, colour in roles.items():
        palette.setColor(colour_role, QColor(colour))
    for colour_role in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        palette.setColor(QPalette.ColorGroup.Disabled, colour_role, QColor(theme.muted))
    palette.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(theme.border))
    return palette


def _drawn(name: str, theme: Theme) -> str:
    """Return the picture of a tick or an arrow: a style sheet takes no drawing but a file."""
    return f'url("{(resources() / "icons" / f"{name}-{theme.name}.svg").as_posix()}")'


def _controls(theme: Theme) -> str:
    """Return the rules for what can be pressed or typed into: flat, one height, one outline."""
    button, field = f"QPushButton, {_TOOL}", "QLineEdit, QComboBox, QAbstractSpinBox"
    everything = f"{button}, {field}"
    return f"""
    {everything} {{ background: {theme.surface}; border: 1px solid {theme.line};
                    border-radius: {SPACING // 2}px; min-height: 22px; }}
    {button} {{ padding: 0 {3 * SPACING // 2}px; }}
    {field} {{ padding: 0 {3 * SPACING // 4}px; }}
    #liveBar QToolButton {{ padding: 0 {SPACING // 4}px; }}
    #streamBar QToolButton {{ padding: 0 {SPACING // 2}px; }}
    {_each(f"{button}, QComboBox", "hover")} {{ background: {theme.hover}; }}
    {_each(button, "pressed")}, {_each(button, "checked")} {{ background: {theme.accent_ground};
                                                             border-color: {theme.accent}; }}
    {_each(_TYPED, "focus")} {{ border-color: {theme.accent}; }}
    {_each(everything, "disabled")} {{ color: {theme.faint}; border-color: {theme.border};
                                      background: transparent; }}
    QComboBox QLineEdit, QAbstractSpinBox QLineEdit {{ border: 0; padding: 0; min-height: 0;
                                                      background: transparent; }}
    QComboBox QAbstractItemView {{ background: {theme.surface}; color: {theme.text}; min-height: 0;
        border: 1px solid {theme.line}; selection-background-color: {theme.accent_ground};
        selection-color: {theme.text}; }}
    QComboBox::drop-down {{ border: 0; width: {2 * SPACING + 2}px; }}
    QComboBox::down-arrow {{ image: {_drawn("down", theme)}; }}
    QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ border: 0; width: {2 * SPACING}px;
                                                                  background: transparent; }}
    QAbstractSpinBox::up-arrow {{ image: {_drawn("up", theme)}; width: 10px; height: 10px; }}
    QAbstractSpinBox::down-arrow {{ image: {_drawn("down", theme)}; width: 10px; height: 10px; }}
    """


def _each(selectors: str, state: str) -> str:
    """Return the selectors with a state at each of them."""
    return ", ".join(f"{selector}:{state}" for selector in selectors.split(", "))


def _stylesheet(theme: Theme) -> str:
    """Return the few rules that a palette cannot say."""
    return f"""
    QToolTip {{ color: {theme.text}; background: {theme.surface}; border: 1px solid {theme.border};
                padding: {SPACING // 2}px; }}
    QAbstractButton, QTabBar, QAbstractItemView, QSlider, QComboBox {{ outline: 0; }}
    {_controls(theme)}
    {_words(theme)}
    {_parts(theme)}
    {_ticks(theme)}
    {_scrolled(theme)}
    """


def _words(theme: Theme) -> str:
    """Return the rules for headings, and for words that are said softly or in a colour."""
    return f"""
    QToolButton[autoRaise="true"] {{ border: 0; border-radius: {SPACING // 2}px; padding: 3px; }}
    QToolButton[autoRaise="true"]:hover {{ background: {theme.hover}; }}
    QToolButton[autoRaise="true"]:pressed {{ background: {theme.raised}; }}
    QLabel[role="heading"] {{ font-weight: 600; font-size: 17px; }}
    QLabel[role="title"] {{ font-weight: 600; }}
    QToolButton[role="title"] {{ font-weight: 600; border: 0; padding: 0; text-align: left; }}
    QToolButton[role="title"]:hover {{ color: {theme.accent}; }}
    QToolButton[role="choice"] {{ border: 1px solid {theme.border}; border-radius: 3px; padding: 3px {SPACING}px; }}
    QToolButton[role="choice"]:hover {{ background: {theme.hover}; }}
    QToolButton[role="choice"]:checked {{ background: {theme.accent_ground}; color: {theme.accent};
                                         border-color: {theme.accent}; }}
    QToolButton[role="choice"]:disabled {{ color: {theme.faint}; }}
    QToolButton[role="tab"] {{ border: 0; border-bottom: 2px solid transparent; color: {theme.muted};
                               padding: 3px 2px; margin-right: {SPACING - 2}px; }}
    QToolButton[role="tab"]:hover {{ color: {theme.text}; }}
    QToolButton[role="tab"]:checked {{ color: {theme.text}; border-bottom-color: {theme.accent}; }}
    QLabel[role="muted"] {{ color: {theme.muted}; }}
    QLabel[role="warning"] {{ color: {theme.warning}; }}
    QLabel[role="error"] {{ color: {theme.error}; }}
    QLabel[role="ok"] {{ color: {theme.ok}; }}
    """


def _parts(theme: Theme) -> str:
    """Return the rules for the grounds of the window's parts and the edges between them."""
    return f"""
    QSplitter::handle {{ background: {_line(theme.border)}; }}
    QSplitter::handle:hover {{ background: {_line(theme.accent)}; }}
    QSplitter::handle:horizontal {{ background: {theme.border}; margin: 0px 3px; }}
    QSplitter::handle:horizontal:hover {{ background: {theme.accent}; }}
    #explorePage > QSplitter::handle {{ margin: 0px; }}
    *[role="panel"] {{ background: {theme.surface}; }}
    #topBar {{ background: {theme.surface}; border-bottom: 1px solid {theme.border}; }}
    #foot {{ background: {theme.surface}; border-top: 1px solid {theme.border}; }}
    #pageRail {{ background: {theme.rail}; border-right: 1px solid {theme.border}; }}
    #modelPopup {{ border: 1px solid {theme.muted}; }}
    #pageRail QToolButton {{ border: 0; color: {theme.muted}; border-left: 3px solid transparent;
                             padding: {SPACING + SPACING // 4}px 3px {SPACING + SPACING // 4}px 0; }}
    #pageRail QToolButton:hover {{ background: {theme.hover}; }}
    #pageRail QToolButton:checked {{ background: {theme.accent_ground}; color: {theme.accent};
                                     border-left: 3px solid {theme.accent}; }}
    #compareOther {{ padding-right: {2 * SPACING}px; }}
    #compareOther::menu-indicator {{ image: {_drawn("down", theme)}; width: 10px; height: 10px;
                                     subcontrol-origin: padding; subcontrol-position: right center;
                                     right: {SPACING // 2}px; bottom: 1px; }}
    #menuButton::menu-indicator, #graphMenu::menu-indicator {{ image: none; }}
    """


def _line(colour: str) -> str:
    """Return a ground with a line of a quarter of its height: the handle of an upright splitter heeds no margin."""
    stops = ((0, "transparent"), (0.37, "transparent"), (0.38, colour), (0.62, colour), (0.63, "transparent"))
    return f"qlineargradient(x1:0,y1:0,x2:0,y2:1,{','.join(f'stop:{at} {it}' for at, it in stops)})"


def _ticks(theme: Theme) -> str:
    """Return the rules for what is ticked."""
    return f"""
    QCheckBox::indicator, #findingView::indicator {{ width: 14px; height: 14px; border-radius: 3px;
                            border: 1px solid {theme.muted}; background: {theme.surface}; }}
    QCheckBox::indicator:hover, #findingView::indicator:hover {{
                            border-color: {theme.accent}; }}
    QCheckBox::indicator:checked, #findingView::indicator:checked {{
                                    background: {theme.accent}; border-color: {theme.accent};
                                    image: {_drawn("tick", theme)}; }}
    QCheckBox::indicator:disabled {{ border-color: {theme.faint}; }}
    QCheckBox::indicator:checked:disabled {{ background: {theme.faint}; }}
    """


def _scrolled(theme: Theme) -> str:
    """Return the rules for lists, tables and tabs, and what scrolls them."""
    return f"""
    QScrollBar:vertical {{ background: transparent; width: 11px; margin: 0; border: 0; }}
    QScrollBar:horizontal {{ background: transparent; height: 11px; margin: 0; border: 0; }}
    QScrollBar::handle {{ background: {theme.border}; border-radius: 2px; margin: 3px; min-height: 28px;
                          min-width: 28px; }}
    QScrollBar::handle:disabled {{ background: transparent; }}
    QScrollBar::handle:hover, QScrollBar::handle:pressed {{ background: {theme.faint}; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; border: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    QHeaderView {{ background: {theme.surface}; border: 0; }}
    QHeaderView::section {{ background: {theme.surface}; color: {theme.muted}; border: 0; padding: 3px 4px;
                            border-bottom: 1px solid {theme.border}; border-right: 1px solid {theme.border}; }}
    QTableView {{ selection-background-color: {theme.accent_ground}; selection-color: {theme.text}; }}
    QTabBar::tab {{ padding: {SPACING}px {SPACING}px {SPACING - 2}px; margin-right: {SPACING}px; border: 0;
                    border-bottom: 2px solid transparent; color: {theme.muted}; background: transparent; }}
    QTabBar[tight="true"] {{ font-size: 12px; }}
    QTabBar[tight="true"]::tab {{ padding: {SPACING}px 1px {SPACING - 2}px; margin-right: 6px; }}
    QTabBar::tab:selected {{ color: {theme.text}; border-bottom: 2px solid {theme.accent}; }}
    QTabBar::tab:hover:!selected {{ color: {theme.text}; }}
    """


def kind_colour(op: str) -> QColor:
    """Return the colour of the kind of an operation by its name."""
    return colour_of(kind_of(op))


def colour_of(kind: str) -> QColor:
    """Return the colour of a kind of operation: a key of `KINDS`, or any other word for the others."""
    return QColor(KINDS.get(kind, _theme.other))


def kind_icon(op: str) -> QIcon:
    """Return a square in the colour of the kind of an operation, the same where its row is selected."""
    square = QPixmap(SPACING, SPACING)
    square.fill(kind_colour(op))
    icon = QIcon(square)
    icon.addPixmap(square, QIcon.Mode.Selected)
    return icon
