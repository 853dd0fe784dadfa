"""Each mutation on the list can still be made; tools/mutate.py makes them, which takes minutes."""

import os
import re
import signal
import subprocess
import sys
from functools import partial

import mutate
import pytest
from conftest import ROOT


@pytest.mark.parametrize("mutation", mutate.MUTATIONS, ids=lambda m: m.what)
def test_a_mutation_can_be_made_and_has_tests(mutation):
    broken = mutation.broken()
    if mutation.path.suffix == ".py":
        compile(broken, mutation.file, "exec")
    for place in mutation.places:
        file, _, function = place.partition("::")
        assert f"def {function}" in (ROOT / file).read_text(encoding="utf-8")


def test_mutations_are_many_and_have_names_of_their_own():
    names = [m.what for m in mutate.MUTATIONS]
    assert len(set(names)) == len(names) > 100


@pytest.mark.workshop
def test_ctrl_c_ends_what_runs_and_leaves_nothing(tmp_path):
    command = [sys.executable, str(ROOT / "tools" / "mutate.py"), "sigmoid", "ELU", "SiLU"]
    with subprocess.Popen(
        command, env=os.environ | {"TMPDIR": str(tmp_path)}, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, encoding="utf-8",
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # ignored below nohup
    ) as run:  # fmt: skip
        first = run.stdout.readline()
        run.send_signal(signal.SIGINT)
        rest = run.stdout.read()
    assert first.startswith("noticed   sigmoid: the sides exchanged")
    assert run.returncode == 130
    assert int(re.search(r"Stopped; (\d+) were begun", rest)[1]) < 6
    assert not list(tmp_path.iterdir())
