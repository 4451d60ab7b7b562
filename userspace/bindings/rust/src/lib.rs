// SPDX-License-Identifier: MIT OR Apache-2.0
//! Translate process, thread, process-group and session IDs between Linux PID
//! namespaces.
//!
//! [`Handle::open`] uses the kernel module pidmap through `/dev/pidmap` if it is
//! there, and the interfaces of the kernel itself (nsfs, /proc) for what the
//! module cannot answer. What no back end can know is
//! [`Error::Unsupported`], and never guessed.
//!
//! ```
//! use pidmap::{Handle, Ns, Type};
//! use std::fs::File;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let pidmap = Handle::open()?;
//! // Any file of a PID namespace will do, such as /proc/4242/ns/pid.
//! let file = File::open("/proc/self/ns/pid")?;
//! let own = std::process::id() as i32;
//! assert_eq!(pidmap.translate(Type::Tgid, own, Ns::VIEW, Ns::fd(&file))?, own);
//! # Ok(())
//! # }
//! ```
//!
//! The crate calls libpidmap, whose manual page libpidmap(3) says more. Handles
//! and snapshots may be used by several threads at once.
#![deny(missing_docs)]
#![deny(unsafe_op_in_unsafe_fn)]

use pidmap_sys as sys;
use std::ffi::{CStr, CString};
use std::fmt;
use std::io;
use std::marker::PhantomData;
use std::os::raw::{c_int, c_void};
use std::os::unix::io::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::ptr::{null, null_mut, NonNull};
use std::sync::Mutex;

/// A number of a task, a process, a process group or a session. It has the
/// kernel's size, so that numbers that are no PIDs do not fit.
pub type Pid = i32;

/// What kind of ID a number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum Type {
    /// A task (thread).
    Tid = 0,
    /// A process; what people call a PID.
    Tgid = 1,
    /// A process group.
    Pgid = 2,
    /// A session.
    Sid = 3,
}

/// Names a PID namespace. It borrows the descriptor that it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ns<'fd> {
    raw: sys::pidmap_nsref,
    fd: PhantomData<&'fd ()>,
}

impl<'fd> Ns<'fd> {
    /// The caller's view: the namespace that it lives in, or the one that
    /// [`Handle::set_view`] has set.
    pub const VIEW: Ns<'static> = Ns::raw(sys::PIDMAP_NS_VIEW, 0);

    /// What [`Handle::bind`] stored in the same place (from or to).
    pub const BOUND: Ns<'static> = Ns::raw(sys::PIDMAP_NS_BOUND, 0);

    const fn raw(kind: u32, value: u64) -> Self {
        Ns {
            raw: sys::pidmap_nsref {
                kind,
                reserved: 0,
                value,
            },
            fd: PhantomData,
        }
    }

    /// The namespace of an open nsfs file, such as /proc/42/ns/pid. This takes
    /// no privilege.
    pub fn fd<F: AsFd>(file: &'fd F) -> Self {
        Ns::raw(sys::PIDMAP_NS_FD, file.as_fd().as_raw_fd() as u32 as u64)
    }

    /// The namespace that a task lives in, by its TID in the view.
    pub const fn tid(tid: Pid) -> Ns<'static> {
        Ns::raw(sys::PIDMAP_NS_TID, tid as u32 as u64)
    }

    /// The namespace with this inode number, as in `pid:[4026532177]`.
    pub const fn inum(inum: u32) -> Ns<'static> {
        Ns::raw(sys::PIDMAP_NS_INUM, inum as u64)
    }

    /// The namespace with this ID, which is never reused; Linux 6.18 and newer.
    pub const fn id(id: u64) -> Ns<'static> {
        Ns::raw(sys::PIDMAP_NS_ID, id)
    }

    /// The namespace at this level on the path from the initial namespace, which
    /// has level 0, to the view.
    pub const fn level(level: u32) -> Ns<'static> {
        Ns::raw(sys::PIDMAP_NS_LEVEL, level as u64)
    }
}

/// Why a call failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Error {
    /// There is no such ID of that type in the namespace (ESRCH).
    NoId,
    /// The ID exists and has no number in the other namespace (EREMOTE).
    Remote,
    /// There is no such PID namespace; of [`Handle::open_backend`], no module
    /// (ENOENT).
    NotFound,
    /// The number belongs to another task than the one expected (ESTALE).
    Reused,
    /// This caller is not allowed to do this; pidmap(4) has the rules (EPERM).
    Permission,
    /// Only a part can be shown to this caller; of [`Handle::open_backend`], the
    /// device node may not be opened (EACCES).
    Partial,
    /// An argument is invalid, for example a descriptor that is no PID
    /// namespace (EINVAL).
    Invalid,
    /// A descriptor is not one that this call can use (EBADF).
    BadFd,
    /// No back end, or not this kernel, can know or do this (EOPNOTSUPP).
    Unsupported,
    /// `bind` or `set_view` was called twice, or `set_view` too late (EBUSY).
    Busy,
    /// [`Ns::BOUND`] was used before `bind` (ENODATA).
    NotBound,
    /// Another errno of the kernel.
    Other(i32),
}

const ERRORS: [(Error, i32, &str); 11] = [
    (Error::NoId, 3, "there is no such ID in that namespace"),
    (
        Error::Remote,
        REMOTE,
        "the ID has no number in the other namespace",
    ),
    (
        Error::NotFound,
        2,
        "there is no such PID namespace, or no module",
    ),
    (Error::Reused, STALE, "the number was reused"),
    (
        Error::Permission,
        1,
        "this caller is not allowed to do this",
    ),
    (Error::Partial, 13, "this caller may not see all of it"),
    (Error::Invalid, 22, "an argument is invalid"),
    (Error::BadFd, 9, "the descriptor cannot be used"),
    (
        Error::Unsupported,
        NOTSUPP,
        "no back end of this system can do this",
    ),
    (Error::Busy, 16, "this can be done once only"),
    (Error::NotBound, NODATA, "nothing is bound yet"),
];

// Of the errnos above, these differ on MIPS and SPARC.
#[cfg(any(target_arch = "mips", target_arch = "mips64"))]
const OTHER: [i32; 4] = [66, 151, 122, 61];
#[cfg(target_arch = "sparc64")]
const OTHER: [i32; 4] = [71, 70, 45, 111];
#[cfg(not(any(target_arch = "mips", target_arch = "mips64", target_arch = "sparc64")))]
const OTHER: [i32; 4] = [66, 116, 95, 61];
const REMOTE: i32 = OTHER[0];
const STALE: i32 = OTHER[1];
const NOTSUPP: i32 = OTHER[2];
const NODATA: i32 = OTHER[3];

impl Error {
    fn from_errno(errno: i32) -> Error {
        ERRORS
            .iter()
            .find(|known| known.1 == errno)
            .map_or(Error::Other(errno), |known| known.0)
    }

    fn from_io(error: &io::Error) -> Error {
        Error::from_errno(error.raw_os_error().unwrap_or(0))
    }

    fn last() -> Error {
        Error::from_io(&io::Error::last_os_error())
    }

    /// The errno of the kernel, for example 3 for [`Error::NoId`].
    pub fn errno(self) -> i32 {
        match self {
            Error::Other(errno) => errno,
            _ => ERRORS
                .iter()
                .find(|known| known.0 == self)
                .map_or(0, |known| known.1),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match ERRORS.iter().find(|known| known.0 == *self) {
            Some(known) => f.write_str(known.2),
            None => io::Error::from_raw_os_error(self.errno()).fmt(f),
        }
    }
}

impl std::error::Error for Error {}

impl From<Error> for io::Error {
    fn from(error: Error) -> io::Error {
        io::Error::from_raw_os_error(error.errno())
    }
}

/// The result of this crate's functions.
pub type Result<T> = std::result::Result<T, Error>;

/// A number, or why there is none.
fn answer(number: i32) -> Result<Pid> {
    match number {
        1.. => Ok(number),
        _ => Err(Error::last()),
    }
}

fn status(result: c_int) -> Result<()> {
    match result {
        0 => Ok(()),
        _ => Err(Error::last()),
    }
}

/// What tells a task or process from a later one with the same number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stamp {
    /// When it started, in nanoseconds of the boot-time clock.
    pub start_time: u64,
    /// The ID of the number, which is never reused; `None` before Linux 6.12. It
    /// is also `st_ino` of a pidfd.
    pub pid_id: Option<u64>,
}

/// Of [`Info::features`]: namespaces have an ID, see [`Ns::id`].
pub const FEATURE_NS_ID: u64 = sys::PIDMAP_FEATURE_NS_ID;
/// Of [`Info::features`]: numbers have an ID, see [`Stamp`].
pub const FEATURE_PID_ID: u64 = sys::PIDMAP_FEATURE_PID_ID;
/// Of [`Info::features`]: [`Handle::watch`] works.
pub const FEATURE_WATCH: u64 = sys::PIDMAP_FEATURE_WATCH;

/// What answers, and who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    /// The back ends, as [`Handle::open_backend`] takes them.
    pub backend: String,
    /// Of the module; 0 if it does not answer.
    pub abi_version: u32,
    /// `FEATURE_*` bits of this crate.
    pub features: u64,
    /// The level of the view, if it can be known.
    pub level: Option<u32>,
    /// The inode number of the view; 0 if it is not reported.
    pub inum: u32,
    /// The ID of the view; 0 if the kernel has none.
    pub id: u64,
    /// What may be translated to the levels above the view: 0 nothing, 1 the
    /// caller's own IDs, 2 everything.
    pub upward: u32,
    /// No namespace is deeper.
    pub max_level: u32,
    /// The caller may list, and name namespaces by TID, inode number and ID.
    pub identity: bool,
    /// The view is the one that [`Handle::set_view`] has set.
    pub raised: bool,
}

/// All IDs of one task in one namespace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct TaskIds {
    /// Its TID.
    pub tid: Pid,
    /// Its TGID.
    pub tgid: Pid,
    /// Its PGID; 0 if the group has no number there.
    pub pgid: Pid,
    /// Its SID; 0 if the session has no number there.
    pub sid: Pid,
    /// Its parent's TGID; 0 if the parent has none there.
    pub ppid: Pid,
}

/// One number of an ID, and the namespace that it is valid in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct NsPid {
    /// The namespace's inode number; 0 if the caller may not know it.
    pub inum: u32,
    /// The number.
    pub nr: Pid,
    /// The namespace's ID; 0 if there is none or the caller may not know it.
    pub id: u64,
}

/// What [`Handle::list`] and [`Handle::snapshot`] report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ListFlags {
    /// Every task instead of every process.
    pub threads: bool,
    /// Leave out the members of child namespaces.
    pub direct: bool,
}

impl ListFlags {
    fn bits(self) -> u32 {
        let mut bits = 0;
        if self.threads {
            bits |= sys::PIDMAP_LIST_THREADS;
        }
        if self.direct {
            bits |= sys::PIDMAP_LIST_DIRECT;
        }
        bits
    }
}

/// One task of a list or snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// Its TGID in the view.
    pub tgid: Pid,
    /// Its PGID in the view; 0 if the group has no number there.
    pub pgid: Pid,
    /// Its SID in the view; 0 if the session has no number there.
    pub sid: Pid,
    /// Its parent's TGID in the view; 0 if the parent has none there.
    pub ppid: Pid,
    /// Its TIDs: the view's first, the leaf's last.
    pub numbers: Vec<Pid>,
    /// The inode number of the leaf namespace; 0 if it is hidden from the caller.
    pub inum: u32,
    /// When it started, in nanoseconds of the boot-time clock; 0 if not known.
    pub start_time: u64,
    /// The ID of its cgroup; 0 if not known.
    pub cgroup: u64,
    /// The ID of its TID; 0 if not known.
    pub pid_id: u64,
    /// It has ended, and may not be reaped yet.
    pub exited: bool,
    /// All tasks of its process have.
    pub ended: bool,
}

/// One PID namespace of a list or snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Namespace {
    /// Its inode number.
    pub inum: u32,
    /// Its ID; 0 if the kernel has none.
    pub id: u64,
    /// When its init started, in nanoseconds of the boot-time clock; 0 if not
    /// known.
    pub start_time: u64,
    /// Its level, if that can be known.
    pub level: Option<u16>,
    /// Its parent's inode number; 0 for the view.
    pub parent_inum: u32,
    /// The inode number of the user namespace that owns it; 0 if not known.
    pub owner_inum: u32,
    /// The owner of that user namespace, if known.
    pub owner_uid: Option<u32>,
    /// The TGID of its init in the view.
    pub init: Pid,
    /// How many IDs are in use; 0 if not known.
    pub pids: u32,
}

/// Reads a record of the library.
///
/// # Safety
///
/// The record must be complete.
unsafe fn task(record: *const sys::pidmap_task) -> Task {
    let r = unsafe { &*record };
    let numbers = unsafe {
        let first = record.cast::<u8>().add(r.nr_offset.into()).cast::<i32>();
        std::slice::from_raw_parts(first, r.levels.into())
    };
    Task {
        tgid: r.tgid,
        pgid: r.pgid,
        sid: r.sid,
        ppid: r.ppid,
        numbers: numbers.to_vec(),
        inum: r.inum,
        start_time: r.start_time,
        cgroup: r.cgroup,
        pid_id: r.pid_id,
        exited: r.flags & sys::PIDMAP_TASK_EXITED != 0,
        ended: r.flags & sys::PIDMAP_TASK_ENDED != 0,
    }
}

fn namespace(r: &sys::pidmap_ns) -> Namespace {
    Namespace {
        inum: r.inum,
        id: r.id,
        start_time: r.start_time,
        level: (u32::from(r.level) != sys::PIDMAP_LEVEL_UNKNOWN).then_some(r.level),
        parent_inum: r.parent_inum,
        owner_inum: r.owner_inum,
        owner_uid: (r.owner_inum != 0).then_some(r.owner_uid),
        init: r.init,
        pids: r.pids,
    }
}

unsafe extern "C" fn push_task(record: *const sys::pidmap_task, list: *mut c_void) -> c_int {
    // A panic for want of memory aborts, so it does not cross the library.
    unsafe { (*list.cast::<Vec<Task>>()).push(task(record)) };
    0
}

unsafe extern "C" fn push_namespace(record: *const sys::pidmap_ns, list: *mut c_void) -> c_int {
    unsafe { (*list.cast::<Vec<Namespace>>()).push(namespace(&*record)) };
    0
}

fn ns_pids(pids: &[sys::pidmap_pid]) -> Vec<NsPid> {
    pids.iter()
        .map(|p| NsPid {
            inum: p.inum,
            nr: p.nr,
            id: p.id,
        })
        .collect()
}

/// A list, and whether it is all there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<T> {
    /// What the caller may see.
    pub items: Vec<T>,
    /// Something is hidden from the caller: items are missing, or the inode
    /// number of their namespace is 0.
    pub partial: bool,
}

fn listed<T>(items: Vec<T>, result: Result<()>) -> Result<Listed<T>> {
    let partial = result == Err(Error::Partial);
    if !partial {
        result?;
    }
    Ok(Listed { items, partial })
}

/// Open back ends. It is closed when it is dropped.
#[derive(Debug)]
pub struct Handle {
    raw: NonNull<sys::pidmap>,
    view: Mutex<Option<OwnedFd>>, // what set_view() has set
}

// The library's handles may be used by several threads at once.
unsafe impl Send for Handle {}
unsafe impl Sync for Handle {}

impl Drop for Handle {
    fn drop(&mut self) {
        unsafe { sys::pidmap_close(self.raw.as_ptr()) }
    }
}

impl Handle {
    /// Opens the best back ends there are.
    pub fn open() -> Result<Handle> {
        Handle::new(None)
    }

    /// Opens back ends by name: `device` (the module), `nsfs` (Linux 6.11 and
    /// newer), `procfs` (/proc), or several with `+` between them.
    ///
    /// ```
    /// # use pidmap::{Error, Handle};
    /// assert_eq!(Handle::open_backend("telepathy").err(), Some(Error::Invalid));
    /// ```
    pub fn open_backend(backend: &str) -> Result<Handle> {
        Handle::new(Some(backend))
    }

    fn new(backend: Option<&str>) -> Result<Handle> {
        let name = match backend {
            Some(name) => Some(CString::new(name).map_err(|_| Error::Invalid)?),
            None => None,
        };
        let name = name.as_ref().map_or(null(), |name| name.as_ptr());
        NonNull::new(unsafe { sys::pidmap_open(name, 0) })
            .map(|raw| Handle {
                raw,
                view: Mutex::new(None),
            })
            .ok_or_else(Error::last)
    }

    fn ptr(&self) -> *mut sys::pidmap {
        self.raw.as_ptr()
    }

    /// The names of the back ends, with `+` between them.
    pub fn backend(&self) -> String {
        unsafe { CStr::from_ptr(sys::pidmap_backend(self.ptr())) }
            .to_string_lossy()
            .into_owned()
    }

    /// What answers, and who asks.
    pub fn info(&self) -> Result<Info> {
        let mut i = sys::pidmap_info::default();
        let size = std::mem::size_of_val(&i);
        status(unsafe { sys::pidmap_info(self.ptr(), &mut i, size) })?;
        Ok(Info {
            backend: self.backend(),
            abi_version: i.abi_version,
            features: i.features,
            level: (i.level != sys::PIDMAP_LEVEL_UNKNOWN).then_some(i.level),
            inum: i.inum,
            id: i.id,
            upward: i.upward,
            max_level: i.max_level,
            identity: i.rights & sys::PIDMAP_RIGHT_IDENTITY != 0,
            raised: i.rights & sys::PIDMAP_RIGHT_RAISED != 0,
        })
    }

    /// Makes this handle look from another namespace, of which `ns` is an open
    /// file: an agent in a container looks at the host so. It takes
    /// CAP_SYS_PTRACE there, and the module. It can be done once.
    pub fn set_view(&self, ns: impl AsFd) -> Result<()> {
        let fd = ns.as_fd();
        let mut view = self.view.lock().unwrap_or_else(|e| e.into_inner());
        status(unsafe { sys::pidmap_set_view(self.ptr(), fd.as_raw_fd()) })?;
        *view = Some(fd.try_clone_to_owned().map_err(|e| Error::from_io(&e))?);
        Ok(())
    }

    /// The number in `to` of the ID that has the number `nr` in `from`.
    ///
    /// ```
    /// # use pidmap::{Error, Handle, Ns, Type};
    /// # fn main() -> pidmap::Result<()> {
    /// let pidmap = Handle::open()?;
    /// match pidmap.translate(Type::Tgid, 1 << 30, Ns::VIEW, Ns::VIEW) {
    ///     Err(Error::NoId) => println!("it has ended"),
    ///     Err(Error::Remote) => println!("it is outside that namespace"),
    ///     other => println!("{}", other?),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn translate(&self, ty: Type, nr: Pid, from: Ns<'_>, to: Ns<'_>) -> Result<Pid> {
        answer(unsafe { sys::pidmap_translate(self.ptr(), ty as u32, nr, from.raw, to.raw) })
    }

    /// The same, if the task or process still has this start time; else
    /// [`Error::Reused`].
    pub fn translate_expecting(
        &self,
        ty: Type,
        nr: Pid,
        from: Ns<'_>,
        to: Ns<'_>,
        start_time: u64,
    ) -> Result<Pid> {
        let mut stamp = expecting(start_time);
        answer(unsafe {
            sys::pidmap_translate_at(self.ptr(), ty as u32, nr, from.raw, to.raw, &mut stamp)
        })
    }

    /// What tells the task or process of a number from a later one. Only the
    /// module knows.
    pub fn stamp(&self, ty: Type, nr: Pid, from: Ns<'_>) -> Result<Stamp> {
        let has_id = self.info()?.features & sys::PIDMAP_FEATURE_PID_ID != 0;
        let mut stamp = sys::pidmap_stamp {
            flags: sys::PIDMAP_START_TIME,
            ..Default::default()
        };
        if has_id {
            stamp.flags |= sys::PIDMAP_PID_ID;
        }
        let view = Ns::VIEW.raw;
        answer(unsafe {
            sys::pidmap_translate_at(self.ptr(), ty as u32, nr, from.raw, view, &mut stamp)
        })?;
        Ok(Stamp {
            start_time: stamp.start_time,
            pid_id: has_id.then_some(stamp.pid_id),
        })
    }

    /// Translates any number of IDs at once: one result for each.
    ///
    /// ```
    /// # use pidmap::{Error, Handle, Ns, Type};
    /// # fn main() -> pidmap::Result<()> {
    /// let own = std::process::id() as i32;
    /// let answers = Handle::open()?
    ///     .translate_many(Type::Tgid, &[own, 1 << 30], Ns::VIEW, Ns::VIEW)?;
    /// assert_eq!(answers, [Ok(own), Err(Error::NoId)]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn translate_many(
        &self,
        ty: Type,
        numbers: &[Pid],
        from: Ns<'_>,
        to: Ns<'_>,
    ) -> Result<Vec<Result<Pid>>> {
        let mut results = vec![0; numbers.len()];
        status(unsafe {
            sys::pidmap_translate_many(
                self.ptr(),
                ty as u32,
                numbers.len(),
                numbers.as_ptr(),
                results.as_mut_ptr(),
                from.raw,
                to.raw,
                null_mut(),
            )
        })?;
        Ok(results
            .into_iter()
            .map(|nr| match nr {
                1.. => Ok(nr),
                _ => Err(Error::from_errno(-nr)),
            })
            .collect())
    }

    /// Resolves a pair of namespaces once for this handle: [`Ns::BOUND`] names
    /// them from then on, which makes translations faster.
    pub fn bind(&self, from: Ns<'_>, to: Ns<'_>) -> Result<()> {
        status(unsafe { sys::pidmap_bind(self.ptr(), from.raw, to.raw) })
    }

    /// All IDs, in `to`, of the task whose TID in `from` is given.
    pub fn task_ids(&self, tid: Pid, from: Ns<'_>, to: Ns<'_>) -> Result<TaskIds> {
        let mut i = sys::pidmap_ids::default();
        answer(unsafe {
            sys::pidmap_task_ids(self.ptr(), tid, from.raw, to.raw, &mut i, null_mut())
        })?;
        Ok(TaskIds {
            tid: i.tid,
            tgid: i.tgid,
            pgid: i.pgid,
            sid: i.sid,
            ppid: i.ppid,
        })
    }

    /// Every number of an ID, the view's first and the leaf's last.
    pub fn pids(&self, ty: Type, nr: Pid, from: Ns<'_>) -> Result<Vec<NsPid>> {
        let mut pids = [sys::pidmap_pid::default(); sys::PIDMAP_MAX_PIDS];
        let count = answer(unsafe {
            sys::pidmap_pids(
                self.ptr(),
                ty as u32,
                nr,
                from.raw,
                pids.as_mut_ptr(),
                pids.len(),
                null_mut(),
            )
        })?;
        Ok(ns_pids(&pids[..count as usize]))
    }

    /// The tasks of a namespace and its descendants. What is alive during the
    /// whole walk appears exactly once.
    pub fn list(&self, ns: Ns<'_>, flags: ListFlags) -> Result<Listed<Task>> {
        let mut tasks: Vec<Task> = Vec::new();
        let arg = (&mut tasks as *mut Vec<Task>).cast();
        let result =
            status(unsafe { sys::pidmap_list(self.ptr(), ns.raw, flags.bits(), push_task, arg) });
        listed(tasks, result)
    }

    /// A PID namespace and its descendants, in no particular order.
    pub fn list_ns(&self, ns: Ns<'_>) -> Result<Listed<Namespace>> {
        let mut spaces: Vec<Namespace> = Vec::new();
        let arg = (&mut spaces as *mut Vec<Namespace>).cast();
        let result =
            status(unsafe { sys::pidmap_list_ns(self.ptr(), ns.raw, push_namespace, arg) });
        listed(spaces, result)
    }

    /// A pidfd of the process with this number in any namespace, with the start
    /// time that it must have, if that is given. It cannot be fooled by reuse.
    pub fn pidfd(
        &self,
        ty: Type,
        nr: Pid,
        from: Ns<'_>,
        start_time: Option<u64>,
    ) -> Result<OwnedFd> {
        let mut stamp = start_time.map_or_else(sys::pidmap_stamp::default, expecting);
        let fd = unsafe { sys::pidmap_pidfd(self.ptr(), ty as u32, nr, from.raw, 0, &mut stamp) };
        match fd {
            0.. => Ok(unsafe { OwnedFd::from_raw_fd(fd) }),
            _ => Err(Error::last()),
        }
    }

    /// The number of the process that a pidfd refers to. It cannot be fooled by
    /// reuse.
    pub fn translate_pidfd(&self, pidfd: BorrowedFd<'_>, to: Ns<'_>) -> Result<Pid> {
        answer(unsafe { sys::pidmap_translate_pidfd(self.ptr(), pidfd.as_raw_fd(), to.raw) })
    }

    /// Records all numbers at one point in time. It fails with
    /// [`Error::Partial`] if something is hidden from the caller.
    pub fn snapshot(&self, ns: Ns<'_>, flags: ListFlags) -> Result<Snapshot> {
        self.record(ns, flags.bits())
    }

    /// The same, of what the caller may see; [`Snapshot::partial`] says whether
    /// that is all.
    pub fn snapshot_partial(&self, ns: Ns<'_>, flags: ListFlags) -> Result<Snapshot> {
        self.record(ns, flags.bits() | sys::PIDMAP_SNAPSHOT_PARTIAL)
    }

    /// What begins, executes programs and ends, as it happens: of processes, or
    /// with `threads` of tasks. The ring, in which the kernel stores events until
    /// they are read, has a length that is a power of two from 4 KiB to 16 MiB.
    /// Only the module can do this.
    pub fn watch(&self, ns: Ns<'_>, threads: bool, ring_size: u32) -> Result<Watch> {
        if self.info()?.abi_version == 0 {
            return Err(Error::Unsupported);
        }
        // One of the library's handles can be one stream only.
        let stream = Handle::open_backend("device")?;
        let view = self.view.lock().unwrap_or_else(|e| e.into_inner());
        if let Some(view) = &*view {
            stream.set_view(view)?;
        }
        let flags = match threads {
            true => sys::PIDMAP_WATCH_THREADS,
            false => 0,
        };
        status(unsafe { sys::pidmap_watch(stream.ptr(), ns.raw, flags, ring_size) })?;
        Ok(Watch(stream))
    }

    fn record(&self, ns: Ns<'_>, flags: u32) -> Result<Snapshot> {
        NonNull::new(unsafe { sys::pidmap_snapshot_new(self.ptr(), ns.raw, flags) })
            .map(Snapshot)
            .ok_or_else(Error::last)
    }
}

fn expecting(start_time: u64) -> sys::pidmap_stamp {
    sys::pidmap_stamp {
        flags: sys::PIDMAP_EXPECT_START,
        start_time,
        ..Default::default()
    }
}

/// All numbers at one point in time, to be asked offline. Namespaces are named by
/// their inode numbers; 0 means the view. It may outlive its handle.
///
/// ```
/// # use pidmap::{Error, Handle, ListFlags, Ns};
/// # fn main() -> pidmap::Result<()> {
/// match Handle::open()?.snapshot(Ns::VIEW, ListFlags::default()) {
///     Ok(snapshot) => {
///         let own = std::process::id() as i32;
///         assert_eq!(snapshot.translate(own, 0, 0), Ok(own));
///     }
///     // Something is hidden from this user.
///     Err(error) => println!("{error}"),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Snapshot(NonNull<sys::pidmap_snapshot>);

// It does not change.
unsafe impl Send for Snapshot {}
unsafe impl Sync for Snapshot {}

impl Drop for Snapshot {
    fn drop(&mut self) {
        unsafe { sys::pidmap_snapshot_free(self.0.as_ptr()) }
    }
}

impl Snapshot {
    /// The number of a task in another namespace.
    pub fn translate(&self, nr: Pid, from: u32, to: u32) -> Result<Pid> {
        answer(unsafe { sys::pidmap_snapshot_translate(self.0.as_ptr(), nr, from, to) })
    }

    /// Every number of a task, the view's first and the leaf's last.
    pub fn pids(&self, nr: Pid, from: u32) -> Result<Vec<NsPid>> {
        let mut pids = [sys::pidmap_pid::default(); sys::PIDMAP_MAX_PIDS];
        let count = answer(unsafe {
            sys::pidmap_snapshot_pids(self.0.as_ptr(), nr, from, pids.as_mut_ptr(), pids.len())
        })?;
        Ok(ns_pids(&pids[..count as usize]))
    }

    /// Whether something was hidden from the caller: a number that is not found
    /// may be in use then.
    pub fn partial(&self) -> bool {
        unsafe { sys::pidmap_snapshot_partial(self.0.as_ptr()) != 0 }
    }

    /// How many tasks it holds.
    pub fn len(&self) -> usize {
        unsafe { sys::pidmap_snapshot_size(self.0.as_ptr()) }
    }

    /// Whether it holds no task.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Its tasks.
    pub fn tasks(&self) -> impl Iterator<Item = Task> + '_ {
        (0..self.len()).map(|i| unsafe { task(sys::pidmap_snapshot_task(self.0.as_ptr(), i)) })
    }

    /// Its PID namespaces, each after its parent.
    pub fn namespaces(&self) -> impl Iterator<Item = Namespace> + '_ {
        let count = unsafe { sys::pidmap_snapshot_ns_count(self.0.as_ptr()) };
        (0..count).map(|i| namespace(unsafe { &*sys::pidmap_snapshot_ns(self.0.as_ptr(), i) }))
    }
}

/// What an [`Event`] says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventKind {
    /// Call [`Handle::list`] now, then continue to read. It is the first event of
    /// a stream, and comes again after events were lost.
    Sync {
        /// How many events were lost before it.
        lost: u64,
    },
    /// A task begins.
    Fork {
        /// The inode number of the parent of the namespace in which the task
        /// lives; 0 if it lives in the view.
        parent_inum: u32,
    },
    /// A process executes a program. All its other tasks are gone.
    Exec {
        /// The name of the program.
        comm: String,
        /// The TID that the caller of execve(2) had before it took over the
        /// leader's: 0 if the leader called it, -1 if it is not known.
        former_tid: Pid,
    },
    /// A task ends.
    Exit {
        /// The exit status, as wait(2) reports it.
        code: i32,
    },
    /// A kind that this version of the crate does not know.
    Other(u16),
}

/// One event of a [`Watch`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its number in the stream, from 0, without gaps.
    pub seq: u64,
    /// When it happened, in nanoseconds of the boot-time clock.
    pub time: u64,
    /// What it says.
    pub kind: EventKind,
    /// The task; `None` for [`EventKind::Sync`].
    pub task: Option<Task>,
}

/// A stream of events: an iterator that waits for the next one. Its descriptor
/// can be polled, see [`Watch::try_next`].
///
/// ```no_run
/// # use pidmap::{EventKind, Handle, Ns};
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// for event in Handle::open()?.watch(Ns::VIEW, false, 1 << 20)? {
///     let event = event?;
///     if let (EventKind::Exec { comm, .. }, Some(task)) = (&event.kind, &event.task) {
///         println!("{comm}: {:?}", task.numbers);
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Watch(Handle);

impl Watch {
    /// The next event, or `None` if there is none yet. After poll(2) has said
    /// that the descriptor is readable, call it until it returns `None`: it reads
    /// many events at a time.
    pub fn try_next(&mut self) -> Option<io::Result<Event>> {
        self.read(0)
    }

    fn read(&mut self, timeout: c_int) -> Option<io::Result<Event>> {
        let record = unsafe { sys::pidmap_watch_next(self.0.ptr(), timeout) };
        if record.is_null() {
            let error = io::Error::last_os_error();
            return match error.kind() {
                io::ErrorKind::WouldBlock => None,
                _ => Some(Err(error)),
            };
        }
        // It is valid until the next call.
        let (e, task, comm) = unsafe {
            let record_task = sys::pidmap_event_task(record);
            let comm = sys::pidmap_event_comm(record);
            (
                *record,
                (!record_task.is_null()).then(|| task(record_task)),
                (!comm.is_null()).then(|| CStr::from_ptr(comm)),
            )
        };
        let small = match cfg!(target_endian = "big") {
            true => (e.detail >> 32) as i32,
            false => e.detail as i32,
        };
        let kind = match e.kind {
            0 => EventKind::Sync { lost: e.detail },
            1 => EventKind::Fork {
                parent_inum: small as u32,
            },
            2 => EventKind::Exec {
                comm: comm.map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
                former_tid: small,
            },
            3 => EventKind::Exit { code: small },
            other => EventKind::Other(other),
        };
        Some(Ok(Event {
            seq: e.seq,
            time: e.time,
            kind,
            task,
        }))
    }
}

impl Iterator for Watch {
    type Item = io::Result<Event>;

    fn next(&mut self) -> Option<io::Result<Event>> {
        loop {
            match self.read(-1) {
                Some(Err(error)) if error.kind() == io::ErrorKind::Interrupted => (),
                None => (),
                event => return event,
            }
        }
    }
}

impl AsFd for Watch {
    fn as_fd(&self) -> BorrowedFd<'_> {
        // It belongs to the handle.
        unsafe { BorrowedFd::borrow_raw(sys::pidmap_watch_fd(self.0.ptr())) }
    }
}

/// The version of libpidmap, such as `0.1.0`.
pub fn version() -> String {
    unsafe { CStr::from_ptr(sys::pidmap_version()) }
        .to_string_lossy()
        .into_owned()
}
