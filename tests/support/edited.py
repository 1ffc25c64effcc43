"""The picture that an edit makes of the one of a forward, opened as an ordinary image."""

import numpy as np
from engine_asks import Asker

from explorer.engine.messages import OpenImage, Record
from explorer.features.live.keeping import as_image
from explorer.records.editing import Editing
from explorer.records.edits import Edit


def record_edited(ask: Asker, edit: Edit, number: int) -> None:
    """Open the edited picture of forward number 1 as an image, and record it as forward `number`."""
    forward = ask.engine._bench.forward(1)
    preprocess = forward.model.spec.preprocess
    if forward.size is not None:
        preprocess = preprocess.at(forward.size)
    picture = Editing(forward.prepared[0].picture, preprocess.channels == 1).edited(edit)
    ask(OpenImage("kept", as_image(picture, preprocess, "kept")))
    ask(Record(number, "kept", size=forward.size))
    seen = ask.engine._bench.forward(number).prepared[0].picture
    assert np.array_equal(seen, picture), "the network sees the same pixels"
