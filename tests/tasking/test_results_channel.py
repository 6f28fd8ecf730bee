"""The OPset channel: JSON Lines to items, and hostile lines to one error."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voclient.tasking.descriptors.descriptor import Key
from voclient.tasking.errors import ResultError
from voclient.tasking.results import Failure, Item, Progress
from voclient.tasking.results.channel import ChannelParser

KEYS = {
    key.name: key
    for key in (Key("x", "float", array=True), Key("n", "int"), Key("s"), Key("l", "list"), Key("output", "path"))
}


def events(*pieces: bytes) -> list[Any]:
    parser = ChannelParser(KEYS, "/somewhere")
    found = [event for piece in pieces for event in parser.feed(piece)]
    return found + list(parser.finish())


def test_every_kind_of_line_becomes_its_event() -> None:
    found = events(
        b'{"opset": 1}\n{"key": "n", "value": 5, "unit": "adu", "later": [1]}\n{"progress": 0.5, "text": "reading"}\n'
        b'{"progress": null}\n{"unknown": true}\n\n{"error": "no such table"}\n'
    )
    assert found == [
        Item({"n": 5}, units={"n": "adu"}), Progress(0.5, "reading"), Progress(None), Failure("no such table"),
    ]  # fmt: skip


def test_rows_come_together_and_in_order_with_single_values() -> None:
    found = events(
        b'{"row": {"x": 1, "s": "a"}}\n{"row": {"x": null, "s": "b"}}\n{"key": "n", "value": 2}\n'
        b'{"row": {"x": "Infinity"}}'
    )
    first, second, third = found
    assert first.rows
    assert first.values["s"] == ["a", "b"]
    assert first.values["x"][0] == 1.0
    assert math.isnan(first.values["x"][1])
    assert (second, third) == (Item({"n": 2}), Item({"x": [math.inf]}, rows=True))


@pytest.mark.parametrize(("text", "number"), [('"-Infinity"', -math.inf), ('"Infinity"', math.inf), ("3", 3.0)])
def test_numbers_that_json_lacks_arrive_as_text(text: str, number: float) -> None:
    assert events(b'{"key": "x", "value": %s}\n' % text.encode()) == [Item({"x": number})]


def test_the_channel_is_on_from_its_first_line() -> None:
    parser = ChannelParser({}, "")
    list(parser.feed(b'{"opset":'))
    assert not parser.is_on
    list(parser.feed(b" 1}\n"))
    assert parser.is_on


def test_undeclared_keys_pass_as_they_are_and_paths_start_in_the_folder_of_the_run() -> None:
    assert events(b'{"key": "new", "value": {"a": [1, "NaN"]}}\n') == [Item({"new": {"a": [1, "NaN"]}})]
    (item,) = events(b'{"key": "output", "value": "out.csv"}\n')
    assert str(item.values["output"].resolve()) == "/somewhere/out.csv"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"garbage", "line 2 of the OPset channel is not a JSON object: 'garbage'"),
        (b"[1]", "line 2 of the OPset channel is not a JSON object: '[1]'"),
        (b'{"key": "n", "value": 1.5}', "line 2 of the OPset channel: n should be a whole number, not 1.5"),
        (b'{"key": "n", "value": true}', "line 2 of the OPset channel: n should be a whole number, not True"),
        (b'{"key": "x", "value": "much"}', "line 2 of the OPset channel: x should be a number, not 'much'"),
        (b'{"key": "l", "value": {}}', "line 2 of the OPset channel: l should be a list, not {}"),
        (b'{"key": 3, "value": 1}', "line 2 of the OPset channel has a key that is no name: 3"),
        (b'{"key": "n"}', "line 2 of the OPset channel has no value for the key 'n'"),
        (b'{"row": [1]}', "line 2 of the OPset channel has a row that is no object: [1]"),
        (b'{"opset": 7}', "line 2 of the OPset channel says version 7 of the channel; known is 1"),
        (b'{"a":' * 100_000, "line 2 of the OPset channel is not a JSON object: "),
        (b"\xff\xfe", "line 2 of the OPset channel is not UTF-8 (byte 0xff at character 1)"),
    ],
)
def test_a_hostile_line_is_one_error_after_what_came_before(line: bytes, message: str) -> None:
    events = ChannelParser(KEYS, "").feed(b'{"row": {"n": 1}}\n' + line + b"\n")
    assert next(events) == Item({"n": [1]}, rows=True)
    with pytest.raises(ResultError) as caught:
        next(events)
    assert str(caught.value).startswith(message)


MEMBERS = ("key", "value", "row", "opset", "declare", "progress", "error", "text", "type", "x", "n")
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(MEMBERS), inner),
    max_leaves=8,
)


@given(st.lists(json_values | st.binary(max_size=20), max_size=5))
def test_no_line_whatever_raises_more_than_a_result_error(lines: list[Any]) -> None:
    import json

    parser = ChannelParser(KEYS, "")
    try:
        for line in lines:
            list(parser.feed(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n"))
        list(parser.finish())
    except ResultError:
        pass
