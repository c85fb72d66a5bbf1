import os
import signal
import subprocess
import sys

import pytest

from tests.journeys.running import alive, seconds_until

pytestmark = pytest.mark.process

CHILD = (
    "import signal; from backends.parent import die_with_parent; "
    "die_with_parent({}); print('bound', flush=True); signal.pause()"
)
PARENT = (
    "import subprocess, sys, signal\n"
    "child = subprocess.Popen([sys.executable, '-c', sys.argv[1]], stdout=subprocess.PIPE)\n"
    "child.stdout.readline()\n"
    "print(child.pid, flush=True)\n"
    "signal.pause()\n"
)


def test_a_bound_process_ends_with_a_parent_that_was_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT, CHILD.format("")], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        lived = alive(child)

        parent.kill()

        seconds_until(lambda: not alive(child), at_most=3)
        assert lived


def test_a_process_bound_to_a_parent_that_is_gone_already_ends_at_once() -> None:
    ended = subprocess.run([sys.executable, "-c", CHILD.format(2**22)], capture_output=True, check=False, timeout=20)

    assert (ended.returncode, ended.stdout) == (-signal.SIGKILL, b"")


def test_a_process_bound_to_its_living_parent_goes_on() -> None:
    with subprocess.Popen([sys.executable, "-c", CHILD.format(os.getpid())], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None

        said = child.stdout.readline()

        assert said == b"bound\n"
        child.kill()
