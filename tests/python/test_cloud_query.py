"""What clusters consist of, beside SkyPilot's own query_instances."""

import contextlib
import itertools
import json
import random
import sys
import threading

import pytest
import skypilots
from cloud_server import STATUSES, TOKEN, instances, machine, machines, page_of, serving

import sky_rs
from sky_rs.cloud import _query, azure, gcp, query_instances
from sky_rs.cloud.exceptions import CloudError, PaginationError, StatusError

CONFIGS = {
    "aws": {"region": "us-east-1"},
    "gcp": {"project_id": "p", "availability_zone": "z"},
    "azure": {"subscription_id": "s", "resource_group": "g"},
}

#: What SkyPilot makes of Google's states.
OF_GOOGLE = {
    "PROVISIONING": "INIT",
    "STAGING": "INIT",
    "REPAIRING": "INIT",
    "RUNNING": "UP",
    "STOPPING": "STOPPED",
    "SUSPENDING": "STOPPED",
    "SUSPENDED": "STOPPED",
    "TERMINATED": "STOPPED",
}

AWS_STATES = ["pending", "running", "stopping", "stopped", "shutting-down", "terminated"]


class Ec2:
    """As an EC2 client: instances in pages."""

    def __init__(self, found, size=400):
        self.found = found
        self.size = size
        self.calls = []

    def describe_instances(self, **given):
        self.calls.append(given)
        start = int(given.get("NextToken", 0))
        some = self.found[start : start + self.size]
        page = {"Reservations": [{"Instances": some[:5]}, {"Instances": some[5:]}, {}]}
        if start + self.size < len(self.found):
            page["NextToken"] = str(start + self.size)
        return page


def of_aws(number):
    chosen = random.Random(0)
    return [
        {"InstanceId": f"i-{place:017x}", "State": {"Name": chosen.choice(AWS_STATES)}}
        for place in range(number)
    ]


def google(found):
    """What Google answers; not all of it heeds `fields`."""

    def respond(request):
        page = page_of(found, request.query, 500)
        if "fields" in request.query and request.query.get("pageToken"):
            keys = ("name", "status")
            page["items"] = [{key: each[key] for key in keys} for each in page["items"]]
        return page

    return respond


def microsoft(found, views, size=300):
    """What Azure answers."""

    def respond(request):
        name = request.path.rpartition("/virtualMachines/")[2].partition("/instanceView")[0]
        if request.path.endswith("/instanceView"):
            answer = views[name]
            return answer if isinstance(answer, (dict, tuple)) else (404, {}, answer)
        start = int(request.query.get("skip", 0))
        page = {"value": found[start : start + size]}
        if start + size < len(found):
            host = request.headers["Host"]
            page["nextLink"] = f"http://{host}{request.path}?skip={start + size}"
        return page

    return respond


@contextlib.contextmanager
def asking(provider, respond):
    with serving(respond) as server:
        given = {"token": TOKEN, "endpoint_url": server.url}
        module, place = (gcp, []) if provider == "gcp" else (azure, ["s"])
        with module.client("compute", *place, **given) as client:
            yield client, server


def statuses(answer):
    assert all(more is None for _, more in answer.values())
    return {name: status for name, (status, _) in answer.items()}


# AWS


def test_aws():
    found = of_aws(1000)
    client = Ec2(found)
    answer = query_instances("aws", "a-cluster", CONFIGS["aws"], client=client)
    states = {each["InstanceId"]: each["State"]["Name"] for each in found}
    expected = {"pending": "INIT", "running": "UP", "stopping": "STOPPED", "stopped": "STOPPED"}
    there = {key: expected[state] for key, state in states.items() if state in expected}
    assert statuses(answer) == there
    assert [call.get("NextToken") for call in client.calls] == [None, "400", "800"]
    for call in client.calls:
        assert call["Filters"] == [{"Name": "tag:ray-cluster-name", "Values": ["a-cluster"]}]
    everything = query_instances("aws", "c", CONFIGS["aws"], False, client=client)
    assert statuses(everything) == {key: expected.get(state) for key, state in states.items()}


def test_aws_without_an_end():
    class Again(Ec2):
        def describe_instances(self, **given):
            return {**super().describe_instances(), "NextToken": "5"}

    with pytest.raises(PaginationError, match="DescribeInstances"):
        query_instances("aws", "c", CONFIGS["aws"], client=Again(of_aws(10)))


@pytest.mark.parametrize("state", [{"Name": "hibernating"}, {}, None, {"Name": []}])
def test_a_state_of_awss_that_is_not_known(state):
    client = Ec2([{"InstanceId": "i-1", "State": state}])
    with pytest.raises(StatusError):
        query_instances("aws", "c", CONFIGS["aws"], client=client)


# Google Cloud


def test_gcp(backend):
    found = instances(1234)
    with asking("gcp", google(found)) as (client, server):
        answer = query_instances("gcp", "a-cluster", CONFIGS["gcp"], client=client)
        everything = query_instances("gcp", "c", CONFIGS["gcp"], False, client=client)
    assert len(server.requests) == 6
    assert server.requests[0].query["filter"] == "((labels.ray-cluster-name = a-cluster))"
    expected = {each["name"]: OF_GOOGLE.get(each["status"]) for each in found}
    assert statuses(everything) == expected
    assert statuses(answer) == {key: value for key, value in expected.items() if value}
    assert {each["status"] for each in found} == set(STATUSES)
    assert backend


@pytest.mark.parametrize("page", [{}, {"items": []}, {"kind": "compute#instanceList"}])
def test_gcp_has_none(page, backend):
    with asking("gcp", lambda _: page) as (client, _):
        assert query_instances("gcp", "c", CONFIGS["gcp"], client=client) == {}
    assert backend


@pytest.mark.parametrize(
    "item", [{"name": "x"}, {"status": "RUNNING"}, {"name": "x", "status": {}}]
)
def test_gcp_describes_nothing(item, backend):
    with asking("gcp", lambda _: {"items": [item]}) as (client, _):
        with pytest.raises(CloudError):
            query_instances("gcp", "c", CONFIGS["gcp"], client=client)
    assert backend


def test_gcp_with_tpus():
    with pytest.raises(ValueError, match="TPU VMs are not known here"):
        query_instances("gcp", "c", {**CONFIGS["gcp"], "_has_tpus": True}, client=object())


@pytest.mark.parametrize("name", ["a) OR (status = RUNNING", 'a"', "a b", "a\n"])
def test_names_say_nothing_else_in_a_filter(name):
    with pytest.raises(ValueError, match="is no value that a label can have"):
        query_instances("gcp", name, CONFIGS["gcp"], client=object())


# Azure


def test_azure(backend):
    found, views = machines(700, "c")
    with asking("azure", microsoft(found, views)) as (client, server):
        answer = query_instances("azure", "c", CONFIGS["azure"], client=client)
        assert query_instances("azure", "none", CONFIGS["azure"], client=client) == {}
    ours = {each["name"] for each in found if each["tags"]["ray-cluster-name"] == "c"}
    asked = [each.path for each in server.requests if each.path.endswith("/instanceView")]
    assert len(asked) == len(set(asked)) == len(ours)
    assert set(answer) <= ours
    assert set(statuses(answer).values()) == {"INIT", "UP", "STOPPED", None}
    assert backend


@pytest.mark.parametrize("name", ["ResourceGroupNotFound", "SubscriptionNotFound"])
def test_azure_has_no_such_group(name):
    error = {"error": {"code": name, "message": "none"}}
    with asking("azure", lambda _: (404, {}, error)) as (client, _):
        if name == "ResourceGroupNotFound":
            assert query_instances("azure", "c", CONFIGS["azure"], client=client) == {}
        else:
            with pytest.raises(azure.ResourceNotFoundError):
                query_instances("azure", "c", CONFIGS["azure"], client=client)


def test_azures_machine_has_gone():
    found, views = machines(10, "c")
    for each in found:
        each["tags"]["ray-cluster-name"] = "c"
    views["vm-3"] = {"error": {"code": "ResourceNotFound", "message": "gone"}}
    views["vm-3"] = (404, {}, views["vm-3"])
    with asking("azure", microsoft(found, views)) as (client, _):
        assert "vm-3" not in query_instances("azure", "c", CONFIGS["azure"], client=client)
        everything = query_instances("azure", "c", CONFIGS["azure"], False, client=client)
        assert everything["vm-3"] == (None, None)
        assert len(everything) == 10


@pytest.mark.parametrize("number", [1, 5, 200])
def test_an_error_among_azures_machines_ends_it(number):
    before = set(threading.enumerate())
    found, views = machines(number, "c")
    for each in found:
        each["tags"] = {"ray-cluster-name": "c"}
        views[each["name"]] = (403, {}, {"error": {"code": "Forbidden", "message": "no"}})
    with asking("azure", microsoft(found, views)) as (client, server):
        with pytest.raises(azure.HttpResponseError, match="Forbidden"):
            query_instances("azure", "c", CONFIGS["azure"], client=client)
        for thread in set(threading.enumerate()) - before:
            if thread.name.startswith("sky_rs_query"):
                thread.join(10)
        assert len(server.requests) < 150  # not one for each of 200


@pytest.mark.parametrize(
    ("provisioning", "codes"),
    [
        ("Succeeded", ["PowerState/dreaming"]),
        ("Succeeded", []),
        ("Succeeded", ["", "PowerState", "PowerState/", "PowerState/running/x"]),
        ("Pondering", []),
        (None, []),
        ([], []),
    ],
)
def test_a_state_of_azures_that_is_not_known(provisioning, codes, backend):
    views = {"vm": {"statuses": [{"code": code} for code in codes]}}
    found = [machine("vm", {"ray-cluster-name": "c"}, provisioning, 0)]
    with asking("azure", microsoft(found, views)) as (client, _):
        with pytest.raises(StatusError):
            query_instances("azure", "c", CONFIGS["azure"], client=client)
    assert backend


@pytest.mark.parametrize("tags", [None, {}, {"ray-cluster-name": None}, {"RAY-CLUSTER-NAME": "c"}])
def test_machines_without_the_tag(tags, backend):
    found = [{**machine("vm", {}, "Succeeded", 0), "tags": tags}]
    with asking("azure", microsoft(found, {})) as (client, _):
        assert query_instances("azure", "c", CONFIGS["azure"], client=client) == {}
    assert backend


# All of them


@pytest.mark.parametrize(
    ("provider", "config", "message"),
    [
        ("lambda", {}, "'lambda' is no provider known here, only 'aws', 'gcp', 'azure'"),
        ("aws", {}, "provider_config has no 'region'"),
        ("gcp", {"project_id": "p"}, "provider_config has no 'availability_zone'"),
        ("azure", {}, "provider_config has no 'subscription_id', 'resource_group'"),
    ],
)
def test_what_is_not_there_is_named(provider, config, message):
    with pytest.raises(ValueError, match=message):
        query_instances(provider, "c", config)


@pytest.mark.parametrize("provider", ["gcp", "azure"])
def test_a_client_is_made_and_closed(provider, monkeypatch):
    found, views = machines(20, "c")
    respond = google(instances(20)) if provider == "gcp" else microsoft(found, views)
    module = {"gcp": gcp, "azure": azure}[provider]
    with asking(provider, respond) as (client, _):
        given = []
        closed = []
        monkeypatch.setattr(client, "close", lambda: closed.append(1), raising=False)
        monkeypatch.setattr(module, "client", lambda *a, **k: given.append((a, k)) or client)
        assert query_instances(provider, "c", CONFIGS[provider])
    where = {"gcp": (("compute",), {"project": "p"}), "azure": (("compute", "s"), {})}
    assert given == [where[provider]]
    assert closed[:1] == [1]


def test_importing_it_is_cheap():
    code = "import sys, sky_rs.cloud; print('sky_rs.cloud._query' in sys.modules)"
    import conftest

    assert conftest.run(code) == "False\n"
    assert "sky" not in sys.modules
    assert sky_rs.cloud.query_instances is query_instances


# Beside SkyPilot


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    skypilots.make()
    return tmp_path_factory.mktemp("home")


def both(home, *said):
    """What SkyPilot says, and what sky_rs does, in one process."""
    path = home / "said.json"
    path.write_text(json.dumps(said), encoding="utf-8")
    command = [skypilots.PYTHON, str(skypilots.HERE / "clusters.py"), str(path)]
    done = skypilots.run(command, home=home)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.skypilot
@pytest.mark.needs("termios")
@pytest.mark.timeout(600)  # the first makes the environment
@pytest.mark.parametrize("provider", ["aws", "gcp", "azure"])
def test_it_is_skypilots(provider, home):
    said = {"provider": provider, "config": CONFIGS[provider]}
    if provider == "aws":
        respond, said["instances"] = None, of_aws(1000)
    elif provider == "gcp":
        # More than one page, and SkyPilot would see the first only.
        said["instances"] = instances(500)
        respond = google(said["instances"])
    else:
        said["instances"], said["views"] = machines(400, "c")
        respond = microsoft(said["instances"], said["views"])
    with serving(respond) as server:
        (found,) = both(home, {**said, "url": server.url})
    only, everything = found["results"]
    assert only["ours"] == only["theirs"]
    assert everything["ours"] == everything["theirs"]
    seen = {status for status, _ in everything["ours"].values()}
    known = {f"ClusterStatus.{name}" for name in ("INIT", "UP", "STOPPED")}
    assert seen - {None} == known
    assert len(everything["ours"]) >= len(only["ours"]) > 200
    if provider == "gcp":
        assert found["filter"] == server.requests[0].query["filter"]


@pytest.mark.skypilot
@pytest.mark.needs("termios")
@pytest.mark.timeout(600)
def test_states_of_azures_are_skypilots(home):
    """One by one: also where it says that it does not know."""
    powers = ["running", "starting", "deallocated", "dreaming", "x/y", "", None]
    provisionings = ["Succeeded", "Creating", "Deleting", "Pondering"]
    groups, everything = {}, []
    for power, state in itertools.product(powers, provisionings):
        codes = [] if power is None else ["", f"PowerState/{power}"]
        views = {"vm": {"statuses": [{"code": code} for code in codes]}}
        found = [machine("vm", {"ray-cluster-name": "c"}, state, 0)]
        group = f"g{len(groups)}"
        groups[group] = microsoft(found, views)
        config = {**CONFIGS["azure"], "resource_group": group}
        said = {"provider": "azure", "config": config, "instances": found, "views": views}
        everything.append(said)

    def respond(request):
        return groups[request.path.split("/")[4]](request)

    with serving(respond) as server:
        answers = both(home, *({**said, "url": server.url} for said in everything))
    unknown = 0
    for each in itertools.chain.from_iterable(answer["results"] for answer in answers):
        if isinstance(each["theirs"], list):
            assert each["theirs"][0] == "ClusterStatusFetchingError"
            assert each["ours"][0] == "StatusError"
            unknown += 1
        else:
            assert each["ours"] == each["theirs"]
    assert 0 < unknown < len(answers)


def test_the_names_are_used_without_skypilot():
    assert "sky" not in sys.modules
    assert _query._TAG == "ray-cluster-name"
