"""Plausible records for the tests of the views."""

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from explorer.engine.messages import Measurement
from explorer.records.measures import Memory, Spread, Timing
from explorer.records.trace import Node, TensorInfo, Trace
from explorer.records.values import Histogram, Layout, Mosaic, Statistics, ValueView


def value_view(
    values: NDArray, layout: Layout = Layout.MAPS, title: str = "layer1.0.conv1", extra_tokens: int = 0
) -> ValueView:
    """Make an array (C, H, W) or (F,) ready to be looked at, on a shared scale."""
    wide = values.astype(np.float64)
    finite = wide[np.isfinite(wide)]
    low, high = (finite.min(), finite.max()) if finite.size else (math.nan, math.nan)
    maps = values.ndim == 3
    statistics = Statistics(
        count=values.size,
        minimum=float(low),
        maximum=float(high),
        mean=float(finite.mean()) if finite.size else math.nan,
        std=float(finite.std()) if finite.size else math.nan,
        not_finite=values.size - finite.size,
        zeros=int((wide == 0).sum()),
        channels=values.shape[0] if maps else 0,
        dead=int((wide == 0).all(axis=(1, 2)).sum()) if maps else 0,
    )
    counts, edges = np.histogram(finite, bins=64) if finite.size else (None, None)
    return ValueView(
        node=3,
        title=title,
        shape=(1, *values.shape),
        dtype=str(values.dtype),
        layout=layout,
        values=values,
        mosaic=_mosaic(wide, low, high) if maps else None,
        statistics=statistics,
        histogram=None if counts is None else Histogram(counts, edges),
        extra_tokens=extra_tokens,
    )


def _mosaic(values: NDArray[np.float64], low: float, high: float) -> Mosaic:
    channels, height, width = values.shape
    signed = bool(low < 0)
    if signed:
        high = max(-low, high)
        low = -high
    columns = max(1, math.ceil(math.sqrt(channels)))
    rows = math.ceil(channels / columns)
    tiles = np.zeros((rows * columns, height + 1, width + 1), np.uint8)
    if np.isfinite(low):
        scaled = 1 + 254 * (values - low) / ((high - low) or 1.0)
        tiles[:channels, :height, :width] = np.where(np.isfinite(values), np.nan_to_num(scaled), 0)
    grid = tiles.reshape(rows, columns, height + 1, width + 1).transpose(0, 2, 1, 3)
    pixels = np.ascontiguousarray(grid.reshape(rows * (height + 1), columns * (width + 1))[:-1, :-1])
    return Mosaic(pixels, columns, np.tile([[low, high]], (channels, 1)), signed)


def trace(count: int = 40) -> Trace:
    """A trace of `count` operations in a row, each with its own cost."""
    rng = np.random.default_rng(7)
    nodes = tuple(
        Node(
            id=i,
            op="input" if i == 0 else ("conv2d", "batch_norm", "relu")[i % 3],
            name="input" if i == 0 else f"blocks.{i // 6}.{i % 6}.{('conv_dw', 'bn1', 'act')[i % 3]}",
            module="",
            call=0,
            inputs=(i - 1,) if i else (),
            outputs=(TensorInfo((1, 8 * (i + 1), 14, 14), "float32", 4 * 8 * (i + 1) * 196),),
            parameters=(),
            params=0,
            macs=int(rng.integers(1e6, 1e8)) if i % 3 == 0 and i else 0,
        )
        for i in range(count)
    )
    return Trace("zoo:toy", (1, 3, 224, 224), (1, 10), 0, nodes, (), {})


def measurement(count: int = 40) -> Measurement:
    """A measurement of `trace(count)`; the first operation, the input, has no time."""
    spreads = [Spread(0.1 * i, 0.09 * i, 0.12 * i, 10) for i in range(1, count)]
    timing = Timing("cpu", 2, 1, Spread(31.2, 30.1, 33.9, 10), (None, *spreads))
    return Measurement(timing, MEMORY)


MEMORY = Memory(weights=18_600_000, activations=42_000_000, activations_peak=9_630_000)


def move_mouse(widget: QWidget, position: QPoint) -> None:
    """Send a mouse move as Qt would; `QTest.mouseMove` depends on where the real pointer is."""
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(position),
        QPointF(widget.mapToGlobal(position)),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(widget, event)


def wheel(widget: QWidget, position: QPointF, notches: int) -> None:
    """Turn the wheel over a widget; positive away from the person."""
    event = QWheelEvent(
        position,
        widget.mapToGlobal(position),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)
