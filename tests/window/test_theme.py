import numpy as np
import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QCheckBox, QFrame, QLabel, QScrollArea, QSplitter, QWidget

from explorer.window import theme


@pytest.fixture(autouse=True)
def _light_afterwards(qapp: QApplication):
    yield
    theme.apply(qapp, "light")


def _luminance(colour: str) -> float:
    """Relative luminance of WCAG 2."""
    parts = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in QColor(colour).getRgbF()[:3]
    ]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def _contrast(a: str, b: str) -> float:
    low, high = sorted((_luminance(a), _luminance(b)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("tokens", [theme.LIGHT, theme.DARK], ids=lambda tokens: tokens.name)
def test_every_text_can_be_read_on_every_ground(tokens):
    for text in (tokens.text, tokens.muted, tokens.warning, tokens.error, tokens.ok):
        for ground in (tokens.window, tokens.surface):
            assert _contrast(text, ground) >= 4.5
    assert _contrast(tokens.accent_text, tokens.accent) >= 4.5


@pytest.mark.parametrize("tokens", [theme.LIGHT, theme.DARK], ids=lambda tokens: tokens.name)
def test_operations_of_no_kind_are_seen_on_every_ground_and_are_not_taken_for_norms(qapp, tokens):
    theme.apply(qapp, tokens.name)
    other = theme.kind_colour("flatten").name()
    assert other == theme.colour_of("other").name()
    for ground in (tokens.window, tokens.surface):
        assert _contrast(other, ground) >= (1.5 if tokens is theme.LIGHT else 2.3)
    assert _contrast(other, theme.KINDS["norm"]) >= 1.8


def test_applying_a_theme_changes_palette_and_tokens(qapp):
    for name, tokens in (("dark", theme.DARK), ("light", theme.LIGHT)):
        theme.apply(qapp, name)
        assert theme.current() is tokens
        assert qapp.palette().color(QPalette.ColorRole.Window) == QColor(tokens.window)
        assert qapp.palette().color(QPalette.ColorRole.Text) == QColor(tokens.text)


def test_an_unknown_theme_is_refused_and_nothing_changes(qapp):
    theme.apply(qapp, "dark")
    with pytest.raises(ValueError, match="light, dark"):
        theme.apply(qapp, "pink")
    assert theme.current() is theme.DARK


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("signed", [False, True])
def test_value_table_starts_with_the_gap_and_follows_the_theme(qapp, name, signed):
    theme.apply(qapp, name)
    table = theme.value_table(signed)
    assert len(table) == 256
    assert table[0] == QColor(theme.current().gap).rgb()
    assert len(set(table[1:])) > 128


def test_sequential_table_grows_lighter_and_diverging_one_is_neutral_at_zero(qapp):
    theme.apply(qapp, "light")
    grey = [_luminance(QColor.fromRgb(rgb).name()) for rgb in theme.value_table(False)[1::16]]
    assert grey == sorted(grey)
    low, zero, high = (QColor.fromRgb(theme.value_table(True)[i]) for i in (1, 128, 255))
    assert low.blue() > low.red()
    assert high.red() > high.blue()
    assert max(zero.getRgb()[:3]) - min(zero.getRgb()[:3]) < 12


def _lab(colour: QColor) -> np.ndarray:
    """CIE 1976 L*a*b* of a colour under D65."""
    linear = np.array(
        [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour.getRgbF()[:3]]
    )
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    share = (to_xyz @ linear) / [0.9505, 1.0, 1.089]
    x, y, z = np.where(share > 0.008856, np.cbrt(share), 7.787 * share + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("tokens", [theme.LIGHT, theme.DARK], ids=lambda tokens: tokens.name)
@pytest.mark.parametrize("ground", ["surface", "window"])
@pytest.mark.parametrize("signed", [False, True])
def test_no_value_vanishes_in_the_ground_of_a_theme(qapp, tokens, ground, signed):
    theme.apply(qapp, tokens.name)
    behind = _lab(QColor(getattr(tokens, ground)))
    distances = [np.linalg.norm(_lab(QColor.fromRgb(rgb)) - behind) for rgb in theme.value_table(signed)[1:]]
    # The eye tells 2 apart side by side; on light ground a zero is pale, and still a tile with an edge.
    is_pale = signed and tokens is theme.LIGHT
    assert min(distances) > (5 if is_pale else 20)
    if not is_pale:
        middle = QColor.fromRgb(theme.value_table(signed)[128]).name()
        assert _contrast(middle, getattr(tokens, ground)) > 2.3


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("signed", [False, True])
def test_equal_steps_of_value_look_alike(qapp, signed, name):
    theme.apply(qapp, name)
    colours = np.array([_lab(QColor.fromRgb(rgb)) for rgb in theme.value_table(signed)[1::2]])
    steps = np.linalg.norm(np.diff(colours, axis=0), axis=1)
    assert steps.min() > 0.2 * np.median(steps) and steps.max() < 5 * np.median(steps)


@pytest.mark.parametrize("tokens", [theme.LIGHT, theme.DARK], ids=lambda tokens: tokens.name)
def test_both_signs_grow_away_from_the_ground_alike(qapp, tokens):
    theme.apply(qapp, tokens.name)
    lightness = [_lab(QColor.fromRgb(rgb))[0] for rgb in theme.value_table(True)[1:]]
    ground = _lab(QColor(tokens.window))[0]
    away = [abs(it - ground) for it in lightness[::8]]  # 16 is zero
    assert away[:16] == sorted(away[:16], reverse=True) and away[16:] == sorted(away[16:])
    assert abs(lightness[0] - lightness[-1]) < 6


def test_a_caller_cannot_spoil_the_table(qapp):
    theme.value_table(False)[5] = 0
    assert theme.value_table(False)[5] != 0


def test_blend_lies_between():
    assert theme.blend("#ffffff", "#000000", 0.5).getRgb()[:3] == (128, 128, 128)
    assert theme.blend("#ff0000", "#0000ff", 1).getRgb()[:3] == (255, 0, 0)


@pytest.mark.parametrize("tokens", [theme.LIGHT, theme.DARK], ids=lambda tokens: tokens.name)
def test_a_box_has_a_visible_border_and_its_tick_is_seen(qapp, qtbot, tokens):
    theme.apply(qapp, tokens.name)
    box = QCheckBox("One scale")
    qtbot.addWidget(box)
    box.show()

    def colours() -> set[str]:
        drawn = box.grab().toImage().copy(0, 0, 18, box.height())
        return {drawn.pixelColor(x, y).name() for x in range(18) for y in range(drawn.height())}

    assert tokens.muted in colours()
    box.setChecked(True)
    assert {tokens.accent, tokens.accent_text} <= colours()


@pytest.mark.parametrize("name", ["light", "dark"])
def test_a_scroll_bar_of_what_does_not_scroll_is_not_seen(qapp, qtbot, name):
    theme.apply(qapp, name)
    area = QScrollArea()
    qtbot.addWidget(area)
    area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
    area.resize(200, 200)
    inside = QWidget()
    area.setWidget(inside)

    def inks() -> int:
        area.show()
        qtbot.wait(10)
        bar = area.verticalScrollBar()
        shot = bar.grab().toImage()
        return len({shot.pixelColor(x, 12).name() for x in range(bar.width())})

    inside.resize(100, 100)
    assert inks() == 1
    inside.resize(100, 1000)
    assert inks() > 1


@pytest.mark.parametrize("side", [Qt.Orientation.Horizontal, Qt.Orientation.Vertical])
def test_between_two_parts_there_is_a_thin_line_not_a_bar(qapp, qtbot, side):
    theme.apply(qapp, "light")
    split = QSplitter(side, handleWidth=8)
    qtbot.addWidget(split)
    for _ in range(2):
        split.addWidget(QFrame())
    split.resize(100, 100)
    split.show()
    shown = split.grab().toImage()
    across = [
        shown.pixelColor(*((at, 50) if side is Qt.Orientation.Horizontal else (50, at))) for at in range(100)
    ]
    assert 1 <= sum(colour == QColor(theme.LIGHT.border) for colour in across) <= 3


def test_a_switch_dresses_a_widget_no_more_often_for_lying_deep_in_others(qapp, qtbot):
    deepest = outermost = QWidget()
    qtbot.addWidget(outermost)
    for _ in range(12):
        deepest = QLabel("within", deepest)
    outermost.show()
    told = []

    class Witness(QObject):
        def eventFilter(self, watched, event):
            if event.type() == QEvent.Type.StyleChange:
                told.append(watched)
            return False

    witness = Witness()
    deepest.installEventFilter(witness)
    theme.apply(qapp, "dark")
    assert 0 < len(told) <= 3
