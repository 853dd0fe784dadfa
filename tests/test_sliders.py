"""Sliders: what they refuse, what a page gets, and how it works in a browser from file://."""

import base64
import copy
import gzip
import io
import json
import re
import shutil
import xml.etree.ElementTree as ElementTree
from fractions import Fraction
from functools import cache
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.transforms import Bbox

from actfun import figures, planes, sliders
from actfun.sliders import Choice, Range, Slider, Steps, Toggle, Values

ROOT = Path(__file__).parent.parent
X = np.linspace(-4, 4, 101)


@pytest.fixture(autouse=True)
def plain_looks():
    with matplotlib.rc_context(), matplotlib.style.context("default"):
        yield


def elu(axes, alpha):
    curve, slope = axes
    curve.plot(X, np.where(X > 0, X, alpha * np.expm1(np.minimum(X, 0))), label="ELU")
    curve.set(xlim=(-4, 4), ylim=(-2.2, 4), title="ELU")
    curve.grid(True)
    curve.legend()
    slope.plot(X, np.where(X > 0, 1, alpha * np.exp(np.minimum(X, 0))), color="C1")
    slope.set(xlim=(-4, 4), ylim=(-0.2, 2.2), title="Slope")
    return f"f(−2) = {alpha * np.expm1(-2):.2f}"


def line(ax, weight, bias):
    ax.plot(X, np.tanh(weight * X + bias))
    ax.set(xlim=(-4, 4), ylim=(-1.1, 1.1))


def chosen(ax, points, dashed):
    x = np.linspace(-1, 1, points)
    ax.plot(x, x**2)
    if dashed:
        ax.plot(x, -(x**2), "--")
        ax.text(0, 0, "a < b & c")
    ax.set(xlim=(-1, 1), ylim=(-1, 1))


def path(ax, step):
    ax.scatter(range(step + 1), range(step + 1))
    ax.set(xlim=(-1, 6), ylim=(-1, 6))
    return f"step {step}"


def elu_slider(step=0.05):
    return Slider(
        elu,
        alt="ELU and its slope for α = {alpha}",
        caption="ELU",
        layout=(1, 2),
        alpha=Range(0, 2, step, start=1, label="α"),
    )


def grid_slider():
    return Slider(
        line, alt="tanh, {weight} and {bias}", weight=Range(-1, 1, 0.5, start=1), bias=[-1, 0, 1]
    )


def choice_slider():
    return Slider(
        chosen,
        alt="A parabola by {points} points",
        points=Choice({"few": 3, "many": 50}, label="Points"),
        dashed=Toggle(label="Dashed too"),
    )


def step_slider():
    return Slider(path, alt="{step} steps", step=Steps(6, label="Step", interval=50))


SHADES = np.linspace(0, 1, 3 * 4 * 5 * 3).reshape(3, 4, 5, 3)  # three images of 4 × 5 pixels


def painted(axes, image):
    planes.picture(axes[0], SHADES[image])
    planes.picture(axes[1], SHADES[0])


def image_slider():
    return Slider(painted, alt="image {image}", layout=(1, 2), image=[2, 1, 0])


EVERY = [lambda: elu_slider(0.5), grid_slider, choice_slider, step_slider, image_slider]


# ---------------------------------------------------------------- controls


def test_range_values_are_exact_decimals():
    control = Range(0, 2, 0.1)
    assert control.values[3] == 0.3 and control.values[-1] == 2.0
    assert control.texts[3] == "0.3" and len(control.values) == 21
    for step in (np.float32(0.1), Fraction(1, 10)):
        assert Range(0, 2, step).values == control.values


def test_range_of_whole_numbers_stays_whole():
    assert Range(-2, 4, 2).values == (-2, 0, 2, 4)
    assert Range(-2, 4, 2).texts == ("−2", "0", "2", "4")


def test_start_is_found_by_value():
    assert Range(0, 2, 0.05, start=1).index == 20
    assert Range(0, 2, 0.1, start=0.1 + 0.2).index == 3
    assert Range(0, 2, 0.1, start=np.float32(0.3)).index == 3
    assert Choice({"few": 3, "many": 50}, start=50).index == 1
    assert Choice(["a", "b"], start="b").index == 1
    assert Choice([np.zeros(2), np.ones(2)], start=np.ones(2)).index == 1
    assert Toggle(True).index == 1
    assert Steps(5, start=4).index == 4


def test_a_size_may_be_an_array():
    assert Slider(path, alt="{step}", size=np.array([4, 3]), step=[1]).size == (4, 3)


def test_a_value_in_the_description_reads_as_written_whatever_the_conversion():
    slider = Slider(line, alt="{weight!s}, {weight!r}, {bias:.1f}", weight=[-1], bias=[2])
    assert slider.describe((0, 0)) == "−1, −1, 2.0"


def test_texts_follow_the_format():
    assert Range(1, 3, 1, format="{:.1f} s").texts == ("1.0 s", "2.0 s", "3.0 s")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Range(0, 2, 0), "step must be positive, got 0"),
        (lambda: Range(2, 0, 1), "high must be greater than low"),
        (lambda: Range(0, 1, 0.3), "multiple of step"),
        (lambda: Range(0, float("inf"), 1), "high must be finite"),
        (lambda: Range(0, 10**400, 1), "high must be finite, got a number beyond the largest"),
        (lambda: Range(0, 2, 0.5, start=0.7), "start must be one of 0.0, 0.5"),
        (lambda: Choice(["a", "b"], start="c"), "start must be one of a, b"),
        (lambda: Values([]), "values must be a list of values, got none"),
        (lambda: Values([1.0, 1.001], format="{:.1f}"), "must read differently"),
        (lambda: Steps(0), "steps must be an integer from 1 to 700, got 0"),
        (lambda: Steps(3, interval=0), "interval must be at least 50"),
        (lambda: Slider(path, alt=" ", step=[1]), "alt must say"),
        (lambda: Slider(path, alt="{stop}", step=[1]), "alt must name controls only"),
        (lambda: Slider(path, alt="path"), "at least one control"),
        (
            lambda: Slider(line, alt="line", weight=Steps(27), bias=Steps(26)),
            "27 × 26 = 702 frames",
        ),
    ],
)
def test_wrong_values_are_refused(make, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        make()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Range("0", 2, 1), "low must be a real number, got str '0'"),
        (lambda: Toggle(1), "start must be True or False"),
        (lambda: Slider("path", alt="path", step=[1]), "draw must be callable, got str"),
        (lambda: Slider(path, alt="path", step=3), "step must be a Range"),
        (lambda: Slider(path, alt=3, step=[1]), "alt must be a string"),
    ],
)
def test_wrong_kinds_are_refused(make, message):
    with pytest.raises(TypeError, match=re.escape(message)):
        make()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Range(0, 2, float("nan")), "step must be finite, got nan"),
        (lambda: Range(0, 2, -0.5), "step must be positive, got -0.5"),
        (lambda: Range(0, 2, 0.5, start=3), "start must be one of 0.0, 0.5, 1.0, 1.5, 2.0; got 3"),
        (lambda: Range(0, 2, 0.5, start=float("nan")), "got nan"),
        (lambda: Range(0, 1, 1e-9), "step must leave at most 700 values from 0 to 1, got 1e-09"),
        (lambda: Range(0, 2, 1, format="{:q}"), "format must write one value"),
        (lambda: Range(0, 2, 1, format="{other}"), "format must write one value"),
        (lambda: Range(0, 2, 1, label=" "), "label must be a text that names the control"),
        (lambda: Choice(["a", "b", "a"]), "must read differently, got a, b, a"),
        (lambda: Choice({}), "options must be a list of values, got none"),
        (lambda: Values(value for value in ()), "list of values, got none"),
        (lambda: Steps(10**9), "from 1 to 700, got 1000000000"),
        (lambda: Steps(3, interval=float("inf")), "interval must be finite, got inf"),
        (lambda: Slider(path, alt="{step", step=[1]), "alt must have a place such as {step}"),
        (lambda: Slider(path, alt="{step:.1q}", step=[1]), "alt must have a place such as {step}"),
        (lambda: Slider(path, alt="{step.x}", step=[1]), "alt must name controls only (step)"),
        (lambda: Slider(path, alt="{}", step=[1]), "alt must name controls only (step)"),
        (lambda: Slider(path, alt="{step:.1f}", step=[1, "x"]), "alt must have a place"),
        (lambda: Slider(path, alt="path", caption=" ", step=[1]), "caption must say"),
        (lambda: Slider(path, alt="path", size=(3,), step=[1]), "size must be two positive"),
        (lambda: Slider(path, alt="path", size=(3, 0), step=[1]), "size must be two positive"),
        (lambda: Slider(path, alt="path", size=0, step=[1]), "size must be two positive"),
        (lambda: Slider(path, alt="path", layout=2, step=[1]), "layout must be two positive"),
        (lambda: Slider(path, alt="path", drag="x", step=[1]), "are numbers ('step'), got 'x'"),
        (lambda: Slider(path, alt="path", drag="step", step=["a"]), "(none here), got 'step'"),
        (lambda: Slider(path, alt="path", layout=(1, 1.5), step=[1]), "layout must be two"),
    ],
)
def test_values_out_of_reach_are_refused(make, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        make()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Range(0, 2j, 1), "high must be a real number, got complex 2j"),
        (lambda: Range(0, 2, True), "step must be a real number, got bool True"),
        (lambda: Range(0, 2, 1, label=3), "label must be text, got int 3"),
        (lambda: Range(0, 2, 1, format=3), "format must be a string"),
        (lambda: Values(5), "values must be a list of values, got int 5"),
        (lambda: Choice("abc"), "options must be a list of values, got str 'abc'"),
        (lambda: Steps(2.5), "steps must be a list of values, got float 2.5"),
        (lambda: Steps(3, interval="fast"), "interval must be a real number, got str 'fast'"),
        (lambda: Slider(path, alt="path", pace=[1]), "draw must take draw(axes, pace=…), but: "),
        (lambda: Slider(path, alt="path", step=[1], pace=[1]), "argument 'pace'"),
        (lambda: Slider(line, alt="line", weight=[1]), "argument: 'bias'"),
    ],
)
def test_things_of_another_kind_are_refused(make, message):
    with pytest.raises(TypeError, match=re.escape(message)):
        make()


def test_values_come_from_any_iterable():
    assert Values(n**2 for n in range(3)).values == (0, 1, 4)
    assert Steps(np.arange(3)).texts == ("0", "1", "2")
    assert Choice(np.array([-1.5, 2.0]), start=2).index == 1


def test_controls_say_what_they_are():
    assert repr(Range(0, 2, 0.5, start=1)) == "Range(0.0, 0.5, 1.0, 1.5, 2.0; start 1.0)"
    assert repr(Steps(100)) == "Steps(0, 1, 2, …, 98, 99; start 0)"
    kinds = [control.kind for control in (Values([1]), Choice([1]), Steps([1]), Toggle())]
    assert kinds == ["range", "select", "play", "checkbox"] and issubclass(Range, Values)


def test_numbers_have_a_true_minus_and_words_their_hyphen():
    assert Values([-1, "x-1", "1 to -3", float("-inf")]).texts == ("−1", "x-1", "1 to −3", "−inf")
    stage = Slider(lambda ax, k: f"mean -{k}, x-y", alt="{k}", k=[1]).stage()
    assert stage.readout((0,)) == "mean −1, x-y"


@pytest.mark.parametrize("elsewhere", [plt.plot, lambda x: plt.subplots()[1].plot(x)])
def test_what_pyplot_draws_is_refused_and_the_figures_of_the_caller_stay(elsewhere):
    mine, ax = plt.subplots()
    slider = Slider(lambda ax, k: elsewhere([k, 2]) and None, alt="{k}", k=[1, 2])
    with pytest.raises(ValueError, match="on the axes that it is given, by ax.plot"):
        sliders.static_markup(slider)
    assert plt.get_fignums() == [mine.number] and plt.gcf() is mine and not ax.lines
    plt.close(mine)


def test_drawing_leaves_settings_and_figures_alone():
    before = dict(matplotlib.rcParams)
    sliders.static_markup(step_slider())
    assert dict(matplotlib.rcParams) == before and plt.get_fignums() == []


def test_one_figure_more_is_not_one_too_many():
    figures_open = [plt.figure() for _ in range(matplotlib.rcParams["figure.max_open_warning"])]
    sliders.static_markup(Slider(path, alt="{step}", step=[1, 2]))  # a warning would be an error
    for figure in figures_open:
        plt.close(figure)


def test_texts_of_the_figure_do_not_pile_up():
    def draw(ax, step):
        ax.figure.suptitle(f"heading {step}")
        ax.figure.text(0, 0, f"corner {step}")
        ax.plot([step], label="line")
        ax.figure.legend()

    slider = Slider(draw, alt="{step}", step=[1, 2, 3])
    stage = slider.stage()
    for position in slider.positions():
        tree, _ = stage.frame(position)
        texts = [text.text for text in tree.iter("text") if text.text[0] in "chl"]
        number = position[0] + 1
        assert sorted(texts) == [f"corner {number}", f"heading {number}", "line"]


def seen_before_drawing(look, draw):
    """What ``look(ax)`` finds at the begin of each of two frames, the first of them drawn twice."""
    seen = []

    def note(ax, step):
        seen.append(look(ax))
        draw(ax, step)

    slider = Slider(note, alt="{step}", step=[1, 2])
    stage = slider.stage()
    for position in slider.positions():
        stage.frame(position)
    return seen


def test_legends_name_only_what_the_frame_has():
    def draw(ax, step):
        ax.bar([0, 1], [1, step], label="bars")
        ax.errorbar([0, 1], [1, 2], yerr=0.1, label="errors")
        ax.stem([1, 2], label="stems")
        assert len(ax.legend().get_texts()) == 3

    assert seen_before_drawing(lambda ax: [*ax.containers], draw) == [[]] * 3


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_limits_are_removed(scale):
    def draw(ax, step):
        ax.set(xscale=scale, yscale=scale)
        if step == 1:
            ax.set(xlim=(3, 7), ylim=(3, 1))

    seen = seen_before_drawing(lambda ax: (ax.get_xlim(), ax.get_ylim()), draw)
    assert seen[1] == seen[2] and 3 not in seen[1][0] + seen[1][1]
    assert all(low < high for limits in seen for low, high in limits)


def test_titles_and_labels_look_as_at_first():
    def looks(ax):
        titles = [ax.set_title("", loc=place) for place in ("left", "center", "right")]
        return [(text.get_color(), text.get_fontsize(), text.get_rotation(), text.get_text())
                for text in (*titles, ax.xaxis.label, ax.yaxis.label)]  # fmt: skip

    def draw(ax, step):
        for place in ("left", "center", "right"):
            ax.set_title("title", loc=place, color="red", rotation=3)
        ax.set_xlabel("x", fontsize=30)
        ax.set_ylabel("y", rotation=0, color="red")

    first, *others = seen_before_drawing(looks, draw)
    assert others == [first] * 2 and first[-1][2] == 90


@pytest.mark.parametrize("said", [0.5, np.float64(0.5), b"text", True])
def test_what_draw_says_is_a_text(said):
    slider = Slider(lambda ax, k: said, alt="{k}", k=[1])
    with pytest.raises(TypeError, match="draw must return a text to be read under the picture"):
        sliders.static_markup(slider)


def failing(error):
    def draw(ax, alpha, dashed):
        if alpha == -1 and dashed:
            raise error

    return Slider(draw, alt="{alpha}", alpha=Range(-1, 1, 1, start=1, label="α"), dashed=Toggle())


def test_an_error_names_the_frame():
    with pytest.raises(RuntimeError, match="^draw raised KeyError at α = −1, dashed = on: 'gone'$"):
        sliders.static_markup(failing(KeyError("gone")))
    assert plt.get_fignums() == []


def test_an_interruption_names_the_frame():
    with pytest.raises(KeyboardInterrupt, match="^while drawing α = −1, dashed = on$"):
        sliders.static_markup(failing(KeyboardInterrupt()))
    assert plt.get_fignums() == []


def test_draw_may_not_add_axes_but_may_return_its_axes():
    def colour_bar(ax, step):
        ax.figure.colorbar(ax.imshow([[step]]))

    with pytest.raises(ValueError, match="added axes"):
        sliders.static_markup(Slider(colour_bar, alt="colours", step=[1, 2]))
    markup = sliders.static_markup(Slider(lambda ax, step: ax.set(), alt="x", step=[1]))
    assert "actfun-readout" not in markup


# ---------------------------------------------------------------- the static page


def payload(markup):
    return json.loads(re.search(r'<script type="application/json">(.*)</script>', markup)[1])


def drawing(markup):
    return re.search(r'<(?:svg|div).*(?=<p class="actfun-values">)', markup, re.S)[0]


def base(markup):
    return ElementTree.fromstring(drawing(markup))


def apply(first, changes, frame):
    """What sliders.js does, on an element tree."""
    root = copy.deepcopy(first)
    nodes = list(root.iter())
    for node, name, choices, picks in changes:
        value = choices[picks[frame]]
        if name == "<":
            inner = ElementTree.fromstring(f"<g>{value}</g>")
            nodes[node][:] = list(inner)
            nodes[node].text = inner.text
        elif name == "":
            nodes[node].text = value or None
        elif value is None:
            nodes[node].attrib.pop(name, None)
        else:
            nodes[node].set(name, value)
    return root


@cache
def drawn_afresh(make):
    """Each frame on axes that are really cleared, in the places that the first frame fixed."""
    slider, frames = make(), []
    for position in slider.positions():
        stage = slider.stage()
        with matplotlib.rc_context({"axes.titley": 1.0}):
            for ax in stage.all_axes:
                ax.clear()
        tree, _ = stage.frame(position)
        figures.describe(tree, slider.describe(position))
        frames.append(figures.to_markup(tree))
    return frames


def canonical(markup):
    return ElementTree.canonicalize(markup)


@pytest.mark.slow
@pytest.mark.parametrize("make", EVERY)
def test_every_frame_is_what_drawing_it_afresh_gives(make):
    slider = make()
    markup = sliders.static_markup(slider)
    data, first = payload(markup), base(markup)
    prefix = re.search(r'<label for="(f\w{8}-)', markup)[1]
    pictures = set()
    for frame, expected in enumerate(drawn_afresh(make)):
        rebuilt = apply(first, data["changes"], frame)
        rebuilt.set("aria-label", data["alts"][frame])
        rebuilt = canonical(ElementTree.tostring(rebuilt, encoding="unicode"))
        assert rebuilt == canonical(expected.replace(figures.PLACEHOLDER, prefix))
        pictures.add(rebuilt)
    assert len(pictures) == slider.frame_count


def test_every_frame_has_its_own_words_and_its_own_picture():
    """The last control varies fastest, for the texts and for the drawing alike."""

    def draw(ax, first, second):
        ax.text(0, 0, f"<{first}{second}>")
        return f"read {first}{second}"

    slider = Slider(
        draw,
        alt="alt {first}{second}",
        first=Choice(["a", "b", "c"], start="b"),
        second=Values(["x", "y"], start="y"),
    )
    markup = sliders.static_markup(slider)
    data, words = payload(markup), ["ax", "ay", "bx", "by", "cx", "cy"]
    assert data["alts"] == [f"alt {word}" for word in words]
    assert data["readouts"] == [f"read {word}" for word in words]
    assert [[texts, start] for texts, start, _ in data["controls"]] == [
        [["a", "b", "c"], 1], [["x", "y"], 1]
    ]  # fmt: skip
    for frame, word in enumerate(words):
        drawn = apply(base(markup), data["changes"], frame)
        assert f"<{word}>" in [text.text for text in drawn.iter("text")]
    assert "<span>read by</span>" in markup and "first = b, second = y</p>" in markup
    assert "<by>" in [text.text for text in base(markup).iter("text")]


def test_a_strip_for_print_walks_along_the_longest_control():
    assert sliders._walk((1, 5), [3, 9], 4) == [(1, 0), (1, 3), (1, 5), (1, 8)]
    seen = []
    slider = Slider(lambda ax, a, b: seen.append((a, b)), alt="x", a=[1, 2], b=Steps(5, start=2))
    slider.strip()
    assert list(dict.fromkeys(seen)) == [(1, 2), (1, 0), (1, 1), (1, 3), (1, 4)]


def test_the_first_picture_is_the_start():
    markup = sliders.static_markup(elu_slider(0.5))
    assert base(markup).get("aria-label") == "ELU and its slope for α = 1.0"
    assert '<p class="actfun-values">α = 1.0</p>' in markup
    assert "f(−2) = −0.86" in markup.replace("-0.86", "−0.86")


@pytest.mark.slow
def test_sizes():
    markup = sliders.static_markup(elu_slider())
    assert len(gzip.compress(markup.encode())) < 40_000
    assert len(drawing(markup)) < 25_000


def test_only_what_differs_is_stored():
    changes = payload(sliders.static_markup(elu_slider(0.5)))["changes"]
    assert {name for _, name, _, _ in changes} == {"d"}
    assert len(changes) == 2


def test_of_an_image_only_its_pixels_are_stored_and_those_exactly():
    markup = sliders.static_markup(image_slider())
    ((_, name, choices, picks),) = payload(markup)["changes"]
    assert (name, picks) == ("href", [0, 1, 2])
    for image, address in zip((2, 1, 0), choices, strict=True):
        pixels = plt.imread(io.BytesIO(base64.b64decode(address.partition(",")[2])))
        np.testing.assert_allclose(pixels[..., :3], SHADES[image], atol=0.5 / 255)
    assert markup.count(choices[2]) == 2  # beside the other one, and as a frame


@pytest.mark.slow
def test_markup_is_the_same_every_time_and_ids_are_its_own():
    first, again = (sliders.static_markup(grid_slider()) for _ in range(2))
    assert first == again
    other = sliders.static_markup(elu_slider(0.5))
    ids = [re.findall(r' id="([^"]+)"', markup) for markup in (first, other)]
    assert all(len(found) == len(set(found)) for found in ids) and not set(ids[0]) & set(ids[1])


def test_nothing_ends_the_script_early():
    def draw(ax, text):
        ax.set_title(text)

    slider = Slider(draw, alt="{text}", text=Choice(["</script><b>", "plain"]))
    markup = sliders.static_markup(slider)
    assert markup.count("</script>") == 1
    assert payload(markup)["alts"] == ["</script><b>", "plain"]


def test_the_bundle_has_a_page_a_picture_and_a_short_text():
    bundle = choice_slider()._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html", "image/png"}
    assert bundle["text/plain"] == "Slider('A parabola by few points', 4 frames)"


def test_on_paper_the_values_stand_above_the_frame():
    stage = elu_slider().stage()
    stage.readout((0,))
    photograph, frame = stage.photograph("α = 0"), figures.pixels(stage.figure)
    line, below = np.split(photograph, [len(photograph) - len(frame)])
    assert np.array_equal(below, frame) and line.min() < 128 < 250 < line[[0, -1]].min()


def test_labels_stay_where_they_are():
    """Beside the numbers of the first frame, even if that had no label."""

    def draw(ax, reach):
        ax.plot([0, 1], [0, reach])
        ax.set(xlabel="x" * (reach > 1), ylabel="height", ylim=(0, reach))

    slider = Slider(draw, alt="up to {reach}", reach=Values([1, 1000, 1_000_000]))
    stage, places = slider.stage(), []
    x, y = stage.axes.xaxis, stage.axes.yaxis
    for position in slider.positions():
        stage.readout(position)
        stage.figure.draw_without_rendering()
        places.append([axis.label.get_window_extent().extents.tolist() for axis in (x, y)])
        if position == (0,):
            numbers = Bbox.union([text.get_window_extent() for text in y.get_ticklabels()])
            assert numbers.x0 - places[0][1][2] == pytest.approx(y.labelpad * 100 / 72, abs=1)
    above, below = x.get_ticklabels()[0].get_window_extent().y0, places[1][0][3]
    assert above - below == pytest.approx(x.labelpad * 100 / 72, abs=1)
    assert places[1] == places[2] and places[0][1] == places[1][1]


def test_a_frame_makes_no_ticks_and_no_layout_anew():
    """What takes most of the time is done once for all frames."""
    stage = elu_slider().stage()
    stage.frame((0,))
    kept = [tick for ax in stage.all_axes for tick in ax.xaxis.get_major_ticks()]
    places = [ax.get_position().bounds for ax in stage.all_axes]
    stage.frame((1,))
    assert kept == [tick for ax in stage.all_axes for tick in ax.xaxis.get_major_ticks()]
    assert places == [ax.get_position().bounds for ax in stage.all_axes]
    assert stage.figure.get_layout_engine() is None or not stage.figure.get_constrained_layout()


# ---------------------------------------------------------------- in a browser


@pytest.fixture
def open_page(chromium, tmp_path):
    """Open sliders in a page from file://, and watch what it asks for and complains of."""
    contexts, trouble = [], []

    def open_page(*made, at_hand=False, theme="light", **settings):
        for name in ("sliders.js", "figures.css"):
            shutil.copy(ROOT / "assets" / name, tmp_path / name)
        page_file = tmp_path / "page.html"
        page_file.write_text(
            f'<!doctype html><html lang="en" data-theme="{theme}"><meta charset="utf-8">'
            '<title>Sliders</title><link rel="icon" href="data:,">'
            '<link rel="stylesheet" href="figures.css">'
            '<script src="sliders.js"></script><body>'
            + "".join(sliders.static_markup(slider) for slider in made),
            encoding="utf-8",
        )
        context = chromium.new_context(**settings)
        contexts.append(context)
        page = context.new_page()
        if at_hand:  # time stands still until a test moves it on
            page.clock.install(time=0)
            page.clock.pause_at(1000)
        page.on("console", lambda message: trouble.append(message.text))
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on(
            "request",
            lambda request: (
                request.url.startswith(("file:", "data:")) or trouble.append(request.url)
            ),
        )
        page.goto(page_file.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert trouble == []


def picture(page):
    return page.locator(".actfun-slider [role=img]").first.evaluate("drawing => drawing.innerHTML")


def test_keyboard(open_page):
    page = open_page(elu_slider(0.5))
    control, image = page.get_by_label("α", exact=True), page.get_by_role("img")
    before = picture(page)
    control.focus()
    page.keyboard.press("ArrowRight")
    assert control.get_attribute("aria-valuetext") == "1.5"
    assert page.locator("output").inner_text() == "1.5"
    assert image.get_attribute("aria-label") == "ELU and its slope for α = 1.5"
    assert page.locator(".actfun-readout").inner_text() == "f(−2) = −1.30"
    assert picture(page) != before
    page.keyboard.press("End")
    assert control.get_attribute("aria-valuetext") == "2.0"
    page.keyboard.press("Home")
    assert control.get_attribute("aria-valuetext") == "0.0"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert picture(page) == before


def test_pointer(open_page):
    page = open_page(grid_slider())
    before = picture(page)
    box = page.get_by_label("weight", exact=True).bounding_box()
    page.mouse.move(box["x"] + box["width"] - 8, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 2, box["y"] + box["height"] / 2, steps=5)
    page.mouse.up()
    assert page.get_by_label("weight", exact=True).get_attribute("aria-valuetext") == "−1.0"
    page.get_by_label("bias", exact=True).click(position={"x": 2, "y": 10})
    assert page.get_by_role("img").get_attribute("aria-label") == "tanh, −1.0 and −1"
    assert picture(page) != before


# What the picture has after the controls are set, and what the frame has: all where they differ.
SHOWN_AND_EXPECTED = """([position, frame]) => {
    document.querySelectorAll(".actfun-control").forEach((row, i) => {
        const input = row.querySelector("input, select");
        if (input.type === "checkbox") input.checked = position[i] === 1;
        else if (input.type === "range") input.value = position[i];
        else input.selectedIndex = position[i];
        input.dispatchEvent(new Event("input"));
    });
    const parts = markup => [...new DOMParser().parseFromString(markup, "text/html")
        .querySelectorAll("svg *")].map(element => element.tagName
            + [...element.attributes].map(a => a.name + "=" + a.value).sort()
            + (element.children.length ? "" : element.textContent));
    const shown = parts(document.querySelector(".actfun-slider [role=img]").outerHTML);
    const expected = parts(frame);
    return shown.length && shown.join() === expected.join() ? [1, 1] : [shown, expected];
}"""


@pytest.mark.parametrize("make", EVERY)
def test_the_browser_shows_each_frame_as_drawn(open_page, make):
    slider = make()
    page = open_page(slider)
    prefix = page.locator("label").first.get_attribute("for")[:10]
    frames = [frame.replace(figures.PLACEHOLDER, prefix) for frame in drawn_afresh(make)]
    for position, frame in list(zip(slider.positions(), frames))[::-1]:
        shown, expected = page.evaluate(SHOWN_AND_EXPECTED, [position, frame])
        assert shown == expected


def test_drop_down_and_toggle(open_page):
    page = open_page(choice_slider())
    few = picture(page)
    page.get_by_label("Points", exact=True).focus()
    page.keyboard.press("ArrowDown")
    assert page.get_by_role("img").get_attribute("aria-label") == "A parabola by many points"
    many = picture(page)
    page.get_by_label("Dashed too", exact=True).focus()
    page.keyboard.press("Space")
    assert len({few, many, picture(page)}) == 3
    assert "a &lt; b &amp; c" in picture(page)
    page.get_by_label("Dashed too", exact=True).click()
    page.get_by_label("Points", exact=True).select_option("few")
    assert picture(page) == few


def test_play_runs_to_the_end_and_starts_again(open_page):
    page = open_page(step_slider(), at_hand=True)
    step, shown = page.get_by_label("Step", exact=True), page.locator("output")
    page.get_by_role("button", name="Play Step").click()
    for number in ("1", "2", "3", "4"):
        page.clock.run_for(50)
        assert shown.inner_text() == number
        assert page.get_by_role("button", name="Pause Step").is_visible()
    page.clock.run_for(50)
    assert step.get_attribute("aria-valuetext") == "5"
    page.get_by_role("button", name="Play Step").press("Enter")
    assert shown.inner_text() == "0"
    page.clock.run_for(100)
    assert shown.inner_text() == "2"
    step.press("Home")
    page.clock.run_for(500)
    assert shown.inner_text() == "0", "whoever takes the slider stops it"


@pytest.mark.parametrize("scale, values", [("linear", [0, 1, 2, 4]), ("log", [0.01, 0.1, 1, 10])])
def test_a_finger_on_the_picture_moves_the_slider(open_page, scale, values):
    def dot(axes, point):
        axes[0].plot(point, 1, "o")
        axes[0].set(xscale=scale, xlim=(values[0], values[-1]))

    slider = Slider(dot, alt="dot at {point}", layout=(1, 2), drag="point", point=values)
    page = open_page(slider)
    panel, shown = page.locator(".actfun-slider svg").first, page.locator("output")
    box = panel.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 5)
    assert shown.inner_text() == str(values[0]), "nothing moves unless it is held"
    page.mouse.down()
    seen = []
    for share in (0.05, 0.35, 0.6, 0.95):  # of the panel, whose axis begins after its labels
        page.mouse.move(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
        seen.append(shown.inner_text())
    page.mouse.up()
    page.mouse.move(box["x"], box["y"] + 5)
    assert seen == list(map(str, values))
    assert shown.inner_text() == seen[-1]


def test_the_readout_is_not_read_aloud_while_it_plays(open_page):
    page = open_page(step_slider(), at_hand=True)
    aloud = "e => e.getAttribute('aria-live')"
    assert page.locator(".actfun-readout").evaluate(aloud) == "polite"
    page.get_by_role("button", name="Play Step").click()
    assert page.locator(".actfun-readout").evaluate(aloud) == "off"
    page.get_by_role("button", name="Pause Step").click()
    assert page.locator(".actfun-readout").evaluate(aloud) == "polite"


def test_play_becomes_single_steps_for_less_motion(open_page):
    page = open_page(step_slider(), at_hand=True, reduced_motion="reduce")
    page.get_by_role("button", name="Next Step").click()
    page.clock.run_for(500)
    assert page.locator("output").inner_text() == "1"


def test_without_javascript_the_start_is_shown_and_no_dead_control(open_page):
    page = open_page(elu_slider(0.5), java_script_enabled=False)
    assert page.get_by_role("img").is_visible()
    assert page.locator(".actfun-values").inner_text() == "α = 1.0"
    assert not page.locator("input").is_visible()


def test_reloading_keeps_picture_and_control_together(open_page):
    page = open_page(elu_slider(0.5))
    before = picture(page)
    page.get_by_label("α", exact=True).press("End")
    page.reload()
    assert page.get_by_label("α", exact=True).input_value() == "2" and picture(page) == before


def test_a_phone_of_320_pixels(open_page):
    page = open_page(elu_slider(0.5), viewport={"width": 320, "height": 600})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    left, right = (svg.bounding_box() for svg in page.locator("svg").all())
    assert left["width"] > 280 < right["width"] and right["y"] >= left["y"] + left["height"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_white_is_the_paper_of_the_theme(open_page, theme):
    """And black is the ink, whatever the style sheet of the page has for the two."""

    def dot(ax, step):
        ax.plot([step], [0], "o", markerfacecolor="white", markeredgecolor="black")

    page = open_page(Slider(dot, alt="{step}", step=[1, 2]), theme=theme)
    page.add_style_tag(content=":root { --pst-color-background: #123456; color: #abcdef; }")
    seen = page.evaluate(
        "() => [...document.querySelectorAll('svg use')]"
        ".map(e => getComputedStyle(e)).map(({ fill, stroke }) => [fill, stroke])"
    )
    paper = "rgb(18, 52, 86)" if theme == "dark" else "rgb(255, 255, 255)"
    assert [paper, "rgb(171, 205, 239)"] in seen
    assert {ink for _, ink in seen} == {"rgb(171, 205, 239)"}


def test_on_paper_the_values_stand_in_words(open_page):
    page = open_page(elu_slider(0.5))
    assert not page.locator(".actfun-values").is_visible() and page.locator("input").is_visible()
    page.emulate_media(media="print")
    assert page.locator(".actfun-values").is_visible() and not page.locator("input").is_visible()


def test_nothing_jumps_while_a_slider_moves(open_page):
    """A read-out of two lines leaves what follows in its place, a long value the controls."""

    def say(ax, words, other):
        return "word " * len(words)

    slider = Slider(
        say,
        alt="{words}",
        caption="below",
        size=(4, 2),
        words=Values(["a", "a value that needs a line for itself", "b"]),
        other=Choice(["a", "b"]),
    )
    page = open_page(slider, viewport={"width": 390, "height": 800})
    places = set()
    for _ in range(3):
        places.add(page.locator("figcaption").bounding_box()["y"])
        page.get_by_label("words", exact=True).press("ArrowRight")
    assert len(places) == 1


def test_wide_panels_have_larger_letters_on_a_phone(open_page):
    size = """() => [...document.querySelectorAll("svg text")].map(text => {
        const { a, b } = text.getScreenCTM();
        return parseFloat(getComputedStyle(text).fontSize) * Math.hypot(a, b);
    })"""

    def titled(ax, k):
        ax.set_title(f"title {k}")

    wide = Slider(titled, alt="{k}", size=(6.4, 3), k=[1, 2])
    page = open_page(wide, viewport={"width": 358, "height": 800})  # a phone of 390, less margins
    assert min(page.evaluate(size)) > 10
    page = open_page(elu_slider(0.5), viewport={"width": 390, "height": 800})
    assert 12 < min(page.evaluate(size)) and max(page.evaluate(size)) < 18


def test_what_unfolds_is_looked_at_again(chromium):
    """The theme looks for what is too wide when the window changes: `book.js` says so."""
    page = chromium.new_page()
    page.set_content(
        "<details><summary>more</summary>wide</details><button class=toggle>less</button><p>no</p>"
    )
    page.evaluate(  # those of the script; a new window may be sized late by the browser itself
        "() => { window.looks = 0;"
        " addEventListener('resize', event => { window.looks += !event.isTrusted; }); }"
    )
    page.add_script_tag(path=ROOT / "assets" / "book.js")
    counts = []
    for place in ("p", "button", "summary"):
        page.locator(place).click()
        page.wait_for_function("() => !document.querySelector('details').open || window.looks > 1")
        counts.append(page.evaluate("window.looks"))
    page.close()
    assert counts == [0, 1, 2]


def test_the_page_gets_no_globals(open_page):
    page = open_page()
    own = page.evaluate(
        "() => { const frame = document.createElement('iframe'); document.body.append(frame);"
        " return Object.keys(window).filter(name => !(name in frame.contentWindow)); }"
    )
    assert own in ([], ["0"])


def test_a_move_touches_only_what_differs(open_page):
    """One of two lines, the name of the drawing, the control's value twice, and the read-out."""

    def two(ax, low, high):
        ax.plot([0, 1], [0, low])
        ax.plot([0, 1], [2, high])
        ax.set(ylim=(0, 4))
        return f"{low} and {high}"

    page = open_page(Slider(two, alt="{low}, {high}", low=[0, 1, 2], high=[2, 3, 4]))
    touched = page.evaluate(
        """async () => {
            const seen = [], figure = document.querySelector("figure");
            const note = (record) => seen.push(record.attributeName ?? record.target.localName);
            new MutationObserver((records) => records.forEach(note)).observe(
                figure, { subtree: true, attributes: true, childList: true });
            const input = document.querySelector("input");
            input.value = 2;
            input.dispatchEvent(new Event("input"));
            await null;
            return seen.sort();
        }"""
    )
    assert touched == ["aria-label", "aria-valuetext", "d", "output", "span"]
