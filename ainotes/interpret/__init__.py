"""Open a network and look: what its layers see, where it looks for a class, and whether to believe the picture.

All of it takes the network as it is, trained by whom it may, and gives it back as it came: the mode of every module,
hooks, gradients and random generators, also after an error. Layers go by name, as in ``model.named_modules()``, or by
the module itself. Maps have one shape, (N, H, W), a number for each pixel of each image, larger where it matters more.
"""

from .attribution import integrated_gradients, occlusion, saliency
from .class_maps import cam, grad_cam
from .curves import Curve, deletion_curve, insertion_curve
from .feature_maps import activations
from .filters import visualize_filters
from .randomization import RandomizationCheck, randomization_check
from .relatives import eigen_cam, layer_cam, score_cam

__all__ = [
    "Curve",
    "RandomizationCheck",
    "activations",
    "cam",
    "deletion_curve",
    "eigen_cam",
    "grad_cam",
    "insertion_curve",
    "integrated_gradients",
    "layer_cam",
    "occlusion",
    "randomization_check",
    "saliency",
    "score_cam",
    "visualize_filters",
]
