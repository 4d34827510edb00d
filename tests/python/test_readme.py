"""Every example of the README runs and prints what it says."""

import doctest

import sky_rs
from conftest import ROOT


def test_the_examples_run(monkeypatch):
    monkeypatch.chdir(ROOT)
    sky_rs.is_rust_available()
    failed, attempted = doctest.testfile(str(ROOT / "README.md"), module_relative=False)
    assert attempted >= 7
    assert failed == 0
