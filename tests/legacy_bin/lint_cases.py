"""Small documents, good and bad, that a validator is judged by: each case is one RESOURCE (or what stands beside one),
written on one line, so that many of them make one document and a judge's line numbers tell which ones it faults."""

from __future__ import annotations

import base64
from dataclasses import dataclass

VERSIONS = ("1.0", "1.1", "1.2", "1.3", "1.4", "1.5")
SPACES = {
    "1.0": "",
    "1.1": "http://www.ivoa.net/xml/VOTable/v1.1",
    "1.2": "http://www.ivoa.net/xml/VOTable/v1.2",
    "1.3": "http://www.ivoa.net/xml/VOTable/v1.3",
    "1.4": "http://www.ivoa.net/xml/VOTable/v1.3",
    "1.5": "http://www.ivoa.net/xml/VOTable/v1.3",
}


@dataclass(frozen=True)
class Case:
    name: str
    text: str  # what stands in the RESOURCE
    since: str = "1.0"
    last: str = "1.5"
    valid: str = ""  # the versions in which it is valid: "1.3-", "-1.2", "all", "" for none

    def has(self, version: str) -> bool:
        return self.since <= version <= self.last

    def is_valid(self, version: str) -> bool:
        if self.valid in ("", "all"):
            return self.valid == "all"
        first, last = self.valid.split("-")
        return (first or "1.0") <= version <= (last or "1.5")


def field(datatype: str = "int", **attributes: str) -> str:
    more = "".join(f' {name}="{value}"' for name, value in attributes.items())
    name = "" if "name" in attributes else ' name="x"'
    return f'<FIELD{name} datatype="{datatype}"{more}/>'


def table(fields: str, *rows: str, attributes: str = "") -> str:
    """Rows are given as their cells' text, with | between cells."""
    cells = "".join("<TR>" + "".join(f"<TD>{cell}</TD>" for cell in row.split("|")) + "</TR>" for row in rows)
    return f"<TABLE{attributes}>{fields}<DATA><TABLEDATA>{cells}</TABLEDATA></DATA></TABLE>"


def cell(datatype: str, text: str, **attributes: str) -> str:
    return table(field(datatype, **attributes), text)


def stream(fields: str, data: str, element: str = "BINARY", attributes: str = 'encoding="base64"') -> str:
    return f"<TABLE>{fields}<DATA><{element}><STREAM {attributes}>{data}</STREAM></{element}></DATA></TABLE>"


def header(**cards: int | str) -> bytes:
    lines = [f"{name:8}= {value:>20}" for name, value in cards.items()]
    return "".join(line.ljust(80) for line in [*lines, "END"]).ljust(2880).encode()


# A FITS file of one binary table: two columns, one row.
FITS = base64.b64encode(
    header(SIMPLE="T", BITPIX=8, NAXIS=0, EXTEND="T")
    + header(XTENSION="'BINTABLE'", BITPIX=8, NAXIS=2, NAXIS1=8, NAXIS2=1, PCOUNT=0, GCOUNT=1, TFIELDS=2,
             TFORM1="'J       '", TFORM2="'J       '")
    + bytes(2880)
).decode()  # fmt: skip

CELLS = [
    *(
        Case(f"{kind} {text!r}", cell(kind, text), valid="all")
        for kind, text in [
            ("unsignedByte", "0"),
            ("unsignedByte", "255"),
            ("unsignedByte", "0xff"),
            ("short", "-32768"),
            ("short", "32767"),
            ("int", "+5"),
            ("int", "-2147483648"),
            ("int", "007"),
            ("long", "9223372036854775807"),
            ("long", "-9223372036854775808"),
            ("long", "0x7fffffffffffffff"),
            ("float", "1"),
            ("float", "-1.5e10"),
            ("float", ".5"),
            ("float", "5."),
            ("float", "NaN"),
            ("float", "+Inf"),
            ("float", "-Inf"),
            ("float", " 3.5 "),
            ("float", ""),
            ("double", "1E-300"),
            ("double", "+2.50"),
            ("double", ""),
            ("boolean", "T"),
            ("boolean", "f"),
            ("boolean", "1"),
            ("boolean", "?"),
            ("boolean", "tRuE"),
            ("boolean", ""),
            ("bit", "1"),
            ("char", "a"),
            ("unicodeChar", "é"),
            ("floatComplex", "1 -2"),
            ("doubleComplex", "1e3 NaN"),
            ("char", ""),
            ("char", "ab"),
        ]
    ),
    *(
        Case(f"{kind} {text!r}", cell(kind, text))
        for kind, text in [
            ("unsignedByte", "256"),
            ("unsignedByte", "-1"),
            ("unsignedByte", "0x100"),
            ("short", "32768"),
            ("short", "-32769"),
            ("int", "2147483648"),
            ("int", "1.0"),
            ("int", "1e3"),
            ("int", "x"),
            ("int", "-"),
            ("int", "0x"),
            ("int", "0xfg"),
            ("int", "0Xff"),
            ("int", "1 2"),
            ("int", "NaN"),
            ("long", "9223372036854775808"),
            ("long", "99999999999999999999999"),
            ("long", "-9223372036854775809"),
            ("float", "x"),
            ("float", "1d5"),
            ("float", "Inf"),
            ("float", "nan"),
            ("float", "+-1"),
            ("float", "1e"),
            ("float", "1e1234"),
            ("float", "."),
            ("float", "1,5"),
            ("float", "--"),
            ("double", "infinity"),
            ("double", "1.2.3"),
            ("double", "0x10"),
            ("boolean", "yes"),
            ("boolean", "2"),
            ("boolean", "TT"),
            ("bit", "2"),
            ("bit", "10"),
            ("char", "é"),
            ("floatComplex", "1"),
            ("floatComplex", "1 2 3"),
            ("doubleComplex", "1 x"),
        ]
    ),
    Case("empty int", cell("int", ""), valid="1.3-"),
    Case("empty long", cell("long", ""), valid="1.3-"),
    Case("fixed array", cell("int", "1 2 3", arraysize="3"), valid="all"),
    Case("fixed array short", cell("int", "1 2", arraysize="3")),
    Case("fixed array long", cell("float", "1 2 3 4", arraysize="3")),
    Case("fixed array bad item", cell("float", "1 b 3", arraysize="3")),
    Case("matrix", cell("double", "1 2 3\t4 5 6", arraysize="2x3"), valid="all"),
    Case("matrix short", cell("double", "1 2 3", arraysize="2x3")),
    Case("variable array", cell("short", "1 2 3 4", arraysize="*"), valid="all"),
    Case("variable array empty", cell("short", "", arraysize="*"), valid="all"),
    Case("variable array bad item", cell("short", "1 99999", arraysize="*")),
    Case("bounded array", cell("short", "1 2", arraysize="3*"), valid="all"),
    Case("variable matrix", cell("short", "1 2 3 4", arraysize="2x*"), valid="all"),
    Case("booleans", cell("boolean", "T F true ?", arraysize="4"), valid="all"),
    Case("booleans bad", cell("boolean", "T maybe", arraysize="*")),
    Case("bits", cell("bit", "0110 1", arraysize="5"), valid="all"),
    Case("bits short", cell("bit", "011", arraysize="5")),
    Case("bits bad", cell("bit", "01x", arraysize="*")),
    Case("strings", cell("char", "any text", arraysize="*"), valid="all"),
    Case("string too long", cell("char", "any text", arraysize="3"), valid="all"),
    Case("string beyond ascii", cell("char", "é", arraysize="*"), valid="all"),
    Case("unicode string", cell("unicodeChar", "Ωé", arraysize="2"), valid="all"),
    Case("strings array", cell("char", "abcdef", arraysize="3x2"), valid="all"),
    Case("complex array", cell("floatComplex", "1 2 3 4", arraysize="2"), valid="all"),
    Case("complex array odd", cell("floatComplex", "1 2 3", arraysize="2")),
    Case("bad row behind a good one", table(field("int"), "1", "x", "3")),
    Case("entities and CDATA", cell("char", "&lt;&amp;<![CDATA[<b>]]>", arraysize="*"), valid="all"),
    Case("CDATA in a number", cell("int", "<![CDATA[5]]>"), valid="all"),
    Case("comment in a number", cell("int", "5<!-- five -->"), valid="all"),
    Case("bad number in CDATA", cell("int", "<![CDATA[five]]>")),
]

STRUCTURE = [
    Case("empty resource", "", valid="all"),
    Case("table without data", f"<TABLE>{field()}</TABLE>", valid="all"),
    Case("table without field", "<TABLE/>", valid="-1.1"),
    Case("unknown element", "<BOGUS/>"),
    Case("lower case", f"<table>{field()}</table>"),
    Case("unknown attribute", f'<TABLE foo="1">{field()}</TABLE>'),
    Case("attribute in wrong case", f'<TABLE id="t_case">{field()}</TABLE>'),
    Case("description twice", "<DESCRIPTION>a</DESCRIPTION><DESCRIPTION>b</DESCRIPTION>"),
    Case("description late", '<INFO name="a" value="b"/><DESCRIPTION>b</DESCRIPTION>'),
    Case("description with mark-up", "<DESCRIPTION>a <b>bold</b> word</DESCRIPTION>", valid="1.1-"),
    Case("text in resource", "some text"),
    Case("text in table", f"<TABLE>{field()}text</TABLE>"),
    Case("text in row", f"<TABLE>{field()}<DATA><TABLEDATA><TR>t<TD>1</TD></TR></TABLEDATA></DATA></TABLE>"),
    Case("text in tabledata", f"<TABLE>{field()}<DATA><TABLEDATA>t<TR><TD>1</TD></TR></TABLEDATA></DATA></TABLE>"),
    Case("element in cell", f"<TABLE>{field()}<DATA><TABLEDATA><TR><TD>1<b/></TD></TR></TABLEDATA></DATA></TABLE>"),
    Case("cell without row", f"<TABLE>{field()}<DATA><TABLEDATA><TD>1</TD></TABLEDATA></DATA></TABLE>"),
    Case("row in row", f"<TABLE>{field()}<DATA><TABLEDATA><TR><TR><TD>1</TD></TR></TR></TABLEDATA></DATA></TABLE>"),
    Case("field behind data", f"<TABLE>{field()}<DATA><TABLEDATA/></DATA>{field('int', name='y')}</TABLE>"),
    Case("field outside table", field()),
    Case("data twice", f"<TABLE>{field()}<DATA><TABLEDATA/></DATA><DATA><TABLEDATA/></DATA></TABLE>"),
    Case("data empty", f"<TABLE>{field()}<DATA/></TABLE>"),
    Case("two serialisations", f"<TABLE>{field()}<DATA><TABLEDATA/><TABLEDATA/></DATA></TABLE>"),
    Case("table in table", f"<TABLE>{field()}<TABLE>{field()}</TABLE></TABLE>"),
    Case("resource in resource", "<RESOURCE/>", valid="all"),
    Case("resource before table", f"<RESOURCE/><TABLE>{field()}</TABLE>", valid="1.2-"),
    Case("info before param", '<INFO name="a" value="b"/><PARAM name="p" datatype="int" value="1"/>', valid="all"),
    Case("info behind param", '<PARAM name="p" datatype="int" value="1"/><INFO name="a" value="b"/>', valid="1.1-1.1"),
    Case("info behind table", f'<TABLE>{field()}</TABLE><INFO name="a" value="b"/>', valid="1.2-"),
    Case("info in table", f'<TABLE><INFO name="a" value="b"/>{field()}</TABLE>', valid="1.2-"),
    Case("info in data", f'<TABLE>{field()}<DATA><TABLEDATA/><INFO name="a" value="b"/></DATA></TABLE>', valid="1.2-"),
    Case("info with element", '<INFO name="a" value="b"><DESCRIPTION>x</DESCRIPTION></INFO>'),
    Case("info without name", '<INFO value="b"/>', valid="-1.0"),
    Case("info without value", '<INFO name="b"/>', valid="-1.0"),
    Case("info with unit", '<INFO name="a" value="1" unit="m"/>', valid="1.2-"),
    Case("group in resource", '<GROUP name="g"/>', valid="1.2-"),
    Case("group in table", f'<TABLE>{field()}<GROUP name="g"/></TABLE>', valid="1.1-"),
    Case("field in group", f"<TABLE>{field()}<GROUP>{field('int', name='y')}</GROUP></TABLE>"),
    Case("param in table", f'<TABLE>{field()}<PARAM name="p" datatype="int" value="1"/></TABLE>', valid="1.1-"),
    Case(
        "param in group",
        f'<TABLE>{field()}<GROUP><PARAM name="p" datatype="int" value="1"/></GROUP></TABLE>',
        valid="1.1-",
    ),
    Case("param without value", '<PARAM name="p" datatype="int"/>', valid="-1.0"),
    Case("param without name", '<PARAM datatype="int" value="1"/>', valid="-1.0"),
    Case("param without datatype", '<PARAM name="p" value="1"/>', valid="-1.0"),
    Case("param with bad value", '<PARAM name="p" datatype="int" value="one"/>'),
    Case("param with array", '<PARAM name="p" datatype="int" arraysize="2" value="1 2"/>', valid="all"),
    Case("param with short array", '<PARAM name="p" datatype="int" arraysize="2" value="1"/>'),
    Case("param of text", '<PARAM name="p" datatype="char" arraysize="*" value=""/>', valid="all"),
    Case("param empty", '<PARAM name="p" datatype="int" value=""/>', valid="all"),
    Case("param of an array empty", '<PARAM name="p" datatype="float" arraysize="2" value=""/>', valid="all"),
    Case("field without name", '<TABLE><FIELD datatype="int"/></TABLE>', valid="-1.0"),
    Case("field without datatype", '<TABLE><FIELD name="x"/></TABLE>', valid="-1.0"),
    Case("field with value", f"<TABLE>{field(value='1')}</TABLE>"),
    Case(
        "values",
        '<TABLE><FIELD name="x" datatype="int"><VALUES type="actual" null="-1"><MIN value="0"/>'
        '<MAX value="9" inclusive="no"/><OPTION name="a" value="1"/><OPTION value="2"/></VALUES></FIELD></TABLE>',
        valid="all",
    ),
    Case(
        "values in disorder",
        '<TABLE><FIELD name="x" datatype="int"><VALUES><MAX value="9"/><MIN value="0"/></VALUES></FIELD></TABLE>',
    ),
    Case("values twice", '<TABLE><FIELD name="x" datatype="int"><VALUES/><VALUES/></FIELD></TABLE>', valid="-1.0"),
    Case(
        "minimum twice",
        '<TABLE><FIELD name="x" datatype="int"><VALUES><MIN value="0"/><MIN value="1"/></VALUES></FIELD></TABLE>',
    ),
    Case("minimum without value", '<TABLE><FIELD name="x" datatype="int"><VALUES><MIN/></VALUES></FIELD></TABLE>'),
    Case(
        "inclusive maybe",
        '<TABLE><FIELD name="x" datatype="int"><VALUES><MIN value="0" inclusive="maybe"/></VALUES></FIELD></TABLE>',
    ),
    Case("values of a bad type", '<TABLE><FIELD name="x" datatype="int"><VALUES type="some"/></FIELD></TABLE>'),
    Case(
        "values invalid", '<TABLE><FIELD name="x" datatype="int"><VALUES invalid="yes"/></FIELD></TABLE>', valid="-1.0"
    ),
    Case(
        "options in option",
        '<TABLE><FIELD name="x" datatype="int"><VALUES><OPTION value="1"><OPTION value="2"/>'
        "</OPTION></VALUES></FIELD></TABLE>",
        valid="all",
    ),
    Case("link", '<LINK href="http://a.b/c" content-role="doc" title="t"/>', valid="-1.1"),
    Case(
        "link in field",
        '<TABLE><FIELD name="x" datatype="int"><LINK href="http://a.b/c"/></FIELD></TABLE>',
        valid="all",
    ),
    Case("link before values", '<TABLE><FIELD name="x" datatype="int"><LINK href="a"/><VALUES/></FIELD></TABLE>'),
    Case("link with text", f'<TABLE>{field()}<LINK href="a">text</LINK></TABLE>', valid="-1.1"),
    Case("link of another role", f'<TABLE>{field()}<LINK href="a" content-role="type"/></TABLE>', valid="1.2-"),
    Case(
        "link with type", f'<TABLE>{field()}<LINK href="a" content-type="image/fits"/></TABLE>', last="1.1", valid="all"
    ),
    Case(
        "link with type in 1.2",
        f'<TABLE>{field()}<LINK href="a" content-type="image/fits"/></TABLE>',
        since="1.2",
        last="1.2",
    ),
    Case(
        "link with type since 1.3",
        f'<TABLE>{field()}<LINK href="a" content-type="image/fits"/></TABLE>',
        since="1.3",
        valid="all",
    ),
    Case("coosys", '<COOSYS ID="sys" system="ICRS" equinox="J2000" epoch="1991.25"/>', valid="all"),
    Case("coosys without ID", '<COOSYS system="ICRS"/>', valid="-1.0"),
    Case("coosys bad system", '<COOSYS ID="sys_b" system="FK9"/>', last="1.4"),
    Case("coosys bad epoch", '<COOSYS ID="sys_c" epoch="X2000"/>', valid="-1.0"),
    Case("coosys with refposition", '<COOSYS ID="sys_d" refposition="BARYCENTER"/>', valid="1.5-"),
    Case(
        "timesys", '<TIMESYS ID="time" timeorigin="MJD-origin" timescale="TCB" refposition="BARYCENTER"/>', valid="1.4-"
    ),
    Case("timesys without scale", '<TIMESYS ID="time_b" refposition="BARYCENTER"/>'),
    Case("timesys bad origin", '<TIMESYS ID="time_c" timeorigin="J2000" timescale="TT" refposition="GEOCENTER"/>'),
    Case(
        "timesys number",
        '<TIMESYS ID="time_d" timeorigin="2455197.5" timescale="TT" refposition="GEOCENTER"/>',
        valid="1.4-",
    ),
    Case("binary2", stream(field(), "AAAAAAE=", "BINARY2"), valid="1.3-"),
    Case("foreign element", '<x:y xmlns:x="http://x/y"><x:z a="b">t</x:z></x:y>', valid="1.1-"),
    Case("foreign element in table", f'<TABLE>{field()}<y xmlns="http://x/y"/></TABLE>'),
    Case("foreign element first", f'<y xmlns="http://x/y"/><TABLE>{field()}</TABLE>'),
]

ATTRIBUTES = [
    *(
        Case(f"datatype {name}", f"<TABLE>{field(name, arraysize='2')}</TABLE>", valid="all")
        for name in (
            "boolean",
            "bit",
            "unsignedByte",
            "short",
            "int",
            "long",
            "char",
            "unicodeChar",
            "float",
            "double",
            "floatComplex",
            "doubleComplex",
        )
    ),
    *(
        Case(f"datatype {name!r}", f"<TABLE>{field(name, arraysize='2')}</TABLE>")
        for name in ("integer", "Int", "string", "")
    ),
    *(
        Case(f"arraysize {size}", f"<TABLE>{field('int', arraysize=size)}</TABLE>", valid="all")
        for size in ("1", "3", "*", "16*", "3x2", "3x*", "2x3x4", "3x5*", "")
    ),
    *(
        Case(f"arraysize {size}", f"<TABLE>{field('int', arraysize=size)}</TABLE>")
        for size in ("x3", "-1", "3*x2", "*x3", "3.5", "3,2", "a", "3 x 2", "**")
    ),
    *(
        Case(f"precision {value}", f"<TABLE>{field('float', precision=value)}</TABLE>", valid="all")
        for value in ("2", "F3", "E5", "12")
    ),
    *(
        Case(f"precision {value}", f"<TABLE>{field('float', precision=value)}</TABLE>", valid="-1.0")
        for value in ("G5", "E", "x", "-1", "2.5", "")
    ),
    Case("precision 0", f"<TABLE>{field('float', precision='0')}</TABLE>", valid="1.3-", since="1.1"),
    *(Case(f"width {value}", f"<TABLE>{field('float', width=value)}</TABLE>", valid="all") for value in ("1", "10")),
    *(
        Case(f"width {value}", f"<TABLE>{field('float', width=value)}</TABLE>", valid="-1.0")
        for value in ("0", "-1", "x", "1.5", "")
    ),
    *(
        Case(f"nrows {value}", table(field(), "1", "2", attributes=f' nrows="{value}"'), since="1.1")
        for value in ("3", "1", "0", "-2", "two", "")
    ),
    Case("nrows right", table(field(), "1", "2", attributes=' nrows="2"'), valid="all", since="1.1"),
    Case("nrows in 1.0", table(field(), "1", attributes=' nrows="1"'), last="1.0"),
    Case("nrows of empty", table(field(), attributes=' nrows="0"'), valid="all", since="1.1"),
    Case(
        "nrows of a stream",
        stream(field(), "AAAAAQAAAAI=").replace("<TABLE", '<TABLE nrows="2"'),
        valid="all",
        since="1.1",
    ),
    Case("nrows of a stream wrong", stream(field(), "AAAAAQAAAAI=").replace("<TABLE", '<TABLE nrows="3"'), since="1.1"),
    Case("field type", f"<TABLE>{field(type='hidden')}</TABLE>", valid="all"),
    Case("field type bad", f"<TABLE>{field(type='secret')}</TABLE>"),
    Case("utype", f"<TABLE>{field(utype='a:b.c')}</TABLE>", valid="1.1-"),
    Case("xtype", f"<TABLE>{field('char', xtype='timestamp', arraysize='*')}</TABLE>", valid="1.2-"),
    Case("ucd", f"<TABLE>{field(ucd='pos.eq.ra;meta.main')}</TABLE>", valid="all"),
    Case("ucd old", f"<TABLE>{field(ucd='POS_EQ_RA_MAIN')}</TABLE>", valid="all"),
    Case("ucd bad character", f"<TABLE>{field(ucd='pos.eq.ra/x')}</TABLE>", valid="-1.0"),
    Case("ucd of SIA", f"<TABLE>{field(ucd='VOX:Image_Title')}</TABLE>", valid="all"),
    Case("id", f"<TABLE>{field(ID='_a.b-c1')}</TABLE>", valid="all"),
    Case("id digit", f"<TABLE>{field(ID='1a')}</TABLE>"),
    Case("id blank", f"<TABLE>{field(ID='a b')}</TABLE>"),
    Case("id twice", f"<TABLE>{field(ID='twice')}{field(ID='twice', name='y')}</TABLE>"),
    Case("ref", f'<COOSYS ID="c_ref"/><TABLE>{field(ref="c_ref")}</TABLE>', valid="all"),
    Case("fieldref", f'<TABLE>{field(ID="f_ref")}<GROUP><FIELDref ref="f_ref"/></GROUP></TABLE>', valid="1.1-"),
    Case(
        "fieldref with ucd",
        f'<TABLE>{field(ID="f_rel")}<GROUP><FIELDref ref="f_rel" ucd="meta.id"/></GROUP></TABLE>',
        valid="1.2-",
    ),
    Case("fieldref without ref", f"<TABLE>{field()}<GROUP><FIELDref/></GROUP></TABLE>"),
    Case(
        "fieldref to a param",
        f'<TABLE>{field()}<PARAM ID="p_ref" name="p" datatype="int" value="1"/>'
        '<GROUP><FIELDref ref="p_ref"/></GROUP></TABLE>',
        valid="1.1-",
    ),
    Case(
        "paramref",
        f'<TABLE>{field()}<PARAM ID="p_rel" name="p" datatype="int" value="1"/>'
        '<GROUP><PARAMref ref="p_rel"/></GROUP></TABLE>',
        valid="1.1-",
    ),
    Case(
        "fieldref with content", f'<TABLE>{field(ID="f_rem")}<GROUP><FIELDref ref="f_rem">x</FIELDref></GROUP></TABLE>'
    ),
    Case(
        "row with ID",
        f'<TABLE>{field()}<DATA><TABLEDATA><TR ID="row1"><TD>1</TD></TR></TABLEDATA></DATA></TABLE>',
        valid="1.2-",
    ),
    Case(
        "cell with encoding",
        f'<TABLE>{field()}<DATA><TABLEDATA><TR><TD encoding="none">1</TD></TR></TABLEDATA></DATA></TABLE>',
        valid="1.1-",
    ),
    Case(
        "row with attribute", f'<TABLE>{field()}<DATA><TABLEDATA><TR a="1"><TD>1</TD></TR></TABLEDATA></DATA></TABLE>'
    ),
    Case("foreign attribute", '<RESOURCE xmlns:x="http://x/y" x:z="1"/>', since="1.1", valid="all"),
]

XTYPES = [
    *(Case(f"xtype {kind} {size}", f"<TABLE>{field(kind, arraysize=size, xtype=name)}</TABLE>", "1.2", valid="all")
      for name, kind, size in [
          ("timestamp", "char", "*"), ("timestamp", "char", "20"), ("interval", "double", "2"),
          ("interval", "int", "2"), ("point", "float", "2"), ("circle", "double", "3"), ("polygon", "double", "*"),
          ("polygon", "float", "8"),
          ("my:own", "int", "7"), ("strange", "bit", "3")]),
    *(Case(f"xtype {name} {kind} {size} bad", f"<TABLE>{field(kind, arraysize=size, xtype=name)}</TABLE>", since="1.2")
      for name, kind, size in [
          ("timestamp", "double", "2"), ("timestamp", "unicodeChar", "*"), ("timestamp", "char", "8x3"),
          ("interval", "double", "3"), ("interval", "char", "2"), ("point", "double", "*"), ("point", "int", "2"),
          ("circle", "double", "2"), ("circle", "long", "3"), ("polygon", "int", "*"), ("polygon", "double", "2x3"),
          ("polygon", "char", "*")]),
    *(Case(f"{name} {text}", cell(kind, text, arraysize=size, xtype=name), since="1.2", valid="all")
      for name, kind, size, text in [
          ("timestamp", "char", "*", "2024-02-29"), ("timestamp", "char", "*", "2024-02-29T23:59:60.5Z"),
          ("timestamp", "char", "*", ""), ("interval", "double", "2", "NaN NaN"), ("interval", "double", "2", "-Inf 1"),
          ("interval", "short", "2", "1 2"), ("point", "double", "2", "10 -5.5"), ("point", "float", "2", "NaN NaN"),
          ("circle", "double", "3", "1 2 3"), ("polygon", "double", "*", "1 2 3 4 5 6")]),
    *(Case(f"{name} {text} bad", cell(kind, text, arraysize=size, xtype=name), since="1.2")
      for name, kind, size, text in [
          ("timestamp", "char", "*", "29 Feb 2024"), ("timestamp", "char", "*", "2024-02-29 12:00:00"),
          ("timestamp", "char", "*", "2024-02-29T12:00"), ("interval", "double", "2", "NaN 1"),
          ("point", "double", "2", "1 NaN"), ("point", "float", "2", "1 +Inf"),
          ("circle", "double", "3", "1 2 NaN"), ("circle", "double", "3", "1 2 x"),
          ("polygon", "double", "*", "1 2 3 4 5"), ("polygon", "double", "*", "1 2 3 4")]),
    Case("param timestamp bad", '<PARAM name="p" datatype="char" arraysize="*" xtype="timestamp" value="today"/>',
         since="1.2"),
    Case("binary point bad", stream(field("float", arraysize="2", xtype="point"), "f8AAAD+AAAA="), since="1.2"),
    Case("binary point", stream(field("float", arraysize="2", xtype="point"), "P4AAAD+AAAA="), "1.2", valid="all"),
]  # fmt: skip

STREAMS = [
    Case("binary", stream(field(), "AAAAAQAAAAI="), valid="all"),
    Case("binary empty", stream(field(), ""), valid="all"),
    Case("binary cut", stream(field(), "AAAAAQAA")),
    Case("binary of a variable array", stream(field("short", arraysize="*"), "AAAAAgABAAI="), valid="all"),
    Case("binary with a count too large", stream(field("short", arraysize="*"), "AAAAAwABAAI=")),
    Case("binary with a negative count", stream(field("short", arraysize="*"), "/////wABAAI=")),
    Case("binary boolean", stream(field("boolean"), "VGY/MQ=="), valid="all"),
    Case("binary boolean bad", stream(field("boolean"), "VHg=")),
    Case("binary2 cut", stream(field(), "AAAAAA==", "BINARY2")),
    Case("stream with bad encoding", stream(field(), "", attributes='encoding="rot13"')),
    Case("stream with bad attribute", stream(field(), "", attributes='encoding="base64" speed="1"')),
    Case("stream actuate", stream(field(), "", attributes='encoding="base64" actuate="onLoad"'), valid="all"),
    Case("stream actuate bad", stream(field(), "", attributes='encoding="base64" actuate="now"')),
    Case(
        "stream expires", stream(field(), "", attributes='encoding="base64" expires="2004-02-29T23:59:59"'), valid="all"
    ),
    Case("stream expires bad", stream(field(), "", attributes='encoding="base64" expires="tomorrow"'), valid="-1.0"),
    Case("binary without stream", f"<TABLE>{field()}<DATA><BINARY/></DATA></TABLE>"),
    Case(
        "two streams",
        f"<TABLE>{field()}<DATA><BINARY><STREAM encoding='base64'/><STREAM encoding='base64'/></BINARY></DATA></TABLE>",
    ),
    Case("element in stream", stream(field(), "<b/>")),
    Case(
        "remote stream that is not there", stream(field(), "", attributes='href="file:///nowhere/at/all"'), valid="all"
    ),
    Case(
        "fits extnum bad",
        f'<TABLE>{field()}<DATA><FITS extnum="x"><STREAM href="file:///nowhere/at/all"/></FITS></DATA></TABLE>',
    ),
]

CASES = [*CELLS, *STRUCTURE, *ATTRIBUTES, *XTYPES, *STREAMS]

# Where we differ from STILTS votlint 3.4.7 on purpose; everything else is judged alike.
DIFFERENT = {
    "TDs that are too few or too many are an error (VOTable 1.5, section 5.1: must), not a warning": [
        Case("row too short", table(field() + field("int", name="y"), "1|2", "3")),
        Case("row too long", table(field(), "1", "3|4")),
    ],
    "hexadecimal is a bit pattern (section 6: 0x and up to two digits a byte)": [
        Case("short 0xffff", cell("short", "0xffff"), valid="all"),
        Case("long 0xffffffffffffffff", cell("long", "0xffffffffffffffff"), valid="all"),
        Case("int 0x-1", cell("int", "0x-1")),
    ],
    "blanks around a number do not count (section 5.1)": [
        Case("int with blanks", cell("int", " 5 "), valid="all"),
        Case("boolean with blanks", cell("boolean", " T "), valid="all"),
        Case("bits with tabs", cell("bit", "01\t10", arraysize="4"), valid="all"),
    ],
    "from VOTable 1.3 on any cell may be empty, arrays of a fixed size too (section 5.1)": [
        Case("fixed array empty", cell("int", "", arraysize="3"), valid="1.3-"),
        Case("bits empty", cell("bit", ""), valid="1.3-"),
        Case("complex empty", cell("doubleComplex", ""), valid="1.3-"),
        Case("polygon empty", cell("double", "", arraysize="*", xtype="polygon"), valid="all", since="1.2"),
    ],
    "arrays have whole steps, and no more items than their bound (section 2.2)": [
        Case("point of three", cell("double", "1 2 3", arraysize="2", xtype="point"), since="1.2"),
        Case("variable matrix of an odd count", cell("short", "1 2 3", arraysize="2x*")),
        Case("bounded array too long", cell("short", "1 2 3 4", arraysize="3*")),
        Case("variable complex array odd", cell("floatComplex", "1 2 3", arraysize="*")),
        Case("binary array too long", stream(field("unsignedByte", arraysize="2*"), "AAAAAwECAw==")),
    ],
    "base64 has no other characters than its own (RFC 4648, section 3.3)": [
        Case("binary with foreign characters", stream(field(), "AAAA!AQ==")),
    ],
    "a FITS table has as many columns as the TABLE has FIELDs": [
        Case("fits of other columns", stream(field(), FITS, "FITS")),
    ],
    "arrays of points and the like have them in their first dimension (DALI 1.1, section 3.3)": [
        Case("points", cell("double", "1 2 3 4", arraysize="2x*", xtype="point"), valid="all", since="1.2"),
    ],
    "an arraysize is digits, * and x between them (section 2.2)": [
        Case("arraysize x", f"<TABLE>{field('int', arraysize='x')}</TABLE>"),
        Case("arraysize 3x", f"<TABLE>{field('int', arraysize='3x')}</TABLE>"),
    ],
    "nrows of a TABLE without DATA is not counted": [
        Case("nrows without data", f'<TABLE nrows="5">{field()}</TABLE>', valid="all", since="1.1"),
    ],
}

# votlint judges VOTable 1.0 by a later DTD that has parts of 1.1 and demands more; we by that of 1.0.
DIFFERENT_1_0 = {
    "info behind param",
    "group in table",
    "field in group",
    "param in table",
    "param in group",
    "param without value",
    "param without datatype",
    "field without datatype",
    "nrows in 1.0",
    "utype",
    "fieldref",
    "fieldref to a param",
    "paramref",
    "fits extnum bad",
}
# It does not know VOTable 1.5, and is given those documents as 1.4.
DIFFERENT_1_5 = {"coosys with refposition"}


def root(version: str, more: str = "") -> str:
    space = f' xmlns="{SPACES[version]}"' if SPACES[version] else ""
    return f'<VOTABLE version="{version}"{space}{more}>'


def document(version: str, cases: list[Case]) -> str:
    """Line 1 is the root, line i + 2 the i-th case."""
    lines = [root(version), *(f"<RESOURCE>{case.text}</RESOURCE>" for case in cases), "</VOTABLE>"]
    return "\n".join(lines) + "\n"


SPACE = 'xmlns="http://www.ivoa.net/xml/VOTable/v1.3"'
OPEN = f'<VOTABLE version="1.4" {SPACE}>'

# Whole documents: what is about the root, about references, about XML itself.
DOCUMENTS = {
    "cut": (False, f"{OPEN}<RESOURCE>"),
    "mismatched tags": (False, f"{OPEN}<RESOURCE></VOTABLE>"),
    "text": (False, "just text"),
    "undefined entity": (False, f"{OPEN}<DESCRIPTION>&nbsp;</DESCRIPTION><RESOURCE/></VOTABLE>"),
    "another root": (False, f"<RESOURCE {SPACE}/>"),
    "unknown version": (False, f'<VOTABLE version="9.9" {SPACE}><RESOURCE/></VOTABLE>'),
    "no version, no namespace": (True, "<VOTABLE><RESOURCE/></VOTABLE>"),
    "another version's namespace": (
        True,
        '<VOTABLE version="1.4" xmlns="http://www.ivoa.net/xml/VOTable/v1.1"><RESOURCE/></VOTABLE>',
    ),
    "prefix without namespace": (False, f'{OPEN}<RESOURCE><v:INFO name="a" value="b"/></RESOURCE></VOTABLE>'),
    "all with a prefix": (
        True,
        f'<v:VOTABLE version="1.4" {SPACE.replace("xmlns", "xmlns:v")}><v:RESOURCE><v:TABLE>'
        '<v:FIELD name="x" datatype="int"/><v:DATA><v:TABLEDATA><v:TR><v:TD>5</v:TD></v:TR></v:TABLEDATA></v:DATA>'
        "</v:TABLE></v:RESOURCE></v:VOTABLE>",
    ),
    "half with a prefix": (
        False,
        f'<v:VOTABLE version="1.4" {SPACE.replace("xmlns", "xmlns:v")}><RESOURCE/></v:VOTABLE>',
    ),
    "bad cell with a prefix": (
        False,
        f'<v:VOTABLE version="1.4" {SPACE.replace("xmlns", "xmlns:v")}><v:RESOURCE><v:TABLE>'
        '<v:FIELD name="x" datatype="int"/><v:DATA><v:TABLEDATA><v:TR><v:TD>five</v:TD></v:TR></v:TABLEDATA></v:DATA>'
        "</v:TABLE></v:RESOURCE></v:VOTABLE>",
    ),
    "reference to nothing": (
        False,
        f'{OPEN}<RESOURCE><TABLE><FIELD name="x" datatype="int" ref="none"/></TABLE></RESOURCE></VOTABLE>',
    ),
    "reference backwards": (
        True,
        f'{OPEN}<RESOURCE><TABLE><FIELD name="x" datatype="int" ref="g"/><GROUP ID="g"/></TABLE></RESOURCE></VOTABLE>',
    ),
    "no resource": (False, f"{OPEN}</VOTABLE>"),
    "info at the end": (True, f'{OPEN}<RESOURCE/><INFO name="a" value="b"/></VOTABLE>'),
    "attribute of the root": (False, f'<VOTABLE version="1.4" {SPACE} author="me"><RESOURCE/></VOTABLE>'),
    "text in the root": (False, f"{OPEN}text<RESOURCE/></VOTABLE>"),
    "definitions": (True, f'{OPEN}<DEFINITIONS><COOSYS ID="a"/></DEFINITIONS><RESOURCE/></VOTABLE>'),
    "MIVOT": (
        True,
        f'{OPEN}<RESOURCE type="results"><RESOURCE type="meta"><VODML xmlns="http://www.ivoa.net/xml/mivot">'
        '<REPORT status="OK"/><GLOBALS><INSTANCE dmtype="a:B"/></GLOBALS></VODML></RESOURCE></RESOURCE></VOTABLE>',
    ),
    "an element without namespace": (
        False,
        f'{OPEN}<RESOURCE><TABLE xmlns=""><FIELD name="x" datatype="int"/></TABLE></RESOURCE></VOTABLE>',
    ),
    "Latin-1": (
        True,
        f'<?xml version="1.0" encoding="ISO-8859-1"?>{OPEN}<DESCRIPTION>\xe9</DESCRIPTION><RESOURCE/></VOTABLE>',
    ),
}
