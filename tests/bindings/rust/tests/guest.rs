// SPDX-License-Identifier: GPL-2.0-only
//! The crate answers about the processes that tests/lib's conformance suite
//! makes; to be run as root where the module is loaded.

use pidmap::{Error, EventKind, Handle, ListFlags, Ns, Pid, Result, TaskIds, Type};
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::os::unix::io::AsFd;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

const NO_SUCH_PID: Pid = (1 << 22) + 1;
const TYPES: [Type; 4] = [Type::Tid, Type::Tgid, Type::Pgid, Type::Sid];
const BACKENDS: [&str; 3] = ["device", "procfs", "nsfs+procfs"];

const V: usize = 0;
const A: usize = 1;
const B: usize = 2;
const C: usize = 3;
const END_OF_LEADER: &str = "import ctypes, threading, time
threading.Thread(target=time.sleep, args=(60,)).start()
ctypes.CDLL(None).syscall(60, 0)";
const EXEC_BY_THREAD: &str = "import os, threading
threading.Thread(target=os.execv, args=('/bin/true', ['true'])).start()";
const PARENT: [Option<usize>; 4] = [None, Some(V), Some(A), Some(V)];

struct Role {
    name: String,
    space: usize,
    types: u32,
    related: Vec<String>,
    number: [Pid; 4],
}

struct World {
    roles: Vec<Role>,
    files: Vec<File>,
    inums: Vec<u32>,
    program: Child,
}

impl Drop for World {
    fn drop(&mut self) {
        drop(self.program.stdin.take());
        self.program.wait().unwrap();
    }
}

impl World {
    fn new() -> World {
        let mut program = Command::new("lib-conformance")
            .arg("--world")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(program.stdout.take().unwrap()).lines();
        let mut roles = Vec::new();
        for line in lines.map(|line| line.unwrap()) {
            if line == "end" {
                break;
            }
            let words: Vec<String> = line.split(' ').map(String::from).collect();
            let mut number = [0; 4];
            for (i, word) in words[7..].iter().enumerate() {
                number[i] = word.parse().unwrap();
            }
            roles.push(Role {
                name: words[0].clone(),
                space: "VABC".find(&words[1]).unwrap(),
                types: words[2].parse().unwrap(),
                related: words[3..7].to_vec(),
                number,
            });
        }
        let mut world = World {
            roles,
            files: Vec::new(),
            inums: Vec::new(),
            program,
        };
        for init in ["self", "a-init", "b-init", "c-init"] {
            let file = File::open(format!("/proc/{}/ns/pid", world.number(init, V))).unwrap();
            world.inums.push(file.metadata().unwrap().ino() as u32);
            world.files.push(file);
        }
        world
    }

    fn number(&self, name: &str, space: usize) -> Pid {
        let role = self.roles.iter().find(|r| r.name == name);
        role.map_or(0, |r| r.number[space])
    }

    fn ns(&self, space: usize) -> Ns<'_> {
        match space {
            V => Ns::VIEW,
            _ => Ns::fd(&self.files[space]),
        }
    }

    fn wanted(&self, role: &Role, ty: Type, to: usize) -> Result<Pid> {
        match role.number[to] {
            _ if role.types & (1 << ty as u32) == 0 => Err(Error::NoId),
            0 => Err(Error::Remote),
            nr => Ok(nr),
        }
    }

    fn path(&self, role: &Role) -> Vec<(u32, Pid)> {
        let mut path = Vec::new();
        let mut space = Some(role.space);
        while let Some(at) = space {
            path.insert(0, (self.inums[at], role.number[at]));
            space = PARENT[at];
        }
        path
    }

    /// Every role, with each namespace that it has a number in.
    fn asked(&self) -> impl Iterator<Item = (&Role, usize)> {
        self.roles
            .iter()
            .flat_map(|role| (V..=C).map(move |from| (role, from)))
            .filter(|(role, from)| role.number[*from] != 0)
    }
}

// One world at a time, whatever runs the tests.
static TURN: Mutex<()> = Mutex::new(());

fn on_each(test: impl Fn(&World, &Handle, &str)) {
    let _turn = TURN.lock().unwrap_or_else(|e| e.into_inner());
    let world = World::new();
    for backend in BACKENDS {
        match Handle::open_backend(backend) {
            Err(Error::Unsupported) if backend.starts_with("nsfs") => (),
            handle => test(&world, &handle.unwrap(), backend),
        }
    }
    let best = Handle::open().unwrap();
    test(&world, &best, &best.backend());
}

#[test]
fn translate() {
    on_each(|world, h, backend| {
        for ty in TYPES {
            for (role, from) in world.asked() {
                for to in V..=C {
                    let got = h.translate(ty, role.number[from], world.ns(from), world.ns(to));
                    // A group without its leader is hard to tell without the module.
                    if got == Err(Error::Unsupported)
                        && ty as u32 >= 2
                        && !backend.contains("device")
                    {
                        continue;
                    }
                    assert_eq!(
                        got,
                        world.wanted(role, ty, to),
                        "{backend}: {ty:?} of {} from {from} to {to}",
                        role.name
                    );
                }
            }
        }
    });
}

#[test]
fn translate_many() {
    on_each(|world, h, backend| {
        for ty in TYPES {
            let mut numbers = vec![0, -1, Pid::MIN, Pid::MAX, NO_SUCH_PID];
            let mut wanted = vec![Err(Error::NoId); 5];
            for role in world.roles.iter().filter(|r| r.number[A] != 0) {
                numbers.push(role.number[A]);
                wanted.push(world.wanted(role, ty, B));
            }
            let got = h.translate_many(ty, &numbers, world.ns(A), world.ns(B));
            // A group without its leader is hard to tell without the module.
            if got != Err(Error::Unsupported) || backend.contains("device") {
                assert_eq!(got, Ok(wanted), "{backend}: {ty:?}");
            }
        }
        let none = h.translate_many(Type::Tgid, &[], world.ns(A), world.ns(B));
        assert_eq!(none, Ok(vec![]));
    });
}

#[test]
fn task_ids_and_pids() {
    on_each(|world, h, backend| {
        for (role, from) in world.asked() {
            let seen = |i: usize, to| world.number(&role.related[i], to);
            for to in V..=C {
                let got = h
                    .task_ids(role.number[from], world.ns(from), world.ns(to))
                    .map(|ids| match role.name.as_str() {
                        "self" => TaskIds { ppid: 0, ..ids },
                        _ => ids,
                    });
                let wanted = world.wanted(role, Type::Tid, to).map(|tid| TaskIds {
                    tid,
                    tgid: seen(0, to),
                    pgid: seen(1, to),
                    sid: seen(2, to),
                    ppid: seen(3, to),
                });
                assert_eq!(got, wanted, "{backend}: {} from {from} to {to}", role.name);
            }
            let got = h.pids(Type::Tid, role.number[from], world.ns(from));
            let got = got.map(|pids| pids.iter().map(|p| (p.inum, p.nr)).collect::<Vec<_>>());
            let wanted = match world.wanted(role, Type::Tid, role.space) {
                Ok(_) => Ok(world.path(role)),
                Err(error) => Err(error),
            };
            assert_eq!(got, wanted, "{backend}: pids of {}", role.name);
        }
    });
}

#[test]
fn lists_and_snapshots() {
    on_each(|world, h, backend| {
        for threads in [false, true] {
            let flags = ListFlags {
                threads,
                direct: false,
            };
            let listed = h.list(world.ns(A), flags).unwrap();
            assert!(!listed.partial);
            let snapshot = h.snapshot(Ns::VIEW, flags).unwrap();
            let tasks: HashMap<Pid, _> = listed.items.iter().map(|t| (t.numbers[0], t)).collect();
            assert_eq!(tasks.len(), listed.items.len());
            let ty = if threads { Type::Tid } else { Type::Tgid };
            for (role, from) in world.asked() {
                let wanted = world.wanted(role, ty, A).is_ok() && role.types & 1 != 0;
                let task = tasks.get(&role.number[V]);
                assert_eq!(task.is_some(), wanted, "{backend}: {}", role.name);
                if let Some(task) = task {
                    let numbers: Vec<Pid> = world.path(role).iter().map(|p| p.1).collect();
                    assert_eq!(task.numbers, numbers);
                    assert_eq!(task.inum, world.inums[role.space]);
                    assert_eq!(task.tgid, world.number(&role.related[0], V));
                    assert_eq!(task.pgid, world.number(&role.related[1], V));
                    assert_eq!(task.sid, world.number(&role.related[2], V));
                    assert_eq!(task.ppid, world.number(&role.related[3], V));
                    assert_eq!(task.start_time != 0, backend.contains("device"));
                    if backend.contains("device") {
                        let zombie = role.name == "a-zombie";
                        assert_eq!(task.exited && task.ended, zombie, "{}", role.name);
                    }
                }
                if role.types & 1 == 0 {
                    continue;
                }
                for to in V..=C {
                    let got =
                        snapshot.translate(role.number[from], world.inums[from], world.inums[to]);
                    assert_eq!(got, world.wanted(role, ty, to), "{backend}: {}", role.name);
                }
            }
            assert_eq!(snapshot.tasks().count(), snapshot.len());
            assert!(!snapshot.is_empty() && !snapshot.partial());
            assert!(!h.snapshot_partial(Ns::VIEW, flags).unwrap().partial());
            assert_eq!(snapshot.namespaces().next().unwrap().inum, world.inums[V]);
            assert_eq!(snapshot.translate(1, 1, 0), Err(Error::NotFound));
            assert_eq!(snapshot.pids(1, world.inums[B]).unwrap().len(), 3);
        }
        let direct = ListFlags {
            direct: true,
            ..Default::default()
        };
        let listed = h.list(world.ns(A), direct).unwrap().items;
        assert!(listed.iter().all(|t| t.inum == world.inums[A]) && !listed.is_empty());

        let spaces = h.list_ns(world.ns(A)).unwrap().items;
        let mut found: Vec<_> = spaces
            .iter()
            .map(|n| (n.inum, n.parent_inum, n.init, n.owner_uid, n.level))
            .collect();
        found.sort_by_key(|n| n.1);
        let mut wanted = vec![
            (
                world.inums[A],
                world.inums[V],
                world.number("a-init", V),
                Some(0),
                Some(1),
            ),
            (
                world.inums[B],
                world.inums[A],
                world.number("b-init", V),
                Some(0),
                Some(2),
            ),
        ];
        wanted.sort_by_key(|n| n.1);
        assert_eq!(found, wanted, "{backend}");
    });
}

#[test]
fn names_and_bad_input() {
    on_each(|world, h, backend| {
        let nr = world.number("b-child", A);
        let wanted = world.number("b-child", B);
        let ask = |from, to| h.translate(Type::Tid, nr, from, to);
        let (a, b) = (world.inums[A], world.inums[B]);
        assert_eq!(ask(Ns::inum(a), Ns::inum(b)), Ok(wanted));
        let by_tid = Ns::tid(world.number("a-thread", V));
        assert_eq!(ask(by_tid, world.ns(B)), Ok(wanted));
        assert_eq!(ask(Ns::inum(1), world.ns(B)), Err(Error::NotFound));
        assert_eq!(ask(Ns::tid(-1), world.ns(B)), Err(Error::NotFound));
        let null = File::open("/dev/null").unwrap();
        assert_eq!(ask(Ns::fd(&null), world.ns(B)), Err(Error::Invalid));
        assert!(h.set_view(&null).is_err());
        let pidfd = h.translate_pidfd(null.as_fd(), Ns::VIEW);
        assert_eq!(pidfd, Err(Error::BadFd));
        for number in [0, -1, Pid::MIN, Pid::MAX, NO_SUCH_PID] {
            let got = h.translate(Type::Tid, number, Ns::VIEW, Ns::VIEW);
            assert_eq!(got, Err(Error::NoId), "{backend}: {number}");
        }
        let info = h.info().unwrap();
        assert_eq!((info.inum, info.level), (world.inums[V], Some(0)));
        assert!(info.identity && !info.raised);

        let h = Handle::open_backend(backend).unwrap();
        let translate = |h: &Handle| h.translate(Type::Tid, nr, Ns::BOUND, Ns::BOUND);
        assert_eq!(translate(&h), Err(Error::NotBound));
        assert_eq!(h.bind(world.ns(A), world.ns(B)), Ok(()));
        assert_eq!(translate(&h), Ok(wanted));
        assert_eq!(h.bind(world.ns(A), world.ns(B)), Err(Error::Busy));
    });
    for name in ["telepathy", "", "procfs\0", "device+"] {
        assert!(Handle::open_backend(name).is_err(), "{name:?}");
    }
    assert_eq!(pidmap::version(), env!("PIDMAP_VERSION"));
    let error = Error::NoId;
    assert_eq!(error.to_string(), "there is no such ID in that namespace");
    assert_eq!(std::io::Error::from(error).raw_os_error(), Some(3));
    assert_eq!(error.errno(), 3);
}

/// Runs one of these tests in a process of its own.
fn run_again(test: &str, name: &str, value: &str) -> Command {
    let mut again = Command::new("/proc/self/exe");
    again
        .args(["--exact", "--nocapture", test])
        .env(name, value);
    again
}

/// A member of the device's group, without the right to name others' namespaces.
#[test]
fn what_a_member_sees() {
    if let Ok(backend) = std::env::var("MEMBER") {
        let h = match backend.as_str() {
            "best" => Handle::open().unwrap(),
            _ => Handle::open_backend(&backend).unwrap(),
        };
        let own = std::process::id() as Pid;
        assert!(!h.info().unwrap().identity);
        let listed = h.list(Ns::VIEW, ListFlags::default());
        let spaces = h.list_ns(Ns::VIEW);
        let snapshot = h.snapshot(Ns::VIEW, ListFlags::default()).err();
        if backend == "device" {
            assert_eq!(listed, Err(Error::Permission));
            assert_eq!(spaces, Err(Error::Permission));
            assert_eq!(snapshot, Some(Error::Permission));
            return;
        }
        let listed = listed.unwrap();
        assert!(listed.partial && listed.items.iter().any(|t| t.tgid == own));
        let spaces = spaces.unwrap();
        assert!(spaces.partial);
        assert_eq!(snapshot, Some(Error::Partial));
        let snapshot = h.snapshot_partial(Ns::VIEW, ListFlags::default());
        let snapshot = snapshot.unwrap();
        assert!(snapshot.partial());
        assert_eq!(snapshot.translate(own, 0, 0), Ok(own));
        return;
    }
    on_each(|_, _, backend| {
        let which = match backend {
            "device" => backend,
            b if b.contains("device") => "best",
            _ => return,
        };
        let mode = std::fs::metadata("/dev/pidmap").unwrap();
        let status = run_again("what_a_member_sees", "MEMBER", which)
            .uid(12345)
            .gid(mode.gid())
            .status();
        assert!(status.unwrap().success(), "{which}");
    });
}

/// Inside A, without the module, the level is not known.
#[test]
fn what_is_known_inside() {
    if std::env::var("INSIDE").is_ok() {
        let h = Handle::open_backend("procfs").unwrap();
        assert_eq!(h.info().unwrap().level, None);
        let spaces = h.list_ns(Ns::VIEW).unwrap().items;
        assert!(!spaces.is_empty() && spaces.iter().all(|n| n.level.is_none()));
        return;
    }
    on_each(|world, _, backend| {
        if backend == "procfs" {
            let again = run_again("what_is_known_inside", "INSIDE", "1");
            let status = Command::new("nsenter")
                .args(["-t", &world.number("a-init", V).to_string(), "-p"])
                .arg(std::env::current_exe().unwrap())
                .args(again.get_args())
                .env("INSIDE", "1")
                .status();
            assert!(status.unwrap().success());
        }
    });
}

/// What the records of the device say, compared with each other.
#[test]
fn records() {
    on_each(|world, h, backend| {
        if backend != "device" {
            return;
        }
        let root = "/tmp/cgroup";
        std::fs::create_dir_all(root).unwrap();
        let mount = Command::new("mount")
            .args(["-t", "cgroup2", "none", root])
            .status();
        assert!(mount.unwrap().success());
        let cgroup = std::fs::metadata(root).unwrap().ino();
        Command::new("umount").arg(root).status().unwrap();

        // The first thread of a process ends, and another one goes on.
        let mut leaderless = Command::new("/usr/bin/python3")
            .args(["-S", "-c", END_OF_LEADER])
            .spawn()
            .unwrap();
        let pid = leaderless.id() as Pid;
        let state = || std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        while !state().contains("State:\tZ") {
            std::thread::yield_now();
        }
        let listed = h.list(Ns::VIEW, ListFlags::default()).unwrap().items;
        let task = listed.iter().find(|t| t.tgid == pid).unwrap();
        assert!(task.exited && !task.ended);
        leaderless.kill().unwrap();
        leaderless.wait().unwrap();

        let features = h.info().unwrap().features;
        let listed = h.list(world.ns(A), ListFlags::default()).unwrap().items;
        for task in &listed {
            assert_eq!(task.cgroup, cgroup);
            let stamp = h.stamp(Type::Tgid, task.tgid, Ns::VIEW).unwrap();
            assert_eq!(stamp.start_time, task.start_time);
            let has_id = features & pidmap::FEATURE_PID_ID != 0;
            assert_eq!(stamp.pid_id, has_id.then_some(task.pid_id));
        }
        let spaces = h.list_ns(Ns::VIEW).unwrap().items;
        let pids = h.pids(Type::Tid, world.number("b-child", V), Ns::VIEW);
        for pid in pids.unwrap() {
            let ns = spaces.iter().find(|n| n.inum == pid.inum).unwrap();
            assert_eq!(pid.id, ns.id);
            let has_id = features & pidmap::FEATURE_NS_ID != 0;
            assert_eq!(pid.id != 0, has_id);
            if let Some(init) = listed.iter().find(|t| t.tgid == ns.init) {
                assert_eq!(ns.start_time, init.start_time);
                assert!(ns.pids > 0);
            }
        }
    });
}

#[test]
fn pidfds() {
    on_each(|world, h, backend| {
        let nr = world.number("a-child", A);
        let pidfd = h.pidfd(Type::Tgid, nr, world.ns(A), None).unwrap();
        let back = h.translate_pidfd(pidfd.as_fd(), world.ns(A));
        assert_eq!(back, Ok(nr), "{backend}");
        let back = h.translate_pidfd(pidfd.as_fd(), world.ns(B));
        assert_eq!(back, Err(Error::Remote), "{backend}");
        let gone = h.pidfd(Type::Tgid, NO_SUCH_PID, Ns::VIEW, None);
        assert_eq!(gone.err(), Some(Error::NoId), "{backend}");
    });
}

#[test]
fn stamps_and_views() {
    on_each(|world, h, backend| {
        let nr = world.number("a-child", A);
        if !backend.contains("device") {
            let stamp = h.stamp(Type::Tgid, nr, world.ns(A));
            assert_eq!(stamp, Err(Error::Unsupported));
            return;
        }
        let stamp = h.stamp(Type::Tgid, nr, world.ns(A)).unwrap();
        let expecting =
            |start| h.translate_expecting(Type::Tgid, nr, world.ns(A), world.ns(A), start);
        assert_eq!(expecting(stamp.start_time), Ok(nr));
        assert_eq!(expecting(stamp.start_time + 1), Err(Error::Reused));
        assert_eq!(expecting(0), Err(Error::Reused));
        let pidfd = |start| h.pidfd(Type::Tgid, nr, world.ns(A), Some(start));
        assert!(pidfd(stamp.start_time).is_ok());
        assert_eq!(pidfd(0).err(), Some(Error::Reused));

        let raised = Handle::open_backend(backend).unwrap();
        assert_eq!(raised.set_view(&world.files[A]), Ok(()));
        let got = raised.translate(Type::Tgid, nr, Ns::VIEW, world.ns(A));
        assert_eq!(got, Ok(nr));
        assert!(raised.info().unwrap().raised);
        assert_eq!(raised.set_view(&world.files[A]), Err(Error::Busy));
    });
}

#[test]
fn watch() {
    on_each(|world, h, backend| {
        if !backend.contains("device") {
            let watch = h.watch(Ns::VIEW, false, 1 << 20);
            assert_eq!(watch.err(), Some(Error::Unsupported));
            return;
        }
        for size in [0, 4095, 1 << 25] {
            let watch = h.watch(Ns::VIEW, false, size);
            assert_eq!(watch.err(), Some(Error::Invalid), "{size}");
        }
        let mut events = h.watch(Ns::VIEW, false, 1 << 20).unwrap();
        let first = events.next().unwrap().unwrap();
        assert_eq!((first.seq, first.task), (0, None));
        assert_eq!(first.kind, EventKind::Sync { lost: 0 });
        let mut child = Command::new("/bin/sh")
            .args(["-c", "exit 3"])
            .spawn()
            .unwrap();
        child.wait().unwrap();
        let mut kinds = Vec::new();
        for (event, seq) in events.by_ref().map(|event| event.unwrap()).zip(1..) {
            assert_eq!(event.seq, seq);
            let task = event.task.unwrap();
            if task.tgid != child.id() as Pid {
                continue;
            }
            assert_eq!(task.numbers, [task.tgid]);
            assert_eq!(task.ppid, std::process::id() as Pid);
            kinds.push(event.kind.clone());
            if let EventKind::Exit { code } = event.kind {
                assert_eq!(code, 3 << 8);
                break;
            }
        }
        assert_eq!(kinds[0], EventKind::Fork { parent_inum: 0 });
        let comm = |kind: &EventKind| match kind {
            EventKind::Exec { comm, former_tid } => !comm.is_empty() && *former_tid == 0,
            _ => false,
        };
        assert!(comm(&kinds[1]), "{kinds:?}");

        // In B, which is in A, a thread that is no leader executes a program.
        let init = world.number("b-init", V).to_string();
        let inside = Command::new("nsenter")
            .args(["-t", &init, "-p", "/usr/bin/python3", "-c", EXEC_BY_THREAD])
            .status();
        assert!(inside.unwrap().success());
        for event in events.map(|event| event.unwrap()) {
            let task = event.task.unwrap();
            if task.inum != world.inums[B] {
                continue;
            }
            match event.kind {
                EventKind::Fork { parent_inum } => assert_eq!(parent_inum, world.inums[A]),
                EventKind::Exec { comm, former_tid } if former_tid != 0 => {
                    assert_eq!(comm, "true");
                    assert!(former_tid > task.tgid);
                    break;
                }
                _ => (),
            }
        }

        // From a raised view, what happens outside is not in the stream.
        let raised = Handle::open_backend(backend).unwrap();
        raised.set_view(&world.files[A]).unwrap();
        let mut events = raised.watch(Ns::VIEW, false, 1 << 20).unwrap();
        events.next().unwrap().unwrap();
        Command::new("/bin/true").status().unwrap();
        let init = world.number("a-init", V).to_string();
        let inside = Command::new("nsenter")
            .args(["-t", &init, "-p", "true"])
            .status();
        assert!(inside.unwrap().success());
        let event = events.next().unwrap().unwrap();
        assert_eq!(event.kind, EventKind::Fork { parent_inum: 0 });
        assert_eq!(event.task.unwrap().inum, world.inums[A]);

        // Threads are reported only if they are asked for; what does not fit is
        // lost, and counted.
        let mut watches: Vec<_> = [(true, 1 << 20), (false, 1 << 20), (false, 4096)]
            .iter()
            .map(|(threads, size)| h.watch(Ns::VIEW, *threads, *size).unwrap())
            .collect();
        for _ in 0..40 {
            let status = Command::new("/usr/bin/python3")
                .args(["-S", "-c", EXEC_BY_THREAD])
                .status();
            assert!(status.unwrap().success());
        }
        let own = std::process::id() as Pid;
        let mut seen = watches.iter_mut().map(|watch| {
            let (mut threads, mut lost) = (0, 0);
            while let Some(event) = watch.try_next() {
                let event = event.unwrap();
                match (event.kind, event.task) {
                    (EventKind::Sync { lost: some }, _) => lost += some,
                    // The tests of this program have threads of their own.
                    (EventKind::Fork { .. }, Some(task)) => {
                        threads += (![own, task.numbers[0]].contains(&task.tgid)) as u64
                    }
                    _ => (),
                }
            }
            (threads, lost)
        });
        assert_eq!(seen.next(), Some((40, 0)));
        assert_eq!(seen.next(), Some((0, 0)));
        let last = seen.next().unwrap();
        assert!(last.0 == 0 && last.1 > 40, "{last:?}");

        // Where nothing happens, nothing is waited for.
        let mut idle = h.watch(world.ns(C), true, 4096).unwrap();
        assert_eq!(idle.try_next().unwrap().unwrap().task, None);
        assert!(idle.try_next().is_none());
        assert!(File::from(idle.as_fd().try_clone_to_owned().unwrap())
            .metadata()
            .is_ok());
    });
}

#[test]
fn threads_and_fork() {
    extern "C" {
        fn fork() -> i32;
        fn waitpid(pid: i32, status: *mut i32, options: i32) -> i32;
        fn _exit(status: i32) -> !;
    }
    on_each(|world, h, backend| {
        let (nr, wanted) = (world.number("b-init", V), world.number("b-init", A));
        let right = || h.translate(Type::Tgid, nr, Ns::VIEW, world.ns(A)) == Ok(wanted);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| assert!((0..50).all(|_| right()), "{backend}"));
            }
        });
        // A child of the same namespace may go on using the handle.
        let child = unsafe { fork() };
        if child == 0 {
            let same = h.translate(Type::Tgid, std::process::id() as i32, Ns::VIEW, Ns::VIEW);
            let ok = right() && same == Ok(std::process::id() as i32);
            unsafe { _exit(if ok { 0 } else { 1 }) }
        }
        let mut status = -1;
        assert_eq!(unsafe { waitpid(child, &mut status, 0) }, child);
        assert_eq!(status, 0, "{backend}: after fork");
    });
}
