"""What the classes of a network are called: by a person's file, by its weights, by itself, by its source."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from explorer import imaging
from explorer.engine.live import LiveModel
from explorer.records.answers import AnswerWay
from explorer.records.errors import UsageError

_IMAGENET = 1000
_OWN = ("id2label", "class_names", "classes", "categories", "labels")


@dataclass(frozen=True)
class ClassNames:
    """Names of classes and where they are from.

    Attributes:
        names: In the order of the numbers; None if none are known.
        source: Where they are from, for a person.
        is_imagenets: Whether the source of the network says that 1000 classes are those of ImageNet-1k.
        problem: Why the names that a person chose are not used; empty if they are, or none were chosen.
    """

    names: tuple[str, ...] | None = None
    source: str = ""
    is_imagenets: bool = False
    problem: str = ""

    @property
    def count(self) -> int | None:
        """How many classes have names; None if that is not known."""
        return len(self.names) if self.names is not None else None

    def label(self, index: int, classes: int) -> str:
        """Return the name of class `index` of `classes`."""
        names = self._fitting(classes)
        return names[index] if names is not None else f"class {index}"

    def of_one(self) -> tuple[str | None, str]:
        """Return the names of the two classes that one number tells apart: what it says no to, if known, and yes."""
        if self.names is not None and len(self.names) == 2:
            return self.names
        return None, self.names[0] if self.names is not None and len(self.names) == 1 else "class 1"

    def told(self, classes: int) -> str:
        """Say where the names of `classes` classes are from and what is assumed of them; empty if there are none."""
        if self.problem:
            return self.problem
        if self.names is not None:
            if len(self.names) == classes or (classes == 1 and len(self.names) == 2):
                return f"names: {self.source}"
            return f"{self.source} names {len(self.names):,} classes, the output has {classes:,}: they are numbered"
        if classes == _IMAGENET:
            return (
                "names: ImageNet-1k" if self.is_imagenets else "names: ImageNet-1k, assumed of 1,000 classes"
            )
        return ""

    def _fitting(self, classes: int) -> tuple[str, ...] | None:
        if self.names is not None:
            return self.names if len(self.names) == classes else None
        return imaging.imagenet_labels() if classes == _IMAGENET and not self.problem else None


def class_names(model: LiveModel, way: AnswerWay) -> ClassNames:
    """Return the names of a model's classes: those of the file that the person chose, else of the nearest source."""
    says = model.spec.entry.source != "file"
    if way.labels is not None:
        try:
            return ClassNames(imaging.read_class_names(Path(way.labels)), Path(way.labels).name)
        except UsageError as error:  # it may have gone since it was chosen; the answer does not
            return ClassNames(problem=str(error))
    if model.named is not None:
        return ClassNames(model.named, f"the weights {model.loaded.weights}")
    if (own := _of_network(model.module)) is not None:
        return ClassNames(*own)
    if model.spec.categories is not None:
        return ClassNames(model.spec.categories, model.spec.entry.full_name)
    return ClassNames(is_imagenets=says)


def task(module: Any) -> str:
    """Return what a network's configuration says of its task (`multi_label_classification`); empty for nothing."""
    said = _look(vars(module).get("config"), "problem_type")
    return said if isinstance(said, str) else ""


def _of_network(module: Any) -> tuple[tuple[str, ...], str] | None:
    """Return the names that a network carries itself, and what they are called there."""
    found = imaging.class_names_in(_look(vars(module).get("config"), "id2label"))
    if found is not None and not all(re.fullmatch(r"LABEL_\d+", name) for name in found):
        return found, "id2label of its configuration"
    for key in _OWN:
        if (found := imaging.class_names_in(vars(module).get(key))) is not None:
            return found, f"{key} of the network"
    return None


def _look(holder: Any, name: str) -> Any:
    """Return an entry of a dictionary or an attribute of an object; no code of its own runs."""
    held = holder if isinstance(holder, dict) else getattr(holder, "__dict__", {})
    return held.get(name) if isinstance(held, dict) else None
