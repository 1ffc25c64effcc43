"""What units truly see: the support of their gradients, found without the rules under test.

The network runs once more in float64 with positive weights, so that nothing cancels. Maximum pooling becomes a sum over
the same windows and ReLU a factor, so that nothing is blocked. The gradient of one unit, summed over all its
features with random weights, is non-zero exactly at the pixels the unit sees.
"""

import copy
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import torch
import torch.nn.functional as F
from recording_oracle import flat
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from explorer.fields.receptive_field import ReceptiveFields
from explorer.forward.attention import open_attention
from explorer.forward.recorder import record
from explorer.forward.tensors import tensors_in

MAX_POOLS = (F.max_pool1d, F.max_pool2d, F.max_pool3d)
ADAPTIVE = {F.adaptive_max_pool1d: F.adaptive_avg_pool1d, F.adaptive_max_pool2d: F.adaptive_avg_pool2d}
CHOICES = (torch.where, torch.max, torch.maximum)
RECTIFIERS = (F.relu, F.relu6, F.hardtanh, torch.relu, torch.relu_, Tensor.relu, Tensor.relu_)


def _tuple(value: Any, count: int) -> tuple[int, ...]:
    return (value,) * count if isinstance(value, int) else tuple(value)


def sum_pool(
    x: Tensor, kernel: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1, ceil_mode: bool = False
):
    """Sum over the windows that a maximum pooling with these arguments looks at."""
    with torch._C.DisableTorchFunction():
        n = x.dim() - 2
        pool = (F.max_pool1d, F.max_pool2d, F.max_pool3d)[n - 1]
        out = pool(x.detach(), kernel, stride, padding, dilation, ceil_mode).shape[2:]
        kernel, padding, dilation = _tuple(kernel, n), _tuple(padding, n), _tuple(dilation, n)
        stride = _tuple(stride or kernel, n)
        pads: list[int] = []
        for k, s, p, d, size, length in zip(kernel, stride, padding, dilation, out, x.shape[2:], strict=True):
            needed = (size - 1) * s + d * (k - 1) + 1
            pads = [p, needed - p - length, *pads]
        convolve = (F.conv1d, F.conv2d, F.conv3d)[n - 1]
        ones = torch.ones(x.shape[1], 1, *kernel, dtype=x.dtype) / torch.tensor(kernel).prod()
        return convolve(F.pad(x, pads), ones, stride=stride, dilation=dilation, groups=x.shape[1])


class Surrogate(TorchFunctionMode):
    """Runs the transparent stand-ins and keeps every operation's first output."""

    def __init__(self) -> None:
        super().__init__()
        self.outputs: list[Tensor] = []
        self.decided: dict[
            int, Tensor
        ] = {}  # what no gradient flows through, made of what the picture decides

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        if (opened := open_attention(func)) is not None:
            with self:
                return opened(*args, **kwargs)
        result = self._run(func, args, kwargs)
        if any(t.requires_grad or id(t) in self.decided for t in tensors_in(args, kwargs)):
            self.decided |= {id(t): t for t in tensors_in(result) if not t.requires_grad}
        outputs = tensors_in(result) or ([args[0]] if func is Tensor.__setitem__ else [])
        if outputs:
            with torch._C.DisableTorchFunction():
                self.outputs.append(outputs[0].clone())
        return result

    def _run(self, func: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        kwargs = {name: value for name, value in kwargs.items() if name != "return_indices"}
        if func in MAX_POOLS:
            return sum_pool(*args, **kwargs)
        if func in RECTIFIERS:
            in_place = kwargs.get("inplace", False) or func.__name__.endswith("_")
            return args[0].mul_(0.9) if in_place else args[0] * 0.9
        if func is F.hardsigmoid:
            return torch.sigmoid(args[0])
        if func is torch.where and id(args[0]) not in self.decided:
            return func(*args, **kwargs)
        if func in CHOICES and len(args) > 1 and isinstance(args[-1], Tensor):
            return args[-1] + args[-2]
        return ADAPTIVE.get(func, func)(*args, **kwargs)


def transparent(model: nn.Module) -> nn.Module:
    """Return a copy in float64, in eval mode, with positive weights of sum about 1 and no biases."""
    torch.manual_seed(0)
    model = copy.deepcopy(model).double().eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            spread = 0.5 + torch.rand_like(parameter)
            if parameter.dim() < 2:
                spread = spread * 0 if name.endswith("bias") else spread
            else:
                spread = spread / parameter[0].numel()
            parameter.copy_(spread)
            parameter.requires_grad_(False)
    return model


def slim(model: nn.Module, by: int = 8) -> nn.Module:
    """Replace every layer by one with an eighth of the channels: the geometry stays, the work goes."""

    def fewer(channels: int) -> int:
        return channels // by if channels >= by else channels

    for name, child in list(model.named_children()):
        if isinstance(child, nn.Conv2d):
            new: nn.Module = nn.Conv2d(
                fewer(child.in_channels), fewer(child.out_channels), child.kernel_size, child.stride, child.padding,
                child.dilation, 1 if child.groups == 1 else fewer(child.groups),
            )  # fmt: skip
        elif isinstance(child, nn.BatchNorm2d):
            new = nn.BatchNorm2d(fewer(child.num_features))
        elif isinstance(child, nn.Linear):
            new = nn.Linear(fewer(child.in_features), fewer(child.out_features))
        else:
            new = slim(child, by)
        setattr(model, name, new)
    return model


class Oracle:
    """The recorded model beside its surrogate, operation by operation."""

    def __init__(self, model: nn.Module, x: Tensor, surrogate: nn.Module | None = None) -> None:
        self.recording = record(model.eval(), (x,))
        assert self.recording.failure is None, self.recording.failure
        self.fields = ReceptiveFields(self.recording)
        self.x = (torch.rand(x.shape, dtype=torch.float64) + 0.5).requires_grad_()
        mode = Surrogate()
        model = transparent(surrogate or model)
        start = self.x * 1
        with mode:
            result = model(start)
        operations = self.recording.operations
        own = [(n, o.op) for n, o in enumerate(operations) if o.within is None]  # fused attention runs as one
        nodes = [n for n, op in own if op not in ("input", "identity", "output")]
        assert len(nodes) == len(mode.outputs)
        self.outputs = dict(zip(nodes, mode.outputs, strict=True))
        returned = [n for n, o in enumerate(operations) if o.op == "output"]
        self.outputs |= zip(returned, flat(result), strict=True)

    def box(self, node: int, unit: tuple[int, ...]) -> tuple[int, ...] | None:
        """Return the bounding box of what the unit sees; None if it sees nothing."""
        part = self._part(node, unit)
        if not part.requires_grad:
            return None
        part = part.abs() if part.is_complex() else part
        weights = 0.5 + torch.rand_like(part)
        (gradient,) = torch.autograd.grad(
            (part * weights).sum(), self.x, retain_graph=True, allow_unused=True
        )
        if gradient is None or not gradient.any():
            return None
        assert gradient.isfinite().all()
        leading = 2 if gradient.dim() > 2 else 1
        low, high = [], []
        for axis in range(leading, gradient.dim()):
            seen = gradient.movedim(axis, 0).flatten(1).any(dim=1).nonzero().flatten().tolist()
            low.append(seen[0])
            high.append(seen[-1] + 1)
        return (*low, *high)

    def _part(self, node: int, unit: tuple[int, ...]) -> Tensor:
        """Return all features of a unit; the whole output where it has no grid."""
        output, grid = self.outputs[node], self.fields.grid(node)
        if grid is None:
            return output
        field = self.fields.fields[node]
        index: list[Any] = [slice(None)] * output.dim()
        for d, axes in enumerate(field.axes):
            if len(axes) == 1:
                index[d] = unit[axes[0]]
            elif axes:
                outer, inner = axes
                index[d] = field.extra + unit[outer] * grid[inner] + unit[inner]
        return output[tuple(index)]

    def check(self, node: int, unit: tuple[int, ...]) -> str:
        """Compare what is claimed of a unit with what is true; return the claimed status."""
        claimed, true = self.fields.of_unit(node, unit), self.box(node, unit)
        shown = f"{self.recording.operations[node].name} {unit}: claimed {claimed}, true {true}"
        if claimed.status == "unknown":
            assert claimed.box is None, shown
        elif claimed.status == "bound":
            assert true is None or holds(claimed.box, true), shown
        else:
            assert claimed.box == true, shown
        if claimed.status == "global":
            size = tuple(self.x.shape[2:] if self.x.dim() > 2 else self.x.shape[1:])
            assert true == (*(0 for _ in size), *size), shown
        return claimed.status

    def check_all(self, nodes: Iterable[int] | None = None) -> Counter[str]:
        """Check corner, edge and centre units of the given operations, all by default."""
        counts: Counter[str] = Counter()
        smooth = [n for n, o in self.outputs.items() if o.is_floating_point() or o.is_complex()]
        for node in smooth if nodes is None else nodes:
            counts.update(self.check(node, unit) for unit in some_units(self.fields.grid(node)))
        return counts

    def check_rules(self, nodes: Iterable[int]) -> int:
        """Check that a unit whose field by size, stride and start lies within the input sees exactly that.

        Returns:
            How many units there were.
        """
        size, checked = self.fields.input_size, 0
        for node in nodes:
            described, grid = self.fields.describe(node), self.fields.grid(node)
            if described is None or described.stride is None or grid is None:
                continue
            for unit in some_units(grid):
                low = [s + u * j for s, u, j in zip(described.start, unit, described.stride, strict=True)]
                high = [a + n for a, n in zip(low, described.size, strict=True)]
                if min(low) >= 0 and all(h <= n for h, n in zip(high, size, strict=True)):
                    assert self.fields.of_unit(node, unit).box == (*low, *high), (node, unit, described)
                    checked += 1
        return checked

    def last(self) -> int:
        """Return the last operation."""
        return max(self.outputs)


def holds(outer: tuple[int, ...] | None, inner: tuple[int, ...]) -> bool:
    """Tell whether a box holds another."""
    if outer is None:
        return False
    k = len(inner) // 2
    return all(o <= i for o, i in zip(outer[:k], inner[:k], strict=True)) and all(
        o >= i for o, i in zip(outer[k:], inner[k:], strict=True)
    )


def some_units(grid: tuple[int, ...] | None) -> list[tuple[int, ...]]:
    """Return two corners, two edges, the centre and one beside it."""
    if grid is None:
        return [()]
    last, centre = tuple(n - 1 for n in grid), tuple(n // 2 for n in grid)
    edges = [(0, *centre[1:]), (*centre[:-1], last[-1])]
    beside = tuple(max(c - 1, 0) for c in centre)
    return list(dict.fromkeys([(0,) * len(grid), last, *edges, centre, beside]))
