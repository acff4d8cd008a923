# SPDX-License-Identifier: MIT
"""What schemathesis cannot know (SCHEMATHESIS_HOOKS): the session, and which boards and logins there are."""
import os

import schemathesis

REAL = {"board": os.environ["BOARDGATE_BOARD"], "session": os.environ["BOARDGATE_SESSION"]}


@schemathesis.hook
def before_call(context, case):
    # A cookie of the schema's making would be sent beside ours.
    case.cookies = None
    case.headers = {**(case.headers or {}), "Cookie": os.environ["BOARDGATE_COOKIE"], "Sec-Fetch-Site": "same-origin"}
    (case.query or {}).pop("follow", None)  # a stream does not end
    # Two of three are real; the others are well-formed and nobody's.
    for name, value in (case.path_parameters or {}).items():
        if name in REAL and sum(map(ord, str(value))) % 3:
            case.path_parameters[name] = REAL[name]
