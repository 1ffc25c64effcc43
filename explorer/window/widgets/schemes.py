"""What the window says of each way to draw random weights."""

from explorer.records.initialisation import Scheme

EXPLANATIONS = {
    Scheme.DEFAULT: "As the network's own code draws its weights.",
    Scheme.XAVIER: (
        "Xavier (Glorot and Bengio 2010): weights of convolutions and linear layers uniform with variance "
        "2 / (inputs + outputs), biases 0, norms scale 1 and shift 0."
    ),
    Scheme.KAIMING: (
        "Kaiming (He et al. 2015): weights of convolutions and linear layers normal with variance 2 / inputs, "
        "which makes up for the half that a ReLU takes away; biases 0, norms scale 1 and shift 0."
    ),
    Scheme.ZERO_LAST_NORM: (
        "Last norm zero (Goyal et al. 2017): as the network draws its weights, then the norm that ends each residual "
        "branch gets scale 0, so that each block starts as the identity."
    ),
}
AS_LOADED = "The live model, with the weights that it has now."


def explain(scheme: Scheme | None) -> str:
    """Return what a scheme does; None stands for the live model as it was loaded."""
    return AS_LOADED if scheme is None else EXPLANATIONS[scheme]
