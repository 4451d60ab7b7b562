# SPDX-License-Identifier: GPL-2.0-only
"""The Python binding; what it says is compared with NSpid in /proc."""

import collections.abc
import errno
import os
import pathlib
import select
import signal
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


EXEC_BY_THREAD = ("import os, threading\n"
                  "threading.Thread(target=os.execv,\n"
                  "                 args=('/bin/true', ['true'])).start()")


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
        self.assertEqual(self.m.translate(os.getpgid(0), type=pidmap.PGID),
                         os.getpgid(0))

    def test_what_does_not_exist_is_falsy(self):
        for type in pidmap.Type:
            self.assertEqual(self.m.translate(NO_SUCH_PID, type=type), 0)
        self.assertEqual(self.m.translate(world.a, to=self.c), 0)
        self.assertEqual(self.m.translate(1, self.a, self.c), 0)
        self.assertEqual(self.m.translate(0), 0)
        self.assertEqual(self.m.translate(-1), 0)
        self.assertIsNone(self.m.task_ids(NO_SUCH_PID))
        self.assertIsNone(self.m.task_ids(world.a, to=self.c))
        self.assertEqual(self.m.pids(NO_SUCH_PID), [])

    def test_other_forms_of_a_namespace(self):
        in_a = world.numbers(world.child)[1]
        path = f"/proc/{world.a}/ns/pid"
        before = len(os.listdir("/proc/self/fd"))
        with open(path, "rb") as file:
            for ns in (ns_inum(inum(world.a)), pidmap.ns_tid(world.a), world.a,
                       path, path.encode(), pathlib.Path(path), file,
                       ns_fd(file.fileno())):
                with self.subTest(ns=ns):
                    self.assertEqual(self.m.translate(world.child, to=ns),
                                     in_a)
                    self.assertEqual(self.m.translate(in_a, ns), world.child)
        self.assertEqual(len(os.listdir("/proc/self/fd")), before)
        with self.assertRaisesRegex(FileNotFoundError, "/nowhere"):
            self.m.translate(1, to="/nowhere")
        with self.fails(errno.EINVAL):
            self.m.translate(1, to="/dev/null")

    def test_what_is_no_namespace(self):
        for ns in None, 1.5, True, [1], object():
            with self.subTest(ns=ns), self.assertRaisesRegex(
                    TypeError, "a PID namespace is a path, a PID, an open file"):
                self.m.translate(1, to=ns)
        with self.assertRaises(FileNotFoundError):
            self.m.translate(1, to=2**31 - 1)
        with self.assertRaisesRegex(ValueError, "a PID is from -2147483648"):
            self.m.translate(1, to=2**31)

    def test_a_pidfd_for_a_number(self):
        in_a = world.numbers(world.child)[1]
        pidfd = self.m.pidfd(in_a, self.a)
        self.addCleanup(os.close, pidfd)
        self.assertEqual(self.m.translate_pidfd(pidfd), world.child)
        # The leader of our own group may be gone.
        group = subprocess.Popen(["sleep", "60"], start_new_session=True)
        self.addCleanup(group.wait)
        self.addCleanup(group.kill)
        leader = self.m.pidfd(group.pid, type=pidmap.PGID,
                              flags=os.O_NONBLOCK)
        self.addCleanup(os.close, leader)
        self.assertEqual(self.m.translate_pidfd(leader), group.pid)
        self.assertFalse(os.get_blocking(leader))
        with self.assertRaises(ProcessLookupError):
            self.m.pidfd(NO_SUCH_PID)
        with self.fails(errno.EINVAL):
            self.m.pidfd(world.child, flags=1)

    def test_open_proc(self):
        proc = self.m.open_proc()
        self.addCleanup(os.close, proc)
        file = os.open(f"{world.child}/comm", os.O_RDONLY, dir_fd=proc)
        self.addCleanup(os.close, file)
        self.assertEqual(os.read(file, 16), b"sleep\n")

    def test_repr(self):
        self.assertEqual(repr(self.m), f"<pidmap.Handle '{self.backend}'>")
        with self.m.snapshot(self.a) as shot:
            self.assertRegex(repr(shot), r"^<pidmap\.Snapshot of 3 tasks in "
                             r"\d+ namespaces>$")
        self.assertEqual(repr(shot), "<pidmap.Snapshot closed>")
        self.m.close()
        self.assertEqual(repr(self.m), "<pidmap.Handle closed>")
        for ns, name in ((pidmap.VIEW, "VIEW"), (pidmap.BOUND, "BOUND"),
                         (ns_fd(3), "ns_fd(3)"), (ns_fd(-1), "ns_fd(-1)"),
                         (pidmap.ns_tid(42), "ns_tid(42)"),
                         (ns_inum(2**32 - 1), "ns_inum(4294967295)"),
                         (pidmap.ns_id(2**40), "ns_id(1099511627776)"),
                         (pidmap.ns_level(1), "ns_level(1)")):
            self.assertEqual(repr(ns), name)

    def test_threads(self):
        here, in_a, _ = world.numbers(world.b)
        wrong = []

        def ask():
            for _ in range(50):
                if self.m.translate(here, to=self.a) != in_a:
                    wrong.append(1)

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])

    def test_closed_by_another_thread(self):
        here, in_a, _ = world.numbers(world.b)
        asked = threading.Barrier(9)
        ended = []

        def ask():
            asked.wait(60)
            try:
                while self.m.translate(here, to=self.a) == in_a:
                    pass
            except ValueError as error:
                ended.append(str(error))

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        asked.wait(60)
        time.sleep(0.1)
        self.m.close()
        for thread in threads:
            thread.join()
        self.assertEqual(ended, ["the Handle is closed"] * 8)

    def test_after_fork(self):
        child = os.fork()
        if not child:
            try:
                here, in_a, _ = world.numbers(world.b)
                own = os.getpid()
                os._exit((self.m.translate(here, to=self.a), in_a,
                          self.m.translate(own)) != (in_a, in_a, own))
            finally:
                os._exit(2)
        self.assertEqual(os.waitpid(child, 0)[1], 0)

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
            self.assertEqual(task.nr, world.numbers(pid))
            self.assertEqual(task.inum, inum(pid))
            self.assertEqual((task.pgid, task.sid, task.ppid), tuple(
                status(pid, field)[0] for field in ("NSpgid", "NSsid", "PPid")))
            self.assertFalse(task.exited or task.ended)
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
        self.assertIn(thread.native_id, [task.nr[0] for task in mine])

    def test_list_ns(self):
        found = {ns.inum: ns for ns in self.m.list_ns(self.a)}
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
            self.assertIsInstance(shot, collections.abc.Mapping)
            self.assertEqual(len(list(shot)), len(shot))
            self.assertIn(world.child, shot)
            self.assertNotIn(NO_SUCH_PID, shot)
            self.assertEqual(shot[world.b].nr, (here, in_a, in_b))
            self.assertEqual(dict(shot)[here], shot[here])
            self.assertFalse(shot.partial)
            with self.assertRaises(KeyError):
                shot[NO_SUCH_PID]
            self.assertEqual(shot.list_ns()[0].inum, inum("self"))
            with self.assertRaises(ValueError):
                shot.translate(1, from_=-1)
        for closed in (len, list, lambda shot: shot[1],
                       lambda shot: shot.translate(1)):
            with self.assertRaisesRegex(ValueError, "the Snapshot is closed"):
                closed(shot)

    def test_snapshots_are_compared_by_identity(self):
        with self.m.snapshot(self.a) as one, self.m.snapshot(self.a) as two:
            self.assertNotEqual(one, two)
            self.assertEqual(len({one, two}), 2)

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
        # What runs in A sees no level above it, nor maybe its own.
        shown = subprocess.run(
            ["nsenter", "-t", str(world.a), "-p", "/usr/bin/python3", "-c",
             "import pidmap\n"
             f"m = pidmap.open({self.backend!r})\n"
             "print(*{m.info().level, *(ns.level for ns in m.list_ns("
             "partial=True))}, sep=',')"],
            check=True, stdout=subprocess.PIPE, text=True).stdout
        self.assertLessEqual(set(shown.strip().split(",")),
                             {"None", "0", "1", "2"})
        self.assertRegex(pidmap.version(), r"^\d+\.\d+")

    def test_errors(self):
        with self.assertRaisesRegex(FileNotFoundError,
                                    "there is no such PID namespace"):
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
        for nr in world.a + 2**32, 2**31, -2**31 - 1, 2**64 + 1:
            for ask in (self.m.translate, self.m.task_ids, self.m.pids,
                        self.m.pidfd, self.m.stamp, pidmap.ns_tid, ns_fd,
                        lambda nr: self.m.translate_many([nr])):
                with self.subTest(nr=nr, ask=ask), self.assertRaisesRegex(
                        ValueError, r"^-?\d+ is out of range: a \w+ is from"):
                    ask(nr)
        for make, value in ((ns_inum, 2**32), (ns_inum, -1),
                            (pidmap.ns_id, 2**64), (pidmap.ns_level, -1)):
            with self.assertRaises(ValueError):
                make(value)
        with self.assertRaises(ValueError):
            self.m.translate(1, to=pidmap.NsRef(3, 2**64))
        with self.assertRaises(ValueError):
            self.m.translate(1, start_time=-1)

    def test_wrong_types(self):
        for nr in "1", 1.0, None:
            for ask in (self.m.translate, self.m.task_ids, self.m.pids,
                        lambda nr: self.m.translate_many([nr])):
                with self.subTest(nr=nr), self.assertRaisesRegex(
                        TypeError, "^a PID is an int, not "):
                    ask(nr)
        for type in 4, -1, "tgid", None:
            with self.subTest(type=type), self.assertRaisesRegex(
                    ValueError, "is no type of ID"):
                self.m.translate(1, type=type)
        for file in "3", True, None:
            with self.assertRaisesRegex(TypeError, "a descriptor is an int"):
                self.m.translate_pidfd(file)
        with self.assertRaisesRegex(TypeError, "a back end is a str"):
            pidmap.open(3)
        for name in "", "device\0", "procfs+":
            with self.subTest(name=name), self.assertRaises(
                    (ValueError, OSError)):
                pidmap.open(name)

    def test_a_closed_handle(self):
        with self.m as m:
            pass
        for ask in (lambda: m.translate(1), lambda: m.translate_many([]),
                    m.list, m.list_ns, m.snapshot, m.watch, m.info, m.bind,
                    lambda: m.pidfd(1), lambda: m.backend):
            with self.assertRaisesRegex(ValueError, "the Handle is closed"):
                ask()
        m.close()


class Device(Suite, unittest.TestCase):
    backend = "device"

    def test_start_time(self):
        stamp = self.m.stamp(world.child)
        start = stamp.start_time
        features = self.m.info().features
        self.assertEqual(pidmap.Features.PID_ID in features, stamp.pid_id != 0)
        self.assertIn(pidmap.Features.WATCH, features)
        task = self.m.snapshot()[world.child]
        self.assertEqual((start, stamp.pid_id), (task.start_time, task.pid_id))
        self.assertGreater(start, 0)
        self.assertIsNone(self.m.stamp(NO_SUCH_PID))
        in_a = world.numbers(world.child)[1]
        self.assertEqual(self.m.stamp(in_a, self.a), stamp)
        self.assertEqual(self.m.translate(world.child, to=self.a,
                                          start_time=start), in_a)
        for wrong in start + 1, 0, 2**64 - 1:
            for ask in (self.m.translate, self.m.pids, self.m.task_ids,
                        self.m.pidfd):
                with self.subTest(ask=ask, wrong=wrong), \
                        self.fails(errno.ESTALE):
                    ask(world.child, start_time=wrong)

    def test_set_view(self):
        for ns in self.a, f"/proc/{world.a}/ns/pid":
            with pidmap.open(self.backend) as m:
                m.set_view(ns)
                self.assertTrue(m.info().raised)
                here, in_a, in_b = world.numbers(world.b)
                self.assertEqual(m.translate(in_a, to=self.b), in_b)
                with self.assertRaises(PermissionError):
                    m.translate(1, self.c)
                with self.fails(errno.EBUSY):
                    m.set_view(ns)
        with self.assertRaises(TypeError):
            self.m.set_view(world.a)

    def test_watch(self):
        with self.m.watch() as events:
            self.assertRegex(repr(events), r"^<pidmap\.Watch fd \d+>$")
            first = next(events)
            self.assertEqual((first.kind, first.seq, first.task, first.lost),
                             (pidmap.EventKind.SYNC, 0, None, 0))
            child = subprocess.Popen(["/bin/sh", "-c", "exit 3"])
            child.wait()
            seen = []
            for event in events:
                if event.task.tgid == child.pid:
                    seen.append(event)
                    self.assertEqual(event.task.nr, (child.pid,))
                    self.assertEqual(event.task.ppid, os.getpid())
                    if event.kind == pidmap.EventKind.EXIT:
                        break
            self.assertEqual([event.kind.name for event in seen][:2],
                             ["FORK", "EXEC"])
            self.assertEqual(seen[-1].code, 3 << 8)
            self.assertTrue(seen[1].comm)
            self.assertEqual((seen[0].parent_inum, seen[1].former_tid), (0, 0))

            # In B, which is in A, a thread that is no leader executes.
            child = subprocess.Popen(
                ["nsenter", "-t", str(world.b), "-p", "/usr/bin/python3", "-c",
                 EXEC_BY_THREAD])
            child.wait()
            for event in events:
                if event.task.inum == inum(world.b):
                    if event.kind == pidmap.EventKind.FORK:
                        self.assertEqual(event.parent_inum, inum(world.a))
                    if event.kind == pidmap.EventKind.EXEC and event.former_tid:
                        break
            self.assertGreater(event.former_tid, event.task.tgid)
            self.assertEqual(event.comm, "true")

            # As asyncio does it.
            events.set_blocking(False)
            while events.read():
                pass
            with self.assertRaises(BlockingIOError):
                next(events)
            self.assertEqual(select.select([events], [], [], 0)[0], [])
            subprocess.run(["/bin/sh", "-c", "exit"], check=True)
            self.assertEqual(select.select([events], [], [], 10)[0], [events])
            self.assertGreater(len(events.read()), 0)
        with self.assertRaisesRegex(ValueError, "the Watch is closed"):
            next(events)

    def test_watch_from_a_raised_view(self):
        with pidmap.open(self.backend) as m:
            m.set_view(self.a)
            with m.watch(threads=True) as events:
                next(events)
                subprocess.run(["/bin/sh", "-c", "exit"], check=True)
                child = subprocess.run(
                    ["nsenter", "-t", str(world.a), "-p", "sh", "-c",
                     "exit 5"], check=False)
                self.assertEqual(child.returncode, 5)
                for event in events:
                    # What happened outside is not in the stream.
                    self.assertIn(event.task.inum, (inum(world.a),))
                    if event.kind == pidmap.EventKind.EXIT:
                        break
                self.assertEqual(len(event.task.nr), 1)

    def test_watch_threads(self):
        with self.m.watch(threads=True) as all, self.m.watch() as processes:
            subprocess.run(["/usr/bin/python3", "-c", EXEC_BY_THREAD],
                           check=True)
            for events, some in (all, True), (processes, False):
                began = [event.task for event in events.read()
                         if event.kind == pidmap.EventKind.FORK]
                self.assertEqual(some, any(
                    task.nr[0] != task.tgid for task in began))

    def test_watch_that_loses(self):
        with self.m.watch(ring_size=4096) as events:
            for _ in range(40):
                subprocess.run(["/bin/true"], check=True)
            lost = [event for event in events.read() if event.lost]
            self.assertEqual(len(lost), 1)
            self.assertEqual(lost[0].kind, pidmap.EventKind.SYNC)
            self.assertGreaterEqual(lost[0].seq + lost[0].lost, 120)

    def test_what_has_ended(self):
        running = subprocess.Popen(["sleep", "60"])
        self.addCleanup(running.wait)
        self.addCleanup(running.kill)
        zombie = subprocess.Popen(["/bin/true"])
        self.addCleanup(zombie.wait)
        os.waitid(os.P_PID, zombie.pid, os.WEXITED | os.WNOWAIT)
        # Its first thread ends, and another one goes on.
        leaderless = subprocess.Popen(
            ["/usr/bin/python3", "-c",
             "import ctypes, threading, time\n"
             "threading.Thread(target=time.sleep, args=(60,)).start()\n"
             "ctypes.CDLL(None).syscall(60, 0)"])
        self.addCleanup(leaderless.wait)
        self.addCleanup(leaderless.kill)
        shown = pathlib.Path(f"/proc/{leaderless.pid}/status")
        until(lambda: "State:\tZ" in shown.read_text(encoding="ascii"))
        tasks = {task.tgid: task for task in self.m.list()}
        for process, ended in ((running, (False, False)),
                               (zombie, (True, True)),
                               (leaderless, (True, False))):
            task = tasks[process.pid]
            self.assertEqual((task.exited, task.ended), ended)

    def test_without_the_device(self):
        os.rename("/dev/pidmap", "/dev/away")
        self.addCleanup(os.rename, "/dev/away", "/dev/pidmap")
        with self.assertRaises(FileNotFoundError) as caught:
            pidmap.open("device")
        self.assertEqual(caught.exception.filename, "/dev/pidmap")

    def test_watch_goes_on_after_a_signal(self):
        before = signal.signal(signal.SIGALRM, lambda *_: subprocess.run(
            ["/bin/true"], check=True))
        self.addCleanup(signal.signal, signal.SIGALRM, before)
        with self.m.watch() as events:
            self.assertIsNone(next(events).task)
            signal.setitimer(signal.ITIMER_REAL, 0.3)
            while next(events).task.ppid != os.getpid():
                pass

    def test_watch_is_interrupted(self):
        class Alarm(Exception):
            pass

        def handler(*_):
            signal.setitimer(signal.ITIMER_REAL, 0)
            raise Alarm

        before = signal.signal(signal.SIGALRM, handler)
        self.addCleanup(signal.signal, signal.SIGALRM, before)
        with self.m.watch(self.c) as events:
            self.assertIsNone(next(events).task)
            with self.assertRaises(Alarm):
                # Again and again: one may come before the call.
                signal.setitimer(signal.ITIMER_REAL, 0.1, 0.1)
                next(events)

    def test_watch_refuses(self):
        for size in 0, 4095, 2**25:
            with self.subTest(size=size), self.fails(errno.EINVAL):
                self.m.watch(ring_size=size)
        with self.assertRaises(ValueError):
            self.m.watch(ring_size=-1)
        with self.assertRaises(FileNotFoundError):
            self.m.watch(ns_inum(1))

    def test_without_the_identity_right(self):
        script = (
            "import os, pidmap\n"
            "m = pidmap.open('device')\n"
            "assert m.translate(os.getpid()) == os.getpid()\n"
            "assert not m.info().identity\n"
            "for refused in (m.list, m.list_ns, m.snapshot, m.watch,\n"
            "        lambda: m.translate(1, to=pidmap.ns_tid(1))):\n"
            "    try: refused()\n"
            "    except PermissionError: pass\n"
            "    else: raise SystemExit(refused)\n"
            "m = pidmap.open()\n"
            "for hidden in m.list, m.list_ns, m.snapshot:\n"
            "    try: hidden()\n"
            "    except PermissionError as e: assert e.errno == 13, e\n"
            "    else: raise SystemExit(hidden)\n"
            "own = os.getpid()\n"
            "tasks = {task.tgid: task for task in m.list(partial=True)}\n"
            "assert tasks[own].inum and not tasks[%d].inum\n"
            "shot = m.snapshot(partial=True)\n"
            "assert shot.partial and shot.translate(own) == own\n"
            % world.child)
        subprocess.run(["/usr/bin/python3", "-c", script], check=True,
                       user="member", group="pidmap", extra_groups=[])

    def test_the_best_is_the_device(self):
        with pidmap.open() as m:
            self.assertEqual(m.backend.split("+")[0], "device")


class Procfs(Suite, unittest.TestCase):
    backend = "procfs"

    def test_what_it_cannot_know(self):
        for ask in (lambda: self.m.stamp(world.child), self.m.watch,
                    lambda: self.m.set_view(self.a),
                    lambda: self.m.translate(world.child, start_time=1)):
            with self.fails(errno.EOPNOTSUPP):
                ask()
