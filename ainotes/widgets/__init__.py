"""Live figures: one class each, with a hand-written ES module and its CSS in ``static/``.

In JupyterLab and Colab they are widgets whose traits reach Python; on a page without a kernel the same module runs
on what was inlined. How one is written: `ainotes.widgets.base`.
"""

from ainotes.widgets.base import LiveFigure
from ainotes.widgets.classifier import PageClassifier
from ainotes.widgets.confusion import ConfusionExplorer
from ainotes.widgets.curves import CurveExplorer
from ainotes.widgets.diagram import BlockDiagram
from ainotes.widgets.explorer import NetworkExplorer
from ainotes.widgets.gabor import GaborExplorer
from ainotes.widgets.overlap import OverlapExplorer
from ainotes.widgets.overlay import MapExplorer
from ainotes.widgets.pooling import PoolingExplorer
from ainotes.widgets.quiz import Quiz
from ainotes.widgets.receptive import ReceptiveFieldExplorer
from ainotes.widgets.stepper import ConvolutionStepper
from ainotes.widgets.stride import StrideExplorer
from ainotes.widgets.time_budget import TimeBudget
from ainotes.widgets.zoo import ZooExplorer

__all__ = [
    "BlockDiagram",
    "ConfusionExplorer",
    "ConvolutionStepper",
    "CurveExplorer",
    "GaborExplorer",
    "LiveFigure",
    "MapExplorer",
    "NetworkExplorer",
    "OverlapExplorer",
    "PageClassifier",
    "PoolingExplorer",
    "Quiz",
    "ReceptiveFieldExplorer",
    "StrideExplorer",
    "TimeBudget",
    "ZooExplorer",
]
