"""Sliders in a running kernel: real widgets that draw again when they are moved."""

import re

import pytest

CELL = """
from actfun.sliders import Choice, Range, Slider, Steps, Toggle

calls = []

def draw(ax, slope, dashed, power, step):
    calls.append(slope)
    ax.plot([-1, 0, 1], [-slope, 0, slope * power + step], "--" if dashed else "-")
    ax.set(xlim=(-1, 1), ylim=(-2, 2))
    return f"slope {slope} dashed {dashed} power {power} step {step}"

Slider(
    draw,
    alt="A line of slope {slope}",
    slope=Range(0, 2, 0.5, start=1),
    dashed=Toggle(),
    power=Choice({"one": 1, "three": 3}),
    step=Steps(4),
)
"""
VIEW = "application/vnd.jupyter.widget-view+json"


def run(client, code, **options):
    """Messages on the public channel until the kernel is idle again."""
    return messages_of(client, client.execute(code, **options))


def messages_of(client, request):
    found = []
    while True:
        message = client.get_iopub_msg(timeout=600)
        if message["parent_header"].get("msg_id") != request:
            continue
        found.append(message)
        if message["msg_type"] == "error":
            pytest.fail("\n".join(message["content"]["traceback"]))
        if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
            return found


def outputs(messages):
    kinds = ("display_data", "execute_result")
    return [m["content"]["data"] for m in messages if m["msg_type"] in kinds]


def models(messages):
    """Widget states by model id, as a front end would keep them."""
    states = {}
    for message in messages:
        if message["msg_type"] == "comm_open":
            states[message["content"]["comm_id"]] = dict(message["content"]["data"]["state"])
        elif message["msg_type"] == "comm_msg" and "state" in message["content"]["data"]:
            states[message["content"]["comm_id"]].update(message["content"]["data"]["state"])
    return states


def one(states, name):
    return next(ident for ident, state in states.items() if state["_model_name"] == name)


def move(client, states, ident, **state):
    """Send what a front end sends when the reader moves a widget; return the new picture."""
    content = {"comm_id": ident, "data": {"method": "update", "state": state, "buffer_paths": []}}
    message = client.session.msg("comm_msg", content)
    client.shell_channel.send(message)
    pictures = [
        m["content"]["data"]["state"]["value"]
        for m in messages_of(client, message["header"]["msg_id"])
        if m["msg_type"] == "comm_msg"
        and m["content"]["comm_id"] == one(states, "HTMLModel")
        and "value" in m["content"]["data"].get("state", {})
    ]
    assert len(pictures) == 1
    return pictures[0]


@pytest.fixture(scope="module")
def shown(client):
    messages = run(client, CELL)
    return outputs(messages), models(messages)


def curve(picture):
    return sorted(re.findall(r' d="([^"]+)"', picture), key=len)[-1], picture.count(
        "stroke-dasharray"
    )


def test_a_person_gets_real_widgets_and_a_still(shown):
    (still, widget), states = shown
    assert states[widget[VIEW]["model_id"]]["_model_name"] == "VBoxModel"
    assert {"SelectionSliderModel", "CheckboxModel", "DropdownModel", "PlayModel"} <= {
        state["_model_name"] for state in states.values()
    }
    assert VIEW not in still
    assert '<img src="data:image/png;base64,' in still["text/html"]
    assert 'alt="A line of slope 1.0"' in still["text/html"]


def test_the_widgets_hide_the_still_and_the_still_hides_lost_widgets(shown):
    (still, widget), states = shown
    ident = re.search(r'<figure[^>]* id="([^"]+)"', still["text/html"])[1]
    assert f"<style>#{ident}{{display:none}}</style>" in states[one(states, "HTMLModel")]["value"]
    assert f":has(#{ident})+.jp-OutputArea-child:not(:has(.actfun-live))" in still["text/html"]


def test_moving_a_widget_draws_again(client, shown):
    _, states = shown
    first = states[one(states, "HTMLModel")]["value"]
    assert "slope 1.0 dashed False power 1 step 0" in first
    moved = move(client, states, one(states, "SelectionSliderModel"), index=4)
    assert "slope 2.0 dashed False power 1 step 0" in moved
    assert 'aria-label="A line of slope 2.0"' in moved
    assert curve(moved) != curve(first)
    ticked = move(client, states, one(states, "CheckboxModel"), value=True)
    assert "slope 2.0 dashed True" in ticked and curve(ticked) != curve(moved)
    chosen = move(client, states, one(states, "DropdownModel"), index=1)
    assert "dashed True power 3" in chosen and curve(chosen) != curve(ticked)


def test_a_move_draws_one_frame(client, shown):
    _, states = shown
    run(client, "calls.clear()")
    for index in (0, 3, 1):
        move(client, states, one(states, "SelectionSliderModel"), index=index)
    (answer,) = outputs(run(client, "calls"))
    assert answer["text/plain"] == "[0.0, 1.5, 0.5]"


def test_a_program_that_runs_the_notebook_gets_the_static_page(client):
    (bundle,) = outputs(run(client, CELL, allow_stdin=False))
    assert set(bundle) == {"text/plain", "text/html", "image/png"}
    assert "actfun-slider" in bundle["text/html"]


def test_an_error_in_draw_is_shown(client):
    code = (
        "from actfun.sliders import Slider\n"
        "def draw(ax, step):\n    assert step < 2, 'too far'\n    ax.plot([step])\n"
        "Slider(draw, alt='{step}', step=[1, 2])"
    )
    states = models(run(client, code))
    content = {
        "comm_id": one(states, "SelectionSliderModel"),
        "data": {"method": "update", "state": {"index": 1}, "buffer_paths": []},
    }
    message = client.session.msg("comm_msg", content)
    client.shell_channel.send(message)
    shown = []
    while True:
        answer = client.get_iopub_msg(timeout=600)
        if answer["parent_header"].get("msg_id") == message["header"]["msg_id"]:
            shown.append(str(answer["content"]))
            if answer["content"].get("execution_state") == "idle":
                break
    assert any("draw raised AssertionError at step = 2: too far" in text for text in shown)
