// SPDX-License-Identifier: GPL-2.0
/* pidmap doctor: what is missing, and the command that mends it */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <linux/magic.h>

#include "message.h"
#include "output.h"

#define EFIVARS		"/sys/firmware/efi/efivars/"
#define SECURE_BOOT	EFIVARS "SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define MOK_LIST	EFIVARS "MokListRT-605dab50-e046-4300-abb6-3dd810dd8b23"
#define LOCKDOWN	"/sys/kernel/security/lockdown"
#define SIG_ENFORCE	"/sys/module/module/parameters/sig_enforce"
#define LOADED		"/sys/module/pidmap"
#define DKMS		"/var/lib/dkms/pidmap"

/**
 * struct row - the outcome of a check
 * @check: its name
 * @bad: whether something is to be mended
 * @finding: what was found
 * @mend: the command that mends it; empty where there is nothing to do
 */
struct row {
	const char *check;
	bool bad;
	char finding[160];
	char mend[200];
};

static struct json_object *get_check(const void *p)
{
	return json_object_new_string(((const struct row *)p)->check);
}

static struct json_object *get_status(const void *p)
{
	return json_object_new_string(((const struct row *)p)->bad ?
				      "BAD" : "ok");
}

static struct json_object *get_finding(const void *p)
{
	return json_object_new_string(((const struct row *)p)->finding);
}

static struct json_object *get_mend(const void *p)
{
	const char *mend = ((const struct row *)p)->mend;

	return *mend ? json_object_new_string(mend) : NULL;
}

const struct column doctor_columns[] = {
	{ "CHECK", LEFT, "what was looked at", SHOWN, get_check },
	{ "STATUS", LEFT, "ok or BAD", SHOWN, get_status },
	{ "FINDING", LEFT, "what was found", SHOWN, get_finding },
	{ "MEND", LEFT, "the command that mends it", HIDDEN, get_mend },
	{ 0 }
};

static void PRINTF(2, 3) found(struct row *row, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(row->finding, sizeof(row->finding), format, args);
	va_end(args);
}

static void PRINTF(2, 3) mend(struct row *row, const char *format, ...)
{
	va_list args;

	row->bad = true;
	va_start(args, format);
	vsnprintf(row->mend, sizeof(row->mend), format, args);
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

static void check_kernel(struct row *row)
{
	int major, minor;

	found(row, "Linux %s", release());
	if (sscanf(release(), "%d.%d", &major, &minor) != 2 || major > 5 ||
	    (major == 5 && minor >= 10))
		return;
	found(row, "Linux %s is too old, the module needs 5.10", release());
	mend(row, "apt install linux-image-$(dpkg --print-architecture) && reboot");
}

static void check_procfs(struct row *row)
{
	char self[16] = "";
	struct statfs fs;
	bool mounted = !statfs("/proc", &fs) && fs.f_type == PROC_SUPER_MAGIC;

	if (mounted)
		(void)!readlink("/proc/self", self, sizeof(self) - 1);
	if (mounted && atoi(self) == getpid()) {
		found(row, "/proc shows the PID namespace you are in");
		return;
	}
	found(row, mounted ? "/proc shows another PID namespace than yours" :
	      "/proc is not mounted");
	mend(row, "mount -t proc proc /proc");
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

static void check_headers(struct row *row)
{
	if (headers_installed()) {
		found(row, "the kernel's headers are installed");
	} else if (exists(LOADED) || module_installed()) {
		found(row, "not installed, and not needed: the module is built");
	} else {
		found(row, "missing, the module cannot be built");
		mend(row, "apt install linux-headers-%s", release());
	}
}

static void check_module(struct row *row)
{
	if (module_installed()) {
		found(row, "pidmap.ko is installed for this kernel");
	} else if (exists(LOADED)) {
		found(row, "loaded, though not installed for this kernel");
	} else if (exists(DKMS)) {
		found(row, "DKMS has it, and has not built it for this kernel");
		mend(row, "dkms autoinstall");
	} else {
		found(row, "pidmap.ko is absent from /lib/modules/%s",
		      release());
		mend(row, "apt install pidmap-dkms");
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

static const char *const keys[] = {
	"/var/lib/dkms/mok.pub",
	"/var/lib/shim-signed/mok/MOK.der",
};

/* The key that DKMS signs with, or NULL */
static const char *signing_key(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (exists(keys[i]))
			return keys[i];
	return NULL;
}

/* Certificates stand in the list as they stand in their file. */
static bool enrolled(const char *key)
{
	static char list[1 << 18], certificate[1 << 13];
	ssize_t list_length = read_file(MOK_LIST, list, sizeof(list));
	ssize_t length = read_file(key, certificate, sizeof(certificate));

	return length > 0 && list_length > 0 &&
	       memmem(list, list_length, certificate, length);
}

static void check_signature(struct row *row)
{
	const char *key = signing_key();

	if (!wants_signature()) {
		found(row, "this kernel takes unsigned modules");
	} else if (exists(LOADED)) {
		found(row, "this kernel trusts the module");
	} else if (!exists(EFIVARS)) {
		found(row, "only signed modules load, and without EFI no key can be enrolled");
		mend(row, "sed -i 's/ *\\(module.sig_enforce\\|lockdown\\)[=a-z1]*//g' /etc/default/grub && update-grub && reboot");
	} else if (!key) {
		found(row, "only signed modules load, and there is no key to sign with");
		mend(row, "apt install --reinstall pidmap-dkms && mokutil --import %s && reboot",
		     keys[0]);
	} else if (!enrolled(key)) {
		found(row, "only signed modules load, and %s is not enrolled", key);
		mend(row, "mokutil --import %s && reboot", key);
	} else {
		found(row, "only signed modules load, and %s is enrolled", key);
	}
}

static void check_loaded(struct row *row)
{
	if (exists(LOADED)) {
		found(row, "the module is loaded");
	} else {
		found(row, "the module is not loaded");
		mend(row, "modprobe pidmap");
	}
}

static void check_node(struct row *row)
{
	struct group *group;
	struct stat st;
	int fd, err;

	if (stat(PIDMAP_DEVICE, &st)) {
		found(row, "%s is absent", PIDMAP_DEVICE);
		mend(row, exists(LOADED) ?
		     "mknod -m 660 " PIDMAP_DEVICE " c 10 $(awk '$2 == \"pidmap\" { print $1 }' /proc/misc)" :
		     "modprobe pidmap");
		return;
	}
	fd = open(PIDMAP_DEVICE, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		found(row, "%s opens", PIDMAP_DEVICE);
		close(fd);
		return;
	}
	err = errno;
	found(row, "%s does not open: %s", PIDMAP_DEVICE, strerror(err));
	group = getgrgid(st.st_gid);
	if (err != EACCES && err != EPERM)
		mend(row, "modprobe -r pidmap; modprobe pidmap");
	else if (group && st.st_gid && st.st_mode & 0040)
		mend(row, "usermod -aG %s \"$USER\"   # then log in again",
		     group->gr_name);
	else
		mend(row, "udevadm trigger --settle %s", PIDMAP_DEVICE);
}

static void check_backend(struct row *row)
{
	struct pidmap *pm = pidmap_open(NULL, 0);

	if (pm) {
		found(row, "%s answers", pidmap_backend(pm));
	} else {
		found(row, "none is usable: %s", strerror(errno));
		mend(row, "modprobe pidmap");
	}
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
	{ "node", check_node },
	{ "backend", check_backend },
};

/* Below the table, unless it is to be read by a program: what to type */
static void print_commands(const struct row *rows)
{
	const char *last = "";

	puts("\nTo mend it, as root:");
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		if (*rows[i].mend && strcmp(rows[i].mend, last))
			printf("  %s\n", rows[i].mend);
		if (*rows[i].mend)
			last = rows[i].mend;
	}
}

int do_doctor(const struct cli *cli, int argc, char **argv)
{
	struct row rows[ARRAY_SIZE(checks)] = { 0 };
	struct table table;
	bool bad = false;

	(void)argc;
	(void)argv;
	for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
		rows[i].check = checks[i].name;
		checks[i].run(&rows[i]);
		bad |= rows[i].bad;
	}
	table_begin(&table, cli);
	table_add(&table, rows, ARRAY_SIZE(rows), sizeof(*rows));
	table_end(&table);
	if (bad && !cli->json && !cli->raw && !cli->columns)
		print_commands(rows);
	return bad ? EXIT_FAILED : EXIT_ANSWERED;
}
