"""The program with a window: application, window, controller, and an orderly end."""

import signal
import sys
from collections.abc import Sequence

from PySide6.QtWidgets import QApplication

from explorer.ui import faults, icons, theme
from explorer.ui.controller import Controller
from explorer.ui.link import EngineLink
from explorer.ui.settings import Settings
from explorer.ui.warmup import WarmUp
from explorer.ui.window import MainWindow


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
    window = assemble(client, model, images)
    faults.report_to(window.notices)
    for signal_ in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signal_, lambda *_: window.close())
    window.show()
    WarmUp(window)
    return application.exec()


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
    if client is None:
        client = EngineLink()
        client.start()
    settings = settings or Settings()
    application = QApplication.instance()
    assert isinstance(application, QApplication), "build_window needs a QApplication"
    theme.apply(application, settings.theme)
    application.setWindowIcon(icons.app_icon())
    window = MainWindow()
    window.restore_layout(*settings.layout())
    window.controller = Controller(window, client, settings)
    window.controller.start(model, images, trusted)
    return window
