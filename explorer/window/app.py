"""The program with a window: application, window, desk, stage and features, and an orderly end."""

import signal
import sys
from collections.abc import Callable, Sequence
from importlib import import_module

from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from explorer.engine.link import EngineLink
from explorer.window import faults, icons, theme
from explorer.window.collector import Collector
from explorer.window.desk import Desk
from explorer.window.frame import EXPLORE, MainWindow
from explorer.window.further import FurtherSeats
from explorer.window.memory import Memory
from explorer.window.notices import NoticeBar
from explorer.window.requests import EngineLinkLike
from explorer.window.settings import Settings
from explorer.window.spec import Feature, Level
from explorer.window.stage import Stage
from explorer.window.start import Start
from explorer.window.warmup import WarmUp

_CLOSE_SECONDS = 2.5


def run(start: Start, features: Sequence[Feature], link: EngineLink | None = None) -> int:
    """Show the window until it is closed.

    Args:
        start: What the person asked for.
        features: What the window is made of.
        link: An engine that was started before Qt was imported; None starts one.

    Returns:
        The exit code of the program.
    """
    application = application_for_window()
    window = open_at_once(start, features, link)
    faults.report_to(window.notices)
    for signal_ in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_, lambda *_: window.close())
    return application.exec()


def open_at_once(
    start: Start,
    features: Sequence[Feature],
    link: EngineLink | None,
    painted: Callable[[], object] = lambda: None,
) -> MainWindow:
    """Show the window, whose panes are built when it is painted.

    Args:
        start, features, link: As for `run`.
        painted: Called when the window is painted.
    """
    window = assemble(start, features, link)
    window.show()
    QApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
    painted()
    window.desk.later(lambda: WarmUp(window))
    return window


def application_for_window() -> QApplication:
    """Return the application, made and named if there is none yet."""
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication), "a window needs more than a QCoreApplication"
    application.setApplicationName("arch-explorer")
    application.setApplicationDisplayName("Architecture Explorer")
    application.setDesktopFileName("arch-explorer")
    return application


def assemble(
    start: Start,
    features: Sequence[Feature],
    link: EngineLinkLike | None = None,
    settings: Settings | None = None,
) -> MainWindow:
    """Return the window over an engine, not yet shown.

    Args:
        start: What the person asked for.
        features: What the window is made of.
        link: An engine that was started before; None starts one.
        settings: What was remembered; None for the user's own.
    """
    application = QApplication.instance()
    assert isinstance(application, QApplication), "build_window needs a QApplication"
    if link is None:
        link = EngineLink()
        link.start()
    settings = settings or Settings()
    theme.apply(application, settings.theme)
    application.setWindowIcon(icons.app_icon())
    window = MainWindow()
    notices = NoticeBar()
    memory = Memory(settings)
    known = {spec.id for feature in features for spec in feature.panes} | {EXPLORE.id}
    desk = Desk(link, notices, settings, memory.scene(start, known), window)
    window.furnish(desk, features, notices)
    for note in memory.notes:
        desk.tell(Level.INFO, note)
    memory.lay_out(window)
    desk.follow(memory.follow)  # before those that let go of what could not be opened
    followers = [_built(name, desk) for feature in features for name in feature.followers]
    window.followers = [*followers, Stage(desk), FurtherSeats(desk)]
    window.dropped.connect(desk.dropped)
    desk.leaving.connect(window.close)
    collector = Collector(window)
    window.closing.connect(lambda: _close(window, desk, memory, collector))
    desk.refresh()
    return window


def _built(name: str, desk: Desk) -> Callable[..., object]:
    module, _, kind = name.partition(":")
    follower: Callable[..., object] = getattr(import_module(module), kind)(desk)
    return follower


def _close(window: MainWindow, desk: Desk, memory: Memory, collector: Collector) -> None:
    memory.keep(window)
    desk.close(_CLOSE_SECONDS)
    collector.stop()
