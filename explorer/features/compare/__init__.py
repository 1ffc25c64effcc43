"""Networks side by side: which operation is which, how far their values agree, what each costs and answers."""

from explorer.window.spec import Feature, Verb

FEATURE = Feature(
    verbs=(Verb("compare", "compare networks: cost, values, answers", "explorer.features.compare.terminal"),),
)
