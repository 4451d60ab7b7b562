// SPDX-License-Identifier: GPL-2.0-only
/*
 * QEMU plugin: writes down the address of every instruction that the guest
 * executes between two marks, which bench --trace puts around one operation.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The part of qemu-plugin.h that is needed; no Debian package has the header. */
typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_info;
typedef void (*tb_callback)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb);
typedef void (*exec_callback)(unsigned int cpu, void *arg);

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, tb_callback cb);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    exec_callback cb, int flags,
					    void *arg);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb,
						 size_t idx);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);

#define EXPORT __attribute__((visibility("default")))

EXPORT int qemu_plugin_version = 1;
EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info,
			       int argc, char **argv);

/* nopl 0x7069NNNN(%rax): N is 1 to begin, 0 to end */
static const unsigned char mark[] = { 0x0f, 0x1f, 0x80 };

static bool tracing;
static FILE *out;

static void executed(unsigned int cpu, void *arg)
{
	(void)cpu;
	if (tracing)
		fprintf(out, "%lx\n", (unsigned long)arg);
}

static void marked(unsigned int cpu, void *arg)
{
	(void)cpu;
	tracing = arg != NULL;
	if (!tracing) {
		fputs("end\n", out);
		fflush(out);
	}
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	(void)id;
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		const unsigned char *code = qemu_plugin_insn_data(insn);
		uint32_t number;

		if (qemu_plugin_insn_size(insn) == 7 &&
		    !memcmp(code, mark, sizeof(mark))) {
			memcpy(&number, code + sizeof(mark), sizeof(number));
			if (number >> 16 == 0x7069) {
				qemu_plugin_register_vcpu_insn_exec_cb(
					insn, marked, 0,
					(void *)(uintptr_t)(number & 1));
				continue;
			}
		}
		qemu_plugin_register_vcpu_insn_exec_cb(insn, executed, 0,
			(void *)(uintptr_t)qemu_plugin_insn_vaddr(insn));
	}
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info,
			int argc, char **argv)
{
	(void)info;
	if (argc != 1 || strncmp(argv[0], "out=", 4))
		return 1;
	out = fopen(argv[0] + 4, "w");
	if (!out)
		return 1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
