"""Power cuts and full disks: what is on the disk is always a whole number of operations."""

import json
import os
import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
IMAGES, TORN = 60, 2
PAUSE = threading.Event()
SOUND = {"pages": ["ok"], "orphans": [], "problems": []}

pytestmark = pytest.mark.slow


class Machine:
    """The process of tests.crash.power, on an SQLite database of its own."""

    def __init__(self, folder):
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("RONDA_", "PYTEST_"))
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.power"],
            cwd=ROOT,
            env={**kept, "RONDA_VAR": str(folder)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, *command):
        self.process.stdin.write(json.dumps(command) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, f"the machine died at {command[0]}"
        return json.loads(answer)

    def close(self):
        with self.process:
            self.process.stdin.close()
            self.process.wait(timeout=30)


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    made = Machine(tmp_path_factory.mktemp("power"))
    try:
        assert made.ask("prepare") == {"journal": "wal"}
        yield made
    finally:
        made.close()


def sound(found):
    """Nothing is wrong, and the numbers are 1, 2, 3 … without a gap."""
    numbers = found.pop("numbers")
    assert found == SOUND
    assert numbers == list(range(1, len(numbers) + 1))
    return len(numbers)


def test_r33_after_a_power_cut_at_any_moment_the_books_are_whole(machine, tmp_path):
    """60 images of a writer stopped anywhere, every second with the end of its log torn off."""
    chance = random.Random(20261122)
    pid = machine.ask("writer", 7)["pid"]
    states, lengths = set(), set()
    try:
        for n in range(IMAGES):
            PAUSE.wait(chance.uniform(0.05, 0.25))
            folder = tmp_path / f"image{n}"
            lengths.add(machine.ask("image", pid, str(folder), n, n % TORN == 1)["wal"])
            states.add(sound(machine.ask("look", str(folder / "db"))))
    finally:
        machine.ask("end", pid)
    cpu = machine.ask("spent")["cpu"]
    sys.stdout.write(
        f"{IMAGES} images, {len(states)} states, {len(lengths)} lengths of log, {cpu:.0f} s CPU\n"
    )

    # The writer was really writing, and was stopped in really different places.
    assert max(states) > min(states)
    assert len(states) > IMAGES / 3
    assert len(lengths) > IMAGES / 3


def test_r33_a_full_disk_is_an_error_that_leaves_nothing_half_written_and_work_goes_on(machine):
    before = sound(machine.ask("go_on", 3))

    for room in (1, 5_000, 60_000, 300_000):
        assert machine.ask("fill_up", room) == {"code": 0}

    assert sound(machine.ask("go_on", 2)) >= before + 2


def test_o3_a_backup_without_room_leaves_no_file_behind(machine, tmp_path):
    folder = tmp_path / "backups"

    assert machine.ask("back_up_without_room", str(folder), 200_000) == {"code": 0, "left": [".lock"]}
    assert machine.ask("back_up_without_room", str(folder), 1_000) == {"code": 0, "left": [".lock"]}
    assert sound(machine.ask("go_on", 1)) >= 1
