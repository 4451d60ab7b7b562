# SPDX-License-Identifier: GPL-2.0-only
"""The examples, in a guest: agent, numbers and top.py are in /bin."""

import os
import subprocess
import unittest

import test_python
from test_python import NO_SUCH_PID, children, inum, setUpModule, until


def output(*command):
    return subprocess.run(command, check=True, capture_output=True,
                          text=True, timeout=60).stdout


class Examples(unittest.TestCase):
    def setUp(self):
        self.world = test_python.world

    def test_top(self):
        world = self.world
        lines = output("top.py", f"/proc/{world.a}/ns/pid").splitlines()
        self.assertEqual(lines[0].split(), ["HOST-PID", "CONTAINER", "COMMAND"])
        self.assertEqual(
            {tuple(line.split()) for line in lines[1:]},
            {(str(pid), str(world.numbers(pid)[1]), name) for pid, name in
             ((world.a, "unshare"), (world.child, "sleep"),
              (world.b, "sleep"))})

    def test_numbers(self):
        world = self.world
        here, in_a, in_b = world.numbers(world.b)
        said = output("numbers", f"/proc/{world.a}/ns/pid", str(in_a),
                      str(NO_SUCH_PID))
        own, a, b = map(inum, ("self", world.a, world.b))
        self.assertEqual(said.split("\n")[0].strip(),
                         f"{here} in pid:[{own}]  {in_a} in pid:[{a}]  "
                         f"{in_b} in pid:[{b}]")
        self.assertEqual(said.split("\n")[1], "pidmap: PIDs: there is no such "
                         "ID in that namespace")

    def test_numbers_in_rust(self):
        world = self.world
        args = f"/proc/{world.a}/ns/pid", str(world.numbers(world.b)[1])
        self.assertEqual(output("numbers-rust", *args),
                         output("numbers", *args))

    def test_history(self):
        history = subprocess.Popen(
            ["history"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True)
        self.addCleanup(history.stdout.close)
        self.addCleanup(history.wait)
        self.addCleanup(history.stdin.close)

        def ask(pid):
            print(pid, file=history.stdin, flush=True)
            said = history.stdout.readline().split()
            if "cgroup" in said:
                self.assertGreater(int(said.pop(4)), 0)
            return said

        self.assertEqual(ask(os.getpid())[-1], "lives")
        self.assertEqual(ask(999999), ["999999", "unknown"])
        child = subprocess.Popen(["sh", "-c", "exit 7"])
        child.wait()
        self.assertEqual(ask(child.pid),
                         [str(child.pid), f"pid:[{inum(os.getpid())}]",
                          str(child.pid), "cgroup", "exited", "with", "7"])
        world = test_python.World()
        numbers = world.numbers(world.b)
        space = inum(world.b)
        world.close()
        until(lambda: not os.path.exists(f"/proc/{world.b}"))
        self.assertEqual(ask(world.b),
                         [str(world.b), f"pid:[{space}]", str(numbers[-1]),
                          "cgroup", "killed", "by", "signal", "9"])

    def test_agent(self):
        world = test_python.World()
        self.addCleanup(world.close)
        agent = subprocess.Popen(
            ["agent", f"/proc/{world.a}/ns/pid"],
            stdout=subprocess.PIPE, text=True)
        self.addCleanup(agent.stdout.close)
        self.addCleanup(agent.wait)
        self.addCleanup(agent.kill)

        def line(kind, pid, numbers):
            return [kind, f"pid:[{inum(pid)}]", *map(str, numbers)]

        alive = [agent.stdout.readline().split() for _ in range(3)]
        self.assertCountEqual(alive, [
            line("alive", pid, world.numbers(pid))
            for pid in (world.a, world.child, world.b)])

        outside = subprocess.Popen(["sleep", "1000"])
        inside = subprocess.Popen(
            ["nsenter", f"--pid=/proc/{world.a}/ns/pid", "sleep", "1000"])
        pid, = until(lambda: children(inside.pid))
        numbers = world.numbers(pid)
        self.assertEqual(numbers[0], pid)
        said = {kind: line(kind, pid, numbers)
                for kind in ("fork", "exec", "exit")}
        said["exec"].append("sleep")
        self.assertEqual(agent.stdout.readline().split(), said["fork"])
        self.assertEqual(agent.stdout.readline().split(), said["exec"])
        os.kill(pid, 9)
        outside.kill()
        inside.wait()
        outside.wait()
        self.assertEqual(agent.stdout.readline().split(), said["exit"])
