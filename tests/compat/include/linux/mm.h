/* SPDX-License-Identifier: GPL-2.0-only */
struct vm_area_struct {
	unsigned long vm_flags;
};

#ifdef VM_FLAGS_MOD_y
static inline void vm_flags_mod(struct vm_area_struct *vma, unsigned long set,
				unsigned long clear)
{
	vma->vm_flags = (vma->vm_flags | set) & ~clear;
}
#endif
