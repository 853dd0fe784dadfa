"""Sliders in a running kernel: ipywidgets that draw again at every move."""

import base64
import html

from actfun import figures


def show(slider):
    """Show a slider to the person at the notebook: a still, and widgets that take its place.

    The still is what remains in the saved file. While the widgets live, their style sheet hides it;
    when the file is opened without a kernel, the style sheet of the still hides the place where the
    front end would complain about widgets that it does not find.
    """
    from IPython.display import display

    live = LiveSlider(slider)
    alt = slider.describe(slider.start)
    image = figures.png(live.stage.figure)
    place = f".jp-OutputArea-child:has(#{live.still})+.jp-OutputArea-child"
    still = (
        f'<figure class="actfun-figure" id="{live.still}">{figures.img(image, alt)}'
        f"{figures.figcaption(slider.caption)}</figure>"
        f"<style>{place}:not(:has(.actfun-live)){{display:none}}</style>"
    )
    bundle = {
        "text/plain": repr(slider),
        "text/html": still,
        "image/png": base64.b64encode(image).decode("ascii"),
    }
    display(bundle, raw=True)
    view = {"version_major": 2, "version_minor": 0, "model_id": live.box.model_id}
    widget = {"application/vnd.jupyter.widget-view+json": view, "text/html": "", "text/plain": ""}
    display(widget, raw=True)


class LiveSlider:
    """The widgets of one slider in a running kernel."""

    def __init__(self, slider):
        import ipywidgets

        self.slider = slider
        self.stage = slider.stage()
        self.picture = ipywidgets.HTML()
        self.errors = ipywidgets.Output()
        self.inputs, rows = [], []
        for name, control in slider.controls.items():
            widget, row = _widget(ipywidgets, control, slider.label(name))
            widget.observe(self._moved, "index" if hasattr(widget, "index") else "value")
            self.inputs.append(widget)
            rows.append(row)
        self.box = ipywidgets.VBox([self.picture, *rows, self.errors])
        self.still = f"still-{self.box.model_id}"
        self.show()

    def position(self):
        return tuple(int(w.index if hasattr(w, "index") else w.value) for w in self.inputs)

    def show(self):
        """Draw the picture at the position of the widgets."""
        position = self.position()
        tree, readout = self.stage.frame(position)
        figures.describe(tree, self.slider.describe(position))
        said = f'<p class="actfun-readout">{html.escape(readout)}</p>' if readout else ""
        self.picture.value = figures.with_prefix(
            f"<style>#{self.still}{{display:none}}</style>"
            f'<figure class="actfun-figure actfun-live">{figures.to_markup(tree)}{said}'
            f"{figures.figcaption(self.slider.caption)}</figure>"
        )

    def _moved(self, change):
        self.errors.outputs = ()
        with self.errors:
            self.show()


def _widget(ipywidgets, control, label):
    """The widget that holds the position of a control, and what is shown of it."""
    if control.kind == "checkbox":
        widget = ipywidgets.Checkbox(value=bool(control.index), description=label, indent=False)
        return widget, widget
    options = [(text, position) for position, text in enumerate(control.texts)]
    make = ipywidgets.Dropdown if control.kind == "select" else ipywidgets.SelectionSlider
    widget = make(options=options, index=control.index, description=label)
    widget.style.description_width = "initial"
    if control.kind != "select":
        widget.layout.width = "28rem"
    if control.kind != "play":
        return widget, widget
    play = ipywidgets.Play(
        value=control.index, min=0, max=len(control.values) - 1, interval=control.interval
    )
    ipywidgets.jslink((play, "value"), (widget, "index"))
    return widget, ipywidgets.HBox([widget, play])
