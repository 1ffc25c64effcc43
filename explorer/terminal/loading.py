"""How verbs have their model loaded, with the options of `options.add_loading`."""

import argparse

from explorer.engine.messages import LoadModel
from explorer.records.models import LoadedModel
from explorer.terminal import text
from explorer.terminal.verb import Ask


def load(options: argparse.Namespace, ask: Ask) -> LoadedModel:
    """Have the model loaded as the options say; what is to be known of it goes to standard error."""
    model = ask(
        LoadModel(
            options.model,
            options.weights,
            options.seed,
            options.device,
            options.trust,
            random_head=options.random_head,
        )
    )
    text.say(*model.notes)
    return model
