"""What a person chose in one network, and what of it holds of another."""

from abc import ABC, abstractmethod
from dataclasses import replace
from types import MappingProxyType
from typing import Self

from explorer.window.scene import Scene


class OfNetwork(ABC):
    """A choice about the network that is there, such as what of it is switched off."""

    @abstractmethod
    def elsewhere(self) -> Self:
        """Return what of the choice holds of any network."""


def for_another(scene: Scene) -> Scene:
    """Return the scene for another network: no unit or channel of the one before is chosen in it, nothing is off."""
    choices = {
        kind: it.elsewhere() if isinstance(it, OfNetwork) else it for kind, it in scene.choices.items()
    }
    return replace(
        scene, chosen_channel=None, telling=(0, None), place=None, choices=MappingProxyType(choices)
    )
