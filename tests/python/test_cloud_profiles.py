"""Generated environments and files: whose credentials are found in them, beside botocore."""

import itertools
import os
import random
import sys
import traceback

import pytest
from botocore.exceptions import ConfigParseError, PartialCredentialsError, ProfileNotFound
from botocore.session import Session

from sky_rs.cloud import _chain
from sky_rs.cloud.exceptions import CloudError, NoCredentialsError

SECRET = "VERY/secret"
PROCESS = (
    f"'{sys.executable}' -SIc 'print("
    r'"{\"Version\": 1, \"AccessKeyId\": \"PROCESS\", \"SecretAccessKey\": \"p\"}"'
    ")'"
)

CONFIG_SECTIONS = [
    "default", "profile default", "profile a", 'profile "a"', "profile  a", "profile 'b c'", "a",
    "profile b c", "profile", "profile 'a", "profiles a", "sso-session a", "DEFAULT", "preview",
]  # fmt: skip
SHARED_SECTIONS = ["default", "a", "b c", "'b c'", "profile a", "DEFAULT", "other"]

KEY = ["aws_access_key_id = K{}", "AWS_Access_Key_ID=K{}", "aws_access_key_id:K{}"]
PASSWORD = [f"aws_secret_access_key = {SECRET}%(x)s{{}}", f"aws_secret_access_key={SECRET}{{}} ; x"]
OTHERS = [
    "aws_session_token = VERY/secret-t{}", "aws_security_token = VERY/secret-u{}",
    "aws_session_token =", "region = r{}", "Region: R{}", "output = json", "# comment = {}",
    "; comment", "s3 =\n  addressing_style = path\n  x = y", "nested =\n\n  a = b", "",
    "region = r{}\n  more", "metadata_service_timeout = 1",
]  # fmt: skip
ODD = [
    f"{SECRET} is no setting", "s3 =\n  VERY/secret", "  indented = yes", "[unclosed",
    "aws_access_key_id =", f"credential_process = {PROCESS}", "aws_access_key_id = K\n  more",
    "region = \xe4", "= nothing", "region = a\nregion = b",
]  # fmt: skip


def settings(chosen, number):
    lines = []
    if chosen.random() < 0.8:
        lines.append(chosen.choice(KEY))
    if chosen.random() < 0.8:
        lines.append(chosen.choice(PASSWORD))
    lines += chosen.sample(OTHERS, chosen.randrange(4))
    if chosen.random() < 0.06:
        lines.append(chosen.choice(ODD))
    chosen.shuffle(lines)
    return [line.replace("{}", str(number)) for line in lines]


def file(chosen, sections):
    if chosen.random() < 0.15:
        return None
    numbers = itertools.count()
    lines = []
    for section in chosen.sample(sections, chosen.randrange(4)):
        lines += [f"[{section}]", *settings(chosen, next(numbers))]
    if chosen.random() < 0.02:
        lines.append(chosen.choice([f"[{sections[0]}]", "no = section"]))
    return "\n".join(lines) + chosen.choice(["", "\n", "\n\n"])


def environment(chosen, home):
    """What is set, each with a likelihood of its own."""
    future, past = "2999-01-01T00:00:00Z", "2020-01-01T00:00:00Z"
    choices = [
        ("AWS_ACCESS_KEY_ID", 0.3, ["ENV", "ENV", ""]),
        ("AWS_SECRET_ACCESS_KEY", 0.3, [SECRET, SECRET, ""]),
        ("AWS_SESSION_TOKEN", 0.3, ["VERY/secret-s", ""]),
        ("AWS_SECURITY_TOKEN", 0.1, ["VERY/secret-v", ""]),
        ("AWS_CREDENTIAL_EXPIRATION", 0.1, [future, past, "nonsense"]),
        ("AWS_PROFILE", 0.3, ["a", "b c", "default", "missing"]),
        ("AWS_DEFAULT_PROFILE", 0.05, ["a", "missing"]),
        ("AWS_DEFAULT_REGION", 0.2, ["env-1"]),
        ("AWS_CONFIG_FILE", 0.1, ["~/.aws/config", "$HOME/.aws/credentials", "missing", str(home)]),
        ("AWS_SHARED_CREDENTIALS_FILE", 0.1, ["$HOME/.aws/credentials", "~/.aws/config", ""]),
    ]
    return {
        name: chosen.choice(values)
        for name, likelihood, values in choices
        if chosen.random() < likelihood
    }


def asked(ask):
    """The answer, or the error instead, which has nothing of the files."""
    try:
        return ask()
    except CloudError as error:
        if "botocore" not in str(error):
            shown = traceback.format_exception(type(error), error, error.__traceback__)
            assert "VERY/secret" not in "".join(shown)
        return error


def theirs(profile):
    try:
        credentials = Session(profile=profile).get_credentials()
        keys = credentials and credentials.get_frozen_credentials()
    except Exception as error:
        keys = error
    try:
        return keys, Session(profile=profile).get_config_variable("region")
    except Exception as error:
        return keys, error


@pytest.mark.parametrize("seed", range(5))
def test_what_is_found_is_what_botocore_finds(seed, tmp_path, monkeypatch):
    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    (tmp_path / ".aws").mkdir()
    chosen = random.Random(seed)
    kinds = {"keys": 0, "errors": 0, "none": 0}
    for _ in range(200):
        texts = file(chosen, CONFIG_SECTIONS), file(chosen, SHARED_SECTIONS)
        for name, text in zip(("config", "credentials"), texts):
            path = tmp_path / ".aws" / name
            path.unlink(missing_ok=True)
            if text is not None:
                path.write_text(text, encoding=chosen.choice(["utf-8"] * 9 + ["latin-1"]))
        variables = environment(chosen, tmp_path)
        profile = chosen.choice([None, None, None, "a", "b c", "default", "missing"])
        with pytest.MonkeyPatch.context() as patch:
            for name, value in variables.items():
                patch.setenv(name, value)
            chain = _chain.Chain(profile)
            keys, region = asked(chain.credentials), asked(chain.region)
            expected, place = theirs(profile)
        context = (texts, variables, profile, keys, expected)
        if isinstance(expected, (ConfigParseError, PartialCredentialsError, ProfileNotFound)):
            assert isinstance(keys, NoCredentialsError), context
            assert str(keys) == str(expected), context
            kinds["errors"] += 1
        elif expected is None or isinstance(expected, Exception) or not expected.access_key:
            assert isinstance(keys, NoCredentialsError), context
            kinds["none"] += 1
        else:
            assert not isinstance(keys, Exception), context
            assert (keys.access_key, keys.secret_key, keys.token) == (
                expected.access_key, expected.secret_key, expected.token or None,
            ), context  # fmt: skip
            kinds["keys"] += 1
        if isinstance(place, Exception):
            assert isinstance(region, CloudError), (context, place)
        else:
            assert region == place, (context, place)
    assert min(kinds.values()) > 10, kinds
