"""Tokens of Google Cloud: where they come from, and where they are not seen."""

import logging
import sys

import google.auth.credentials
import google.auth.exceptions
import pytest
from cloud_server import TOKEN, reset
from cloud_server import asking_google as asking

from sky_rs.cloud import gcp
from sky_rs.cloud.exceptions import (
    NoCredentialsError,
)


@pytest.mark.parametrize("token", ["", "a b", "a\r\nX: y", "ä", 7, None])
def test_what_is_no_token(token):
    with asking(lambda _: {}, token=lambda: token) as (client, server):
        with pytest.raises(NoCredentialsError) as caught:
            client.zones.list()
        assert server.requests == []
    assert str(token) == "" or str(token) not in str(caught.value).replace("NoneType", "")


def test_a_token_that_is_refused_is_renewed_once():
    tokens = iter(["old", "new", "newer"])

    def respond(request):
        allowed = request.headers["Authorization"] == "Bearer newer"
        return {} if allowed else (401, {}, {"error": {"code": 401, "message": "who?"}})

    with asking(respond, token=lambda: next(tokens)) as (client, server):
        with pytest.raises(gcp.HttpError, match="401"):
            client.zones.list()
        assert client.zones.list() == {}
    given = [request.headers["Authorization"] for request in server.requests]
    assert given == ["Bearer old", "Bearer new", "Bearer newer"]


def test_a_fixed_token_is_not():
    with asking(lambda _: (401, {}, {"error": {"code": 401, "message": "who?"}})) as found:
        with pytest.raises(gcp.HttpError, match="401"):
            found[0].zones.list()
        assert len(found[1].requests) == 1


class Credentials(google.auth.credentials.Credentials):
    """Give another token at each refresh."""

    refreshed = 0

    def refresh(self, request):
        self.refreshed += 1
        self.token = f"token-{self.refreshed}"


def test_credentials_of_google_auth(monkeypatch):
    mine = Credentials()

    def respond(request):
        current = request.headers["Authorization"] == "Bearer token-2"
        return {} if current else (401, {}, {"error": {"code": 401, "message": "who?"}})

    with asking(respond, token=None, credentials=mine) as (client, _):
        client.zones.list()
        client.zones.list()
    assert mine.refreshed == 2

    scopes = []
    monkeypatch.setattr("google.auth.default", lambda scopes: seen(scopes) or (mine, "q"))

    def seen(given):
        scopes.extend(given)

    with asking(respond, token=None) as (client, _):
        assert scopes == []  # not before they are needed
        client.zones.list()
        client.zones.list()
    assert scopes == ["https://www.googleapis.com/auth/cloud-platform"]


def test_no_credentials(monkeypatch):
    def default(scopes):
        raise google.auth.exceptions.DefaultCredentialsError("none here")

    monkeypatch.setattr("google.auth.default", default)
    with asking(lambda _: {}, token=None) as (client, server):
        with pytest.raises(NoCredentialsError, match="DefaultCredentialsError: none here"):
            client.zones.list()
        monkeypatch.setitem(sys.modules, "google.auth", None)
        with pytest.raises(NoCredentialsError, match="install google-auth"):
            client.zones.list()
        assert server.requests == []


def test_a_token_is_seen_nowhere(caplog):
    caplog.set_level(logging.DEBUG)
    answers = iter([{}, (400, {}, {"error": {"code": 400, "message": "bad"}}), reset, reset, reset])
    with asking(lambda _: next(answers)) as (client, _):
        seen = [client, client.zones, client.zones.list, client._service, client._service._tokens]
        client.zones.list()
        for _ in range(2):
            with pytest.raises(Exception, match=r"zones|answer") as caught:
                client.zones.list()
            seen += [caught.value, caught.value.__cause__]
    text = caplog.text + "".join(map(repr, seen)) + "".join(map(str, seen))
    assert "zones" in text
    assert TOKEN not in text
