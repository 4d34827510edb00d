"""Every example of the README runs and prints what it says."""

import doctest

from conftest import ROOT

import sky_rs


def test_the_examples_run(monkeypatch):
    monkeypatch.chdir(ROOT)
    sky_rs.is_rust_available()
    failed, attempted = doctest.testfile(
        str(ROOT / "README.md"), module_relative=False, optionflags=doctest.ELLIPSIS
    )
    assert attempted >= 7
    assert failed == 0
