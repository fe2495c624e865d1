"""Exercise: Grad-CAM, from a layer's maps and the gradients that come back to them."""

import torch

from ainotes.checks.engine import Exercise, Misconception
from ainotes.checks.material import column_by_column, noise


def _grad_cam(maps, gradients):
    weights = gradients.mean(dim=(2, 3), keepdim=True)  # (N, C, 1, 1)
    cam = (weights * maps).sum(dim=1).relu()  # (N, rows, columns)
    largest = cam.amax(dim=(1, 2), keepdim=True)  # (N, 1, 1)
    return cam / torch.where(largest > 0, largest, 1)


# --- Wrong variants ---------------------------------------------------------------------------------------------------


def _mean(gradients):
    return gradients.mean(dim=(2, 3), keepdim=True)


def _scaled(cam):
    largest = cam.amax(dim=(1, 2), keepdim=True)
    return cam / torch.where(largest > 0, largest, 1)


def _weighed(change):
    """Weigh with other weights than the mean gradients, given as (N, C, 1, 1) or (N, C, rows, columns)."""
    return lambda maps, gradients: _scaled((change(gradients) * maps).sum(dim=1).relu())


def _sum(maps, gradients):
    return (_mean(gradients) * maps).sum(dim=1)


def _signs_kept(maps, gradients):
    return _scaled(_sum(maps, gradients))


def _by_absolute(maps, gradients):
    return _scaled(_sum(maps, gradients).abs())


def _cut_each(maps, gradients):
    return _scaled((_mean(gradients) * maps).relu().sum(dim=1))


def _divided_by_nothing(maps, gradients):
    cam = _sum(maps, gradients).relu()
    return cam / cam.amax(dim=(1, 2), keepdim=True)


def _scaled_before_the_cut(maps, gradients):
    cam = _sum(maps, gradients)
    return (cam / cam.amax(dim=(1, 2), keepdim=True)).relu()


def _scaled_by_the_largest_magnitude(maps, gradients):
    cam = _sum(maps, gradients)
    return (cam / cam.abs().amax(dim=(1, 2), keepdim=True)).relu()


def _of_the_whole_batch(maps, gradients):
    cam = _sum(maps, gradients).relu()
    return cam / cam.max()


def _stretched(maps, gradients):
    cam = _sum(maps, gradients)
    low, high = cam.amin(dim=(1, 2), keepdim=True), cam.amax(dim=(1, 2), keepdim=True)
    return (cam - low) / torch.where(high > low, high - low, 1)


def _sums_to_one(maps, gradients):
    cam = _sum(maps, gradients).relu()
    total = cam.sum(dim=(1, 2), keepdim=True)
    return cam / torch.where(total > 0, total, 1)


def _unscaled(maps, gradients):
    return _sum(maps, gradients).relu()


def _clamped(maps, gradients):
    return _sum(maps, gradients).clamp(0, 1)


def _squashed(maps, gradients):
    return _sum(maps, gradients).sigmoid()


def _roles_changed(maps, gradients):
    return _scaled((_mean(maps) * gradients).sum(dim=1).relu())


def _gradients_alone(maps, gradients):
    return _scaled(gradients.sum(dim=1).relu())


def _maps_alone(maps, gradients):
    return _scaled(maps.sum(dim=1).relu())


def _over_places(maps, gradients):
    """Averages over the channels, and so has a weight for each place."""
    return _scaled((gradients.mean(dim=1, keepdim=True) * maps).sum(dim=1).relu())


def _one_more_dimension(maps, gradients):
    return _grad_cam(maps, gradients)[:, None]


def _not_summed(maps, gradients):
    cam = (_mean(gradients) * maps).relu()
    largest = cam.amax(dim=(1, 2, 3), keepdim=True)
    return cam / torch.where(largest > 0, largest, 1)


def _in_place(maps, gradients):
    result = _grad_cam(maps, gradients)
    maps *= _mean(gradients)
    return result


def _cases():
    against = noise(3, 4, 3, 5, seed=4).abs()
    gradients = noise(3, 4, 3, 5, seed=5)
    gradients[1] = -gradients[1].abs()  # nothing in the second picture speaks for the class
    return [
        (noise(2, 3, 4, 5, seed=0).relu(), noise(2, 3, 4, 5, seed=1) + 0.3),
        (noise(1, 2, 3, 3, seed=2), noise(1, 2, 3, 3, seed=3)),
        (against, gradients),
        (40 * noise(2, 5, 2, 4, seed=6).relu(), noise(2, 5, 2, 4, seed=7)),
        (column_by_column(noise(2, 6, 4, 3, seed=8).relu()), noise(2, 6, 4, 3, seed=9)),
        (torch.zeros(2, 3, 4, 4), noise(2, 3, 4, 4, seed=10)),  # a silent layer
    ]


grad_cam = Exercise(
    name="grad_cam",
    title="Grad-CAM from maps and gradients",
    difficulty=2,
    minutes=9,
    reference=_grad_cam,
    cases=_cases,
    misconceptions=(
        Misconception(
            _divided_by_nothing,
            "A picture in which nothing speaks for the class has a largest number of 0, and you divide by it: `nan`. "
            "Such a map stays 0.",
        ),
        Misconception(
            _signs_kept,
            "What is below 0 speaks against the class, and is still there. Cut it off, with a ReLU.",
        ),
        Misconception(
            _by_absolute,
            "You take absolute values: then what speaks against the class looks like what speaks for it. Cut it off.",
        ),
        Misconception(
            _cut_each,
            "You cut off each weighed map by itself. First add them up: for and against may cancel out. Then cut.",
        ),
        Misconception(
            _weighed(lambda gradients: _mean(gradients).relu()),
            "You drop the maps whose weight is negative. They take part in the sum; cut off afterwards.",
        ),
        Misconception(
            _weighed(lambda gradients: _mean(gradients).abs()),
            "You drop the signs of the weights. A map that speaks against the class counts as one for it then.",
            also=(_weighed(lambda gradients: gradients.abs().mean(dim=(2, 3), keepdim=True)),),
        ),
        Misconception(
            _weighed(lambda gradients: gradients),
            "You multiply place by place. In Grad-CAM each map gets *one* weight, the mean of its gradients.",
        ),
        Misconception(
            _weighed(torch.relu),
            "Place by place, and positive gradients alone: that is Layer-CAM. In Grad-CAM each map gets one weight.",
        ),
        Misconception(
            _weighed(lambda gradients: gradients.relu().mean(dim=(2, 3), keepdim=True)),
            "You leave negative gradients out of the mean. They count too: at those places the map speaks against the "
            "class.",
        ),
        Misconception(
            _weighed(lambda gradients: gradients.amax(dim=(2, 3), keepdim=True)),
            "You weigh by the largest gradient of each map. Take the mean.",
        ),
        Misconception(
            _weighed(lambda gradients: gradients.mean(dim=(0, 2, 3), keepdim=True)),
            "Your weights are means over the batch too. Each picture has its own.",
        ),
        Misconception(
            _weighed(lambda gradients: _mean(gradients).softmax(dim=1)),
            "A softmax makes every weight positive. Take the means as they are.",
        ),
        Misconception(
            _over_places,
            "You average the gradients over the channels. Average over the *places*, dimensions 2 and 3: a weight for "
            "each map.",
        ),
        Misconception(
            _roles_changed,
            "The wrong way round: you weigh the gradients by the mean of the maps.",
        ),
        Misconception(
            _gradients_alone,
            "You use the gradients alone. They weigh the maps.",
        ),
        Misconception(
            _maps_alone,
            "You use the maps alone, without weights: that asks for no class.",
        ),
        Misconception(
            _of_the_whole_batch,
            "You divide by the largest number of the whole batch. Each picture has its own maximum.",
        ),
        Misconception(
            _scaled_before_the_cut,
            "You divide before you cut. Where all numbers are negative, so is their maximum, and the signs turn round.",
            also=(_scaled_by_the_largest_magnitude,),
        ),
        Misconception(
            _stretched,
            "You stretch from the smallest number to the largest. Then 0, which says nothing, gets a colour: cut off "
            "below 0 and divide by the largest.",
        ),
        Misconception(
            _sums_to_one,
            "You divide by the sum. Divide by the largest number, so that this one becomes 1.",
        ),
        Misconception(
            _unscaled,
            "Right up to the last step: divide each picture's map by its own largest number.",
            also=(_clamped,),
        ),
        Misconception(
            _squashed,
            "A sigmoid makes 0.5 of 0, of what says nothing. Cut off below 0 and divide by the largest number.",
        ),
        Misconception(
            _one_more_dimension,
            "The numbers are right, with a dimension of 1 too many: (N, rows, columns).",
        ),
        Misconception(
            _not_summed,
            "Those are C maps still. Add them up over the channels, before the ReLU.",
        ),
        Misconception(
            _in_place,
            "The result is right, but you change `maps`. Make a new tensor.",
        ),
    ),
    hints=(
        "Four steps: a weight for each map; the weighed sum; the ReLU; the division.",
        "`gradients.mean(dim=(2, 3), keepdim=True)` has the shape (N, C, 1, 1) and multiplies the maps. Then add up "
        "over dimension 1.",
        "`cam.amax(dim=(1, 2), keepdim=True)` is each picture's largest number. `torch.where(largest > 0, largest, 1)` "
        "saves you from dividing by 0.",
    ),
    praise="That is all of Grad-CAM but the two lines that get hold of maps and gradients.",
)
