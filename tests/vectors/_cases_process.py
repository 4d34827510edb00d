"""The calls of sky.utils.subprocess_utils, each on a pretended machine (see _pretended.py)."""

from _builder import Cases, seeded


def get_parallel_threads():
    cases = Cases()
    clouds = (None, "", "kubernetes", "Kubernetes", "KUBERNETES", "\u212aubernetes", "aws", "k8s")
    clouds += ("kubernetes ", "kubernete\u017f", "\uff4bubernetes", "kubernetes\0")
    for cpus in (None, 0, 1, 2, 4, 5, 6, 16, 64, 1000, -3):
        for cloud in clouds:
            cases.add("table", cpus, cloud)
    for cloud in (5, b"kubernetes", 0, [], True):
        cases.add("types", 8, cloud)
    return cases.finish()


def get_max_workers_for_file_mounts():
    cases = Cases()
    for limit in (-1, 0, 50, 100, 104, 105, 110, 256, 1024, 1023, 65_536, 1_048_576, 2**62):
        for entries in ([], [0], [1], [30], [2, 7], [400]):
            cases.add("table", limit, entries, 16, None)
    for cloud in (None, "kubernetes", "aws"):
        for cpus in (None, 1, 16, 300):
            cases.add("clouds", 1_048_576, [3], cpus, cloud)
    return cases.finish()


def slow_start_processes():
    cases = Cases()
    for count in (0, 1, 2, 3, 4, 7, 20, 100):
        for cpus in ("0", "-3", "1", "2", "3", "4", "5", "8", "9", "64", "1e6"):
            cases.add("table", count, cpus, None)
    for after in range(5):
        cases.add("exit", 7, "8", after)
    return cases.finish()


def handle_returncode():
    cases = Cases()
    for returncode in (0, 1, -9, 255, None, "0", "", True, False, 0.0):
        for stderr in (None, "", "two\nlines"):
            cases.add("returncodes", returncode, "cmd", "msg", stderr)
    for command in ("", "x" * 100, "x" * 101, "x" * 200, "\u65e5" * 101, "a\nb"):
        cases.add("commands", 1, command, "msg", "err")
    for message in ("", "\x1b[1mbold\x1b[0m", None, 5):
        cases.add("messages", 1, "cmd", message, None)
    return cases.finish()


def run_with_retries():
    """What a command does each time: pairs of return code and standard error."""
    cases = Cases()
    boom, fine = [1, "a boom\n"], [0, ""]
    for runs in ([fine], [boom, fine], [boom], [[0, "boom"]], [[3, ""], [4, "boom"], fine]):
        for most in (3, 0, 1, -1):
            for codes in (None, [], [1], [3, 4]):
                for marks in (None, [], ["boom"], ["x", "oo"], [""]):
                    cases.add("table", runs, most, codes, marks)
    for marks in ([5], [None], [b"boom"], ["\0"], ["a\0b"], ["boom", 5], [5, "boom"], "bo", 7):
        cases.add("marks", [boom, fine], 3, None, marks)
    for codes in ([True], ["1"], [1.0], [None], 1, "1", [2**70, 1]):
        cases.add("codes", [boom, fine], 3, codes, None)
    for most in (1.5, True, None, "3", 2**70):
        cases.add("most", [boom, fine], most, [1], None)
    random = seeded("run_with_retries")
    for _ in range(60):
        runs = [
            [random.choice((0, 1, 2, 255, -9)), "".join(random.choices("ab\n\u00e9", k=6))]
            for _ in range(6)
        ]
        codes = random.choices((1, 2, 255, -9), k=random.randrange(3))
        marks = ["".join(random.choices("ab", k=random.randrange(1, 4))) for _ in range(2)]
        cases.add("random", runs, random.randrange(6), codes, random.choice((None, marks)))
    return cases.finish()
