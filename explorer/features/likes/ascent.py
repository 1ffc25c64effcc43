"""A picture made to excite a channel: gradient ascent on its colours and frequencies, moved a little before each step.

Olah, Mordvintsev and Schubert, "Feature Visualization", Distill 2017: the picture is held as a spectrum, each frequency
scaled by one over itself, in colours that are not correlated as those of photos are; before each step it is moved,
scaled and turned at random, so that only what survives that is made.

An activation that is closed over all that is excited (a ReLU of negative values, a ReLU6 of values above six) has no
gradient. A step that meets such a one climbs the same channel of what goes into the activation instead.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from explorer.engine.arguments import Arguments, together
from explorer.engine.held import HeldForward
from explorer.engine.live import one_line_for
from explorer.features.likes.maps import MapOfChannel, Running
from explorer.features.likes.messages import Aim, Made, MakePicture
from explorer.forward.again import Change
from explorer.records.errors import ExplorerError
from explorer.records.models import Preprocess

_RATE = 0.05
_FIRST, _SECOND, _SMALL = 0.9, 0.999, 1e-8  # of Adam: Kingma and Ba 2015
_SPREAD = 0.01  # of the spectrum at the start
_CONTRAST = 0.25  # of the picture before its colours are squeezed into their range
_JITTER = 1 / 28  # of the height and width: 8 pixels of 224
_SCALE = 0.1
_TURN = math.radians(5)
# A square root of the covariance of the colours of ImageNet's photos, as lucid, the authors' own program, has it.
_COLOURS = ((0.26, 0.09, 0.02), (0.27, 0.00, -0.05), (0.27, -0.09, 0.03))


class Ascent:
    """A picture on its way.

    Args:
        ask: What is asked.
        forward: Of the model.
        map_of: Takes the channel's map from the value of the operation.
        it: The model, ready to run again.

    Raises:
        ExplorerError: The network takes no picture, or the channel gives no number for the start.
    """

    def __init__(self, ask: MakePicture, forward: HeldForward, map_of: MapOfChannel, it: Running) -> None:
        self._ask, self._forward, self._map_of, self._it = ask, forward, map_of, it
        self._before = map_of.before(forward)
        self._takes = _takes(forward)
        self._chance = torch.Generator().manual_seed(ask.seed)
        high, wide = forward.prepared[0].input.shape[-2:]
        self._size = (int(high), int(wide))
        shape = (self._takes.channels, high, wide // 2 + 1, 2)
        self._spectrum = torch.randn(shape, generator=self._chance) * _SPREAD
        self._reach = _reach(*self._size)
        self._moments = torch.zeros_like(self._spectrum), torch.zeros_like(self._spectrum)
        self._done = 0
        self._start = self._excited()

    def step(self) -> None:
        """Climb once.

        Raises:
            ExplorerError: The channel has no gradient, or no number.
        """
        spectrum = self._spectrum.detach().requires_grad_()
        with torch.enable_grad():
            seen = self._normalised(self._moved(self._picture(spectrum)))
        given = self._gradient(seen.detach().requires_grad_())
        (uphill,) = torch.autograd.grad(seen, spectrum, given)
        self._done += 1
        self._spectrum = self._climbed(spectrum.detach(), uphill)

    def made(self) -> Made:
        """Return the picture so far."""
        with torch.no_grad():
            picture = (self._picture(self._spectrum) * 255).round().to(torch.uint8)
        ask = self._ask
        return Made(
            node=ask.node,
            channel=ask.channel,
            aim=ask.aim,
            steps=ask.steps,
            seed=ask.seed,
            done=self._done,
            start=self._start,
            activation=self._excited(),
            picture=picture.expand(3, -1, -1).permute(1, 2, 0).contiguous().numpy(),
        )

    # ---- the picture ----

    def _picture(self, spectrum: Tensor) -> Tensor:
        """Return the picture (C, H, W), from 0 to 1, of a spectrum (C, H, W // 2 + 1, 2)."""
        scaled = torch.view_as_complex(spectrum * self._reach[..., None])
        laid = torch.fft.irfft2(scaled, s=self._size) * _CONTRAST
        if len(laid) == 3:
            laid = torch.einsum("rc,chw->rhw", _colours(), laid)
        return laid.sigmoid()

    def _moved(self, picture: Tensor) -> Tensor:
        """Return a picture scaled, turned and shifted a little, at random."""
        scale, turn, down, across = (torch.rand(4, generator=self._chance) * 2 - 1).tolist()
        size, angle = 1 + _SCALE * scale, _TURN * turn
        high, wide = self._size
        cosine, sine = math.cos(angle) / size, math.sin(angle) / size
        # In units of half the height and width, which differ where the picture is no square.
        theta = torch.tensor(
            [
                [cosine, -sine * high / wide, 2 * _JITTER * across],
                [sine * wide / high, cosine, 2 * _JITTER * down],
            ]
        )
        grid = F.affine_grid(theta[None], [1, len(picture), high, wide], align_corners=False)
        return F.grid_sample(picture[None], grid, padding_mode="reflection", align_corners=False)[0]

    def _normalised(self, picture: Tensor) -> Tensor:
        """Return the model's input (1, C, H, W) for a picture (C, H, W), as photos are made ready for it."""
        takes = self._takes
        pixels = picture.flip(0) if takes.order == "BGR" else picture
        mean, std = (torch.tensor(each).reshape(-1, 1, 1) for each in (takes.mean, takes.std))
        return self._forward.model.fitting(((pixels * 255 * takes.scale - mean) / std)[None])

    def _climbed(self, spectrum: Tensor, uphill: Tensor) -> Tensor:
        first, second = self._moments
        first.mul_(_FIRST).add_(uphill, alpha=1 - _FIRST)
        second.mul_(_SECOND).addcmul_(uphill, uphill, value=1 - _SECOND)
        mean, spread = first / (1 - _FIRST**self._done), second / (1 - _SECOND**self._done)
        return spectrum + _RATE * mean / (spread.sqrt() + _SMALL)

    # ---- the model ----

    def _gradient(self, seen: Tensor) -> Tensor:
        """Return the gradient of what is excited with respect to an input that requires one.

        Where it is zero for all of the input, that of what goes into the activation.
        """
        node, before = self._map_of.node, self._before
        met = {it.node.id: it for it in (before, self._map_of) if it is not None}
        kept: dict[int, Tensor] = {}

        def seeing(at: int) -> Change:
            # A copy: a view would go with what is written over it.
            return lambda value: kept.update({at: self._of(met[at], value).clone()})

        def then(_: object) -> Tensor:
            excited = kept[node.id]
            if not excited.requires_grad:
                raise ExplorerError(
                    f"{node.person_name} has no gradient with respect to the picture (whole numbers, or a part "
                    "of the network that is not differentiated come before it); step to an earlier operation."
                )
            (gradient,) = torch.autograd.grad(excited, seen, retain_graph=before is not None)
            if before is not None and not gradient.any():
                (gradient,) = torch.autograd.grad(kept[before.node.id], seen)
            return gradient

        with one_line_for(f"{self._forward.trace.model} cannot be differentiated up to {node.person_name}"):
            gradient = self._it.again.differentiate(
                lambda: self._arguments(seen), {at: seeing(at) for at in met}, then, until=node.id
            )
        if not gradient.isfinite().all():
            raise self._no_number("the gradient")
        return gradient

    def _excited(self) -> float:
        """Return what the channel gives for the picture as it is."""
        with torch.no_grad():
            first = self._normalised(self._picture(self._spectrum))
        found = self._it.look(
            lambda: self._arguments(first), lambda value: float(self._of(self._map_of, value).detach())
        )
        if not math.isfinite(found):
            raise self._no_number("the channel")
        return found

    def _of(self, map_of: MapOfChannel, value: Tensor) -> Tensor:
        """Return what is excited, of the value of an operation."""
        laid = map_of(value)
        laid = laid if laid.is_floating_point() else laid.double()
        return laid.mean() if self._ask.aim is Aim.MEAN else laid[laid.shape[0] // 2, laid.shape[1] // 2]

    def _arguments(self, first: Tensor) -> Arguments:
        """Return what the model is called with: copies, for it may write into them."""
        model = self._forward.model
        others = [model.fitting(torch.from_numpy(it.input).clone()) for it in self._forward.prepared[1:]]
        return together(model.spec.inputs, [first.clone(), *others])

    def _no_number(self, what: str) -> ExplorerError:
        return ExplorerError(
            f"After {self._done} steps {what} of {self._map_of.node.person_name} is not finite: "
            "there is nothing to climb."
        )


def _takes(forward: HeldForward) -> Preprocess:
    """Return how the network takes pictures.

    Raises:
        ExplorerError: It takes none.
    """
    takes, shape = forward.model.spec.inputs[0].takes, forward.prepared[0].input.shape
    if (
        not isinstance(takes, Preprocess)
        or takes.frames
        or len(shape) != 4
        or shape[:2] != (1, takes.channels)
    ):
        raise ExplorerError(
            f"{forward.trace.model} takes no single picture here: none can be made for it to like."
        )
    return takes


def _reach(high: int, wide: int) -> Tensor:
    """Return the scale of each frequency (H, W // 2 + 1): one over it, as photos have it."""
    rows, columns = torch.fft.fftfreq(high)[:, None], torch.fft.rfftfreq(wide)[None]
    frequency = (rows.square() + columns.square()).sqrt()
    return math.sqrt(high * wide) / frequency.clamp(min=1 / max(high, wide))


def _colours() -> Tensor:
    """Return the matrix (3, 3) from colours that are not correlated to red, green and blue."""
    matrix = torch.tensor(_COLOURS)
    return matrix / torch.linalg.vector_norm(matrix, dim=0).max()
