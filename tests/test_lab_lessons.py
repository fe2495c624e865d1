"""The debugging lab and the lesson on speed: their patients, their chart, and what their exercises accept."""

import math
import re
import time
from pathlib import Path

import matplotlib
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from ainotes.checks import debugging, patients, speed
from ainotes.utils.plot_charts import plot_charts

LESSONS = Path(__file__).parents[1] / "notebooks" / "3_fashion_mnist"
LAB, SPEED = LESSONS / "03_debugging_lab.py", LESSONS / "04_speed.py"


def cells(lesson: Path) -> list[str]:
    return re.split(r"(?m)^# %%", lesson.read_text(encoding="utf-8"))[1:]


def first_definition(lesson: Path, name: str):
    """The function of that name as the lesson first writes it, before any exercise."""
    source = next(cell for cell in cells(lesson) if f"\ndef {name}(" in cell)
    scope = {"torch": torch}
    exec(source.split("healthy =")[0].partition("\n")[2], scope)
    return scope[name]


@pytest.fixture(scope="module")
def healthy():
    return {name: first_definition(LAB, name) for name in ("prepare", "batches", "train_step", "evaluate_accuracy")}


@pytest.fixture(scope="module")
def material():
    """Forty noise images of two classes, sorted by class: uint8 (40, 1, 8, 8)."""
    images = torch.randint(256, (40, 1, 8, 8), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    return images, torch.arange(40) // 20


def net(dropout=0.5):
    torch.manual_seed(0)
    return nn.Sequential(nn.Flatten(), nn.Dropout(dropout), nn.Linear(64, 2))


def seeded():
    return torch.Generator().manual_seed(0)


# --- The patients


@pytest.mark.parametrize("name", list(patients.WARD))
def test_a_patient_replaces_exactly_one_part_of_the_healthy_loop(name, healthy):
    parts = patients.admit(name, healthy)
    assert [part for part in parts if parts[part] is not healthy[part]] == list(patients.WARD[name])
    assert len(patients.WARD[name]) == 1


@pytest.mark.parametrize("name", list(patients.WARD))
def test_the_code_shown_is_the_code_that_ran(name):
    ((part, function),) = patients.WARD[name].items()
    scope = {"torch": torch}
    exec(patients.code(name), scope)
    shown, ran = scope[part].__code__, function.__code__
    assert shown.co_varnames == ran.co_varnames
    assert set(shown.co_names) == set(ran.co_names)


def test_an_unknown_patient_is_refused(healthy):
    with pytest.raises(ValueError, match="one of A, B, C, D, E, F, got 'G'"):
        patients.admit("G", healthy)
    with pytest.raises(ValueError, match="got 'G'"):
        patients.code("G")


def test_a_patient_is_not_admitted_to_a_loop_without_its_part(healthy):
    with pytest.raises(ValueError, match="lack 'batches'"):
        patients.admit("C", {key: value for key, value in healthy.items() if key != "batches"})


def test_the_loss_of_probabilities_has_a_floor():
    """Patient A: even an input that is certain and right costs -log(e / (e + classes - 1))."""
    perfect = nn.Sequential(nn.Flatten(), nn.Linear(2, 2, bias=False))
    perfect[1].weight.data = 1000 * torch.eye(2)
    images, optimizer = torch.eye(2).reshape(2, 1, 1, 2), torch.optim.SGD(perfect.parameters(), lr=0.1)
    step = patients.WARD["A"]["train_step"]
    loss, _ = step(perfect, images, torch.tensor([0, 1]), F.cross_entropy, optimizer)
    assert float(loss) == pytest.approx(-math.log(math.e / (math.e + 1)))


def test_measuring_without_eval_gives_another_answer_each_time(material):
    images, labels = material
    model = net().train()
    torch.manual_seed(0)
    answers = {patients.WARD["B"]["evaluate_accuracy"](model, images.float() / 255, labels) for _ in range(10)}
    assert len(answers) > 1


def test_unshuffled_batches_come_in_the_order_of_the_file(material):
    images, labels = material
    found = torch.cat([y for _, y in patients.WARD["C"]["batches"](images, labels, seeded(), size=8)])
    assert torch.equal(found, labels)


def test_the_leak_puts_copies_of_one_image_on_both_sides(material):
    images, labels = material
    (train, _), (validation, _) = patients.WARD["D"]["prepare"](images, labels, seeded())
    # A shift (with what leaves on one side coming in on the other) keeps the sorted pixels.
    fingerprints = [{tuple(image.flatten().sort().values.tolist()) for image in part} for part in (train, validation)]
    assert len(fingerprints[0]) == 2
    assert fingerprints[1] <= fingerprints[0]


def test_gradients_that_are_never_set_to_zero_add_up(material):
    images, labels = material
    model = net(dropout=0.0)
    still = torch.optim.SGD(model.parameters(), lr=0.0)  # the same gradient at each step
    norms = []
    for _ in range(3):
        patients.WARD["E"]["train_step"](model, images.float() / 255, labels, F.cross_entropy, still)
        norms.append(model[2].weight.grad.norm().item())
    assert norms == pytest.approx([norms[0], 2 * norms[0], 3 * norms[0]])


def test_the_other_normalisation_touches_validation_only(material, healthy):
    images, labels = material
    sick, well = (part["prepare"](images, labels, seeded()) for part in (patients.WARD["F"], healthy))
    assert torch.equal(sick[0][0], well[0][0])
    assert 0 <= sick[1][0].min() < sick[1][0].max() <= 1
    assert well[1][0].min() < -1


# --- The lesson's own healthy parts


def test_the_healthy_parts_pass_the_exercises_that_ask_for_them(healthy):
    assert debugging.train_step.check(healthy["train_step"]).passed
    assert debugging.evaluate_accuracy.check(healthy["evaluate_accuracy"]).passed


def test_the_healthy_split_shares_no_image_and_is_normalised(material, healthy):
    images, labels = material
    (train, train_labels), (validation, _) = healthy["prepare"](images, labels, seeded())
    assert len(train) + len(validation) == len(images)
    assert train.mean().item() == pytest.approx(0, abs=1e-5)
    assert train.std().item() == pytest.approx(1, abs=1e-5)
    assert not torch.equal(train_labels, train_labels.flip(0))


def test_the_healthy_batches_hold_every_image_once_in_a_new_order(material, healthy):
    labels, generator = material[1], seeded()
    orders = [
        torch.cat([x for x, _ in healthy["batches"](torch.arange(40.0), labels, generator, size=16)]) for _ in range(2)
    ]
    assert [order.sort().values.tolist() for order in orders] == [list(range(40))] * 2
    assert not torch.equal(*orders)


# --- The exercises of the lab


def test_each_wrong_diagnosis_gets_an_answer_about_the_first_patient_that_is_wrong():
    right = debugging.diagnosis.reference
    for patient in right:
        for complaint in set(debugging.COMPLAINTS) - {right[patient]}:
            result = debugging.diagnosis.check(right | {patient: complaint})
            assert result.status == "misconception"
            assert result.message.startswith(f"Patient {patient}: ")
    both = debugging.diagnosis.check(right | {"B": "overfitting", "F": "overfitting"})
    assert both.message.startswith("Patient B: Overfitting")


def test_an_unfinished_or_misspelt_diagnosis_names_the_patient_that_waits():
    right = debugging.diagnosis.reference
    assert "Patient C has no diagnosis" in debugging.diagnosis.check({"A": right["A"], "B": right["B"]}).message
    assert "Patient E has no diagnosis" in debugging.diagnosis.check(right | {"E": "No zero grad"}).message
    assert "Patient A has no diagnosis" in debugging.diagnosis.check(right | {"A": ...}).message
    assert not debugging.diagnosis.check(["softmax before the loss"]).passed


def test_every_complaint_is_somebodys_or_somebodys_mistake():
    assert set(debugging.diagnosis.reference) == set(patients.WARD)
    assert set(debugging.diagnosis.reference.values()) < set(debugging.COMPLAINTS)


def test_sanity_checks_may_train_with_another_optimizer_and_in_eval_mode():
    def sanity_checks(model, images, labels, classes):
        import copy

        first = F.cross_entropy(model(images), labels)
        model = copy.deepcopy(model).eval()
        optimizer = torch.optim.AdamW(model.parameters(), lr=0.02)
        for _ in range(120):
            optimizer.zero_grad()
            last = F.cross_entropy(model(images), labels)
            last.backward()
            optimizer.step()
        return {"last": last.item(), "first": first.item(), "expected": -math.log(1 / classes)}

    assert debugging.sanity_checks.check(sanity_checks).passed


@pytest.mark.parametrize("place", ["at the top", "after the step"])
def test_the_training_step_may_set_gradients_to_zero_anywhere_outside_backward_and_step(place):
    def train_step(model, images, labels, loss_fn, optimizer):
        model.train()
        if place == "at the top":
            optimizer.zero_grad(set_to_none=False)
        logits = model(images)
        loss = loss_fn(logits, labels)
        loss.backward()
        optimizer.step()
        if place == "after the step":
            optimizer.zero_grad()
        return loss.item(), logits.detach()

    assert debugging.train_step.check(train_step).passed


def test_the_measurement_may_use_inference_mode_and_finally():
    @torch.inference_mode()
    def evaluate_accuracy(model, images, labels):
        mode = model.training
        model.eval()
        try:
            return (model(images).argmax(1) == labels).sum().item() / len(labels)
        finally:
            model.train(mode)

    assert debugging.evaluate_accuracy.check(evaluate_accuracy).passed


def test_the_split_may_draw_with_a_mask_of_its_own_order():
    def split_then_mirror(images, labels, generator):
        order = torch.argsort(torch.rand(len(images), generator=generator))
        size = round(0.2 * len(images))
        test, rest = order[-size:], order[:-size]
        doubled = torch.stack([images[rest], torch.flip(images[rest], dims=(3,))], dim=1).flatten(0, 1)
        return (doubled, labels[rest].repeat_interleave(2)), (images[test], labels[test])

    assert debugging.split_then_mirror.check(split_then_mirror).passed


@pytest.mark.parametrize(
    ("exercise", "attempt", "says"),
    [
        (debugging.train_step, lambda *_: 1.0, "expected the loss and the logits"),
        (debugging.split_then_mirror, lambda images, labels, _: (images, labels), "images and labels to train on"),
        (debugging.sanity_checks, lambda *_: {"expected": 1.0}, "Key 'last' is missing"),
        (debugging.sanity_checks, lambda *_: (1.0, 2.0, 3.0), "dict expected, got a tuple"),
    ],
)
def test_an_answer_of_the_wrong_form_is_told_the_right_one(exercise, attempt, says):
    assert says in exercise.check(attempt).message


# --- The exercises of the lesson on speed


def test_the_stopwatch_may_be_written_without_the_statistics_module():
    def median_seconds(fn, repeats=7, warmup=2, clock=time.perf_counter):
        seconds = []
        for turn in range(warmup + repeats):
            start = clock()
            fn()
            stop = clock()
            if turn >= warmup:
                seconds.append(stop - start)
        seconds.sort()
        return (seconds[(repeats - 1) // 2] + seconds[repeats // 2]) / 2

    assert speed.median_seconds.check(median_seconds).passed


def test_the_reference_stopwatch_measures_a_real_clock():
    assert 0.002 <= speed.median_seconds.reference(lambda: time.sleep(0.002), repeats=3, warmup=1) < 1


def test_amdahl_by_hand():
    """Half of the time made twice as fast: a quarter of the time is gone."""
    assert speed.amdahl.reference(0.5, 2) == pytest.approx(4 / 3)


def test_accuracy_may_keep_a_list_of_tensors_and_ask_once():
    def accuracy(batches):
        right = [logits.argmax(dim=-1).eq(labels) for logits, labels in batches]
        return torch.cat(right).float().mean().item()

    assert speed.accuracy.check(accuracy).passed


@pytest.mark.parametrize("ask", [float, int, lambda value: value.tolist(), lambda value: value.numpy().item()])
def test_every_way_of_asking_in_each_batch_counts_as_waiting(ask):
    def accuracy(batches):
        correct = sum(ask((logits.argmax(dim=1) == labels).sum()) for logits, labels in batches)
        return correct / sum(len(labels) for _, labels in batches)

    result = speed.accuracy.check(accuracy)
    assert not result.passed
    assert ".item()" in result.message


def test_the_size_in_bytes_is_torchs_own():
    for shape, dtype in [((3, 4), torch.float64), ((2, 3, 5, 5), torch.bfloat16), ((7,), torch.bool)]:
        assert speed.bytes_in_memory.reference(shape, dtype) == torch.zeros(shape, dtype=dtype).nbytes


# --- The chart


def record(epochs=3, steps=20, slope=0.0):
    step = torch.arange(1, epochs * steps + 1).float()
    norms = {name: (0.1 * scale * step**slope).tolist() for scale, name in enumerate(["conv", "linear"], start=1)}
    loss = (2.3 / step.sqrt()).tolist()
    return {"loss": loss, "norms": norms, "acc": [0.5, 0.6, 0.7][:epochs], "val_acc": [0.6, 0.65, 0.72][:epochs]}


def test_the_chart_has_a_row_for_each_run_on_shared_scales():
    fig = plot_charts({"healthy": record(), "E": record(slope=1.0)})
    rows = [fig.axes[:3], fig.axes[3:]]
    assert len(fig.axes) == 6
    for one, other in zip(*rows, strict=True):
        assert one.get_ylim() == other.get_ylim()
    assert [axes.get_ylabel() for axes in fig.axes[::3]] == ["healthy", "E"]


def test_the_chart_says_in_words_what_it_shows():
    fig = plot_charts({"healthy": record(), "E": record(slope=1.0)})
    assert "Healthy: loss from 1.75 to 0.299, at the lowest 0.297" in fig.alt
    assert "E: loss" in fig.alt
    assert "training accuracy 70 %, validation 72 %" in fig.alt


def test_a_layer_without_gradient_leaves_a_gap_and_no_warning():
    silent = record()
    silent["norms"]["conv"] = [0.0] * 60
    assert plot_charts({"silent": silent})._repr_html_().startswith("<img")


def test_the_chart_leaves_matplotlibs_settings_alone():
    before = dict(matplotlib.rcParams)
    plot_charts({"healthy": record()})
    assert dict(matplotlib.rcParams) == before


def test_the_chart_refuses_what_is_no_record():
    with pytest.raises(TypeError, match="dict from a name to a record, got list"):
        plot_charts([record()])
    with pytest.raises(ValueError, match="record of 'A' has no 'val_acc'"):
        plot_charts({"A": record() | {"val_acc": []}})


# --- Both lessons


@pytest.mark.parametrize("lesson", [LAB, SPEED], ids=lambda path: path.stem)
def test_key_figures_are_the_last_value_of_a_tagged_cell(lesson):
    (cell,) = [cell for cell in cells(lesson) if cell.startswith(' tags=["key-figures"]')]
    names = re.findall(r'^    "(.+?)":', cell, re.MULTILINE)
    assert len(names) >= 5
    assert cell.rstrip().endswith("}")


@pytest.mark.parametrize("lesson", [LAB, SPEED], ids=lambda path: path.stem)
def test_each_exercise_has_a_stub_a_check_and_a_proven_solution(lesson):
    text = lesson.read_text(encoding="utf-8")
    exercises = len(re.findall(r"^# ## Exercise \d · .+ · [★☆]{3} · \d+ minutes$", text, re.MULTILINE))
    assert 2 <= exercises <= 5
    assert text.count('# %% tags=["exercise"]') == exercises
    assert len(re.findall(r"^assert ex\.\w+\.check\(\w+\)\.passed$", text, re.MULTILINE)) == exercises
    assert len(re.findall(r"^ex\.\w+\.check\(\w+\)", text, re.MULTILINE)) == exercises


@pytest.mark.parametrize("lesson", [LAB, SPEED], ids=lambda path: path.stem)
def test_the_stars_and_minutes_in_the_lesson_are_those_of_the_exercise(lesson):
    module = debugging if lesson == LAB else speed
    text = lesson.read_text(encoding="utf-8")
    headings = re.findall(r"^# ## Exercise \d · (.+) · ([★☆]{3}) · (\d+) minutes$", text, re.MULTILINE)
    names = re.findall(r"^assert ex\.(\w+)\.check", text, re.MULTILINE)
    for (title, stars, minutes), name in zip(headings, names, strict=True):
        exercise = getattr(module, name)
        assert (title.lower(), stars.count("★"), int(minutes)) == (
            exercise.title.lower(),
            exercise.difficulty,
            exercise.minutes,
        )


def test_the_lesson_on_speed_asserts_no_time():
    """A test is not timed: a time may only be asserted to be positive."""
    text = SPEED.read_text(encoding="utf-8")
    timed = [line for line in text.splitlines() if line.startswith("assert") and re.search(r"_ms|_s\b|seconds\b", line)]
    assert timed
    assert all(re.search(r"> 0|>= 0|0 <|\.check\(|epoch_seconds\(", line) for line in timed)
