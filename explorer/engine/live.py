"""The live model: found, built, given its weights and moved to its device."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from explorer import imaging, weights, zoo
from explorer.engine import input_sizes, looking, peculiarities
from explorer.engine.arguments import Arguments, together
from explorer.engine.memos import Memos
from explorer.engine.messages import LoadModel
from explorer.engine.surroundings import Surroundings
from explorer.engine.task import Task
from explorer.forward.packed import all_packed
from explorer.forward.preserve import uncompiled
from explorer.forward.repeat import Plans
from explorer.forward.trace import storage_bytes
from explorer.records import faults
from explorer.records.errors import ExplorerError, UsageError
from explorer.records.images import PreparedImage
from explorer.records.initialisation import Scheme
from explorer.records.models import LoadedModel, Preprocess, WeightsSpec, WeightsStatus
from explorer.records.sizes import SizeRange


@dataclass(frozen=True, eq=False)
class LiveModel(Memos):
    """A network in eval mode on its device, where it came from, and what is said of it.

    Features keep what they derive from it as its memos.

    Attributes:
        named: Names of the classes that came with its weights; None if none did.
        plans: The courses of its recorded forwards, for the next ones to repeat.
    """

    module: nn.Module
    spec: zoo.ModelSpec
    loaded: LoadedModel
    named: tuple[str, ...] | None = None
    plans: Plans = field(default_factory=Plans)

    def arguments(self, prepared: tuple[PreparedImage, ...]) -> Arguments:
        """Return what the forward is called with for prepared images (1, C, H, W), words (1, L) or arrays."""
        # Copies: a model may write into its input. Numpy's, for torch's wait for a thread on each core.
        tensors = [self.fitting(torch.from_numpy(each.input.copy())) for each in prepared]
        return together(self.spec.inputs, tensors)

    def differentiable(self, prepared: tuple[PreparedImage, ...]) -> tuple[Tensor, Callable[[], Arguments]]:
        """Return the first input as a leaf that requires a gradient, and what makes the arguments of it.

        Only floats can; each forward is given a copy, because a model may write into its input.
        """
        tensors = [self.fitting(torch.from_numpy(each.input).clone()) for each in prepared]
        leaf = tensors[0].requires_grad_()
        return leaf, lambda: together(self.spec.inputs, [it.clone() for it in (leaf, *tensors[1:])])

    @contextmanager
    def mode(self, training: bool) -> Iterator[nn.Module]:
        """Give the module in training mode, or as it is, to run it; afterwards it is in eval mode again."""
        with self.spec.around(), uncompiled():
            if training:
                self.module.train()
            try:
                yield self.module
            finally:
                self.module.eval()

    def fitting(self, value: Tensor) -> Tensor:
        """Return the tensor on the model's device; if it holds floats, in the dtype of the model's parameters."""
        wanted = next((p.dtype for p in self.module.parameters() if p.is_floating_point()), value.dtype)
        return value.to(self.loaded.device, wanted if value.is_floating_point() else value.dtype)


def load(ask: LoadModel, task: Task) -> LiveModel:
    """Build a model and load its weights, or draw them.

    Raises:
        UsageError: There is no such device or model, or a file may not run.
        ExplorerError: In one line, whatever else stands in the way.
    """
    target = find_device(ask.device)
    task.report(0, 0, f"loading {ask.name}")
    spec = _found(ask)
    with spec.around():
        return _loaded(ask, spec, target, task)


def _loaded(ask: LoadModel, spec: zoo.ModelSpec, target: torch.device, task: Task) -> LiveModel:
    path, verified = _weights_file(spec, ask.weights, task)
    named = None
    if ask.seed is not None:
        torch.manual_seed(ask.seed)
    if path is None:
        with one_line_for(f"{spec.entry.full_name} could not be built"):
            module = spec.build()
            spec = _with_inputs(module, spec, ask, task)
            notes = zoo.initialise(module, ask.initialisation)
            loaded = _describe(module, spec, _random_label(ask), ask.device)
        loaded = replace(
            loaded, notes=(*notes, *loaded.notes), seed=ask.seed, initialisation=ask.initialisation
        )
    else:
        _refuse_drawing(ask.initialisation, path)
        checkpoint = weights.load(path)
        with one_line_for(f"{spec.entry.full_name} could not be built"):
            module = (spec.build if ask.random_head else spec.build_empty)()
            spec = _with_inputs(module, spec, ask, task)
        task.report(0, 0, f"loading weights of {ask.name}")
        applied = weights.apply(module, checkpoint, spec.adapt, ask.random_head)
        label = f"{checkpoint.name}, head random" if applied.head else checkpoint.name
        with one_line_for(f"{spec.entry.full_name} could not be described"):
            loaded = _describe(module, spec, "pretrained" if verified else label, ask.device)
        loaded = replace(
            loaded, pretrained=verified, notes=(*applied.notes, *_about_names(checkpoint), *loaded.notes)
        )
        named = None if verified else imaging.class_names_in(checkpoint.beside)
    with one_line_for(f"{spec.entry.full_name} cannot be moved to {ask.device}"):
        module = _moved(module, spec.entry.full_name, target)
    return LiveModel(module, spec, loaded, named)


def _moved(module: nn.Module, name: str, target: torch.device) -> nn.Module:
    if any(tensor.is_meta for tensor in (*module.parameters(), *module.buffers())):
        raise ExplorerError(
            f"{name} has parameters on the device meta, where tensors have no values; build it on the CPU"
        )
    if target.type != "cpu" and all_packed(module):  # some of their kernels would end the process there
        raise ExplorerError(f"{name} has int8 layers, for which torch has kernels on the CPU alone; use cpu.")
    return module.to(target).eval()


def _with_inputs(module: nn.Module, spec: zoo.ModelSpec, ask: LoadModel, task: Task) -> zoo.ModelSpec:
    """Return the spec with what the network takes: as a person said, and of a person's own network as it was found."""
    usual = spec.preprocess
    if not isinstance(usual, Preprocess):
        return spec
    if spec.entry.source != "file":
        return replace(spec, preprocess=looking.as_told(usual, ask.told))
    task.report(0, 0, f"looking what {ask.name} takes")
    with uncompiled():
        module.eval()
        slots = looking.look(module, ask.told, usual, task.check)
    return replace(spec, preprocess=slots[0].takes, slots=slots)


def _found(ask: LoadModel) -> zoo.ModelSpec:
    try:
        spec = zoo.resolve(ask.name, trusted=ask.trusted)
    except UsageError:
        raise
    except ExplorerError as error:
        raise UsageError(str(error)) from error
    if spec.entry.source != "file":
        return spec
    return replace(spec, around=Surroundings(spec.around).open)


def random_network(spec: zoo.ModelSpec, scheme: Scheme) -> tuple[nn.Module, tuple[str, ...]]:
    """Build a network on the CPU, its weights drawn from torch's global random state.

    Returns:
        The network, and what a person should know of its weights, one line each.
    """
    with one_line_for(f"{spec.entry.full_name} could not be built"), spec.around():
        module = spec.build()
        looking.give_shapes(module, spec.inputs)
        return module, zoo.initialise(module, scheme)


def other_sizes(
    model: LiveModel, shape: tuple[int, ...], check: Callable[[], None] = lambda: None
) -> SizeRange | None:
    """Return the square sizes that a model for images works on, where an input of `shape` (N, C, H, W) failed.

    None if the model reads no images, if nothing was found, or if it is not the size that the failure came from.
    """
    if not isinstance(model.spec.preprocess, Preprocess) or len(shape) != 4:
        return None
    usual = model.fitting(torch.zeros(1, shape[1], *model.spec.preprocess.size))
    with model.mode(training=False) as module:
        found = input_sizes.find(module, usual, check)
    return None if found is None or all(found.holds(side) for side in shape[2:]) else found


def find_device(name: str) -> torch.device:
    """Return the device of that name.

    Raises:
        UsageError: There is no such device here.
    """
    try:
        device = torch.device(name)
    except RuntimeError:
        raise UsageError(f"{name!r} is not a device; use cpu, cuda or cuda:N.") from None
    if device.type not in ("cpu", "cuda") or (device.type == "cpu" and device.index):
        raise UsageError(f"{name!r} is not supported; use cpu, cuda or cuda:N.")
    if device.type == "cuda" and (device.index or 0) >= torch.cuda.device_count():
        found = torch.cuda.device_count()
        raise UsageError(f"{name} was asked for, but torch finds {found} CUDA devices here; use cpu.")
    return device


def _weights_file(spec: zoo.ModelSpec, wanted: str | None, task: Task) -> tuple[Path | None, bool]:
    """Return the file to load (None for random weights) and whether it is the published one, verified."""
    if wanted == "random":
        return None, False
    if wanted not in (None, "pretrained"):
        return Path(str(wanted)), False
    if spec.comes_with is not None:
        return spec.comes_with, False
    found = weights.find(spec.weights) if spec.weights else None
    if found is not None and spec.weights is not None:
        if _is_published(found, spec.weights, task):
            return found, True
        raise ExplorerError(
            f"{found} is not the published file (its hash differs); delete it and download again."
        )
    if wanted == "pretrained":
        hint = (
            "download them in the window first"
            if spec.weights
            else "none are published; use random or a file"
        )
        raise ExplorerError(f"The pretrained weights of {spec.entry.full_name} are not on disk; {hint}.")
    return None, False


def _is_published(path: Path, spec: WeightsSpec, task: Task) -> bool:
    try:
        return weights.is_published(path, spec, lambda: task.is_cancelled)
    except OSError as error:
        raise ExplorerError(
            f"{path} cannot be read: {error.strerror or error}; mend that or delete it."
        ) from error


def _about_names(checkpoint: weights.Checkpoint) -> tuple[str, ...]:
    if (repeated := imaging.repeated_class(checkpoint.beside)) is None:
        return ()
    return (f"{checkpoint.name} says the class {repeated!r} twice: its names of classes are not used",)


def _refuse_drawing(scheme: Scheme, path: Path) -> None:
    if scheme is not Scheme.DEFAULT:
        raise ExplorerError(
            f"The weights of {path.name} would overwrite the initialisation '{scheme.label}'; "
            "ask for random weights, or for the default initialisation."
        )


def _random_label(ask: LoadModel) -> str:
    details = [f"seed {ask.seed}"] if ask.seed is not None else []
    if ask.initialisation is not Scheme.DEFAULT:
        details.append(ask.initialisation.label)
    return f"random ({', '.join(details)})" if details else "random"


@contextmanager
def one_line_for(what: str) -> Iterator[None]:
    """Turn whatever a model's own code raises into an `ExplorerError` of one line that begins with `what`."""
    try:
        yield
    except (ExplorerError, KeyboardInterrupt):
        raise
    except BaseException as error:
        raise ExplorerError(f"{what}: {faults.told(error)}") from error


def _describe(module: nn.Module, spec: zoo.ModelSpec, label: str, device: str) -> LoadedModel:
    status = weights.status(spec.weights) if spec.weights else WeightsStatus.NONE
    parameters = [p for p in module.parameters() if not is_lazy(p)]
    buffers = [b for b in module.buffers() if not is_lazy(b)]
    in_int8 = all_packed(module)
    return LoadedModel(
        entry=replace(spec.entry, weights=status),
        weights=label,
        pretrained=False,
        device=device,
        preprocess=spec.preprocess,
        params=sum(parameter.numel() for parameter in (*parameters, *in_int8)),
        weight_bytes=storage_bytes([*parameters, *buffers, *in_int8]),
        can_download=status is WeightsStatus.DOWNLOADABLE,
        notes=peculiarities.of(module, spec),
        slots=spec.slots,
    )
