// SPDX-License-Identifier: GPL-2.0-only
/* pidmap doctor: what is missing, what that means, and what is sure to fix it */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "command.h"
#include "message.h"
#include "output.h"

#define EFIVARS		"/sys/firmware/efi/efivars/"
#define SECURE_BOOT	EFIVARS "SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define LOCKDOWN	"/sys/kernel/security/lockdown"
#define SIG_ENFORCE	"/sys/module/module/parameters/sig_enforce"
#define LOADED		"/sys/module/pidmap"
#define DKMS		"/var/lib/dkms/pidmap"
#define INITIAL_PIDNS	0xEFFFFFFCU

/* WARN: pidmap answers, but not everything, or not for everybody */
enum status {
	OK,
	WARN,
	BAD,
};

/**
 * struct row - the outcome of a check
 * @cli: the command line
 * @check: its name
 * @status: how things are
 * @finding: what was found, and what it means
 * @fix: a command that fixes it; empty if none is sure to
 */
struct row {
	const struct cli *cli;
	const char *check;
	enum status status;
	char finding[320];
	char fix[200];
};

static struct json_object *get_check(const void *p)
{
	return json_object_new_string(((const struct row *)p)->check);
}

static struct json_object *get_status(const void *p)
{
	static const char *const names[] = {
		[OK] = "ok",
		[WARN] = "warn",
		[BAD] = "bad",
	};

	return json_object_new_string(names[((const struct row *)p)->status]);
}

static struct json_object *get_finding(const void *p)
{
	return json_object_new_string(((const struct row *)p)->finding);
}

static struct json_object *get_fix(const void *p)
{
	const char *fix = ((const struct row *)p)->fix;

	return *fix ? json_object_new_string(fix) : NULL;
}

const struct column doctor_columns[] = {
	{ "CHECK", LEFT, "what was checked", SHOWN, get_check },
	{ "STATUS", LEFT, "ok, warn or bad", SHOWN, get_status },
	{ "FINDING", WRAPPED, "what was found, and what it means", SHOWN,
	  get_finding },
	{ "FIX", LEFT, "a command that fixes it", HIDDEN, get_fix },
	{ 0 }
};

static void PRINTF(3, 4) found(struct row *row, enum status status,
			       const char *format, ...)
{
	va_list args;

	row->status = status;
	va_start(args, format);
	vsnprintf(row->finding, sizeof(row->finding), format, args);
	va_end(args);
}

static void PRINTF(2, 3) fix(struct row *row, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(row->fix, sizeof(row->fix), format, args);
	va_end(args);
}

static bool exists(const char *path)
{
	return !access(path, F_OK);
}

/* The content of a small file, as a string; its length, or -1 */
static ssize_t read_file(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	*text = '\0';
	if (fd < 0)
		return -1;
	length = read(fd, text, size - 1);
	close(fd);
	text[length > 0 ? length : 0] = '\0';
	return length;
}

static const char *release(void)
{
	static struct utsname name;

	uname(&name);
	return name.release;
}

/*
 * In a container, modules and the node are the business of the host. If no file
 * says so, its image at least has no modules for this kernel.
 */
static bool in_container(void)
{
	char modules[320];
	struct stat st;

	if (exists("/run/.containerenv") || exists("/.dockerenv") ||
	    exists("/run/systemd/container") ||
	    getenv("KUBERNETES_SERVICE_HOST"))
		return true;
	snprintf(modules, sizeof(modules), "/lib/modules/%s", release());
	return !stat("/proc/self/ns/pid", &st) && st.st_ino != INITIAL_PIDNS &&
	       !exists(modules);
}

static bool has_modules(void)
{
	return exists("/proc/modules") || !exists("/proc/self");
}

/**
 * struct manager - a package manager
 * @program: its name
 * @query: the command that succeeds if it knows a package; the name is added
 * @install: the command that installs one
 * @headers: the package with the headers of the kernel; %s is its release
 */
static const struct manager {
	const char *program;
	const char *query[6];
	const char *install;
	const char *headers;
} managers[] = {
	{ "apt-get", { "apt-cache", "show", "--" }, "apt install",
	  "linux-headers-%s" },
	{ "dnf", { "dnf", "-q", "-C", "info" }, "dnf install",
	  "kernel-devel-%s" },
	{ "zypper", { "zypper", "-q", "--no-refresh", "search",
		      "--match-exact" }, "zypper install",
	  "kernel-%s-devel" },
	{ "pacman", { "pacman", "-Si" }, "pacman -S", "linux%s-headers" },
};

/* What a distribution calls this kernel within the names of its packages */
static const char *flavour(const struct manager *manager)
{
	static const char *const of_arch[] = { "-lts", "-zen", "-hardened" };
	const char *last = strrchr(release(), '-');

	if (!strcmp(manager->program, "zypper"))
		return last ? last + 1 : "default";
	if (strcmp(manager->program, "pacman"))
		return release();
	for (size_t i = 0; i < ARRAY_SIZE(of_arch); i++)
		if (last && !strcmp(last, of_arch[i]))
			return of_arch[i];
	return "";
}

/*
 * Add the command that installs a package, if it is known here to exist. With a
 * %s, @name is that of the kernel's headers.
 */
static void fix_by_package(struct row *row, const char *name, const char *then)
{
	const char *argv[ARRAY_SIZE(managers[0].query) + 1] = { NULL };
	const struct manager *manager = managers;
	char package[128];
	struct said said;
	size_t i;

	while (!have_command(manager->program))
		if (++manager == managers + ARRAY_SIZE(managers))
			return;
	if (name)
		snprintf(package, sizeof(package), "%s", name);
	else
		snprintf(package, sizeof(package), manager->headers,
			 flavour(manager));
	for (i = 0; manager->query[i]; i++)
		argv[i] = manager->query[i];
	argv[i] = package;
	if (!run_command(argv, &said) && !said.status && *said.out)
		fix(row, "%s %s%s", manager->install, package, then);
}

static void check_kernel(struct row *row)
{
	int major, minor;

	found(row, OK, "Linux %s", release());
	if (sscanf(release(), "%d.%d", &major, &minor) == 2 &&
	    (major < 5 || (major == 5 && minor < 10)))
		found(row, WARN,
		      "Linux %s is too old for the module, which needs 5.10; pidmap reads /proc instead",
		      release());
	else if (!has_modules())
		found(row, WARN,
		      "Linux %s was built without loadable modules; pidmap uses nsfs and /proc instead",
		      release());
}

/* The procfs of our own namespace is asked for its device: is it /proc's? */
static void check_procfs(struct row *row)
{
	struct pidmap *pm = pidmap_open(NULL, 0);
	int fd = pm ? pidmap_open_proc(pm) : -1;
	struct stat own, mounted;

	pidmap_close(pm);
	if (!exists("/proc/self"))
		found(row, WARN,
		      "/proc is not mounted; without it, pidmap shows no names of programs and needs the module");
	else if (fd >= 0 && !fstat(fd, &own) && !stat("/proc", &mounted) &&
		 own.st_dev == mounted.st_dev)
		found(row, OK, "/proc shows your PID namespace");
	else if (fd >= 0)
		found(row, OK,
		      "/proc shows another PID namespace; pidmap uses a procfs of its own instead");
	else
		found(row, WARN,
		      "/proc shows another PID namespace, so pidmap shows no names of programs; start the namespace with a /proc of its own, as 'unshare --mount-proc' does");
	if (fd >= 0)
		close(fd);
}

static bool module_installed(void)
{
	char path[320], *line = NULL;
	size_t size = 0;
	bool found = false;
	FILE *file;

	snprintf(path, sizeof(path), "/lib/modules/%s/modules.dep", release());
	file = fopen(path, "re");
	if (!file)
		return false;
	while (!found && getline(&line, &size, file) > 0) {
		line[strcspn(line, ":")] = '\0';
		found = strstr(line, "/pidmap.ko");
	}
	free(line);
	fclose(file);
	return found;
}

static bool headers_installed(void)
{
	char path[320];

	snprintf(path, sizeof(path), "/lib/modules/%s/build/Makefile",
		 release());
	return exists(path);
}

/* Whether a check is not for here; then it says so */
static bool elsewhere(struct row *row)
{
	if (exists(LOADED))
		found(row, OK, "not needed: the module is loaded");
	else if (!has_modules())
		found(row, OK, "not needed: this kernel loads no modules");
	else if (in_container())
		found(row, OK, "not checked: this is a container, look on the host");
	else
		return false;
	return true;
}

static void check_headers(struct row *row)
{
	if (elsewhere(row))
		return;
	if (headers_installed()) {
		found(row, OK, "the headers of this kernel are installed");
	} else if (module_installed()) {
		found(row, OK, "not installed, and not needed: the module is built");
	} else {
		found(row, WARN,
		      "the headers of this kernel are missing, so the module cannot be built");
		fix_by_package(row, NULL, "");
	}
}

static void check_module(struct row *row)
{
	if (elsewhere(row))
		return;
	if (module_installed()) {
		found(row, OK, "pidmap.ko is installed for this kernel");
	} else if (exists(DKMS)) {
		found(row, WARN, "DKMS has the module, but has not built it for this kernel");
		if (have_command("dkms") && headers_installed())
			fix(row, "dkms autoinstall");
	} else {
		found(row, WARN,
		      "pidmap.ko is not installed for this kernel; pidmap uses nsfs and /proc, which cannot answer everything");
		fix_by_package(row, "pidmap-dkms", "");
	}
}

/* Whether the kernel loads only modules whose signature it trusts */
static bool wants_signature(void)
{
	char text[64];

	if (read_file(SIG_ENFORCE, text, sizeof(text)) > 0 && *text == 'Y')
		return true;
	if (read_file(LOCKDOWN, text, sizeof(text)) > 0)
		return !strstr(text, "[none]");
	/* 4 bytes of attributes, then the variable */
	return read_file(SECURE_BOOT, text, sizeof(text)) == 5 && text[4] == 1;
}

/* The key that DKMS signs with, or NULL */
static const char *signing_key(void)
{
	static const char *const keys[] = {
		"/var/lib/dkms/mok.pub",
		"/var/lib/shim-signed/mok/MOK.der",
	};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (exists(keys[i]))
			return keys[i];
	return NULL;
}

static bool enrolled(const char *key)
{
	const char *const argv[] = { "mokutil", "--test-key", key, NULL };
	struct said said;

	return !run_command(argv, &said) && strstr(said.out, "already enrolled");
}

static void check_signature(struct row *row)
{
	const char *key = signing_key();

	if (exists(LOADED))
		found(row, OK, "this kernel trusts the module");
	else if (elsewhere(row))
		return;
	else if (!wants_signature())
		found(row, OK, "this kernel accepts unsigned modules");
	else if (!exists(EFIVARS))
		found(row, WARN,
		      "this kernel loads only modules signed with a key built into it, and without EFI no other key can be enrolled; pidmap uses nsfs and /proc instead");
	else if (!key)
		found(row, WARN,
		      "this kernel loads only signed modules, and DKMS has no key yet: it makes one when it builds a module");
	else if (!have_command("mokutil"))
		found(row, WARN,
		      "this kernel loads only signed modules, and without mokutil it is not known whether the firmware trusts %s",
		      key);
	else if (enrolled(key))
		found(row, OK, "this kernel loads only signed modules, and trusts %s",
		      key);
	else {
		found(row, WARN,
		      "this kernel loads only signed modules, and does not trust %s; enrol it, reboot, and confirm it in the menu that appears before the kernel starts",
		      key);
		fix(row, "mokutil --import %s", key);
	}
}

static void check_loaded(struct row *row)
{
	if (exists(LOADED)) {
		found(row, OK, "the module is loaded");
	} else if (!has_modules()) {
		found(row, OK, "this kernel loads no modules");
	} else if (in_container()) {
		found(row, WARN,
		      "the module is not loaded; this is a container: load it on the host, by 'modprobe pidmap'");
	} else {
		found(row, WARN, "the module is not loaded");
		if (module_installed() && have_command("modprobe"))
			fix(row, "modprobe pidmap");
	}
}

/* The first word that a command prints, into @word; empty if it fails */
static void ask(const char *const *argv, char *word, size_t size)
{
	struct said said;

	*word = '\0';
	if (!run_command(argv, &said) && !said.status)
		snprintf(word, size, "%.*s", (int)strcspn(said.out, " \n"),
			 said.out);
}

/*
 * After an upgrade, the old module stays until nobody has the device open. Of
 * the same version, two builds differ by the sum of their sources.
 */
static bool check_reload(struct row *row, const char *loaded)
{
	static const char *const version[] = {
		"modinfo", "-F", "version", "pidmap", NULL,
	};
	static const char *const sources[] = {
		"modinfo", "-F", "srcversion", "pidmap", NULL,
	};
	char installed[32], built_of[64], sum[64];

	ask(version, installed, sizeof(installed));
	ask(sources, built_of, sizeof(built_of));
	read_file(LOADED "/srcversion", sum, sizeof(sum));
	sum[strcspn(sum, "\n")] = '\0';
	if (!*installed || (!strcmp(installed, loaded) &&
			    (!*sum || !strcmp(sum, built_of))))
		return false;
	found(row, WARN,
	      "module %s is loaded, but another build (%s) is installed; load that one once no program has " PIDMAP_DEVICE " open",
	      loaded, installed);
	fix(row, "modprobe -r pidmap && modprobe pidmap");
	return true;
}

static void check_version(struct row *row)
{
	const char *library = pidmap_version();
	char loaded[32];

	read_file(LOADED "/version", loaded, sizeof(loaded));
	loaded[strcspn(loaded, "\n")] = '\0';
	if (strcmp(library, PIDMAP_VERSION))
		found(row, WARN,
		      "pidmap " PIDMAP_VERSION " uses libpidmap %s; install the same version of both",
		      library);
	else if (!*loaded)
		found(row, OK, "pidmap and libpidmap are " PIDMAP_VERSION);
	else if (!in_container() && check_reload(row, loaded))
		return;
	else if (strcmp(loaded, library))
		found(row, WARN,
		      "the module is %s and pidmap is " PIDMAP_VERSION "; the older one lacks what is new in the other",
		      loaded);
	else
		found(row, OK, "pidmap, libpidmap and the module are "
		      PIDMAP_VERSION);
}

/* The user who is to become a member of a group: who runs sudo, if anybody */
static const char *user_name(void)
{
	const struct passwd *user = getpwuid(getuid());
	const char *sudo = getenv("SUDO_USER");

	return !getuid() && sudo ? sudo : user ? user->pw_name : NULL;
}

/* Whether the list of groups has us in @gid, though this session does not */
static bool joined_since(const char *user, gid_t gid)
{
	const struct passwd *entry = getpwnam(user);
	gid_t groups[256];
	int count = ARRAY_SIZE(groups);
	bool joined = false;

	if (!entry || getgrouplist(user, entry->pw_gid, groups, &count) < 0)
		return false;
	for (int i = 0; i < count; i++)
		joined |= groups[i] == gid;
	return joined;
}

static void check_access(struct row *row, int err)
{
	const char *user = user_name();
	const struct group *group;
	struct stat st = { 0 };

	stat(PIDMAP_DEVICE, &st);
	group = getgrgid(st.st_gid);
	if (in_container() && (err == EPERM || !getuid()))
		found(row, WARN,
		      PIDMAP_DEVICE " may not be opened in this container; on the host, start it with 'podman run --device /dev/pidmap' (docker has the same option)");
	else if (err == ENXIO || err == ENODEV)
		found(row, WARN, PIDMAP_DEVICE " has no module behind it");
	else if (!group || !st.st_gid || !(st.st_mode & 0040))
		found(row, WARN,
		      PIDMAP_DEVICE " is open to root only; the udev rule that gives it to the group pidmap was not applied");
	else if (!user)
		found(row, WARN,
		      PIDMAP_DEVICE " is open to the group %s, and your user has no name",
		      group->gr_name);
	else if (joined_since(user, st.st_gid))
		found(row, WARN,
		      PIDMAP_DEVICE " is open to the group %s, which %s joined after logging in: log in again",
		      group->gr_name, user);
	else {
		found(row, WARN,
		      PIDMAP_DEVICE " is open to the group %s, and %s is not a member; join it, then log in again",
		      group->gr_name, user);
		fix(row, "usermod -aG %s %s", group->gr_name, user);
	}
}

static void check_node(struct row *row)
{
	int fd = open(PIDMAP_DEVICE, O_RDONLY | O_CLOEXEC);
	int err = errno;

	if (fd >= 0) {
		close(fd);
		found(row, OK, PIDMAP_DEVICE " opens");
	} else if (err != ENOENT) {
		check_access(row, err);
	} else if (!has_modules()) {
		found(row, OK, PIDMAP_DEVICE " cannot be there without modules");
	} else if (in_container()) {
		found(row, WARN,
		      PIDMAP_DEVICE " is not in this container; on the host, start it with 'podman run --device /dev/pidmap' (docker has the same option; Kubernetes needs a device plugin or a hostPath volume)");
	} else if (exists(LOADED)) {
		found(row, WARN,
		      PIDMAP_DEVICE " is absent although the module is loaded: no devtmpfs is mounted at /dev");
	} else {
		found(row, WARN,
		      PIDMAP_DEVICE " is absent, as the module is not loaded");
	}
}

/* What was asked for: whether it answers decides how doctor ends. */
static void check_backend(struct row *row)
{
	struct pidmap *pm = pidmap_open(row->cli->backend, 0);
	const char *name = pm ? pidmap_backend(pm) : NULL;

	if (!pm && row->cli->backend)
		found(row, BAD, "%s does not answer: %s", row->cli->backend,
		      strerror(errno));
	else if (!pm)
		found(row, BAD, "none is usable: %s", strerror(errno));
	else if (strncmp(name, "device", strlen("device")) &&
		 !row->cli->backend)
		found(row, WARN,
		      "%s answers; it knows no start times, and finds namespaces by a search of /proc",
		      name);
	else
		found(row, OK, "%s answers", name);
	pidmap_close(pm);
}

static const struct check {
	const char *name;
	void (*run)(struct row *row);
} checks[] = {
	{ "kernel", check_kernel },
	{ "procfs", check_procfs },
	{ "headers", check_headers },
	{ "module", check_module },
	{ "signature", check_signature },
	{ "loaded", check_loaded },
	{ "version", check_version },
	{ "node", check_node },
	{ "backend", check_backend },
};

/* Below the table, unless it is to be read by a program: what to type */
static void print_fixes(const struct row *rows)
{
	bool begun = false;

	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		if (!*rows[i].fix)
			continue;
		if (!begun)
			puts("\nTo fix it, as root:");
		begun = true;
		printf("  %s\n", rows[i].fix);
	}
}

int do_doctor(const struct cli *cli, int argc, char **argv)
{
	struct row rows[ARRAY_SIZE(checks)] = { 0 };
	enum status last = OK;

	(void)argc;
	(void)argv;
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		rows[i].cli = cli;
		rows[i].check = checks[i].name;
		checks[i].run(&rows[i]);
		last = rows[i].status;
	}
	table_print(cli, rows, ARRAY_SIZE(rows), sizeof(*rows));
	if (!cli->json && !cli->raw && !cli->columns)
		print_fixes(rows);
	return last == BAD ? EXIT_FAILED : EXIT_ANSWERED;
}
