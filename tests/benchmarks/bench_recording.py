"""Recording everything against the plain forward, batch 1, in one process that is set up as the engine's is.

What is counted is all that `recorder.record` does. What the engine derives afterwards is not: the trace and the
receptive fields (of the first forward only), summaries, pictures.
"""

from table import Row, child

# Of the first recording of a network and an input's shape; the next ones repeat its course.
TARGETS = {"resnet50": 1.25, "googlenet": 1.25, "densenet121": 1.45, "swin_t": 1.4, "vit_b_16": 1.15}
AGAIN = 1.15


def rows():
    for name, target in TARGETS.items():
        found = child("recording", name)
        of = f"of {found['plain']:.0f} ms"
        yield Row(
            f"recording {name}", f"{found['first']:.2f}x {of}", f"≤ {target}x", found["first"] <= target
        )
        yield Row(f"{name} again", f"{found['again']:.2f}x {of}", f"≤ {AGAIN}x", found["again"] <= AGAIN)
