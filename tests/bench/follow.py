# SPDX-License-Identifier: MIT
"""People who follow the logs of boards."""
import socket
import threading
from contextlib import ExitStack, contextmanager

from load import tiny_board
from rounds import people, until

# boardgated lets one person follow this many logs at a time.
OF_ONE_PERSON = 12


@contextmanager
def boards_to_follow(machine, count):
    """As many boards of different people as `count` followers need."""
    clients = until("boardgated serves", lambda: people(machine, -(-count // OF_ONE_PERSON)))
    with ExitStack() as stack:
        yield [stack.enter_context(tiny_board(client)) for client in clients]


class Followers:
    """Pages that follow the logs of boards, in equal parts."""

    def __init__(self, boards, count):
        self.boards, self.count, self.streams, self.lines, self.reading = boards, count, [], 0, set()

    def read(self, stream):
        try:
            while line := stream.readline():
                if line.startswith(b"event: line"):
                    self.lines += 1
                    self.reading.add(id(stream))
        except (OSError, ValueError):
            pass  # closed

    @staticmethod
    def follow(board):
        stream = board.client.stream("GET", f"/api/v1/boards/{board.id}/log?follow=1&lines=1", timeout=60)
        if stream.status == 200:
            return stream
        assert stream.status == 503, stream.read()
        stream.close()
        return None

    def __enter__(self):
        for number in range(self.count):
            board = self.boards[number % len(self.boards)]
            # Those of an earlier round may not be gone yet.
            stream = until("one more may follow", lambda: self.follow(board), 60)
            self.streams.append(stream)
            threading.Thread(target=self.read, args=(stream,), daemon=True).start()
        until(f"each of {self.count} followers has a line", lambda: len(self.reading) == self.count, 60)
        return self

    def __exit__(self, *_):
        for stream in self.streams:
            stream.fp.raw._sock.shutdown(socket.SHUT_RDWR)  # no end of the body will come
