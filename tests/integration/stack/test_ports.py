"""Which ports a wish stands for."""

from __future__ import annotations

import socket

import pytest

from local.stack.failure import StackFailure
from local.stack.ports import Ports, choose, is_free


def test_without_a_wish_they_are_the_documented_ones() -> None:
    assert choose(None) == Ports(host=7071, graph=7072, tables=10002, servicebus=5672, control=7073)


def test_a_number_is_the_first_of_five() -> None:
    assert choose("9000") == Ports(9000, 9001, 9002, 9003, 9004)


def test_auto_gives_five_free_ones_below_those_of_outgoing_connections() -> None:
    chosen = choose("auto").named().values()
    assert len(set(chosen)) == 5
    assert all(is_free(port) and port < 32_768 for port in chosen)


def test_a_listener_makes_its_port_taken_until_it_closes() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert not is_free(port)
    assert is_free(port)


@pytest.mark.parametrize("wish", ["", "some", "0", "-1", "65532", "7071.5"])
def test_anything_else_is_refused_in_words(wish: str) -> None:
    with pytest.raises(StackFailure, match=r"--ports takes 'auto' or a number from 1 to 65531"):
        choose(wish)
