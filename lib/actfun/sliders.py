"""One call, two lives: real widgets in a running notebook, a slider that works in a static page.

``Slider(draw, alt=..., alpha=Range(0, 2, 0.05, start=1))`` draws one frame for every combination of
values. A page stores the first frame whole and, for the others, only the attributes and texts that
differ; ``sliders.js`` sets them. Where a person runs the cell, widgets call `draw` again instead.
"""

import base64
import html
import inspect
import itertools
import json
import math
from contextlib import contextmanager
from numbers import Number

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from matplotlib.text import Text

from actfun import figures
from actfun.audience import someone_is_there
from actfun.controls import MAX_FRAMES, Choice, Control, Range, Steps, Toggle, Values
from actfun.notation import true_minus

__all__ = ["MAX_FRAMES", "Choice", "Range", "Slider", "Steps", "Toggle", "Values"]


class Slider:
    """A picture with controls.

    Parameters
    ----------
    draw : callable
        ``draw(axes, **values)`` draws one frame on the Axes it gets (an array of Axes if `layout`
        is not (1, 1)) and may return a text to be read under the picture. What pyplot draws
        (``plt.plot``) is not on these Axes and is refused. Between frames the artists, titles,
        labels and limits are removed, texts and legends of the figure as well. Ticks, scales,
        grids, spines, margins and aspect stay: set them in every frame or in none. Set the limits,
        or the view jumps from frame to frame.
    alt : str
        What the picture shows; ``{alpha}`` stands for the value of the control `alpha`, and
        ``{alpha:.1f}`` writes it by a format of its own. On the pages of the book at least twelve
        words, none of them a colour, and no two frames with the same ones.
    caption : str, optional
    size : (float, float), optional
        Width and height in inches; by default matplotlib's ``figure.figsize``.
    layout : (int, int)
        Rows and columns of Axes. Their places and those of their labels are fixed by the first
        frame.
    drag : str, optional
        The control that a finger or mouse on the first panel moves as well: its values are places
        on that panel's horizontal axis, whose limits and scale are the same in every frame.
    **controls : Range, Values, Choice, Toggle, Steps, list or tuple
        One for each keyword of `draw`, at most `MAX_FRAMES` combinations.

    Raises
    ------
    TypeError, ValueError
        If an argument cannot be used, or there are too many frames.
    RuntimeError
        While frames are drawn, if `draw` raises. It names the values of the frame; its cause is
        what `draw` raised.

    Examples
    --------
    >>> def draw(ax, slope):
    ...     ax.plot([-1, 1], [-slope, slope])
    ...     ax.set(ylim=(-2, 2))
    ...     return f"slope {slope}"
    >>> slope = Range(0, 2, 0.5, start=1)
    >>> Slider(draw, alt="A line of slope {slope}", slope=slope)
    Slider('A line of slope 1.0', 5 frames)
    """

    def __init__(self, draw, alt, caption=None, size=None, layout=(1, 1), drag=None, **controls):
        if not callable(draw):
            raise TypeError(f"draw must be callable, got {type(draw).__name__}")
        figures.check_text("alt", alt)
        if caption is not None:
            figures.check_text("caption", caption)
        if not controls:
            raise ValueError("a slider needs at least one control, such as alpha=Range(0, 2, 0.1)")
        self.draw, self.alt, self.caption = draw, alt, caption
        size = mpl.rcParams["figure.figsize"] if size is None else size
        self.size = _pair("size", size, Number, "inches")
        self.layout = _pair("layout", layout, int, "rows and columns")
        self.controls = {name: _as_control(name, control) for name, control in controls.items()}
        self.drag = _draggable(drag, self.controls)
        self.frame_count = math.prod(len(c.values) for c in self.controls.values())
        if self.frame_count > MAX_FRAMES:
            sizes = " × ".join(str(len(c.values)) for c in self.controls.values())
            raise ValueError(
                f"the controls give {sizes} = {self.frame_count} frames, "
                f"at most {MAX_FRAMES} are allowed"
            )
        self.start = tuple(control.index for control in self.controls.values())
        _check_parameters(draw, self.controls)
        for position in self.positions():
            self._check_alt(position)

    def _check_alt(self, position):
        known = ", ".join(self.controls)
        try:
            said = self.describe(position)
        except (KeyError, IndexError, AttributeError) as error:
            raise ValueError(f"alt must name controls only ({known}), got {self.alt!r}") from error
        except (ValueError, TypeError) as error:
            raise ValueError(
                f"alt must have a place such as {{{known.split(', ')[0]}}} for each value, "
                f"got {self.alt!r}: {error}"
            ) from error
        figures.check_text("alt", said)

    def __repr__(self):
        return f"Slider({self.describe(self.start)!r}, {self.frame_count} frames)"

    def label(self, name):
        """The visible name of a control."""
        return self.controls[name].label or name

    def values(self, position):
        """The arguments of `draw` at a position: one index for each control."""
        return {n: c.values[i] for (n, c), i in zip(self.controls.items(), position)}

    def texts(self, position):
        """The values at a position as they are written."""
        return {n: c.texts[i] for (n, c), i in zip(self.controls.items(), position)}

    def describe(self, position):
        """The accessible name of the picture at a position."""
        values, texts = self.values(position), self.texts(position)
        return self.alt.format(**{name: _Shown(values[name], texts[name]) for name in values})

    def summary(self, position):
        """The values in one line: "α = 0.5, slope on"."""
        return ", ".join(
            f"{self.label(name)} = {text}" for name, text in self.texts(position).items()
        )

    def positions(self):
        """All positions, the last control varying fastest."""
        return itertools.product(*(range(len(c.values)) for c in self.controls.values()))

    def stage(self, scale=1):
        """A figure on which the frames can be drawn one after another."""
        return Stage(self, scale)

    def strip(self, count=4):
        """PNG bytes of a few frames with their values, two in a row, for print."""
        stage, frames = self.stage(scale=0.75), []
        for position in _walk(self.start, [len(c.values) for c in self.controls.values()], count):
            stage.readout(position)
            frames.append(stage.photograph(self.summary(position)))
        if len(frames) % 2:
            frames.append(np.full_like(frames[0], 255))
        rows = [np.hstack(frames[i : i + 2]) for i in range(0, len(frames), 2)]
        return figures.pixels_to_png(np.vstack(rows))

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {
            "text/plain": repr(self),
            "text/html": static_markup(self),
            "image/png": base64.b64encode(self.strip()).decode("ascii"),
        }

    def _ipython_display_(self):
        if not someone_is_there():
            raise NotImplementedError  # IPython goes on to _repr_mimebundle_
        from actfun import live  # which needs ipywidgets

        live.show(self)


class _Shown:
    """A value in the alt text: as it is written, or by a format of its own."""

    def __init__(self, value, text):
        self.value, self.text = value, text

    def __repr__(self):
        return self.text

    def __format__(self, spec):
        return format(self.value, spec) if spec else self.text


def _pair(name, pair, kind, what):
    """Two positive numbers as a tuple."""
    pair = tuple(pair) if isinstance(pair, (list, tuple, np.ndarray)) else (pair,)
    kinds = (int, np.integer) if kind is int else kind
    fits = [isinstance(n, kinds) and not isinstance(n, bool) and 0 < n < math.inf for n in pair]
    if len(pair) != 2 or not all(fits):
        raise ValueError(f"{name} must be two positive numbers ({what}), got {pair!r}")
    return pair


def _check_parameters(draw, controls):
    """Raise unless `draw` takes the axes and each control by its name."""
    try:
        signature = inspect.signature(draw)
    except (ValueError, TypeError):  # which some callables written in C do not have
        return
    try:
        signature.bind(None, **dict.fromkeys(controls))
    except TypeError as error:
        call = ", ".join(f"{name}=…" for name in controls)
        raise TypeError(f"draw must take draw(axes, {call}), but: {error}") from None


def _as_control(name, control):
    if isinstance(control, (list, tuple)):
        return Values(control)
    if isinstance(control, Control):
        return control
    raise TypeError(
        f"{name} must be a Range, Values, Choice, Toggle, Steps, list or tuple; got {control!r}"
    )


def _draggable(name, controls):
    """The control to be dragged in the picture, or None."""
    numeric = [n for n, c in controls.items() if all(isinstance(v, Number) for v in c.values)]
    if name is not None and name not in numeric:
        allowed = ", ".join(map(repr, numeric)) or "none here"
        raise ValueError(
            f"drag must name a control whose values are numbers ({allowed}), got {name!r}"
        )
    return name


def _walk(start, sizes, count):
    """Positions for print: along the longest control, evenly, the others at their start."""
    longest = max(range(len(sizes)), key=sizes.__getitem__)
    stops = sorted({round(i) for i in np.linspace(0, sizes[longest] - 1, count)})
    return [start[:longest] + (stop,) + start[longest + 1 :] for stop in stops]


# ---------------------------------------------------------------- frames


class Stage:
    """One figure on which all the frames of a slider are drawn."""

    def __init__(self, slider, scale=1):
        self.slider = slider
        width, height = slider.size
        self.figure = Figure(figsize=(scale * width, scale * height), layout="constrained")
        self.axes = self.figure.subplots(*slider.layout)
        self.all_axes = list(self.figure.axes)
        self.plain = [[_look(text) for text in _words(ax)] for ax in self.all_axes]
        self.readout(slider.start)
        self.figure.draw_without_rendering()
        self.figure.set_layout_engine("none")
        for ax, plain in zip(self.all_axes, self.plain):
            for axis, look in zip((ax.xaxis, ax.yaxis), plain[-2:]):
                _fix_label(axis)
                look.set_transform(axis.label.get_transform())
        self.edges = figures.column_edges(self.figure)

    def readout(self, position):
        """Draw the frame at a position; return what `draw` says about it, with true minus signs."""
        for ax, plain in zip(self.all_axes, self.plain):
            _wipe(ax, plain)
        _wipe_figure(self.figure)
        with _settings(), _nothing_by_pyplot():
            said = self._draw(position)
        if self.figure.axes != self.all_axes:
            raise ValueError(
                "draw must draw on the axes that it is given, but it added axes to the figure or "
                "removed some; ask for more by layout=(rows, columns)"
            )
        if isinstance(said, (Number, np.generic, bytes)):
            raise TypeError(
                f"draw must return a text to be read under the picture, or nothing, got {said!r}; "
                'write a number as a text, such as f"mean {mean:.2f}"'
            )
        return true_minus(said) if isinstance(said, str) else None

    def _draw(self, position):
        try:
            return self.slider.draw(self.axes, **self.slider.values(position))
        except KeyboardInterrupt:
            raise KeyboardInterrupt(f"while drawing {self.slider.summary(position)}") from None
        except Exception as error:
            raise RuntimeError(
                f"draw raised {type(error).__name__} at {self.slider.summary(position)}: {error}"
            ) from error

    def frame(self, position):
        """The frame at a position: its element tree and what `draw` says about it."""
        text = self.readout(position)
        return figures.svg_tree(self.figure, self.edges), text

    def places(self, values):
        """Where these values stand on the horizontal axis of the first panel, in SVG units."""
        points = [(value, 0.5) for value in values]
        across = self.all_axes[0].get_xaxis_transform().transform(points)[:, 0]
        return [round(float(x) * figures.POINTS_PER_INCH / self.figure.dpi, 2) for x in across]

    def photograph(self, text):
        """What has been drawn, as an array of pixels, below a text."""
        line = Figure(figsize=(self.figure.get_figwidth(), 0.35))
        line.text(0.5, 0.5, text, ha="center", va="center", weight="bold")
        return np.vstack([figures.pixels(line), figures.pixels(self.figure)])


def _settings():
    """Titles at a fixed height: matplotlib need not measure every tick to place them.

    And one figure more, for a moment, is not one too many (see `_nothing_by_pyplot`).
    """
    return mpl.rc_context({"axes.titley": 1.0, "figure.max_open_warning": 0})


@contextmanager
def _nothing_by_pyplot():
    """Refuse what pyplot draws meanwhile: its current figure is empty, and has to stay so."""
    others = plt.get_fignums()
    with plt.ioff():
        bait = plt.figure()
    try:
        yield
        if bait.get_children() != [bait.patch] or plt.get_fignums() != [*others, bait.number]:
            raise ValueError(
                "draw must draw on the axes that it is given, by ax.plot(…) and the like; "
                "what pyplot draws, by plt.plot(…), is not in the picture"
            )
    finally:
        for number in {*plt.get_fignums()} - {*others}:
            plt.close(number)


def _fix_label(axis):
    """Keep the label where it is: matplotlib need not measure the numbers beside it to place it."""
    place = axis.label.get_transform().transform(axis.label.get_position())
    axis.set_label_coords(*axis.axes.transAxes.inverted().transform(place))


def _wipe_figure(figure):
    """Remove what a frame has drawn on the figure itself, its heading included."""
    for artist in [*figure.texts, *figure.legends, *figure.lines, *figure.patches, *figure.artists]:
        artist.remove()
    vars(figure).update(_suptitle=None, _supxlabel=None, _supylabel=None)  # as Figure.clear does


def _words(ax):
    """The titles and labels, without a word."""
    ax.set(xlabel="", ylabel="")
    titles = [ax.set_title("", loc=place) for place in ("left", "center", "right")]
    return [*titles, ax.xaxis.label, ax.yaxis.label]


def _look(text):
    """A text that remembers how another one looks."""
    look = Text()
    look.update_from(text)
    return look


def _wipe(ax, plain):
    """Remove what a frame has drawn, but keep the ticks, which are slow to make."""
    drawn = [*ax.lines, *ax.patches, *ax.collections, *ax.images, *ax.texts, *ax.tables]
    drawn += [*ax.artists, *ax.child_axes, *filter(None, [ax.get_legend()])]
    for artist in drawn:
        artist.remove()
    ax.containers.clear()  # from which legends take bars, error bars and stems
    for text, look in zip(_words(ax), plain):
        text.update_from(look)
    ax.set_prop_cycle(None)
    ax.relim()
    for axis in (ax.xaxis, ax.yaxis):  # as without data, and not upside down
        axis.set_view_interval(*axis.get_major_locator().nonsingular(-np.inf, np.inf), ignore=True)
    ax.autoscale(True)


# ---------------------------------------------------------------- the static page


def differences(trees):
    """Where frames differ from one another.

    Parameters
    ----------
    trees : list of Element
        One for each frame.

    Returns
    -------
    list of [node, name, choices, picks]
        The element of the first tree with number `node` in document order takes, in frame i,
        ``choices[picks[i]]`` as its attribute `name`; the name "" stands for its text and "<" for
        its children as markup. None means that the attribute is absent.
    """
    numbers = {id(element): number for number, element in enumerate(trees[0].iter())}
    found = []

    def compare(name, values, nodes):
        choices = list(dict.fromkeys(values))
        if len(choices) > 1:
            table = {choice: index for index, choice in enumerate(choices)}
            found.append([numbers[id(nodes[0])], name, choices, [table[value] for value in values]])

    def visit(nodes):
        for name in dict.fromkeys(name for node in nodes for name in node.attrib):
            compare(name, [node.get(name) for node in nodes], nodes)
        shapes = {tuple((child.tag, child.tail) for child in node) for node in nodes}
        if len(shapes) > 1:
            compare("<", [_inner(node) for node in nodes], nodes)
            return
        if len(nodes[0]) == 0:
            compare("", [node.text or "" for node in nodes], nodes)
        for children in zip(*nodes):
            visit(children)

    visit(trees)
    return found


def _inner(node):
    return html.escape(node.text or "", quote=False) + "".join(map(figures.to_markup, node))


def static_markup(slider):
    """The slider as a piece of a page; ``sliders.js`` brings it to life."""
    stage = slider.stage()
    positions = list(slider.positions())
    trees, readouts = zip(*(stage.frame(position) for position in positions))
    base = positions.index(slider.start)
    order = [base] + [i for i in range(len(trees)) if i != base]
    changes = differences([trees[i] for i in order])
    for change in changes:
        picks = dict(zip(order, change[3]))
        change[3] = [picks[i] for i in range(len(trees))]
    payload = {
        "controls": [[list(c.texts), c.index, c.interval] for c in slider.controls.values()],
        "alts": [slider.describe(position) for position in positions],
        "readouts": [text or "" for text in readouts] if any(readouts) else [],
        "changes": changes,
    }
    if slider.drag:
        stage.readout(slider.start)
        number = list(slider.controls).index(slider.drag)
        payload["drag"] = [number, stage.places(slider.controls[slider.drag].values)]
    figures.describe(trees[base], payload["alts"][base])
    data = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    return figures.with_prefix(
        f'<figure class="actfun-figure actfun-slider{" actfun-drag" if slider.drag else ""}">'
        + figures.to_markup(trees[base])
        + f'<p class="actfun-values">{html.escape(slider.summary(slider.start))}</p>'
        + '<div class="actfun-controls" hidden>'
        + "".join(_control_markup(slider, name) for name in slider.controls)
        + f'<script type="application/json">{data}</script></div>'
        + (_readout_markup(readouts, base) if any(readouts) else "")
        + figures.figcaption(slider.caption)
        + "</figure>"
    )


def _readout_markup(readouts, base):
    """The text under the picture, with room for the longest one: nothing jumps as it changes."""
    longest = html.escape(max((text or "" for text in readouts), key=len))
    return (
        f'<p class="actfun-readout" aria-live="polite" data-longest="{longest}">'
        f"<span>{html.escape(readouts[base] or '')}</span></p>"
    )


def _control_markup(slider, name):
    control, label = slider.controls[name], html.escape(slider.label(name))
    ident = f"{figures.PLACEHOLDER}{html.escape(name)}"
    common = f'id="{ident}" autocomplete="off"'  # which HTML does not know for a checkbox
    text, longest = html.escape(control.texts[control.index]), max(map(len, control.texts))
    if control.kind == "select":
        options = "".join(
            f"<option{' selected' if i == control.index else ''}>{html.escape(option)}</option>"
            for i, option in enumerate(control.texts)
        )
        field = f"<select {common}>{options}</select>"
    elif control.kind == "checkbox":
        field = f'<input type="checkbox" id="{ident}"{" checked" if control.index else ""}>'
    else:
        field = (
            f'<input type="range" {common} min="0" max="{len(control.values) - 1}" step="1" '
            f'value="{control.index}" aria-valuetext="{text}">'
            f'<output for="{ident}" aria-live="off" style="min-width:{longest}ch">{text}</output>'
        )
    play = f'<button type="button" aria-label="Play {label}">Play</button>'
    return (
        f'<div class="actfun-control actfun-{control.kind}"><label for="{ident}">{label}</label>'
        f"{field}{play if control.kind == 'play' else ''}</div>"
    )
