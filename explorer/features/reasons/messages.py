"""What can be asked about reasons, and what is answered: a map, the classes, whether a map depends on the weights."""

from dataclasses import dataclass, field

import numpy as np

from explorer.engine.command import A, Command, Lane, Urgency
from explorer.engine.messages import StudyOfInput
from explorer.features.reasons.methods import Method
from explorer.records.answers import AS_DERIVED, AnswerWay
from explorer.records.errors import UsageError
from explorer.records.heat import HeatMap

MOST_STEPS = 256
"""Most steps of integrated gradients where their number is left open."""

_ENDS = {
    "steps": (0, 1024),
    "samples": (1, 100_000),
    "patch": (0, 100_000),
    "stride": (0, 100_000),
    "masks": (1, 1_000_000),
    "seed": (0, (1 << 63) - 1),
}
"""The least and the most that each setting can be; more steps than these take longer to place than to run."""


@dataclass(frozen=True)
class MethodSettings:
    """What the methods can be told; each reads its own.

    Attributes:
        steps: Of integrated gradients; 0 for 32, doubled up to 256 until the sum is within 1 %.
        samples: Noisy copies of SmoothGrad.
        noise: Standard deviation of that noise, as a share of the span of the input's values.
        patch: Side of occlusion's square in pixels; 0 for a seventh of the shorter side.
        stride: Pixels from one square to the next; 0 for half a square.
        masks: Of RISE.
        seed: Of SmoothGrad's noise and of RISE's masks.
    """

    steps: int = 0
    samples: int = 24
    noise: float = 0.15
    patch: int = 0
    stride: int = 0
    masks: int = 1000
    seed: int = 0

    def check(self) -> None:
        """Check that the methods can do with them.

        Raises:
            UsageError: One cannot be.
        """
        for name, (least, most) in _ENDS.items():
            value = getattr(self, name)
            if not isinstance(value, int) or not least <= value <= most:
                raise UsageError(
                    f"{name} cannot be {value!r}: give a whole number from {least:,} to {most:,}."
                )
        if not isinstance(self.noise, int | float) or not 0 <= self.noise < float("inf"):
            raise UsageError(
                f"noise cannot be {self.noise!r}: give a share of the span of the input's values."
            )


@dataclass(frozen=True)
class Completeness:
    """Whether integrated gradients sum to what they have to.

    Attributes:
        total: The sum of all attributions.
        difference: The score of the picture less that of the baseline.
        steps: Points on the way between them.
    """

    total: float
    difference: float
    steps: int

    @property
    def error(self) -> float:
        """How far the sum is off, as a share of the difference; infinite where that is zero and the sum is not."""
        off = abs(self.total - self.difference)
        return off / abs(self.difference) if self.difference else (0.0 if not off else float("inf"))

    @property
    def holds(self) -> bool:
        """Whether the sum is within 1 %."""
        return self.error <= 0.01

    @property
    def told(self) -> str:
        """Say it in a few words."""
        off = f"{100 * self.error:.2g} % off" if np.isfinite(self.error) else "off"
        held = off if self.holds else f"{off}: more than 1 %, more steps would help"
        return f"sum {self.total:.4g}, score less baseline's {self.difference:.4g}: {held}"


@dataclass(frozen=True, eq=False)
class Explanation:
    """Why a class got its score.

    Attributes:
        heat: The map; its values lie on the grid of the layer, or on the pixels of the input, not normalised.
        method: How it was made.
        index: Number of the class.
        label: Its name.
        score: What was explained.
        score_is: What that is: `logit`, or what it is where the network gives no logits.
        layer: The operation, as a person reads its name; empty where the method looks at pixels.
        layer_why: Why that one, where nobody chose it; empty else.
        node: Id of the operation; None where there is none.
        forwards: How often the network ran.
        facts: What the method was told and assumed, a few words each.
        notes: What a person should know, one line each.
        completeness: Of integrated gradients; None of other methods.
        so_far: Of how much of what takes long it is, `37 of 196 places so far`; empty of the whole.
    """

    heat: HeatMap
    method: Method
    index: int
    label: str
    score: float
    score_is: str = "logit"
    layer: str = ""
    layer_why: str = ""
    node: int | None = None
    forwards: int = 0
    facts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    completeness: Completeness | None = None
    so_far: str = ""


@dataclass(frozen=True)
class Question(StudyOfInput[A]):
    """A question about the reasons of a class in a recorded forward, or in what that is on a changed input.

    Attributes:
        forward: Number of the forward.
        method: How it is told.
        target: Number or name of the class; None for the first of the answer.
        node: Id of the operation whose grid a layer's method uses; None for the default. Other methods need none.
        settings: What the method is told.
        way: How the person wants answers read: which output, which names.
    """

    lane, doing = Lane.WORK, "explaining the answer by {method}"

    forward: int
    method: Method = Method.GRAD_CAM
    target: int | str | None = None
    node: int | None = None
    settings: MethodSettings = field(default_factory=MethodSettings)
    way: AnswerWay = AS_DERIVED

    @property
    def is_quick(self) -> bool:
        """Whether it takes no longer than a few forwards."""
        return self.method.about.quick

    @property
    def waits(self) -> bool:
        """Whether it is slow."""
        return not self.is_quick


@dataclass(frozen=True)
class Explain(Question[Explanation]):
    """Asks why a class got its score in a forward."""


@dataclass(frozen=True)
class ListClasses(Command[tuple[str, ...]]):
    """Asks for the names of all classes of a forward's answer, by number."""

    lane, urgency, doing = Lane.VIEW, Urgency.SELECTED, "listing the classes"

    forward: int
    way: AnswerWay = AS_DERIVED


@dataclass(frozen=True, eq=False)
class SanityCheck:
    """The map of the network beside that of the same network with random weights.

    Attributes:
        before: The map of the weights that are loaded.
        after: The map with random ones.
        randomised: How many layers were given random weights, and from where on: `the last 3 of 50 layers`.
        correlation: Spearman's rank correlation of the two maps, from -1 to 1; NaN where one of them is flat.
        similarity: Their structural similarity (SSIM), from -1 to 1; NaN where one of them is flat.
    """

    before: Explanation
    after: Explanation
    randomised: str
    correlation: float
    similarity: float

    @property
    def heat(self) -> HeatMap:
        """The map with random weights."""
        return self.after.heat


@dataclass(frozen=True)
class Randomised(Question[SanityCheck]):
    """Asks whether a map depends on the weights: the same method on a copy with random ones (Adebayo et al. 2018).

    Attributes:
        share: Of the layers, from the last, that get random weights; 0 for the last one alone, 1 for all.
        weights_seed: Of the random weights.
    """

    frees = True

    share: float = 1.0
    weights_seed: int = 0

    @property
    def asked(self) -> Explain:
        """The question for the map of the weights as they are loaded."""
        return Explain(
            self.forward, self.method, self.target, self.node, self.settings, self.way, edit=self.edit
        )

    @property
    def waits(self) -> bool:
        """True: the network is copied for it."""
        return True

    @classmethod
    def of(cls, asked: Explain, share: float = 1.0, weights_seed: int = 0) -> "Randomised":
        """Return the question whether the map of another question depends on the weights."""
        return cls(
            asked.forward,
            asked.method,
            asked.target,
            asked.node,
            asked.settings,
            asked.way,
            share,
            weights_seed,
            edit=asked.edit,
        )
