"""The labels against torchvision's published ones."""

from torchvision.models import ResNet50_Weights

from explorer.imaging import imagenet_labels


def test_the_labels_are_torchvisions_in_order():
    assert imagenet_labels() == tuple(ResNet50_Weights.IMAGENET1K_V2.meta["categories"])
