"""Figures for a report."""

import numpy as np
import pytest
import torch
from PIL import Image

from explorer.engine import values
from explorer.features.maps import figure
from explorer.records.errors import ExplorerError


@pytest.mark.parametrize("suffix", [".png", ".pdf", ".svg"])
@pytest.mark.parametrize("shared", [True, False])
def test_maps_become_a_figure_of_each_format(tmp_path, suffix, shared):
    view = values.view(torch.randn(1, 5, 6, 7), 0, "layer1.conv", shared_scale=shared)
    path = tmp_path / f"figure{suffix}"
    figure.save(view, "zoo:toy", path)
    start = path.read_bytes()[:5]
    assert start.startswith({".png": b"\x89PNG", ".pdf": b"%PDF", ".svg": b"<?xml"}[suffix])


def test_the_title_and_the_statistics_are_in_the_figure(tmp_path, monkeypatch):
    import matplotlib

    monkeypatch.setitem(matplotlib.rcParams, "svg.fonttype", "none")
    figure.save(values.view(torch.arange(10.0), 0, "fc"), "zoo:toy", tmp_path / "f.svg")
    text = (tmp_path / "f.svg").read_text()
    assert "zoo:toy · fc · 10" in text
    assert "min 0 · max 9 · mean 4.5" in text


def test_the_highest_value_is_drawn_in_the_last_colour(tmp_path):
    maps = torch.zeros(1, 1, 2, 2)
    maps[0, 0, 0, 0] = 1.0
    figure.save(values.view(maps, 0, "one"), "zoo:toy", tmp_path / "f.png")
    pixels = np.asarray(Image.open(tmp_path / "f.png").convert("RGB")).reshape(-1, 3).astype(int)
    end_of_viridis = (253, 231, 37)
    assert (abs(pixels - end_of_viridis) <= 1).all(axis=1).sum() > 1000


def test_what_is_no_figure_or_cannot_be_written_is_said_in_one_line(tmp_path):
    view = values.view(torch.zeros(3), 0, "fc")
    with pytest.raises(ExplorerError, match=r"choose one of \.png, \.pdf, \.svg"):
        figure.save(view, "zoo:toy", tmp_path / "figure.doc")
    with pytest.raises(ExplorerError, match="cannot be written"):
        figure.save(view, "zoo:toy", tmp_path / "absent" / "figure.png")
