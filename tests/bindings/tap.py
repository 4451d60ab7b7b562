# SPDX-License-Identifier: GPL-2.0-only
"""tap.py [NAME]... - run tests of unittest, as python3 -m unittest does; TAP.

tap.py --modules NAME... prints instead the files of Python's own that they need.
"""

import encodings
import sys
import sysconfig
import traceback
import unittest


class Result(unittest.TestResult):
    def tell(self, good, test, why=""):
        print("ok" if good else "not ok", "-", test.id() + why, flush=True)

    def addSuccess(self, test):
        self.tell(True, test)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.tell(True, test, " # SKIP " + reason)

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.tell(False, test)
        for line in "".join(traceback.format_exception(*error)).splitlines():
            print("#", line)

    def addError(self, test, error):
        self.addFailure(test, error)

    def addSubTest(self, test, subtest, error):
        if error:
            self.addFailure(subtest, error)


def modules():
    library = sysconfig.get_path("stdlib")
    yield sysconfig.get_path("stdlib") + "/encodings"
    for module in list(sys.modules.values()):
        for attribute in "__file__", "__cached__":
            file = getattr(module, attribute, None)
            if file and file.startswith(library) and \
                    not file.startswith(encodings.__path__[0]):
                yield file


def main(names):
    listing = names[:1] == ["--modules"]
    tests = unittest.defaultTestLoader.loadTestsFromNames(names[listing:])
    if listing:
        print(*sorted(set(modules())), sep="\n")
        return
    result = Result()
    tests.run(result)
    sys.exit(not result.wasSuccessful())


if __name__ == "__main__":
    main(sys.argv[1:])
