# SPDX-License-Identifier: GPL-2.0
"""The Python binding; what it says is compared with NSpid in /proc."""

import errno
import os
import subprocess
import threading
import time
import unittest

import pidmap
from pidmap import ns_fd, ns_inum

NO_SUCH_PID = 2**22 + 1     # above the kernel's PID_MAX_LIMIT


def status(pid, field):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        for line in file:
            if line.startswith(field + ":"):
                return tuple(map(int, line.split()[1:]))
    raise ProcessLookupError(field)


def children(pid):
    found = []
    for name in os.listdir("/proc"):
        try:
            if name.isdigit() and status(name, "PPid") == (pid,):
                found.append(int(name))
        except (FileNotFoundError, ProcessLookupError):
            pass
    return sorted(found)


def comm(pid):
    with open(f"/proc/{pid}/comm", encoding="ascii") as file:
        return file.read().strip()


def until(condition):
    for _ in range(1000):
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise TimeoutError


def inum(pid):
    return os.stat(f"/proc/{pid}/ns/pid").st_ino


class World:
    """Namespace A with an init, a child and, in it, namespace B; beside A, C."""

    UNSHARE = ("unshare", "--pid", "--fork", "--kill-child")

    def __init__(self):
        nested = "sleep 1000 & exec " + " ".join(self.UNSHARE) + " sleep 1000"
        # stderr: unshare complains where its child is killed
        self.started = [
            subprocess.Popen([*self.UNSHARE, *command],
                             stderr=subprocess.DEVNULL)
            for command in (("sh", "-c", nested), ("sleep", "1000"))]
        own = len(status("self", "NSpid"))
        (self.a,), (self.c,) = (
            until(lambda pid=process.pid: children(pid))
            for process in self.started)
        below = until(lambda: len(children(self.a)) == 2 and children(self.a))
        self.child, self.b = sorted(
            below, key=lambda pid: len(status(pid, "NSpid")))
        self.own = own
        for pid in self.child, self.b, self.c:
            until(lambda pid=pid: comm(pid) == "sleep")

    def numbers(self, pid):
        """Its numbers, from our namespace down."""
        return status(pid, "NSpid")[self.own - 1:]

    def close(self):
        for process in self.started:
            process.kill()
            process.wait()


def setUpModule():
    global world
    world = World()
    unittest.addModuleCleanup(world.close)


class Errno:
    """with Errno(self, errno.ESTALE): something that fails so"""

    def __init__(self, test, number):
        self.context = test.assertRaises(OSError)
        self.test, self.number = test, number

    def __enter__(self):
        self.context.__enter__()

    def __exit__(self, *exception):
        handled = self.context.__exit__(*exception)
        self.test.assertEqual(self.context.exception.errno, self.number)
        return handled


class Suite:
    """What holds for every back end."""

    backend = None

    def setUp(self):
        self.m = pidmap.open(self.backend)
        self.addCleanup(self.m.close)
        self.a, self.b, self.c = map(self.ns, (world.a, world.b, world.c))

    def ns(self, pid):
        file = open(f"/proc/{pid}/ns/pid", "rb")
        self.addCleanup(file.close)
        return ns_fd(file)

    def fails(self, number):
        return Errno(self, number)

    def test_translate(self):
        here, in_a, in_b = world.numbers(world.b)
        self.assertEqual(here, world.b)
        self.assertEqual(self.m.translate(here), here)
        self.assertEqual(self.m.translate(here, to=self.a), in_a)
        self.assertEqual(self.m.translate(here, to=self.b), in_b)
        self.assertEqual(self.m.translate(in_a, from_=self.a), here)
        self.assertEqual(self.m.translate(in_b, self.b, self.a), in_a)
        self.assertEqual(self.m.translate(os.getpgid(0), kind=pidmap.PGID),
                         os.getpgid(0))

    def test_what_does_not_exist_is_falsy(self):
        for kind in pidmap.Kind:
            self.assertEqual(self.m.translate(NO_SUCH_PID, kind=kind), 0)
        self.assertEqual(self.m.translate(world.a, to=self.c), 0)
        self.assertEqual(self.m.translate(1, self.a, self.c), 0)
        self.assertEqual(self.m.translate(0), 0)
        self.assertEqual(self.m.translate(-1), 0)
        self.assertIsNone(self.m.task_ids(NO_SUCH_PID))
        self.assertIsNone(self.m.task_ids(world.a, to=self.c))
        self.assertEqual(self.m.pids(NO_SUCH_PID), [])

    def test_other_forms_of_a_namespace(self):
        in_a = world.numbers(world.child)[1]
        for ns in ns_inum(inum(world.a)), pidmap.ns_tid(world.a):
            self.assertEqual(self.m.translate(world.child, to=ns), in_a)

    def test_translate_many(self):
        numbers = [world.a, NO_SUCH_PID, world.child, world.c, -1]
        answers = [1, 0, world.numbers(world.child)[1], 0, 0]
        self.assertEqual(self.m.translate_many(numbers, to=self.a), answers)
        self.assertEqual(self.m.translate_many(iter(numbers), to=self.a),
                         answers)
        self.assertEqual(self.m.translate_many([]), [])

    def test_pidfd(self):
        pidfd = os.pidfd_open(world.child)
        self.addCleanup(os.close, pidfd)
        self.assertEqual(self.m.translate_pidfd(pidfd), world.child)
        self.assertEqual(self.m.translate_pidfd(pidfd, self.a),
                         world.numbers(world.child)[1])
        with open("/dev/null", "rb") as file, self.fails(errno.EBADF):
            self.m.translate_pidfd(file)

    def test_task_ids(self):
        self.assertEqual(self.m.task_ids(os.getpid()), pidmap.TaskIds(
            os.getpid(), os.getpid(), os.getpgid(0), os.getsid(0),
            os.getppid()))
        ids = self.m.task_ids(1, self.a, self.a)
        self.assertEqual((ids.tid, ids.tgid, ids.ppid), (1, 1, 0))

    def test_pids(self):
        pids = self.m.pids(1, self.b)
        self.assertEqual([pid.nr for pid in pids],
                         list(world.numbers(world.b)))
        self.assertEqual([pid.inum for pid in pids],
                         [inum("self"), inum(world.a), inum(world.b)])

    def test_list(self):
        tasks = {task.tgid: task for task in self.m.list(self.a)}
        self.assertEqual(set(tasks), {world.a, world.child, world.b})
        for pid, task in tasks.items():
            self.assertEqual(task.numbers, world.numbers(pid))
            self.assertEqual(task.inum, inum(pid))
        direct = self.m.list(self.a, direct=True)
        self.assertEqual({task.tgid for task in direct},
                         {world.a, world.child})
        self.assertIn(os.getpid(), [task.tgid for task in self.m.list()])

    def test_list_threads(self):
        leave = threading.Event()
        thread = threading.Thread(target=leave.wait)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(leave.set)
        mine = [task for task in self.m.list(threads=True)
                if task.tgid == os.getpid()]
        self.assertIn(thread.native_id, [task.numbers[0] for task in mine])

    def test_namespaces(self):
        found = {ns.inum: ns for ns in self.m.namespaces(self.a)}
        self.assertEqual(set(found), {inum(world.a), inum(world.b)})
        below = found[inum(world.b)]
        self.assertEqual(below.parent_inum, inum(world.a))
        self.assertEqual(below.init, world.b)
        self.assertEqual(below.start_time, [
            task.start_time for task in self.m.list(self.b)
            if task.tgid == world.b][0])
        self.assertEqual(below.owner_uid, 0)

    def test_snapshot(self):
        with self.m.snapshot() as shot:
            self.m.close()
            here, in_a, in_b = world.numbers(world.b)
            a, b, c = map(inum, (world.a, world.b, world.c))
            self.assertEqual(shot.translate(here, to=a), in_a)
            self.assertEqual(shot.translate(in_a, a), here)
            self.assertEqual(shot.translate(in_b, b, a), in_a)
            self.assertEqual(shot.translate(1, a, c), 0)
            self.assertEqual(shot.translate(NO_SUCH_PID), 0)
            self.assertEqual(shot.translate(1, from_=1), 0)
            self.assertEqual([pid.nr for pid in shot.pids(in_b, b)],
                             [here, in_a, in_b])
            self.assertEqual(len(list(shot)), len(shot))
            self.assertIn(world.child, [task.tgid for task in shot])
            self.assertEqual(shot.namespaces()[0].inum, inum("self"))
            with self.assertRaises(OverflowError):
                shot.translate(1, from_=-1)
        with self.assertRaises(ValueError):
            len(shot)

    def test_bind(self):
        with self.fails(errno.ENODATA):
            self.m.translate(1, to=pidmap.BOUND)
        self.m.bind(to=self.a)
        self.assertEqual(self.m.translate(world.a, pidmap.BOUND, pidmap.BOUND),
                         1)
        with self.fails(errno.EBUSY):
            self.m.bind(to=self.a)

    def test_info(self):
        info = self.m.info()
        self.assertEqual(info.backend, self.backend)
        self.assertEqual(info.inum, inum("self"))
        self.assertTrue(info.identity)
        self.assertRegex(pidmap.version(), r"^\d+\.\d+")

    def test_errors(self):
        with self.assertRaises(FileNotFoundError):
            self.m.translate(1, to=ns_inum(1))
        with open("/dev/null", "rb") as file, self.fails(errno.EINVAL):
            self.m.translate(1, to=ns_fd(file))
        with self.fails(errno.EBADF):
            self.m.translate(1, to=ns_fd(-1))
        with self.assertRaises(FileNotFoundError):
            self.m.list(ns_inum(1))
        with self.assertRaises(FileNotFoundError):
            self.m.snapshot(ns_inum(1))
        with self.fails(errno.EINVAL):
            pidmap.open("telepathy")

    def test_nothing_is_cut_off(self):
        for nr in world.a + 2**32, 2**31, -2**31 - 1:
            with self.subTest(nr=nr), self.assertRaises(OverflowError):
                self.m.translate(nr)
            with self.subTest(nr=nr), self.assertRaises(OverflowError):
                self.m.translate_many([nr])
        with self.assertRaises(OverflowError):
            self.m.translate(1, to=ns_inum(2**64))
        with self.assertRaises(TypeError):
            self.m.translate("1")

    def test_a_closed_handle(self):
        with self.m as m:
            pass
        with self.assertRaises(ValueError):
            m.translate(1)
        m.close()


class Device(Suite, unittest.TestCase):
    backend = "device"

    def test_start_time(self):
        start = self.m.start_time(world.child)
        self.assertGreater(start, 0)
        self.assertEqual(start, next(task.start_time for task in self.m.list()
                                     if task.tgid == world.child))
        self.assertEqual(self.m.start_time(NO_SUCH_PID), 0)
        in_a = world.numbers(world.child)[1]
        self.assertEqual(self.m.translate(world.child, to=self.a,
                                          start_time=start), in_a)
        with self.fails(errno.ESTALE):
            self.m.translate(world.child, start_time=start + 1)
        with self.fails(errno.ESTALE):
            self.m.pids(world.child, start_time=start + 1)
        with self.fails(errno.ESTALE):
            self.m.task_ids(world.child, start_time=start + 1)

    def test_without_the_identity_right(self):
        script = (
            "import os, pidmap\n"
            "m = pidmap.open('device')\n"
            "assert m.translate(os.getpid()) == os.getpid()\n"
            "assert not m.info().identity\n"
            "for refused in (m.list, m.namespaces, m.snapshot,\n"
            "        lambda: m.translate(1, to=pidmap.ns_tid(1))):\n"
            "    try: refused()\n"
            "    except PermissionError: pass\n"
            "    else: raise SystemExit(refused)\n")
        subprocess.run(["/usr/bin/python3", "-c", script], check=True,
                       user="member", group="pidmap", extra_groups=[])

    def test_the_best_is_the_device(self):
        with pidmap.open() as m:
            self.assertEqual(m.backend.split("+")[0], "device")


class Procfs(Suite, unittest.TestCase):
    backend = "procfs"

    def test_what_it_cannot_know(self):
        with self.fails(errno.EOPNOTSUPP):
            self.m.start_time(world.child)
        with self.fails(errno.EOPNOTSUPP):
            self.m.translate(world.child, start_time=1)
