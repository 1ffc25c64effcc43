"""torchvision's networks for other tasks: listed with their figures, built as torchvision builds them."""

from contextlib import ExitStack
from functools import partial
from unittest import mock

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn
from torchvision import models

from explorer import zoo
from explorer.imaging import prepare
from explorer.records.images import DecodedImage
from explorer.records.models import Preprocess, VisionTask
from explorer.zoo.empty import without_random_numbers
from explorer.zoo.torchvision_tasks import tasks

MODULES = {
    "segmentation": models.segmentation,
    "detection": models.detection,
    "video": models.video,
    "flow": models.optical_flow,
    "quantised": models.quantization,
}
NAMES = sorted(name for module in MODULES.values() for name in models.list_models(module=module))
HAVE_FILES = [name for name in NAMES if not name.startswith("quantized")]
LIGHT = ["lraspp_mobilenet_v3_large", "raft_small", "s3d"]
DENSE = (*models.list_models(module=models.segmentation), *models.list_models(module=models.detection))


def published(name: str) -> nn.Module:
    """Build what torchvision builds around its published weights; nothing is fetched or put in."""
    with ExitStack() as patched:
        patched.enter_context(mock.patch("torchvision.models._api.load_state_dict_from_url", return_value={}))
        patched.enter_context(mock.patch.object(nn.Module, "load_state_dict", lambda *_, **__: None))
        return models.get_model(name, weights="DEFAULT")


def test_all_networks_of_all_tasks_are_listed_with_every_figure() -> None:
    listed = {entry.name: entry for entry in zoo.entries("torchvision").entries}
    assert len(NAMES) == 41 and set(NAMES) <= set(listed)
    for task, module in MODULES.items():
        for name in models.list_models(module=module):
            entry, meta = listed[name], models.get_model_weights(name).DEFAULT.meta
            assert task in entry.task
            assert entry.year is not None and entry.family != name
            assert (entry.params, entry.macs) == (meta["num_params"], round(meta["_ops"] * 1e9))
    assert listed["maskrcnn_resnet50_fpn"].task == "detection, instance segmentation"
    assert listed["keypointrcnn_resnet50_fpn"].task == "detection, keypoints"
    assert listed["resnet50"].task == "classification"


@pytest.mark.parametrize("name", HAVE_FILES)
def test_a_network_for_weights_is_the_one_that_torchvision_builds_around_them(name: str) -> None:
    """The text of a module tells its parts, their classes, sizes and epsilons."""
    build = partial(published, name)
    theirs = build() if name.startswith("ssdlite") else without_random_numbers(build)()
    ours = zoo.resolve(f"torchvision:{name}").build_empty()
    assert repr(ours) == repr(theirs)
    shapes = [{key: value.shape for key, value in it.state_dict().items()} for it in (ours, theirs)]
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize("name", LIGHT)
def test_a_random_network_is_torchvisions_with_the_same_seed(name: str) -> None:
    torch.manual_seed(3)
    ours = zoo.resolve(f"torchvision:{name}").build().state_dict()
    torch.manual_seed(3)
    backbone = {"weights_backbone": None} if name in DENSE else {}
    theirs = models.get_model(name, weights=None, **backbone).state_dict()
    assert list(ours) == list(theirs) and all(torch.equal(ours[key], theirs[key]) for key in ours)


@pytest.mark.parametrize("name", ["quantized_resnet18", "quantized_googlenet"])
def test_a_quantised_network_holds_int8_and_leaves_torchs_choice_of_kernels(name: str) -> None:
    before = torch.backends.quantized.engine
    network = zoo.resolve(f"torchvision:{name}").build().eval()
    assert torch.backends.quantized.engine == before
    layers = [it for it in network.modules() if hasattr(it, "weight") and callable(it.weight)]
    assert layers and all(it.weight().dtype == torch.qint8 for it in layers)
    with torch.no_grad():
        assert network(torch.rand(1, 3, 96, 96)).shape == (1, 1000)


def test_nothing_is_offered_where_weights_cannot_be_read() -> None:
    for name, task in tasks().items():
        assert (zoo.resolve(f"torchvision:{name}").weights is None) == (task is VisionTask.QUANTISED)


# ---- what they read ----

SHAPES = [(91, 240), (333, 128), (61, 60)]


def photos() -> list[DecodedImage]:
    random = np.random.default_rng(0)
    return [DecodedImage(random.integers(0, 256, (*shape, 3), np.uint8)) for shape in SHAPES]


def test_each_segmenter_and_detector_reads_what_torchvision_gives_it() -> None:
    for name in DENSE:
        takes = zoo.resolve(f"torchvision:{name}").preprocess
        transform = models.get_model_weights(name).DEFAULT.transforms()
        assert isinstance(takes, Preprocess)
        for photo in photos():
            assert np.array_equal(prepare(photo, takes).input[0], transform(Image.fromarray(photo.pixels)))


def test_each_network_for_videos_reads_what_torchvision_gives_it() -> None:
    for name in ("r3d_18", "mvit_v1_b", "s3d", "swin3d_t"):  # one of each preset
        takes = zoo.resolve(f"torchvision:{name}").preprocess
        transform = models.get_model_weights(name).DEFAULT.transforms()
        assert isinstance(takes, Preprocess)
        for photo in photos()[:2]:
            found = prepare(photo, takes)
            frames = torch.from_numpy(photo.pixels).permute(2, 0, 1).expand(takes.frames, -1, -1, -1)
            wanted = transform(frames).numpy()  # (C, T, H, W)
            assert found.input[0].shape == wanted.shape == takes.shape[1:]
            assert found.given == f"one picture, repeated {takes.frames} times"
            # In eight bits: where torch's last bit lies on the other side of a half, one number differs by one.
            steps = np.abs(found.input[0] - wanted) * 255 * np.reshape(takes.std, (3, 1, 1, 1))
            assert steps.max() < 1.01 and (steps > 0.01).mean() < 1e-3


def test_a_network_for_flow_reads_numbers_between_minus_one_and_one() -> None:
    spec = zoo.resolve("torchvision:raft_small")
    transform = models.get_model_weights("raft_small").DEFAULT.transforms()
    photo = DecodedImage(np.random.default_rng(0).integers(0, 256, (256, 256, 3), np.uint8))
    wanted, _ = transform(*(torch.from_numpy(photo.pixels).permute(2, 0, 1) for _ in range(2)))
    assert [slot.name for slot in spec.inputs] == ["image1", "image2"]
    np.testing.assert_allclose(prepare(photo, spec.inputs[0].takes).input[0], wanted, atol=1e-6)
