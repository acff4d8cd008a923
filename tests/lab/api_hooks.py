# SPDX-License-Identifier: MIT
"""Hooks for schemathesis (SCHEMATHESIS_HOOKS): the session, existing boards and sessions, and checks that the document
names every error code and every field of an answer."""
import os
import re

import schemathesis

REAL = {"board": os.environ["BOARDGATE_BOARD"], "session": os.environ["BOARDGATE_SESSION"]}
FOLDER = os.environ["BOARDGATE_FOLDER"]
# Values that no generator guesses.
SENSE = {"logdir": FOLDER, "root": FOLDER, "path": FOLDER, "more_logdirs": [], "environment": "default", "host": "localhost",
         "bind_all": False, "samples_per_plugin": "images=1", "port": 0, "title": "a board"}


@schemathesis.hook
def before_call(context, case):
    # Drop generated cookies: they would be sent beside ours.
    case.cookies = None
    case.headers = {**(case.headers or {}), "Cookie": os.environ["BOARDGATE_COOKIE"], "Sec-Fetch-Site": "same-origin"}
    (case.query or {}).pop("follow", None)  # a stream does not end
    # One request in three keeps its generated values: unknown ids or fields.
    if sum(map(ord, repr((case.path_parameters, case.query, case.body)))) % 3 == 0:
        return
    for name in REAL.keys() & (case.path_parameters or {}).keys():
        case.path_parameters[name] = REAL[name]
    schemas = case.operation.schema.raw_schema["components"]["schemas"]
    options = schemas["OptionsOfOneBoard"]["properties"].keys() | schemas["SharedOptions"]["properties"].keys() | {"name"}
    if isinstance(case.body, dict):
        case.body = {name: value for name, value in case.body.items() if name in options}
    for fields in (case.body, case.query):
        for name in SENSE.keys() & (fields.keys() if hasattr(fields, "keys") else set()):
            if type(fields[name]) is type(SENSE[name]):
                fields[name] = SENSE[name]


@schemathesis.check
def code_is_documented(context, response, case):
    if not response.headers.get("Content-Type", "").startswith("application/problem+json"):
        return
    common = case.operation.schema.raw_schema["info"]["description"].split("Any request may fail with")[1]
    known = {*re.findall(r"`(\w+)`", common), *case.operation.definition.raw.get("x-problems", [])}
    if case.operation.definition.raw.get("requestBody") is None:
        known -= {"not_json", "bad_json", "bad_field", "unknown_field"} - set(case.operation.definition.raw.get("x-problems", []))
    assert response.json()["code"] in known, f"{case.operation.verbose_name} does not name {response.json()['code']}"


@schemathesis.check
def fields_are_documented(context, response, case):
    """An answer has no field that the document lacks."""
    document = case.operation.schema.raw_schema
    answers = case.operation.definition.raw["responses"]
    answer = resolved(document, answers.get(str(response.status_code), answers["default"]))
    kind = response.headers.get("Content-Type", "").split(";")[0]
    if kind.endswith("json"):
        unknown = sorted(undocumented(document, answer["content"][kind]["schema"], response.json(), "answer"))
        assert not unknown, f"{case.operation.verbose_name}: the document lacks {', '.join(unknown)}"


def resolved(document, node):
    while "$ref" in node:
        target = document
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        node = target
    return node


def properties_of(document, schema):
    schema = resolved(document, schema)
    found = dict(schema.get("properties", {}))
    for part in schema.get("allOf", []):
        found |= properties_of(document, part)
    return found


def undocumented(document, schema, value, path):
    schema = resolved(document, schema)
    if isinstance(value, list):
        return {name for item in value for name in undocumented(document, schema.get("items", {}), item, path)}
    if not isinstance(value, dict) or schema.get("additionalProperties"):
        return set()
    known = properties_of(document, schema)
    below = [undocumented(document, known[name], item, f"{path}.{name}") for name, item in value.items() if name in known]
    return {f"{path}.{name}" for name in value.keys() - known.keys()}.union(*below)
