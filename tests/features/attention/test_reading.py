"""The weights of attentions against softmax(q kᵀ / sqrt(d)) computed apart, and the places of their tokens."""

import numpy as np
import pytest
import torch
from attention_networks import ByFunction, ByHand, ByModule, Crossed, Windows
from torch import Tensor, nn

import explorer
from explorer.records.errors import ExplorerError, UsageError

PICTURE = torch.randn(1, 3, 12, 20, generator=torch.Generator().manual_seed(1))  # 3 × 5 patches
SQUARE = torch.randn(1, 3, 16, 24, generator=torch.Generator().manual_seed(2))  # 4 × 6 patches

NETWORKS = [
    ("module", ByModule, (), PICTURE, (3, 5), 1),
    *((kind, ByFunction, (kind,), PICTURE, (3, 5), 1) for kind in ("plain", "masked", "causal", "grouped")),
    *((kind, ByHand, (kind,), PICTURE, (3, 5), 1) for kind in ("einsum", "bmm")),
    ("cross", Crossed, (), PICTURE, None, 0),
    ("windows", Windows, (0, 12, 2, 2), SQUARE, (4, 6), 0),
    ("shifted", Windows, (1, 12, 2, 2), SQUARE, (4, 6), 0),
]


@pytest.mark.parametrize(
    ("kind", "net", "told", "image", "grid", "extra"), NETWORKS, ids=[it[0] for it in NETWORKS]
)
def test_weights_are_softmax_of_q_k_over_root_d(
    kind: str, net: type, told: tuple[object, ...], image: Tensor, grid: tuple[int, int] | None, extra: int
) -> None:
    torch.manual_seed(0)
    model = net(*told).eval()
    with torch.no_grad():
        expected = model.expected(image)
    plain = model(
        image
    )  # with gradients: without, torch takes a way of its own through its module, and rounds otherwise
    forward = explorer.record(model, image)
    assert torch.equal(forward.value("output"), plain), "looking changes nothing"
    found = [explorer.attention(forward, name) for name in ("one", "two")] if kind == "module" else None
    for looks, weights in zip(found or [explorer.attention(forward)], expected, strict=True):
        assert looks.weights.shape == weights.shape and looks.weights.dtype == np.float32
        assert np.abs(looks.weights - weights).max() < 1e-6
        assert np.abs(looks.weights.sum(-1) - 1).max() < 1e-5
        assert (looks.grid, looks.extra) == (grid, extra)


@pytest.mark.parametrize("shift", [0, 1])
def test_a_patch_that_is_changed_is_the_token_that_its_neighbours_see_changed(shift: int) -> None:
    torch.manual_seed(0)
    model = Windows(shift, window=2).eval()
    before = explorer.attention(explorer.record(model, SQUARE)).weights[0]
    for y, x in ((1, 1), (1, 2), (2, 3), (2, 4)):
        changed = SQUARE.clone()
        changed[..., 4 * y : 4 * y + 4, 4 * x : 4 * x + 4] += 1
        after = explorer.attention(explorer.record(model, changed)).weights[0]
        token = y * 6 + x
        met = np.flatnonzero(before[token] > 1e-12)  # a mask may leave next to nothing
        rows = np.flatnonzero(np.abs(after - before).max(1) > 1e-7)
        assert set(rows) == set(met), "who shares its window and nobody else looks elsewhere now"
        for row in set(rows) - {token}:
            ratio = np.log(after[row, met] / before[row, met])
            assert met[np.abs(ratio - np.median(ratio)).argmax()] == token


def test_of_a_batch_it_is_the_first_picture() -> None:
    torch.manual_seed(0)
    model = ByModule().eval()
    batch = torch.cat([PICTURE, torch.randn_like(PICTURE)])
    alone = explorer.attention(explorer.record(model, PICTURE))
    among = explorer.attention(explorer.record(model, batch))
    assert np.abs(alone.weights - among.weights).max() < 1e-6 and among.grid == (3, 5)


def test_an_encoder_of_torch_attends_in_each_layer_and_its_tokens_are_numbered() -> None:
    torch.manual_seed(0)
    layer = nn.TransformerEncoderLayer(16, 4, 32, batch_first=True)
    model = nn.TransformerEncoder(layer, 2).eval()
    words = torch.randn(2, 7, 16)
    forward = explorer.record(model, words)
    with torch.no_grad():
        expected = model.layers[0].self_attn(words, words, words, average_attn_weights=False)[1][0]
    looks = explorer.attention(forward, "layers.0")
    assert looks.layer == "layers.0.self_attn" and looks.grid is None and looks.extra == 0
    assert np.abs(looks.weights - expected.numpy()).max() < 1e-6
    assert explorer.attention(forward).layer == "layers.1.self_attn"


def test_what_keeps_no_weights_says_why() -> None:
    layer = nn.TransformerEncoderLayer(16, 4, 32, batch_first=True)
    forward = explorer.record(layer.train(), torch.randn(2, 7, 16))
    with pytest.raises(ExplorerError, match="without training"):
        explorer.attention(forward)


def test_a_network_without_attention_says_so() -> None:
    forward = explorer.record(nn.Sequential(nn.Conv2d(3, 4, 3), nn.Softmax(-1)), PICTURE)
    with pytest.raises(UsageError, match="Sequential has no attention"):
        explorer.attention(forward)
    torch.manual_seed(0)
    forward = explorer.record(ByModule().eval(), PICTURE)
    with pytest.raises(UsageError, match=r"head belongs to no attention; the nearest is two"):
        explorer.attention(forward, "head")
    with pytest.raises(UsageError, match="no operation or module named"):
        explorer.attention(forward, "three")
