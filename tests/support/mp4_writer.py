"""Videos that a test lets Qt write: MPEG-4 in an MP4, where most pictures are told by what has changed."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize, QUrl
from PySide6.QtGui import QImage
from PySide6.QtMultimedia import (
    QMediaCaptureSession,
    QMediaFormat,
    QMediaRecorder,
    QVideoFrame,
    QVideoFrameFormat,
    QVideoFrameInput,
)
from pytestqt.qtbot import QtBot


def write_mp4(qtbot: QtBot, path: Path, pictures: Sequence[NDArray[np.uint8]], rate: int = 25) -> None:
    """Write (H, W, 3) pictures of one size, `rate` a second."""
    session, recorder = QMediaCaptureSession(), QMediaRecorder()
    given = QVideoFrameInput(_format(pictures[0]))
    session.setVideoFrameInput(given)
    session.setRecorder(recorder)
    kind = QMediaFormat(QMediaFormat.FileFormat.MPEG4)
    kind.setVideoCodec(QMediaFormat.VideoCodec.MPEG4)
    recorder.setMediaFormat(kind)
    recorder.setQuality(QMediaRecorder.Quality.VeryHighQuality)
    recorder.setVideoFrameRate(rate)
    recorder.setOutputLocation(QUrl.fromLocalFile(str(path)))
    recorder.setAutoStop(True)
    left = [_frame(picture, number, rate) for number, picture in enumerate(pictures)]
    left.append(QVideoFrame())  # there are no more

    def send() -> None:
        while left and given.sendVideoFrame(left[0]):
            del left[0]

    given.readyToSendVideoFrame.connect(send)
    recorder.record()
    stopped = QMediaRecorder.RecorderState.StoppedState
    qtbot.waitUntil(lambda: not left and recorder.recorderState() is stopped, timeout=20_000)
    assert not recorder.errorString()


def _format(picture: NDArray[np.uint8]) -> QVideoFrameFormat:
    pixels = QVideoFrameFormat.pixelFormatFromImageFormat(QImage.Format.Format_RGBX8888)
    return QVideoFrameFormat(QSize(picture.shape[1], picture.shape[0]), pixels)


def _frame(picture: NDArray[np.uint8], number: int, rate: int) -> QVideoFrame:
    height, width = picture.shape[:2]
    pixels = np.dstack([picture, np.full((height, width), 255, np.uint8)])
    image = QImage(pixels.tobytes(), width, height, 4 * width, QImage.Format.Format_RGBX8888)
    frame = QVideoFrame(image.copy())
    frame.setStartTime(round(1e6 * number / rate))
    frame.setEndTime(round(1e6 * (number + 1) / rate))
    return frame
