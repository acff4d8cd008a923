# SPDX-License-Identifier: MIT
"""A directory service that does not answer is nobody's mistake: a text of its own, no count against anybody, and others go on."""
from pam_stack import build_module, is_in, log_in_with, stack


def test_a_directory_that_does_not_answer_is_said_and_counts_against_nobody(lab, make_account, alice, ready_board, tmp_path):
    person, board = make_account(), ready_board(alice)
    module = build_module(lab, "pam_hostile", tmp_path)
    with stack(lab, lambda text: text.replace("@include common-auth", f"auth required {module} unavailable")):
        # One more than an account has attempts.
        answers = [log_in_with(person) for _ in range(6)]
        assert [answer.status for answer in answers] == [503] * 6, answers
        assert {answer.code for answer in answers} == {"login_unavailable"}, answers
        assert alice.get(board["url"]).status == 200 and alice.is_logged_in()
    assert is_in(log_in_with(person))
