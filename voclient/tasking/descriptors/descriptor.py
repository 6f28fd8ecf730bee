"""What a descriptor is: plain frozen data, made by `loading`, read by everything else.

Named tuples, as dataclasses take 15 ms to import and to make.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from typing import NamedTuple

    from ..functions.calls import FunctionCall
    from ..running.dialogue import Answer
else:
    from .records import NamedTuple

PARAMETER_TYPES = (
    "bool", "int", "float", "string", "choice", "path", "url", "table", "angle", "quantity", "range", "position",
    "time",
)  # fmt: skip
KEY_TYPES = (
    "bool", "int", "float", "string", "angle", "right_ascension", "list", "dict", "data", "any", "table", "text",
    "path", "fits",
)  # fmt: skip
FORMATS = (
    "keyword", "columns", "csv", "tsv", "bsv", "asv", "votable", "fits", "json", "jsonl", "regex", "lines", "text",
)  # fmt: skip
FRAMES = {"icrs": ("ra", "dec"), "fk5": ("ra", "dec"), "fk4": ("ra", "dec"), "galactic": ("l", "b")}
"""Frames of a position, and what its two angles are called there."""
TIME_FORMS = (
    "isot", "iso", "date", "yday", "fits", "jyear_str", "jd", "mjd", "jyear", "byear", "decimalyear", "unix", "gps",
    "cxcsec",
)  # fmt: skip
TIME_SCALES = ("utc", "tai", "tt", "tdb", "tcb", "tcg")
TABLE_FORMATS = ("votable", "fits", "csv", "tsv")
"""How a Table object is written for a program."""
CONTROLS = (
    "async", "async_", "execute", "timeout", "check", "cwd", "env", "executor", "callback", "progress", "cache",
    "prompt", "as_finished", "in_flight",
)  # fmt: skip
"""Names no parameter may bear: they steer the run."""


class Place(NamedTuple):
    """Where in a file a thing was said; lines and columns count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


Condition: TypeAlias = tuple[tuple[str, tuple[Any, ...]], ...]
"""Names of parameters, each with the values of which it must have one; True: it is given, False: it is not."""


class Parameter(NamedTuple):
    """A typed, documented input of a task."""

    name: str
    type: str = "string"
    help: str = ""
    argv: tuple[str, ...] = ()
    """Template of its words on the command line: `{}` stands for the value, `{...}` for all values of a list,
    `{low}` and `{high}` for the ends of a range; `{{` and `}}` are braces. Without a placeholder the words are
    there when a bool is true. A first word that begins with a placeholder makes the parameter an operand."""
    flags: tuple[tuple[Any, tuple[str, ...]], ...] = ()
    """Instead of a template: the words of each value (`argv: {true: +x, false: -x}`)."""
    stdin: bool = False
    """It goes to standard input (`argv: stdin`)."""
    unsent: bool = False
    """The program is not told (`argv: none`): it names output files only."""
    required: bool = False
    repeated: bool = False
    default: Any = None
    """What the tool itself does when the parameter is absent: shown, not sent."""
    send_default: bool = False
    """The default is sent when the parameter is absent: the tool has none of its own."""
    choices: tuple[Any, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    above: float | None = None
    """As `minimum`, which the value itself may not be."""
    below: float | None = None
    min_items: int | None = None
    """How many values a repeated one takes at least (0: an empty list is a value, too), and at most."""
    max_items: int | None = None
    decimal: bool = False
    """Numbers are written without exponent, for programs that read none."""
    pattern: str | None = None
    unit: str | None = None
    separator: str | None = None
    """Joins the items of a list into one word; None: each item is a use of the template."""
    as_file: bool = False
    """Its values are written to a file, a line each, whose name is what the template gets."""
    format: str = "votable"
    """How a Table object is written."""
    frame: str = "icrs"
    """Of a position, one of `FRAMES`."""
    coordinate: str | None = None
    """Of an angle: the one that a SkyCoord gives it (`ra`, `dec`, `l`, `b`)."""
    form: str | None = None
    """Of a time, one of `TIME_FORMS`; of a position, `degrees` or `sexagesimal`."""
    scale: str = "utc"
    aliases: tuple[str, ...] = ()
    typed: bool = False
    """It is part of the command of a session."""
    environment: str | None = None
    """Name of the environment variable that carries it (secrets never go on argv)."""
    secret: bool = False
    needs: tuple[str, ...] = ()
    """Parameters that must be given when this one is."""
    when: Condition = ()
    """It may be given only then."""
    required_when: Condition = ()
    deprecated: str = ""
    """What to use instead; each use warns."""
    deprecated_aliases: tuple[tuple[str, str], ...] = ()
    """Those of the aliases whose use warns, and what to use instead."""

    @property
    def operand(self) -> bool:
        """Known to the program by its place alone."""
        # What `schema` let pass has placeholders only that stand for values.
        return bool(self.argv) and self.argv[0].startswith("{") and not self.argv[0].startswith("{{")

    @property
    def positional(self) -> bool:
        """May be given to the task function by position: an operand, a required `name={}`, or typed in a session."""
        return (
            self.operand
            or self.typed
            or (self.required and bool(self.argv) and "={" in self.argv[0] and self.argv[0][0] != "-")
        )


class Key(NamedTuple):
    """One entry of the OPset, as declared.

    Keys of type `table`, `text`, `path`, `fits` are references to the whole output. A `right_ascension` is an angle in
    degrees whose sexagesimal form is hours.
    """

    name: str
    type: str = "string"
    unit: str | None = None
    help: str = ""
    array: bool = False
    """Values of all rows as a numpy array instead of a list."""
    group: str | int | None = None
    """Where it is found, if not under its own name: group of a `regex`, column by name or number from 1, word of
    a `keyword` line, dotted path into `json`."""


class Section(NamedTuple):
    """How one stream or file becomes entries of the OPset."""

    format: str
    """One of `FORMATS`, or `{parameter}`: as that parameter, or its default, says (references only)."""
    keys: tuple[Key, ...] = ()
    columns: tuple[str, ...] = ()
    """Names of the columns in order, for delimited text and `columns`."""
    widths: tuple[int, ...] = ()
    """`columns`: fixed widths in characters of the first columns; the others are separated by blanks."""
    header: bool = True
    separator: str | None = None
    """`keyword`: what stands between name and value; None: `=`."""
    comment: str | None = None
    pattern: str | None = None
    """`regex`: searched in each line (or in the whole text when `multiline`)."""
    multiline: bool = False
    rows: bool = True
    """Each line is a row, its keys grow; False: keys are single values, the last one wins."""
    key: str | None = None
    """The one key that holds a whole text, list of lines, table or document."""
    many: bool | None = None
    """Whether the keys of files are lists; None: when `path` is a pattern."""
    path: str | None = None
    """The template of a file's name, `{output}` stands for a parameter's value, `{output.name}` for that without its
    folders. For `stdout`: where the output goes instead when that parameter is given."""
    strip: tuple[str, ...] = ()
    """Texts, such as endings, that are left out of the values in `path`, one after the other."""
    optional: bool = False
    """That the file is missing is no error."""
    when: Condition = ()
    """It applies to such calls only."""


class Results(NamedTuple):
    """All that a task gives back. `channel` declares keys that only the OPset channel carries."""

    stdout: Section | None = None
    stderr: Section | None = None
    files: tuple[Section, ...] = ()
    channel: tuple[Key, ...] = ()
    alternatives: tuple[Section, ...] = ()
    """Other sections of stdout: the first whose condition holds is taken, `stdout` before them."""

    @property
    def sections(self) -> list[Section]:
        """All sections, in an order of their own."""
        streams = [section for section in (self.stdout, *self.alternatives, self.stderr) if section]
        return [*streams, *self.files]


class Example(NamedTuple):
    """Documentation and self-test at once."""

    call: dict[str, Any]
    expect: dict[str, Any]
    needs: tuple[str, ...] = ()
    help: str = ""


class ExitStatus(NamedTuple):
    """What a numbered exit status means, where it is not the usual 0 and not 0."""

    status: str
    """`success` or `error`."""
    message: str = ""


class Prompt(NamedTuple):
    """What a program asks at its terminal, and the answer."""

    expect: str
    """Regular expression of the question, which ends what the program has said."""
    answer: str
    """Template of what is typed: `{name}` stands for a parameter's value."""
    repeated: bool = False
    """It is answered whenever it comes, not only the first time."""


class SessionForm(NamedTuple):
    """How a program that stays takes commands."""

    prompt: str
    """Regular expression of what it prints when it is ready for the next one."""
    command: tuple[str, ...]
    """Templates of the lines that are typed for a call."""
    marker: str | None = None
    """For programs without prompt: the line upon which it prints something for `prompt` to find."""
    startup: tuple[str, ...] = ()
    """Lines typed before the first call."""
    quit: str | None = None
    """The line that ends it; None: it is hung up."""
    error: str | None = None
    """Regular expression of the answers that tell a failure; its first group is the message."""
    restart: bool = True
    """The program is started again for the next call when it has ended."""


class Requirement(NamedTuple):
    """The lowest version of a program that will do, and how it is asked for its own."""

    version: str
    argv: tuple[str, ...] = ("--version",)
    pattern: str = r"\d+(?:\.\d+)+"
    """Finds the version in what it prints: the first group, else the whole."""


class Descriptor(NamedTuple):
    """How to call one executable and read what it prints."""

    task: str
    summary: str
    executable: str
    place: Place
    description: str = ""
    arguments: tuple[str, ...] = ()
    """Always there, ahead of the parameters' words."""
    command: tuple[str | int | tuple[str | int, ...], ...] = ()
    """All words in their order, where that is not the order of declaration: text, or the index of a parameter
    (`{name}` in YAML), for its words. Pieces of both are a word with values in it (`{name}.fits`), which is there
    when all of them are given. Empty: arguments, then the parameters as declared."""
    parameters: tuple[Parameter, ...] = ()
    exclusive: tuple[tuple[str, ...], ...] = ()
    """Groups of parameters of which at most one may be given."""
    at_least_one: tuple[tuple[str, ...], ...] = ()
    """Groups of parameters of which at least one must be given."""
    exactly_one: tuple[tuple[str, ...], ...] = ()
    end_of_options: str | None = "--"
    """The word that protects operands beginning with `-`; None: the program knows none."""
    results: Results = Results()
    environment: tuple[tuple[str, str], ...] = ()
    exit_statuses: tuple[tuple[int, ExitStatus], ...] = ()
    examples: tuple[Example, ...] = ()
    aliases: tuple[str, ...] = ()
    package: str = ""
    bindir: str | None = None
    """The package's own folder of executables, absolute."""
    install: str = ""
    """What to install when the executable is missing, e.g. `apt install wcstools`."""
    terminal: tuple[str, ...] = ()
    """Which of stdin, stdout, stderr is a terminal."""
    prompts: tuple[Prompt, ...] = ()
    prompt_timeout: float = 10.0
    """Seconds of silence after which a program at its terminal is looked at: does it wait for input."""
    session: SessionForm | None = None
    requires: Requirement | None = None
    state: bool = False
    """Its program is given the package's state folder, in `VOCLIENT_STATE`."""
    reads_environment: tuple[str, ...] = ()
    """Variables its outcome depends on: another value is another call to the cache."""
    volatile: bool = False
    """Its outcome may change though the call does not."""
    deprecated: str = ""
    """What to use instead; each call warns."""
    function: FunctionCall | None = None
    """A Python function that is called, in place of words for the program."""

    @property
    def by_name(self) -> dict[str, Parameter]:
        """The parameters by their names, aliases as well."""
        return {name: p for p in self.parameters for name in (p.name, *p.aliases)}


class Package(NamedTuple):
    """What package.yaml says of a folder of descriptors."""

    name: str
    version: str
    summary: str
    folder: str
    description: str = ""
    author: str = ""
    contact: str = ""
    homepage: str = ""
    license: str = ""
    icon: str = ""
    install: str = ""
    bindir: str | None = None
    environment: tuple[tuple[str, str], ...] = ()
    aliases: tuple[tuple[str, str], ...] = ()
    """Old name of a task, new name."""
    deprecated_aliases: tuple[str, ...] = ()
    """Those of the old names whose use warns."""
    requires: Requirement | None = None
    """Of its tasks, unless they say otherwise."""
    state: bool = False
    reads_environment: tuple[str, ...] = ()
    end_of_options: str | None = "--"
    """Of its tasks, unless they say otherwise."""

    @property
    def attributes(self) -> dict[str, Any]:
        """All of it as a dict.

        Examples
        --------
        >>> from voclient.tasking import find_packages
        >>> find_packages("vao")[0].attributes["license"]
        'BSD-3-Clause'
        """
        result: dict[str, Any] = as_dict(self)
        return result


class Invocation:
    """A call translated: what `arguments` makes and `run` executes."""

    __slots__ = ("answers", "descriptors", "environment", "executable", "many", "stdin", "values", "words")

    def __init__(
        self,
        executable: str,
        words: list[str],
        *,
        stdin: bytes | str | None = None,
        environment: dict[str, str] | None = None,
        descriptors: tuple[int, ...] = (),
        values: dict[str, Any] | None = None,
        many: bool = True,
        answers: tuple[Answer, ...] = (),
    ) -> None:
        self.executable = executable
        self.words = words
        """Everything after the program's name."""
        self.stdin = stdin
        """Bytes, the path of a file (perhaps `/dev/fd/N`), or None: `/dev/null`."""
        self.environment = environment or {}
        self.descriptors = descriptors
        """File descriptors the child inherits (staged tables as `/dev/fd/N`); the run closes them."""
        self.values = values or {}
        """The checked parameter values, for templates of output files and for one-or-many."""
        self.many = many
        """Row keys are lists whatever comes; False when one plain value was given to the `repeated` parameter."""
        self.answers = answers
        """What is typed at each prompt of the descriptor."""


def as_dict(data: Any) -> Any:
    """Named tuples as dicts, all the way down."""
    if hasattr(data, "_asdict"):
        return {name: as_dict(value) for name, value in data._asdict().items()}
    return [as_dict(item) for item in data] if isinstance(data, (tuple, list)) else data
