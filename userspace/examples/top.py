#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""top.py NS - the processes of a container, by both their numbers.

NS is a file of its PID namespace, such as /proc/4242/ns/pid.
"""

import sys

import pidmap


def command(pid: int) -> str:
    try:
        with open(f"/proc/{pid}/comm", encoding="utf-8",
                  errors="replace") as file:
            return file.read().rstrip("\n")
    except OSError:
        return "?"


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    ns = sys.argv[1]
    with pidmap.open() as m:
        pids = [task.tgid for task in m.list(ns)]
        print("HOST-PID CONTAINER COMMAND")
        for pid, nr in zip(pids, m.translate_many(pids, to=ns)):
            if nr:      # else it has ended meanwhile
                print(f"{pid:8} {nr:9} {command(pid)}")


if __name__ == "__main__":
    main()
