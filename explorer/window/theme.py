"""The tokens of the window's looks: two sets of colours, one spacing unit, the colour tables of values.

Views read `current()` when they paint, and once more in `changeEvent` when the palette changes. A label takes
one of these looks by `label.setProperty("role", ROLE)`: `title`, `muted`, `warning`, `error`, `ok`.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

SPACING = 8
"""The one unit of spacing, in device-independent pixels; use halves and multiples of it."""


@dataclass(frozen=True)
class Theme:
    """A set of colours, each as `#rrggbb`.

    Attributes:
        name: `light` or `dark`.
        window: Background of the window and its panels.
        surface: Background of what holds content: lists, tables, pictures, plots.
        raised: Background of buttons and headers.
        border: Thin lines.
        text: Text.
        muted: Text of lesser weight.
        accent: The one accent: selection, focus, the receptive field.
        accent_text: Text on the accent.
        warning, error, ok: Text that warns, reports a failure or a success.
        gap: Pixels of a mosaic without a value.
        series: Lines and dots of a plot that belong to different things; people who do not see all colours can
            tell them apart, for they differ in lightness as well.
    """

    name: str
    window: str
    surface: str
    raised: str
    border: str
    text: str
    muted: str
    accent: str
    accent_text: str
    warning: str
    error: str
    ok: str
    gap: str
    series: tuple[str, ...]


LIGHT = Theme(
    name="light",
    window="#f4f5f7",
    surface="#ffffff",
    raised="#e9ebef",
    border="#d3d7de",
    text="#1b1f26",
    muted="#5a6370",
    accent="#1f62c7",
    accent_text="#ffffff",
    warning="#8f5600",
    error="#b3261e",
    ok="#1d7340",
    gap="#c3c9d2",
    series=("#1787e0", "#c06a00", "#00543a", "#86127d"),
)
DARK = Theme(
    name="dark",
    window="#1c1f24",
    surface="#14161a",
    raised="#2a2e35",
    border="#383d46",
    text="#e3e6eb",
    muted="#98a1ae",
    accent="#6aa5f8",
    accent_text="#0c1726",
    warning="#e6ac54",
    error="#f28b82",
    ok="#74c893",
    gap="#3d434d",
    series=("#4aa8f0", "#e5852a", "#d6f5b0", "#c44fc0"),
)
_THEMES = {theme.name: theme for theme in (LIGHT, DARK)}
# A diverging map fades into the background at zero, so that only what differs from zero is seen.
_DIVERGING = {"light": "CET-D1", "dark": "CET-D4"}
_SEQUENTIAL = "viridis"
# Most signed values lie near zero while the scale reaches to the extreme: this exponent on the distance
# from zero gives the small ones more of the colours. The legend is drawn from the same table.
_SPREAD = 0.65

_theme = LIGHT


def current() -> Theme:
    """Return the theme that was applied last; light before any was."""
    return _theme


def apply(app: QApplication, name: str) -> None:
    """Dress the whole application in the theme `name`; every widget gets a palette change.

    Raises:
        ValueError: There is no theme of that name.
    """
    global _theme
    if name not in _THEMES:
        raise ValueError(f"There is no theme '{name}'; choose one of {', '.join(_THEMES)}.")
    _theme = _THEMES[name]
    app.setStyle("Fusion")
    # The palette first: a style sheet set before it keeps the palette change from some child widgets.
    app.setPalette(_palette(_theme))
    app.setStyleSheet(_stylesheet(_theme))


def value_table(signed: bool) -> list[int]:
    """Return 256 QRgb colours for the pixels of a `Mosaic` in the current theme.

    Index 0 is the colour of no value; 1 to 255 run from the lowest to the highest value of the scale.

    Args:
        signed: True for the diverging map, whose middle (128) is zero; False for the sequential one.
    """
    return list(_table(_theme.gap, _DIVERGING[_theme.name] if signed else _SEQUENTIAL, signed))


@cache
def _table(gap: str, map_name: str, signed: bool) -> tuple[int, ...]:
    import pyqtgraph as pg  # here, because it takes as long to import as the window takes to open

    position = np.linspace(0.0, 1.0, 255)
    if signed:
        from_zero = 2 * position - 1
        position = (1 + np.sign(from_zero) * np.abs(from_zero) ** _SPREAD) / 2
    colours = pg.colormap.get(map_name).map(position, mode="byte")  # (255, 4) uint8
    return (QColor(gap).rgb(), *(QColor(*map(int, colour[:3])).rgb() for colour in colours))


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


def _stylesheet(theme: Theme) -> str:
    """Return the few rules that a palette cannot say."""
    return f"""
    QToolTip {{ color: {theme.text}; background: {theme.raised}; border: 1px solid {theme.border};
                padding: {SPACING // 2}px; }}
    QLabel[role="title"] {{ font-weight: 600; }}
    QLabel[role="muted"] {{ color: {theme.muted}; }}
    QLabel[role="warning"] {{ color: {theme.warning}; }}
    QLabel[role="error"] {{ color: {theme.error}; }}
    QLabel[role="ok"] {{ color: {theme.ok}; }}
    QSplitter::handle {{ background: transparent; }}
    QSplitter::handle:hover {{ background: {theme.border}; }}
    """
