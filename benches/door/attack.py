#!/usr/bin/env python3
"""What the worst requests of at most 2 KiB cost, and how long others wait while they are sent.

usage: attack.py cost BINARY [DATABASE_URL]     CPU time of each body of worst.json, once the hub is warm
       attack.py wait BINARY [DATABASE_URL]     a small query's latency alone, and while two attackers send the worst
       attack.py hunt BINARY [DATABASE_URL]     makes up queries from the schema for a minute and prints the dearest

The hub is started with the demonstration's data in a fresh database: a file that is gone afterwards, or the empty
PostgreSQL database at the URL. BUDGET=1 leaves the budgets on, as they are built in; otherwise nobody is slowed down, so
that what a request costs is seen, not how many are let in."""

import http.client
import json
import os
import pathlib
import random
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).parent
SMALL = {"query": "{ areas(first: 5) { nodes { id name } } }"}
SECONDS = 20
TICK = os.sysconf("SC_CLK_TCK")


class Hub:
    def __init__(self, binary, url):
        self.folder = tempfile.TemporaryDirectory(prefix="gongjian-attack.")
        url = url or f"sqlite:{self.folder.name}/hub.db"
        self.port = free_port()
        environment = {**os.environ, "GONGJIAN_DATABASE_URL": url, "GONGJIAN_LISTEN": f"127.0.0.1:{self.port}", "GONGJIAN_LOG__FILTER": "warn"}
        if not os.environ.get("BUDGET"):
            environment["GONGJIAN_LIMITS__BUDGET"] = "0"

        def run(*arguments):
            done = subprocess.run([binary, "--lang", "en", "--database-url", url, *arguments], env=environment, capture_output=True, text=True, check=True)
            return done.stdout

        run("demo", "--once")
        created = run("token", "create", "--name", "x", "--role", "coordinator", "--area", "430102002", "--days", "1")
        self.token = re.search(r"gjh_[\w-]+", created).group(0)
        created = run("token", "create", "--name", "y", "--role", "staff", "--area", "人民新村社区", "--days", "1")
        self.other = re.search(r"gjh_[\w-]+", created).group(0)
        self.process = subprocess.Popen([binary, "serve"], env=environment, stdout=subprocess.DEVNULL)
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                break
            except OSError:
                time.sleep(0.05)
        query = '{ areas(filter: { code: "430102002" }) { nodes { id } } }'
        self.area = json.loads(self.connect()({"query": query}, self.token)[1])["data"]["areas"]["nodes"][0]["id"]

    def connect(self):
        """One connection of a client that sends one request after the other."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

        def ask(body, token=None):
            headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
            connection.request("POST", "/graphql", json.dumps(body, ensure_ascii=False).encode(), headers)
            answer = connection.getresponse()
            return answer.status, answer.read()

        return ask

    def cpu(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def worst(hub):
    for one in json.loads((HERE / "worst.json").read_text()):
        body = json.loads(json.dumps(one["body"]).replace("AREA", hub.area))
        yield one["name"], body, hub.token if one["signed"] else None


def measure(hub, ask, body, token):
    """CPU milliseconds of one request: over as many as make the clock's ticks small."""
    status, answer = ask(body, token)
    count, begun, until = 0, hub.cpu(), time.monotonic() + 3
    while hub.cpu() - begun < 0.4 and time.monotonic() < until:
        for _ in range(5):
            ask(body, token)
        count += 5
    return (hub.cpu() - begun) / count * 1000, status, answer


def outcome(answer):
    told = json.loads(answer)
    errors = [(error["extensions"].get("code"), error["extensions"].get("limit")) for error in told.get("errors", [])]
    cost = told.get("extensions", {}).get("cost", {}).get("requested", "-")
    return cost, "answered" if not errors else " ".join(str(part) for part in errors[0] if part)


def cost(hub):
    ask = hub.connect()
    for _ in range(20):
        ask(SMALL)
    print(f"{'body':40} {'bytes':>6} {'CPU ms':>8} {'answer KB':>9} {'points':>8}  outcome")
    rows = [("a small query", SMALL, None), *worst(hub)]
    for name, body, token in rows:
        took, _, answer = measure(hub, ask, body, token)
        points, what = outcome(answer)
        size = len(json.dumps(body, ensure_ascii=False).encode())
        print(f"{name:40} {size:6} {took:8.2f} {len(answer) / 1024:9.1f} {points!s:>8}  {what}", flush=True)


def latencies(hub, seconds, token):
    ask, found, until = hub.connect(), [], time.monotonic() + seconds
    while time.monotonic() < until:
        begun = time.monotonic()
        status, _ = ask(SMALL, token)
        found.append((time.monotonic() - begun) * 1000)
        assert status == 200, status
        time.sleep(0.01)
    found.sort()
    at = lambda part: found[min(len(found) - 1, int(len(found) * part))]
    return f"{len(found):6} requests, p50 {at(0.5):7.1f} ms, p99 {at(0.99):7.1f} ms, max {found[-1]:7.1f} ms"


def wait(hub):
    ask = hub.connect()
    for _ in range(20):
        ask(SMALL)
    # The bodies in the order of what they cost, the dearest eight.
    priced = [(measure(hub, ask, body, token)[0], name, body, token) for name, body, token in worst(hub)]
    priced.sort(key=lambda one: -one[0])
    print("attackers send:", "; ".join(f"{name} ({took:.0f} ms)" for took, name, _, _ in priced[:8]))
    print("alone:         ", latencies(hub, SECONDS, hub.other), flush=True)
    stop, sent = threading.Event(), []

    def attack():
        ask = hub.connect()
        while not stop.is_set():
            _, _, body, token = random.choice(priced[:8])
            sent.append(ask(body, token)[0])

    attackers = [threading.Thread(target=attack) for _ in range(2)]
    for attacker in attackers:
        attacker.start()
    print("under attack:  ", latencies(hub, SECONDS, hub.other), flush=True)
    stop.set()
    for attacker in attackers:
        attacker.join()
    print(f"attacks answered: {len(sent)}, of these refused for their number: {sent.count(429)}")


def hunt(hub):
    """Random walks through the schema, as wide as fits into the size and the cost."""
    ask = hub.connect()
    types = json.loads(ask({"query": "{ __schema { queryType { name } types { name kind fields { name args { name type { kind name ofType { kind name } } } type { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } }"})[1])
    types = {one["name"]: one for one in types["data"]["__schema"]["types"]}

    def named(reference):
        while reference.get("ofType"):
            reference = reference["ofType"]
        return reference["name"]

    def walk(name, depth, room):
        fields = [one for one in types[name]["fields"] or [] if not any(a["type"]["kind"] == "NON_NULL" and a["name"] != "areaId" for a in one["args"])]
        random.shuffle(fields)
        parts = []
        for field in fields[: random.choice([1, 2, 3, 8])]:
            kind = named(field["type"])
            inner = ""
            if types[kind]["fields"]:
                if depth == 0 or not (inner := walk(kind, depth - 1, room // 2)):
                    continue
                inner = f" {{ {inner} }}"
            elif types[kind]["kind"] in ("UNION", "INTERFACE"):
                continue
            arguments = {one["name"] for one in field["args"]}
            given = [f"first: {random.choice([1, 5, 10, 20, 100])}"] if "first" in arguments else []
            given += [f'areaId: "{hub.area}"'] if "areaId" in arguments else []
            part = field["name"] + (f"({', '.join(given)})" if given else "") + inner
            if sum(map(len, parts)) + len(part) < room:
                parts.append(part)
        return " ".join(parts)

    found, until = [], time.monotonic() + 60
    while time.monotonic() < until:
        query = walk("Query", random.randint(2, 7), 1900)
        if not query:
            continue
        before = hub.cpu()
        status, answer = ask({"query": f"{{ {query} }}"}, hub.token)
        points, what = outcome(answer)
        found.append((hub.cpu() - before, points, what, query))
    found.sort(key=lambda one: -one[0])
    print(len(found), "queries,", sum("LIMIT" in one[2] for one in found), "refused by a limit")
    for took, points, what, query in found[:5]:
        print(f"{took * 1000:.0f} ms, {points} points, {what}: {query[:300]}")


if __name__ == "__main__":
    modes = {"cost": cost, "wait": wait, "hunt": hunt}
    if len(sys.argv) < 3 or sys.argv[1] not in modes:
        sys.exit(__doc__)
    hub = Hub(os.path.abspath(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else None)
    try:
        modes[sys.argv[1]](hub)
    finally:
        hub.close()
