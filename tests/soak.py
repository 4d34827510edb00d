"""A million mixed calls: no wrong answer, no growth of memory or descriptors.

    python tests/soak.py [CALLS] [THREADS]

Prints what it measured; the exit status is 1 if a ceiling is broken.
"""

import os
import pathlib
import sys
import tempfile
import threading

import sky_rs

#: KiB the resident set may grow between the warm-up and the end.
RSS_CEILING = 2 * 1024
DIRECTORIES = 20


def resident():
    """KiB of memory this process holds."""
    status = pathlib.Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmRSS:")[1].split()[0])


def descriptors():
    return len(os.listdir("/proc/self/fd"))


def calls(files, count, seed):
    """Makes that many calls of all kinds and checks every answer."""
    number = seed
    for _ in range(count):
        number = (number * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407) % 2**64
        kind = number >> 60
        if kind < 5:
            assert int(sky_rs.base36_encode(f"{number:x}"), 36) == number
        elif kind < 9:
            length = number % 30
            assert sky_rs.truncate_long_string("x" * 40, length) == "x" * length + "..."
        elif kind < 13:
            assert sky_rs.format_float(number % 1000 + 0.5, 0) in (
                str(number % 1000),
                str(number % 1000 + 1),
            )
        elif kind < 14:
            assert sky_rs.get_mem_size_gb() > 0
        elif kind < 15:
            try:
                sky_rs.base36_encode("g")
            except ValueError:
                continue
            raise AssertionError("no error")
        elif number % 8 == 0:
            path, name = files[number % DIRECTORIES]
            assert sky_rs.read_last_n_lines(path, 1) == [name]


def mixed(files, count, threads):
    """The calls, spread over threads; an error in any is an error here."""
    failures = []

    def work(seed):
        try:
            with sky_rs.using("component"):
                calls(files, count // threads, seed)
        except BaseException as error:
            failures.append(error)

    workers = [threading.Thread(target=work, args=(seed,)) for seed in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if failures:
        raise failures[0]


def main(count=1_000_000, threads=4):
    """Returns the exit status."""
    with tempfile.TemporaryDirectory() as directory:
        files = []
        for number in range(DIRECTORIES):
            path = pathlib.Path(directory, str(number), "f")
            path.parent.mkdir()
            path.write_bytes(b"a line\n%d\n" % number)
            files.append((str(path), str(number)))
        mixed(files, max(count // 10, threads), threads)
        before = resident(), descriptors()
        mixed(files, count, threads)
        after = resident(), descriptors()
    print(f"{count} calls on {threads} threads")
    print(f"resident: {before[0]} -> {after[0]} KiB, ceiling +{RSS_CEILING}")
    print(f"descriptors: {before[1]} -> {after[1]}")
    return int(after[0] - before[0] > RSS_CEILING or after[1] > before[1])


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
