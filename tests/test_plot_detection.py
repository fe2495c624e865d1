"""Boxes, masks, joints and maps over a photograph: drawn where they belong, described from their numbers."""

import re

import matplotlib as mpl
import numpy as np
import pytest
import skimage.data
import torch
from matplotlib.colors import to_hex
from PIL import Image

from ainotes.utils import plot
from ainotes.utils.plot import AltFigure, plot_boxes, plot_heat, plot_keypoints, plot_masks
from ainotes.utils.plot_detection import COCO_LIMBS, LISTED

PHOTOGRAPH = torch.from_numpy(np.array(Image.fromarray(skimage.data.chelsea()).resize((60, 40)))).permute(2, 0, 1) / 255
BOXES = torch.tensor([[10.0, 5, 30, 25], [40, 0, 60, 40]])
MASKS = torch.zeros(2, 1, 40, 60)
MASKS[0, :, :10, :30] = 0.9
MASKS[1, :, 20:, 30:] = 0.6
JOINTS = torch.zeros(1, 17, 3)
JOINTS[0, [0, 1, 2, 5, 6]] = torch.tensor([[30.0, 8, 1], [32, 6, 1], [28, 6, 1], [38, 20, 1], [22, 20, 1]])
FIGURES = {
    "boxes": lambda: plot_boxes(PHOTOGRAPH, BOXES, ["cat", "dog"], [0.9, 0.5]),
    "boxes alone": lambda: plot_boxes(PHOTOGRAPH, BOXES),
    "no box": lambda: plot_boxes(PHOTOGRAPH, torch.zeros(0, 4), [], torch.zeros(0)),
    "masks": lambda: plot_masks(PHOTOGRAPH, MASKS, ["cat", "dog"]),
    "no mask": lambda: plot_masks(PHOTOGRAPH, torch.zeros(0, 1, 40, 60)),
    "joints": lambda: plot_keypoints(PHOTOGRAPH, JOINTS),
    "nobody": lambda: plot_keypoints(PHOTOGRAPH, torch.zeros(0, 17, 3)),
    "heat": lambda: plot_heat(PHOTOGRAPH, torch.rand(3, 5)),
}


def frames(fig):
    """The coloured rectangles, without the white ones beneath."""
    return [patch for patch in fig.axes[0].patches if to_hex(patch.get_edgecolor()) != "#ffffff"]


def words(fig):
    return [text.get_text() for text in fig.axes[0].texts]


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_describes_itself_and_shows_itself_as_one_small_picture(name):
    fig = FIGURES[name]()
    assert isinstance(fig, AltFigure)
    assert len(fig.alt) > 20
    assert fig.alt.endswith(".")
    html = fig._repr_html_()
    assert re.search(r'<img .*alt="[^"]+"', html)
    assert len(html) < 60_000 * 4 / 3


@pytest.mark.parametrize("name", FIGURES)
def test_a_plot_leaves_the_learners_settings_alone(name):
    with mpl.rc_context({"axes.grid": True, "font.size": 23.0}):
        before = {key: dict.__getitem__(mpl.rcParams, key) for key in mpl.rcParams}
        FIGURES[name]()._repr_html_()
        assert {key: dict.__getitem__(mpl.rcParams, key) for key in mpl.rcParams} == before


def test_the_plots_are_exported():
    assert {"plot_boxes", "plot_heat", "plot_keypoints", "plot_masks"} <= set(plot.__all__)


@pytest.mark.parametrize(
    "image",
    [
        PHOTOGRAPH,
        PHOTOGRAPH.permute(1, 2, 0).numpy(),
        (PHOTOGRAPH * 255).byte(),
        PHOTOGRAPH[0],
        Image.fromarray((PHOTOGRAPH * 255).byte().permute(1, 2, 0).numpy()),
    ],
    ids=["channels first", "channels last", "bytes", "grey", "PIL"],
)
def test_photographs_of_every_usual_kind_are_shown(image):
    fig = plot_boxes(image, BOXES)
    assert fig.axes[0].images[0].get_array().shape[:2] == (40, 60)
    assert "60 by 40 pixels with 2 boxes" in fig.alt


# --- boxes ---


def test_a_box_is_drawn_from_its_upper_left_to_its_lower_right_corner():
    first, second = frames(plot_boxes(PHOTOGRAPH, BOXES))
    assert (first.get_xy(), first.get_width(), first.get_height()) == ((10, 5), 20, 20)
    assert (second.get_xy(), second.get_width(), second.get_height()) == ((40, 0), 20, 40)


def test_names_and_scores_stand_at_the_boxes_and_in_the_alt_text():
    fig = plot_boxes(PHOTOGRAPH, BOXES, ["cat", "dog"], torch.tensor([0.904, 0.5]))
    assert words(fig) == ["cat 90 %", "dog 50 %"]
    assert fig.alt == (
        "A photograph of 60 by 40 pixels with 2 boxes: cat 90 % at x 10 to 30, y 5 to 25; "
        "dog 50 % at x 40 to 60, y 0 to 40."
    )


def test_one_name_looks_the_same_everywhere_and_two_differ_not_only_in_colour():
    cat, dog, other = frames(plot_boxes(PHOTOGRAPH, [*BOXES.tolist(), [0, 0, 5, 5]], ["cat", "dog", "cat"]))
    assert cat.get_edgecolor() == other.get_edgecolor() != dog.get_edgecolor()
    assert cat.get_linestyle() == other.get_linestyle() != dog.get_linestyle()


def test_of_many_boxes_the_alt_text_tells_the_first_few():
    fig = plot_boxes(PHOTOGRAPH, [[i, 0, i + 5, 5] for i in range(10)])
    assert fig.alt.count("x ") == LISTED
    assert fig.alt.endswith(f"; and {10 - LISTED} more.")


def test_where_nothing_was_found_the_photograph_is_shown_and_the_alt_text_says_so():
    fig = plot_boxes(PHOTOGRAPH, torch.zeros(0, 4), [], torch.zeros(0))
    assert fig.alt == "A photograph of 60 by 40 pixels with no box."
    assert not frames(fig)


# --- masks ---


def test_a_mask_tints_its_own_pixels_and_tells_its_share():
    fig = plot_masks(PHOTOGRAPH, MASKS, ["cat", "dog"])
    tints = [image.get_array()[..., 3] > 0 for image in fig.axes[0].images[1:]]
    assert [tint.tolist() for tint in tints] == [(mask[0] > 0.5).tolist() for mask in MASKS]
    assert words(fig) == ["cat", "dog"]
    assert fig.alt == (
        "A photograph of 60 by 40 pixels with 2 masks: cat, 12 % of the picture; dog, 25 % of the picture."
    )


def test_the_threshold_decides_what_belongs_to_a_mask():
    assert "dog, 0 % of the picture" in plot_masks(PHOTOGRAPH, MASKS, ["cat", "dog"], threshold=0.7).alt
    assert plot_masks(PHOTOGRAPH, MASKS[:, 0] > 0.5).alt.endswith(
        "unnamed, 12 % of the picture; unnamed, 25 % of the picture."
    )


@pytest.mark.parametrize("value", [0, 1])
def test_a_mask_of_everything_or_nothing_is_drawn_without_an_outline(value):
    fig = plot_masks(PHOTOGRAPH, torch.full((1, 40, 60), value), ["all"])
    assert not fig.axes[0].collections
    assert f"all, {100 * value} % of the picture" in fig.alt


# --- joints ---


def test_only_visible_joints_are_drawn_and_connected():
    fig = plot_keypoints(PHOTOGRAPH, JOINTS)
    *lines, points = fig.axes[0].lines
    drawn = {(x, y) for x, y in zip(*points.get_data(), strict=True)}
    assert drawn == {(30, 8), (32, 6), (28, 6), (38, 20), (22, 20)}
    seen = {0, 1, 2, 5, 6}
    assert len(lines) == 2 * sum(set(limb) <= seen for limb in COCO_LIMBS), "each on a white one"
    assert fig.alt == "A photograph of 60 by 40 pixels with 1 skeleton: 5 of 17 joints."


def test_the_limbs_are_those_of_a_person():
    names = "nose left_eye right_eye left_ear right_ear left_shoulder right_shoulder left_elbow right_elbow left_wrist"
    names = f"{names} right_wrist left_hip right_hip left_knee right_knee left_ankle right_ankle".split()
    limbs = {frozenset((names[a], names[b])) for a, b in COCO_LIMBS}
    assert len(limbs) == len(COCO_LIMBS) == 19
    for side in ("left", "right"):
        for pair in (("shoulder", "elbow"), ("elbow", "wrist"), ("hip", "knee"), ("knee", "ankle")):
            assert frozenset(f"{side}_{part}" for part in pair) in limbs
    mirrored = {frozenset(swap(name) for name in limb) for limb in limbs}
    assert mirrored == limbs


def swap(name):
    return name.replace("left", "L").replace("right", "left").replace("L", "right")


def test_torchvision_names_the_joints_in_the_same_order():
    from torchvision.models.detection import KeypointRCNN_ResNet50_FPN_Weights

    names = KeypointRCNN_ResNet50_FPN_Weights.DEFAULT.meta["keypoint_names"]
    assert frozenset(("left_wrist", "left_elbow")) in {frozenset((names[a], names[b])) for a, b in COCO_LIMBS}
    assert len(names) == 17


# --- heat ---


def test_a_map_lies_where_it_is_put():
    fig = plot_heat(PHOTOGRAPH, [[0.25, 0.75]], "how sure", extent=(10, 10, 50, 30))
    shown = fig.axes[0].images[1]
    assert list(shown.get_extent()) == [9.5, 49.5, 29.5, 9.5]
    assert fig.axes[0].get_xlim() == (-0.5, 59.5)
    assert fig.alt == (
        "A map of 1 by 2 numbers over a photograph, how sure: largest, 0.75, at x 40, y 20; 50 % are above 0.5."
    )
    assert "how sure" in (fig.axes[1].get_ylabel(), fig.axes[1].get_xlabel())


def test_the_scale_of_a_map_is_always_from_0_to_1():
    assert plot_heat(PHOTOGRAPH, np.full((2, 2), 0.3)).axes[0].images[1].get_clim() == (0, 1)


def test_an_alt_text_of_ones_own_is_kept():
    figures = (
        plot_boxes(PHOTOGRAPH, BOXES, alt="Mine."),
        plot_masks(PHOTOGRAPH, MASKS, alt="Mine."),
        plot_keypoints(PHOTOGRAPH, JOINTS, alt="Mine."),
        plot_heat(PHOTOGRAPH, [[0.5]], alt="Mine."),
    )
    assert [fig.alt for fig in figures] == ["Mine."] * 4


# --- what is refused ---


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plot_boxes(PHOTOGRAPH[None], BOXES), r"image: expected one image .* got shape \(1, 3, 40, 60\)"),
        (lambda: plot_boxes(PHOTOGRAPH, BOXES[0]), r"boxes: expected shape \(N, 4\), got \(4,\); for one box"),
        (lambda: plot_boxes(PHOTOGRAPH, BOXES, ["cat"]), "expected 2 names and scores, one for each, got 1 and 2"),
        (lambda: plot_boxes(PHOTOGRAPH, BOXES, scores=[0.5]), "expected 2 names and scores"),
        (lambda: plot_boxes(PHOTOGRAPH, BOXES, "ab"), "expected 2 names"),
        (lambda: plot_boxes(PHOTOGRAPH, [[0, 0, float("nan"), 1]]), "boxes must be finite"),
        (
            lambda: plot_masks(PHOTOGRAPH, MASKS[..., :30]),
            r"masks: expected shape \(N, 1, 40, 60\), as large as the im",
        ),
        (lambda: plot_keypoints(PHOTOGRAPH, JOINTS[0]), r"keypoints: expected shape \(N, K, 3\), got \(17, 3\)"),
        (lambda: plot_keypoints(PHOTOGRAPH, JOINTS[:, :5]), "limbs: expected joints from 0 to 4"),
        (lambda: plot_heat(PHOTOGRAPH, [[2.0]]), r"numbers from 0 to 1, got shape \(1, 1\), 2 to 2"),
        (lambda: plot_heat(PHOTOGRAPH, [0.5]), r"heat: expected a map \(rows, columns\)"),
    ],
)
def test_what_cannot_be_drawn_gets_a_plain_message(call, message):
    with pytest.raises(ValueError, match=message):
        call()
