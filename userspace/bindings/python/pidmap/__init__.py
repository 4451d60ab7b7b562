# SPDX-License-Identifier: LGPL-2.1-or-later
"""Translate IDs between PID namespaces.

>>> import pidmap
>>> with pidmap.open() as m, open("/proc/4242/ns/pid") as ns:
...     m.translate(4242, to=pidmap.ns_fd(ns))      # host to container
...     m.translate(17, from_=pidmap.ns_fd(ns))     # and back
17
4242

What does not exist is falsy, as in libpidmap: a number is 0, task_ids() is
None, pids() an empty list.  What went wrong raises OSError or the subclass that
Python has for its errno: PermissionError where pidmap(4) says that you may not
know, FileNotFoundError where there is no such namespace or no module,
OSError with errno.EOPNOTSUPP where the back end cannot know.  A number too large
for the kernel raises OverflowError, a closed handle ValueError.

Handles and snapshots may be used by several threads at once, but are to be
closed by the last one.
"""

from __future__ import annotations

import enum
from array import array
from ctypes import byref, c_uint64, sizeof
from types import TracebackType
from typing import Any, Callable, Iterable, Iterator, List, NamedTuple, \
    Optional, Protocol, Tuple, Type, TypeVar, Union

from . import _lib
from ._lib import NsRef, c_inum, c_ns, c_pid, checked, lib

__all__ = [
    "BOUND", "Handle", "Info", "Kind", "NsRef", "PGID", "Pid", "PidNamespace",
    "SID", "Snapshot", "TGID", "TID", "Task", "TaskIds", "Upward", "VIEW",
    "ns_fd", "ns_id", "ns_inum", "ns_level", "ns_tid", "open", "version",
]


class Kind(enum.IntEnum):
    """What kind of ID a number is."""

    TID = 0     #: a task (thread)
    TGID = 1    #: a process; what people call a PID
    PGID = 2    #: a process group
    SID = 3     #: a session


TID, TGID, PGID, SID = Kind.TID, Kind.TGID, Kind.PGID, Kind.SID


class Upward(enum.IntEnum):
    """What may be translated to the levels above the view."""

    NONE = 0
    SELF = 1
    SUBTREE = 2


VIEW = NsRef(0)     #: the caller's own namespace
BOUND = NsRef(6)    #: what Handle.bind() put in the same place


class _HasFileno(Protocol):
    def fileno(self) -> int: ...


def ns_fd(file: Union[int, _HasFileno]) -> NsRef:
    """The namespace of an open nsfs file, such as /proc/42/ns/pid."""
    fd = file if isinstance(file, int) else file.fileno()
    return NsRef(1, fd & 0xFFFFFFFF)


def ns_tid(tid: int) -> NsRef:
    """The namespace the task with this TID lives in."""
    return NsRef(2, tid)


def ns_inum(inum: int) -> NsRef:
    """The namespace with this inode number."""
    return NsRef(3, inum)


def ns_id(id: int) -> NsRef:
    """The namespace with this never-reused ID."""
    return NsRef(4, id)


def ns_level(level: int) -> NsRef:
    """The view's ancestor at this level."""
    return NsRef(5, level)


class Info(NamedTuple):
    """What answers, and who asks."""

    backend: str
    abi_version: int        #: 0 where the module does not answer
    features: int
    level: Optional[int]    #: of the view; None where that cannot be known
    inum: int
    id: int
    upward: Upward
    max_level: int
    identity: bool          #: may list, and name by TID, inum and id


class TaskIds(NamedTuple):
    """All IDs of one task; 0 where one has no number in the namespace."""

    tid: int
    tgid: int
    pgid: int
    sid: int
    ppid: int


class Pid(NamedTuple):
    """A number, and the namespace it is valid in; 0 for what may not be known."""

    inum: int
    nr: int
    id: int


class Task(NamedTuple):
    """One task of a walk."""

    tgid: int               #: in the view
    inum: int               #: of the leaf namespace
    start_time: int         #: ns of the boot-time clock; 0 if not known
    numbers: Tuple[int, ...]    #: its TID per level, view first, leaf last


class PidNamespace(NamedTuple):
    """One PID namespace of a walk."""

    inum: int
    id: int                 #: 0 where the kernel has none
    start_time: int         #: of its init, as a task's
    level: Optional[int]    #: None where that cannot be known
    parent_inum: int        #: 0 for the view
    owner_inum: int         #: of the user namespace that owns it
    owner_uid: int
    init: int               #: TGID of its init in the view
    pids: int               #: how many IDs are in use; 0 if not known


def _level(level: int) -> Optional[int]:
    return None if level == _lib.LEVEL_UNKNOWN else level


def _task(task: _lib.CTask) -> Task:
    return Task(task.tgid, task.inum, task.start_time,
                task.nr)


def _namespace(ns: _lib.CNs) -> PidNamespace:
    return PidNamespace(ns.inum, ns.id, ns.start_time, _level(ns.level),
                        ns.parent_inum, ns.owner_inum, ns.owner_uid, ns.init,
                        ns.pids)


def _pids(pids: Any, count: int) -> List[Pid]:
    return [Pid(pid.inum, pid.nr, pid.id) for pid in pids[:count]]


def _flags(threads: bool, direct: bool = False) -> int:
    return (_lib.LIST_THREADS if threads else 0) | \
        (_lib.LIST_DIRECT if direct else 0)


def _start(start_time: int) -> Any:
    return byref(_lib.CStamp(_lib.EXPECT_START, 0, start_time)) \
        if start_time else None


_Self = TypeVar("_Self", bound="_Closing")
_Record = TypeVar("_Record")


class _Closing:
    """Something of the library's, freed by close() or at the end of a with."""

    _free: Callable[[int], None]
    _open: Optional[int] = None

    @property
    def _handle(self) -> int:
        if self._open is None:
            raise ValueError(f"{type(self).__name__} is closed")
        return self._open

    def close(self) -> None:
        """Free it; doing so again is harmless."""
        handle, self._open = self._open, None
        if handle is not None:
            self._free(handle)

    def __enter__(self: _Self) -> _Self:
        return self

    def __exit__(self, kind: Optional[Type[BaseException]],
                 value: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()


class Handle(_Closing):
    """An open back end, as open() returns it."""

    _free = lib.pidmap_close

    def __init__(self, backend: Optional[str] = None) -> None:
        self._open = lib.pidmap_open(backend and backend.encode(), 0)
        if self._open is None:
            _lib.fail("/dev/pidmap" if backend == "device" else backend)

    @property
    def backend(self) -> str:
        """What answers: "device", "nsfs+procfs", ..."""
        name: bytes = lib.pidmap_backend(self._handle)
        return name.decode()

    def info(self) -> Info:
        """What answers, and who asks."""
        info = _lib.CInfo()
        checked(lib.pidmap_info(self._handle, byref(info), sizeof(info)))
        return Info(self.backend, info.abi_version, info.features,
                    _level(info.level), info.inum, info.id,
                    Upward(info.upward), info.max_level,
                    bool(info.rights & _lib.RIGHT_IDENTITY))

    def translate(self, nr: int, from_: NsRef = VIEW, to: NsRef = VIEW,
                  kind: Kind = TGID, start_time: int = 0) -> int:
        """The number of an ID in another namespace, 0 where it has none.

        With the start time that the task is expected to have, a number that
        was given to another one meanwhile raises OSError with errno.ESTALE.
        """
        if start_time:
            result = lib.pidmap_translate_at(
                self._handle, kind, c_pid(nr), c_ns(from_), c_ns(to),
                _start(start_time))
        else:
            result = lib.pidmap_translate(self._handle, kind, c_pid(nr),
                                          c_ns(from_), c_ns(to))
        return checked(result)

    def start_time(self, tid: int, from_: NsRef = VIEW) -> int:
        """When a task was started, in ns of the boot-time clock, 0 if it is not.

        Only the device knows.
        """
        stamp = _lib.CStamp(_lib.START_TIME)
        checked(lib.pidmap_translate_at(self._handle, TID, c_pid(tid),
                                        c_ns(from_), c_ns(from_),
                                        byref(stamp)))
        return int(stamp.start_time)

    def translate_many(self, numbers: Iterable[int], from_: NsRef = VIEW,
                       to: NsRef = VIEW, kind: Kind = TGID) -> List[int]:
        """The same for any number of IDs at once; fastest from an array("i")."""
        given = numbers if isinstance(numbers, array) and \
            numbers.typecode == "i" else array("i", numbers)
        results = array("i", bytes(given.itemsize * len(given)))
        checked(lib.pidmap_translate_many(
            self._handle, kind, len(given), given.buffer_info()[0],
            results.buffer_info()[0], c_ns(from_), c_ns(to), None))
        return [nr if nr > 0 else 0 for nr in results]

    def translate_pidfd(self, pidfd: Union[int, _HasFileno],
                        to: NsRef = VIEW) -> int:
        """The number of the process a pidfd refers to, 0 where it has none."""
        fd = pidfd if isinstance(pidfd, int) else pidfd.fileno()
        return checked(lib.pidmap_translate_pidfd(self._handle, fd, c_ns(to)))

    def bind(self, from_: NsRef = VIEW, to: NsRef = VIEW) -> None:
        """Resolve a pair of namespaces, once: BOUND names them from then on."""
        checked(lib.pidmap_bind(self._handle, c_ns(from_), c_ns(to)))

    def task_ids(self, tid: int, from_: NsRef = VIEW, to: NsRef = VIEW,
                 start_time: int = 0) -> Optional[TaskIds]:
        """All IDs of one task, None where it has no number in the namespace."""
        ids = _lib.CIds()
        if not checked(lib.pidmap_task_ids(
                self._handle, c_pid(tid), c_ns(from_), c_ns(to), byref(ids),
                _start(start_time))):
            return None
        return TaskIds(ids.tid, ids.tgid, ids.pgid, ids.sid, ids.ppid)

    def pids(self, nr: int, from_: NsRef = VIEW, kind: Kind = TGID,
             start_time: int = 0) -> List[Pid]:
        """Every number of one ID, view first, leaf last."""
        pids = (_lib.CPid * _lib.MAX_PIDS)()
        return _pids(pids, checked(lib.pidmap_pids(
            self._handle, kind, c_pid(nr), c_ns(from_), pids, len(pids),
            _start(start_time))))

    def namespaces(self, ns: NsRef = VIEW) -> List[PidNamespace]:
        """A PID namespace and its descendants, in no particular order."""
        return self._walk(_namespace, lambda each: lib.pidmap_list_ns(
            self._handle, c_ns(ns), _lib.NS_FN(each), None))

    def snapshot(self, ns: NsRef = VIEW, threads: bool = False) -> Snapshot:
        """All numbers of this moment, to be asked offline."""
        return Snapshot(self, ns, threads)

    def list(self, ns: NsRef = VIEW, threads: bool = False,
             direct: bool = False) -> List[Task]:
        """The tasks of a namespace and, unless direct, of its descendants.

        With threads every TID is listed, else every TGID.
        """
        return self._walk(_task, lambda each: lib.pidmap_list(
            self._handle, c_ns(ns), _flags(threads, direct),
            _lib.TASK_FN(each), None))

    @staticmethod
    def _walk(convert: Callable[[Any], _Record],
              call: Callable[[Callable[[Any, Any], int]], Any],
              ) -> List[_Record]:
        records: List[_Record] = []
        raised: List[BaseException] = []

        # An exception cannot pass the library: it stops the walk, then goes on.
        def each(record: Any, _: Any) -> int:
            try:
                records.append(convert(record.contents))
            except BaseException as exception:
                raised.append(exception)
            return len(raised)

        result = call(each)
        if raised:
            raise raised[0]
        checked(result)
        return records


class Snapshot(_Closing):
    """All numbers of a moment; built by Handle.snapshot(), which it outlives.

    Iteration yields its tasks.  Namespaces are named by their inode numbers; 0
    means the view.
    """

    _free = lib.pidmap_snapshot_free

    def __init__(self, handle: Handle, ns: NsRef, threads: bool) -> None:
        self._open = lib.pidmap_snapshot_new(handle._handle, c_ns(ns),
                                             _flags(threads))
        if self._open is None:
            _lib.fail()

    def translate(self, nr: int, from_: int = 0, to: int = 0) -> int:
        """The number of a task in another namespace, 0 where it has none."""
        return checked(lib.pidmap_snapshot_translate(
            self._handle, c_pid(nr), c_inum(from_), c_inum(to)))

    def pids(self, nr: int, from_: int = 0) -> List[Pid]:
        """Every number of a task, view first, leaf last."""
        pids = (_lib.CPid * _lib.MAX_PIDS)()
        return _pids(pids, checked(lib.pidmap_snapshot_pids(
            self._handle, c_pid(nr), c_inum(from_), pids, len(pids))))

    def namespaces(self) -> List[PidNamespace]:
        """Its PID namespaces, each after its parent."""
        count: int = lib.pidmap_snapshot_ns_count(self._handle)
        return [_namespace(lib.pidmap_snapshot_ns(self._handle, i).contents)
                for i in range(count)]

    def __len__(self) -> int:
        size: int = lib.pidmap_snapshot_size(self._handle)
        return size

    def __iter__(self) -> Iterator[Task]:
        for i in range(len(self)):
            yield _task(lib.pidmap_snapshot_task(self._handle, i).contents)


def open(backend: Optional[str] = None) -> Handle:
    """Open a back end: "device", "nsfs", "procfs", some with "+", or the best."""
    return Handle(backend)


def version() -> str:
    """The version of libpidmap."""
    name: bytes = lib.pidmap_version()
    return name.decode()
