// SPDX-License-Identifier: GPL-2.0-only
#include "rig.h"

#include <dirent.h>
#include <linux/capability.h>
#include <linux/nsfs.h>
#include <linux/sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/un.h>

#include "harness.h"

/* Linux 6.11 and 6.18; the headers of the build may be older. */
#ifndef NS_GET_PID_FROM_PIDNS
#define NS_GET_PID_FROM_PIDNS	_IOR(NSIO, 0x6, int)
#define NS_GET_TGID_FROM_PIDNS	_IOR(NSIO, 0x7, int)
#define NS_GET_PID_IN_PIDNS	_IOR(NSIO, 0x8, int)
#define NS_GET_TGID_IN_PIDNS	_IOR(NSIO, 0x9, int)
#endif
#ifndef NS_GET_ID
#define NS_GET_ID		_IOR(NSIO, 13, __u64)
#endif

/* i386 has older calls under the plain names, with 16 bits for a UID */
#ifdef SYS_setresuid32
#define SYS_SETRESUID		SYS_setresuid32
#define SYS_SETRESGID		SYS_setresgid32
#define SYS_SETGROUPS		SYS_setgroups32
#else
#define SYS_SETRESUID		SYS_setresuid
#define SYS_SETRESGID		SYS_setresgid
#define SYS_SETGROUPS		SYS_setgroups
#endif

#define MAX_PROCS	512
#define SHARED_BYTES	(32 << 20)
#define FIRST_NS	200	/* descriptors of namespaces start there */
#define WATCHDOG	600	/* seconds; only a hang takes as long */

enum op { CALL, SPAWN, PUT_FD, GET_FD, EXIT, BEHEAD };

struct order {
	enum op op;
	long (*fn)(void *arg);
	void *arg;
	int fd;
	unsigned long flags;
	int n;
	pid_t tids[MAX_LEVELS];
};

static struct proc procs[MAX_PROCS];
static int n_procs;
struct proc *const self = &procs[0];

static bool in_test;		/* the test program, not one of its forks */
static int own_sock = -1;	/* of such a fork, to the test program */
static char *shared_memory;
static size_t shared_used;
static char *old_policy;
static mode_t old_mode;
int rig_argc;
char **rig_argv;
bool rig_no_device;
const char *proc_root = "/proc";

/* ----------------------------------------------------------------- failing */

const char *err_name(long ret)
{
	return ret < 0 && ret > -4096 ? strerrorname_np(-ret) : "no errno";
}

void rig_fail(const char *file, int line, const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fprintf(stderr, "# %s:%d: ", file, line);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	if (!in_test)
		_exit(70);
	harness_fail(file, line);
}

void rig_skip(const char *reason)
{
	printf("# skipped: %s\n", reason);
	harness_skip();
}

#define must(what) \
	({ \
		long must_ = (what); \
		if (must_ < 0) \
			rig_fail(__FILE__, __LINE__, "%s: %s", #what, \
				 strerror(errno)); \
		must_; \
	})

/* ----------------------------------------------------------------- sockets */

static void send_with_fd(int sock, const void *data, size_t size, int fd)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec iov = { (void *)data, size };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *c;

	if (fd >= 0) {
		memset(&control, 0, sizeof(control));
		msg.msg_control = control.bytes;
		msg.msg_controllen = sizeof(control.bytes);
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(int));
	}
	must(sendmsg(sock, &msg, MSG_NOSIGNAL));
}

/* Returns the length; *fd is -1 or a descriptor, *pid 0 or who sent it. */
static ssize_t receive(int sock, void *data, size_t size, int *fd, pid_t *pid)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int)) +
			   CMSG_SPACE(sizeof(struct ucred))];
	} control;
	struct iovec iov = { data, size };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	struct cmsghdr *c;
	struct ucred cred;
	ssize_t n;

	*fd = -1;
	*pid = 0;
	do {
		n = recvmsg(sock, &msg, 0);
	} while (n < 0 && errno == EINTR);
	if (n <= 0)
		return n;
	for (c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c)) {
		if (c->cmsg_type == SCM_RIGHTS) {
			memcpy(fd, CMSG_DATA(c), sizeof(int));
		} else if (c->cmsg_type == SCM_CREDENTIALS) {
			memcpy(&cred, CMSG_DATA(c), sizeof(cred));
			*pid = cred.pid;
		}
	}
	return n;
}

/* -------------------------------------------------- in the forked processes */

static void open_device(void)
{
	int fd = open(DEVICE, O_RDWR | O_CLOEXEC);

	close(OWN);
	if (fd >= 0 && fd != OWN) {
		dup2(fd, OWN);
		close(fd);
	}
}

static void __attribute__((noreturn)) obey(int sock);

static pid_t fork_as(unsigned long flags, const pid_t *tids, int n)
{
	struct clone_args args = {
		.flags = flags,
		.exit_signal = SIGCHLD,
		.set_tid = (uintptr_t)tids,
		.set_tid_size = n,
	};
	pid_t pid;

	fflush(stdout);
	fflush(stderr);
	pid = syscall(SYS_clone3, &args, sizeof(args));
	return pid < 0 ? -errno : pid;
}

static pid_t fork_obeying(const struct order *o, int sock)
{
	pid_t pid = fork_as(o->flags, o->n ? o->tids : NULL, o->n);

	if (pid == 0)
		obey(sock);
	close(sock);
	return pid;
}

static void obey(int sock)
{
	static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL,
				       SIGSYS, SIGALRM };
	struct order o;
	pid_t pid;
	long ret;
	size_t i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(signals); i++)
		signal(signals[i], SIG_DFL);
	if (in_test) {
		for (i = 1; i < (size_t)n_procs; i++)
			if (procs[i].sock >= 0)
				close(procs[i].sock);
		in_test = false;
	} else {
		close(own_sock);
	}
	own_sock = sock;
	open_device();

	ret = 0;
	send_with_fd(sock, &ret, sizeof(ret), -1);
	while (receive(sock, &o, sizeof(o), &fd, &pid) == sizeof(o)) {
		int reply_fd = -1;

		ret = 0;
		switch (o.op) {
		case CALL:
			ret = o.fn(o.arg);
			break;
		case SPAWN:
			ret = fork_obeying(&o, fd);
			break;
		case PUT_FD:
			if (dup2(fd, o.fd) < 0)
				ret = -errno;
			if (fd != o.fd)
				close(fd);
			break;
		case GET_FD:
			reply_fd = o.fd;
			break;
		case EXIT:
			_exit(0);
		case BEHEAD:
			send_with_fd(sock, &ret, sizeof(ret), -1);
			syscall(SYS_exit, 0);
		}
		send_with_fd(sock, &ret, sizeof(ret), reply_fd);
	}
	_exit(0);
}

/* ------------------------------------------------------ in the test program */

static long answer(struct proc *p, int *fd, pid_t *pid)
{
	int no_fd;
	pid_t no_pid;
	ssize_t n;
	long ret;

	if (!fd)
		fd = &no_fd;
	n = receive(p->sock, &ret, sizeof(ret), fd, pid ? pid : &no_pid);
	if (n != sizeof(ret))
		rig_fail(__FILE__, __LINE__, "process %d gave no answer: %s",
			 p->pid, n ? strerror(errno) : "it died");
	return ret;
}

static long order(struct proc *p, struct order *o, int fd, int *reply_fd)
{
	check(in_test && p->sock >= 0);
	send_with_fd(p->sock, o, sizeof(*o), fd);
	return answer(p, reply_fd, NULL);
}

static int open_proc(pid_t pid, const char *what, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, what);
	return open(path, flags | O_CLOEXEC);
}

static void write_map(pid_t pid, const char *what, const char *text)
{
	int fd = must(open_proc(pid, what, O_WRONLY));

	must(write(fd, text, strlen(text)));
	close(fd);
}

static int keep_ns(pid_t pid)
{
	int fd = must(open_proc(pid, "ns/pid", O_RDONLY));
	int high = must(fcntl(fd, F_DUPFD_CLOEXEC, FIRST_NS));

	close(fd);
	return high;
}

struct proc *spawn_at(struct proc *parent, unsigned long flags,
		      const pid_t *tids, int n)
{
	struct order o = { .op = SPAWN, .flags = flags, .n = n };
	struct timeval tv = { .tv_sec = WATCHDOG };
	struct proc *p;
	int pair[2];
	int on = 1;
	long nr;

	check(in_test && n_procs < MAX_PROCS && n <= MAX_LEVELS);
	if (n)
		memcpy(o.tids, tids, n * sizeof(*tids));
	must(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair));
	must(setsockopt(pair[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)));
	must(setsockopt(pair[0], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)));

	p = &procs[n_procs];
	memset(p, 0, sizeof(*p));
	p->sock = pair[0];
	p->parent = parent;
	n_procs++;
	if (parent == self) {
		nr = fork_obeying(&o, pair[1]);
	} else {
		nr = order(parent, &o, pair[1], NULL);
		close(pair[1]);
	}
	if (nr < 0)
		rig_fail(__FILE__, __LINE__, "clone3: %s", err_name(nr));
	answer(p, NULL, &p->pid);

	p->level = proc_numbers(p->pid, p->pid, "NSpid", p->nr) - 1;
	check(p->level >= 0 && p->nr[0] == p->pid);
	if (flags & CLONE_NEWUSER) {
		write_map(p->pid, "uid_map", "0 0 4294967295\n");
		write_map(p->pid, "gid_map", "0 0 4294967295\n");
	}
	p->ns = parent->ns;
	p->inum = parent->inum;
	if (flags & CLONE_NEWPID) {
		p->ns = keep_ns(p->pid);
		p->inum = inum_of(p->ns);
		share_fd(p->ns);
	}
	return p;
}

struct proc *spawn(struct proc *parent, unsigned long flags)
{
	return spawn_at(parent, flags, NULL, 0);
}

long run(struct proc *p, long (*fn)(void *), void *arg)
{
	struct order o = { .op = CALL, .fn = fn, .arg = arg };

	return p == self ? fn(arg) : order(p, &o, -1, NULL);
}

void send_fd(struct proc *p, int fd, int as)
{
	struct order o = { .op = PUT_FD, .fd = as };

	if (p == self) {
		must(dup2(fd, as));
		return;
	}
	check_eq(order(p, &o, fd, NULL) < 0, 0);
}

int fetch_fd(struct proc *p, int fd)
{
	struct order o = { .op = GET_FD, .fd = fd };
	int reply = -1;

	if (p == self)
		return must(dup(fd));
	order(p, &o, -1, &reply);
	check(reply >= 0);
	return reply;
}

void share_fd(int fd)
{
	int i;

	for (i = 1; i < n_procs; i++)
		if (procs[i].sock >= 0)
			send_fd(&procs[i], fd, fd);
}

static long wait_dead(void *arg)
{
	int *nr = arg;
	siginfo_t si;

	return waitid(P_PID, *nr, &si, WEXITED | WNOWAIT) ? -errno : 0;
}

static long wait_away(void *arg)
{
	int *nr = arg;

	return waitpid(*nr, NULL, 0) == *nr ? 0 : -errno;
}

/* The number of a process in its parent's namespace */
static int *nr_for_parent(struct proc *p)
{
	int *nr = shared(sizeof(*nr));

	check(p->parent && p->parent->level <= p->level);
	*nr = p->nr[p->parent->level];
	return nr;
}

void finish(struct proc *p)
{
	struct order o = { .op = EXIT };

	check(p != self && !p->zombie);
	send_with_fd(p->sock, &o, sizeof(o), -1);
	check_eq(run(p->parent, wait_dead, nr_for_parent(p)), 0);
	close(p->sock);
	p->sock = -1;
	p->zombie = true;
}

void reap(struct proc *p)
{
	if (!p->zombie)
		finish(p);
	check_eq(run(p->parent, wait_away, nr_for_parent(p)), 0);
	p->pid = 0;
}

void behead(struct proc *p)
{
	struct order o = { .op = BEHEAD };

	order(p, &o, -1, NULL);
	while (proc_state(p->pid, p->pid) != 'Z')
		sched_yield();
}

void adopt(struct proc *p, struct proc *parent)
{
	p->parent = parent;
}

struct new_threads {
	int n;
	pid_t tids[16];
};

static int idle(void *unused)
{
	(void)unused;
	for (;;)
		pause();
	return 0;
}

static long add_threads(void *arg)
{
	struct new_threads *t = arg;
	const size_t stack = 64 << 10;
	int i;

	for (i = 0; i < t->n; i++) {
		char *mem = mmap(NULL, stack, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (mem == MAP_FAILED)
			return -errno;
		t->tids[i] = clone(idle, mem + stack, CLONE_VM | CLONE_FS |
				   CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
				   CLONE_SYSVSEM, NULL);
		if (t->tids[i] < 0)
			return -errno;
	}
	return 0;
}

void threads(struct proc *p, int n, pid_t *tids)
{
	struct new_threads *t = shared(sizeof(*t));
	char path[64];
	struct dirent *d;
	int i, found = 0;
	DIR *dir;

	check(n <= (int)ARRAY_SIZE(t->tids));
	t->n = n;
	check_eq(run(p, add_threads, t), 0);
	/* Their numbers here: whose last number is what clone() said? */
	snprintf(path, sizeof(path), "/proc/%d/task", p->pid);
	dir = opendir(path);
	check(dir);
	while ((d = readdir(dir))) {
		pid_t nr[MAX_LEVELS];
		pid_t tid = atoi(d->d_name);
		int levels;

		if (tid <= 0)
			continue;
		levels = proc_numbers(p->pid, tid, "NSpid", nr);
		for (i = 0; i < n && levels > 0; i++) {
			if (nr[levels - 1] == t->tids[i]) {
				tids[i] = tid;
				found++;
			}
		}
	}
	closedir(dir);
	check_eq(found, n);
}

void *shared(size_t size)
{
	void *p = shared_memory + shared_used;

	shared_used += (size + 15) & ~(size_t)15;
	check(shared_used <= SHARED_BYTES);
	memset(p, 0, size);
	return p;
}

void *before_a_hole(int pages)
{
	char *mem = mmap(NULL, (pages + 1) * PAGE_BYTES, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	check(mem != MAP_FAILED);
	check_eq(munmap(mem + pages * PAGE_BYTES, PAGE_BYTES), 0);
	return mem;
}

long do_setsid(void *unused)
{
	(void)unused;
	return setsid() < 0 ? -errno : 0;
}

long do_setpgid(void *numbers)
{
	int *n = numbers;

	return setpgid(n[0], n[1]) ? -errno : 0;
}

long do_unshare(void *flags)
{
	return unshare(*(unsigned long *)flags) ? -errno : 0;
}

/*
 * The numbers are chosen such that no task has the same one in two namespaces
 * and every number is used in as few of them as can be.
 */
struct tree *grow(void)
{
	static struct tree t;
	int first = self->pid + 300;
	const pid_t top2[] = { first }, a[] = { 1, first + 1 },
		a2[] = { 71, first + 2 }, b[] = { 1, 72, first + 3 },
		b2[] = { 81, 73, first + 4 }, c[] = { 1, 82, 74, first + 5 },
		c2[] = { 91, 83, 75, first + 6 }, s[] = { 1, first + 7 },
		s2[] = { 76, first + 8 };

	memset(&t, 0, sizeof(t));
	t.top = self;
	t.top2 = spawn_at(self, 0, top2, 1);
	t.a = spawn_at(self, CLONE_NEWPID, a, 2);
	t.s = spawn_at(self, CLONE_NEWPID, s, 2);
	t.a2 = spawn_at(t.a, 0, a2, 2);
	t.s2 = spawn_at(t.s, 0, s2, 2);
	t.b = spawn_at(t.a2, CLONE_NEWPID, b, 3);
	t.b2 = spawn_at(t.b, 0, b2, 3);
	t.c = spawn_at(t.b, CLONE_NEWPID, c, 4);
	t.c2 = spawn_at(t.c, 0, c2, 4);
	threads(t.a2, ARRAY_SIZE(t.a2_thread), t.a2_thread);
	threads(t.c2, ARRAY_SIZE(t.c2_thread), t.c2_thread);
	memcpy(t.all, (struct proc *[]){ t.top, t.top2, t.a, t.a2, t.b, t.b2,
	       t.c, t.c2, t.s, t.s2 }, sizeof(t.all));
	return &t;
}

/* ------------------------------------------------------ start and end of all */

static char *read_text(const char *path)
{
	static char text[64];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return NULL;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n < 0)
		return NULL;
	text[n] = 0;
	text[strcspn(text, "\n")] = 0;
	return text;
}

static int write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

void rig_main(int argc, char **argv)
{
	rig_argc = argc;
	rig_argv = argv;
	setvbuf(stdout, NULL, _IOLBF, 0);
	harness_init();
	in_test = true;
	shared_memory = mmap(NULL, SHARED_BYTES, PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared_memory == MAP_FAILED || geteuid() != 0) {
		fprintf(stderr, "# the system tests need memory and root\n");
		exit(70);
	}
	if (!rig_no_device && access(DEVICE, F_OK)) {
		fprintf(stderr, "# there is no %s\n", DEVICE);
		exit(70);
	}
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	self->pid = getpid();
	self->sock = -1;
	self->nr[0] = self->pid;
	self->ns = keep_ns(self->pid);
	self->inum = inum_of(self->ns);
	n_procs = 1;
}

int rig_setup(void **state)
{
	(void)state;
	alarm(4 * WATCHDOG);
	shared_used = 0;
	n_procs = 1;
	open_device();
	return 0;
}

/* Whether a process we could wait for is left */
static bool kill_children(void)
{
	FILE *children = fopen("/proc/thread-self/children", "re");
	siginfo_t si;
	int i;

	for (i = 1; i < n_procs; i++)
		if (procs[i].pid > 0 && procs[i].parent == self)
			kill(procs[i].pid, SIGKILL);
	/* and those that a test forked itself, and then failed */
	while (children && fscanf(children, "%d", &i) == 1)
		kill(i, SIGKILL);
	if (children)
		fclose(children);
	return waitid(P_ALL, 0, &si, WEXITED | WNOWAIT | WNOHANG) == 0;
}

int rig_teardown(void **state)
{
	int i;

	(void)state;
	if (old_policy) {
		write_text(POLICY, old_policy);
		free(old_policy);
		old_policy = NULL;
	}
	if (old_mode) {
		chmod(DEVICE, old_mode);
		old_mode = 0;
	}
	/* Those beheaded do not hear that their socket is closed. */
	for (i = 1; i < n_procs; i++)
		if (procs[i].sock >= 0)
			close(procs[i].sock);
	kill_children();
	for (;;) {
		pid_t pid = waitpid(-1, NULL, 0);

		if (pid < 0 && errno == ECHILD)
			break;
		for (i = 1; i < n_procs; i++)
			if (procs[i].pid == pid)
				procs[i].pid = 0;
	}
	for (i = 1; i < n_procs; i++)
		if (procs[i].ns >= FIRST_NS && procs[i].ns != self->ns)
			close(procs[i].ns);
	n_procs = 1;
	alarm(0);
	return 0;
}

/* ------------------------------------------------------------------- /proc */

static FILE *open_status(pid_t pid, pid_t tid, const char *what)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/%d/task/%d/%s", proc_root, pid, tid,
		 what);
	return fopen(path, "re");
}

/* The numbers of a line that begins with @field and a colon, else 0 */
static int line_numbers(const char *line, const char *field, pid_t *nr)
{
	size_t len = strlen(field);
	char *end;
	int n = 0;

	if (strncmp(line, field, len) || line[len] != ':')
		return 0;
	for (line += len + 1; n < MAX_LEVELS; line = end) {
		long number = strtol(line, &end, 10);

		if (end == line)
			break;
		nr[n++] = number;
	}
	return n;
}

int proc_numbers(pid_t pid, pid_t tid, const char *field, pid_t *nr)
{
	FILE *file = open_status(pid, tid, "status");
	char line[1024];
	int n = 0;

	if (!file)
		return 0;
	while (n == 0 && fgets(line, sizeof(line), file))
		n = line_numbers(line, field, nr);
	fclose(file);
	return n;
}

int proc_ids(pid_t pid, pid_t tid, int nr[4][MAX_LEVELS], pid_t *ppid)
{
	static const char * const fields[] = {
		[PIDMAP_TID] = "NSpid", [PIDMAP_TGID] = "NStgid",
		[PIDMAP_PGID] = "NSpgid", [PIDMAP_SID] = "NSsid",
	};
	FILE *file = open_status(pid, tid, "status");
	int n[4] = { 0 }, type, parents = 0;
	char line[1024];

	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file)) {
		for (type = 0; type < 4; type++)
			if (!n[type])
				n[type] = line_numbers(line, fields[type],
						       nr[type]);
		if (!parents)
			parents = line_numbers(line, "PPid", ppid);
	}
	fclose(file);
	return parents == 1 && n[0] == n[1] && n[0] == n[2] && n[0] == n[3] ?
	       n[0] : 0;
}

/* What follows the name in stat: from field 3 on */
static char *stat_fields(pid_t pid, pid_t tid)
{
	static char line[1024];
	FILE *file = open_status(pid, tid, "stat");
	size_t n;
	char *end;

	if (!file)
		return NULL;
	n = fread(line, 1, sizeof(line) - 1, file);
	fclose(file);
	line[n] = 0;
	end = strrchr(line, ')');
	return end ? end + 2 : NULL;
}

char proc_state(pid_t pid, pid_t tid)
{
	char *fields = stat_fields(pid, tid);

	return fields ? fields[0] : 0;
}

pid_t proc_ppid(pid_t pid)
{
	char *fields = stat_fields(pid, pid);

	return fields ? atoi(fields + 2) : 0;
}

unsigned long long proc_start(pid_t pid, pid_t tid)
{
	char *fields = stat_fields(pid, tid);
	int field;

	for (field = 3; fields && field < 22; field++) {
		fields = strchr(fields, ' ');
		if (fields)
			fields++;
	}
	return fields ? strtoull(fields, NULL, 10) : 0;
}

unsigned int inum_of(int fd)
{
	struct stat st;

	must(fstat(fd, &st));
	return st.st_ino;
}

pid_t unused_number(void)
{
	int nr;

	for (nr = 31000; nr > 0; nr--) {
		char path[32];

		snprintf(path, sizeof(path), "/proc/%d", nr);
		if (access(path, F_OK) && kill(-nr, 0) && errno == ESRCH)
			return nr;
	}
	rig_fail(__FILE__, __LINE__, "every number is in use");
}

/* ------------------------------------------------------------- the device */

struct ioctl_args {
	int fd;
	unsigned long request;
	void *arg;
};

static long do_ioctl(void *arg)
{
	struct ioctl_args *a = arg;
	int ret = ioctl(a->fd, a->request, a->arg);

	return ret < 0 ? -errno : ret;
}

int call_raw(struct proc *p, int fd, unsigned long request, void *arg)
{
	struct ioctl_args *a;
	size_t before = shared_used;
	int ret;

	a = shared(sizeof(*a));
	a->fd = fd;
	a->request = request;
	a->arg = arg;
	ret = run(p, do_ioctl, a);
	shared_used = before;
	return ret;
}

int call(struct proc *p, int fd, unsigned long request, void *arg,
	 size_t size)
{
	size_t before = shared_used;
	void *copy = shared(size);
	int ret;

	memcpy(copy, arg, size);
	ret = call_raw(p, fd, request, copy);
	memcpy(arg, copy, size);
	shared_used = before;
	return ret;
}

int translate_on(struct proc *p, int fd, int type, int nr,
		 struct pidmap_nsref from, struct pidmap_nsref to)
{
	struct pidmap_translate t = {
		.size = sizeof(t), .type = type, .nr = nr, .from = from,
		.to = to, .result = -77,
	};
	int err = call(p, fd, PIDMAP_TRANSLATE, &t, sizeof(t));

	check_eq(t.start_time, 0);
	if (err)
		check_eq(t.result, -77);
	else
		check(t.result > 0);
	return err ? err : t.result;
}

int translate(struct proc *p, int type, int nr, struct pidmap_nsref from,
	      struct pidmap_nsref to)
{
	return translate_on(p, OWN, type, nr, from, to);
}

int translate_bound(struct proc *p, int fd, int type, int nr)
{
	return call_raw(p, fd, PIDMAP_BOUND_TID + type, (void *)(long)nr);
}

int translate_many(struct proc *p, int fd, int type, int *numbers, int n,
		   struct pidmap_nsref from, struct pidmap_nsref to)
{
	struct pidmap_translate_many t = {
		.size = sizeof(t), .type = type, .count = n, .from = from,
		.to = to,
	};
	size_t before = shared_used;
	int *copy = shared(n * sizeof(*copy));
	int err;

	memcpy(copy, numbers, n * sizeof(*copy));
	t.numbers = (uintptr_t)copy;
	t.results = (uintptr_t)copy;
	err = call(p, fd, PIDMAP_TRANSLATE_MANY, &t, sizeof(t));
	memcpy(numbers, copy, n * sizeof(*copy));
	shared_used = before;
	check_eq(t.done, err ? 0 : n);
	return err;
}

struct pidmap_task_ids task_ids(struct proc *p, int nr,
				struct pidmap_nsref from,
				struct pidmap_nsref to, int *err)
{
	struct pidmap_task_ids t = {
		.size = sizeof(t), .nr = nr, .from = from, .to = to,
		.tid = -77, .tgid = -77, .pgid = -77, .sid = -77, .ppid = -77,
	};

	*err = call(p, OWN, PIDMAP_TASK_IDS, &t, sizeof(t));
	if (*err)
		check(t.tid == -77 && t.tgid == -77 && t.pgid == -77 &&
		      t.sid == -77 && t.ppid == -77);
	return t;
}

int pids(struct proc *p, int type, int nr, struct pidmap_nsref from,
	 struct pidmap_pid *out)
{
	struct pidmap_pids t = {
		.size = sizeof(t), .type = type, .nr = nr, .from = from,
		.capacity = MAX_LEVELS, .stride = sizeof(*out),
	};
	size_t before = shared_used;
	struct pidmap_pid *copy = shared(MAX_LEVELS * sizeof(*copy));
	int err;

	t.pids = (uintptr_t)copy;
	err = call(p, OWN, PIDMAP_PIDS, &t, sizeof(t));
	memcpy(out, copy, MAX_LEVELS * sizeof(*copy));
	shared_used = before;
	return err ? err : (int)t.count;
}

int info(struct proc *p, int fd, struct pidmap_info *info)
{
	/* what is (out) may be anything, but what is new must be 0 */
	memset(info, 0, sizeof(*info));
	memset(info, 0xaa, PIDMAP_INFO_SIZE_V1);
	info->size = sizeof(*info);
	return call(p, fd, PIDMAP_INFO, info, sizeof(*info));
}

unsigned long long start_of(struct proc *p, int nr)
{
	struct pidmap_translate t = {
		.size = sizeof(t), .flags = PIDMAP_START_TIME,
		.type = PIDMAP_TID, .nr = nr, .from = VIEW, .to = VIEW,
	};

	return call(p, OWN, PIDMAP_TRANSLATE, &t, sizeof(t)) ? 0 :
	       t.start_time;
}

int list(struct proc *p, int fd, unsigned int request, unsigned int flags,
	 struct pidmap_nsref ns, unsigned int buffer_size,
	 void (*each)(const void *record, void *arg), void *arg)
{
	size_t before = shared_used;
	char *buffer = shared(buffer_size);
	struct pidmap_list l = {
		.size = sizeof(l), .flags = flags, .ns = ns,
		.buffer = (uintptr_t)buffer, .buffer_size = buffer_size,
	};
	int n = 0;

	while (l.cursor != PIDMAP_CURSOR_END) {
		__u64 cursor = l.cursor;
		unsigned int at = 0, count;
		int err = call(p, fd, request, &l, sizeof(l));

		if (err) {
			shared_used = before;
			return err;
		}
		check(l.used <= buffer_size && l.cursor > cursor);
		for (count = 0; at < l.used; count++) {
			/* both kinds of record begin with their size */
			__u16 size = *(__u16 *)(buffer + at);

			check(size >= 8 && size % 8 == 0 &&
			      at + size <= l.used);
			each(buffer + at, arg);
			at += size;
		}
		check_eq(l.count, count);
		n += count;
	}
	shared_used = before;
	return n;
}

void policy(const char *name)
{
	if (!old_policy) {
		char *old = read_text(POLICY);

		check(old);
		old_policy = strdup(old);
	}
	check_eq(write_text(POLICY, name), 0);
	check(!strcmp(read_text(POLICY), name));
}

void device_mode(mode_t mode)
{
	struct stat st;

	must(stat(DEVICE, &st));
	if (!old_mode)
		old_mode = st.st_mode & 07777;
	must(chmod(DEVICE, mode));
}

struct identity {
	uid_t uid;
	uint64_t caps;
};

static long do_become(void *arg)
{
	struct identity *who = arg;
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];
	int i;

	if (prctl(PR_SET_KEEPCAPS, 1) || syscall(SYS_SETGROUPS, 0, NULL) ||
	    syscall(SYS_SETRESGID, who->uid, who->uid, who->uid) ||
	    syscall(SYS_SETRESUID, who->uid, who->uid, who->uid))
		return -errno;
	for (i = 0; i < 2; i++) {
		data[i].effective = who->caps >> (32 * i);
		data[i].permitted = data[i].effective;
		data[i].inheritable = 0;
	}
	if (syscall(SYS_capset, &head, data))
		return -errno;
	return prctl(PR_SET_DUMPABLE, 1) ? -errno : 0;
}

void become(struct proc *p, uid_t uid, uint64_t caps)
{
	struct identity *who = shared(sizeof(*who));

	check(p != self);
	who->uid = uid;
	who->caps = caps;
	check_eq(run(p, do_become, who), 0);
}

static long do_reopen(void *unused)
{
	(void)unused;
	open_device();
	return fcntl(OWN, F_GETFD) < 0 ? -errno : 0;
}

void reopen(struct proc *p)
{
	check_eq(run(p, do_reopen, NULL), 0);
}

/* --------------------------------------------------------- nsfs questions */

static int nsfs(struct proc *p, int ns, unsigned long request, long arg)
{
	int ret = call_raw(p, ns, request, (void *)arg);

	/* Linux 6.18 to 7.0 say so of a task they do not find. */
	return ret == -ENOTTY ? -ESRCH : ret;
}

bool nsfs_answers(void)
{
	return ioctl(self->ns, NS_GET_PID_IN_PIDNS, getpid()) == getpid();
}

int nsfs_from(struct proc *p, int ns, int nr, bool tgid)
{
	return nsfs(p, ns, tgid ? NS_GET_TGID_FROM_PIDNS :
		    NS_GET_PID_FROM_PIDNS, nr);
}

int nsfs_in(struct proc *p, int ns, int nr, bool tgid)
{
	return nsfs(p, ns, tgid ? NS_GET_TGID_IN_PIDNS : NS_GET_PID_IN_PIDNS,
		    nr);
}

uint64_t nsfs_id(int ns)
{
	__u64 id;

	return ioctl(ns, NS_GET_ID, &id) ? 0 : id;
}

int nsfs_parent(int ns)
{
	int fd = ioctl(ns, NS_GET_PARENT);
	unsigned int inum;
	int i;

	if (fd >= 0 || errno != ENOTTY)
		return fd < 0 ? -errno : fd;
	/* 32-bit callers cannot ask before Linux 6.11; the rig knows, too. */
	inum = inum_of(ns);
	for (i = 1; i < n_procs; i++)
		if (procs[i].inum == inum && procs[i].parent->inum != inum)
			return dup(procs[i].parent->ns);
	return -ENOTTY;
}
