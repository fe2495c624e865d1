"""Exercise: delete the pixels that a map calls most important."""

import torch

from ainotes.checks.engine import Call, Exercise, Misconception
from ainotes.checks.material import column_by_column, noise


def _delete_pixels(image, heat, count, value=0.0):
    most = heat.flatten().argsort(descending=True)[:count]  # numbers of pixels
    gone = torch.zeros(heat.numel(), dtype=torch.bool)
    gone[most] = True
    return torch.where(gone.view(heat.shape), value, image)  # (C, H, W)


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _where(image, most, value):
    """Return an image with `value` at the pixels of the given numbers."""
    gone = torch.zeros(image[0].numel(), dtype=torch.bool)
    gone[most] = True
    return torch.where(gone.view(image.shape[1:]), value, image)


def _ranked(order):
    """Delete the first `count` of an order that is made of (image, heat)."""
    return lambda image, heat, count, value=0.0: _where(image, order(image, heat)[:count], value)


def _least(image, heat):
    return heat.flatten().argsort()


def _in_reading_order(image, heat):
    return torch.arange(heat.numel())


def _brightest(image, heat):
    return image.sum(dim=0).flatten().argsort(descending=True)


def _largest_magnitude(image, heat):
    return heat.abs().flatten().argsort(descending=True)


def _order_for_ranks(image, heat, count, value=0.0):
    """Takes what argsort gives for the ranks of the pixels."""
    ranks = heat.flatten().argsort(descending=True)
    return torch.where((ranks < count).view(heat.shape), value, image)


def _kept(image, heat, count, value=0.0):
    gone = torch.ones(heat.numel(), dtype=torch.bool)
    gone[heat.flatten().argsort(descending=True)[:count]] = False
    return torch.where(gone.view(heat.shape), value, image)


def _first_channel(image, heat, count, value=0.0):
    deleted = image.clone()
    deleted[0] = _delete_pixels(image, heat, count, value)[0]
    return deleted


def _always_zero(image, heat, count, value=0.0):
    return _delete_pixels(image, heat, count)


def _image_mean(image, heat, count, value=0.0):
    return torch.where(_gone(image, heat, count), image.mean(dim=(1, 2), keepdim=True), image)


def _gone(image, heat, count):
    gone = torch.zeros(heat.numel(), dtype=torch.bool)
    gone[heat.flatten().argsort(descending=True)[:count]] = True
    return gone.view(heat.shape)


def _last_ones(image, heat, count, value=0.0):
    """Slices from the end: [-0:] is everything."""
    return _where(image, heat.flatten().argsort()[-count:], value)


def _one_more(image, heat, count, value=0.0):
    return _delete_pixels(image, heat, count + 1, value)


def _threshold_strict(image, heat, count, value=0.0):
    """All above the count-th largest, which stays itself."""
    if count == 0:
        return image.clone()
    limit = heat.flatten().sort(descending=True).values[count - 1]
    return torch.where(heat > limit, value, image)


def _above_the_count(image, heat, count, value=0.0):
    return torch.where(heat > count, value, image)


def _above_half(image, heat, count, value=0.0):
    return torch.where(heat > 0.5, value, image)


def _of_each_row(image, heat, count, value=0.0):
    ranks = heat.argsort(dim=1, descending=True).argsort(dim=1)
    return torch.where(ranks < count, value, image)


def _of_each_channel(image, heat, count, value=0.0):
    """Spreads the count over the channels."""
    return _delete_pixels(image, heat, count // len(image), value)


def _faded(image, heat, count, value=0.0):
    return image * (1 - heat)


def _mask(image, heat, count, value=0.0):
    return _gone(image, heat, count)


def _values(image, heat, count, value=0.0):
    return image[:, ~_gone(image, heat, count)]


def _in_place(image, heat, count, value=0.0):
    image[:, _gone(image, heat, count)] = value
    return image


def _cases():
    return [
        (noise(3, 4, 5, seed=0), noise(4, 5, seed=1), 6),
        (noise(1, 3, 3, seed=2), noise(3, 3, seed=3).abs(), 1),
        Call(noise(2, 5, 4, seed=4), noise(5, 4, seed=5), 9, value=0.5),
        (noise(3, 3, 6, seed=6), noise(3, 6, seed=7), 0),  # nothing goes
        Call(noise(3, 3, 4, seed=8), noise(3, 4, seed=9), 12, value=-1.0),  # everything goes
        (column_by_column(noise(2, 4, 4, seed=10)), column_by_column(noise(4, 4, seed=11)), 5),
    ]


delete_pixels = Exercise(
    name="delete_pixels",
    title="Delete what the map calls important",
    difficulty=2,
    minutes=8,
    reference=_delete_pixels,
    cases=_cases,
    misconceptions=(
        Misconception(
            _ranked(_least),
            "You delete the *least* important pixels. `argsort` begins with the smallest; `descending=True` turns it "
            "round.",
        ),
        Misconception(
            _last_ones,
            "Nearly: with `count` 0 nothing should go, but `[-0:]` is the same as `[0:]`, and everything goes. Sort "
            "descending and take `[:count]`.",
        ),
        Misconception(
            _kept,
            "You keep the important pixels and delete the others: that is insertion, the other curve.",
        ),
        Misconception(
            _order_for_ranks,
            "`argsort` says *which pixel* comes first, second, third. You read it as the rank of each pixel. Mark the "
            "pixels that its first `count` entries name.",
        ),
        Misconception(
            _first_channel,
            "You change the first channel only. A deleted pixel is gone in all of them.",
        ),
        Misconception(
            _always_zero,
            "You always put 0 in their place. Use `value`.",
        ),
        Misconception(
            _image_mean,
            "You put the image's mean in their place. Use `value`.",
        ),
        Misconception(
            _ranked(_in_reading_order),
            "You delete the first pixels in reading order, whatever the map says. Sort by `heat`.",
        ),
        Misconception(
            _ranked(_brightest),
            "You sort by the brightness of the image. Sort by `heat`.",
        ),
        Misconception(
            _ranked(_largest_magnitude),
            "You sort by magnitude. A large negative number speaks *against* the class: it is among the last.",
        ),
        Misconception(
            _one_more,
            "You delete one pixel too many.",
        ),
        Misconception(
            _threshold_strict,
            "One pixel too few: the one whose number is your limit stays. It belongs to them.",
        ),
        Misconception(
            _above_the_count,
            "You compare the map's numbers with `count`. That is how *many* pixels go, not a limit.",
            also=(_above_half,),
        ),
        Misconception(
            _of_each_row,
            "You delete `count` pixels of each row. Rank all pixels together: `heat.flatten()`.",
        ),
        Misconception(
            _of_each_channel,
            "You share `count` out among the channels. A pixel counts once, with all its channels.",
        ),
        Misconception(
            _faded,
            "You fade pixels by the map. Delete `count` of them wholly, and leave the others as they are.",
        ),
        Misconception(
            _mask,
            "That says which pixels go. Return the image without them: `torch.where(gone, value, image)`.",
        ),
        Misconception(
            _values,
            "You return the numbers that are left, and no image any more. Keep the shape (C, H, W).",
        ),
        Misconception(
            _in_place,
            "The result is right, but `image` itself has changed: the next step of the curve would begin with it. Work "
            "on a copy.",
        ),
    ),
    hints=(
        "`heat.flatten().argsort(descending=True)` gives the numbers of the pixels, the most important first.",
        "Make a mask of False with as many entries as there are pixels, set those of the first `count` to True, and "
        "give it the shape of `heat`.",
        "`torch.where(gone, value, image)`: a mask (H, W) fits an image (C, H, W).",
    ),
    praise="Ask the network after each deletion, and you have a deletion curve.",
)
