"""What `make verify` makes of two builds; making them takes minutes."""

import io
import tarfile
import zipfile

import conftest  # noqa: F401 (puts the repository on the path)
import pytest

from tests import verify

WHEEL, SDIST = "sky_rs-0-py3-none-any.whl", "sky_rs-0.tar.gz"


def archives(folder, content=b"same", moment=2000, mode=0o644):
    """A wheel and an sdist, by name, as a build gives them."""
    folder.mkdir()
    with zipfile.ZipFile(folder / WHEEL, "w") as wheel:
        member = zipfile.ZipInfo("member", (moment, 1, 1, 0, 0, 0))
        member.external_attr = mode << 16
        wheel.writestr(member, content)
    with tarfile.open(folder / SDIST, "w") as sdist:
        member = tarfile.TarInfo("member")
        member.size, member.mtime, member.mode = len(content), moment, mode
        sdist.addfile(member, io.BytesIO(content))
    return {name: folder / name for name in (WHEEL, SDIST)}


@pytest.fixture
def told(monkeypatch, capsys):
    """Runs it on two builds and files; what it prints and what it ends with."""

    def run(first, second, *files):
        builds = iter([first, second])
        monkeypatch.setattr(verify, "build", lambda *_: next(builds))
        monkeypatch.setattr("sys.argv", ["verify.py", *map(str, files)])
        ended = None
        try:
            verify.main()
        except SystemExit as error:
            ended = error.code
        captured = capsys.readouterr()
        return captured.out + captured.err, ended

    return run


def test_what_is_the_same(told, tmp_path):
    builds = [archives(tmp_path / name) for name in "abc"]
    assert told(*builds[:2])[1] is None
    out, ended = told(*builds[:2], *builds[2].values())
    assert (out.splitlines()[-1], ended) == ("verify: 4 pairs of files, every one the same", None)


@pytest.mark.parametrize("other", [{"content": b"else"}, {"moment": 2001}, {"mode": 0o600}])
def test_what_differs_is_named(told, tmp_path, other):
    first, second = archives(tmp_path / "a"), archives(tmp_path / "b", **other)
    out, ended = told(first, second)
    assert ended == "verify: the builds differ"
    assert out.count("  member: ") == 2
    out, ended = told(first, first, second[WHEEL])
    assert ended == "verify: the builds differ"
    assert out.count("  member: ") == 1


def test_a_file_that_only_one_build_makes(told, tmp_path):
    first, second = archives(tmp_path / "a"), archives(tmp_path / "b")
    more = {**second, "more": second[WHEEL]}
    for builds in ((first, more), (more, first)):
        assert "'more'" in told(*builds)[1]


def test_files_that_no_build_makes(told, tmp_path):
    first = archives(tmp_path / "a")
    other = tmp_path / "sky_rs-1-py3-none-any.whl"
    out, ended = told(first, first, other)
    assert (f"{other} is no file" in out, ended) == (True, 2)
    other.write_bytes(b"")
    assert WHEEL in told(first, first, other)[1]


def test_what_is_no_clone(monkeypatch, tmp_path):
    monkeypatch.setattr(verify, "ROOT", tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(SystemExit, match="has to be a clone"):
        verify.moment()
