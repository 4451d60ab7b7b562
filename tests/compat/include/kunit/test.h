/* SPDX-License-Identifier: GPL-2.0-only */
#ifdef KUNIT_VM_MMAP_y
unsigned long kunit_vm_mmap(void);
#endif
