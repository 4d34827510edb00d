"""Two clean builds give the same bytes, wherever and by whomever they are made.

Run by ``make verify``. The sources as they stand, uncommitted changes included, are copied to two
folders and built there with ``make wheel``: once much as here, and once with all else changed that
a build could let slip into what it makes. With paths of files, such as a downloaded wheel, those
have to be the same as well.
"""

import argparse
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[1]

#: Seconds for one build. Most of it is cargo's; a new cargo home downloads all crates first.
PATIENCE = 1800

#: What the first build leaves as it is. Names of time zones and languages need no data to be there.
CHANGED = {"TZ": "XYZ-13:45", "LC_ALL": "C", "LANG": "C", "USER": "somebody", "PYTHONHASHSEED": "7"}


def main():
    parser = argparse.ArgumentParser(prog="make verify", description=__doc__.split("\n\n")[0])
    parser.add_argument("files", nargs="*", type=pathlib.Path, metavar="FILE")
    files = parser.parse_args().files
    for each in files:
        if not each.is_file():
            parser.error(f"{each} is no file")
    with tempfile.TemporaryDirectory(prefix="sky-rs-") as directory:
        scratch = pathlib.Path(directory)
        first = build(scratch / "a", {}, 0o022)
        other = {**CHANGED, **homes(scratch / "home")}
        second = build(scratch / "another" / "folder-with-a-longer-name", other, 0o077)
        if first.keys() != second.keys():
            sys.exit(f"verify: one build made {sorted(first)}, the other {sorted(second)}")
        pairs = [(path, second[name]) for name, path in first.items()]
        for each in files:
            if each.name not in first:
                sys.exit(f"verify: {each} has the name of none of {', '.join(first)}")
            pairs.append((first[each.name], each))
        for name, path in first.items():
            print(f"{sha256(path)}  {name}, {path.stat().st_size:,} bytes")
        differences = [line for pair in pairs for line in compare(*pair)]
    if differences:
        print(*differences, sep="\n")
        sys.exit("verify: the builds differ")
    print(f"verify: {len(pairs)} pairs of files, every one the same")


def homes(home):
    """Other homes for everything but the toolchain, with cargo's settings."""
    cargo = pathlib.Path(os.environ.get("CARGO_HOME") or pathlib.Path.home() / ".cargo")
    rustup = os.environ.get("RUSTUP_HOME") or str(pathlib.Path.home() / ".rustup")
    (home / "cargo").mkdir(parents=True)
    for settings in cargo.glob("config*"):
        shutil.copy(settings, home / "cargo")
    return {"HOME": str(home), "CARGO_HOME": str(home / "cargo"), "RUSTUP_HOME": rustup}


def build(folder, changes, umask):
    """Builds a copy of the sources and returns what came of it, by name."""
    copy_sources(folder)
    environment = {**os.environ, "SOURCE_DATE_EPOCH": moment(), **changes}
    for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):  # of the make that runs this
        environment.pop(name, None)
    command = ["make", "wheel", f"PYTHON={sys.executable}"]
    print(f"verify: building in {folder}", flush=True)
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        umask=umask,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=PATIENCE,
        check=False,
    )
    if done.returncode:
        sys.stdout.buffer.write(done.stdout)
        sys.exit(f"verify: {' '.join(command)} failed in {folder}")
    component = folder / "host-python" / "src" / "sky_rs" / "skypilot_utils.wasm"
    return {path.name: path for path in [component, *sorted((folder / "dist").iterdir())]}


def copy_sources(folder):
    listed = git("ls-files", "-z", "--cached", "--others", "--exclude-standard")
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():  # else it is deleted and that not committed
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)


def moment():
    """The time that archives give their files; the copies have no commit to ask."""
    return git("log", "-1", "--format=%ct").strip()


def git(*arguments):
    command = ["git", *arguments]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=False)
    if done.returncode:
        sys.exit(f"verify: {' '.join(command)} failed in {ROOT}, which has to be a clone")
    return done.stdout.decode()


def compare(ours, theirs):
    """In lines, how two files differ; in none if they do not."""
    if ours.read_bytes() == theirs.read_bytes():
        return
    yield f"{ours.name}: {sha256(ours)} and {sha256(theirs)}"
    ours, theirs = members(ours), members(theirs)
    for name in sorted(ours.keys() | theirs.keys()):
        if ours.get(name) != theirs.get(name):
            yield f"  {name}: {ours.get(name)} and {theirs.get(name)}"


def members(path):
    """What is in an archive: of each file the digest, time and mode."""
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as archive:
            return {
                each.filename: (
                    hashlib.sha256(archive.read(each)).hexdigest()[:16],
                    each.date_time,
                    oct(each.external_attr >> 16),
                )
                for each in archive.infolist()
            }
    if path.name.endswith(".tar.gz"):
        with tarfile.open(path) as archive:
            return {
                each.name: (
                    each.isfile()
                    and hashlib.sha256(archive.extractfile(each).read()).hexdigest()[:16],
                    each.mtime,
                    oct(each.mode),
                )
                for each in archive.getmembers()
            }
    return {}


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
