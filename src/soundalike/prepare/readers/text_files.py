"""Text files as they come: their encoding found, their lines numbered."""

from __future__ import annotations

from pathlib import Path

from .clips import Fault

BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
SAMPLE = 4000  # bytes that are looked at for the zeros of UTF-16


def read_text(path: Path) -> tuple[str, list[Fault]]:
    """The text of a file with line ends as \\n, and the faults of its encoding. BOMs are dropped.

    UTF-8 and UTF-16 are read. What is neither is a fatal fault, and read as Windows-1252 so that the rest
    can still be looked at.
    """
    data = path.read_bytes()
    faults = []
    encoding = next((name for bom, name in BOMS.items() if data.startswith(bom)), None) or _utf_16(data)
    if encoding == "utf-8-sig":
        reason = "the file begins with a byte order mark (BOM)"
        remedy = "Save it as UTF-8 without one."
        faults.append(Fault("bom", f"{path}, line 1", reason, remedy, False, True))
    elif encoding:
        faults.append(Fault("encoding", str(path), "the file is UTF-16", "Save it as UTF-8.", False, True))
    try:
        text = data.decode(encoding or "utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        if encoding and encoding != "utf-8-sig":
            reason = f"the file is UTF-16, and damaged near byte {error.start}"
            faults.append(Fault("encoding", str(path), reason, "Save it anew, as UTF-8."))
            text = data.decode(encoding, errors="replace")
        else:
            reason = (
                f"byte 0x{data[error.start]:02x} is not UTF-8; "
                "the file looks like Windows-1252 (Latin-1) or another encoding of one byte a letter"
            )
            faults.append(Fault("encoding", f"{path}, line {line}", reason, "Save it as UTF-8."))
            text = data.decode("cp1252", errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n"), faults


def _utf_16(data: bytes) -> str | None:
    """The kind of UTF-16 that a file without a BOM is in, by its zeros; None where it has hardly any."""
    sample = data[:SAMPLE]
    for name, first in (("utf-16-le", 1), ("utf-16-be", 0)):
        zeros = sample[first::2].count(0)
        if len(sample) > 1 and zeros > 0.3 * (len(sample) // 2) and not sample[1 - first :: 2].count(0):
            return name
    return None


def read_lines(path: Path) -> tuple[list[tuple[int, str]], list[Fault]]:
    """The numbered lines of a text file that hold something, and the faults of its encoding."""
    text, faults = read_text(path)
    return [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()], faults
