"""The timeline: order, words, and what it refuses."""

import pytest

from ainotes.utils.figure import CSS_PIXELS_PER_INCH
from ainotes.utils.plot import plot_timeline

EVENTS = [
    (2015, "ResNet", "shortcuts around layers make networks of 152 layers trainable."),
    (1998, "LeNet-5", "convolutions,\n pooling and gradients together"),
    (2014, "VGG", "only kernels of 3 × 3, one after the other"),
    (2014, "GoogLeNet", "kernels of several sizes side by side"),
]


def texts(fig):
    return [text.get_text() for text in fig.axes[0].texts]


def lines(fig):
    return [line for line in fig.axes[0].lines if len(line.get_xdata()) == 2]


def test_events_are_told_from_the_oldest_to_the_newest():
    assert plot_timeline(EVENTS).alt == (
        "1998: LeNet-5, convolutions, pooling and gradients together. 2014: VGG, only kernels of 3 × 3, one after the "
        "other. 2014: GoogLeNet, kernels of several sizes side by side. 2015: ResNet, shortcuts around layers make "
        "networks of 152 layers trainable."
    )
    assert plot_timeline(EVENTS, "History").alt.startswith("History. 1998: LeNet-5")


def test_they_stand_one_below_the_other_with_their_year_once():
    fig = plot_timeline(EVENTS, "History")
    places = {text.get_text(): text.get_position()[1] for text in fig.axes[0].texts}
    assert places["LeNet-5"] < places["VGG"] < places["GoogLeNet"] < places["ResNet"]
    assert texts(fig).count("2014") == 1
    assert places["2014"] == places["VGG"]
    assert texts(fig)[0] == "History"
    assert fig.axes[0].yaxis_inverted()


def test_a_long_pause_breaks_the_line():
    """Sixteen years, then none, then one."""
    assert [line.get_linestyle() for line in lines(plot_timeline(EVENTS))] == ["--", "-", "-"]


def test_long_words_are_wrapped_and_nothing_overlaps():
    fig = plot_timeline([(2000 + i, f"Net {i}", "what was new about it " * 8) for i in range(6)], "History")
    renderer = fig.canvas.get_renderer()
    boxes = [text.get_window_extent(renderer) for text in fig.axes[0].texts]
    assert len(boxes) > 6 * 4
    for i, one in enumerate(boxes):
        assert one.x1 <= fig.bbox.x1 - 5
        assert not any(one.overlaps(other) for other in boxes[i + 1 :]), texts(fig)[i]


def test_its_text_can_be_read_where_a_phone_shrinks_it():
    fig = plot_timeline(EVENTS)
    shrunk = 340 / (fig.get_figwidth() * CSS_PIXELS_PER_INCH)
    pixels = [text.get_fontsize() / 72 * CSS_PIXELS_PER_INCH * shrunk for text in fig.axes[0].texts]
    assert min(pixels) >= 8.5


def test_one_event_is_enough():
    fig = plot_timeline([(2012, "AlexNet", "two graphics cards")])
    assert fig.alt == "2012: AlexNet, two graphics cards."
    assert lines(fig) == []


@pytest.mark.parametrize(
    ("events", "error", "message"),
    [
        ([], TypeError, r"events expects a list of \(year, name, what was new\), at least one; got \[\]"),
        ("2012", TypeError, "events expects a list"),
        ({2012: "AlexNet"}, TypeError, "events expects a list"),
        ([(2012, "AlexNet")], TypeError, r"event 0 expects \(year, name, what was new\), got \(2012, 'AlexNet'\)"),
        ([EVENTS[0], ("2012", "AlexNet", "news")], TypeError, "year of event 1 expects a whole number, got '2012'"),
        ([(2012, "AlexNet", 8)], TypeError, "name and news of event 0 expect texts"),
        ([(2012, " ", "news")], ValueError, r"event 0 \(2012\) needs a name and what was new, got '' and 'news'"),
    ],
)
def test_what_is_no_history_is_named(events, error, message):
    with pytest.raises(error, match=message):
        plot_timeline(events)
