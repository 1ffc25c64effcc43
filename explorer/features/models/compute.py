"""Answers what is asked about models beside loading them."""

from explorer import weights, zoo
from explorer.engine.bench import Bench
from explorer.engine.command import answers
from explorer.engine.task import Task
from explorer.features.models.messages import DownloadWeights, SummariseModel
from explorer.forward.preserve import Preserved
from explorer.records.errors import ExplorerError


@answers(SummariseModel)
def summarise_model(ask: SummariseModel, bench: Bench, _task: Task) -> str:
    """Let torchinfo describe the model."""
    import torchinfo  # here, because few ask for it

    forward = bench.forward(ask.forward)
    module = forward.model.module
    with forward.model.mode(False), Preserved(list(module.modules())):
        inputs, named = forward.arguments()
        summary = torchinfo.summary(
            module,
            input_data=inputs,
            col_names=("kernel_size", "output_size", "num_params"),
            row_settings=("var_names", "depth"),
            depth=10,
            verbose=0,
            mode="eval",
            **named,
        )
    # Its multiply-adds leave out attention; ours are in the trace.
    return "\n".join(line for line in str(summary).splitlines() if "mult-adds" not in line)


@answers(DownloadWeights)
def download_weights(ask: DownloadWeights, _bench: Bench, task: Task) -> str:
    """Download and verify published weights."""
    spec = zoo.resolve(ask.name)
    if spec.weights is None:
        raise ExplorerError(f"No weights are published for {ask.name}; choose a file of weights instead.")
    text = f"downloading {spec.weights.filename}"
    path = weights.download(
        spec.weights, lambda done, total: task.report(done, total, text), lambda: task.is_cancelled
    )
    return str(path)
