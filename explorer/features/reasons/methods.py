"""The methods that tell why a class got its score: what each is called, computes, costs, and who published it."""

from dataclasses import dataclass
from enum import StrEnum


class Group(StrEnum):
    """What a method looks at."""

    LAYER = "Maps of a layer"
    PIXELS = "Gradients of pixels"
    COVERING = "By covering"


class Method(StrEnum):
    """The methods by the names that the command line takes."""

    GRAD_CAM = "grad-cam"
    GRAD_CAM_PLUS = "grad-cam++"
    LAYER_CAM = "layer-cam"
    EIGEN_CAM = "eigen-cam"
    INPUT_X_GRADIENT = "input-x-gradient"
    INTEGRATED_GRADIENTS = "integrated-gradients"
    SMOOTH_GRAD = "smoothgrad"
    SCORE_CAM = "score-cam"
    OCCLUSION = "occlusion"
    RISE = "rise"

    @property
    def about(self) -> "About":
        """What is to be known of it."""
        return _ABOUT[self]


@dataclass(frozen=True)
class About:
    """What is to be known of a method.

    Attributes:
        title: Its name for a person.
        group: What it looks at.
        formula: What it computes, in one line.
        says: What the map shows, in plain words.
        paper: Who published it.
        unit: What the numbers of the map are of.
        at_layer: Whether its map lies on the grid of a layer; else on the pixels of the input.
        signed: Whether values below zero speak against the class.
        quick: Whether it takes no longer than a few forwards, so that it may start by itself.
        needs_gradients: Whether the gradient has to reach what is looked at.
        of_class: Whether it tells of one class; else it is the same for all of them.
    """

    title: str
    group: Group
    formula: str
    says: str
    paper: str
    unit: str = "score"
    at_layer: bool = False
    signed: bool = False
    quick: bool = False
    needs_gradients: bool = True
    of_class: bool = True

    def of(self, label: str) -> str:
        """Return `Grad-CAM for tabby`, or the title alone where it tells of no class."""
        return f"{self.title} for {label}" if self.of_class else self.title

    @property
    def told(self) -> str:
        """Words, formula and paper, a line each."""
        return "\n".join((self.says, self.formula, self.paper))


def _whole(fraction: str) -> str:
    """Return a fraction that no end of a line parts."""
    return fraction.replace(" ", "\u00a0").replace("/", "/\u2060")


_BY_LAYER, _BY_PIXEL = _whole("∂s/∂Aₖ"), _whole("∂s/∂x")
_ABOUT = {
    Method.GRAD_CAM: About(
        "Grad-CAM",
        Group.LAYER,
        f"max(0, Σₖ wₖ Aₖ), wₖ = mean over places of {_BY_LAYER}",
        "Channels of the layer, each weighted by how much the score grows with it on average.",
        "Selvaraju et al. 2017, arXiv:1610.02391",
        at_layer=True,
        quick=True,
    ),
    Method.GRAD_CAM_PLUS: About(
        "Grad-CAM++",
        Group.LAYER,
        f"max(0, Σₖ wₖ Aₖ), wₖ = Σ α max(0, g), α = {_whole('g² / (2g² + g³ ΣAₖ)')}, g = {_BY_LAYER}",
        "As Grad-CAM, but places that raise the score weigh more: several objects of a class all show.",
        "Chattopadhay et al. 2018, arXiv:1710.11063",
        at_layer=True,
        quick=True,
    ),
    Method.LAYER_CAM: About(
        "Layer-CAM",
        Group.LAYER,
        f"max(0, Σₖ max(0, {_BY_LAYER}) Aₖ), place by place",
        "Each place weighted by its own gradient: fine enough for early layers.",
        "Jiang et al. 2021, IEEE TIP 30",
        at_layer=True,
        quick=True,
    ),
    Method.EIGEN_CAM: About(
        "Eigen-CAM",
        Group.LAYER,
        "max(0, A v₁), v₁ the first right singular vector of A (places × channels)",
        "What is strongest in the layer, whatever the class. It needs no gradient.",
        "Muhammad & Yeasin 2020, arXiv:2008.00299",
        unit="activation",
        at_layer=True,
        quick=True,
        needs_gradients=False,
        of_class=False,
    ),
    Method.INPUT_X_GRADIENT: About(
        "Input × gradient",
        Group.PIXELS,
        f"Σ over colours of x · {_BY_PIXEL}",
        "How much each pixel adds to the score if the network were linear here.",
        "Shrikumar et al. 2016, arXiv:1605.01713",
        signed=True,
        quick=True,
    ),
    Method.INTEGRATED_GRADIENTS: About(
        "Integrated gradients",
        Group.PIXELS,
        f"Σ over colours of (x − b) · ∫₀¹ {_BY_PIXEL} (b + α(x − b)) dα",
        "What each pixel adds on the way from the baseline b to the picture: all of them sum to s(x) − s(b).",
        "Sundararajan et al. 2017, arXiv:1703.01365",
        signed=True,
    ),
    Method.SMOOTH_GRAD: About(
        "SmoothGrad",
        Group.PIXELS,
        f"max over colours of |mean over noise n of {_BY_PIXEL} (x + n)|, n ~ N(0, σ²)",
        "Where small changes move the score most, averaged over noisy copies. It says where, not which way.",
        "Smilkov et al. 2017, arXiv:1706.03825",
        unit="score per input value",
    ),
    Method.SCORE_CAM: About(
        "Score-CAM",
        Group.COVERING,
        "max(0, Σₖ wₖ Aₖ), w = softmax of s(x ∘ Hₖ), Hₖ = Aₖ brought to the picture and to [0, 1]",
        "Channels of the layer, each weighted by the score of the picture seen through it. It needs no gradient.",
        "Wang et al. 2020, arXiv:1910.01279",
        unit="activation",
        at_layer=True,
        needs_gradients=False,
    ),
    Method.OCCLUSION: About(
        "Occlusion",
        Group.COVERING,
        "mean over the patches p that cover a pixel of s(x) − s(x covered by p)",
        "How far the score falls when a patch there is covered.",
        "Zeiler & Fergus 2014, arXiv:1311.2901",
        signed=True,
        needs_gradients=False,
    ),
    Method.RISE: About(
        "RISE",
        Group.COVERING,
        f"{_whole('Σᵢ s(x ∘ Mᵢ) Mᵢ / Σᵢ Mᵢ')} − mean of s(x ∘ Mᵢ), Mᵢ random soft masks",
        "How much higher the score is, than on average over random masks, where a place is seen.",
        "Petsiuk et al. 2018, arXiv:1806.07421",
        signed=True,
        needs_gradients=False,
    ),
}
