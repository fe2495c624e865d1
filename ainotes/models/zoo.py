"""The numbers of every classification network that torchvision has weights for; nothing is downloaded."""

import math
from collections.abc import Iterator
from typing import Any

__all__ = ["zoo"]

# Start of torchvision's name -> family, year in which the paper was first public, the paper. Titles and arXiv numbers
# are those that torchvision's documentation gives. The longest start that fits decides.
FAMILIES: dict[str, tuple[str, int, str]] = {
    # torchvision's layers are those of arXiv:1404.5997, which has a few channels less than the network of 2012.
    "alexnet": (
        "AlexNet",
        2012,
        "Krizhevsky et al., ImageNet Classification with Deep Convolutional Neural Networks, NIPS 2012",
    ),
    "convnext": ("ConvNeXt", 2022, "Liu et al., A ConvNet for the 2020s, arXiv:2201.03545"),
    "densenet": ("DenseNet", 2016, "Huang et al., Densely Connected Convolutional Networks, arXiv:1608.06993"),
    "efficientnet_v2": (
        "EfficientNet",
        2021,
        "Tan and Le, EfficientNetV2: Smaller Models and Faster Training, arXiv:2104.00298",
    ),
    "efficientnet": (
        "EfficientNet",
        2019,
        "Tan and Le, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks, arXiv:1905.11946",
    ),
    "googlenet": ("Inception", 2014, "Szegedy et al., Going Deeper with Convolutions, arXiv:1409.4842"),
    "inception": (
        "Inception",
        2015,
        "Szegedy et al., Rethinking the Inception Architecture for Computer Vision, arXiv:1512.00567",
    ),
    "maxvit": ("MaxViT", 2022, "Tu et al., MaxViT: Multi-Axis Vision Transformer, arXiv:2204.01697"),
    "mnasnet": (
        "MNASNet",
        2018,
        "Tan et al., MnasNet: Platform-Aware Neural Architecture Search for Mobile, arXiv:1807.11626",
    ),
    "mobilenet_v2": (
        "MobileNet",
        2018,
        "Sandler et al., MobileNetV2: Inverted Residuals and Linear Bottlenecks, arXiv:1801.04381",
    ),
    "mobilenet_v3": ("MobileNet", 2019, "Howard et al., Searching for MobileNetV3, arXiv:1905.02244"),
    "regnet": ("RegNet", 2020, "Radosavovic et al., Designing Network Design Spaces, arXiv:2003.13678"),
    "resnet": ("ResNet", 2015, "He et al., Deep Residual Learning for Image Recognition, arXiv:1512.03385"),
    "resnext": (
        "ResNeXt",
        2016,
        "Xie et al., Aggregated Residual Transformations for Deep Neural Networks, arXiv:1611.05431",
    ),
    "shufflenet_v2": (
        "ShuffleNet",
        2018,
        "Ma et al., ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design, arXiv:1807.11164",
    ),
    "squeezenet": (
        "SqueezeNet",
        2016,
        "Iandola et al., SqueezeNet: AlexNet-level Accuracy with 50x Fewer Parameters, arXiv:1602.07360",
    ),
    "swin_v2": (
        "Swin",
        2021,
        "Liu et al., Swin Transformer V2: Scaling Up Capacity and Resolution, arXiv:2111.09883",
    ),
    "swin": (
        "Swin",
        2021,
        "Liu et al., Swin Transformer: Hierarchical Vision Transformer using Shifted Windows, arXiv:2103.14030",
    ),
    "vgg": (
        "VGG",
        2014,
        "Simonyan and Zisserman, Very Deep Convolutional Networks for Large-Scale Image Recognition, arXiv:1409.1556",
    ),
    "vit": (
        "ViT",
        2020,
        "Dosovitskiy et al., An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale, "
        "arXiv:2010.11929",
    ),
    "wide_resnet": ("Wide ResNet", 2016, "Zagoruyko and Komodakis, Wide Residual Networks, arXiv:1605.07146"),
}


def zoo() -> list[dict[str, Any]]:
    """Return one row for each set of classification weights in torchvision, from its metadata.

    Returns
    -------
    list of dict
        In torchvision's order: ``"name"`` (as in ``torchvision.models.get_model``), ``"weights"`` (as in its
        argument of that name), ``"family"``, ``"year"`` and ``"paper"`` of the architecture (None where it is not in
        our table, as that of a newer torchvision), ``"top1"`` and ``"top5"`` (accuracy on ImageNet-1K's validation
        images, in per cent), ``"parameters"``, ``"gflops"`` (as torchvision counts them: 10^9 multiply-adds for one
        image), ``"size_mb"`` (of the file, MB) and ``"input_size"`` (side of the square image, pixels). A number that
        torchvision does not give is None; weights without an accuracy on ImageNet-1K are left out.

    Notes
    -----
    Nothing is downloaded. Names and numbers are those of the torchvision that is installed.

    Examples
    --------
    >>> row = next(row for row in zoo() if row["name"] == "resnet18")
    >>> row["weights"], row["parameters"], row["top1"], row["family"], row["year"]
    ('IMAGENET1K_V1', 11689512, 69.758, 'ResNet', 2015)
    """
    return [row for name, weights in _all_weights() if (row := _row(name, weights))["top1"] is not None]


def _all_weights() -> Iterator[tuple[str, Any]]:
    from torchvision import models  # here: it costs a second, and the rest of `ainotes.models` does not need it

    for name in models.list_models(module=models):
        for weights in models.get_model_weights(name):
            yield name, weights


def _row(name: str, weights: Any) -> dict[str, Any]:
    meta = weights.meta
    accuracy = meta.get("_metrics", {}).get("ImageNet-1K", {})
    family, year, paper = family_of(name)
    crop = getattr(weights.transforms, "keywords", {}).get("crop_size")
    return {
        "name": name,
        "weights": weights.name,
        "family": family,
        "year": year,
        "paper": paper,
        "top1": _number(accuracy.get("acc@1")),
        "top5": _number(accuracy.get("acc@5")),
        "parameters": _number(meta.get("num_params")),
        "gflops": _number(meta.get("_ops")),
        "size_mb": _number(meta.get("_file_size")),
        "input_size": _number(crop[0] if isinstance(crop, list | tuple) and crop else crop),
    }


def family_of(name: str) -> tuple[str | None, int | None, str | None]:
    """Return family, year and paper of an architecture by its name in torchvision; three None for an unknown one.

    Examples
    --------
    >>> family_of("wide_resnet50_2")[:2], family_of("mobilenet_v3_small")[:2]
    (('Wide ResNet', 2016), ('MobileNet', 2019))
    >>> family_of("newnet_b")
    (None, None, None)
    """
    starts = [start for start in FAMILIES if name.startswith(start)]
    return FAMILIES[max(starts, key=len)] if starts else (None, None, None)


def _number(value: Any) -> Any:
    """Return a finite number as it is, anything else as None: torchvision writes nan where it knows nothing."""
    known = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return value if known else None
