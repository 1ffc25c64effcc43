"""Studies: questions that take several networks to answer, built one after the other."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from explorer import zoo
from explorer.engine import live
from explorer.engine.live import LiveModel, Report
from explorer.features.initialisation import depth
from explorer.forward import timing
from explorer.forward.recorder import Recording, record
from explorer.records.errors import ExplorerError
from explorer.records.initialisation import DepthCurve, InitialisationStudy, Scheme
from explorer.records.trace import Node, Trace

Check = Callable[[], None]


def initialisations(
    model: LiveModel,
    value: Tensor,
    forward: Recording,
    trace: Trace,
    seed: int,
    number: int,
    report: Report,
    check: Check,
) -> InitialisationStudy:
    """Build the live model's architecture under every scheme and see what becomes of the same input.

    At most one network is in memory beside the live one, which is not run again. A person's own file is built from
    the content that they agreed to run. Torch's random state is afterwards what it was before.

    Args:
        model: The live model, on its device.
        value: The input of its recorded forward.
        forward: That forward.
        trace: Its trace, which gives the order of the operations.
        seed: Given to `torch.manual_seed` before each network is built.
        number: Number of the recording.
        report: Told of each scheme.
        check: Called between operations; whatever it raises ends the study.

    Raises:
        ExplorerError: A network cannot be built, in one line.
    """
    study = _Study(trace, check)
    steps = len(Scheme) + 1
    report(0, steps, "looking at the live model")
    study.add(None, forward, model.module, {}, ())
    device = torch.device(model.loaded.device)
    devices = [device] if device.type == "cuda" else []
    for done, scheme in enumerate(Scheme, 1):
        report(done, steps, f"initialisation: {scheme.label}")
        module, notes = _built(model, scheme, seed, devices, check)
        expected = zoo.expected_stds(module, scheme)
        module = module.to(device).eval()
        study.add(scheme, record(module, (value.clone(),), check), module, expected, notes)
        del module  # before the next one is built
    report(steps, steps, "comparing")
    return study.result(seed, number)


def _built(
    model: LiveModel, scheme: Scheme, seed: int, devices: list[torch.device], check: Check
) -> tuple[nn.Module, tuple[str, ...]]:
    """Build a network; torch's random state, on the CPU and on `devices`, is afterwards what it was."""
    with torch.random.fork_rng(devices):
        torch.manual_seed(seed)
        try:
            with timing.cancellable(check):
                return live.random_network(model.spec, scheme)
        except ExplorerError:
            check()  # a network's own code may have made another error of it
            raise


class _Study:
    """Gathers what is kept of each network, so that the network itself need not be."""

    def __init__(self, trace: Trace, check: Check) -> None:
        self._names = [node.name for node in trace.nodes]
        self._read = tuple(_largest_parameter(node, trace) for node in trace.nodes)
        self._check = check
        self._curves: list[DepthCurve] = []
        self._tallies: list[dict[str, depth.Tally]] = []
        self._expected: list[dict[str, float]] = []

    def add(
        self,
        scheme: Scheme | None,
        forward: Recording,
        module: nn.Module,
        expected: dict[str, float],
        notes: tuple[str, ...],
    ) -> None:
        if forward.failure is not None:
            failed, error = forward.failure, forward.failure.error
            reason = " ".join(f"{type(error).__name__}: {error}".split())
            notes = (*notes, f"the forward failed at {failed.name}: {reason}")
        spread, bad = depth.in_order(depth.variances(forward, self._check), self._names)
        self._curves.append(DepthCurve(scheme, spread, bad, notes))
        parameters = dict(module.named_parameters())
        tallies = {}
        for name in dict.fromkeys(self._read):
            self._check()
            if name is not None and name in parameters:
                tallies[name] = depth.tally(parameters[name])
        self._tallies.append(tallies)
        self._expected.append(expected)

    def result(self, seed: int, number: int) -> InitialisationStudy:
        names = [name for name in dict.fromkeys(self._read) if all(name in each for each in self._tallies)]
        weights = {
            name: depth.spread(
                [each[name] for each in self._tallies],
                [each.get(name, float("nan")) for each in self._expected],
            )
            for name in names
            if name is not None
        }
        return InitialisationStudy(seed, number, tuple(self._curves), self._read, weights)


def _largest_parameter(node: Node, trace: Trace) -> str | None:
    return max(node.parameters, key=lambda name: trace.parameter_sizes[name], default=None)
