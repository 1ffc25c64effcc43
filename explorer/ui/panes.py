"""The panes that tell of an operation and of the images, one behind the other."""

from PySide6.QtWidgets import QTabWidget

from explorer.features.cost.view import MeasuresView
from explorer.features.embeddings.view import EmbeddingView
from explorer.features.field.view import ReceptiveFieldView
from explorer.features.initialisation.view import InitialisationView
from explorer.features.kernels.view import KernelView
from explorer.features.maps.view import FeatureMapView
from explorer.ui.actions import Actions


class Panes:
    """Builds the panes and fills the tabs with them."""

    def __init__(self, tabs: QTabWidget, actions: Actions) -> None:
        self.feature_maps = FeatureMapView()
        self.kernels = KernelView()
        self.receptive_field = ReceptiveFieldView()
        self.measures = MeasuresView()
        self.embeddings = EmbeddingView(actions["useAsBackbone"])
        self.initialisation = InitialisationView(actions["compareInitialisations"])
        for view, text, tip in (
            (self.feature_maps, "Feature maps", "All channels of the operation's output"),
            (self.kernels, "Kernels", "Filters, matrices and vectors that the operation reads"),
            (self.receptive_field, "Receptive field", "What one unit sees of the input"),
            (self.measures, "Memory && time", "What every operation costs"),
            (self.embeddings, "Embeddings", "What the images become at a layer, and which are similar there"),
            (
                self.initialisation,
                "Initialisation",
                "What random weights do to the activations through depth",
            ),
        ):
            tabs.setTabToolTip(tabs.addTab(view, text), tip)
