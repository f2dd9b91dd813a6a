# SPDX-License-Identifier: MIT
"""The kinds of test file, for tests/run: how each is run, and what becomes of it.

A file runs below tests/guard.py with its output in $BUILD/check; once it has ended its TAP is counted and printed as a
whole. Nothing that goes wrong is ever counted as passed: what was planned and did not run, a skip, a silent end fail.
"""
import os
import random
import re
import shutil
import subprocess
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.environ.get("BUILD") or os.path.join(TOP, "build")
CHECK = os.path.join(BUILD, "check")
FUZZ_RUNS = 20000
SAN = os.environ.get("SAN", "")
LEFT_OUT = ["bare", "no_tsan"] if "thread" in SAN else ["bare"] if "address" in SAN else []
FILTER = ["--filter-tags", ",".join("!" + tag for tag in LEFT_OUT)] if LEFT_OUT else []


class TestFile:
    """One file and its stream of TAP lines."""

    alone, network, limit = False, "own", 300
    weight = 10.0  # seconds it may take, to order those that have never run

    def __init__(self, name, command, environment=None):
        self.name, self.command, self.environment = name, command, environment or {}
        self.planned, self.seen, self.passed, self.seconds = 0, 0, 0, 0.0
        self.traces = 0     # that audit_agrees.py has judged
        self.failures = []  # [name, lines]
        self.open = False   # may the next comment belong to the last failure
        self.left = []      # tests that this build leaves out, with the reason
        self.guard = None

    def begin(self):
        """Starts it; false when there is nothing to start."""
        base = os.path.join(CHECK, self.name.replace("/", "-"))
        self.output, self.report, self.begun = base + ".out", base + ".left", time.monotonic()
        if not shutil.which(self.command[0]):
            self.fail("%s is not there: make check builds it" % self.command[0])
            return False
        with open(self.output, "w") as output:
            self.guard = subprocess.Popen(
                [sys.executable, os.path.join(TOP, "tests", "guard.py"), str(self.limit), self.network, self.report,
                 *self.command],
                cwd=os.path.join(TOP, "tests"), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
                env={**os.environ, **self.environment})
        return True

    def end(self, processor):
        """Prints and counts it; its guard has ended, after so many seconds of processor time in all."""
        self.seconds = time.monotonic() - self.begun
        with open(self.output, errors="replace") as output, open(self.report) as report:
            lines, findings = output.read().splitlines(), report.read().splitlines()
        print("# %s: %.0f s, %.0f of a processor" % (self.name, self.seconds, processor))
        self.count(lines, self.guard.returncode)
        for finding in findings:
            self.fail(finding, lines[-30:])
        missing = self.planned - self.seen - ("ran into its time limit" in findings)  # the one that was running
        if not self.seen and not self.failures:
            self.fail("ran no test (exit status %d)" % self.guard.returncode, lines[-30:])
        elif self.guard.returncode and not self.failures and missing <= 0:
            self.fail("exit status %d after its last test" % self.guard.returncode, lines[-30:])
        for _ in range(missing):
            self.fail("planned, but did not run", lines[-30:])
        sys.stdout.flush()

    def count(self, lines, status):
        for text in lines:
            self.line(text)

    def line(self, text):
        if m := re.match(r"1\.\.(\d+)", text):
            self.planned += int(m[1])  # cmocka prints one plan a group
        elif m := re.match(r"((not )?ok\b *\d*) *(?:- )?(.*)", text):
            self.seen += 1
            self.open = bool(m[2] or re.search(r"# *skip", m[3], re.I))
            if self.open:
                self.failures.append([m[3] or "unnamed", []])
            else:
                self.passed += 1
            text = "%s %s: %s" % (m[1].rstrip(), self.name, m[3])
        elif m := re.match(r"# (\d+) traces judged", text):
            self.traces += int(m[1])
        elif self.open and text.strip():
            self.failures[-1][1].append(text)
        print(text)

    def fail(self, what, lines=()):
        """A failure that is none of its tests."""
        self.failures.append([what, list(lines)])
        print("not ok %s: %s" % (self.name, what), flush=True)


class Bats(TestFile):
    def __init__(self, name):
        path = os.path.join(TOP, "tests", name + ".bats")
        super().__init__(name + ".bats", ["bats", "--tap", "--print-output-on-failure", *FILTER, path])
        with open(path) as file:
            text = file.read()
        self.alone = bool(re.search(r"^# alone: .", text, re.M))
        if re.search(r"^# network: .", text, re.M):
            self.network = "shared"
        self.weight = len(re.findall(r"^@test", text, re.M))
        if limit := re.search(r"^# timeout: (\d+)", text, re.M):
            self.limit = int(limit[1])
            self.weight = self.limit / 4
        tagged = r"((?:^#.*\n)*)^# bats test_tags=.*\b(?:%s)\b.*\n((?:^#.*\n)*)@test \"(.*)\" *{" % "|".join(LEFT_OUT)
        for m in re.finditer(tagged, text if LEFT_OUT else "", re.M):
            why = " ".join((m[1] + m[2]).replace("# ", "").split())
            self.left.append("%s: %s\n    %s" % (self.name, m[3], why or "it does not say why"))


class Unit(TestFile):
    def __init__(self, name):
        super().__init__("unit/" + name, [os.path.join(BUILD, "unit", name)],
                         {"CMOCKA_MESSAGE_OUTPUT": "TAP", "TOP": TOP,
                          "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
                          "TSAN_OPTIONS": "halt_on_error=1:ignore_noninstrumented_modules=1"})


class Fuzz(TestFile):
    """From its seeds, with a random start that is printed; SECONDS long, or for a number of inputs."""

    def __init__(self, name, seconds=0):
        self.number = os.environ.get("SEED") or str(random.randrange(1, 1 << 31))
        self.seeds, self.corpus = os.path.join(TOP, "tests", "data", name), os.path.join(CHECK, "corpus-" + name)
        bound = ["-max_total_time=%d" % seconds] if seconds else ["-runs=%d" % FUZZ_RUNS, "-max_total_time=3"]
        super().__init__("fuzz/" + name, [
            os.path.join(BUILD, "fuzz", name), *bound, "-seed=" + self.number, "-timeout=60", "-rss_limit_mb=2048",
            "-artifact_prefix=" + os.path.join(BUILD, "fuzz", name + "-found-"), self.corpus, self.seeds])
        self.limit, self.weight = 300 + seconds, 20.0 + seconds

    def begin(self):
        if not os.path.isdir(self.seeds) or not os.listdir(self.seeds):
            self.fail("there are no seeds in tests/data/%s" % self.name[5:])
            return False
        shutil.rmtree(self.corpus, ignore_errors=True)
        os.mkdir(self.corpus)
        return super().begin()

    def count(self, lines, status):
        ran = re.search(r"^Done (\d+) runs", "\n".join(lines), re.M)
        self.planned = self.seen = 1
        if ran and status == 0:
            self.passed = 1
            print("ok %s: survives %s inputs, seed %s" % (self.name, ran[1], self.number))
        else:
            self.fail("fails; make check-%s SEED=%s repeats it" % (self.name[5:], self.number), lines[-60:])
