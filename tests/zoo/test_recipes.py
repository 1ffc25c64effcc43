"""Which published figures were won by a later recipe than the paper's, held against torchvision's own word of it."""

import pytest
from torchvision.models import get_model_weights, list_models

from explorer import zoo
from explorer.zoo import registry

TRAINED_AFTER = {
    "vit_b_16",
    "vit_b_32",
    "vit_l_16",
}  # torchvision's first weights: DeiT's recipe, ImageNet-1k alone


def of_torchvision() -> list[tuple[str, str]]:
    """Return the networks of the zoo whose figure is that of one of torchvision's weights, with the name of these."""
    found = []
    for name in sorted(set(registry.names()) & set(list_models())):
        top1 = zoo.resolve(f"zoo:{name}").entry.top1
        for weights in get_model_weights(name):
            if weights.meta.get("_metrics", {}).get("ImageNet-1K", {}).get("acc@1") == top1:
                found.append((name, weights.name))
    return found


def test_most_networks_of_the_course_are_among_them() -> None:
    assert len(of_torchvision()) > 30


@pytest.mark.parametrize(("name", "weights"), of_torchvision())
def test_torchvisions_second_weights_come_of_a_later_recipe_and_its_first_do_not(
    name: str, weights: str
) -> None:
    assert zoo.resolve(f"zoo:{name}").entry.later_recipe == (
        weights == "IMAGENET1K_V2" or name in TRAINED_AFTER
    )
