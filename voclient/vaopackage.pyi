"""The tools of the Virtual Astronomical Observatory, for tables and services of the VO.

Made by `voclient stubs vao`; when the package changes, make it again.
"""

from collections.abc import Iterable
from os import PathLike
from typing import Literal, Unpack

from voclient.tasking import OPset, Task
from voclient.tasking.calls.annotations import ControlArguments, QuantityLike, SkyLike, TableLike, TimeLike

class _Vosesame(Task):
    def __call__(
        self,
        /,
        target: str | Iterable[str] | None = None,
        *,
        file: str | PathLike[str] | None = None,
        position: str | Iterable[str] | None = None,
        force: bool | None = False,
        output: str | PathLike[str] | None = None,
        quiet: bool | None = False,
        verbose: bool | None = False,
        clear_cache: bool | None = False,
        pos: str | Iterable[str] | None = ...,
        init_cache: bool | None = ...,
        **controls: Unpack[ControlArguments]
    ) -> OPset:
        """Resolve object names to sky positions.

        Asks the name resolver Sesame (Simbad, NED and VizieR) and remembers the
        answers. One name gives plain values, a list of names gives lists, in which
        names that were not resolved are missing.

        Parameters
        ----------
        target : text, or a list of them, optional
            Name of an object, or a list of names.
        file : a file name, optional
            File with one name a line.
        position : text of the form [^,]+,[^,]+, or a list of them, optional
            Position RA,DEC to convert without any name, decimal degrees or sexagesimal
            with hours for RA. Also called `pos`.
        force : True or False, optional
            Ask the service even if the answer is known.
        output : a file name, optional
            File to write to, instead of standard output.
        quiet : True or False, optional
            Print no warnings.
        verbose : True or False, optional
            Print more warnings.
        clear_cache : True or False, optional
            Forget all answers, and do nothing else. Also called `init_cache`.

        Returns
        -------
        OPset
            What the task gives back, by key:
            ``name`` (string): The name as asked for
            ``ra`` (float, deg): Right ascension, ICRS
            ``dec`` (float, deg): Declination, ICRS
            ``ra_error`` (float, mas): Error of the right ascension
            ``dec_error`` (float, mas): Error of the declination
            ``type`` (string): Type of the object
            ``ra_hms`` (string): Right ascension in hours, minutes and seconds
            ``dec_dms`` (string): Declination in degrees, minutes and seconds
            ``output`` (path): The file written to, if one was asked for
            ``unresolved`` (list): Names that could not be resolved

        Notes
        -----
        At least one of `target`, `file`, `position`, `clear_cache` is given.

        Examples
        --------
        Where the Andromeda galaxy is

        >>> result = vosesame('m31')  # doctest: +SKIP
        >>> result["ra"]  # doctest: +SKIP
        10.6847
        >>> result["dec"]  # doctest: +SKIP
        41.2687
        >>> result["name"]  # doctest: +SKIP
        'm31'

        Two names at once

        >>> result = vosesame(['m31', 'm51'])  # doctest: +SKIP
        >>> result["name"]  # doctest: +SKIP
        ['m31', 'm51']
        >>> result["ra"]  # doctest: +SKIP
        [10.6847, 202.4696]

        A position converted, without network

        >>> result = vosesame(position='187.5,2.05')  # doctest: +SKIP
        >>> result["ra"]  # doctest: +SKIP
        187.5
        >>> result["dec"]  # doctest: +SKIP
        2.05
        >>> result["ra_hms"]  # doctest: +SKIP
        '12:30:00.0'
        """

vosesame: _Vosesame

class _Votcat(Task):
    def __call__(
        self,
        /,
        tables: TableLike | str | PathLike[str] | Iterable[TableLike | str | PathLike[str]],
        *,
        number: bool | None = False,
        format: Literal['vot', 'xml', 'raw', 'votb', 'votb2', 'votfits', 'fits', 'csv', 'tsv', 'ecsv', 'json', 'jsonl', 'bsv', 'asv', 'ascii', 'html', 'shtml'] | None = 'xml',
        indent: int | None = 1,
        output: str | PathLike[str] | None = None,
        verbose: bool | None = False,
        fmt: Literal['vot', 'xml', 'raw', 'votb', 'votb2', 'votfits', 'fits', 'csv', 'tsv', 'ecsv', 'json', 'jsonl', 'bsv', 'asv', 'ascii', 'html', 'shtml'] | None = ...,
        **controls: Unpack[ControlArguments]
    ) -> OPset:
        """Put VOTables together in one.

        Writes one VOTable with the RESOURCEs of all tables, in order; in a file each
        table keeps its serialisation. IDs that occur twice are renamed. Nothing is
        written unless all tables can be read.

        Parameters
        ----------
        tables : an astropy Table, a file name or a URL, or a list of them
            Two or more VOTables, as files, URLs, XML texts or Tables.
        number : True or False, optional
            Give RESOURCEs without a name the names res1, res2 and so on.
        format : {'vot', 'xml', 'raw', 'votb', 'votb2', 'votfits', 'fits', 'csv', 'tsv', 'ecsv', 'json', 'jsonl', 'bsv', 'asv', 'ascii', 'html', 'shtml'}, default: 'xml'
            Format to write, as for votcnv; text only if there is one RESOURCE in all.
            Also called `fmt`.
        indent : int not below 0, default: 1
            Blanks by which each level of a VOTable is indented; 0 writes one long
            line.
        output : a file name, optional
            File to write to, instead of standard output.
        verbose : True or False, optional
            Say on stderr how many RESOURCEs each input has.

        Returns
        -------
        OPset
            What the task gives back, by key:
            ``table`` (table): The first of the tables, as a Table (VOTables, fits)
            ``text`` (text): What was written, as text (html, shtml, asv, bsv)
            ``output`` (path): The file written to, if one was asked for
            ``format`` (string): The format written
            ``resources`` (int): Number of RESOURCE elements at the top level
            ``tables`` (int): Number of tables
            ``rows`` (int): Number of rows of all tables
            ``inputs`` (list): For each input its name (input), its resources, tables and rows, and the IDs renamed (old to new)

        Examples
        --------
        Two small tables given as text

        >>> result = votcat(['<VOTABLE version="1.4"><RESOURCE>< … ></RESOURCE></VOTABLE>'])  # doctest: +SKIP
        >>> result["resources"]  # doctest: +SKIP
        2
        >>> result["tables"]  # doctest: +SKIP
        2
        >>> result["rows"]  # doctest: +SKIP
        3
        """

votcat: _Votcat

class _Votcnv(Task):
    def __call__(
        self,
        /,
        table: TableLike | str | PathLike[str],
        *,
        format: Literal['vot', 'xml', 'raw', 'votb', 'votb2', 'votfits', 'fits', 'csv', 'tsv', 'ecsv', 'json', 'jsonl', 'bsv', 'asv', 'ascii', 'html', 'shtml'] | None = 'xml',
        indent: int | None = 0,
        header: bool | None = True,
        noheader: bool | None = False,
        output: str | PathLike[str] | None = None,
        fmt: Literal['vot', 'xml', 'raw', 'votb', 'votb2', 'votfits', 'fits', 'csv', 'tsv', 'ecsv', 'json', 'jsonl', 'bsv', 'asv', 'ascii', 'html', 'shtml'] | None = ...,
        **controls: Unpack[ControlArguments]
    ) -> OPset:
        """Convert a VOTable to another format.

        Reads a VOTable in any serialisation and writes it as text, HTML, FITS, or
        another VOTable. The result opens as an astropy Table where the format is one
        of tables, else as text.

        Parameters
        ----------
        table : an astropy Table, a file name or a URL
            The VOTable, as a file, a URL, XML text or a Table.
        format : {'vot', 'xml', 'raw', 'votb', 'votb2', 'votfits', 'fits', 'csv', 'tsv', 'ecsv', 'json', 'jsonl', 'bsv', 'asv', 'ascii', 'html', 'shtml'}, default: 'xml'
            Format to write: a VOTable (vot, xml, raw; with BINARY, BINARY2 or FITS
            data votb, votb2, votfits), a FITS table, text with commas, tabs, bars or
            blanks (csv, tsv, bsv, asv or ascii), CSV with metadata (ecsv), JSON (json;
            an object a row jsonl), an HTML page or one HTML table. Also called `fmt`.
        indent : int not below 0, default: 0
            Blanks by which each level of a VOTable is indented; 0 writes one long
            line.
        header : True or False, default: True
            Whether text begins with a line of column names. Not together with
            `noheader`.
        noheader : True or False, optional
            The old name for header=False. Not together with `header`.
        output : a file name, optional
            File to write to, instead of standard output.

        Returns
        -------
        OPset
            What the task gives back, by key:
            ``table`` (table): What was written, as a Table (VOTables, fits, csv, tsv, ecsv, json, jsonl)
            ``text`` (text): What was written, as text (html, shtml, asv, bsv)
            ``output`` (path): The file written to, if one was asked for
            ``format`` (string): The format written
            ``rows`` (int): Number of rows of the first table
            ``cols`` (int): Number of columns of the first table

        Examples
        --------
        A small table given as text, as comma-separated values

        >>> result = votcnv('<VOTABLE version="1.4"><RESOURCE><T … E></RESOURCE></VOTABLE>', format='csv')  # doctest: +SKIP
        >>> result["format"]  # doctest: +SKIP
        'csv'
        >>> result["rows"]  # doctest: +SKIP
        1
        >>> result["cols"]  # doctest: +SKIP
        2
        """

votcnv: _Votcnv

class _Votget(Task):
    def __call__(
        self,
        /,
        table: TableLike | str | PathLike[str],
        *,
        folder: str | PathLike[str] | None = '.',
        base: str | None = 'file',
        extension: str | None = None,
        format: str | None = None,
        ucd: str | None = 'VOX:Image_AccessReference',
        column: int | None = None,
        format_column: int | None = None,
        checksum: bool | None = False,
        parallel: int | None = 4,
        force: bool | None = False,
        url_files: bool | None = False,
        list_only: bool | None = False,
        background: bool | None = False,
        delete_input: bool | None = False,
        output: str | PathLike[str] | None = None,
        verbose: bool | None = False,
        download: str | PathLike[str] | None = ...,
        extn: str | None = ...,
        fmt: str | None = ...,
        acref: int | None = ...,
        fmtcol: int | None = ...,
        sum: bool | None = ...,
        num: int | None = ...,
        extract: bool | None = ...,
        bkg: bool | None = ...,
        tmp: bool | None = ...,
        **controls: Unpack[ControlArguments]
    ) -> OPset:
        """Download the files that a VOTable or a list of URLs points to.

        Downloads what the URLs in a column of a VOTable, or the lines of a file, point
        to, several files at once. Files are numbered in the order of the rows; those
        that exist already are skipped, and a file that was interrupted is gone on
        with. What failed is listed; the call is an error then, and all others have
        been tried.

        Parameters
        ----------
        table : an astropy Table, a file name or a URL
            The VOTable, as a file, a URL, XML text or a Table; or a file with one URL
            a line.
        folder : a file name, default: '.'
            Where the files go; made if there is none. Also called `download`.
        base : text, default: 'file'
            What the names of the files begin with.
        extension : text, optional
            Extension for every file, whose contents are left as they are then. Also
            called `extn`.
        format : text, optional
            Only rows whose format contains this text, or is empty. Also called `fmt`.
        ucd : text, default: 'VOX:Image_AccessReference'
            UCD of the column of URLs.
        column : int not below 0, optional
            Number of the column of URLs, from 0; goes before ucd. Also called `acref`.
        format_column : int not below 0, optional
            Number of the column of formats, from 0. Also called `fmtcol`.
        checksum : True or False, optional
            Number the files by the checksum of their URL. Also called `sum`.
        parallel : int from 1 to 64, default: 4
            Number of files fetched at once. Also called `num`.
        force : True or False, optional
            Download even what is there already.
        url_files : True or False, optional
            Keep the URL of each file in a file .NAME beside it.
        list_only : True or False, optional
            List the URLs, and download nothing. Also called `extract`.
        background : True or False, optional
            Return at once and download in the background, which tells nothing. Also
            called `bkg`.
        delete_input : True or False, optional
            Delete the input file when everything has been downloaded. Also called
            `tmp`.
        output : a file name, optional
            Name of the only file; with list_only, file to which the URLs are added.
        verbose : True or False, optional
            Tell of the progress on stderr.

        Returns
        -------
        OPset
            What the task gives back, by key:
            ``files`` (path): The files written
            ``urls`` (string): Where each of them came from; with list_only, all URLs
            ``failed`` (list): URLs of the files that could not be had
            ``skipped`` (list): Paths of the files that were there already
            ``bytes`` (int, byte): Number of bytes that came

        Examples
        --------
        The URLs of a small table given as text

        >>> result = votget('<VOTABLE version="1.4"><RESOURCE><T … E></RESOURCE></VOTABLE>', list_only=True)  # doctest: +SKIP
        >>> result["urls"]  # doctest: +SKIP
        ['http://example.org/a.fits']
        """

votget: _Votget

class _Votinfo(Task):
    def __call__(
        self,
        /,
        table: TableLike | str | PathLike[str],
        *,
        brief: bool | None = False,
        verbose: bool | None = False,
        descriptions: bool | None = False,
        columns: bool | None = False,
        description: bool | None = False,
        info: bool | None = False,
        param: bool | None = False,
        number_of: Literal['rows', 'cols', 'resources', 'param', 'info'] | None = None,
        query_status: bool | None = False,
        size: bool | None = False,
        warn: bool | None = False,
        lint: bool | None = False,
        repeats: int | None = 4,
        numberOf: Literal['rows', 'cols', 'resources', 'param', 'info'] | None = ...,
        **controls: Unpack[ControlArguments]
    ) -> OPset:
        """Report the structure of a VOTable.

        What a VOTable holds: its size, how its data are written, its columns with
        their meaning, its parameters and remarks. The result has all of that,
        whichever report is printed.

        Parameters
        ----------
        table : an astropy Table, a file name or a URL
            The VOTable, as a file, a URL, XML text or a Table.
        brief : True or False, optional
            Print the summary without the list of columns, as is done anyway.
        verbose : True or False, optional
            Print the list of columns below the summary.
        descriptions : True or False, optional
            Print the list of columns with their descriptions.
        columns : True or False, optional
            Print the columns only, with ID, name and UCD.
        description : True or False, optional
            Print the description only.
        info : True or False, optional
            Print the INFO elements only.
        param : True or False, optional
            Print the PARAM elements only.
        number_of : {'rows', 'cols', 'resources', 'param', 'info'}, optional
            Print only how many of these there are. Also called `numberOf`.
        query_status : True or False, optional
            Print only whether the query behind the table succeeded, 0 for yes, 1 for
            no, -1 if it does not say.
        size : True or False, optional
            Print the numbers of rows and columns only.
        warn : True or False, optional
            Warn of deprecated elements.
        lint : True or False, optional
            Check the document against the standard instead, and fail if it is not
            valid.
        repeats : int not below 0, default: 4
            How many findings of one kind to tell with lint, 0 for all.

        Returns
        -------
        OPset
            What the task gives back, by key:
            ``resources`` (int): Number of RESOURCE elements
            ``serialization`` (string): How the data are written: TABLEDATA, BINARY, BINARY2, FITS, or none
            ``rows`` (int): Number of rows of the first table
            ``cols`` (int): Number of columns of the first table
            ``description`` (string): What the table says of itself
            ``version`` (string): Version of the VOTable format
            ``query_status`` (string): What a service said of its answer: OK, ERROR or OVERFLOW
            ``columns`` (list): For each column name, id, ucd, utype, unit, datatype, arraysize, xtype, description
            ``params`` (dict): The PARAM elements by name, each with value, unit, ucd and datatype
            ``infos`` (dict): The INFO elements by name
            ``valid`` (bool): With lint, whether the document is valid, that is without errors
            ``errors`` (int): With lint, how many errors were found
            ``warnings`` (int): With lint, how many warnings
            ``messages`` (list): With lint, what was found, each with line, column, severity, text, rule and source

        Examples
        --------
        The size of a small table given as text

        >>> result = votinfo('<VOTABLE version="1.4"><RESOURCE><T … E></RESOURCE></VOTABLE>')  # doctest: +SKIP
        >>> result["resources"]  # doctest: +SKIP
        1
        >>> result["rows"]  # doctest: +SKIP
        1
        >>> result["cols"]  # doctest: +SKIP
        2
        >>> result["serialization"]  # doctest: +SKIP
        'TABLEDATA'
        """

votinfo: _Votinfo

class _Votjoin(Task):
    def __call__(
        self,
        /,
        table1: TableLike | str | PathLike[str],
        table2: TableLike | str | PathLike[str],
        *,
        name: str | Iterable[str] | None = None,
        id: str | Iterable[str] | None = None,
        ucd: str | Iterable[str] | None = None,
        column: int | Iterable[int] | None = None,
        pos: float | str | QuantityLike | None = None,
        join: Literal['inner', 'left', 'right', 'full'] | None = 'inner',
        best: bool | None = False,
        as_text: bool | None = False,
        number: bool | None = False,
        format: Literal['vot', 'xml', 'raw', 'votb', 'votb2', 'votfits', 'fits', 'csv', 'tsv', 'ecsv', 'json', 'jsonl', 'bsv', 'asv', 'ascii', 'html', 'shtml'] | None = 'xml',
        indent: int | None = 0,
        header: bool | None = True,
        noheader: bool | None = False,
        output: str | PathLike[str] | None = None,
        col: int | Iterable[int] | None = ...,
        radius: float | str | QuantityLike | None = ...,
        string: bool | None = ...,
        fmt: Literal['vot', 'xml', 'raw', 'votb', 'votb2', 'votfits', 'fits', 'csv', 'tsv', 'ecsv', 'json', 'jsonl', 'bsv', 'asv', 'ascii', 'html', 'shtml'] | None = ...,
        **controls: Unpack[ControlArguments]
    ) -> OPset:
        """Join the rows of two VOTables by a column or by position.

        Joins the first table of each VOTable: rows that have the same key in a column,
        or positions that are not farther apart than a radius, become rows of one
        table, in any format of votcnv. Keys of numeric columns are compared by value,
        others as text; empty ones match nothing. Without name, id, ucd, column and
        pos, the tables are joined by the first column name that both have.

        Parameters
        ----------
        table1 : an astropy Table, a file name or a URL
            The first VOTable, as a file, a URL, XML text or a Table. Also called
            `votable1`.
        table2 : an astropy Table, a file name or a URL
            The second one. Also called `votable2`.
        name : text, or a list of at most 2 of them, optional
            Name of the key columns, or one name for each table. Not together with `id`
            or `ucd` or `column` or `pos`.
        id : text, or a list of at most 2 of them, optional
            ID of the key columns, or one for each table. Not together with `name` or
            `ucd` or `column` or `pos`.
        ucd : text, or a list of at most 2 of them, optional
            UCD of the key columns, or one for each table. Not together with `name` or
            `id` or `column` or `pos`.
        column : int not below 0, or a list of at most 2 of them, optional
            Number of the key columns, counted from 0, or one for each table. Not
            together with `name` or `id` or `ucd` or `pos`. Also called `col`.
        pos : text or a number (deg), optional
            Join by position, this being the largest separation; degrees, a Quantity,
            or text like 1s, 0.5m, 2d (arcseconds, arcminutes, degrees). Not together
            with `name` or `id` or `ucd` or `column`. Also called `radius`.
        join : {'inner', 'left', 'right', 'full'}, default: 'inner'
            Which rows without match are kept; of neither table, of the first, of the
            second, of both.
        best : True or False, optional
            Keep only the nearest match (by position) or the first one of each row of
            the first table.
        as_text : True or False, optional
            Compare the keys of numeric columns as text, too. Also called `string`.
        number : True or False, optional
            Add the columns row1 and row2, numbers of the rows counted from 0, instead
            of the separation.
        format : {'vot', 'xml', 'raw', 'votb', 'votb2', 'votfits', 'fits', 'csv', 'tsv', 'ecsv', 'json', 'jsonl', 'bsv', 'asv', 'ascii', 'html', 'shtml'}, default: 'xml'
            Format to write, as for votcnv. Also called `fmt`.
        indent : int not below 0, default: 0
            Blanks by which each level of a VOTable is indented; 0 writes one long
            line.
        header : True or False, default: True
            Whether text begins with a line of column names. Not together with
            `noheader`.
        noheader : True or False, optional
            The old name for header=False. Not together with `header`.
        output : a file name, optional
            File to write to, instead of standard output.

        Returns
        -------
        OPset
            What the task gives back, by key:
            ``table`` (table): The joined table, as a Table (VOTables, fits, csv, tsv, ecsv, json, jsonl)
            ``text`` (text): The joined table, as text (html, shtml, asv, bsv)
            ``output`` (path): The file written to, if one was asked for
            ``format`` (string): The format written
            ``rows`` (int): Number of rows written
            ``cols`` (int): Number of columns
            ``matches`` (int): Number of rows that are of both tables
            ``matched1`` (int): Number of rows of the first table that have a match
            ``matched2`` (int): Number of rows of the second table that have a match
            ``by`` (list): Names of the columns joined by, one for each table; of a position like "ra, dec"
            ``columns`` (list): Names of the columns written

        Examples
        --------
        What two small tables given as text know of a star

        >>> result = votjoin('<VOTABLE version="1.4"><RESOURCE><T … E></RESOURCE></VOTABLE>', '<VOTABLE version="1.4"><RESOURCE><T … E></RESOURCE></VOTABLE>', name=['star', 'id'])  # doctest: +SKIP
        >>> result["rows"]  # doctest: +SKIP
        1
        >>> result["by"]  # doctest: +SKIP
        ['star', 'id']
        >>> result["columns"]  # doctest: +SKIP
        ['star', 'mag', 'type']
        """

votjoin: _Votjoin

class _Votpos(Task):
    def __call__(
        self,
        /,
        table: TableLike | str | PathLike[str],
        *,
        number: bool | None = False,
        output: str | PathLike[str] | None = None,
        **controls: Unpack[ControlArguments]
    ) -> OPset:
        """List the sky positions in a VOTable.

        Finds the main right ascension and declination of the first table by their UCDs
        and gives them row by row.

        Parameters
        ----------
        table : an astropy Table, a file name or a URL
            The VOTable, as a file, a URL, XML text or a Table.
        number : True or False, optional
            Number the rows, from 0.
        output : a file name, optional
            File to write to, instead of standard output.

        Returns
        -------
        OPset
            What the task gives back, by key:
            ``ra`` (right_ascension, deg): Right ascension, NaN where there is none
            ``dec`` (angle, deg): Declination, NaN where there is none
            ``row`` (int): Number of the row, with number=True
            ``output`` (path): The file written to, if one was asked for

        Examples
        --------
        The position in a small table given as text

        >>> result = votpos('<VOTABLE version="1.4"><RESOURCE><T … E></RESOURCE></VOTABLE>')  # doctest: +SKIP
        >>> result["ra"]  # doctest: +SKIP
        [10.6847]
        >>> result["dec"]  # doctest: +SKIP
        [41.269]
        """

votpos: _Votpos

class _Votselect(Task):
    def __call__(
        self,
        /,
        table: TableLike | str | PathLike[str],
        *,
        where: str | Iterable[str] | None = None,
        rows: str | None = None,
        name: str | Iterable[str] | None = None,
        col: str | None = None,
        id: str | Iterable[str] | None = None,
        ucd: str | Iterable[str] | None = None,
        exclude: bool | None = False,
        add: str | Iterable[str] | None = None,
        top: int | None = 0,
        sample: int | None = 1,
        count: bool | None = False,
        format: Literal['vot', 'xml', 'raw', 'votb', 'votb2', 'votfits', 'fits', 'csv', 'tsv', 'ecsv', 'json', 'jsonl', 'bsv', 'asv', 'ascii', 'html', 'shtml'] | None = 'xml',
        indent: int | None = 0,
        header: bool | None = True,
        noheader: bool | None = False,
        output: str | PathLike[str] | None = None,
        fmt: Literal['vot', 'xml', 'raw', 'votb', 'votb2', 'votfits', 'fits', 'csv', 'tsv', 'ecsv', 'json', 'jsonl', 'bsv', 'asv', 'ascii', 'html', 'shtml'] | None = ...,
        **controls: Unpack[ControlArguments]
    ) -> OPset:
        """Select rows and columns of a VOTable, and compute new ones.

        Writes the rows of the first table for which a condition holds, with the
        columns asked for, in any format of votcnv. Conditions are written like in SQL,
        as "vmag < 10 and within(10.68, 41.27, 0.5)"; nulls are neither true nor false.

        Parameters
        ----------
        table : an astropy Table, a file name or a URL
            The VOTable, as a file, a URL, XML text or a Table.
        where : text, or a list of them, optional
            Condition that rows must meet; of several, all.
        rows : text, optional
            Numbers of rows, counted from 0, before the condition; like 3, 5-9, 20-,
            0-99x10.
        name : text, or a list of them, optional
            Names of the columns to keep, in this order; one text may hold several,
            separated by commas.
        col : text, optional
            Numbers of the columns to keep, counted from 0; like 3, 5-9, 2-.
        id : text, or a list of them, optional
            IDs of the columns to keep.
        ucd : text, or a list of them, optional
            UCDs of the columns to keep.
        exclude : True or False, optional
            Drop the columns named, instead of keeping them.
        add : text, or a list of them, optional
            Column to compute, as "name=expression" or "name [unit]=expression".
        top : int not below 0, default: 0
            Number of selected rows to keep; 0 keeps all.
        sample : int not below 1, default: 1
            Keep every so many-th of the selected rows, beginning with the first.
        count : True or False, optional
            Only count the rows, which is what matched says, and print the number.
        format : {'vot', 'xml', 'raw', 'votb', 'votb2', 'votfits', 'fits', 'csv', 'tsv', 'ecsv', 'json', 'jsonl', 'bsv', 'asv', 'ascii', 'html', 'shtml'}, default: 'xml'
            Format to write, as for votcnv. Also called `fmt`.
        indent : int not below 0, default: 0
            Blanks by which each level of a VOTable is indented; 0 writes one long
            line.
        header : True or False, default: True
            Whether text begins with a line of column names. Not together with
            `noheader`.
        noheader : True or False, optional
            The old name for header=False. Not together with `header`.
        output : a file name, optional
            File to write to, instead of standard output.

        Returns
        -------
        OPset
            What the task gives back, by key:
            ``selected`` (int): Number of rows selected
            ``table`` (table): The selection, as a Table (VOTables, fits, csv, tsv, ecsv, json, jsonl)
            ``text`` (text): The selection, as text (html, shtml, asv, bsv)
            ``output`` (path): The file written to, if one was asked for
            ``matched`` (int): Number of rows that met rows and where, as far as they were read
            ``read`` (int): Number of rows read: all, unless top or rows ended it earlier
            ``columns`` (list): Names of the columns written
            ``format`` (string): The format written
            ``rows`` (int): Number of rows written
            ``cols`` (int): Number of columns written

        Examples
        --------
        The brighter one of two stars in a table given as text, with its flux

        >>> result = votselect('<VOTABLE version="1.4"><RESOURCE><T … E></RESOURCE></VOTABLE>', where="mag < 0 and star like 'S%'", add='flux=10**(-0.4*mag)')  # doctest: +SKIP
        >>> result["matched"]  # doctest: +SKIP
        1
        >>> result["read"]  # doctest: +SKIP
        2
        >>> result["columns"]  # doctest: +SKIP
        ['star', 'mag', 'flux']
        """

votselect: _Votselect

class _Votsort(Task):
    def __call__(
        self,
        /,
        table: TableLike | str | PathLike[str],
        *,
        column: int | None = 0,
        name: str | None = None,
        id: str | None = None,
        ucd: str | None = None,
        descending: bool | None = False,
        as_text: bool | None = False,
        top: int | None = 0,
        format: Literal['vot', 'xml', 'raw', 'votb', 'votb2', 'votfits', 'fits', 'csv', 'tsv', 'ecsv', 'json', 'jsonl', 'bsv', 'asv', 'ascii', 'html', 'shtml'] | None = 'xml',
        indent: int | None = 0,
        header: bool | None = True,
        noheader: bool | None = False,
        output: str | PathLike[str] | None = None,
        col: int | None = ...,
        desc: bool | None = ...,
        string: bool | None = ...,
        fmt: Literal['vot', 'xml', 'raw', 'votb', 'votb2', 'votfits', 'fits', 'csv', 'tsv', 'ecsv', 'json', 'jsonl', 'bsv', 'asv', 'ascii', 'html', 'shtml'] | None = ...,
        **controls: Unpack[ControlArguments]
    ) -> OPset:
        """Sort the rows of a VOTable by one column.

        Sorts the first table by a column, which is found by its number or else by
        name, ID or UCD, and writes the table in any format of votcnv. Rows with equal
        or without values keep their order; those without come last.

        Parameters
        ----------
        table : an astropy Table, a file name or a URL
            The VOTable, as a file, a URL, XML text or a Table.
        column : int not below 0, default: 0
            Column to sort by, counted from 0; goes before name, id and ucd. Also
            called `col`.
        name : text, optional
            Name of the column to sort by.
        id : text, optional
            ID of the column to sort by.
        ucd : text, optional
            UCD of the column to sort by.
        descending : True or False, optional
            Sort from the highest value to the lowest. Also called `desc`.
        as_text : True or False, optional
            Compare the values of a numeric column as text, too. Also called `string`.
        top : int not below 0, default: 0
            Number of rows to keep after sorting; 0 keeps all.
        format : {'vot', 'xml', 'raw', 'votb', 'votb2', 'votfits', 'fits', 'csv', 'tsv', 'ecsv', 'json', 'jsonl', 'bsv', 'asv', 'ascii', 'html', 'shtml'}, default: 'xml'
            Format to write, as for votcnv. Also called `fmt`.
        indent : int not below 0, default: 0
            Blanks by which each level of a VOTable is indented; 0 writes one long
            line.
        header : True or False, default: True
            Whether text begins with a line of column names. Not together with
            `noheader`.
        noheader : True or False, optional
            The old name for header=False. Not together with `header`.
        output : a file name, optional
            File to write to, instead of standard output.

        Returns
        -------
        OPset
            What the task gives back, by key:
            ``table`` (table): The sorted table, as a Table (VOTables, fits, csv, tsv, ecsv, json, jsonl)
            ``text`` (text): The sorted table, as text (html, shtml, asv, bsv)
            ``output`` (path): The file written to, if one was asked for
            ``format`` (string): The format written
            ``rows`` (int): Number of rows written
            ``cols`` (int): Number of columns
            ``column`` (string): Name of the column sorted by

        Examples
        --------
        The brighter one of two stars in a table given as text

        >>> result = votsort('<VOTABLE version="1.4"><RESOURCE><T … E></RESOURCE></VOTABLE>', name='mag', top=1)  # doctest: +SKIP
        >>> result["column"]  # doctest: +SKIP
        'mag'
        >>> result["rows"]  # doctest: +SKIP
        1
        """

votsort: _Votsort

class _Votsplit(Task):
    def __call__(
        self,
        /,
        table: TableLike | str | PathLike[str],
        *,
        rows: int | None = None,
        name: str | None = None,
        id: str | None = None,
        ucd: str | None = None,
        column: int | None = None,
        by_resource: bool | None = False,
        directory: str | PathLike[str] | None = '.',
        base: str | None = None,
        extension: str | None = None,
        format: Literal['vot', 'xml', 'raw', 'votb', 'votb2', 'votfits', 'fits', 'csv', 'tsv', 'ecsv', 'json', 'jsonl', 'bsv', 'asv', 'ascii', 'html', 'shtml'] | None = 'xml',
        indent: int | None = 0,
        header: bool | None = True,
        noheader: bool | None = False,
        overwrite: bool | None = False,
        output: str | PathLike[str] | None = None,
        number: int | None = ...,
        col: int | None = ...,
        resource: bool | None = ...,
        download: str | PathLike[str] | None = ...,
        extn: str | None = ...,
        fmt: Literal['vot', 'xml', 'raw', 'votb', 'votb2', 'votfits', 'fits', 'csv', 'tsv', 'ecsv', 'json', 'jsonl', 'bsv', 'asv', 'ascii', 'html', 'shtml'] | None = ...,
        force: bool | None = ...,
        **controls: Unpack[ControlArguments]
    ) -> OPset:
        """Split a VOTable into several files.

        Writes a file for each table, for each RESOURCE, for each block of rows or for
        each value of a column, with all that stands around the table. Files that are
        there already are not overwritten, and nothing at all is written then. For each
        file the result tells what is in it.

        Parameters
        ----------
        table : an astropy Table, a file name or a URL
            The VOTable, as a file, a URL, XML text or a Table.
        rows : int not below 1, optional
            Number of rows for each file. Not together with `by_resource`. Also called
            `number`.
        name : text, optional
            Name of the column whose values make the files.
        id : text, optional
            ID of that column.
        ucd : text, optional
            UCD of that column.
        column : int not below 0, optional
            That column, counted from 0; goes before name, id and ucd. Also called
            `col`.
        by_resource : True or False, optional
            Write a file for each RESOURCE instead of each table. Not together with
            `rows`. Also called `resource`.
        directory : a file name, default: '.'
            Where the files go; made if there is none. Also called `download`.
        base : text, optional
            What the names of the files begin with; a number follows. Otherwise the
            name of the input.
        extension : text, optional
            What the names of the files end with, without the dot. Otherwise that of
            the format. Also called `extn`.
        format : {'vot', 'xml', 'raw', 'votb', 'votb2', 'votfits', 'fits', 'csv', 'tsv', 'ecsv', 'json', 'jsonl', 'bsv', 'asv', 'ascii', 'html', 'shtml'}, default: 'xml'
            Format to write, as for votcnv. Also called `fmt`.
        indent : int not below 0, default: 0
            Blanks by which each level of a VOTable is indented; 0 writes one long
            line.
        header : True or False, default: True
            Whether text begins with a line of column names. Not together with
            `noheader`.
        noheader : True or False, optional
            The old name for header=False. Not together with `header`.
        overwrite : True or False, optional
            Overwrite files that are there already. Also called `force`.
        output : a file name, optional
            File for the list of the files, instead of standard output.

        Returns
        -------
        OPset
            What the task gives back, by key:
            ``output`` (path): The file with the list, if one was asked for
            ``files`` (path): The files written, in order
            ``rows`` (int): Number of rows in each file
            ``tables`` (int): Number of tables in each file
            ``values`` (string): The value of the column for each file, if split by a column
            ``table_names`` (string): The name of the table in each file, unless split by RESOURCE
            ``resource_names`` (string): The name of the RESOURCE in each file
            ``format`` (string): The format written

        Examples
        --------
        Two rows of a table given as text, a file each

        >>> result = votsplit('<VOTABLE version="1.4"><RESOURCE><T … E></RESOURCE></VOTABLE>', rows=1)  # doctest: +SKIP
        >>> result["rows"]  # doctest: +SKIP
        [1, 1]
        >>> result["table_names"]  # doctest: +SKIP
        ['t', 't']
        """

votsplit: _Votsplit

class _Votstat(Task):
    def __call__(
        self,
        /,
        table: TableLike | str | PathLike[str],
        *,
        all: bool | None = False,
        by: str | Iterable[str] | None = None,
        columns: str | Iterable[str] | None = None,
        statistics: Literal['count', 'nulls', 'distinct', 'min', 'max', 'sum', 'mean', 'stddev', 'sample_stddev', 'median'] | Iterable[Literal['count', 'nulls', 'distinct', 'min', 'max', 'sum', 'mean', 'stddev', 'sample_stddev', 'median']] | None = None,
        quantiles: float | Iterable[float] | None = None,
        format: Literal['vot', 'xml', 'raw', 'votb', 'votb2', 'votfits', 'fits', 'csv', 'tsv', 'ecsv', 'json', 'jsonl', 'bsv', 'asv', 'ascii', 'html', 'shtml'] | None = 'votb2',
        output: str | PathLike[str] | None = None,
        fmt: Literal['vot', 'xml', 'raw', 'votb', 'votb2', 'votfits', 'fits', 'csv', 'tsv', 'ecsv', 'json', 'jsonl', 'bsv', 'asv', 'ascii', 'html', 'shtml'] | None = ...,
        **controls: Unpack[ControlArguments]
    ) -> OPset:
        """Give statistics of the columns of a VOTable, of all rows or of groups of them.

        One row for each numeric column of the first table: minimum, maximum, mean and
        standard deviation (of the population), unless others are asked for; cells
        without value are left out. With "by", one for each column in each group of
        rows, while "table" has a row for each group, with columns like vmag_mean.

        Parameters
        ----------
        table : an astropy Table, a file name or a URL
            The VOTable, as a file, a URL, XML text or a Table.
        all : True or False, optional
            List columns that are not numeric as well, with the statistics that they
            have.
        by : text, or a list of them, optional
            Columns (name, ID, UCD or number) whose equal values make a group; several
            also in one text, between commas.
        columns : text, or a list of them, optional
            Columns to measure (name, ID, UCD or number), instead of all numeric ones.
        statistics : {'count', 'nulls', 'distinct', 'min', 'max', 'sum', 'mean', 'stddev', 'sample_stddev', 'median'}, or a list of them, optional
            Statistics to give, instead of min, max, mean and stddev.
        quantiles : a number from 0 to 1, or a list of them, optional
            Quantiles to give as well, like 0.25.
        format : {'vot', 'xml', 'raw', 'votb', 'votb2', 'votfits', 'fits', 'csv', 'tsv', 'ecsv', 'json', 'jsonl', 'bsv', 'asv', 'ascii', 'html', 'shtml'}, default: 'votb2'
            Format of the table that is written in place of lines of text; with by,
            statistics or quantiles there is always one. Also called `fmt`.
        output : a file name, optional
            File to write to, instead of standard output.

        Returns
        -------
        OPset
            What the task gives back, by key:
            ``index`` (int): Number of the column, from 0
            ``name`` (string): Name of the column
            ``min`` (float): Lowest value
            ``max`` (float): Highest value
            ``mean`` (float): Mean of the values
            ``stddev`` (float): Standard deviation of the values
            ``table`` (table): All of these as one Table
            ``output`` (path): The file written to, if one was asked for
            ``text`` (text): The table, as text (html, shtml, asv, bsv)
            ``count`` (int): Number of values
            ``unit`` (string): Unit of the column
            ``group`` (dict): Values of the columns of by, by their names
            ``rows`` (int): Number of rows of the group
            ``nulls`` (int): Number of cells without a value
            ``distinct`` (int): Number of different values
            ``sum`` (float): Sum of the values
            ``sample_stddev`` (float): Standard deviation of a sample (divided by N - 1)
            ``median`` (float): Median of the values
            ``quantiles`` (dict): Quantiles, by names like q0.25
            ``format`` (string): The format of the table that was written

        Examples
        --------
        Two numbers in a table given as text

        >>> result = votstat('<VOTABLE version="1.4"><RESOURCE><T … E></RESOURCE></VOTABLE>')  # doctest: +SKIP
        >>> result["name"]  # doctest: +SKIP
        ['x']
        >>> result["min"]  # doctest: +SKIP
        [1.0]
        >>> result["max"]  # doctest: +SKIP
        [4.0]
        >>> result["mean"]  # doctest: +SKIP
        [2.5]
        >>> result["stddev"]  # doctest: +SKIP
        [1.5]

        The median of each of two groups

        >>> result = votstat('<VOTABLE version="1.4"><RESOURCE><T … E></RESOURCE></VOTABLE>', by='kind', statistics='median')  # doctest: +SKIP
        >>> result["group"]  # doctest: +SKIP
        [{'kind': 'a'}, {'kind': 'b'}]
        >>> result["rows"]  # doctest: +SKIP
        [2, 1]
        >>> result["median"]  # doctest: +SKIP
        [1.5, 4.0]
        """

votstat: _Votstat
