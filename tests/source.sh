# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The source of the distribution's own kernel.

# linux_source: its package, such as linux-source-6.1; /usr/src has an archive of
# that name, and that a directory of that name
linux_source()
{
	dpkg-query -W -f '${Depends}' linux-source | grep -o 'linux-source-[0-9.]*'
}
