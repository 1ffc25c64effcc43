"""The program with a window: application, window, controller, and an orderly end."""

import signal
import sys
from collections.abc import Callable, Sequence

from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from explorer.engine.link import EngineLink
from explorer.ui.window import MainWindow
from explorer.window import faults, icons, theme
from explorer.window.settings import Settings
from explorer.window.warmup import WarmUp


def run(images: Sequence[str], model: str | None = None, client: EngineLink | None = None) -> int:
    """Show the window until it is closed.

    Args:
        images: Files to open.
        model: Name of the model to load first; None for the last one used, or the default.
        client: An engine that was started before Qt was imported; None starts one.

    Returns:
        The exit code of the program.
    """
    application = application_for_window()
    window = open_at_once(client, model, images)
    faults.report_to(window.notices)
    for signal_ in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_, lambda *_: window.close())
    return application.exec()


def open_at_once(
    client: EngineLink | None,
    model: str | None,
    images: Sequence[str],
    shown: Callable[[], None] = lambda: None,
) -> MainWindow:
    """Show the window, and build what lies behind its first page when that is painted.

    What the person does meanwhile waits for it.

    Args:
        client: As for `assemble`.
        model: As for `assemble`.
        images: As for `assemble`.
        shown: Called when the window is painted.
    """
    settings = Settings()
    window = _first_page(settings)
    window.show()
    QApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
    shown()
    _put_to_work(window, client, settings, model, images)
    WarmUp(window)
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
    client: EngineLink | None = None,
    model: str | None = None,
    images: Sequence[str] = (),
    settings: Settings | None = None,
    trusted: bool = False,
) -> MainWindow:
    """Return the window over a running engine, with its controller at work; as `explorer.ui.build_window`.

    Args:
        client: An engine that was started before; None starts one.
        model: Name of the model to load first; None for the last one used, or the default.
        images: Files to open.
        settings: What was remembered; None for the user's own.
        trusted: True if the person agreed to run the model's file.
    """
    settings = settings or Settings()
    window = _first_page(settings)
    _put_to_work(window, client, settings, model, images, trusted)
    return window


def _first_page(settings: Settings) -> MainWindow:
    application = QApplication.instance()
    assert isinstance(application, QApplication), "build_window needs a QApplication"
    theme.apply(application, settings.theme)
    application.setWindowIcon(icons.app_icon())
    window = MainWindow()
    window.restore_layout(*settings.layout())
    return window


def _put_to_work(
    window: MainWindow,
    client: EngineLink | None,
    settings: Settings,
    model: str | None,
    images: Sequence[str],
    trusted: bool = False,
) -> None:
    from explorer.ui.controller import Controller  # here: the window is painted before

    if client is None:
        client = EngineLink()
        client.start()
    window.furnish()
    window.controller = Controller(window, client, settings)
    window.controller.start(model, images, trusted)
