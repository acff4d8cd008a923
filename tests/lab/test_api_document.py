# SPDX-License-Identifier: MIT
"""The program agrees with docs/openapi.yaml: schemathesis generates valid and invalid requests and checks every answer."""
import os
import re
import subprocess
from pathlib import Path

import pytest

from client import COOKIE

TOP = Path(__file__).resolve().parents[2]
# Streams do not end; the others would end the session or delete the board.
LEFT_OUT = ("logIn", "logOut", "logOutEverywhere", "endSession", "followEvents", "deleteBoard", "openBoard")


@pytest.fixture(scope="module")
def schemathesis():
    """From PyPI, once for this tree."""
    folder = TOP / "build/schemathesis"
    if not (folder / "bin/schemathesis").exists():
        subprocess.run(["/usr/bin/python3", "-m", "venv", folder], check=True)
        subprocess.run([folder / "bin/pip", "install", "--quiet", "--disable-pip-version-check", "schemathesis==3.39.16",
                        "hypothesis==6.115.6"],
                       check=True, timeout=300)
    return folder / "bin/schemathesis"


def test_every_answer_is_as_documented(lab, site, schemathesis, make_account, tmp_path):
    person = make_account().login()
    lab.exec("cp", "-r", "/home/alice/runs", f"/home/{person.user}/")
    lab.exec("chown", "-R", f"{person.user}:", f"/home/{person.user}/runs")
    board = person.post("/api/v1/boards", {"logdir": f"/home/{person.user}/runs"}).json
    session = person.get("/api/v1/sessions").json["sessions"][0]
    url, authority = site
    command = [schemathesis, "run", TOP / "docs/openapi.yaml", "--base-url", url, "--request-tls-verify", authority,
               "--checks", "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,"
               "code_is_documented,fields_are_documented",
               "--data-generation-method", "all", "--hypothesis-max-examples", "12", "--hypothesis-derandomize",
               "--hypothesis-suppress-health-check", "all", "--request-timeout", "15000"]
    for operation in LEFT_OUT:
        command += ["--exclude-operation-id", operation]
    done = subprocess.run([*map(str, command)], cwd=tmp_path, capture_output=True, text=True, timeout=120, env={
        **os.environ, "SCHEMATHESIS_HOOKS": "api_hooks", "PYTHONPATH": str(Path(__file__).parent),
        "BOARDGATE_FOLDER": board["logdir"], "BOARDGATE_BOARD": board["id"], "BOARDGATE_SESSION": session["id"], "BOARDGATE_COOKIE": f"{COOKIE}={person.cookie}"})
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
    # Some requests reached the board: not all were refused.
    assert int(re.search(r"not_a_server_error\s+(\d+) / \1 passed", done.stdout)[1]) > 150, done.stdout
    assert person.get(f"/api/v1/boards/{board['id']}").status == 200


@pytest.mark.parametrize("body, code", [({}, "bad_field"), ({"user": ""}, "bad_field"), ({"user": "x", "nonsense": 1}, "unknown_field"),
                                        ({"user": 1}, "bad_field"), ({"answers": []}, "bad_field"),
                                        ({"conversation": "x", "answers": []}, "no_such_conversation"),
                                        ({"ticket": "x"}, "login_failed")])
def test_logins_that_are_none_get_the_documented_code(stranger, body, code):
    assert stranger.post("/api/v1/login", body).code == code


@pytest.mark.parametrize("method, target, code", [("GET", "/api/v1/boards/%00", "bad_request"), ("GET", "/api/v1/boards/%zz", "bad_request"),
                                                  ("GET", "/api/v1/boards?" + "x" * 20000, "bad_request"), ("TWO WORDS", "/api/v1/boards", "bad_request"),
                                                  ("TRACE", "/api/v1/boards", "method_not_allowed"), ("POST", "/", "method_not_allowed")])
def test_what_never_reaches_the_program_is_a_problem_of_the_document_as_well(alice, method, target, code):
    answer = alice.send(method, target)
    assert answer.code == code and answer.header("Content-Security-Policy"), answer
    assert bool(answer.header("Allow")) == (answer.status == 405), answer
