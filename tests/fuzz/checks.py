"""What the fuzzing sends beside what schemathesis makes up, and what no answer of the hub may ever hold."""

import json
import os
import random
import re

import schemathesis
from hypothesis import strategies as st

# Words of our own machinery: of the language, the libraries, the database.
INTERNAL = re.compile(
    r"panicked|RUST_BACKTRACE|src/[a-z_/]+\.rs|sqlx|sqlite|postgres|error returned from database"
    r"|no such (table|column)|syntax error at|SELECT .+ FROM |async_graphql|serde|unwrap\(\)|Option<|Vec<",
    re.IGNORECASE,
)


def text(values):
    return st.sampled_from(values).map(lambda value: schemathesis.graphql.nodes.String(value))


schemathesis.graphql.scalar(
    "DateTime",
    text(["2026-03-02T01:00:00Z", "2026-11-30T00:00:00+08:00", "9999-12-31T23:59:59Z", "-262143-01-01T00:00:00Z", "soon", ""]),
)
schemathesis.graphql.scalar("NaiveTime", text(["09:00:00", "23:59:59", "24:00:00", "x"]))
schemathesis.graphql.scalar("NaiveDate", text(["2026-03-02", "0001-01-01", "9999-12-31", "2026-02-30", "x"]))

# Ids of the data that is there: made-up ones alone would never get past the first look.
IDS = json.loads(os.environ.get("GONGJIAN_FUZZ_IDS", "[]"))
ID_ARGUMENT = re.compile(r'(\b\w*[iI]d: )"[^"]*"')


@schemathesis.hook
def map_body(context, body):
    if IDS and isinstance(body, str) and random.random() < 0.8:
        return ID_ARGUMENT.sub(lambda found: f'{found.group(1)}"{random.choice(IDS)}"', body)
    return body


# Who asks: the public and one of each role.
TOKENS = json.loads(os.environ.get("GONGJIAN_FUZZ_TOKENS", "[]"))


@schemathesis.hook
def before_call(context, case, **kwargs):
    token = random.choice(["", *TOKENS])
    if token:
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {token}"}


@schemathesis.check
def no_internal_text(ctx, response, case):
    """GraphQL it is, whatever was sent; errors are the hub's own sentences with codes, and none is its own fault."""
    assert response.status_code < 500, f"{response.status_code}: {response.text[:200]}"
    answer = response.json()
    assert isinstance(answer, dict) and ("data" in answer or answer.get("errors")), f"no GraphQL: {response.text[:200]}"
    sent = str(case.body)
    for error in answer.get("errors", []):
        assert isinstance(error.get("message"), str) and error["message"], f"an error without a sentence: {error}"
        code = (error.get("extensions") or {}).get("code")
        assert code, f"an error without a code: {error}"
        assert code != "INTERNAL", f"the hub's own fault: {error}"
        # What the client sent comes back in some sentences: that is not ours.
        found = [word.group(0) for word in INTERNAL.finditer(error["message"]) if word.group(0) not in sent]
        assert not found, f"internal text {found} in {error}"
