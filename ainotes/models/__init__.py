"""The course's networks: one idea per class, logits out."""

from .alexnet import AlexNet
from .blocks import Branches, ConvNormAct, GapClassifier, StochasticDepth, drop_rates, round_channels
from .convnet import Convnet
from .convnext import ChannelNorm, ConvNeXt, ConvNeXtBlock, convnext_tiny
from .copying import copy_weights
from .densenet import DenseBlock, DenseLayer, DenseNet, Transition, densenet121
from .efficientnet import (
    EfficientNet,
    MBConv,
    Scale,
    SqueezeExcitation,
    compound_scaling,
    efficientnet_b,
    efficientnet_b0,
)
from .inception import (
    Auxiliary,
    GoogLeNet,
    GoogLeNetOutput,
    GridReduction,
    Inception,
    InceptionAsymmetric,
    InceptionStacked,
    auxiliary_loss,
)
from .initial import he_normal, small_normal
from .lecture import LectureFeatures, LectureFlatten, LectureGap
from .lenet import LeNet5
from .mobilenet import DepthwiseSeparable, InvertedResidual, MobileNetV2, mobilenet_v2
from .network import Network
from .resnet import BasicBlock, Bottleneck, Residual, ResNet, projection, resnet18, resnet34, resnet50, resnext50
from .resnet14 import ResNet14, whiten
from .vgg import VGG, vgg11, vgg13, vgg16, vgg19

__all__ = [
    "VGG",
    "AlexNet",
    "Auxiliary",
    "BasicBlock",
    "Bottleneck",
    "Branches",
    "ChannelNorm",
    "ConvNeXt",
    "ConvNeXtBlock",
    "ConvNormAct",
    "Convnet",
    "DenseBlock",
    "DenseLayer",
    "DenseNet",
    "DepthwiseSeparable",
    "EfficientNet",
    "GapClassifier",
    "GoogLeNet",
    "GoogLeNetOutput",
    "GridReduction",
    "Inception",
    "InceptionAsymmetric",
    "InceptionStacked",
    "InvertedResidual",
    "LeNet5",
    "LectureFeatures",
    "LectureFlatten",
    "LectureGap",
    "MBConv",
    "MobileNetV2",
    "Network",
    "ResNet",
    "ResNet14",
    "Residual",
    "Scale",
    "SqueezeExcitation",
    "StochasticDepth",
    "Transition",
    "auxiliary_loss",
    "compound_scaling",
    "convnext_tiny",
    "copy_weights",
    "densenet121",
    "drop_rates",
    "efficientnet_b",
    "efficientnet_b0",
    "he_normal",
    "mobilenet_v2",
    "projection",
    "resnet18",
    "resnet34",
    "resnet50",
    "resnext50",
    "round_channels",
    "small_normal",
    "vgg11",
    "vgg13",
    "vgg16",
    "vgg19",
    "whiten",
]
