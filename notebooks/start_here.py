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
# # Start here
# [![Open in Colab](../site/_static/colab.svg)](https://colab.research.google.com/github/ainotes-course/ainotes/blob/main/notebooks/start_here.ipynb)
#
# *Fifteen minutes: run a cell, guess, let an exercise check you, and see what a kernel finds.*
#
# **Before you start**: nothing; [How to run](../site/how_to_run.md) if this page should be running and is not.
# **Time**: 15 minutes. Runs offline, no GPU.
#
# **You will be able to**
# - run the cells of a lesson, and change them,
# - say what a picture is to a network,
# - use an exercise: attempt, check, hint, solution,
# - choose where to go next.

# %% tags=["colab", "remove-cell"]
# On Colab, install the course's package; everywhere else it is already there.
import sys

if "google.colab" in sys.modules:
    # %pip install --quiet "ainotes @ git+https://github.com/ainotes-course/ainotes"
    pass

# %% [markdown]
# ## Run a cell
# In JupyterLab or on Colab, click into the next cell and press **Shift + Enter**. It runs, and the one below is next.
# On the published page the cells have already been run; the figures still work.

# %%
from ainotes.utils.train import get_device

device, message = get_device()
print(message)

# %% [markdown]
# No graphics card is needed anywhere in this course; where there is one, it is used.

# %% [markdown]
# ## A picture is numbers
# The first thousands of pictures that you will meet are garments, 28 rows and 28 columns each.

# %%
from ainotes.data import fashion_mnist
from ainotes.utils.plot import plot_images

garments = fashion_mnist(train=False)
print(garments.source)
first = [garments.labels.tolist().index(kind) for kind in range(10)]
plot_images(garments.images[first], titles=garments.classes, columns=5)

# %% [markdown]
# To a network each is a grid of numbers: 0 is black, 255 white. Here are four rows of the boot, every third column.

# %%
boot = garments.images[first[9], 0]  # (H, W)
print(boot.shape)
print(boot[6:22:4, ::3])

# %% [markdown]
# ## Predict, then run
# Below, nine numbers slide over a picture. At each place they are multiplied with the nine pixels underneath, and the
# products are summed. The numbers are positive on the left, negative on the right, and sum to 0.
#
# **Predict, then run**: what comes out where the picture is the same everywhere, such as in the black around the
# boot? And which parts of a garment come out strongest?

# %%
import torch
from torch.nn import functional as F

kernel = torch.tensor([[1.0, 0, -1], [2, 0, -2], [1, 0, -1]])
pictures = garments.images[first].float() / 255  # (10, 1, 28, 28)
found = F.conv2d(pictures, kernel.reshape(1, 1, 3, 3))  # (10, 1, 26, 26)
plot_images(found.abs(), titles=garments.classes, columns=5)

# %% [markdown]
# Nothing where all is equal: the sum of the numbers is 0, so equal pixels cancel. Most at upright edges, where left
# and right differ. The pictures have 26 rows and columns now, because a window of 3 cannot hang over the border.

# %%
flat = torch.full((1, 1, 5, 5), 0.7)
assert F.conv2d(flat, kernel.reshape(1, 1, 3, 3)).abs().max() < 1e-6
assert found.shape[2:] == (26, 26)

# %% [markdown]
# **Your turn**: change the nine numbers above and run the cell again. Turn them by a quarter; make them all 1; put 8
# in the middle and -1 around it. Nobody chooses such numbers by hand any more: a network *learns* them, thousands at
# a time.

# %% [markdown]
# ## Exercise 1 · the brightest pixel · ★☆☆ · 5 minutes
# Write `brightest(image)`: for a tensor of shape (H, W) return the row and the column of its largest value, counted
# from 0.
#
# Every exercise goes like this: write your attempt, run the check below it, and change your attempt until it passes.
# Run `ex.brightest.hint()` for a hint, and again for the next. The solution is folded away beneath.

# %% tags=["exercise"]
def brightest(image):
    ...  # your code


# %%
from ainotes.checks import start as ex

ex.brightest.check(brightest)

# %% tags=["solution", "hide-cell"] jupyter={"source_hidden": true} cellView="form"
# @title Solution
def brightest(image):
    place = int(image.argmax())
    columns = image.shape[1]
    return place // columns, place % columns


assert ex.brightest.check(brightest).passed

# %% [markdown]
# ## Where to go
# The parts build on each other, but each lesson says what it needs.
#
# **Part 1, convolutions**
# 1. [Images as tensors](1_convolutions/01_images.ipynb): what makes a picture a picture, and what a dense network
#    misses
# 2. [The convolution, by hand](1_convolutions/02_convolution.ipynb): three ways to write it, and proof of its gradient
# 3. [Kernels made by hand](1_convolutions/03_kernels.ipynb): edges, waves, and a kernel that is learned
# 4. [How big is the output?](1_convolutions/04_sizes.ipynb): padding, stride, dilation, and what a layer costs
# 5. [Pooling, and how far a neuron sees](1_convolutions/05_sight.ipynb): ReLU, pooling, receptive fields
#
# **Part 2, architectures**
# 1. [Anatomy of a convnet](2_architectures/01_anatomy.ipynb): its two halves, its shapes, and how blame flows back
# 2. [Landmarks: LeNet to Inception](2_architectures/02_landmarks.ipynb): built from small blocks, and proven
# 3. [Residual networks and after](2_architectures/03_residual.ipynb): why one plus sign made networks deep
# 4. [Small, scaled and modern](2_architectures/04_efficient.ipynb): for phones, by rule, and the whole zoo
# 5. [LeNet learns colours](2_architectures/05_lenet_cifar10.ipynb): a training on CIFAR-10, from data to file
#
# **Part 3, Fashion-MNIST training**
# 1. [Training](3_fashion_mnist/01_training.ipynb): a network that tells the garments apart, and an honest look at it
# 2. [Overfitting](3_fashion_mnist/02_overfitting.ipynb): when a network learns its pictures by heart, and six cures
# 3. [Debugging lab](3_fashion_mnist/03_debugging_lab.ipynb): broken trainings to diagnose
# 4. [Speed](3_fashion_mnist/04_speed.ipynb): where the time goes, and how to win it back
#
# **Part 4, pretrained networks**
# 1. [Four lines to an answer](4_pretrained/01_answers.ipynb): your own photograph, named, and what the name is worth
# 2. [Choose a model for your budget](4_pretrained/02_choosing.ipynb): accuracy, size, and seconds measured properly
# 3. [Inside a trained network](4_pretrained/03_inside.ipynb): from pixels to class, every shape
# 4. [Beyond classification](4_pretrained/04_beyond.ipynb): boxes, masks, keypoints and films
#
# **Part 5, transfer learning**
# 1. [Features that travel](5_transfer/01_features.ipynb): let a trained network look once, and learn two classes in
#    seconds
# 2. [Fine-tuning](5_transfer/02_finetuning.ipynb): who may learn, how fast, and whether it was worth it
# 3. [Your photographs](5_transfer/03_your_photographs.ipynb): from a folder of your own to a saved classifier
#
# **Part 6, interpretation**
# 1. [Kernels and feature maps](6_interpretation/01_maps.ipynb): your own network opened, layer by layer, live
# 2. [What a filter wants to see](6_interpretation/02_filters.ipynb): pictures that a network draws, and a control
# 3. [Where does it look?](6_interpretation/03_class_activation.ipynb): class activation, by hand and checked
# 4. [Is it true?](6_interpretation/04_measuring.ipynb): a planted shortcut, and explanations put to the test
# 5. [The whole way](6_interpretation/05_capstone.ipynb): all six parts, on your own pictures
#
# The [syllabus](../site/syllabus.md) says what each part is about.

# %% [markdown]
# ## What you can do now
# - **Run and change cells**: Shift + Enter, and curiosity.
# - **Say what a picture is to a network**: a grid of numbers, in rows and columns that are counted from 0.
# - **Use an exercise**: attempt, check, hint, solution.
# - **Choose**: [Images as tensors](1_convolutions/01_images.ipynb) comes first;
#   [Training](3_fashion_mnist/01_training.ipynb), if you know what a convolution is.

# %% tags=["hide-input"] jupyter={"source_hidden": true}
from ainotes.widgets import Quiz

Quiz(
    [
        {
            "ask": "A kernel's nine numbers sum to 0. What does it give where all nine pixels are equal?",
            "choices": {
                "0, however bright they are": "Yes: nine equal pixels times numbers that sum to 0.",
                "Nine times the pixel": "That would be nine numbers that are all 1.",
                "The pixel itself": "That would be a 1 in the middle and 0 around it.",
            },
            "answer": "0, however bright they are",
        },
        {
            "ask": "A check says 'Not yet'. What now?",
            "choices": {
                "Read what it says, change the attempt, run both cells again": "Yes. And hint() helps, in steps.",
                "Open the solution at once": "You can, but the guess before it is what makes it stay.",
                "Start the lesson again from the top": "Not needed: only the changed cell and the check.",
            },
            "answer": "Read what it says, change the attempt, run both cells again",
        },
    ]
)

# %% [markdown]
# **Next**: [Images as tensors](1_convolutions/01_images.ipynb) · **Sources**: the garments are Fashion-MNIST, by Xiao,
# Rasul and Vollgraf (2017), *Fashion-MNIST: a novel image dataset for benchmarking machine learning algorithms*.
