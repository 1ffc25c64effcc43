"""Names of the classes that a pretrained model answers with."""

from functools import cache

from explorer.paths import resources


@cache
def imagenet_labels() -> tuple[str, ...]:
    """Return the 1000 labels of ImageNet-1k in the order of the logits."""
    return tuple((resources() / "labels" / "imagenet1k.txt").read_text(encoding="utf-8").splitlines())
