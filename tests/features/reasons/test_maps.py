"""The formulas of the papers, written out anew with hooks, loops and numpy."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import explorer
from explorer.features.reasons.layer_maps import eigen_cam
from explorer.records.errors import UsageError


class Small(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(3, 5, 3, 2, 1), nn.Conv2d(5, 6, 3, 2, 1)
        self.head = nn.Linear(6 * 8 * 8, 4)

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.conv2(F.relu(self.conv1(x))))
        return self.head(y.flatten(1))


@pytest.fixture(scope="module")
def model() -> nn.Module:
    torch.manual_seed(1)
    return Small().eval()


@pytest.fixture(scope="module")
def image() -> Tensor:
    return torch.randn(1, 3, 32, 32, generator=torch.Generator().manual_seed(2))


@pytest.fixture(scope="module")
def layer(model: nn.Module, image: Tensor) -> tuple[np.ndarray, np.ndarray]:
    """Values and gradients of the second convolution for class 2, (6, 8, 8), by a hook."""
    kept: list[Tensor] = []
    hook = model.conv2.register_forward_hook(lambda _m, _i, out: kept.append(out))
    score = model(image)[0, 2]
    hook.remove()
    return kept[0][0].detach().numpy(), torch.autograd.grad(score, kept[0])[0][0].numpy()


def found(model: nn.Module, image: Tensor, method: str, **told: object) -> np.ndarray:
    return explorer.explain(model, image, method=method, target=2, **told).heat.values


def close(one: np.ndarray, other: np.ndarray) -> bool:
    return one.shape == other.shape and float(np.abs(one - other).max()) <= 1e-5 * max(
        1e-3, np.abs(other).max()
    )


def test_grad_cam(model: nn.Module, image: Tensor, layer: tuple[np.ndarray, np.ndarray]) -> None:
    values, gradients = layer
    expected = sum(gradients[k].mean() * values[k] for k in range(6)).clip(0)
    assert expected.any() and close(found(model, image, "grad-cam", layer="conv2"), expected)


def test_grad_cam_plus(model: nn.Module, image: Tensor, layer: tuple[np.ndarray, np.ndarray]) -> None:
    values, g = layer
    expected = np.zeros((8, 8))
    for k in range(6):
        below = 2 * g[k] ** 2 + g[k] ** 3 * values[k].sum()
        alphas = np.where(below == 0, 0.0, g[k] ** 2 / np.where(below == 0, 1.0, below))
        expected += (alphas * g[k].clip(0)).sum() * values[k]
    assert close(found(model, image, "grad-cam++", layer="conv2"), expected.clip(0))


def test_layer_cam(model: nn.Module, image: Tensor, layer: tuple[np.ndarray, np.ndarray]) -> None:
    values, gradients = layer
    expected = (gradients.clip(0) * values).sum(0).clip(0)
    assert expected.any() and close(found(model, image, "layer-cam", layer="conv2"), expected)


def test_eigen_cam(model: nn.Module, image: Tensor, layer: tuple[np.ndarray, np.ndarray]) -> None:
    flat = layer[0].reshape(6, 64).T  # (places, channels)
    first = np.linalg.eigh(flat.T @ flat)[1][:, -1]
    along = flat @ first
    expected = (along * np.sign(along.sum())).reshape(8, 8).clip(0)
    assert np.allclose(found(model, image, "eigen-cam", layer="conv2"), expected, atol=1e-4)
    assert torch.allclose(eigen_cam(torch.ones(3, 2, 2)), torch.full((2, 2), 3**0.5))


def test_score_cam(model: nn.Module, image: Tensor, layer: tuple[np.ndarray, np.ndarray]) -> None:
    values = torch.from_numpy(layer[0])
    scores = []
    for channel in values:
        mask = F.interpolate(channel[None, None], (32, 32), mode="bilinear")
        mask = (mask - mask.min()) / (mask.max() - mask.min())
        scores.append(float(model(image * mask)[0, 2].detach()))
    weights = np.exp(scores) / np.exp(scores).sum()
    expected = np.tensordot(weights, layer[0], 1).clip(0)
    assert close(found(model, image, "score-cam", layer="conv2"), expected.astype(np.float32))


def test_input_x_gradient_and_smooth_grad(model: nn.Module, image: Tensor) -> None:
    given = image.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(model(given)[0, 2], given)
    assert close(found(model, image, "input-x-gradient"), (image * gradient)[0].sum(0).numpy())
    without_noise = found(model, image, "smoothgrad", noise=0.0, samples=2)
    assert close(without_noise, gradient[0].abs().amax(0).numpy())
    noisy = [found(model, image, "smoothgrad", samples=200, noise=0.05, seed=seed) for seed in (0, 1)]
    assert np.corrcoef(noisy[0].ravel(), noisy[1].ravel())[0, 1] > 0.98


def test_rise_finds_what_alone_counts(image: Tensor) -> None:
    """A network that reads one corner: seen, the score rises there and nowhere else."""

    class Corner(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            score = x[:, :, :8, :8].abs().sum((1, 2, 3))
            return torch.stack([score, -score], 1)

    model = Corner()
    rise = explorer.explain(model, image, method="rise", target=0, masks=400).heat.values
    y, x = np.unravel_index(rise.argmax(), rise.shape)
    assert y < 10 and x < 10 and rise[:8, :8].mean() > 10 * abs(rise[16:, 16:].mean())
    occlusion = explorer.explain(model, image, method="occlusion", target=0, patch=8, stride=8).heat.values
    assert (occlusion[:8, :8] > 0).all() and not occlusion[8:].any() and not occlusion[:, 8:].any()


def test_integrated_gradients_of_a_linear_network_are_exact(image: Tensor) -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(3 * 32 * 32, 3))
    made = explorer.explain(model, image, method="integrated-gradients", target=1)
    expected = (image[0] * model[1].weight[1].reshape(3, 32, 32)).sum(0).detach().numpy()
    assert close(made.heat.values, expected) and made.completeness.steps == 32 and made.completeness.holds


def test_what_is_asked_wrongly_is_refused_in_one_line(model: nn.Module, image: Tensor) -> None:
    for told in ({"method": "magic"}, {"target": 9}, {"layer": "conv9"}, {"colour": 3}):
        with pytest.raises(UsageError):
            explorer.explain(model, image, **told)
    with pytest.raises(UsageError, match="one picture"):
        explorer.explain(model, image[0])
