# SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
"""Translate IDs between PID namespaces.

>>> import pidmap
>>> with pidmap.open() as m:
...     m.translate(4242, to="/proc/4242/ns/pid")       # host to container
...     m.translate(17, from_="/proc/4242/ns/pid")      # and back
17
4242

A namespace is a path of its nsfs file, the PID of a task that lives in it, an
open file (anything with fileno()), or what ns_fd(), ns_tid(), ns_inum(),
ns_id() and ns_level() return.  VIEW, the default, is the caller's own.

What does not exist is falsy, as in libpidmap: a number is 0, task_ids() and
stamp() are None, pids() is an empty list.  Never pass a number to kill() before
you have checked it: 0 means your own process group.

What went wrong raises OSError or the subclass that Python has for its errno:
PermissionError if pidmap(4) does not allow you to know, FileNotFoundError if
there is no such namespace or no module, OSError with errno.EOPNOTSUPP if no
back end can know, with errno.ESTALE if a number was reused.  A wrong type raises
TypeError; a number that does not fit, and a closed handle, raise ValueError.

Handles and snapshots may be used, and closed, by several threads at once.
"""

from __future__ import annotations

import ctypes
import enum
import errno
import os
from array import array
from contextlib import contextmanager
from ctypes import byref, sizeof
from types import TracebackType
from typing import Any, Callable, Dict, Iterable, Iterator, List, Mapping, \
    NamedTuple, Optional, Protocol, Tuple, TypeVar, Union
from typing import Type as _Type

from . import _lib
from ._lib import NsRef, c_fd, c_inum, c_ns, c_pid, checked, fits, lib

__all__ = [
    "BOUND", "Event", "EventKind", "Features", "Handle", "Info", "Namespace",
    "NsRef", "PGID", "Pid", "SID", "Snapshot", "Stamp", "TGID", "TID", "Task",
    "TaskIds", "Type", "Upward", "VIEW", "Watch", "ns_fd", "ns_id", "ns_inum",
    "ns_level", "ns_tid", "open", "version",
]


class Type(enum.IntEnum):
    """What kind of ID a number is."""

    TID = 0     #: a task (thread)
    TGID = 1    #: a process; what people call a PID
    PGID = 2    #: a process group
    SID = 3     #: a session


TID, TGID, PGID, SID = Type.TID, Type.TGID, Type.PGID, Type.SID


class Upward(enum.IntEnum):
    """What may be translated to the levels above the view."""

    NONE = 0
    SELF = 1
    SUBTREE = 2


VIEW = NsRef(0)     #: the caller's own namespace, or what set_view() has set
BOUND = NsRef(6)    #: what Handle.bind() stored in the same place


class _HasFileno(Protocol):
    def fileno(self) -> int: ...


#: What the methods take for a namespace.
NamespaceLike = Union[NsRef, int, str, bytes, "os.PathLike[str]",
                      "os.PathLike[bytes]", _HasFileno]


def ns_fd(file: Union[int, _HasFileno]) -> NsRef:
    """The namespace of an open nsfs file, such as /proc/42/ns/pid."""
    return NsRef(1, c_fd(_fileno(file)) & 0xFFFFFFFF)


def ns_tid(tid: int) -> NsRef:
    """The namespace that the task with this TID lives in."""
    return NsRef(2, c_pid(tid) & 0xFFFFFFFF)


def ns_inum(inum: int) -> NsRef:
    """The namespace with this inode number, as in pid:[4026532177]."""
    return NsRef(3, c_inum(inum))


def ns_id(id: int) -> NsRef:
    """The namespace with this ID, which is never reused."""
    return NsRef(4, fits(id, 0, (1 << 64) - 1, "the ID of a namespace"))


def ns_level(level: int) -> NsRef:
    """The namespace at this level on the path to the view."""
    return NsRef(5, fits(level, 0, (1 << 32) - 1, "a level"))


def _fileno(file: Any) -> int:
    if isinstance(file, int) and not isinstance(file, bool):
        return file
    fileno = getattr(file, "fileno", None)
    if fileno is None:
        raise TypeError("a descriptor is an int or has fileno(), and "
                        f"{type(file).__name__} is and has not")
    fd: int = fileno()
    return fd


@contextmanager
def _named(*given: NamespaceLike) -> Iterator[List[_lib.CNsRef]]:
    """The names of namespaces; files that are opened for them are closed."""
    opened: List[int] = []
    try:
        yield [c_ns(_ref(ns, opened)) for ns in given]
    finally:
        for fd in opened:
            os.close(fd)


def _ref(ns: Any, opened: List[int]) -> NsRef:
    if isinstance(ns, NsRef):
        return ns
    if isinstance(ns, int) and not isinstance(ns, bool):
        return ns_tid(ns)
    if isinstance(ns, (str, bytes, os.PathLike)):
        opened.append(os.open(ns, os.O_RDONLY | os.O_CLOEXEC))
        return ns_fd(opened[-1])
    if hasattr(ns, "fileno"):
        return ns_fd(ns)
    raise TypeError("a PID namespace is a path, a PID, an open file or what "
                    f"ns_inum() and its like return, not {type(ns).__name__}")


def _type(type: Any) -> int:
    try:
        return Type(type)
    except ValueError:
        raise ValueError(f"{type!r} is no type of ID: these are TID, TGID, "
                         "PGID and SID") from None


class Features(enum.IntFlag):
    """What the module can do on this kernel."""

    NS_ID = 1       #: namespaces have an ID, see ns_id()
    PID_ID = 2      #: numbers have an ID, see Stamp
    WATCH = 4       #: Handle.watch() works


class Info(NamedTuple):
    """What answers, and who asks."""

    backend: str
    abi_version: int        #: 0 if the module does not answer
    features: Features
    level: Optional[int]    #: of the view; None if that cannot be known
    inum: int
    id: int
    upward: Upward
    max_level: int
    identity: bool          #: may list, watch, and name by TID, inum and id
    raised: bool            #: the view is the one that set_view() has set


class Stamp(NamedTuple):
    """What tells a task or process from a later one with the same number."""

    start_time: int         #: ns of the boot-time clock
    pid_id: int             #: never reused; 0 before Linux 6.12


class TaskIds(NamedTuple):
    """All IDs of one task; 0 where one has no number in the namespace."""

    tid: int
    tgid: int
    pgid: int
    sid: int
    ppid: int


class Pid(NamedTuple):
    """A number and its namespace; 0 for what may not be known."""

    inum: int
    nr: int
    id: int


class Task(NamedTuple):
    """One task of a list, a snapshot or an event."""

    tgid: int               #: in the view, as are the next three
    pgid: int
    sid: int
    ppid: int
    nr: Tuple[int, ...]     #: its TIDs: the view's first, the leaf's last
    inum: int               #: of the leaf namespace; 0 if that is hidden
    start_time: int         #: ns of the boot-time clock; 0 if not known
    cgroup: int             #: the ID of its cgroup; 0 if not known
    pid_id: int             #: the ID of its TID; 0 if not known
    exited: bool            #: it has ended; it may not be reaped yet
    ended: bool             #: all tasks of its process have


class Namespace(NamedTuple):
    """One PID namespace of a list or snapshot."""

    inum: int
    id: int                 #: 0 if the kernel has none
    start_time: int         #: of its init, as a task's
    level: Optional[int]    #: None if that cannot be known
    parent_inum: int        #: 0 for the view
    owner_inum: int         #: of the owning user namespace; 0 if not known
    owner_uid: int
    init: int               #: TGID of its init in the view
    pids: int               #: how many IDs are in use; 0 if not known


class EventKind(enum.IntEnum):
    """What an event says."""

    SYNC = 0    #: call list() now, then continue to read
    FORK = 1    #: a task begins
    EXEC = 2    #: a process executes a program; its other tasks are gone
    EXIT = 3    #: a task ends


class Event(NamedTuple):
    """One event of a Watch."""

    kind: EventKind
    seq: int                #: its number in the stream, without gaps
    time: int               #: ns of the boot-time clock
    task: Optional[Task]    #: None for SYNC
    comm: str               #: EXEC: the name of the program
    lost: int               #: SYNC: how many events were lost before it
    parent_inum: int        #: FORK: of the parent of the task's namespace; 0
                            #: if it lives in the view
    code: int               #: EXIT: the exit status, as wait(2) reports it
    former_tid: int         #: EXEC: the TID of the caller before; 0 if the same


def _level(level: int) -> Optional[int]:
    return None if level == _lib.LEVEL_UNKNOWN else level


def _task(task: _lib.CTask) -> Task:
    return Task(task.tgid, task.pgid, task.sid, task.ppid, task.nr, task.inum,
                task.start_time, task.cgroup, task.pid_id,
                bool(task.flags & _lib.TASK_EXITED),
                bool(task.flags & _lib.TASK_ENDED))


def _namespace(ns: _lib.CNs) -> Namespace:
    return Namespace(ns.inum, ns.id, ns.start_time, _level(ns.level),
                     ns.parent_inum, ns.owner_inum, ns.owner_uid, ns.init,
                     ns.pids)


def _pids(pids: Any, count: int) -> List[Pid]:
    return [Pid(pid.inum, pid.nr, pid.id) for pid in pids[:count]]


def _flags(threads: bool, direct: bool = False) -> int:
    return (_lib.LIST_THREADS if threads else 0) | \
        (_lib.LIST_DIRECT if direct else 0)


def _expect(start_time: Optional[int]) -> Any:
    if start_time is None:
        return None
    return byref(_lib.CStamp(_lib.EXPECT_START, 0, fits(
        start_time, 0, (1 << 64) - 1, "a start time")))


_Self = TypeVar("_Self", bound="_Closing")
_Record = TypeVar("_Record")


class _Owned:
    """What the library has given, as an argument for it; freed after its last
    use, be it that of another thread.
    """

    def __init__(self, given: int, free: Callable[[int], Any]) -> None:
        self._as_parameter_ = given
        self._free = free

    def __del__(self) -> None:
        self._free(self._as_parameter_)


class _Closing:
    """Something that close(), or the end of a with, frees."""

    _open: Optional[_Owned] = None

    @property
    def _handle(self) -> _Owned:
        handle = self._open
        if handle is None:
            raise ValueError(f"the {type(self).__name__} is closed")
        return handle

    def close(self) -> None:
        """Free it; doing so again is harmless."""
        self._open = None

    def __enter__(self: _Self) -> _Self:
        return self

    def __exit__(self, kind: Optional[_Type[BaseException]],
                 value: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        self.close()


def _opened(backend: Optional[bytes], filename: Optional[str]) -> _Owned:
    handle = lib.pidmap_open(backend, 0)
    if handle is None:
        _lib.fail_to_open(filename)
    return _Owned(handle, lib.pidmap_close)


class Handle(_Closing):
    """Open back ends, as open() returns them."""

    _view: Optional[_Owned] = None  # a descriptor of what set_view() has set

    def __init__(self, backend: Optional[str] = None) -> None:
        if backend is not None and not isinstance(backend, str):
            raise TypeError('a back end is a str, such as "nsfs+procfs", not '
                            f"{type(backend).__name__}")
        if backend is not None and "\0" in backend:
            raise ValueError("the name of a back end has no NUL")
        self._open = _opened(
            None if backend is None else backend.encode(),
            "/dev/pidmap" if backend == "device" else backend)

    def close(self) -> None:
        """Close it; doing so again is harmless."""
        super().close()
        self._view = None

    def __repr__(self) -> str:
        state = "closed" if self._open is None else repr(self.backend)
        return f"<pidmap.Handle {state}>"

    @property
    def backend(self) -> str:
        """The names of the back ends, with "+" between them."""
        name: bytes = lib.pidmap_backend(self._handle)
        return name.decode()

    def info(self) -> Info:
        """What answers, and who asks."""
        info = _lib.CInfo()
        checked(lib.pidmap_info(self._handle, byref(info), sizeof(info)))
        return Info(self.backend, info.abi_version, Features(info.features),
                    _level(info.level), info.inum, info.id,
                    Upward(info.upward), info.max_level,
                    bool(info.rights & _lib.RIGHT_IDENTITY),
                    bool(info.rights & _lib.RIGHT_RAISED))

    def set_view(self, ns: NamespaceLike) -> None:
        """Look from another namespace, once; an nsfs file of it, or its path.

        An agent in a container looks at the host so.  It takes CAP_SYS_PTRACE
        there, and the module.
        """
        with _named(ns) as (ref,):
            if ref.kind != 1:
                raise TypeError("a view is set by a path or an open file of "
                                "the namespace")
            fd = ref.value - (ref.value >> 31 << 32)
            checked(lib.pidmap_set_view(self._handle, fd))
            self._view = _Owned(os.dup(fd), os.close)

    def translate(self, nr: int, from_: NamespaceLike = VIEW,
                  to: NamespaceLike = VIEW, type: Type = TGID,
                  start_time: Optional[int] = None) -> int:
        """The number of an ID in another namespace, 0 if it has none.

        If the start time is given that the task is expected to have, a number
        that belongs to another one by now raises OSError with errno.ESTALE.
        """
        with _named(from_, to) as (source, target):
            return checked(lib.pidmap_translate_at(
                self._handle, _type(type), c_pid(nr), source, target,
                _expect(start_time)))

    def stamp(self, nr: int, from_: NamespaceLike = VIEW,
              type: Type = TGID) -> Optional[Stamp]:
        """What tells an ID from a later one with the same number; None if there
        is no such ID.  Only the module knows.
        """
        has_id = Features.PID_ID in self.info().features
        stamp = _lib.CStamp(_lib.START_TIME | (_lib.PID_ID if has_id else 0))
        with _named(from_, VIEW) as (source, target):
            if not checked(lib.pidmap_translate_at(
                    self._handle, _type(type), c_pid(nr), source, target,
                    byref(stamp))):
                return None
        return Stamp(stamp.start_time, stamp.pid_id)

    def translate_many(self, numbers: Iterable[int],
                       from_: NamespaceLike = VIEW, to: NamespaceLike = VIEW,
                       type: Type = TGID) -> List[int]:
        """The same for many IDs at once; fastest from an array("i")."""
        if not isinstance(numbers, array) or numbers.typecode != "i":
            numbers = array("i", map(c_pid, numbers))
        results = array("i", bytes(numbers.itemsize * len(numbers)))
        with _named(from_, to) as (source, target):
            checked(lib.pidmap_translate_many(
                self._handle, _type(type), len(numbers),
                numbers.buffer_info()[0], results.buffer_info()[0], source,
                target, None))
        return [nr if nr > 0 else 0 for nr in results]

    def translate_pidfd(self, pidfd: Union[int, _HasFileno],
                        to: NamespaceLike = VIEW) -> int:
        """The number of a pidfd's process, 0 if it has none."""
        with _named(to) as (target,):
            return checked(lib.pidmap_translate_pidfd(
                self._handle, c_fd(_fileno(pidfd)), target))

    def pidfd(self, nr: int, from_: NamespaceLike = VIEW, type: Type = TGID,
              flags: int = 0, start_time: Optional[int] = None) -> int:
        """A pidfd, which the caller closes; ProcessLookupError if there is no
        such ID.  It cannot be fooled by a number that is reused meanwhile.

        The flags are those of pidfd_open(2).  A PGID or SID means the process
        that leads it.
        """
        with _named(from_) as (source,):
            return checked(lib.pidmap_pidfd(
                self._handle, _type(type), c_pid(nr), source,
                fits(flags, 0, (1 << 32) - 1, "a set of flags"),
                _expect(start_time)))

    def open_proc(self) -> int:
        """A descriptor, which the caller closes, of the procfs that has the
        numbers of the view; /proc need not be that.
        """
        return checked(lib.pidmap_open_proc(self._handle))

    def bind(self, from_: NamespaceLike = VIEW,
             to: NamespaceLike = VIEW) -> None:
        """Resolve a pair of namespaces, once: BOUND names them from then on."""
        with _named(from_, to) as (source, target):
            checked(lib.pidmap_bind(self._handle, source, target))

    def task_ids(self, tid: int, from_: NamespaceLike = VIEW,
                 to: NamespaceLike = VIEW,
                 start_time: Optional[int] = None) -> Optional[TaskIds]:
        """All IDs of one task, None if it has no number in the namespace."""
        ids = _lib.CIds()
        with _named(from_, to) as (source, target):
            if not checked(lib.pidmap_task_ids(
                    self._handle, c_pid(tid), source, target, byref(ids),
                    _expect(start_time))):
                return None
        return TaskIds(ids.tid, ids.tgid, ids.pgid, ids.sid, ids.ppid)

    def pids(self, nr: int, from_: NamespaceLike = VIEW, type: Type = TGID,
             start_time: Optional[int] = None) -> List[Pid]:
        """Every number of one ID, the view's first, the leaf's last."""
        pids = (_lib.CPid * _lib.MAX_PIDS)()
        with _named(from_) as (source,):
            return _pids(pids, checked(lib.pidmap_pids(
                self._handle, _type(type), c_pid(nr), source, pids, len(pids),
                _expect(start_time))))

    def list(self, ns: NamespaceLike = VIEW, threads: bool = False,
             direct: bool = False, partial: bool = False) -> List[Task]:
        """The tasks of a namespace and, unless direct, of its descendants.

        With threads every TID is listed, else every TGID.  If something is
        hidden from this caller, PermissionError is raised, or with partial the
        rest is listed.
        """
        with _named(ns) as (ref,):
            return self._walk(_task, partial, lambda each: lib.pidmap_list(
                self._handle, ref, _flags(threads, direct),
                _lib.TASK_FN(each), None))

    def list_ns(self, ns: NamespaceLike = VIEW,
                partial: bool = False) -> List[Namespace]:
        """A PID namespace and its descendants, in no particular order."""
        with _named(ns) as (ref,):
            return self._walk(_namespace, partial,
                              lambda each: lib.pidmap_list_ns(
                                  self._handle, ref, _lib.NS_FN(each), None))

    @staticmethod
    def _walk(convert: Callable[[Any], _Record], partial: bool,
              call: Callable[[Callable[[Any, Any], int]], Any],
              ) -> List[_Record]:
        records: List[_Record] = []
        raised: List[BaseException] = []

        # An exception cannot pass the library: it stops the walk first.
        def each(record: Any, _: Any) -> int:
            try:
                records.append(convert(record.contents))
            except BaseException as exception:
                raised.append(exception)
            return len(raised)

        result = call(each)
        if raised:
            raise raised[0]
        try:
            checked(result)
        except PermissionError as error:
            if not partial or error.errno != errno.EACCES:
                raise
        return records

    def snapshot(self, ns: NamespaceLike = VIEW, threads: bool = False,
                 partial: bool = False) -> Snapshot:
        """All numbers at one point in time, to be asked offline.

        If something is hidden from this caller, PermissionError is raised, or
        with partial the rest is recorded.
        """
        return Snapshot(self, ns, threads, partial)

    def watch(self, ns: NamespaceLike = VIEW, threads: bool = False,
              ring_size: int = 1 << 20) -> Watch:
        """What begins, executes programs and ends, as it happens.

        The ring, in which the kernel stores events until they are read, has a
        length that is a power of two from 4 KiB to 16 MiB.  Only the module can
        do this.
        """
        return Watch(self, ns, threads, ring_size)


class Snapshot(_Closing, Mapping[int, Task]):
    """All numbers at one point in time; built by Handle.snapshot().

    It is a mapping from the numbers in the view to the tasks.  translate() and
    pids() name namespaces by their inode numbers; 0 means the view.
    """

    _index: Optional[Dict[int, int]] = None

    def __init__(self, handle: Handle, ns: NamespaceLike, threads: bool,
                 partial: bool) -> None:
        flags = _flags(threads) | (_lib.SNAPSHOT_PARTIAL if partial else 0)
        with _named(ns) as (ref,):
            snapshot = lib.pidmap_snapshot_new(handle._handle, ref, flags)
        if snapshot is None:
            _lib.fail()
        self._open = _Owned(snapshot, lib.pidmap_snapshot_free)

    def __repr__(self) -> str:
        if self._open is None:
            return "<pidmap.Snapshot closed>"
        count = lib.pidmap_snapshot_ns_count(self._open)
        return f"<pidmap.Snapshot of {len(self)} tasks in {count} namespaces>"

    @property
    def partial(self) -> bool:
        """Something was hidden: a number that is not found may be in use."""
        return bool(lib.pidmap_snapshot_partial(self._handle))

    def translate(self, nr: int, from_: int = 0, to: int = 0) -> int:
        """The number of a task in another namespace, 0 if it has none."""
        return checked(lib.pidmap_snapshot_translate(
            self._handle, c_pid(nr), c_inum(from_), c_inum(to)))

    def pids(self, nr: int, from_: int = 0) -> List[Pid]:
        """Every number of a task, the view's first, the leaf's last."""
        pids = (_lib.CPid * _lib.MAX_PIDS)()
        return _pids(pids, checked(lib.pidmap_snapshot_pids(
            self._handle, c_pid(nr), c_inum(from_), pids, len(pids))))

    def list_ns(self) -> List[Namespace]:
        """Its PID namespaces, each after its parent."""
        handle = self._handle
        count: int = lib.pidmap_snapshot_ns_count(handle)
        return [_namespace(lib.pidmap_snapshot_ns(handle, i).contents)
                for i in range(count)]

    def _numbers(self) -> Dict[int, int]:
        if self._index is None:
            handle = self._handle
            self._index = {
                lib.pidmap_snapshot_task(handle, i).contents.nr[0]: i
                for i in range(len(self))}
        return self._index

    def __len__(self) -> int:
        size: int = lib.pidmap_snapshot_size(self._handle)
        return size

    def __iter__(self) -> Iterator[int]:
        return iter(self._numbers())

    def __getitem__(self, nr: int) -> Task:
        handle = self._handle
        return _task(lib.pidmap_snapshot_task(
            handle, self._numbers()[nr]).contents)

    # Two snapshots are two points in time; a Mapping would compare them.
    __eq__ = object.__eq__
    __hash__ = object.__hash__


class Watch(_Closing):
    """A stream of events; built by Handle.watch(), which it outlives.

    It is an iterator, which waits for the next event.  The first one is a SYNC:
    call Handle.list() then.  For asyncio, set_blocking(False) and have
    add_reader() call read(), which returns what there is.  It is for one thread.
    """

    _blocking = True

    def __init__(self, handle: Handle, ns: NamespaceLike, threads: bool,
                 ring_size: int) -> None:
        size = fits(ring_size, 0, (1 << 32) - 1, "the length of a ring")
        if handle.info().abi_version == 0:
            raise OSError(errno.EOPNOTSUPP, "only the module can watch")
        # One of the library's handles can be one stream only.
        stream = _opened(b"device", "/dev/pidmap")
        if handle._view is not None:
            checked(lib.pidmap_set_view(stream, handle._view))
        with _named(ns) as (ref,):
            checked(lib.pidmap_watch(
                stream, ref, _lib.WATCH_THREADS if threads else 0, size))
        self._open = stream

    def __repr__(self) -> str:
        state = "closed" if self._open is None else f"fd {self.fileno()}"
        return f"<pidmap.Watch {state}>"

    def fileno(self) -> int:
        """Its descriptor, which select() and the like report as readable.

        Then call read(): what it has taken from there makes nothing readable.
        """
        return checked(lib.pidmap_watch_fd(self._handle))

    def set_blocking(self, blocking: bool) -> None:
        """Whether read() waits for events; at first it does."""
        self._blocking = blocking

    def _next(self, wait: bool) -> Optional[Event]:
        handle = self._handle
        while True:
            event = lib.pidmap_watch_next(handle, -1 if wait else 0)
            if event:
                return self._event(event)
            code = ctypes.get_errno()
            if code == errno.EAGAIN and not wait:
                return None
            # The handler of a signal runs before the next call.
            if code not in (errno.EAGAIN, errno.EINTR):
                _lib.fail()

    def read(self) -> List[Event]:
        """The events that there are; waits for one if there is none.

        Unless it blocks, the list may be empty.
        """
        events: List[Event] = []
        event = self._next(self._blocking)
        while event is not None:
            events.append(event)
            event = self._next(False)
        return events

    @staticmethod
    def _event(event: Any) -> Event:
        e = event.contents
        kind = EventKind(e.kind)
        task = lib.pidmap_event_task(event)
        comm: bytes = lib.pidmap_event_comm(event) or b""
        return Event(
            kind, e.seq, e.time, _task(task.contents) if task else None,
            comm.decode(errors="replace"),
            e.detail.lost if kind == EventKind.SYNC else 0,
            e.detail.parent_inum if kind == EventKind.FORK else 0,
            e.detail.code if kind == EventKind.EXIT else 0,
            e.detail.former_tid if kind == EventKind.EXEC else 0)

    def __iter__(self) -> Watch:
        return self

    def __next__(self) -> Event:
        event = self._next(self._blocking)
        if event is None:
            raise BlockingIOError(errno.EAGAIN, "there is no event yet")
        return event


def open(backend: Optional[str] = None) -> Handle:
    """Open back ends: "device", "nsfs", "procfs", some with "+", or all."""
    return Handle(backend)


def version() -> str:
    """The version of libpidmap."""
    name: bytes = lib.pidmap_version()
    return name.decode()
