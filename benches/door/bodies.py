"""The worst requests of at most 2 KiB that we know, for the demonstration's data: `python3 bodies.py` writes worst.json.

AREA, CATEGORY, NEED, SERVICE and UNIT stand for ids of the same length as real ones."""

import json
from pathlib import Path

MOST = 2048
NEED = "id title description state urgency source measure quantity createdAt possibleActions targetGroups"


def chain(name, count, link, last):
    """Fragments that each lead to the one before, after an operation that uses the last of them."""
    parts = [f"fragment F0 on {name} {{ {last} }}"]
    parts += [f"fragment F{at} on {name} {{ {link.format(at - 1)} }}" for at in range(1, count)]
    return " ".join(parts)


def fill(head, part, tail, numbered=True):
    """As many parts as fit."""
    body, at = head, 0
    while len(json.dumps({"query": body + (more := part.format(at) if numbered else part) + tail})) <= MOST:
        body, at = body + more, at + 1
    return body + tail


INTROSPECTION = (
    "kind name description specifiedByURL fields(includeDeprecated: true) { name description isDeprecated deprecationReason "
    "args { name description defaultValue type { ...T } } type { ...T } } inputFields { name description defaultValue type "
    "{ ...T } } interfaces { ...T } enumValues(includeDeprecated: true) { name description isDeprecated } possibleTypes { ...T }"
)
TYPE = "fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }"

FREE = {
    "fragments that double": "{ ...F27 } " + chain("Query", 28, "...F{0} ...F{0}", "__typename"),
    "fragments that spread each other widely": "{ " + "...F0 " * 12 + "...F19 } " + chain("Query", 20, "...F{0} __typename ...F0 ...F0", "__typename areas { totalCount }"),
    "fragments in a circle": fill("{ ...F0 } fragment F0 on Query { ...F1 }", " fragment F1{0} on Query {{ ...F0 }}", " fragment F1 on Query { ...F0 }"),
    "overlapping fields": fill("{ areas { nodes {", " id name code", "} } }", False),
    "nested inline fragments": "{ " + "... { __typename " * 60 + "}" * 60 + " }",
    "unknown fields": fill("{ areas { nodes {", " namf{0}", "} } }"),
    "unknown names that are long": fill("{", " " + "organisation" * 16 + "{0}", "}"),
    "unknown arguments": fill("{ needs(", "filtre{0}: 1 ", ") { totalCount } }"),
    "undefined variables": fill("{ needs(first: $a) { nodes {", " id @include(if: $a{0})", "} } }"),
    "directives": fill("{ areas { nodes { id", " @include(if: true)", "} } }", False),
    "brackets": "{ areas(first: " + "[" * 900 + "]" * 900 + ") { totalCount } }",
    "nested input": "{ needs(filter: " + "{ areaId: " * 60 + "1" + " }" * 60 + ") { totalCount } }",
    "operations": fill("query A { __typename }", " query A{0} {{ areas {{ totalCount }} }}", ""),
    "aliases": fill("{", " a{0}: areas {{ totalCount }}", "}"),
    "aliases that are allowed": "{" + "".join(f" a{at}: needs(first: 100) {{ totalCount nodes {{ id }} }}" for at in range(20)) + " }",
    "introspection": "{ __schema { queryType { name } types { " + INTROSPECTION + " } directives { name args { name type { ...T } } } } } " + TYPE,
    "introspection of fields of fields": "{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }",
    "introspections": "{ " + " ".join(f"a{at}: __schema {{ types {{ ...S }} }}" for at in range(20)) + " } fragment S on __Type { " + INTROSPECTION + " } " + TYPE,
    "searches": "{" + "".join(f' a{at}: needs(first: 100, filter: {{ text: "{chr(97 + at)}" }}) {{ totalCount nodes {{ id }} }}' for at in range(20)) + " }",
    "pages in pages": "{ areas(first: 20) { nodes { services(first: 20) { nodes { id title matches(first: 10) { totalCount nodes { id } } unit { name } } } } } }",
    "next dates": "{ services(first: 100) { nodes { nextDates(first: 10) { startsAt endsAt } } } }",
    "units of areas": "{ areas(first: 100) { nodes { units(first: 20) { totalCount nodes { name services(first: 2) { totalCount } } } } } }",
}
SIGNED = {
    "rows in full": "{ needs(first: 100) { edges { cursor node { " + NEED + " area { name } category { name } } } } }",
    "candidates": "{ needs(first: 90) { nodes { candidates(first: 100) { totalCount } } } }",
    "candidates in full": "{ needs(first: 40) { nodes { candidates(first: 20) { totalCount excluded { count } nodes { score reasons { points } service { title } } } } } }",
    "matching": '{ matching(areaId: "AREA") { total matches { quantity } unmet { quantity } capacities { left } fairness { communities { share { unmet } } } } }',
    "matchings": "{ " + " ".join(f'a{at}: matching(areaId: "AREA", whatIf: {{}}) {{ total }}' for at in range(5)) + " }",
    "advice and dial": '{ matching(areaId: "AREA", whatIf: { fairness: 4 }) { advice(first: 10) { quantity } dial { fairness } total } }',
    "flow": "{ " + " ".join(f'a{at}: flow(areaId: "AREA", from: "2020-01-01", to: "2029-12-31") {{ down {{ links {{ count }} }} }}' for at in range(14)) + " }",
}

# What becomes of each that is not answered: the code of its first error.
OUTCOMES = {
    "LIMIT_REACHED": [
        "fragments that double", "fragments that spread each other widely", "nested inline fragments", "undefined variables",
        "directives", "brackets", "aliases", "introspection of fields of fields", "introspections", "units of areas",
        "candidates in full", "matchings", "deep variables",
    ],
    "GRAPHQL_VALIDATION_FAILED": [
        "fragments in a circle", "unknown fields", "unknown names that are long", "unknown arguments", "nested input",
        "operations",
    ],
    "BAD_NUMBER": ["many variables"],
}

if __name__ == "__main__":
    worst = [{"name": name, "signed": False, "body": {"query": query}} for name, query in FREE.items()]
    worst += [{"name": name, "signed": True, "body": {"query": query}} for name, query in SIGNED.items()]
    deep = json.loads("[" * 100 + "]" * 100)
    worst.append({"name": "deep variables", "signed": False, "body": {"query": "query($v: Int) { areas(first: $v) { totalCount } }", "variables": {"v": deep}}})
    worst.append({"name": "many variables", "signed": False, "body": {"query": "query($v: [ID!]!) { nodes(ids: $v) { id } }", "variables": {"v": ["x"] * 380}}})
    outcomes = {name: code for code, names in OUTCOMES.items() for name in names}
    for one in worst:
        one["outcome"] = outcomes.get(one["name"], "answered")
        size = len(json.dumps(one["body"], ensure_ascii=False).encode())
        assert size <= MOST, (one["name"], size)
    Path(__file__).with_name("worst.json").write_text(json.dumps(worst, indent=1) + "\n")
