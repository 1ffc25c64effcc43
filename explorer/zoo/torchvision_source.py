"""torchvision's networks with their published figures; it is imported when first asked.

Those for classification are described here, those for other tasks in `torchvision_tasks`.
`build` gives what torchvision builds without weights, to the last random number, so that a seed means the
same here and there. `build_empty` gives what torchvision builds around the published weights.
"""

import re
from functools import partial
from typing import Any

from torch import nn

from explorer.records.models import ModelEntry, Preprocess, WeightsSpec
from explorer.zoo import densenet, torchvision_tasks, vit
from explorer.zoo.empty import without_random_numbers
from explorer.zoo.registry import ModelSpec, StateDict

# By the longest fitting prefix of the name: the family, and the year its paper first appeared.
_FAMILIES = {
    "alexnet": (
        "AlexNet",
        2014,
    ),  # the single-column variant of "One weird trick ...", not the network of 2012
    "convnext": ("ConvNeXt", 2022),
    "densenet": ("DenseNet", 2016),
    "efficientnet": ("EfficientNet", 2019),
    "efficientnet_v2": ("EfficientNetV2", 2021),
    "googlenet": ("GoogLeNet", 2014),
    "inception_v3": ("Inception v3", 2015),
    "maxvit": ("MaxViT", 2022),
    "mnasnet": ("MNASNet", 2018),
    "mobilenet_v2": ("MobileNetV2", 2018),
    "mobilenet_v3": ("MobileNetV3", 2019),
    "regnet": ("RegNet", 2020),
    "resnet": ("ResNet", 2015),
    "resnext": ("ResNeXt", 2016),
    "shufflenet_v2": ("ShuffleNet V2", 2018),
    "squeezenet": ("SqueezeNet", 2016),
    "swin": ("Swin Transformer", 2021),
    "swin_v2": ("Swin Transformer V2", 2021),
    "vgg": ("VGG", 2014),
    "vit": ("Vision Transformer", 2020),
    "wide_resnet": ("Wide ResNet", 2016),
}


def names() -> list[str]:
    """Return the names of torchvision's networks: for classification, then for other tasks, each by the alphabet."""
    from torchvision import models

    return [*sorted(models.list_models(module=models)), *torchvision_tasks.tasks()]


def spec(name: str) -> ModelSpec:
    """Return what torchvision publishes of `name` and its default weights; nothing is built or downloaded."""
    from torchvision import models

    if name in torchvision_tasks.tasks():
        return torchvision_tasks.spec(name, _weights)
    weights = models.get_model_weights(name).DEFAULT
    prepared = preprocess(weights.transforms())
    return ModelSpec(
        entry=_entry(name, weights.meta),
        preprocess=prepared,
        weights=_weights(weights.url, weights.meta["_file_size"]),
        build=partial(_build, name, prepared.size[0]),
        build_empty=without_random_numbers(partial(_build_for_weights, name, prepared.size[0])),
        adapt=partial(_adapt, name),
    )


def _entry(name: str, meta: dict[str, Any]) -> ModelEntry:
    prefix = max((p for p in _FAMILIES if name.startswith(p)), key=len, default="")
    family, year = _FAMILIES.get(prefix, (name, None))
    top1 = meta["_metrics"].get("ImageNet-1K", {}).get("acc@1")
    # torchvision calls them GFLOPS, yet counts a multiplication and its addition as one.
    macs = round(meta["_ops"] * 1e9)
    return ModelEntry(name, "torchvision", family, year, meta["num_params"], macs, top1)


def preprocess(transforms: Any) -> Preprocess:
    """Return how images are prepared by a preset of torchvision's for classification (`weights.transforms()`)."""
    return Preprocess(
        resize=transforms.resize_size[0],
        crop=transforms.crop_size[0],
        mean=tuple(transforms.mean),
        std=tuple(transforms.std),
        interpolation=transforms.interpolation.value,
    )


def _weights(url: str, mebibytes: float) -> WeightsSpec:
    """Read the hash out of the file's name; the size is published in MiB, rounded to three decimals."""
    filename = url.rsplit("/", 1)[-1]
    found = re.search(r"-([0-9a-f]{8,})\.", filename)
    return WeightsSpec(url, filename, found[1] if found else "", round(mebibytes * 2**20))


def _build(name: str, crop: int) -> nn.Module:
    from torchvision import models

    options: dict[str, Any] = {}
    if name.startswith("vit"):
        options["image_size"] = crop
    if name in ("googlenet", "inception_v3"):
        options["init_weights"] = True  # torchvision's present default; said aloud, it does not warn
    model: Any = models.get_model(name, weights=None, **options)
    if name == "googlenet":
        # The auxiliary classifiers serve training only, and the published figures leave them out. They are
        # built and dropped, as torchvision does it with its weights: so the rest draws its usual numbers.
        model.aux_logits, model.aux1, model.aux2 = False, None, None
    return model  # type: ignore[no-any-return]


def _build_for_weights(name: str, crop: int) -> nn.Module:
    model: Any = _build(name, crop)
    if name in ("googlenet", "inception_v3"):
        # Their weights were trained on inputs of another normalisation, which the network makes of ours.
        model.transform_input = True
    return model  # type: ignore[no-any-return]


def _adapt(name: str, state: StateDict) -> StateDict:
    """Bring the keys of files published before torchvision renamed its layers up to date."""
    if name == "googlenet":
        return {key: tensor for key, tensor in state.items() if not key.startswith(("aux1.", "aux2."))}
    if name.startswith("densenet"):
        return densenet.adapt(state)
    if name.startswith("vit"):
        return vit.adapt(state)
    return state
