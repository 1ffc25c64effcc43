"""What a unit really uses: against plain gradients, always inside the exact box, radii in closed form."""

import numpy as np
import pytest
import torch
from engine_asks import Asker, Own
from PIL import Image

from explorer import zoo
from explorer.engine.messages import LoadModel, LocateField, OpenImage, Record, ViewValue
from explorer.features.field.messages import FindEffectiveField
from explorer.records.images import ImageSource

NETWORKS = (
    "zoo:alexnet",
    "zoo:resnet18",
    "zoo:densenet121",
    "zoo:mobilenet_v2",
    "zoo:shufflenet_v1",
)


def recorded(ask: Asker, model: str | LoadModel, side: int = 224) -> object:
    ask(LoadModel(model, seed=0, weights="random") if isinstance(model, str) else model)
    ask.open("chelsea")
    return ask(Record(1, "chelsea", size=(side, side)))


@pytest.mark.parametrize("name", NETWORKS)
def test_nothing_outside_the_exact_box_is_used(ask: Asker, name: str) -> None:
    forward = recorded(ask, name, 160)
    grids = [
        n for n in forward.trace.nodes if n.receptive_field is not None and n.receptive_field.grid is not None
    ]
    exact = [n for n in grids if n.receptive_field.status == "exact" and len(n.receptive_field.grid) == 2]
    used = 0
    for node in exact[1 :: max(1, len(exact) // 6)]:
        grid = node.receptive_field.grid
        for unit in ((0, 0), (grid[0] // 2, grid[1] // 2)):
            box = ask(LocateField(1, node.id, unit)).box
            found = ask(FindEffectiveField(1, node.id, 1, unit, ("chelsea",)))
            outside = np.ones(found.heat.values.shape, bool)
            if box is not None:
                outside[box[0] : box[2], box[1] : box[3]] = False
            assert not found.heat.values[outside].any()
            used += bool(found.heat.values.any())
    assert used >= 4


def test_it_is_the_gradient_of_the_unit(ask: Asker) -> None:
    forward = recorded(ask, "zoo:resnet18")
    node = next(n for n in forward.trace.nodes if n.name == "layer2.0.conv1")
    found = ask(FindEffectiveField(1, node.id, 5, (3, 7), ("chelsea",)))
    torch.manual_seed(0)
    module = zoo.resolve("zoo:resnet18").build().eval()
    x = torch.from_numpy(ask(ViewValue(1, 0)).values[None].copy()).requires_grad_()
    kept: list[torch.Tensor] = []
    hook = module.get_submodule("layer2.0.conv1").register_forward_hook(lambda _m, _i, out: kept.append(out))
    module(x)
    hook.remove()
    (gradient,) = torch.autograd.grad(kept[0][0, 5, 3, 7], x)
    assert np.allclose(found.heat.values, gradient[0].norm(dim=0).numpy(), rtol=1e-5, atol=1e-9)
    assert found.inputs == 1 and found.left_out == 0


def test_the_mean_over_images_leaves_out_what_is_closed_and_says_so(ask: Asker) -> None:
    forward = recorded(ask, "zoo:resnet18")
    ask.open("coffee")
    node = next(n for n in forward.trace.nodes if n.name == "layer1.0.conv1")
    one, two, both = (
        ask(FindEffectiveField(1, node.id, 0, (9, 9), keys))
        for keys in (("chelsea",), ("coffee",), ("chelsea", "coffee", "gone"))
    )
    mean = np.sqrt((one.heat.values.astype(float) ** 2 + two.heat.values.astype(float) ** 2) / 2)
    assert np.allclose(both.heat.values, mean, rtol=1e-5) and (both.inputs, both.left_out) == (2, 1)
    noise = ask(FindEffectiveField(1, node.id, 0, (9, 9), ()))
    assert noise.inputs == 8 and noise.left_out == 0
    assert np.array_equal(noise.heat.values, ask(FindEffectiveField(1, node.id, 0, (9, 9), ())).heat.values)


def test_radii_of_an_even_square(ask: Asker, own: Own, tmp_path) -> None:
    path = tmp_path / "even.py"
    path.write_text(
        "from torch import nn\n"
        "def box():\n"
        "    return nn.Sequential(nn.AvgPool2d(9, 1, 4), nn.Identity(), nn.AdaptiveAvgPool2d(1), nn.Flatten())\n"
    )
    photo = tmp_path / "photo.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)).save(photo)
    ask(LoadModel(f"{path}:box", seed=0, trusted=True))
    ask(OpenImage("photo", ImageSource("photo.png", str(photo))))
    forward = ask(Record(1, "photo", size=(64, 64)))
    for node in forward.trace.nodes[1:3]:  # the mean, and what hands it on
        found = ask(FindEffectiveField(1, node.id, 0, (20, 30), ("photo",)))
        inside = found.heat.values[16:25, 26:35]
        assert (
            np.allclose(inside, np.float32(1 / 81), rtol=1e-5) and found.heat.values.astype(bool).sum() == 81
        )
        assert found.centre == (20.5, 30.5)
        distances = np.sort(np.hypot(*(np.indices((9, 9)) - 4)).ravel())
        assert found.half == pytest.approx(distances[40]) and found.most == pytest.approx(distances[76])
    start = ask(FindEffectiveField(1, 0, 2, (5, 6), ("photo",)))
    assert start.heat.values[5, 6] == 1 and start.heat.values.sum() == 1 and start.half == 0


def test_a_single_place_that_sees_the_whole_picture(ask: Asker) -> None:
    forward = recorded(ask, "zoo:resnet18", 96)
    pooled = forward.trace.by_name["avgpool"].id
    (before,) = forward.trace.nodes[pooled].inputs
    found = ask(FindEffectiveField(1, pooled, 3, (0, 0), ("chelsea",)))
    assert found.heat.values.any()
    grid = forward.trace.nodes[before].receptive_field.grid
    units = [
        ask(FindEffectiveField(1, before, 3, (y, x), ("chelsea",))).heat.values
        for y in range(grid[0])
        for x in range(grid[1])
    ]
    assert (found.heat.values <= np.sum(units, 0) / len(units) + 1e-6).all()


@pytest.mark.parametrize("cut", ["torch.no_grad()(super().forward)(x)", "super().forward(x.detach())"])
def test_a_gradient_that_the_network_cuts_is_not_said_to_be_zero(
    ask: Asker, own: Own, tmp_path, cut: str
) -> None:
    path = tmp_path / "cut.py"
    path.write_text(
        "import torch\nfrom torch import nn\n"
        "class Net(nn.Sequential):\n"
        "    def __init__(self):\n        super().__init__(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 4, 3))\n"
        f"    def forward(self, x):\n        return {cut}.mean((2, 3))\n"
    )
    forward = recorded(ask, LoadModel(f"{path}:Net", seed=0, trusted=True))
    node = [n for n in forward.trace.nodes if n.op == "conv2d"][-1]
    assert "No gradient" in ask.complaint(FindEffectiveField(1, node.id, 0, (3, 3), ("chelsea",)))


def test_without_an_image_that_is_open_nothing_is_said_of_the_unit(ask: Asker) -> None:
    recorded(ask, "zoo:alexnet")
    assert "None of the images" in ask.complaint(FindEffectiveField(1, 1, 0, (3, 3), ("gone",)))


def test_what_reads_no_pixels_says_so(ask: Asker) -> None:
    ask(LoadModel("zoo:char_cnn", seed=0))
    ask(OpenImage("word", ImageSource("cat", text="cat")))
    ask(Record(1, "word"))
    assert "no gradient" in ask.complaint(FindEffectiveField(1, 1, 0, (0, 0), ("word",)))
