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
# # Where does it look? Class activation
# [![Open in Colab](../../site/_static/colab.svg)](https://colab.research.google.com/github/ainotes-course/ainotes/blob/main/notebooks/6_interpretation/03_class_activation.ipynb)
#
# *Draw, by hand, the map of where a network finds its class, and know what each of its relatives asks.*
#
# **Before you start**: [Kernels and feature maps](01_maps.ipynb) and
# [Inside a trained network](../4_pretrained/03_inside.ipynb). **Time**: 55 minutes. Runs offline, no GPU.
#
# **You will be able to**
# - read a class's map off a network that ends in an average,
# - write Grad-CAM for any other network, in about ten lines,
# - explain different classes in one photograph,
# - say what saliency, integrated gradients and occlusion ask instead, and compare them.

# %% tags=["colab", "remove-cell"]
# On Colab, install the course's package; everywhere else it is already there.
import sys

if "google.colab" in sys.modules:
    # %pip install --quiet "ainotes @ git+https://github.com/ainotes-course/ainotes"
    pass

# %% [markdown]
# ## A logit has places in it
# The course's colour network ends in a *global average pooling*: each of its last maps becomes one number, its mean,
# and a linear layer makes ten logits of these means. We show it a cat.

# %%
import skimage.data
import torch
from PIL import Image

from ainotes.pretrained import load

seer = load("resnet14_cifar10")
print(seer.source)
photographs = {
    "cat": Image.fromarray(skimage.data.chelsea()[:, 75:375]),
    "coffee": Image.fromarray(skimage.data.coffee()[:, 100:500]),
    "rocket": Image.fromarray(skimage.data.rocket()[:420, 110:530]),
}
small = seer.preprocess(photographs["cat"])[None]  # (1, 3, 32, 32)
print(seer.classify(photographs["cat"], top=2))

# %%
CAT = seer.categories.index("Cat")
linear = seer.model.classifier[-1]
with torch.inference_mode():
    maps = seer.model.features(small)  # (1, 128, 7, 7)
    logit = seer.model(small)[0, CAT]
    means = maps.mean(dim=(2, 3))[0]  # (128,)
    by_hand = linear.weight[CAT] @ means + linear.bias[CAT]
print(f"{tuple(maps.shape)}; the logit of Cat is {logit:.3f}, by hand {by_hand:.3f}")
torch.testing.assert_close(by_hand, logit, rtol=1e-4, atol=1e-4)

# %% [markdown]
# This is the whole head. Its pooling has no weights, and there is one weight for each channel and class:

# %%
from ainotes.widgets import BlockDiagram

BlockDiagram(seer.model.classifier, maps.shape[1:], name="From maps to logits", show="parameters")

# %% [markdown]
# So the logit is a sum over channels $k$ of weight times mean, and a mean is a sum over places $(i, j)$. Sums may
# change their order:
#
# $$ \begin{aligned} &\sum_k w_k \cdot \frac{1}{n} \sum_{i,j} A^k_{ij} \\
# =\; &\frac{1}{n} \sum_{i,j} \Big( \sum_k w_k A^k_{ij} \Big) \end{aligned} $$
#
# What stands in the brackets belongs to *one place*. It is the class's map, a **class activation map** or CAM (Zhou et
# al., 2016): no trick, only the logit before it was averaged.
#
# ## Exercise 1 · the map of a class · ★☆☆ · 6 minutes
# Write `class_map(maps, weights)`: maps $(N, C, \text{rows}, \text{columns})$, one weight for each channel $(C,)$. Add
# the maps up, each times its weight: $(N, \text{rows}, \text{columns})$.

# %% tags=["exercise"]
def class_map(maps, weights):
    ...  # your code


# %%
from ainotes.checks import explanations as ex

ex.class_map.check(class_map)  # stuck? ex.class_map.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def class_map(maps, weights):
    return (maps * weights[:, None, None]).sum(dim=1)  # (N, C, rows, columns) -> (N, rows, columns)


assert ex.class_map.check(class_map).passed

# %% [markdown]
# **Predict, then run**: forty-nine places, a number at each. Their mean and the bias: what will come out?

# %%
places = class_map(maps, linear.weight[CAT].detach())[0]  # (7, 7)
print(places.numpy().round(1))
print(f"mean {places.mean():.3f} + bias {linear.bias[CAT]:.3f} = {places.mean() + linear.bias[CAT]:.3f}")
torch.testing.assert_close(places.mean() + linear.bias[CAT], logit, rtol=1e-4, atol=1e-4)

# %% [markdown]
# The logit again, to the last digit. That is why a CAM can be trusted to be *complete*: what it shows is all there is.
#
# Seven rows of places are few. But an average takes maps of any size, so such a network takes larger photographs.
# Three times as many rows, and the map gets finer.

# %%
from torchvision.transforms.functional import to_tensor

from ainotes.utils.plot import plot_heat

normalize = seer.preprocess.transforms[-2]  # the last thing that happens to the pixels
pixels = to_tensor(photographs["cat"].resize((96, 96)))
large = normalize(pixels)[None]  # (1, 3, 96, 96)
with torch.inference_mode():
    maps = seer.model.features(large)
places = class_map(maps, linear.weight[CAT].detach())[0].relu()
print(f"{len(places)} × {len(places)} places")
plot_heat(pixels, places / places.max(), "for Cat, largest = 1")

# %% [markdown]
# ## Any other head: ask the gradient
# Not every network has such an average. The garment network of part 3 flattens its maps: each *place* of each map has a
# weight of its own, in a layer that is not even the last. What is a whole map worth to a class then?
#
# The gradient knows. It says for each number of each map how fast the class's logit grows with it. **Grad-CAM**
# (Selvaraju et al., 2017) takes the mean of these gradients over the places of a map as that map's weight, sums as
# before, and cuts off what is below 0, for that speaks *against* the class.
#
# By hand first, on two maps: a ramp from 0 to 15, and its negative.

# %%
ramp = torch.arange(16.0).view(4, 4)
two_maps = torch.stack([ramp, -ramp])[None].requires_grad_()  # (1, 2, 4, 4)
score = 3 * two_maps[0, 0].sum() + 1 * two_maps[0, 1].sum()  # all that this network does
print(ramp.int().numpy())

# %% [markdown]
# **Predict, then run**: how fast does the score grow with a number of the first map, and of the second? So which number
# comes out at the lower right, and at the place where the ramp is 6, after dividing by the largest?

# %%
[gradients] = torch.autograd.grad(score, two_maps)
weights = gradients.mean(dim=(2, 3))[0]
print("weights:", weights.tolist())
worked = (weights[0] * ramp + weights[1] * -ramp).relu()  # 3 ramp - 1 ramp = 2 ramp
worked = worked / worked.max()
print(worked.numpy().round(2))
assert weights.tolist() == [3, 1]
assert worked[3, 3] == 1
assert abs(worked[1, 2] - 6 / 15) < 1e-6  # 12 of 30

# %% [markdown]
# ## Exercise 2 · Grad-CAM · ★★☆ · 9 minutes
# Write `grad_cam(maps, gradients)`, both $(N, C, \text{rows}, \text{columns})$. Each map's weight is the mean of its
# gradients. Sum, ReLU, then divide each picture's map by its own largest number. A map that is 0 everywhere stays 0.

# %% tags=["exercise"]
def grad_cam(maps, gradients):
    ...  # your code


# %%
ex.grad_cam.check(grad_cam)  # stuck? ex.grad_cam.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def grad_cam(maps, gradients):
    weights = gradients.mean(dim=(2, 3), keepdim=True)  # (N, C, 1, 1)
    cam = (weights * maps).sum(dim=1).relu()  # (N, rows, columns)
    largest = cam.amax(dim=(1, 2), keepdim=True)  # (N, 1, 1)
    return cam / torch.where(largest > 0, largest, 1)


assert ex.grad_cam.check(grad_cam).passed

# %% [markdown]
# Maps and gradients come from a hook and from autograd. With your function, that makes ten lines.


# %%
def look(model, layer, images, target):
    kept = []
    hook = layer.register_forward_hook(lambda module, inputs, output: kept.append(output))
    try:
        scores = model(images)[:, target]  # (N,)
    finally:
        hook.remove()
    [maps] = kept
    [gradients] = torch.autograd.grad(scores.sum(), maps)
    return grad_cam(maps.detach(), gradients)  # (N, rows, columns)


worked_again = look(seer.model, seer.model.features, large, CAT)
print("the same picture as the CAM:", torch.allclose(worked_again[0], places / places.max(), atol=1e-4))
assert torch.allclose(worked_again[0], places / places.max(), atol=1e-4)

# %% [markdown]
# Where the head *is* an average, the gradient of the logit is $w_k / n$ at every place, and its mean is the class's
# weight up to a factor: CAM is a special case of Grad-CAM. So from now on one of them is enough.
#
# ## From the package, and against another library
# `ainotes.interpret.grad_cam` does the same with names of layers, and enlarges the map to the photograph. Captum
# (Kokhlikyan et al., 2020) has one too. A map that three people computed three ways should be one map.
#
# On photographs we take SqueezeNet, which knows a thousand classes, where its weights are at hand, and go on with the
# colour network where they are not.

# %%
from ainotes import interpret
from ainotes.data import fashion_mnist

network = load("squeezenet1_0")
print(network.source)
batch = torch.stack([network.preprocess(photograph) for photograph in photographs.values()])  # (3, 3, H, W)
with torch.inference_mode():
    classes = network.model(batch).argmax(dim=1)
said = [network.categories[number] for number in classes.tolist()]
print(dict(zip(photographs, said, strict=True)))

tailor = load("convnet_fashion_mnist")
garments = fashion_mnist(train=False)
boots = tailor.preprocess.transforms[-2](garments.images[garments.labels == 9][:4].float() / 255)  # (4, 1, 28, 28)

# %%
from captum.attr import LayerAttribution, LayerGradCam


def by_captum(model, layer, images, target):
    heat = LayerGradCam(model, layer).attribute(images, target=target, relu_attributions=True)
    heat = LayerAttribution.interpolate(heat.detach(), tuple(images.shape[2:]), "bilinear")[:, 0]  # (N, H, W)
    largest = heat.amax(dim=(1, 2), keepdim=True)
    return heat / torch.where(largest > 0, largest, 1)


differences = {}
for title, model, layer, images in [
    ("averages: the colour network", seer.model, "features", large),
    ("flattens: the garment network", tailor.model, "features.4", boots),
    (network.name + ", on photographs", network.model, "features", batch),
]:
    target = model(images).argmax(dim=1)
    ours = interpret.grad_cam(model, layer, images, target)
    theirs = by_captum(model, model.get_submodule(layer), images, target)
    differences[title] = (ours - theirs).abs().max().item()
    print(f"{title}: largest difference {differences[title]:.1e}")
assert max(differences.values()) < 1e-5

# %% [markdown]
# And `cam`, which needs an average at the end, says so when there is none:

# %%
try:
    interpret.cam(tailor.model, boots)
except ValueError as error:
    print(error)

# %% [markdown]
# ## One photograph, two classes
# The map answers a question: where is what speaks for *this class*? Ask for another class and it must change. To see
# whether it does, we need a picture of two things whose places we know. So we put two photographs side by side.
#
# **Predict, then run**: which share of each map will lie in the left half, the cat's?

# %%
couple = [photographs["cat"], photographs["coffee"]]
halves = [network.preprocess(each)[None] for each in couple]
with torch.inference_mode():
    wanted = [network.model(half).argmax(dim=1).item() for half in halves]  # what each is, alone
pair = torch.cat(halves, dim=3)  # (1, 3, H, 2 H)
middle = pair.shape[3] // 2
left = {}
for number in wanted:
    heat = interpret.grad_cam(network.model, "features", pair, number)[0]
    left[network.categories[number]] = (heat[:, :middle].sum() / heat.sum()).item()
for name, share in left.items():
    print(f"{name}: {share:.0%} of the map lies in the left half")
first, second = left.values()
assert first > second

# %%
from torchvision.transforms.functional import resize

side = 224
shown = torch.cat([to_tensor(each.resize((side, side))) for each in couple], dim=2)
plot_heat(shown, resize(heat[None], [side, 2 * side])[0].clamp(0, 1), f"for {network.categories[wanted[1]]}")

# %% [markdown]
# `eigen_cam` is a relative that asks for no class at all: it shows what dominates the maps. It often looks every bit as
# convincing. Remember it for the next lesson.

# %%
blind = interpret.eigen_cam(network.model, "features", pair)[0]
print(f"without a class: {blind[:, :middle].sum() / blind.sum():.0%} in the left half, whatever you ask for")

# %% [markdown]
# ## Asking the pixels
# Grad-CAM looks at the last maps, with as many places as these have. Three other methods ask each *pixel*:
#
# - **saliency** (Simonyan et al., 2014): how fast does the score change with this pixel? One backward pass.
# - **integrated gradients** (Sundararajan et al., 2017): what is this pixel's share in the score's difference from that
#   of an empty picture? One backward pass for each of some steps between the two.
# - **occlusion** (Zeiler and Fergus, 2014): how far does the score fall if I cover this place? One pass for each place.
#
# Occlusion is the most honest question, for it *does* something to the picture, and the simplest to write.
#
# ## Exercise 3 · cover and ask again · ★★★ · 10 minutes
# Write `occlude(score, image, window)`. `image` is $(C, H, W)$; `score(images)` gives a number for each image of a
# *batch* $(N,)$. Cover one window of `window` × `window` pixels after the other with 0; they lie side by side, and
# `window` divides both sides. Return for each by how much the score falls, `score` of the whole minus `score` of the
# covered: $(H / \text{window}, W / \text{window})$.

# %% tags=["exercise"]
def occlude(score, image, window):
    ...  # your code


# %%
ex.occlude.check(occlude)  # stuck? ex.occlude.hint()

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def occlude(score, image, window):
    whole = score(image[None])  # (1,)
    rows, columns = (side // window for side in image.shape[1:])
    falls = torch.zeros(rows, columns)
    for row in range(rows):
        for column in range(columns):
            covered = image.clone()
            covered[:, row * window : (row + 1) * window, column * window : (column + 1) * window] = 0
            falls[row, column] = whole - score(covered[None])
    return falls


assert ex.occlude.check(occlude).passed

# %%
boot = boots[:1]
kind = tailor.model(boot).argmax(dim=1).item()
with torch.inference_mode():
    falls = occlude(lambda images: tailor.model(images)[:, kind], boot[0], window=4)  # (7, 7)
packaged = interpret.occlusion(tailor.model, boot, kind, window=4, stride=4)[0]
torch.testing.assert_close(packaged[::4, ::4], falls, rtol=1e-3, atol=1e-3)
row, column = divmod(int(falls.argmax()), 7)
print(f"{tailor.categories[kind]}: covering window ({row}, {column}) costs it most, {falls.max():.2f} of its logit")

# %% [markdown]
# ## Side by side
# The same three photographs, the same network, the class that it predicts, four questions.

# %%
side = batch.shape[-1]  # 224, or 32 for the colour network
heats = {
    "Grad-CAM": interpret.grad_cam(network.model, "features", batch, classes),
    "saliency": interpret.saliency(network.model, batch, classes),
    "integrated gradients": interpret.integrated_gradients(network.model, batch, classes, steps=16, batch_size=16),
    "occlusion": interpret.occlusion(network.model, batch, classes, window=side // 7, stride=side // 7),
}
with torch.inference_mode():
    whole = network.model(batch).gather(1, classes[:, None])[:, 0]  # (3,)
    nothing = network.model(torch.zeros_like(batch[:1]))[0, classes]  # 0 is the mean colour here
shares = heats["integrated gradients"].sum(dim=(1, 2))
for name, share, gap in zip(photographs, shares.tolist(), (whole - nothing).tolist(), strict=True):
    print(f"{name}: integrated gradients add up to {share:.2f}; score minus that of an empty picture: {gap:.2f}")

# %% [markdown]
# Integrated gradients promise to be *complete*: a picture's shares add up to the difference of its score from that of
# an empty picture, the more steps the better. Saliency promises nothing of the kind.
#
# For the eye, each map is cut off below 0 and divided by its 99th percentile: without that a few single pixels would
# leave all others dark. Remember that somebody made this choice, in every such picture you meet.
#
# **Predict**: which of the four will show areas, and which specks?

# %%
import matplotlib

from ainotes.utils.plot import plot_images


def brightness(heat):
    return (heat.relu() / heat.quantile(0.99).clamp(min=1e-9)).clamp(0, 1)


pictures = torch.stack([to_tensor(each.resize((side, side))) for each in photographs.values()])
shades = {title: torch.stack([brightness(heat) for heat in each]) for title, each in heats.items()}
rows, titles = [], []
for number, name in enumerate(photographs):
    rows.append(pictures[number])
    titles.append(name)
    for title, shade in shades.items():
        colours = torch.from_numpy(matplotlib.colormaps["viridis"](shade[number].numpy())[..., :3]).permute(2, 0, 1)
        rows.append(colours.float())
        titles.append(title.replace("integrated gradients", "int. gradients"))
told = "The cat, the coffee and the rocket, each beside four maps of what speaks for its predicted class. Grad-CAM and "
plot_images(rows, titles, columns=5, alt=told + "occlusion show areas, the two others specks.")

# %% [markdown]
# Now choose for yourself: picture, method, how strongly the map covers the photograph. Then show fewer and fewer
# pixels. From how few can *you* still tell what it is? And would the network?

# %%
from ainotes.widgets import MapExplorer

MapExplorer(
    dict(zip(photographs, pictures.numpy(), strict=True)),
    {title: each.numpy() for title, each in shades.items()},
    title="Four maps of one decision",
)

# %% [markdown]
# Four pictures of one decision, and they do not agree. How far apart are they, in numbers? Spearman's rank correlation
# asks whether two maps put the pixels in the same order: 1 for the same order, 0 for none in common. You will write it
# in the next lesson.

# %%
from IPython.display import Markdown

from ainotes.interpret.similarity import rank_correlation

lines = ["| method | " + " | ".join(heats) + " |", "|---" * 5 + "|"]
alike = {}
for one in heats:
    cells = []
    for other in heats:
        alike[one, other] = rank_correlation(heats[one], heats[other]).mean().item()
        cells.append(f"{alike[one, other]:.2f}")
    lines.append(f"| **{one}** | " + " | ".join(cells) + " |")
apart = max(alike[one, other] for one in heats for other in heats if one != other)
lines.append(f"\nThe two that agree best have {apart:.2f}.")
Markdown("\n".join(lines))

# %% [markdown]
# They answer different questions, so they may differ. But it means that "the network looks *here*" is never the whole
# sentence. It goes: *by this method, for this class, at this layer, compared with that empty picture*. And whether a
# map is true of the network at all is still open.
#
# ## Check yourself

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from ainotes.widgets import Quiz

Quiz([
    {
        "ask": "Why can a CAM be read off ResNet-50, but not off VGG-16?",
        "choices": {
            "VGG-16 has no convolutions at its end": "It has; what follows them decides.",
            "ResNet-50 averages its last maps into one linear layer": "Right: averages and sums may swap places.",
            "ResNet-50 is deeper": "A CAM does not ask for depth.",
        },
        "answer": "ResNet-50 averages its last maps into one linear layer",
    },
    {
        "ask": "What does Grad-CAM's ReLU take away?",
        "choices": {
            "Noise": "It knows nothing of noise.",
            "Places that speak against the class": "Right. Sometimes that is what you want to see: then leave it out.",
            "Negative weights": "They take part in the sum; only the result is cut.",
        },
        "answer": "Places that speak against the class",
    },
    {
        "ask": "Saliency is large at a pixel. What do you know?",
        "choices": {
            "The pixel speaks for the class": "The slope may go down as well as up: saliency drops the sign.",
            "A small change of it changes the score much": "Right, and nothing about what a *large* change would do.",
            "Without it the class would be another": "That would be occlusion's question.",
        },
        "answer": "A small change of it changes the score much",
    },
    {
        "ask": "The last maps have 7 × 7 places, the heat map is smooth on 224 × 224 pixels. Where is the detail from?",
        "choices": {
            "From the gradients": "They come back to the 7 × 7 places, too.",
            "From nowhere: 49 numbers were enlarged": "Right. The smooth borders are the interpolation's.",
            "From the photograph": "It only lies below.",
        },
        "answer": "From nowhere: 49 numbers were enlarged",
    },
])  # fmt: skip

# %% tags=["key-figures"]
{
    "Grad-CAM against Captum, largest difference": max(differences.values()),
    "cat and coffee: left half, asked for the first": round(first, 2),
    "cat and coffee: left half, asked for the second": round(second, 2),
    "largest rank correlation of two methods": round(apart, 2),
    "rank correlation of Grad-CAM and saliency": round(alike["Grad-CAM", "saliency"], 2),
}

# %% [markdown]
# ## What you can do now
# - Where a network averages its maps, a class's map is the logit before the average: the mean of the one is the other.
# - Grad-CAM weighs maps by mean gradients, for any head; your ten lines agree with two libraries.
# - Asked for another class, the map moves to the other thing.
# - Saliency asks for slopes, integrated gradients for shares, occlusion for falls; they need not agree.
#
# **Next**: [Is it true? Explanations put to the test](04_measuring.ipynb) · **Sources**: Zhou et al. (2016), *Learning
# deep features for discriminative localization*; Selvaraju et al. (2017), *Grad-CAM*; Simonyan, Vedaldi and Zisserman
# (2014), *Deep inside convolutional networks*; Sundararajan, Taly and Yan (2017), *Axiomatic attribution for deep
# networks*; Zeiler and Fergus (2014), *Visualizing and understanding convolutional networks*; Kokhlikyan et al. (2020),
# *Captum*; Muhammad and Yeasin (2020), *Eigen-CAM*. All in the [bibliography](../../site/bibliography.md).
