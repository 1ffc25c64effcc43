"""Answers what is asked about initialisations: the same architecture under each scheme, one after the other."""

import torch
from torch import nn

from explorer import zoo
from explorer.engine import live, recall
from explorer.engine.bench import Bench
from explorer.engine.command import answers
from explorer.engine.live import LiveModel
from explorer.engine.task import Task
from explorer.features.initialisation import depth
from explorer.features.initialisation.messages import StudyInitialisation
from explorer.forward import timing
from explorer.forward.keeping import Keeping
from explorer.forward.recorder import record
from explorer.forward.recording import Recording
from explorer.records import faults
from explorer.records.errors import ExplorerError
from explorer.records.initialisation import DepthCurve, InitialisationStudy, Scheme
from explorer.records.trace import Node, Trace


@answers(StudyInitialisation)
def study_initialisation(ask: StudyInitialisation, bench: Bench, task: Task) -> InitialisationStudy:
    """Build the architecture of a forward's model under every scheme and see what becomes of the same input.

    At most one network is in memory beside the live one, which runs again only for values that were let go. A
    person's own file is built from the content that they agreed to run. Torch's random state is afterwards what it
    was before.
    """
    forward = bench.forward(ask.forward)
    model = forward.model
    study = _Study(forward.trace, task)
    steps = len(Scheme) + 1
    task.report(0, steps, "looking at the live model")
    watch = depth.Watch()
    recall.show(forward, watch, task)
    study.add(None, forward.recording, watch, model.module, {}, ())
    device = torch.device(model.loaded.device)
    devices = [device] if device.type == "cuda" else []
    for done, scheme in enumerate(Scheme, 1):
        task.report(done, steps, f"initialisation: {scheme.label}")
        module, notes = _built(model, scheme, ask.seed, devices, task)
        expected = zoo.expected_stds(module, scheme)
        module = module.to(device).eval()
        inputs, named = forward.arguments()
        watch = depth.Watch()
        with model.spec.around():
            recording = record(module, inputs, task.check, named=named, keeping=Keeping(only=(), seen=watch))
        study.add(scheme, recording, watch, module, expected, notes)
        del module  # before the next one is built
    task.report(steps, steps, "comparing")
    return study.result(ask)


def _built(
    model: LiveModel, scheme: Scheme, seed: int, devices: list[torch.device], task: Task
) -> tuple[nn.Module, tuple[str, ...]]:
    """Build a network; torch's random state, on the CPU and on `devices`, is afterwards what it was."""
    with torch.random.fork_rng(devices):
        torch.manual_seed(seed)
        try:
            with timing.cancellable(task.check):
                return live.random_network(model.spec, scheme)
        except ExplorerError:
            task.check()  # a network's own code may have made another error of it
            raise


class _Study:
    """Gathers what is kept of each network, so that the network itself need not be."""

    def __init__(self, trace: Trace, task: Task) -> None:
        self._names = [node.name for node in trace.nodes]
        self._read = tuple(_largest_parameter(node, trace) for node in trace.nodes)
        self._task = task
        self._curves: list[DepthCurve] = []
        self._tallies: list[dict[str, depth.Tally]] = []
        self._expected: list[dict[str, float]] = []

    def add(
        self,
        scheme: Scheme | None,
        forward: Recording,
        watch: depth.Watch,
        module: nn.Module,
        expected: dict[str, float],
        notes: tuple[str, ...],
    ) -> None:
        if forward.failure is not None:
            reason = faults.kind_and_text(forward.failure.error)
            notes = (*notes, f"the forward failed at {forward.failure.name}: {reason}")
        spread, bad = depth.in_order(watch.by_name(forward), self._names)
        self._curves.append(DepthCurve(scheme, spread, bad, notes))
        parameters = dict(module.named_parameters())
        tallies = {}
        for name in dict.fromkeys(self._read):
            self._task.check()
            if name is not None and name in parameters:
                tallies[name] = depth.tally(parameters[name])
        self._tallies.append(tallies)
        self._expected.append(expected)

    def result(self, ask: StudyInitialisation) -> InitialisationStudy:
        names = [name for name in dict.fromkeys(self._read) if all(name in each for each in self._tallies)]
        weights = {
            name: depth.spread(
                [each[name] for each in self._tallies],
                [each.get(name, float("nan")) for each in self._expected],
            )
            for name in names
            if name is not None
        }
        return InitialisationStudy(ask.seed, ask.forward, tuple(self._curves), self._read, weights)


def _largest_parameter(node: Node, trace: Trace) -> str | None:
    return max(node.parameters, key=lambda name: trace.parameter_sizes[name], default=None)
