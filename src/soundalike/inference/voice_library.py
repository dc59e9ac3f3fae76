"""The voice library: named voices in a folder of the user's; and every way to a voice, by recording, file or
name. Where the library has no voice of a name, the bundled one of that name is meant.

A voice named Anna is the file `anna.voice` in `library()`; its name as written is in the file. Names are
unique but for upper and lower case. Files appear whole or not at all, so that several processes may add at
once.
"""

from __future__ import annotations

import contextlib
import difflib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from soundalike.core import registry
from soundalike.core.capabilities import Blends
from soundalike.core.errors import CheckpointError, ConfigError, SoundalikeError
from soundalike.core.files import can_make, data_dir
from soundalike.core.types import Voice

from . import bundled_voices
from .adapter_cache import AdapterCache
from .voice_file import file_stem, name_fault, write

if TYPE_CHECKING:
    from .cloner import Cloner

ENDING = ".voice"
# Entries of a recording's report that depend on the model, or on a transcript
BY_A_MODEL = ("one_voice", "agreement", "problems", "advice")
PLACE = "SOUNDALIKE_VOICES"  # environment variable with the library's folder


@dataclass(frozen=True)
class Entry:
    """A line of the library's list: its name, its file, and what keeps it from being read, if anything."""

    name: str
    path: Path
    facts: dict[str, Any]
    fault: str | None = None
    bundled: bool = False  # it came with the program


def library() -> Path:
    """The folder of the library: $SOUNDALIKE_VOICES, else `voices` in the user's data folder. It need not
    exist.
    """
    if os.environ.get(PLACE):
        return Path(os.environ[PLACE])
    return data_dir() / "voices"


def path_of(name: str) -> Path:
    """Where the voice of a name is, or would be, kept. Raises ConfigError for what cannot be a name."""
    wrong = name_fault(name)
    if wrong:
        raise ConfigError(
            f"voice name {name[:80]!r} {wrong}. "
            "Use up to 64 letters, digits, spaces, - and _, such as anna or Anna-2."
        )
    return library() / f"{file_stem(name)}{ENDING}"


def all_voices() -> list[Entry]:
    """The voices of the library, then the bundled ones whose names it does not have."""
    entries = listing()
    names = {entry.path.stem for entry in entries}
    for name in bundled_voices.NAMES:
        if name not in names:
            entries.append(
                Entry(name, bundled_voices.path_of(name), bundled_voices.facts_of(name), bundled=True)
            )
    return entries


def listing() -> list[Entry]:
    """All voices of the library by name; those whose files cannot be read with the reason."""
    entries = []
    for path in sorted(library().glob(f"*{ENDING}")):
        try:
            facts = Voice.load(path).facts
            entries.append(Entry(facts.get("name", path.stem), path, facts))
        except SoundalikeError as error:
            entries.append(Entry(path.stem, path, {}, str(error)))
    return entries


def all_names() -> list[str]:
    """The names of the library's voices and of the bundled ones."""
    return [*(entry.name for entry in listing()), *bundled_voices.NAMES]


def has(name: str) -> bool:
    """Whether the library holds a voice of that name."""
    return name_fault(name) is None and path_of(name).is_file()


def get(name: str) -> Voice:
    """A voice of the library, or a bundled one. Raises ConfigError naming near matches when there is none,
    CheckpointError for a broken file.
    """
    return Voice.load(file_of(name))


def file_of(name: str) -> Path:
    """Where a voice of the library, or a bundled one, is kept. Raises ConfigError when there is none."""
    if has(name):
        return path_of(name)
    bundled = bundled_voices.meant_by(name)
    if bundled is None:
        raise ConfigError(f"no voice is called {name!r}.{near(name)}")
    return bundled_voices.path_of(bundled)


def _check_own(name: str) -> None:
    """Raise ConfigError for a name of no voice, or of a bundled one, which stays as it is."""
    if has(name):
        return
    if bundled_voices.meant_by(name) is not None:
        raise ConfigError(
            f"{name}: comes with the program and stays as it is. A voice of your own of that name takes its "
            "place: `soundalike voices add`."
        )
    raise ConfigError(f"no voice is called {name!r}.{near(name)}")


def near(name: str) -> str:
    """A sentence on the voices there are, those of like names first."""
    names = {path.stem for path in library().glob(f"*{ENDING}")}
    known = [*names, *bundled_voices.NAMES]
    close = difflib.get_close_matches(file_stem(name), known, n=3, cutoff=0.5)
    if close:
        return f" Did you mean {' or '.join(close)}?"
    return (
        " `soundalike voices list` shows those there are."
        if names
        else " The library is empty: `soundalike voices add NAME RECORDING` fills it."
    )


def put(name: str, voice: Voice, force: bool = False, source: bool = True) -> Path:
    """Keep a voice under a name. Raises ConfigError for a name that is taken, unless `force`, or cannot be
    one.
    """
    path = path_of(name)
    check_free(name, force)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CheckpointError(
            f"{path.parent}: cannot be made ({error.strerror}). Name another folder in {PLACE}."
        ) from None
    write(Voice(voice.tensors, {**voice.facts, "name": name}), path, source, overwrite=force)
    return path


def check_free(name: str, force: bool = False) -> None:
    """Raise ConfigError for a name that is taken, unless `force`, or cannot be one."""
    if path_of(name).exists() and not force:
        raise ConfigError(
            f"there is a voice called {name!r} already. Give --force to replace it, or choose another name."
        )


def check_file_free(path: str | os.PathLike, voice: Voice, force: bool = False) -> None:
    """Raise ConfigError for a file that is there, unless `force`, or unless it keeps nothing but what `voice`
    has too: a voice of the same recordings, without a consent or a training of its own.
    """
    if force or not os.path.exists(path):
        return
    remedy = "Name another file, or give --force to replace it."
    try:
        kept = Voice.load(path)
    except CheckpointError:
        raise ConfigError(f"{path}: is there already, and is no voice that can be read. {remedy}") from None
    name = f" {kept.facts['name']!r}" if kept.facts.get("name") else ""
    if not same_recordings(kept, voice):
        raise ConfigError(f"{path}: keeps a voice{name} of other recordings. {remedy}")
    if kept.facts.get("consent") and kept.facts["consent"] != voice.facts.get("consent"):
        raise ConfigError(f"{path}: keeps a voice{name} with its speaker's consent. {remedy}")
    trained = kept.facts.get("adapter", {})
    if trained.get("method", "prompt") != "prompt" and trained != voice.facts.get("adapter"):
        raise ConfigError(f"{path}: keeps a voice{name} that `soundalike adapt` trained. {remedy}")


def same_recordings(first: Voice, second: Voice) -> bool:
    """Whether two voices were made of the very same recordings, maybe by different models: whether all is
    alike that was measured of these. Voices without a report, such as blends, are compared by their arrays.
    """
    if not first.facts.get("report") or not second.facts.get("report"):
        return np.array_equal(first.identity, second.identity)
    return _measured(first) == _measured(second)


def _measured(voice: Voice) -> dict[str, Any]:
    """What was measured of a voice's recordings without a model or a transcript."""
    report = {name: value for name, value in voice.facts["report"].items() if name not in BY_A_MODEL}
    clips = [clip.get("seconds") for clip in voice.facts.get("clips", [])]
    return {"report": report, "seconds": voice.facts.get("seconds"), "clips": clips}


def rename(old: str, new: str, force: bool = False) -> None:
    """Give a voice another name. Raises as `get` and `put` do."""
    _check_own(old)
    voice = get(old)  # only upper and lower case may differ
    same = path_of(old) == path_of(new)
    put(new, voice, force or same)
    if not same:
        path_of(old).unlink(missing_ok=True)


def remove(name: str) -> None:
    """Delete a voice, even one whose file is broken. Raises ConfigError when there is none of that name, and
    for a bundled one.
    """
    _check_own(name)
    with contextlib.suppress(SoundalikeError):  # of a broken file nothing is known
        AdapterCache().forget(get(name))
    path_of(name).unlink(missing_ok=True)


def export(name: str, file: str | os.PathLike, force: bool = False, source: bool = True) -> None:
    """Write a voice to a file of its own. Raises ConfigError where the file is there, unless `force`, or has
    another ending.
    """
    voice = get(name)
    path = Path(file)
    if path.suffix != ENDING or not can_make(path.parent):
        raise ConfigError(f"{file}: give a name that ends in {ENDING}, in a folder you may write to.")
    write(voice, path, source, overwrite=force)


def bring(file: str | os.PathLike, name: str | None = None, force: bool = False) -> tuple[str, Path]:
    """Take a file into the library under its own name or another: the name and place. Raises as `put` and
    `Voice.load` do.
    """
    voice = Voice.load(file)
    chosen = name or voice.facts.get("name") or Path(file).stem
    return chosen, put(chosen, voice, force)


def find(reference: str | os.PathLike) -> Voice | str:
    """What a reference names: the voice of a file or of the library, else the path of a recording.

    An existing path wins over a name. Raises ConfigError, with near matches, for what is neither,
    CheckpointError for a broken file.
    """
    path = os.fspath(reference)
    if path.endswith(ENDING):
        return Voice.load(path)
    if os.path.exists(path):
        return path
    if has(path) or bundled_voices.meant_by(path) is not None:
        return get(path)
    if os.path.dirname(path) or os.path.splitext(path)[1] or name_fault(path):
        return path  # meant as a file: the reader says what is wrong with it
    raise ConfigError(f"{path}: neither a file nor a voice of the library.{near(path)}")


def find_all(references: Sequence[str]) -> Voice | str | list[str]:
    """What one reference names, as `find` says it; of several, the paths of recordings of one person.

    Raises as `find` does, and ConfigError where one of several is a voice.
    """
    if len(references) == 1:
        return find(references[0])
    paths = []
    for reference in references:
        found = find(reference)
        if isinstance(found, Voice):
            raise ConfigError(
                f"{reference}: a kept voice, which cannot be joined with other recordings. "
                "Give recordings alone, or the voice alone."
            )
        paths.append(found)
    return paths


def open_voice(cloner: Cloner, reference: str | os.PathLike) -> Voice:
    """The voice of a recording, a `.voice` file or a name in the library, ready for this cloner. Raises as
    `find`, `ready` and `listen` do.
    """
    return ready(cloner, find(reference), os.fspath(reference))


def ready(cloner: Cloner, found: Voice | str | list[str], name: str = "voice") -> Voice:
    """A voice that this cloner can speak in: listened to (in one recording or several), or, where another
    model made it, derived anew from its stored clip.

    Raises CheckpointError where that voice holds no clip.
    """
    if not isinstance(found, Voice):
        return cloner.listen(found)
    if cloner.fits(found):
        return found
    if "source" not in found.tensors:
        model = found.facts.get("model", {})
        family = registry.current(model.get("family", ""))
        if family and family != registry.current(cloner.model.get("family", "")):
            raise CheckpointError(
                f"{name}: this voice was made for the family {family}, and holds no clip of its recording to "
                f"derive another's from. Give --family {family}."
            )
        made = model.get("package")
        raise CheckpointError(
            f"{name}: this voice was made for another model{f' (soundalike {made})' if made else ''} and "
            "holds no clip of its recording "
            "to derive it from anew. Make it again from its recording with this one."
        )
    return cloner.listen_again(found, name)


def check_weight(weight: float) -> None:
    """Raise ConfigError for a weight outside 0 to 1."""
    if not 0.0 <= weight <= 1.0:
        raise ConfigError(
            f"--weight {weight:g} is out of range. Choose 0 (the first voice) to 1 (the second)."
        )


def blend(cloner: Cloner, first: Voice, second: Voice, weight: float) -> Voice:
    """A voice between two, `weight` of the way from the first to the second. Raises ConfigError for a weight
    outside 0 to 1.
    """
    check_weight(weight)
    if not isinstance(cloner.synthesizer, Blends):
        raise ConfigError("this family cannot blend voices. Leave --model out for the built-in one.")
    made = cloner.synthesizer.blend(first, second, weight)
    parents = [
        {name: voice.facts.get(name) for name in ("name", "consent") if name in voice.facts}
        for voice in (first, second)
    ]
    facts = {
        "model": cloner.model,
        "blend": {"of": parents, "weight": weight},
        "consent": {"blend_of": [p.get("consent", {}) for p in parents]},
    }
    return Voice(made.tensors, {**made.facts, **facts})
