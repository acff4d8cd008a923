# SPDX-License-Identifier: MIT
"""Prints which test noticed that a defence is gone (`make weakened`)."""


def pytest_terminal_summary(terminalreporter):
    noticed = [report for report in terminalreporter.getreports("passed") if any(name == "gone" for name, _ in report.user_properties)]
    if not noticed:
        return
    terminalreporter.section("what is gone, and the tests that fail without it")
    for report in noticed:
        for name, text in report.user_properties:
            terminalreporter.write_line(f"- {text}" if name == "gone" else f"    {text}")
