# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Beyond classification
# [![Open in Colab](../../site/_static/colab.svg)](https://colab.research.google.com/github/ainotes-course/ainotes/blob/main/notebooks/4_pretrained/04_beyond.ipynb)
#
# *The same body, other answers: where a thing is, which pixels are its own, how a person stands, what a film shows.*
#
# **Before you start**: [Inside a trained network](03_inside.ipynb). **Time**: 55 minutes. Runs offline, no GPU.
#
# **You will be able to**
# - make a detector of a classifier, and say what it lacks,
# - measure how well two boxes agree, and keep one box for each thing,
# - call torchvision's detectors and read their answers: boxes, masks, joints,
# - read a segmentation, which classifies every pixel,
# - say what a network for films sees that one for pictures cannot.

# %% tags=["colab", "remove-cell"]
# On Colab, install the course's package; everywhere else it is already there.
import sys

if "google.colab" in sys.modules:
    # %pip install --quiet "ainotes @ git+https://github.com/ainotes-course/ainotes"
    pass

# %% [markdown]
# ## Other questions to the same maps
# The maps of a trained body know more than a class. Put another head on them, and they answer another question:
#
# | question | task | answer for one picture |
# |---|---|---|
# | What is it? | classification | a logit for each class |
# | What is where? | detection | boxes $(M, 4)$, labels $(M,)$, scores $(M,)$ |
# | Which pixels are its own? | instance segmentation | also masks $(M, 1, H, W)$ |
# | How does a person stand? | keypoints | also joints $(M, 17, 3)$ |
# | To what does each pixel belong? | semantic segmentation | logits $(\text{classes}, H, W)$ |
# | What happens? | video classification | a logit for each action, from $(C, T, H, W)$ |
#
# ## A detector from a classifier
# Let us build a detector first, from what is at hand: a classifier. On a brick wall hang four photographs. Where are
# the two cats? We know, for we hang them ourselves.

# %%
import skimage.data
from PIL import Image, ImageOps

from ainotes.utils.plot import plot_boxes

wall = Image.fromarray(skimage.data.brick()).convert("RGB").resize((640, 640)).crop((0, 0, 640, 400))
cat = Image.fromarray(skimage.data.chelsea()).crop((75, 0, 375, 300)).resize((160, 160))
motorcycle = Image.fromarray(skimage.data.stereo_motorcycle()[0]).crop((60, 0, 560, 500)).resize((160, 160))
rocket = Image.fromarray(skimage.data.rocket()).crop((110, 0, 530, 420)).resize((140, 140))
truth = [(40, 200, 200, 360), (440, 40, 600, 200)]  # x1, y1, x2, y2
wall.paste(cat, (40, 200))
wall.paste(ImageOps.mirror(cat), (440, 40))
wall.paste(motorcycle, (240, 20))
wall.paste(rocket, (300, 230))
plot_boxes(wall, truth, ["cat", "cat"])

# %% [markdown]
# A box is four numbers, $(x_1, y_1, x_2, y_2)$, in pixels: here $x$ counts columns and $y$ rows, as all of torchvision
# does it.
#
# The oldest way to find things: *slide a window* over the picture and classify each place.

# %%
import torch

from ainotes.pretrained import load

network = load("squeezenet1_0")
print(network.source)
CATS = {"Cat", "tabby", "tiger cat", "Persian cat", "Siamese cat", "Egyptian cat"}  # CIFAR-10's name, and ImageNet's
cats = [index for index, name in enumerate(network.categories) if name in CATS]

side, step = 160, 40
windows = [(x, y, x + side, y + side) for y in range(0, 401 - side, step) for x in range(0, 641 - side, step)]
batch = torch.stack([network.preprocess(wall.crop(window)) for window in windows])
with torch.inference_mode():
    probabilities = torch.cat([network.model(part).softmax(dim=1) for part in batch.split(13)])  # (91, classes)
scores = probabilities[:, cats].sum(dim=1)  # (91,): how sure that it is a cat, whichever
assert len(windows) == len(scores) == 91

# %% [markdown]
# **Predict, then run**: 91 windows, two cats. How many windows will say "cat", with 90 % or more?

# %%
from ainotes.utils.plot import plot_heat

sure = scores >= 0.9
print(f"{int(sure.sum())} windows are sure to see a cat")
middles = (60, 60, 580, 340)  # the window's middle goes from 80 to 560 and from 80 to 320, in steps of 40
plot_heat(wall, scores.reshape(7, 13), "probability of a cat around here", extent=middles)

# %%
boxes, box_scores = torch.tensor(windows).float()[sure], scores[sure]
plot_boxes(wall, boxes)

# %% [markdown]
# Many windows see the same cat, each shifted a little. One box for each cat is wanted. So: which boxes mean the same
# thing? For that we need a measure of how much two boxes agree.
#
# ## Intersection over union
# Cells that lie in *both* boxes, divided by cells that lie in *one at least*. Move the boxes. What must you do for more
# than one half?

# %%
from ainotes.widgets import OverlapExplorer

OverlapExplorer((1, 1, 6, 5), (3, 2, 9, 7))

# %% [markdown]
# It is stricter than the eye: two equal boxes that are half a width apart have one third. By the usual rule a thing
# counts as found from 0.5 on (Everingham et al., 2010).
#
# ## Exercise 1 · intersection over union · ★★☆ · 8 minutes
# Write `iou(a, b)` for two boxes $(x_1, y_1, x_2, y_2)$: a number from 0 to 1. Boxes that do not meet, or only touch,
# have 0; so have two boxes without any area.

# %% tags=["exercise"]
def iou(a, b):
    ...  # your code


# %%
from ainotes.checks import beyond as ex

ex.iou.check(iou)  # stuck? ex.iou.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def iou(a, b):
    width = max(0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0, min(a[3], b[3]) - max(a[1], b[1]))
    intersection = width * height
    areas = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1])
    union = areas - intersection
    return intersection / union if union else 0.0


assert ex.iou.check(iou).passed

# %% [markdown]
# ## Exercise 2 · non-maximum suppression · ★★★ · 10 minutes
# The box with the highest score stays, and drops all that overlap it too much. Of those that are left, again the best
# one stays; and so on. Write `nms(boxes, scores, threshold)`: boxes $(M, 4)$, scores $(M,)$. A box is dropped if its
# overlap with one that stays is *more* than the threshold. Return a list of the indices that stay, the best first.

# %% tags=["exercise"]
def nms(boxes, scores, threshold):
    ...  # your code


# %%
ex.nms.check(nms)  # stuck? ex.nms.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def nms(boxes, scores, threshold):
    kept = []
    for i in scores.argsort(descending=True).tolist():
        if all(iou(boxes[i].tolist(), boxes[better].tolist()) <= threshold for better in kept):
            kept.append(i)
    return kept


assert ex.nms.check(nms).passed

# %%
from torchvision import ops

kept = nms(boxes, box_scores, 0.2)
assert kept == ops.nms(boxes, box_scores, 0.2).tolist()  # torchvision's own
found = boxes[kept].tolist()
plot_boxes(wall, found, ["cat"] * len(found), box_scores[kept])

# %% [markdown]
# How good is that? Compare with where we hung them.

# %%
from IPython.display import Markdown

best = [max(iou(box, cat) for box in found) for cat in truth]
hits = sum(overlap >= 0.5 for overlap in best)
assert len(found) < len(boxes) < len(windows)
assert max(best) > 0.2  # it looks in the right place
overlaps = " and ".join(f"{overlap:.2f}" for overlap in best)
Markdown(f"From {len(boxes)} boxes to **{len(found)}**. The best overlaps with the two cats are {overlaps}: by the "
         f"rule of one half, **{hits} of 2** are found.")  # fmt: skip

# %% [markdown]
# Not bad for a network that nobody ever taught *where*. You also see what it lacks:
# - It is as sure of a cat whose ear is cut off. A detector learns four more numbers, which move and stretch the box.
# - It knows one size of window. A detector looks at maps of several sizes.
# - It must always name something. A detector has one more class, *background*.
# - It works 91 times on nearly the same pixels.
#
# The last of these is mended in a moment.
#
# ## All windows in one go
# A convolution does not mind how large the picture is. Only the pooling makes one number of each map, and the linear
# layer behind it is a 1 × 1 convolution in disguise. Leave the pooling out, and *every place* of the last map answers
# for itself.

# %%
from torch import nn
from torch.nn import functional as F
from torchvision.transforms.functional import to_tensor

last = [layer for layer in network.model.classifier if isinstance(layer, nn.Conv2d | nn.Linear)][0]
kernel = last.weight.flatten(1)[:, :, None, None]  # (classes, C, 1, 1)

black, white = (network.preprocess(Image.new("RGB", (64, 64), shade))[:, :1, :1] for shade in ["black", "white"])
zoom = batch.shape[-1] / side  # as large as the network saw the windows
pixels = to_tensor(wall.resize((round(640 * zoom), round(400 * zoom))))
with torch.inference_mode():
    maps = network.model.features((black + pixels * (white - black))[None])  # normalised as by its preprocessing
    logits = F.conv2d(maps, kernel, last.bias)  # (1, classes, rows, columns)
    cells = network.model.features(batch[:1]).shape[-1]  # of a window
    logits = F.avg_pool2d(logits, cells, stride=1)  # the pooling again, around every place
print(f"{logits.shape[2] * logits.shape[3]} windows in one go instead of {len(windows)} one by one")

# %%
everywhere = logits.softmax(dim=1)[0, cats].sum(dim=0)  # (rows, columns)
cell = 640 / maps.shape[3]  # pixels
edge = cell * (cells - 1) / 2
plot_heat(wall, everywhere, "probability of a cat around here", extent=(edge, edge, 640 - edge, 400 - edge))

# %% [markdown]
# The hills stand where the windows' hills stood. The numbers are not quite the same: a window that was cut out sees
# zeros beyond its rim, here each place sees its true neighbours. Detection (Sermanet et al., 2014) and segmentation
# (Long, Shelhamer and Darrell, 2015) with convolutional networks began with this step.
#
# ## A real detector
# torchvision has whole families, called as you know it. SSDLite (Sandler et al., 2018) is one of the smallest. Their
# weights were trained on COCO: 80 kinds of things, outlined by hand in hundreds of thousands of photographs (Lin et
# al., 2014). Where they cannot be had, the network is built without them: it then guesses, in the right form.

# %%
from torchvision.models import get_model, get_model_weights

from ainotes.pretrained import WeightsError, fetch_weights


def published(name, body=True, **options):
    weights = get_model_weights(name).DEFAULT
    try:
        fetch_weights(weights)
        return get_model(name, weights=weights, **options).eval(), weights, True
    except WeightsError as error:
        print(f"{name} is untrained here, for torchvision's weights {error}.")
    options |= {"weights_backbone": None} if body else {}  # nor the weights of its body
    return get_model(name, weights=None, **options).eval(), weights, False


# %%
astronaut = torch.from_numpy(skimage.data.astronaut()).permute(2, 0, 1) / 255  # (3, 512, 512)
detector, weights, trained = published("ssdlite320_mobilenet_v3_large")
with torch.inference_mode():
    [output] = detector([astronaut])  # a list of pictures in, a list of dicts out
for key, value in output.items():
    print(f"{key:7s} {tuple(value.shape)}, {value.dtype}")

# %% [markdown]
# Three tensors that belong together: box i, label i and score i are of one thing, the surest first. The detector has
# applied `nms` itself. Label 0 is the background.
#
# **Predict**: how sure can a detector be of its best box if it knows nothing at all?

# %%
names = weights.meta["categories"]
print(f"{len(names)} names: {', '.join(names[:5])}, ...; one in {len(names)} is {1 / len(names):.3f}")
print(f"its highest score: {output['scores'].max():.3f}")
assert trained or output["scores"].max() < 0.1
assert (output["scores"].diff() <= 0).all()

# %% [markdown]
# ## Exercise 3 · read a detector's answer · ★☆☆ · 5 minutes
# Write `confident(output, threshold, names)`: pairs of name and score, in the order of the output, of all things whose
# score is at least the threshold. `output` is such a dict, of one picture.

# %% tags=["exercise"]
def confident(output, threshold, names):
    ...  # your code


# %%
ex.confident.check(confident)  # stuck? ex.confident.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def confident(output, threshold, names):
    pairs = zip(output["labels"].tolist(), output["scores"].tolist(), strict=True)
    return [(names[label], score) for label, score in pairs if score >= threshold]


assert ex.confident.check(confident).passed

# %% [markdown]
# What should it have answered? For every photograph of a training set somebody drew it by hand: the box, the outline,
# the joints that can be seen. Here is the astronaut, drawn by hand and written down in the form that torchvision's
# networks return. It stands in for their answers where their weights cannot be had.

# %%
from skimage.draw import polygon2mask

outline = [(512, 20), (430, 22), (300, 42), (240, 70), (205, 115), (180, 118), (150, 150), (125, 175), (100, 156),
           (60, 156), (30, 190), (16, 235), (30, 275), (60, 296), (100, 296), (135, 275), (170, 265), (200, 300),
           (235, 310), (265, 345), (345, 364), (360, 330), (400, 292), (512, 275)]  # fmt: skip
seen = {"nose": (226, 125), "left_eye": (247, 103), "right_eye": (204, 100), "left_ear": (272, 132),
        "right_ear": (177, 126), "left_shoulder": (330, 255), "right_shoulder": (75, 250), "right_elbow": (45, 450),
        "right_wrist": (155, 485)}  # fmt: skip
parts = get_model_weights("keypointrcnn_resnet50_fpn").DEFAULT.meta["keypoint_names"]
by_hand = {
    "boxes": torch.tensor([[20.0, 16, 364, 512]]),  # (M, 4), M = 1
    "labels": torch.tensor([names.index("person")]),  # (M,)
    "scores": torch.ones(1),  # (M,)
    "masks": torch.from_numpy(polygon2mask((512, 512), outline)).float()[None, None],  # (M, 1, H, W); row, column
    "keypoints": torch.tensor([[[*seen.get(part, (0, 0)), part in seen] for part in parts]]).float(),  # (M, 17, 3)
}

# %%
answer = output if trained else by_hand
told = confident(answer, 0.5, names)
plot_boxes(astronaut, answer["boxes"][: len(told)], [name for name, _ in told], [score for _, score in told])

# %% [markdown]
# ## Masks and joints
# Mask R-CNN (He et al., 2017) puts one more head on every box: a mask of its thing. Keypoint R-CNN puts another one
# there, for the 17 joints of a person. The calls are the same; the dict has more entries.

# %%
answers = {}
for name in ["maskrcnn_resnet50_fpn", "keypointrcnn_resnet50_fpn"]:
    model, _, trained = published(name, min_size=256, max_size=256, box_detections_per_img=4)
    with torch.inference_mode():
        [output] = model([astronaut])
    print(f"{name}:", {key: tuple(value.shape) for key, value in output.items()})
    answers[name] = output if trained else by_hand

# %%
from ainotes.utils.plot import plot_masks

answer = answers["maskrcnn_resnet50_fpn"]
told = confident(answer, 0.7, names)
plot_masks(astronaut, answer["masks"][: len(told)], [name for name, _ in told])

# %% [markdown]
# A mask is soft: a number from 0 to 1 for each pixel of the photograph, cut at one half. A joint is three numbers: $x$,
# $y$, and whether it is visible.

# %%
from ainotes.utils.plot import plot_keypoints

answer = answers["keypointrcnn_resnet50_fpn"]
people = answer["scores"] >= 0.7
plot_keypoints(astronaut, answer["keypoints"][people])

# %% [markdown]
# ## Every pixel gets a class
# *Semantic* segmentation asks every pixel what it belongs to, and does not tell one person from the next. LR-ASPP
# (Howard et al., 2019) is small and knows 20 classes and the background.

# %%
segmenter, weights, trained = published("lraspp_mobilenet_v3_large")
pixels = weights.transforms()(astronaut)[None]  # (1, 3, 520, 520)
with torch.inference_mode():
    logits = segmenter(pixels)["out"]
print(tuple(logits.shape))
assert logits.shape == (1, 21, 520, 520)

# %% [markdown]
# ## Exercise 4 · how much of the picture · ★★☆ · 6 minutes
# Write `mask_share(logits, kind)` for logits $(N, \text{classes}, H, W)$: of each picture, the share of pixels whose
# largest logit is that of class `kind`. A tensor $(N,)$.

# %% tags=["exercise"]
def mask_share(logits, kind):
    ...  # your code


# %%
ex.mask_share.check(mask_share)  # stuck? ex.mask_share.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def mask_share(logits, kind):
    winners = logits.argmax(dim=1)  # (N, H, W)
    return (winners == kind).float().mean(dim=(1, 2))


assert ex.mask_share.check(mask_share).passed

# %%
kinds = weights.meta["categories"]
shares = torch.cat([mask_share(logits, kind) for kind in range(len(kinds))])
for kind in shares.argsort(descending=True)[:3].tolist():
    print(f"{kinds[kind]:13s} {shares[kind]:.0%} of the picture")
assert abs(shares.sum() - 1) < 1e-5

# %%
chosen = [kind for kind in shares.argsort(descending=True)[:3].tolist() if shares[kind] > 0.01]
masks = torch.stack([logits[0].argmax(dim=0) == kind for kind in chosen])  # (M, 520, 520)
masks = F.interpolate(masks[None].float(), size=(512, 512))[0]
plot_masks(astronaut, masks, [kinds[kind] for kind in chosen])

# %% [markdown]
# Without training the form is there and the knowledge is not: some class wins by accident. With it, the person stands
# out, though without a number: a second person beside her would get the same colour.
#
# ## Films
# A film is a stack of pictures, $(N, C, T, H, W)$ with $T$ frames, and R3D-18 (Tran et al., 2018) has kernels of 3 × 3
# × 3: they see three frames at once. Our film moves over the photograph of the cat, from left to right.
#
# **Predict, then run**: we run it backwards. Does a network with three-dimensional kernels notice? And one that looks
# at each frame and averages its answers?

# %%
chelsea = torch.from_numpy(skimage.data.chelsea()).permute(2, 0, 1)
film = torch.stack([chelsea[:, :, x : x + 300] for x in range(0, 141, 20)])  # (T, 3, 300, 300)
watcher, weights, _ = published("r3d_18", body=False)
clip = weights.transforms()(film)[None]  # (1, 3, T, 112, 112)
frames = torch.stack([network.preprocess(frame) for frame in film])


def differ(one, other):
    return ((one - other).norm() / one.norm()).item()


with torch.inference_mode():
    noticed = differ(watcher(clip), watcher(clip.flip(2)))
    averaged = differ(network.model(frames).mean(dim=0), network.model(frames.flip(0)).mean(dim=0))
print(f"{tuple(clip.shape)}; three-dimensional kernels: {noticed:.1%}, averaged frames: {averaged:.1%}")
assert averaged < 1e-4 < 1e-3 < noticed

# %% [markdown]
# Sitting down and standing up have the same frames. Whoever averages cannot tell them apart; a kernel that sees three
# frames at once can, even before any training.
#
# ## Check yourself

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from ainotes.widgets import Quiz

Quiz([
    {
        "ask": "Two boxes of the same size; each shares half of its area with the other. Their IoU?",
        "choices": {
            "1/2": "Half of *each* is shared; but the union is one and a half boxes.",
            "1/3": "Right: half a box, over one and a half.",
            "1/4": "The union is not two boxes: the shared part counts once.",
        },
        "answer": "1/3",
    },
    {
        "ask": "Two people stand arm in arm; a detector with non-maximum suppression reports one. Why?",
        "choices": {
            "Their boxes overlap too much, and the better one stays": "Right: the price of one box for one thing.",
            "It was trained with one person only": "COCO is full of groups.",
            "Its scores were too low": "Then none would be reported.",
        },
        "answer": "Their boxes overlap too much, and the better one stays",
    },
    {
        "ask": "What does a semantic segmentation return for one photograph?",
        "choices": {
            "A mask for each thing": "That would be instance segmentation.",
            "For each pixel a logit for each class": "Right: (classes, H, W); argmax gives a class for each pixel.",
            "A box for each class": "It has no boxes.",
        },
        "answer": "For each pixel a logit for each class",
    },
    {
        "ask": "An untrained detector with 91 classes gives scores of 0.011. Is that an error?",
        "choices": {
            "Yes, scores should be near 0.5": "With 91 classes a guess is one in 91.",
            "No: it knows nothing, and 1/91 says so": "Right.",
            "Yes, it forgot the softmax": "Without a softmax they would not be one in 91.",
        },
        "answer": "No: it knows nothing, and 1/91 says so",
    },
])  # fmt: skip

# %% tags=["key-figures"]
{
    "windows": len(windows),
    "windows that are sure of a cat": len(boxes),
    "boxes after suppression": len(found),
    "best overlap with a cat": round(max(best), 2),
    "film backwards, kernels in time": round(noticed, 3),
    "film backwards, averaged frames": round(averaged, 5),
}

# %% [markdown]
# ## What you can do now
# - Slide a classifier over a picture and you have a clumsy detector; without its pooling it answers everywhere at once.
# - IoU says how much boxes agree, non-maximum suppression keeps one for each thing, and you wrote both.
# - Detectors return a dict for each picture: boxes, labels, scores, then masks or joints.
# - A segmentation is a class for every pixel; a network for films sees the order of its frames.
#
# **Next**: [Features that travel](../5_transfer/01_features.ipynb) · **Sources**: Everingham et al. (2010), *The PASCAL
# visual object classes challenge*; Sermanet et al. (2014), *OverFeat*; Lin et al. (2014), *Microsoft COCO*; Long,
# Shelhamer and Darrell (2015), *Fully convolutional networks for semantic segmentation*; Liu et al. (2016), *SSD*; He,
# Gkioxari, Dollár and Girshick (2017), *Mask R-CNN*; Sandler et al. (2018), *MobileNetV2*; Tran et al. (2018), *A
# closer look at spatiotemporal convolutions for action recognition*; Howard et al. (2019), *Searching for MobileNetV3*.
# All in the [bibliography](../../site/bibliography.md).
