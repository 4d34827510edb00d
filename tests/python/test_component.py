"""The component inside Python: instances, host imports, failures, threads, logging."""

import logging
import os
import threading

import pytest
import wasmtime

import sky_rs
from sky_rs import _host
from sky_rs._component import NotRepresented, pool, sandbox
from sky_rs._component.values import Owned


def test_a_broken_instance_is_not_used_again(fresh):
    directories = (sandbox.locate(__file__).directory,)
    with pytest.raises(ZeroDivisionError), fresh.pool.lend(directories) as instance:
        raise ZeroDivisionError
    with fresh.pool.lend(directories) as another:
        assert another is not instance
        assert another.call("strings#base36-encode", "ff") == "73"


def test_instances_that_were_used_last_are_kept(fresh, tmp_path):
    def use(number):
        with fresh.pool.lend((sandbox.locate(tmp_path / str(number) / "f").directory,)) as instance:
            return instance

    for number in range(pool.CAPACITY + 1):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "f").write_bytes(b"x")
    first = use(0)
    for number in range(1, pool.CAPACITY):
        use(number)
    assert use(0) is first
    last = use(pool.CAPACITY)  # in the place of number 1
    assert use(0) is first
    assert use(pool.CAPACITY) is last


def test_an_instance_that_is_taken_meanwhile_is_not_lent_again(fresh, monkeypatch):
    class Contested(list):
        def copy(self):
            seen = super().copy()
            self.clear()  # another thread has taken all
            return seen

    directories = (sandbox.locate(__file__).directory,)
    with fresh.pool.lend(directories) as instance:
        pass
    monkeypatch.setattr(fresh.pool, "_reading", Contested(fresh.pool._reading))
    with fresh.pool.lend(directories) as another:
        assert another is not instance


def test_idle_instances_are_bounded(fresh, tmp_path, component):
    for number in range(3 * pool.CAPACITY):
        (tmp_path / str(number)).mkdir()
        file = tmp_path / str(number) / "f"
        file.write_bytes(b"x")
        sky_rs.read_last_n_lines(str(file), 1)
    assert fresh.pool.idle <= pool.CAPACITY


def test_idle_instances_without_a_directory_are_bounded(fresh, monkeypatch):
    everybody = threading.Barrier(2 * pool.CAPACITY)

    def count():
        everybody.wait(10)
        return 1

    monkeypatch.setattr(_host, "logical_cpus", count)
    threads = [
        threading.Thread(target=fresh.pool.call, args=("system#get-cpu-count",))
        for _ in range(everybody.parties)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert fresh.pool.idle == pool.CAPACITY


@pytest.mark.parametrize("function", [sky_rs.read_last_n_lines, sky_rs.hash_file])
@pytest.mark.needs("/proc")
def test_a_file_is_closed_when_it_is_read(function, tmp_path, component):
    file = tmp_path / "f"
    file.write_bytes(b"a\n")
    argument = 1 if function is sky_rs.read_last_n_lines else "md5"
    function(str(file), argument)
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(10):
        function(str(file), argument)
    assert len(os.listdir("/proc/self/fd")) == before


# A stranger with the rights of the component: what it does with the directory, as errnos of WASI.
STRANGER = """
(module
  (import "wasi_snapshot_preview1" "path_create_directory"
    (func $make (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "../f")
  (func $opened (param $path i32) (param $length i32) (param $rights i64) (result i32)
    (call $open (i32.const 3) (i32.const 0) (local.get $path) (local.get $length) (i32.const 0)
      (local.get $rights) (i64.const 0) (i32.const 0) (i32.const 8)))
  (func (export "read") (result i32) (call $opened (i32.const 3) (i32.const 1) (i64.const 2)))
  (func (export "write") (result i32) (call $opened (i32.const 3) (i32.const 1) (i64.const 64)))
  (func (export "above") (result i32) (call $opened (i32.const 0) (i32.const 4) (i64.const 2)))
  (func (export "make") (result i32) (call $make (i32.const 3) (i32.const 2) (i32.const 1))))
"""


def test_one_directory_can_be_read(tmp_path):
    directory = tmp_path / "d"
    directory.mkdir()
    for file in (tmp_path / "f", directory / "f"):
        file.write_bytes(b"x")
    engine = wasmtime.Engine()
    linker, store = wasmtime.Linker(engine), wasmtime.Store(engine)
    linker.define_wasi()
    store.set_wasi(sandbox.wasi_config((sandbox.locate(directory / "f").directory,)))
    exports = linker.instantiate(store, wasmtime.Module(engine, STRANGER)).exports(store)
    assert exports["read"](store) == 0
    for forbidden in ("write", "above", "make"):
        assert exports[forbidden](store) != 0
    assert os.listdir(directory) == ["f"]


def test_a_directory_that_cannot_be_opened_is_left_to_python():
    with pytest.raises(NotRepresented, match="cannot be opened"):
        sandbox.wasi_config((("/nonexistent", 0, 0),))


def test_a_file_behind_links_is_read_in_the_sandbox(tmp_path, component, monkeypatch):
    for name in ("there", "here"):
        (tmp_path / name).mkdir()
    (tmp_path / "there" / "f").write_bytes(b"x")
    (tmp_path / "here" / "link").symlink_to(tmp_path / "there" / "f")
    monkeypatch.setattr(sky_rs._routing.ROUTES["read_last_n_lines"], "python", None)
    assert sky_rs.read_last_n_lines(str(tmp_path / "here" / "link"), 1) == ["x"]


def test_idle_instances_keep_few_directories_open(fresh, tmp_path, component):
    paths = [tmp_path / str(number) / "f" for number in range(3 * pool.CAPACITY)]
    for path in paths:
        path.parent.mkdir()
        path.write_bytes(b"x")
    for start in range(5):
        sky_rs.hash_files(paths[start : start + pool.CAPACITY - 1], "md5")
        assert fresh.pool.idle == 1
    sky_rs.hash_files(paths, "md5", max_workers=4)  # many, and nothing of theirs is kept
    assert fresh.pool.idle == 1


def test_the_guest_logs_into_python(component, caplog, monkeypatch):
    monkeypatch.setattr("sky_rs._host.is_cgroup_v2", lambda: True)
    monkeypatch.setattr("sky_rs._host.cpu_max", lambda: "twelve 100000")
    with caplog.at_level(logging.DEBUG, logger="sky_rs.guest"):
        sky_rs.get_cpu_count()
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("sky_rs.guest", "DEBUG")
    assert record.getMessage() == (
        "skypilot_utils::limits: ignoring a cgroup limit that is no number: twelve"
    )


def test_a_log_handler_that_fails_does_no_harm(component, monkeypatch):
    def fails(_record):
        raise ZeroDivisionError

    monkeypatch.setattr("sky_rs._host.is_cgroup_v2", lambda: True)
    monkeypatch.setattr("sky_rs._host.cpu_max", lambda: "twelve 100000")
    logger = logging.getLogger("sky_rs.guest")
    monkeypatch.setattr(logger, "filters", [fails])
    monkeypatch.setattr(logger, "level", logging.DEBUG)
    assert sky_rs.get_cpu_count() > 0


def test_facts_that_cannot_be_taken_are_the_fallbacks_failure(component, monkeypatch):
    def fails():
        raise OSError("no facts")

    monkeypatch.setattr(_host, "is_cgroup_v2", fails)
    with pytest.raises(OSError, match="no facts"):
        sky_rs.get_cpu_count()


def test_each_thread_gets_what_its_own_host_import_met(monkeypatch):
    both, met = threading.Barrier(2), []

    class MeetingError(OSError):
        def __str__(self):
            both.wait(10)  # now the other thread has met something, too
            return super().__str__()

    def fails(start, _end):
        raise MeetingError(start)

    def work(start):
        with sky_rs.using("component"):
            try:
                sky_rs.find_free_port(start)
            except MeetingError as error:
                met.append((start, *error.args))

    monkeypatch.setattr(_host, "first_free_port", fails)
    threads = [threading.Thread(target=work, args=(start,)) for start in (30_001, 30_002)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(met) == [(30_001, 30_001), (30_002, 30_002)]


def test_what_a_host_import_meets_reaches_the_caller(component, monkeypatch):
    def no_sockets(*_):
        raise OSError(24, "Too many open files")

    monkeypatch.setattr("socket.SocketType", no_sockets)
    with pytest.raises(OSError, match="Too many open files") as caught:
        sky_rs.find_free_port(30_000)
    assert caught.value.errno == 24


def test_threads_do_not_share_instances(tmp_path, component):
    file = tmp_path / "f"
    file.write_bytes(b"a\nb\n")
    wrong = []

    def work(number):
        for i in range(100):
            answers = (
                sky_rs.base36_encode(f"{number * 1000 + i:x}"),
                sky_rs.read_last_n_lines(str(file), 1),
                sky_rs.hash_file(str(file), "md5").hexdigest(),
            )
            if int(answers[0], 36) != number * 1000 + i or answers[1] != ["b"]:
                wrong.append(answers)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_an_index_in_use_is_not_replaced(runtime, monkeypatch):
    """Another thread looks for the same function at the same time."""
    code, quicker = runtime.code, []
    look = code._get_index

    def look_slowly(*arguments):
        if not quicker:
            quicker.append(0)
            quicker[0] = code._index("strings#base36-encode")
        return look(*arguments)

    monkeypatch.setattr(code, "_indices", {})
    monkeypatch.setattr(code, "_get_index", look_slowly)
    assert code._index("strings#base36-encode") == quicker[0]


@pytest.mark.needs("/proc")
def test_results_are_freed(component):
    def resident():
        with open("/proc/self/statm", encoding="ascii") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    text = "x" * 2**20
    sky_rs.truncate_long_string(text, 2**20 - 1)
    before = resident()
    for _ in range(100):
        sky_rs.truncate_long_string(text, 2**20 - 1)
    assert resident() - before < 50 * 2**20


def test_what_wasmtime_allocated_is_freed_once():
    freed = []
    owned = Owned(1, freed.append)
    assert freed == []
    del owned
    assert freed == [1]
