// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tool, with a library that answers from a made-up world: any command line
 * and any standard input is survived, the exit code is one of those promised,
 * failures are explained, JSON is JSON, and 'translate' gives as many answers
 * as it was given words, each the right one.
 *
 * The input is the operands, one a line, an empty line, and then standard input;
 * or, after '=', the name of a namespace, which is compared with what it means.
 */
#include "fuzz.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>

#include <json-c/json.h>

#include "cli.h"
#include "internal.h"
#include "message.h"
#include "names.h"
#include "task.h"

#define SOME_FD		900	/* never a real one */
#define TASKS		60

/* ---------------------------------------------------------- a made-up world */

static int there(pid_t nr, const struct pidmap_nsref *from,
		 const struct pidmap_nsref *to)
{
	if (from->kind == PIDMAP_NS_INUM || to->kind == PIDMAP_NS_ID)
		return -ENOENT;
	if (nr <= 0 || nr > TASKS)
		return -ESRCH;
	if (to->kind == PIDMAP_NS_VIEW)
		return nr;
	return nr % 3 ? nr + 1000 : -EREMOTE;
}

static int fake_info(struct pidmap *h, struct pidmap_info *info, size_t size)
{
	(void)h, (void)size;
	info->abi_version = 1;
	info->max_level = PIDMAP_MAX_LEVEL;
	info->inum = 100;
	return 0;
}

static int fake_many(struct pidmap *h, enum pidmap_type type, size_t count,
		     const pid_t *numbers, pid_t *results,
		     const struct pidmap_nsref *from,
		     const struct pidmap_nsref *to, size_t *done)
{
	(void)h, (void)type;
	for (; *done < count; ++*done) {
		results[*done] = there(numbers[*done], from, to);
		if (results[*done] == -ENOENT)
			return -ENOENT;
	}
	return 0;
}

static int fake_task_ids(struct pidmap *h, pid_t tid,
			 const struct pidmap_nsref *from,
			 const struct pidmap_nsref *to, struct pidmap_ids *ids,
			 struct pidmap_stamp *stamp)
{
	int nr = there(tid, from, to);

	(void)h, (void)stamp;
	if (nr < 0)
		return nr;
	*ids = (struct pidmap_ids){ nr, nr, nr, nr, 1 };
	return 0;
}

static int fake_pids(struct pidmap *h, enum pidmap_type type, pid_t nr,
		     const struct pidmap_nsref *from, struct pidmap_pid *pids,
		     size_t capacity, struct pidmap_stamp *stamp)
{
	struct pidmap_nsref view = { 0 };
	int ret = there(nr, from, &view);

	(void)h, (void)type, (void)stamp;
	must(capacity >= 2);
	if (ret < 0)
		return ret;
	pids[0] = (struct pidmap_pid){ 100, nr, 1 };
	pids[1] = (struct pidmap_pid){ 101 + nr % 5, nr + 1, 2 };
	return 2;
}

/* Five namespaces below the view, and one below each */
static int fake_list(struct pidmap *h, const struct pidmap_nsref *ns,
		     unsigned int flags, struct walk *walk)
{
	char room[96] __attribute__((aligned(8)));
	struct pidmap_task *rec = (void *)room;
	__s32 *nrs = (void *)(room + sizeof(*rec));
	pid_t nr;

	(void)h, (void)flags;
	if (ns->kind == PIDMAP_NS_INUM)
		return -ENOENT;
	for (nr = 1; nr <= TASKS && !walk->stopped; nr++) {
		memset(room, 0, sizeof(room));
		rec->levels = nr == 1 ? 1 : nr % 11 > 5 ? 3 : 2;
		rec->inum = nr == 1 ? 100 : 100 + (nr - 2) % 10 + 1;
		if (nr > 1)
			rec->levels = rec->inum > 105 ? 3 : 2;
		rec->nr_offset = sizeof(*rec);
		rec->size = sizeof(*rec) + (rec->levels + rec->levels % 2) * 4;
		rec->tgid = nr;
		nrs[0] = nr;
		if (rec->levels > 1)
			nrs[1] = rec->levels == 2 && nr < 12 ? 1 : nr;
		if (rec->levels > 2)
			nrs[2] = nr < 12 ? 1 : nr;
		walk->stopped = walk->task(rec, walk->arg);
	}
	return 0;
}

static int fake_list_ns(struct pidmap *h, const struct pidmap_nsref *ns,
			struct walk *walk)
{
	uint32_t i;

	(void)h, (void)ns;
	for (i = 0; i <= 10 && !walk->stopped; i++) {
		struct pidmap_ns rec = {
			.size = sizeof(rec),
			.inum = 100 + i,
			.parent_inum = !i ? 0 : i <= 5 ? 100 : 95 + i,
			.level = !i ? 0 : i <= 5 ? 1 : 2,
			.init = i + 1,
		};

		walk->stopped = walk->ns(&rec, walk->arg);
	}
	return 0;
}

static const struct backend_ops fake_ops = {
	.name = "fake",
	.info = fake_info,
	.translate_many = fake_many,
	.task_ids = fake_task_ids,
	.pids = fake_pids,
	.list = fake_list,
	.list_ns = fake_list_ns,
};

/* --------------------------------------- what the tool takes for the machine */

static const char *input, *input_end;	/* what is left of standard input */
static int piped;			/* where a container engine writes */

int fake_main(int argc, char **argv);
struct pidmap *fake_pidmap_open(const char *backend, unsigned int flags);
int fake_open(const char *path, int flags, ...);
int fake_openat(int dir, const char *path, int flags, ...);
int fake_pidmap_open_proc(struct pidmap *h);
FILE *fake_fopen(const char *path, const char *mode);
ssize_t fake_read(int fd, void *buf, size_t room);
int fake_poll(struct pollfd *fds, nfds_t n, int timeout);
int fake_ioctl(int fd, unsigned long request, ...);
ssize_t fake_readlink(const char *path, char *buf, size_t room);
pid_t fake_waitpid(pid_t pid, int *status, int options);
int fake_posix_spawnp(pid_t *pid, const char *file,
		      const posix_spawn_file_actions_t *actions,
		      const posix_spawnattr_t *attr, char *const argv[],
		      char *const envp[]);
int fake_posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *actions,
					  int fd, int as);

struct pidmap *fake_pidmap_open(const char *backend, unsigned int flags)
{
	struct pidmap *h;

	must(!flags);
	if (backend && strcmp(backend, "device")) {
		errno = strlen(backend) % 2 ? EINVAL : EOPNOTSUPP;
		return NULL;
	}
	h = calloc(1, sizeof(*h));
	h->ops[0] = &fake_ops;
	h->fd = -1;
	h->local.root = -1;
	h->local.view.fd = -1;
	strcpy(h->name, "fake");
	return h;
}

int fake_open(const char *path, int flags, ...)
{
	(void)flags;
	must(strlen(path) < PATH_MAX * 2);
	errno = strlen(path) % 3 == 1 ? ENOENT : EACCES;
	return strstr(path, "/ns/pid") ? SOME_FD : -1;
}

/* What is in every file; a name, if it is one of /proc. */
static const char comm[] = "a\"\\ \xff\xc3\xa9\n";

int fake_pidmap_open_proc(struct pidmap *h)
{
	(void)h;
	return SOME_FD + 1;
}

/* In /proc, where each third task is gone, and each ninth is hidden */
int fake_openat(int dir, const char *path, int flags, ...)
{
	must(dir == SOME_FD + 1 && *path != '/' && flags & O_CLOEXEC);
	if (atoi(path) % 3)
		return strstr(path, "ns/pid") ? SOME_FD : SOME_FD + 2;
	errno = atoi(path) % 9 ? ENOENT : EACCES;
	return -1;
}

FILE *fake_fopen(const char *path, const char *mode)
{

	must(strlen(path) < PATH_MAX && *mode == 'r');
	if (strlen(path) % 2)
		return fmemopen((void *)comm, sizeof(comm) - 1, "r");
	errno = ENOENT;
	return NULL;
}

/* In pieces, whose length the input itself decides. */
ssize_t fake_read(int fd, void *buf, size_t room)
{
	size_t n = input_end - input;

	if (fd == SOME_FD + 2) {
		must(room >= sizeof(comm));
		memcpy(buf, comm, sizeof(comm) - 1);
		return sizeof(comm) - 1;
	}
	must(fd == STDIN_FILENO);
	if (n)
		n = 1 + (unsigned char)*input * 7 % n;
	if (n > room)
		n = room;
	if (n)
		memcpy(buf, input, n);
	input += n;
	return n;
}

int fake_poll(struct pollfd *fds, nfds_t n, int timeout)
{
	must(n == 1 && !timeout);
	(void)fds;
	return (input_end - input) % 3;
}

int fake_ioctl(int fd, unsigned long request, ...)
{
	(void)request;
	errno = fd > SOME_FD ? EBADF : ENOTTY;
	return fd == SOME_FD ? CLONE_NEWPID : -1;
}

ssize_t fake_readlink(const char *path, char *buf, size_t room)
{
	must(*path == '/');
	return snprintf(buf, room, "%d", getpid());
}

int fake_posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *actions,
					  int fd, int as)
{
	(void)actions;
	must(as >= 0 && as <= STDERR_FILENO);
	if (as == STDOUT_FILENO)
		piped = fd;
	return 0;
}

/* The engine prints what is on standard input. */
int fake_posix_spawnp(pid_t *pid, const char *file,
		      const posix_spawn_file_actions_t *actions,
		      const posix_spawnattr_t *attr, char *const argv[],
		      char *const envp[])
{
	int n = 0;

	(void)actions, (void)attr, (void)envp;
	must(file == argv[0]);
	while (argv[n])
		must(n++ < 10);
	must(n > 3);
	/*
	 * A container's name is never taken for an option: it follows one, or is
	 * in a pattern; crictl is given an ID that it has printed itself.
	 */
	must(!strcmp(argv[n - 2], "--") || !strcmp(argv[n - 2], "-n") ||
	     *argv[n - 1] == '^' || !strcmp(file, "crictl"));
	*pid = 1;
	if (input_end - input > 4000)
		return ENOENT;
	must(write(piped, input, input_end - input) == input_end - input);
	return 0;
}

pid_t fake_waitpid(pid_t pid, int *status, int options)
{
	must(pid == 1 && !options);
	*status = (input_end - input) % 5 == 4;
	return pid;
}

/* ------------------------------------------------------------------ oracle */

/* What 'translate --to 7 -' prints for the words of a text */
static char *translated(const char *text, const char *end)
{
	struct pidmap_nsref from = { 0 }, to = { .kind = PIDMAP_NS_FD };
	char *out;
	size_t len;
	FILE *f = open_memstream(&out, &len);

	while (text < end) {
		const char *word = text;
		long long nr = 0;
		bool plain = true;
		int ret = 0;

		for (; text < end && *text && !isspace((unsigned char)*text);
		     text++) {
			plain &= !!isdigit((unsigned char)*text);
			if (plain && nr <= INT_MAX)
				nr = 10 * nr + *text - '0';
		}
		if (text++ == word)
			continue;
		if (plain && nr <= INT_MAX)
			ret = there(nr, &from, &to);
		if (ret > 0)
			fprintf(f, "%d\n", ret);
		else
			fputs("-\n", f);
	}
	fclose(f);
	return out;
}

static void check_translated(const char *out, const char *in, const char *end)
{
	char *want = translated(in, end);

	must(!strcmp(out, want));
	free(want);
}

static void check_json(const char *out)
{
	struct json_tokener *tok = json_tokener_new_ex(64);
	struct json_object *object = json_tokener_parse_ex(tok, out, -1);
	size_t end = json_tokener_get_parse_end(tok);

	must(object && !out[end + strspn(out + end, "\n")]);
	json_object_put(object);
	json_tokener_free(tok);
}

/* Is @text nothing but a number up to @max between these two? */
static bool is_form(const char *text, const char *prefix, const char *suffix,
		    uint64_t max, uint64_t *value)
{
	__uint128_t n = 0;
	const char *digits = text + strlen(prefix);

	if (strncmp(text, prefix, strlen(prefix)) || !isdigit(*digits))
		return false;
	for (text = digits; isdigit(*text) && n <= max; text++)
		n = n * 10 + (*text - '0');
	*value = n;
	return n <= max && !strcmp(text, suffix);
}

static void check_name(const char *text)
{
	static const struct {
		const char *prefix, *suffix;
		uint64_t max;
		uint32_t kind;
	} forms[] = {
		{ "pid:[", "]", UINT32_MAX, PIDMAP_NS_INUM },
		{ "pid:", "", UINT32_MAX, PIDMAP_NS_INUM },
		{ "id:", "", UINT64_MAX, PIDMAP_NS_ID },
		{ "level:", "", UINT32_MAX, PIDMAP_NS_LEVEL },
	};
	struct pidmap_nsref ns = { .kind = UINT32_MAX };
	struct cli cli = { .pm = fake_pidmap_open(NULL, 0) };
	bool named = false;
	uint64_t value;
	int status;

	tasks_of(cli.pm);
	status = name_ns(&cli, text, &ns);
	pidmap_close(cli.pm);
	must(status >= EXIT_ANSWERED && status <= EXIT_USAGE);
	must(!status == (ns.kind <= PIDMAP_NS_LEVEL) && !ns.reserved);
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		bool is = is_form(text, forms[i].prefix, forms[i].suffix,
				  forms[i].max, &value);

		must(!is || (ns.kind == forms[i].kind && ns.value == value));
		named |= is;
	}
	/* An inode number is larger than any PID. */
	named |= is_form(text, "", "", UINT32_MAX, &value) && value > INT_MAX;
	must(named == (ns.kind == PIDMAP_NS_INUM || ns.kind == PIDMAP_NS_ID ||
		       ns.kind == PIDMAP_NS_LEVEL));
	must((ns.kind == PIDMAP_NS_VIEW) == !strcmp(text, "self"));
	if (is_form(text, "", "", INT_MAX, &value) && value)
		must(status == EXIT_FAILED || ns.kind == PIDMAP_NS_FD ||
		     (ns.kind == PIDMAP_NS_TID && ns.value == value));
	if (is_form(text, "fd:", "", INT_MAX, &value))
		must((value == SOME_FD) == (ns.kind == PIDMAP_NS_FD));
}

static bool is_whole_translate(int argc, char **argv)
{
	return argc == 5 && !strcmp(argv[1], "translate") &&
	       !strcmp(argv[2], "--to") && !strcmp(argv[3], "7") &&
	       !strcmp(argv[4], "-");
}

static bool touches_machine(int argc, char **argv)
{
	while (argc-- > 1)
		if (!strcmp(argv[argc], "doctor"))
			return true;
	return false;
}

/* What @text does, with what it prints in @out and @err. Return: exit code */
static int run_tool(char *text, size_t size, char **out, char **err)
{
	FILE *real_out = stdout, *real_err = stderr;
	char *argv[20] = { "pidmap" }, *p = text;
	int argc = 1, status = EXIT_ANSWERED;
	size_t out_len, err_len;
	const char *start;

	stdout = open_memstream(out, &out_len);
	stderr = open_memstream(err, &err_len);
	while (argc < 19 && *p && *p != '\n') {
		char *nl = strchr(p, '\n');

		argv[argc++] = p;
		p = nl ? nl + 1 : p + strlen(p);
		if (nl)
			*nl = '\0';
	}
	start = p + (*p == '\n');
	input = start;
	input_end = text + size;
	if (*text == '=') {
		check_name(argv[1] + 1);
	} else if (!touches_machine(argc, argv)) {
		optind = 0;
		status = fake_main(argc, argv);
		fflush(stdout);
		fflush(stderr);
		must(!status == !err_len);
		must(!err_len || (*err)[err_len - 1] == '\n');
	}
	fclose(stdout);
	fclose(stderr);
	stdout = real_out;
	stderr = real_err;
	if (is_whole_translate(argc, argv) &&
	    !memchr(start, '@', text + size - start))
		check_translated(*out, start, text + size);
	return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *out, *err;
	int status;

	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	status = run_tool(text, size, &out, &err);
	must(status >= EXIT_ANSWERED && status <= EXIT_NO_BACKEND);
	if ((*out == '{' || *out == '[') && status != EXIT_FAILED)
		check_json(out);
	free(out);
	free(err);
	free(text);
	return 0;
}
