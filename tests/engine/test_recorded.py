"""What is derived from a recording is true of the next one that repeats it."""

import torch
import torchvision
from recording_oracle import same

from explorer.engine.recorded import RecordedForward
from explorer.forward.recorder import record
from explorer.forward.repeat import Plans


def test_a_repeated_forward_has_the_trace_fields_and_memory_of_one_recorded_anew():
    torch.manual_seed(0)
    model, plans = torchvision.models.shufflenet_v2_x0_5(weights=None).eval(), Plans()
    first, second = torch.randn(2, 1, 3, 64, 64).unbind()
    RecordedForward(record(model, (first,), plans=plans), model, "net", plans)
    recording = record(model, (second,), plans=plans)
    assert recording.plan is not None
    ours = RecordedForward(recording, model, "net", plans)
    fresh = RecordedForward(record(model, (second,)), model, "net")
    assert ours.trace == fresh.trace
    assert ours.memory == fresh.memory
    assert ours.made == fresh.made
    node = ours.trace.find("conv5.0").id
    assert ours.fields.of_unit(node) == fresh.fields.of_unit(node)
    assert same(ours.value("fc"), fresh.value("fc"))
    assert not same(ours.value("fc"), model(first).detach())
