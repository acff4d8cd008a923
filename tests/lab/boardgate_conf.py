# SPDX-License-Identifier: MIT
"""boardgate.conf as text."""
import re


def with_keys(text, **keys):
    """The text with these keys, each of which it has, maybe behind a `#`."""
    for key, value in keys.items():
        text, found = re.subn(rf"(?m)^#?{key} =.*$", f"{key} = {value}", text)
        assert found == 1, f"boardgate.conf has no {key}"
    return text
