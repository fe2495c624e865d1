"""The network in the page: examples, the reader's own picture, and what goes wrong with it."""

import base64
import io

import numpy as np
import pytest
import skimage.data
import test_lab_figures as jupyter
import torch
from figure_page import flaws, sideways, small_targets
from PIL import Image
from playwright.sync_api import TimeoutError

from ainotes import models
from ainotes.widgets import PageClassifier
from ainotes.widgets.classifier import prepared

pytestmark = pytest.mark.browser
lab = jupyter.lab  # the fixture: a JupyterLab of its own
MEAN, STD = [0.4914, 0.4822, 0.4465], [0.247, 0.2435, 0.2616]
NAMES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
CHOOSE = "Choose a photograph"
# The bars' lengths are the probabilities, with all their digits.
BARS = """() => [...document.querySelectorAll(".answers li")].map((row) =>
  [row.children[0].textContent, parseFloat(row.children[1].style.getPropertyValue("--share")) / 100,
    row.children[2].textContent])"""
GIVE = """([kind, name, type, base64]) => {
  const transfer = new DataTransfer();
  if (base64 === null) transfer.setData("text/uri-list", "https://example.org/cat.jpg");
  else transfer.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], name, { type }));
  const data = kind === "paste" ? { clipboardData: transfer } : { dataTransfer: transfer };
  const event = kind === "paste" ? new ClipboardEvent("paste", { ...data, bubbles: true, cancelable: true })
    : new DragEvent(kind, { ...data, bubbles: true, cancelable: true });
  document.querySelector(kind === "paste" ? ".ainotes-classifier button" : ".ainotes-classifier").dispatchEvent(event);
}"""


def spread(network):
    """Let batch normalisation see images, and make the logits differ."""
    torch.manual_seed(1)
    with torch.no_grad():
        for _ in range(4):
            network.train()(torch.randn(32, network.channels, 32, 32))
        network.classifier[-1].weight.mul_(6)
    return network


@pytest.fixture(scope="module")
def colour():
    """A ResNet-14 with logits that differ, and three examples: exact, oblong, grey."""
    cat, coffee = skimage.data.chelsea(), skimage.data.coffee()
    examples = {
        "cat": cat[100:132, 150:182],
        "coffee": coffee[100:220, 200:350],
        "camera": skimage.data.camera()[50:150, 150:300],
    }
    network = spread(models.ResNet14())
    return PageClassifier(network, examples, NAMES, mean=MEAN, std=STD, size=32, true_labels=[3, 9, 0]), network


def torchs(network, pixels):
    """Return the probabilities that torch computes with the very weights of the network, not rounded, of a picture."""
    with torch.inference_mode():
        return network.eval()(torch.from_numpy(prepared(pixels, 32, MEAN, STD))[None]).softmax(1)[0].numpy()


def answered(page):
    """Return what the bars say: name -> probability."""
    bars = page.evaluate(BARS)
    assert [text for *_, text in bars] == [f"{100 * share:.1f} %" for _, share, _ in bars]
    return {name: share for name, share, _ in bars}


def agrees(page, expected):
    """Assert that the bars show the five most probable classes, the most probable first, to 1e-3."""
    found = answered(page)
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert list(found.values()) == pytest.approx(sorted(expected, reverse=True)[:5], abs=1e-3)
    assert found == pytest.approx({name: expected[NAMES.index(name)] for name in found}, abs=1e-3)


def wait(page, start="The network says"):
    page.wait_for_function("(start) => document.querySelector('.says').textContent.startsWith(start)", arg=start)


def png(pixels, **options):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, options.pop("format", "PNG"), **options)
    return file.getvalue()


def give(page, kind, name, content, type="image/png"):
    """Drop or paste a file, and wait for the answer."""
    page.locator(".says").first.evaluate("(node) => node.replaceChildren()")
    page.evaluate(GIVE, [kind, name, type, None if content is None else base64.b64encode(content).decode()])
    page.wait_for_function("document.querySelector('.says').textContent")


def test_the_answers_to_the_examples_are_those_of_torch(open_page, colour):
    figure, network = colour
    page = open_page(figure)
    for example in figure.examples:
        page.get_by_role("radio", name=example["name"], exact=True).check()
        wait(page)
        pixels = np.frombuffer(example["pixels"], np.uint8).reshape(example["shape"])
        pixels = pixels[..., 0] if pixels.shape[2] == 1 else pixels
        agrees(page, torchs(network, pixels))
    assert dict(figure.answers[2]) == pytest.approx(answered(page), abs=1e-3)


def test_the_verdict_names_the_label_beside_the_answer(open_page, colour):
    figure, _ = colour
    page = open_page(figure)
    wait(page)
    (name, share), truth = figure.answers[0][0], NAMES[figure.examples[0]["truth"]]
    label = "✓ The label says so too." if name == truth else f"✗ The label says: {truth}."
    assert page.locator(".says p").all_inner_texts() == [f"The network says: {name}, {100 * share:.1f} %.", label]
    assert page.locator(".says").get_attribute("aria-live") == "polite"


@pytest.mark.parametrize("way", ["drop", "paste", "choose"])
def test_a_picture_of_exactly_its_size_gets_the_answer_of_torch(open_page, colour, way):
    figure, network = colour
    page = open_page(figure)
    wait(page)
    pixels = skimage.data.astronaut()[60:92, 200:232]
    if way == "choose":
        page.locator(".says").evaluate("(node) => node.replaceChildren()")
        page.locator("input[type=file]").set_input_files(
            {"name": "her.png", "mimeType": "image/png", "buffer": png(pixels)}
        )
        wait(page)
    else:
        give(page, way, "her.png", png(pixels))
    agrees(page, torchs(network, pixels))
    assert page.locator(".says p").count() == 1, "nobody knows what it is"
    assert page.locator(".pane .note").first.inner_text() == "her.png, 32 × 32"
    assert page.get_by_role("radio", name="Your picture").is_checked()
    shown = page.evaluate(
        "[...document.querySelector('.seen canvas').getContext('2d').getImageData(0, 0, 32, 32).data]"
    )
    assert np.array_equal(np.reshape(shown, (32, 32, 4))[..., :3], pixels), "it is shown as the network sees it"


@pytest.mark.parametrize("size", [(512, 512), (300, 451), (40, 33)])
def test_a_larger_photograph_is_made_smaller_as_python_does(open_page, colour, size):
    figure, network = colour
    photograph = {512: skimage.data.astronaut(), 300: skimage.data.chelsea()}.get(size[0])
    photograph = skimage.data.coffee()[:40, :33] if photograph is None else photograph
    page = open_page(figure)
    wait(page)
    give(page, "drop", "large.png", png(photograph))
    agrees(page, torchs(network, photograph))
    page.get_by_role("radio", name="cat", exact=True).check()
    page.get_by_role("radio", name="Your picture").check()
    agrees(page, torchs(network, photograph))


def test_a_photograph_is_turned_upright_and_what_is_transparent_is_white(open_page, colour):
    figure, network = colour
    page = open_page(figure)
    wait(page)
    upright = skimage.data.chelsea()[:200, :200]
    exif = Image.Exif()
    exif[0x0112] = 6  # held sideways: turn it right by a quarter
    content = png(np.rot90(upright), format="PNG", exif=exif)
    give(page, "drop", "sideways.png", content)
    agrees(page, torchs(network, upright))
    half = np.dstack([upright, np.where(np.arange(200) < 90, 0, 255)[None].repeat(200, 0).astype(np.uint8)])
    give(page, "drop", "cut out.png", png(half))
    over_white = np.where(half[..., 3:] == 0, 255, upright).astype(np.uint8)
    agrees(page, torchs(network, over_white))


def test_what_is_no_picture_is_answered_in_words_and_breaks_nothing(open_page, colour):
    figure, _ = colour
    page = open_page(figure)
    wait(page)
    before = answered(page)
    for name, content, kind, told in (
        ("notes.txt", b"hello", "text/plain", "notes.txt is no picture."),
        (
            "broken.png",
            png(skimage.data.chelsea())[:300],
            "image/png",
            "broken.png cannot be decoded: it is damaged, or of",
        ),
        ("odd", b"\x00" * 40, "", "odd cannot be decoded"),
        ("photo.heic", b"\x00\x00\x00\x18ftypheic", "image/heic", "photo.heic cannot be decoded"),
        ("", None, "", "Only text or an address came, not the picture itself: save it, then choose the file."),
    ):
        give(page, "drop", name, content, kind)
        assert page.locator(".says").inner_text().startswith(told)
        assert answered(page) == before, "the answer before stays"
        assert page.get_by_role("radio", name="cat", exact=True).is_checked()
    give(page, "drop", "cat.png", png(skimage.data.chelsea()))
    assert page.locator(".says").inner_text().startswith("The network says")


def test_a_file_of_absurd_size_is_not_even_opened(open_page, colour):
    page = open_page(colour[0])
    wait(page)
    page.evaluate("""() => {
      const file = new File(["x"], "huge.png", { type: "image/png" });
      Object.defineProperty(file, "size", { value: 200 * 2 ** 20 });
      const event = new DragEvent("drop", { bubbles: true, cancelable: true });
      Object.defineProperty(event, "dataTransfer", { value: { files: [file] } });
      document.querySelector(".ainotes-classifier").dispatchEvent(event);
    }""")
    wait(page, "huge.png is too large: 200 MB, and 64 are enough.")


def test_a_large_photograph_is_taken_too(open_page, colour):
    figure, network = colour
    photograph = np.asarray(Image.fromarray(skimage.data.chelsea()).resize((3600, 2400)))
    page = open_page(figure)
    wait(page)
    give(page, "drop", "camera.jpg", png(photograph, format="JPEG", quality=95), "image/jpeg")
    assert page.locator(".pane .note").first.inner_text() == "camera.jpg, 3600 × 2400"
    expected = torchs(network, photograph)
    assert np.argmax(expected) == NAMES.index(next(iter(answered(page))))


def chooser_by_enter(page):
    """Press Enter on a button until the browser opens its dialog: on a busy machine it may take the key too late."""
    for _ in range(12):
        try:
            with page.expect_file_chooser(timeout=10_000) as chooser:
                page.keyboard.press("Enter")
        except TimeoutError:
            continue
        return chooser.value
    raise AssertionError("no dialog opened")


def test_everything_is_reached_by_keyboard(open_page, colour):
    page = open_page(colour[0])
    wait(page)
    page.keyboard.press("Tab")
    assert page.locator(":focus").get_attribute("aria-label") == "cat"
    page.keyboard.press("ArrowRight")
    assert page.locator(":focus").get_attribute("aria-label") == "coffee"
    assert page.get_by_role("radio", name="coffee").is_checked()
    assert (
        page.locator(".strip label:has(:focus-visible)").evaluate("(node) => getComputedStyle(node).outlineWidth")
        == "3px"
    )
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == CHOOSE
    chooser = chooser_by_enter(page)
    chooser.set_files({"name": "one.png", "mimeType": "image/png", "buffer": png(skimage.data.chelsea())})
    page.wait_for_function("document.querySelector('.pane .note').textContent.startsWith('one.png')")
    page.keyboard.press("Shift+Tab")
    assert page.locator(":focus").get_attribute("aria-label") == "Your picture"


def test_a_paste_is_taken_where_the_pointer_is_and_never_from_what_is_being_written(open_page, colour):
    page = open_page('<textarea aria-label="Notes"></textarea>', colour[0])
    wait(page)
    before, picture = answered(page), png(skimage.data.chelsea())

    def paste(into):
        content = base64.b64encode(picture).decode()
        page.evaluate(GIVE.replace(".ainotes-classifier button", into), ["paste", "mine.png", "image/png", content])

    page.locator(".ainotes-classifier").hover()
    paste("textarea")
    page.mouse.move(5, 5)
    paste("body")
    page.wait_for_timeout(300)
    assert answered(page) == before
    page.locator(".ainotes-classifier").hover()
    paste("body")
    page.wait_for_function("document.querySelector('.pane .note').textContent.startsWith('mine.png')")
    assert answered(page) != before


def test_it_is_said_what_it_knows_and_where_the_picture_stays(open_page, colour):
    page = open_page(colour[0])
    wait(page)
    text = page.locator(".ainotes-figure").inner_text()
    assert "The network knows these ten classes only: airplane, automobile, bird" in text
    assert "It chooses among them whatever it is shown." in text
    assert "Your photograph stays in this page: nothing of it is sent anywhere." in text
    assert "ms; the first time takes longest." in text
    assert page.locator(".view").first.get_attribute("aria-label").startswith("cat, 32 × 32 pixels")


def test_a_grey_network_takes_a_colour_photograph(open_page):
    torch.manual_seed(0)
    network = spread(models.LectureGap(classes=10))
    garment = np.linspace(0, 1, 784).reshape(28, 28)
    figure = PageClassifier(network, [garment, 1 - garment], NAMES, mean=[0.286], std=[0.353], size=28)
    page = open_page(figure)
    wait(page)
    assert answered(page) == pytest.approx(dict(figure.answers[0]), abs=1e-3)
    photograph = skimage.data.coffee()[:, :400]
    give(page, "drop", "coffee.png", png(photograph))
    with torch.inference_mode():
        expected = (
            network.eval()(torch.from_numpy(prepared(photograph, 28, [0.286], [0.353]))[None]).softmax(1)[0].numpy()
        )
    agrees(page, expected)


LAB_CELL = """
import numpy as np, torch
from pathlib import Path
from ainotes.models import LectureGap
from ainotes.widgets import PageClassifier

torch.manual_seed(0)
garments = np.random.default_rng(0).random((2, 28, 28))
figure = PageClassifier(LectureGap(), garments, list("abcdefghij"), mean=[0.5], std=[0.2], size=28)

def told(change):
    if figure.chosen is None:
        Path("own.txt").write_text(f"{figure.top[0][0]} {figure.top[0][1]} {len(figure.top)}")
        figure.chosen = 1  # Python goes on to an example

figure.observe(told, "top")
figure
"""


@pytest.mark.slow
def test_what_the_lab_answers_reaches_python_and_back(chromium, lab):
    address, work = lab
    (work / "classifier.ipynb").write_text(jupyter._notebook(LAB_CELL))
    page = jupyter._new_page(chromium)
    jupyter._run_all(page, address, "classifier.ipynb", ".ainotes-classifier .answers li")
    give(page, "drop", "mine.png", png(skimage.data.coffee()))
    jupyter._wait_on(page, (work / "own.txt").exists, "Python hears of the photograph")
    page.wait_for_function("document.querySelectorAll('.ainotes-classifier .strip input')[1].checked")
    page.wait_for_function("document.querySelector('.pane .note').textContent.startsWith('Picture 2')")
    name, probability, count = (work / "own.txt").read_text().split()
    assert name in "abcdefghij"
    assert 0.1 <= float(probability) <= 1, "the most probable of ten"
    assert count == "5"
    page.close()


def test_two_figures_keep_their_pictures_apart(open_page, colour):
    figure, _ = colour
    page = open_page(figure.html(), figure.html())
    page.wait_for_function("[...document.querySelectorAll('.says')].every((node) => node.textContent)")
    page.locator(".ainotes-classifier").nth(1).get_by_role("radio", name="coffee").check()
    assert page.locator(".ainotes-classifier").nth(0).get_by_role("radio", name="cat", exact=True).is_checked()
    give(page, "drop", "mine.png", png(skimage.data.chelsea()))
    page.wait_for_function("document.querySelector('.pane .note').textContent.startsWith('mine.png')")
    assert page.locator(".pane .note").nth(2).inner_text().startswith("coffee")


def test_the_numbers_are_unpacked_when_the_figure_is_seen(open_page, colour):
    page = open_page('<div style="height:6000px">Far above</div>', colour[0])
    page.wait_for_timeout(300)
    assert page.locator(".says").inner_text() == ""
    page.locator(".ainotes-classifier").scroll_into_view_if_needed()
    wait(page)


def test_axe_finds_nothing_and_nothing_sticks_out(open_page, colour):
    page = open_page(colour[0])
    wait(page)
    assert flaws(page) == []
    give(page, "drop", "mine.png", png(skimage.data.chelsea()))
    assert flaws(page) == []
    give(page, "drop", "notes.txt", b"hello", "text/plain")
    assert flaws(page) == []


def test_at_340_pixels_everything_fits_and_can_be_touched(open_page, colour):
    page = open_page(colour[0], width=340)
    wait(page)
    give(
        page, "drop", "a very long name of a photograph that somebody has taken at sea.png", png(skimage.data.chelsea())
    )
    assert sideways(page) <= 0
    assert small_targets(page) == []


def test_without_scripts_the_answers_can_be_read(open_page, colour):
    figure, _ = colour
    page = open_page(figure, java_script_enabled=False)
    text = page.locator("main").inner_text()
    name, share = figure.answers[1][0]
    assert f"coffee (label: truck): the network says {name}, {100 * share:.1f} %." in text
