"""Make descriptors of what others say of programs: CWL and Boutiques files, `--help` texts.

The translators are pure: a document in, a `Draft` out. What ours cannot express is refused with the reason.
"""

from __future__ import annotations

import os

from .draft import Draft, ImportRefusedError

__all__ = ["Draft", "ImportRefusedError", "import_descriptor"]


def import_descriptor(file: str | os.PathLike[str]) -> Draft:
    """Translate a CWL CommandLineTool or a Boutiques descriptor.

    Parameters
    ----------
    file : path
        YAML or JSON.

    Returns
    -------
    Draft
        Its `text()` is the YAML of the descriptor.

    Raises
    ------
    DescriptorError
        The file cannot be read, or is neither.
    ImportRefusedError
        It says what a descriptor cannot.

    Examples
    --------
    >>> import_descriptor("nothing.cwl")
    Traceback (most recent call last):
        ...
    voclient.tasking.errors.DescriptorError: nothing.cwl: cannot be read: No such file or directory
    """
    from voclient.tasking.errors import DescriptorError

    from .reading import read_foreign

    document = read_foreign(os.fspath(file))
    data = document.data
    if isinstance(data, dict) and ("cwlVersion" in data or "$graph" in data):
        from . import cwl

        return cwl.translate(document)
    if isinstance(data, dict) and "command-line" in data:
        from . import boutiques

        return boutiques.translate(document)
    raise DescriptorError(
        f"{document.file}: neither a CWL document (no cwlVersion) nor a Boutiques descriptor (no command-line)",
        file=document.file,
    )
