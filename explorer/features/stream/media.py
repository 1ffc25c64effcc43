"""Video files and cameras through QtMultimedia, which the extra `camera` brings; imported when one is opened."""

from PySide6.QtCore import QObject, QTimer, QUrl

from explorer.features.stream.quiet import silence_decoder, silence_qt

silence_qt()

from PySide6.QtMultimedia import (  # noqa: E402
    QCamera,
    QMediaCaptureSession,
    QMediaDevices,
    QMediaMetaData,
    QMediaPlayer,
    QVideoFrame,
    QVideoSink,
)

from explorer.features.stream.source import Shot, Source  # noqa: E402
from explorer.records.text import one_line  # noqa: E402

_USUAL_STEP = 1 / 30  # seconds, where a file does not say how many pictures a second it has
_FIRST_MS = 10_000  # how long the first picture may take
_LAST_MS = 1000  # and how long where all of the file has been read
_NO_CAMERA = "No camera found: connect one and open it again, or open a video file in its place."


class VideoFile(Source):
    """A video; its sound is not played."""

    def __init__(self, path: str, name: str, parent: QObject) -> None:
        super().__init__(parent)
        self.name = name
        self._sink, self._player = QVideoSink(self), QMediaPlayer(self)
        silence_decoder()
        self._patience = QTimer(self, singleShot=True, interval=_FIRST_MS)
        self._patience.timeout.connect(self._on_nothing)
        self._sink.videoFrameChanged.connect(self._on_frame)
        self._player.setVideoSink(self._sink)
        self._player.errorOccurred.connect(lambda _, text: self._fail(text))
        self._player.mediaStatusChanged.connect(self._on_status)
        self._player.setSource(QUrl.fromLocalFile(path))
        self._player.pause()
        self._patience.start()

    def play(self) -> None:
        """Let the pictures come, from the beginning if it had ended."""
        self._player.play()

    def pause(self) -> None:
        """Stay at the picture that came last; one that has ended would begin anew."""
        if self._player.isPlaying():
            self._player.pause()

    def seek(self, at: float) -> None:
        """Give the picture of a time."""
        if self._player.playbackState() is QMediaPlayer.PlaybackState.StoppedState:
            self._player.pause()
        # A little into the picture: where it begins, the one before has not ended in many files.
        begin = min(max(at, 0.0), max(self.length - self.step, 0.0))
        self._player.setPosition(int(1000 * (begin + max(self.step / 4, 1e-3))))

    def close(self) -> None:
        """Let go of the file."""
        self._patience.stop()
        self.blockSignals(True)
        self._player.stop()
        self._player.setSource(QUrl())
        self.deleteLater()

    def _on_frame(self, frame: QVideoFrame) -> None:
        if not frame.isValid():
            return
        self._patience.stop()
        self._measure()
        at = max(frame.startTime(), 0) / 1e6
        self.came.emit(Shot(round(at / self.step), at, frame.toImage))

    def _measure(self) -> None:
        """Take in what is known of it by now."""
        rate = self._player.metaData().value(QMediaMetaData.Key.VideoFrameRate)
        self.step = 1 / rate if isinstance(rate, float) and 0 < rate < 1000 else _USUAL_STEP
        self.length = max(self._player.duration(), 0) / 1000

    def _on_status(self, status: QMediaPlayer.MediaStatus) -> None:
        kinds = QMediaPlayer.MediaStatus
        if status is kinds.LoadedMedia and not self._player.hasVideo():
            self._fail("there are no pictures in it")
        elif status is kinds.InvalidMedia:
            self._fail(self._player.errorString())
        elif status is kinds.EndOfMedia and self._patience.isActive():
            self._patience.start(_LAST_MS)
        elif status is kinds.EndOfMedia:
            self.ended.emit()

    def _on_nothing(self) -> None:
        """Say that no picture came, and how they are coded: for AV1 many machines have no decoder."""
        coded = self._player.metaData().stringValue(QMediaMetaData.Key.VideoCodec)
        self._fail(f"its pictures, in {coded}, could not be decoded" if coded else "no picture came of it")

    def _fail(self, text: str) -> None:
        self._patience.stop()
        why = one_line(text).rstrip(".") or "its kind is not known"
        self.failed.emit(
            f"{self.name} cannot be read as a video ({why}): convert it to MP4 with H.264 and open that."
        )


class CameraSource(Source):
    """The camera that the system takes first."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        device = QMediaDevices.defaultVideoInput()
        silence_decoder()
        if device.isNull():
            raise LookupError(_NO_CAMERA)
        self.name, self._count, self._is_let = one_line(device.description()) or "Camera", 0, True
        self._sink, self._session = QVideoSink(self), QMediaCaptureSession(self)
        self._camera = QCamera(device, self)
        self._camera.errorOccurred.connect(lambda _, text: self.failed.emit(self._why(text)))
        self._sink.videoFrameChanged.connect(self._on_frame)
        self._session.setCamera(self._camera)
        self._session.setVideoSink(self._sink)
        self._camera.start()

    def play(self) -> None:
        """Let the pictures come."""
        self._is_let = True
        self._camera.start()

    def pause(self) -> None:
        """Switch it off."""
        self._is_let = False
        self._camera.stop()

    def close(self) -> None:
        """Switch it off."""
        self.blockSignals(True)
        self._camera.stop()
        self.deleteLater()

    def _on_frame(self, frame: QVideoFrame) -> None:
        if frame.isValid() and self._is_let:
            self._count += 1
            self.came.emit(Shot(self._count, max(frame.startTime(), 0) / 1e6, frame.toImage))

    def _why(self, text: str) -> str:
        return f"{self.name} gives no pictures ({one_line(text).rstrip('.')}): see whether another program uses it."
