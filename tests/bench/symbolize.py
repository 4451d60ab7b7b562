# SPDX-License-Identifier: GPL-2.0-only
"""Turn a trace of addresses into instructions per function.

Arguments: 1 for the order of execution, symbols, trace, names of the rows.
"""
import bisect
import collections
import itertools
import sys

in_order, symbols, trace = sys.argv[1] == "1", sys.argv[2], sys.argv[3]
rows = sys.argv[4:]
starts, names = [], []
with open(symbols) as lines:
    for line in lines:
        word = line.split()
        starts.append(int(word[0], 16))
        names.append(word[2] + (" " + word[3] if len(word) > 3 else ""))


def function(address):
    if address < 1 << 63:
        return "(user space)"
    return names[bisect.bisect_right(starts, address) - 1]


with open(trace) as lines:
    traces = lines.read().split("end\n")
for row, lines in zip(rows, traces):
    steps = [function(int(line, 16)) for line in lines.split()]
    print(f"\n{row}: {len(steps)} instructions")
    if in_order:
        for name, stay in itertools.groupby(steps):
            print(f"{len(list(stay)):8}  {name}")
    else:
        for name, count in collections.Counter(steps).most_common():
            print(f"{count:8}  {name}")
