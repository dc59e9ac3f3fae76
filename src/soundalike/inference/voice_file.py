"""The `.voice` file: one small safetensors file that keeps a Voice, refused with the reason where it is not
one.

The header holds `format` and `facts`, JSON: `mel` and `model` (what derived it), `pitch` and `rate`
(statistics), `report` (of the recording), `language`, `consent`, `name`, `lexicon`. The tensors are those of
TENSORS; `source`, the used stretch of the recording as an Ogg Vorbis file, lets another model derive what it
needs, and may be missing. An adapted voice has the difference to the acoustic model's weights as well (see
nn/lora.py), and in `adapter` how it was made.
"""

from __future__ import annotations

import io
import json
import os
import re
import unicodedata
from collections.abc import Callable
from typing import Any

import numpy as np

from soundalike.audio.audio import Audio
from soundalike.core import registry
from soundalike.core.contracts import TensorSchema
from soundalike.core.errors import AudioError, CheckpointError
from soundalike.core.files import write_atomic
from soundalike.core.types import ADAPTER, IDENTITY, Voice

VERSION = 2
FORMAT = f"soundalike-voice-{VERSION}"
SMALL = 300_000  # bytes a voice takes; the source is left out where it would take more
LARGEST = 8_000_000  # bytes ever read or written: room for an adapter, and a long lexicon of one's own
LONGEST_HEADER = 500_000  # bytes
LONGEST_NAME = 64  # characters
AGAIN = "Save the voice again from its recording."

# Arrays that any voice may have. Those of its architecture are in the architecture's schema.
UNIVERSAL = {
    IDENTITY: TensorSchema(1, ("float16", "float32")),  # (V,) speaker embedding
    "source": TensorSchema(1, ("uint8",), False),  # the bytes of an Ogg Vorbis file, 24 kHz, mono
}
BUILT_IN = "starling"  # the architecture of voices that do not name theirs
ARRAY_NAME = re.compile(r"[\w.]{1,120}")
# facts that are read by this package, and what they may be; others are kept as they are
FACTS: dict[str, Any] = {
    "mel": str,
    "name": str,
    "model": dict,
    "consent": dict,
    "lexicon": dict,
    "pitch": dict,
    "adapter": dict,
    "report": (dict, type(None)),
    "language": (str, type(None)),
    "rate": (int, float, type(None)),
}


def write(voice: Voice, path: str | os.PathLike, source: bool = True, overwrite: bool = True) -> None:
    """Write a voice, whole or not at all; without the source clip where that is not wanted or does not fit
    SMALL.

    Raises CheckpointError when the place cannot be written, the voice is too large, or, without `overwrite`,
    the file is there.
    """
    tensors = {name: value for name, value in voice.tensors.items() if source or name != "source"}
    data = _encode(tensors, voice.facts)
    adapting = sum(value.nbytes for value in voice.adapter.values())
    if len(data) - adapting > SMALL and "source" in tensors:
        data = _encode({name: value for name, value in tensors.items() if name != "source"}, voice.facts)
    if len(data) > LARGEST:
        raise CheckpointError(
            f"{path}: the voice would take {len(data)} bytes, at most {LARGEST} are kept. "
            "Use a shorter lexicon or a lower rank."
        )
    try:
        write_atomic(path, data, overwrite=overwrite)
    except FileExistsError:
        raise CheckpointError(
            f"{path}: there already. Give --force to replace it, or choose another name."
        ) from None
    except OSError as error:
        raise CheckpointError(
            f"{path}: cannot be written ({error.strerror}). Choose another place."
        ) from None


def read(path: str | os.PathLike) -> Voice:
    """A voice from its file, those of older versions brought up to date. Raises CheckpointError with what is
    wrong.
    """
    if not os.path.isfile(path):
        raise CheckpointError(f"{path}: no such voice file. Make one with `soundalike clone --save-voice`.")
    try:
        if os.path.getsize(path) > LARGEST:
            raise _Unfit(f"larger than {LARGEST} bytes")
        with open(path, "rb") as file:
            return decode(file.read())
    except OSError as error:
        raise CheckpointError(
            f"{path}: cannot be read ({error.strerror}). Choose a file you may read."
        ) from None
    except _Newer as error:
        raise CheckpointError(f"{path}: {error}") from None
    except _Unfit as error:
        raise CheckpointError(f"{path}: not a voice file ({error}). {AGAIN}") from None


class _Unfit(Exception):
    """What is wrong with the bytes of a file."""


class _Newer(Exception):
    """A file that a later version of the package wrote."""


def decode(data: bytes) -> Voice:
    """A voice from a file's bytes. Raises _Unfit or _Newer."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    size = int.from_bytes(data[:8], "little")
    if len(data) < 8 or size > len(data) - 8:
        raise _Unfit("cut short, or not in the safetensors format")
    if size > LONGEST_HEADER:
        raise _Unfit(f"its header takes {size} bytes, more than {LONGEST_HEADER}")
    header = _json(data[8 : 8 + size], "header").get("__metadata__")
    header = header if isinstance(header, dict) else {}
    said = header.get("format")
    match = re.fullmatch(r"soundalike-voice-(\d{1,9})", str(said))
    if not match:
        raise _Unfit(f"its format is {str(said)[:40]!r}, not {FORMAT!r}")
    version = int(match[1])
    if version > VERSION:
        raise _Newer(
            f"made by a later version of soundalike ({said}, this one reads up to {FORMAT}). "
            "Update soundalike."
        )
    facts = _json(header.get("facts"), "facts")
    try:
        tensors = load(data)
    except (SafetensorError, ValueError, KeyError, TypeError, OverflowError) as error:
        raise _Unfit(str(error).splitlines()[0]) from None
    check_facts(facts)
    check_tensors(tensors, schema_of(facts))
    while version < VERSION:
        if version not in UPGRADES:
            raise _Unfit(f"there never was a version {version}")
        facts = UPGRADES[version](tensors, facts)
        version += 1
    return Voice(tensors, facts)


def schema_of(facts: dict[str, Any]) -> dict[str, TensorSchema] | None:
    """What the arrays of a voice must be, by the architecture that made it; None where that is not known
    here.
    """
    family = registry.current(str((facts.get("model") or {}).get("family", BUILT_IN)))
    if family not in registry.ARCHITECTURES:
        return None
    return {**registry.architecture(family).voice_schema, **UNIVERSAL}


def check_tensors(tensors: dict[str, np.ndarray], schema: dict[str, TensorSchema] | None) -> None:
    """Raise _Unfit unless the arrays are those a voice may have, finite, of fitting shapes."""
    for name, value in tensors.items():
        if value.dtype.kind == "f" and not bool(np.isfinite(value).all()):
            raise _Unfit(f"{name} holds numbers that are not finite")
        if name.startswith(ADAPTER) and ARRAY_NAME.fullmatch(name.removeprefix(ADAPTER)):
            wanted = TensorSchema(value.ndim, ("float16",), False)
        elif schema is None:
            wanted = UNIVERSAL.get(name, TensorSchema(value.ndim, (str(value.dtype),), False))
        elif name in schema:
            wanted = schema[name]
        else:
            raise _Unfit(f"a tensor {name[:40]!r} is none of {', '.join(schema)}")
        _check_tensor(name, value, wanted)
    if IDENTITY not in tensors:
        raise _Unfit(f"it has no {IDENTITY}")
    if ("prompt" in tensors) != ("prompt_pitch" in tensors) or len(tensors.get("prompt", ())) != len(
        tensors.get("prompt_pitch", ())
    ):
        raise _Unfit("prompt and prompt_pitch are not of one length")


def _check_tensor(name: str, value: np.ndarray, wanted: TensorSchema) -> None:
    """Raise _Unfit for an array of another kind or shape than wanted."""
    if str(value.dtype) not in wanted.kinds:
        raise _Unfit(f"{name} holds {value.dtype}, not {' or '.join(wanted.kinds)}")
    if value.ndim != wanted.dimensions or not value.size:
        plural = "s" * (wanted.dimensions > 1)
        raise _Unfit(
            f"{name} has the shape {tuple(value.shape)}, {wanted.dimensions} dimension{plural} "
            "with something in them are needed"
        )


def check_facts(facts: dict[str, Any]) -> None:
    """Raise _Unfit for facts of another kind than this package reads, or a name that no voice can have."""
    for name, kinds in FACTS.items():
        if name in facts and not isinstance(facts[name], kinds):
            raise _Unfit(f"its fact {name!r} is a {type(facts[name]).__name__}")
    wrong = name_fault(facts["name"]) if "name" in facts else None
    if wrong:
        raise _Unfit(f"its name {facts['name'][:80]!r} {wrong}")
    if not re.fullmatch(r"[A-Za-z0-9-]{1,16}", facts.get("language") or "en"):
        raise _Unfit(f"its language {facts['language'][:40]!r} is no language")


def name_fault(name: str) -> str | None:
    """What keeps a name from being a voice's, or None. Names never are, nor become, parts of a path."""
    plain = unicodedata.normalize("NFC", name)
    # File systems stop at 255 bytes
    if not 1 <= len(plain) <= LONGEST_NAME or len(file_stem(plain).encode("utf-8", "replace")) > 200:
        return f"is not of 1 to {LONGEST_NAME} characters"
    if any(unicodedata.category(sign)[0] not in "LMN" and sign not in " -_" for sign in plain):
        return "has signs other than letters, digits, space, - and _"
    if not plain[0].isalnum() or plain[-1] == " ":
        return "does not begin with a letter or digit and end without a space"
    if re.fullmatch(r"con|prn|aux|nul|(com|lpt)\d", file_stem(plain)):
        return "is reserved by Windows"
    return None


def file_stem(name: str) -> str:
    """What a name's file is called: names alike but for upper and lower case have one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def pitch_facts(hertz: np.ndarray) -> dict[str, float]:
    """Statistics of a pitch contour (T,) in hertz, 0 where unvoiced: median, and where nine tenths lie above
    and below.
    """
    voiced = hertz[hertz > 0].astype(np.float32)
    if not len(voiced):
        return {}
    shares = (("median", 0.5), ("low", 0.1), ("high", 0.9))
    return {name: round(float(np.quantile(voiced, share)), 1) for name, share in shares}


def _from_1(tensors: dict[str, np.ndarray], facts: dict[str, Any]) -> dict[str, Any]:
    """Version 1 said nothing of the recording's faults, of consent, or of the model beyond its mel."""
    known: dict[str, Any] = {
        "consent": {},
        "language": None,
        "model": {},
        "pitch": {},
        "rate": None,
        "report": None,
    }
    if "prompt_pitch" in tensors:
        known["pitch"] = pitch_facts(tensors["prompt_pitch"])
    return {**known, **facts}


UPGRADES: dict[int, Callable[[dict, dict], dict]] = {1: _from_1}


def _encode(tensors: dict[str, np.ndarray], facts: dict[str, Any]) -> bytes:
    from safetensors.numpy import save

    tensors = {name: np.ascontiguousarray(value) for name, value in tensors.items()}
    return save(tensors, metadata={"format": FORMAT, "facts": json.dumps(facts, ensure_ascii=False)})


def _json(text: bytes | str | None, what: str) -> dict[str, Any]:
    try:
        said = json.loads(text or "")
    except (ValueError, TypeError, RecursionError):
        raise _Unfit(f"its {what} cannot be read") from None
    if not isinstance(said, dict):
        raise _Unfit(f"its {what} cannot be read")
    return said


def clip_of(voice: Voice, name: str) -> Audio:
    """The clip of its recording that a voice of a name holds. Raises CheckpointError where it cannot be
    read.
    """
    try:
        return Audio.read(io.BytesIO(voice.tensors["source"].tobytes()))
    except AudioError as error:
        raise CheckpointError(
            f"{name}: the clip of its recording cannot be read ({error}). Make the voice again."
        ) from None
