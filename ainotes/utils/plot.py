"""The course's plots. Each returns an `AltFigure`, describes it in `.alt`, and leaves matplotlib's settings alone.

Curves over epochs are drawn in `plot_curves`, boxes, masks and joints in `plot_detection`, grids of images in
`plot_grids`, pictures of scores in `plot_scores`, a history in `plot_timeline`.
"""

from ainotes.utils.figure import AltFigure
from ainotes.utils.plot_answers import plot_top
from ainotes.utils.plot_curves import plot_loss_acc, plot_runs
from ainotes.utils.plot_detection import plot_boxes, plot_heat, plot_keypoints, plot_masks
from ainotes.utils.plot_grids import plot_cifar10_images, plot_fashion_images, plot_images, plot_worst_mistakes
from ainotes.utils.plot_scores import plot_calibration, plot_confusion_matrix, plot_per_class_accuracy
from ainotes.utils.plot_timeline import plot_timeline

__all__ = [
    "AltFigure",
    "plot_boxes",
    "plot_calibration",
    "plot_cifar10_images",
    "plot_confusion_matrix",
    "plot_fashion_images",
    "plot_heat",
    "plot_images",
    "plot_keypoints",
    "plot_loss_acc",
    "plot_masks",
    "plot_per_class_accuracy",
    "plot_runs",
    "plot_timeline",
    "plot_top",
    "plot_worst_mistakes",
]
