"""The JSON Schema for editors and the checker of descriptors say the same."""

from __future__ import annotations

import copy
import importlib.util
import json
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from voclient.tasking.descriptors.checking import Checker, Entries
from voclient.tasking.descriptors.descriptor import PARAMETER_TYPES
from voclient.tasking.descriptors.schema import (
    DESCRIPTOR,
    DESCRIPTOR_REQUIRED,
    EXAMPLE,
    EXIT_STATUS,
    PACKAGE,
    REQUIRES,
    check_descriptor,
    check_package,
)
from voclient.tasking.descriptors.schema_interaction import PROMPT, SESSION
from voclient.tasking.descriptors.schema_json import json_schema
from voclient.tasking.descriptors.schema_parameter import PARAMETER
from voclient.tasking.descriptors.schema_results import KEY, RESULTS, SECTION
from voclient.tasking.descriptors.yamlfile import parse_document
from voclient.tasking.errors import DescriptorError

ROOT = Path(__file__).parents[2]
TABLES: dict[str, Entries] = {
    "descriptor": DESCRIPTOR, "package": PACKAGE, "parameter": PARAMETER, "section": SECTION, "key": KEY,
    "results": RESULTS, "example": EXAMPLE, "exit status": EXIT_STATUS, "requires": REQUIRES,
    "prompt": PROMPT, "session": SESSION,
}  # fmt: skip

RICH = """\
task: rich
summary: It has one of everything
description: More
executable: ./bin/prog
aliases: [old_rich]
deprecated: use 'poor'
arguments: [-T, 1, true]
parameters:
  text: {type: string, pattern: '[a-z]+', argv: '{}', required: true, help: Some text}
  number: {type: float, min: 0, max: 10, above: -1, below: 11, unit: deg, argv: '-n {}', default: 3, aliases: [nr, n]}
  list: {repeated: true, separator: ',', min_items: 1, max_items: 5, argv: [--list, '{}'], needs: text}
  choice: {choices: [a, b, 3], argv: {a: -a, b: [-b, -b], 3: null}, required: {number: [1, 2], text: true}}
  switch: {type: bool, argv: --switch, aliases: {sw: use s, s: null}, when: {choice: a}, deprecated: use 'choice'}
  where: {type: position, frame: galactic, form: sexagesimal, argv: '{l} {b}'}
  ra: {type: angle, coordinate: ra, argv: '{}', unit: hourangle}
  then: {type: time, form: mjd, scale: tdb, argv: '-t{}'}
  sources: {type: table, format: fits, argv: stdin}
  names: {repeated: true, as_file: true, argv: '@{}'}
  password: {environment: PW, secret: true}
  threads: {type: int, argv: '-t {}', default: 1, send_default: true, decimal: true}
  prefix: {argv: none}
exclusive: [[ra, where], [switch, list]]
at_least_one: [ra, where]
exactly_one: [[number, list]]
end_of_options: null
environment: {LC_ALL: C, N: 1}
reads_environment: [CALDB]
volatile: true
exit_statuses: {1: success, 2-9: {status: error, message: bad}}
requires: {version: 1.10, argv: -v, pattern: 'v([0-9.]+)'}
install: apt install prog
terminal: [stdin, stdout]
prompts: [{expect: 'Password: ', answer: '{password}', repeated: true}]
prompt_timeout: 5
results:
  stdout:
    format: columns
    comment: '#'
    header: false
    columns: [a, b, c]
    widths: [3, 4]
    rows: true
    keys: {a: int, b: {type: float, unit: mag, help: B, array: true}, third: {group: 3}}
  stderr: {format: regex, pattern: '(?P<x>.)', multiline: true, keys: {x: string}, when: {choice: [a, b]}}
  files:
    - {path: '{text}.fits', format: fits, keys: {table: table}, optional: true, strip: [.gz]}
    - {path: '*.txt', format: keyword, separator: ':'}
    - {path: log, format: text, key: log}
    - {path: '*.x', many: false, keys: {one: path, two: {type: path}}}
  channel: {seeing: float}
examples:
  - {call: {text: abc, number: 1}, expect: {a: [1, 2]}, needs: [network], help: An example}
"""
PACKAGE_YAML = """\
format: 1
package: rich
version: 1.10
summary: All of it
description: More
author: A. N. Astronomer
contact: a@example.org
homepage: https://example.org
license: BSD-3-Clause
icon: icon.svg
bindir: bin
environment: {A: b}
reads_environment: [CALDB]
state: true
install: apt install rich
requires: 2
end_of_options: null
aliases: {old: new, older: use new}
"""


@cache
def validator(kind: str) -> Any:
    schema = json_schema(kind)
    jsonschema.Draft7Validator.check_schema(schema)
    return jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker(["regex"]))


def as_json(value: Any) -> Any:
    """What an editor makes of YAML: every key of a mapping is text."""
    if isinstance(value, dict):
        return {as_text(key): as_json(item) for key, item in value.items()}
    return [as_json(item) for item in value] if isinstance(value, list) else value


def as_text(key: Any) -> str:
    return key if isinstance(key, str) else json.dumps(key)


def refusals(text: str, kind: str = "descriptor") -> tuple[list[str], list[str]]:
    """What schema and checker have against a file."""
    document = parse_document(text, "t.yaml")
    checker = Checker(document)
    (check_descriptor if kind == "descriptor" else check_package)(checker, document.data)
    by_schema = [f"{error.json_path}: {error.message}" for error in validator(kind).iter_errors(as_json(document.data))]
    return by_schema, [problem for _, _, problem in checker.problems]


def paths(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    for key, value in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield from paths(value, (*path, key))


@pytest.mark.parametrize(("text", "kind"), [(RICH, "descriptor"), (PACKAGE_YAML, "package")])
def test_both_accept_a_file_with_one_of_everything(text: str, kind: str) -> None:
    assert refusals(text, kind) == ([], [])


def test_the_order_of_words_is_accepted_by_both() -> None:
    text = "task: t\nsummary: s\nexecutable: e\ncommand: [a, '{p}']\nparameters: {p: {argv: '{}'}}\n"
    assert refusals(text) == ([], [])


def test_several_sections_of_stdout_are_accepted_by_both() -> None:
    text = (
        "task: t\nsummary: s\nexecutable: e\nparameters: {p: {argv: '{}'}}\n"
        "results: {stdout: [{format: csv, when: {p: true}}, {format: text, key: t}]}\n"
    )
    assert refusals(text) == ([], [])


def test_the_file_with_one_of_everything_leaves_no_key_out() -> None:
    data = yaml.safe_load(RICH)
    parameters = data["parameters"].values()
    sections = [data["results"]["stdout"], data["results"]["stderr"], *data["results"]["files"]]
    assert set(data) | {"command", "session"} == set(DESCRIPTOR)
    assert {key for parameter in parameters for key in parameter} == set(PARAMETER)
    assert {key for section in sections for key in section} == set(SECTION)
    assert set(data["results"]) == set(RESULTS)
    assert set(data["examples"][0]) == set(EXAMPLE)
    assert set(data["prompts"][0]) == set(PROMPT)
    assert set(data["requires"]) == set(REQUIRES)
    assert set(yaml.safe_load(PACKAGE_YAML)) == set(PACKAGE)


@pytest.mark.parametrize("file", sorted((ROOT / "taskdefs").glob("*/*.yaml")), ids=lambda file: file.name)
def test_the_schema_accepts_every_descriptor_of_ours(file: Path) -> None:
    kind = "package" if file.name == "package.yaml" else "descriptor"
    assert refusals(file.read_text(), kind) == ([], [])


@pytest.mark.parametrize(
    ("table", "key"), [(table, key) for table, entries in TABLES.items() for key in entries], ids=lambda word: word
)
def test_the_example_of_every_key_is_accepted_by_both(table: str, key: str) -> None:
    entry = TABLES[table][key]
    document = parse_document(f"{key}: {entry.example}\n", "t.yaml")
    checker = Checker(document)
    entry.field(checker, (key,), document.data[key])
    assert checker.problems == []
    jsonschema.validate(as_json(document.data[key]), entry.field.schema)
    assert entry.help
    assert not entry.help.endswith(".")


def test_what_an_editor_shows_says_the_meaning_of_each_key() -> None:
    parameter = json_schema()["properties"]["parameters"]["additionalProperties"]["properties"]
    assert parameter["unit"]["description"].startswith("The unit the program wants, ")
    assert "position" in parameter["type"]["enum"]
    assert "timeout" in json_schema()["properties"]["parameters"]["propertyNames"]["not"]["enum"]


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 400), st.sampled_from([0.5, -1.5, 3.0]), st.just([]), st.just({}),
    st.sampled_from(["", " ", "a b", "x\ny", "-a", "{}", "{text}", "text", "1.2", "float", "csv", "error", "a-b", "A"]),
    st.sampled_from(["(", "a/b c", "0", "true", "isot", "galactic", "stdin", "2-9"]),
    st.sampled_from([["a"], [None], ["a", "b"], [["a", "b"]], [[]], [{}], {"a": "b"}, {"a": None}, {"text": ["a"]},
                     {"type": "int"}, {"format": "text"}, {"timeout": {"argv": "{}"}}, {"x": []}]),
)  # fmt: skip


def mutate(data: Any, path: tuple[Any, ...], action: str, value: Any, name: str) -> Any:
    """One change at a path: another value, a key less, a key more."""
    result = copy.deepcopy(data)
    if not path:
        return value if action == "value" else {**result, name: value}
    owner = result
    for step in path[:-1]:
        owner = owner[step]
    if action == "value":
        owner[path[-1]] = value
    elif action == "less":
        del owner[path[-1]]
    elif isinstance(owner, dict):
        owner[name] = value
    else:
        owner.append(value)
    return result


def dump(data: Any) -> str:
    """YAML, with keys that are no texts, of which our reader makes the same data."""
    if isinstance(data, dict):
        return "{" + ", ".join(f"{dump(key)}: {dump(value)}" for key, value in data.items()) + "}"
    if isinstance(data, list):
        return "[" + ", ".join(map(dump, data)) + "]"
    return json.dumps(data)


def structure_of(kind: str, text: str) -> list[str]:
    """What the checker has against the fields, not counting the rules between them."""
    document = parse_document(text, "t.yaml")
    checker = Checker(document)
    if kind == "descriptor":
        checker.mapping((), document.data, DESCRIPTOR, "a descriptor", DESCRIPTOR_REQUIRED)
    else:
        with suppress(DescriptorError):
            check_package(checker, document.data)
    return [problem for _, _, problem in checker.problems]


@settings(max_examples=300, deadline=None)
@given(data=st.data(), kind=st.sampled_from(["descriptor"] * 4 + ["package"]))
def test_schema_and_checker_agree_on_what_is_changed(data: st.DataObject, kind: str) -> None:
    original = parse_document(RICH if kind == "descriptor" else PACKAGE_YAML, "t.yaml").data
    place = data.draw(st.sampled_from(list(paths(original))))
    action = data.draw(st.sampled_from(["value", "less", "more"]))
    name = data.draw(
        st.sampled_from(["tpye", "help", "type", "unit", "form", "when", "key", "Top", "class", "timeout"])
    )
    changed = mutate(original, place, action, data.draw(VALUES), name)
    text = dump(changed) + "\n"
    by_schema = list(validator(kind).iter_errors(as_json(parse_document(text, "t.yaml").data)))
    by_checker = structure_of(kind, text)
    assert bool(by_schema) == bool(by_checker), (place, by_schema, by_checker)


def test_the_reference_page_is_the_one_the_tables_make() -> None:
    spec = importlib.util.spec_from_file_location("make_descriptor", ROOT / "docs" / "make_descriptor.py")
    assert spec is not None
    assert spec.loader is not None
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    page = (ROOT / "docs" / "descriptor.md").read_text()
    assert page == maker.make_page(), "the page is made anew by: python docs/make_descriptor.py"
    assert all(f"`{name}`" in page or f"{name}," in page or f", {name}`" in page for name in PARAMETER_TYPES)
