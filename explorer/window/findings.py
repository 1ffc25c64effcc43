"""What is drawn of a finding, as a person wants it: the choice, and what follows from it; pure."""

from dataclasses import dataclass, replace

from explorer.records.answers import Answer
from explorer.records.findings import BACKGROUND, Finding, Flow, Objects, Segments
from explorer.window.format import number, share
from explorer.window.scene import Scene


@dataclass(frozen=True)
class AnswerChoice:
    """Full name of the model whose random weights' answer is shown as well; empty for none."""

    of_random_weights: str = ""


@dataclass(frozen=True)
class FindingChoice:
    """How findings are drawn.

    Attributes:
        threshold: The score from which boxes are shown, from 0 to 1.
        opacity: Of masks and flows over the picture, from 0 to 1.
        turned: Numbers of the classes that a person turned off, or on where they are off by themselves.
        model: Full name of the model whose classes these are; empty for none.
    """

    threshold: float = 0.5
    opacity: float = 0.5
    turned: frozenset[int] = frozenset()
    model: str = ""

    def shows(self, index: int, label: str) -> bool:
        """Tell whether a class is drawn; the background only if a person turned it on."""
        return (label not in BACKGROUND) != (index in self.turned)

    def with_turned(self, index: int) -> "FindingChoice":
        """Return the choice with one class turned off or on."""
        return replace(self, turned=self.turned ^ {index})


def finding_choice(scene: Scene) -> FindingChoice:
    """Return how findings of the model that is there are drawn: what was turned in another does not hold."""
    choice = scene.choice(FindingChoice)
    is_own = choice.model == scene.network
    return choice if is_own else replace(choice, turned=frozenset(), model=scene.network)


def answer_of(scene: Scene) -> Answer | None:
    """Return what the wanted model answers to the shown input at the wanted size; None if that is not known."""
    selected = scene.selected
    return selected.answer if selected is not None and scene.seat.is_live else None


def drawn(scene: Scene, answer: Answer | None = None) -> Finding | None:
    """Return what is drawn over the picture that the model saw; None for nothing.

    What random weights found is drawn only if the person asked to see it.

    Args:
        scene: What is true.
        answer: The one in which it was found; None for that of the scene.
    """
    answer, forward, model = answer or answer_of(scene), scene.forward, scene.model
    if answer is None or answer.finding is None or forward is None or model is None:
        return None
    if forward.key != answer.key or forward.picture is None:
        return None
    if forward.picture.shape[:2] != answer.finding.size:
        return None
    return None if model.is_random and not shows_random(scene) else answer.finding


def shows_random(scene: Scene) -> bool:
    """Tell whether the person asked to see what the random weights of this model answer; another's are hidden again."""
    return bool(scene.network) and scene.choice(AnswerChoice).of_random_weights == scene.network


def has_boxes(scene: Scene) -> bool:
    """Tell whether boxes are drawn, or would be if one scored enough."""
    return isinstance(drawn(scene), Objects)


def has_colours(scene: Scene) -> bool:
    """Tell whether something is drawn through which the picture is seen."""
    return lies_over(drawn(scene))


def lies_over(finding: Finding | None) -> bool:
    """Tell whether a finding covers parts of the picture: segments, masks, a flow."""
    return finding is not None and (not isinstance(finding, Objects) or finding.masks is not None)


@dataclass(frozen=True)
class Row:
    """A line of the list beside the picture.

    Attributes:
        label: Name of a class, or of a measure.
        text: What is said of it: a share, a score, a length.
        plain: The same as a number.
        share: From 0 to 1, for a bar; None where there is none to draw.
        index: Number of the class; None where it is none, so that nothing can be turned off.
        box: Top, left, bottom, right in pixels of the picture; None without one.
    """

    label: str
    text: str
    plain: float
    share: float | None = None
    index: int | None = None
    box: tuple[float, ...] | None = None


def rows(finding: Finding, choice: FindingChoice) -> list[Row]:
    """Return the lines that tell a finding: of each class, of each box that scores enough, of each length."""
    match finding:
        case Segments():
            return [
                Row(plain_name(it.label), share(it.share), it.share, it.share, it.index)
                for it in finding.parts
            ]
        case Objects():
            return [
                Row(
                    plain_name(finding.labels[k]),
                    share(float(finding.scores[k])),
                    float(finding.scores[k]),
                    float(finding.scores[k]),
                    finding.indices[k],
                    tuple(finding.boxes[k].tolist()),
                )
                for k in sure(finding, choice)
            ]
        case Flow():
            return [
                Row("longest", _pixels(finding.largest), finding.largest),
                Row("in the mean", _pixels(finding.mean), finding.mean),
            ]


def sure(objects: Objects, choice: FindingChoice) -> list[int]:
    """Return the places of the objects that score enough."""
    return [k for k, score in enumerate(objects.scores.tolist()) if score >= choice.threshold]


def why_nothing(finding: Finding, choice: FindingChoice) -> str:
    """Say why no line tells of a finding."""
    if not isinstance(finding, Objects) or not finding.labels:
        return "The network found no object in the picture."
    best, score = plain_name(finding.labels[0]), float(finding.scores[0])
    return f"No box scores {100 * choice.threshold:.0f} % or more; the best is {best} with {share(score)}."


def plain_name(label: str) -> str:
    """Return the name of a class as a person reads it: `__background__` is the background."""
    return "background" if label in BACKGROUND else label


def _pixels(length: float) -> str:
    return f"{number(length)} pixels"
