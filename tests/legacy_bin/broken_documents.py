"""Documents like those in the wild and worse: good ones, changed at random in ways that matter to XML."""

from __future__ import annotations

import random
from pathlib import Path

# Well-formed where text or an element may stand.
WHOLE = [
    b"<!-- c > d -->", b"<![CDATA[x<y]]>", b"&amp;", b"&#65;", b"&#xE9;", b"\r\n", b"\n", b"\r", b"\t", b" ", b"]]",
    b"<TD/>", b"<TD></TD>", b"<TR></TR>", b"<TR/>", b"<td>u</td>", b"<?pi x>y?>", b"<B>t</B>", b"\xe2\x82\xac",
    b"\x7f", b"AA==", b'<TR><TD>q</TD><TD a="x>y">w</TD></TR>', b"<TD>a<!-- > -->b</TD>", b"<RESOURCE/>",
    b'<v:TR xmlns:v="x>"><v:TD>i</v:TD></v:TR>', b'<FIELD name="q" datatype="char" arraysize="*"/>',
    b'<INFO name="a>b" value="&lt;">\n<![CDATA[ ]]></INFO>',
]  # fmt: skip

# Pieces that mostly break what they are put into.
PIECES = [
    b"<![CDATA[", b"]]>", b"&x;", b"&", b"<", b">", b"]", b"\0", b"\x01", b"\xff", b"\xc3", b"\xed\xa0\x80",
    b"\xef\xbf\xbf", b"\xf4\x90\x80\x80", b"<TD>", b"</TD>", b"<TR>", b"</TR>", b"</td>", b"<vot:TD>", b"</TABLEDATA>",
    b"<TABLEDATA>", b"<DATA>", b"</DATA>", b"<TABLE>", b"</RESOURCE>", b"</STREAM>", b'<STREAM encoding="base64">',
    b"=", b"<TD ", b"<!--", b"-->",
]  # fmt: skip

DOCTYPES = [
    b'<!DOCTYPE VOTABLE [<!ENTITY x "<TR><TD>e</TD></TR>">]>',
    b'<!DOCTYPE VOTABLE [<!ENTITY x "ent">]>',
    b'<!DOCTYPE VOTABLE SYSTEM "VOTable.dtd">',
]

CELL_STARTS = [b"&amp;", b"\xc3\xa9", b"\n", b"\t", b"]]", b"&gt;", b"\xf0\x9f\x8c\x9f"]


def change(good: bytes, chance: random.Random) -> bytes:
    """The document with one or two changes."""
    text = good
    if chance.random() < 0.1:
        text = text.replace(b"\n", b"\r\n")
    if chance.random() < 0.3:
        text = text.replace(b"<TD>", b"<TD>" + chance.choice(CELL_STARTS), chance.randrange(4))
    for _ in range(chance.choice([1, 1, 1, 2])):
        behind_tags = [i + 1 for i, byte in enumerate(text) if byte == ord(">")]
        anywhere = chance.random() < 0.2 or not behind_tags
        at = chance.randrange(len(text) + 1) if anywhere else chance.choice(behind_tags)
        kind = chance.random()
        if kind < 0.4:
            text = text[:at] + chance.choice(WHOLE) + text[at:]
        elif kind < 0.65:
            text = text[:at] + chance.choice(PIECES) + text[at:]
        elif kind < 0.7:
            text = text[:at]
        elif kind < 0.78:
            text = text[:at] + text[at + chance.randrange(1, 30) :]
        elif kind < 0.86:
            end = at + chance.randrange(1, 200)
            text = text[:at] + text[at:end] * 2 + text[end:]
        elif kind < 0.92 and at < len(text):
            text = text[:at] + bytes([text[at] ^ 1 << chance.randrange(8)]) + text[at + 1 :]
        else:
            declaration_end = text.find(b"?>") + 2
            text = text[:declaration_end] + chance.choice(DOCTYPES) + text[declaration_end:]
    return text


def write_changed(sources: list[Path], folder: Path, count: int, seed: int) -> list[str]:
    """`count` changed copies of the sources; returns their names."""
    chance = random.Random(seed)
    goods = [source.read_bytes() for source in sources]
    names = [f"changed{number}.xml" for number in range(count)]
    for name in names:
        (folder / name).write_bytes(change(chance.choice(goods), chance))
    return names
