"""torchvision's networks for other tasks than naming a picture: segmentation, detection, videos, flow, int8.

They are built with random weights in every part, the backbone as well, and nothing is downloaded. Networks for
detection take a whole picture in numbers from 0 to 1 and bring it to their size themselves.
"""

import inspect
import warnings
from collections.abc import Callable
from functools import cache, partial
from types import ModuleType
from typing import Any

import torch
from torch import nn

from explorer.records.models import ModelEntry, Preprocess, Slot, VisionTask, WeightsSpec
from explorer.zoo.empty import without_random_numbers
from explorer.zoo.registry import ModelSpec

# By the longest fitting prefix of the name: the family, and the year its paper first appeared.
_FAMILIES = {
    "deeplabv3": ("DeepLabv3", 2017),
    "fcn": ("FCN", 2014),
    "lraspp": ("LR-ASPP", 2019),
    "fasterrcnn": ("Faster R-CNN", 2015),
    "fcos": ("FCOS", 2019),
    "keypointrcnn": ("Keypoint R-CNN", 2017),
    "maskrcnn": ("Mask R-CNN", 2017),
    "retinanet": ("RetinaNet", 2017),
    "ssd300": ("SSD", 2015),
    "ssdlite320": ("SSDlite", 2018),
    "mc3_18": ("MC3", 2017),
    "mvit_v1": ("MViT", 2021),
    "mvit_v2": ("MViTv2", 2021),
    "r2plus1d": ("R(2+1)D", 2017),
    "r3d": ("R3D", 2017),
    "s3d": ("S3D", 2017),
    "swin3d": ("Video Swin Transformer", 2021),
    "raft": ("RAFT", 2020),
    "quantized_googlenet": ("GoogLeNet", 2014),
    "quantized_inception_v3": ("Inception v3", 2015),
    "quantized_mobilenet_v2": ("MobileNetV2", 2018),
    "quantized_mobilenet_v3": ("MobileNetV3", 2019),
    "quantized_resnet": ("ResNet", 2015),
    "quantized_resnext": ("ResNeXt", 2016),
    "quantized_shufflenet_v2": ("ShuffleNet V2", 2018),
}
_USUAL_SIDE = 800
"""To what networks for detection bring a picture themselves; those that bring it to less are named after that."""
_FLOW_SIDE = 256
"""A size of our own: both pictures must be equally large, and torchvision names none."""
DETECTIONS = (VisionTask.DETECTION, VisionTask.INSTANCES, VisionTask.KEYPOINTS)
_RUN_WHILE_BUILT = ("ssdlite320_mobilenet_v3_large",)
"""Those whose constructors compute with their random parameters."""
_BACKENDS = ("fbgemm", "x86", "onednn", "qnnpack")


@cache
def tasks() -> dict[str, VisionTask]:
    """Return what each of these networks is for, by its name, in alphabetical order."""
    from torchvision import models

    found: dict[str, VisionTask] = {}
    kinds: list[tuple[ModuleType, VisionTask]] = [
        (models.segmentation, VisionTask.SEGMENTATION),
        (models.detection, VisionTask.DETECTION),
        (models.video, VisionTask.VIDEO),
        (models.optical_flow, VisionTask.FLOW),
        (models.quantization, VisionTask.QUANTISED),
    ]
    for module, task in kinds:
        found |= dict.fromkeys(models.list_models(module=module), task)
    for name in found:
        if name.startswith("maskrcnn"):
            found[name] = VisionTask.INSTANCES
        elif name.startswith("keypointrcnn"):
            found[name] = VisionTask.KEYPOINTS
    return dict(sorted(found.items()))


def spec(name: str, weights: Callable[[str, float], WeightsSpec]) -> ModelSpec:
    """Return what torchvision publishes of `name` and its default weights; nothing is built or downloaded.

    Args:
        name: One of `tasks`.
        weights: Makes the description of published weights of their address and their size in MiB.
    """
    from torchvision import models

    task = tasks()[name]
    published = models.get_model_weights(name).DEFAULT
    meta = published.meta
    takes = _takes(name, task, published.transforms())
    # Files of int8 networks hold packed weights, which only code of torch's own reads: none are offered.
    has_file = task is not VisionTask.QUANTISED
    for_weights = partial(_build_for_weights, name, task)
    return ModelSpec(
        entry=_entry(name, task, meta),
        preprocess=takes,
        weights=weights(published.url, meta["_file_size"]) if has_file else None,
        build=partial(_build, name, task),
        build_empty=for_weights if name in _RUN_WHILE_BUILT else without_random_numbers(for_weights),
        categories=tuple(meta["categories"]) if "categories" in meta else None,
        slots=(Slot("image1", takes), Slot("image2", takes)) if task is VisionTask.FLOW else (),
    )


def _entry(name: str, task: VisionTask, meta: dict[str, Any]) -> ModelEntry:
    prefix = max((p for p in _FAMILIES if name.startswith(p)), key=len, default="")
    family, year = _FAMILIES.get(prefix, (name, None))
    top1 = meta["_metrics"].get("ImageNet-1K", {}).get("acc@1")
    macs = round(meta["_ops"] * 1e9)
    return ModelEntry(name, "torchvision", family, year, meta["num_params"], macs, top1, task=task)


def _takes(name: str, task: VisionTask, preset: Any) -> Preprocess:
    """Return how a picture is prepared by a preset of torchvision's (`weights.transforms()`)."""
    if task is VisionTask.FLOW:
        half = (0.5, 0.5, 0.5)
        return Preprocess(_FLOW_SIDE, _FLOW_SIDE, half, half)
    if task in DETECTIONS:
        side = next((side for side in (300, 320) if str(side) in name), _USUAL_SIDE)
        return Preprocess(None, side, (0.0, 0.0, 0.0), (1.0, 1.0, 1.0), crop_mode="whole")
    mean, std, interpolation = tuple(preset.mean), tuple(preset.std), preset.interpolation.value
    if task is VisionTask.SEGMENTATION:
        side = preset.resize_size[0]
        return Preprocess(side, side, mean, std, interpolation, crop_mode="whole")
    resize, crop = tuple(preset.resize_size), tuple(preset.crop_size)
    if task is VisionTask.QUANTISED:
        return Preprocess(resize[0], crop[0], mean, std, interpolation)
    is_frame = len(resize) == 2
    return Preprocess(
        resize if is_frame else resize[0],
        crop if len(crop) == 2 and crop[0] != crop[1] else crop[0],
        mean,
        std,
        interpolation,
        crop_mode="squash" if is_frame else "center",
        frames=32 if name.startswith("swin3d") else 16,  # the length of the clips it was trained on
        antialias=False,
    )


def _build(name: str, task: VisionTask, **options: Any) -> nn.Module:
    from torchvision import models

    if task is VisionTask.QUANTISED:
        return _quantised(name)
    builder = inspect.signature(models.get_model_builder(name)).parameters
    options = {"weights_backbone": None, **options}  # or it would be downloaded
    fitting = {key: value for key, value in options.items() if key in builder}
    return models.get_model(name, weights=None, **fitting)  # type: ignore[no-any-return]


def _build_for_weights(name: str, task: VisionTask) -> nn.Module:
    """Build what torchvision builds around the published weights; without weights it builds something else."""
    model: Any = _build(name, task, aux_loss=True)
    if task in DETECTIONS and not name.endswith("_v2") and not name.startswith("ssd"):
        # Their backbones keep the statistics they came with; the first files were made without an epsilon.
        _freeze(model.backbone, eps=None if "mobilenet" in name or name.startswith("fcos") else 0.0)
    return model  # type: ignore[no-any-return]


def _freeze(module: nn.Module, eps: float | None) -> None:
    from torchvision.ops import FrozenBatchNorm2d  # here: the start must not wait for torchvision

    for name, child in module.named_children():
        if type(child) is nn.BatchNorm2d:
            setattr(module, name, FrozenBatchNorm2d(child.num_features, child.eps if eps is None else eps))
        else:
            _freeze(child, eps)


def _quantised(name: str) -> nn.Module:
    """Build a network in int8: torchvision calibrates it on a picture of noise; torch's own choice of kernels stays."""
    from torchvision import models
    from torchvision.models.quantization.utils import quantize_model

    options: dict[str, Any] = {"init_weights": True} if name.endswith(("googlenet", "inception_v3")) else {}
    before = torch.backends.quantized.engine
    backend = next(it for it in _BACKENDS if it in torch.backends.quantized.supported_engines)
    with warnings.catch_warnings():
        # torch.ao is to move to another package; the observers warn of ranges that noise has as well.
        warnings.simplefilter("ignore")
        model: Any = models.get_model(name, weights=None, quantize=False, **options)
        if hasattr(model, "aux_logits"):
            model.aux_logits = False
            for head in ("aux1", "aux2", "AuxLogits"):
                if hasattr(model, head):
                    setattr(model, head, None)
        try:
            quantize_model(model, backend)
        finally:
            torch.backends.quantized.engine = before
    return model  # type: ignore[no-any-return]
