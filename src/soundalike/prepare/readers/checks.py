"""What holds for every reader: languages and splits by one name each, sounds that are found, none unnamed."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path

from .clips import SOUNDS, Clip, Fault
from .entries import SPLITS
from .languages import language_code
from .places import Places, likened


def checked(found: Iterable[Clip | Fault], source: Path, aside: tuple[str, ...]) -> Iterator[Clip | Fault]:
    """What a reader found, with codes of languages, the splits train, dev and test, and speakers and texts in
    one Unicode form; a clip of a language
    or a split that is not known becomes a fault that names it.

    A path that is nowhere is replaced by the only one that differs from it in nothing but capitals and
    Unicode form. At the end come the sounds of a folder that no clip and no fault has named, but for those
    of the patterns `aside`.
    """
    places = Places(source if source.is_dir() else source.parent)
    named: set[str] = set()
    unread: set[Path] = set()  # folders of lists that could not be used
    for entry in found:
        if isinstance(entry, Clip):
            named.add(entry.audio)
            entry = _checked(entry, places)
            if isinstance(entry, Clip):
                named.add(entry.audio)
        elif Path(entry.where).suffix.lower() in SOUNDS:
            named.add(str(Path(entry.where).resolve()))
        elif entry.check == "speaker":
            unread.add(Path(entry.where).parent)
        yield entry
    if source.is_dir():
        yield from _unnamed(places, named, unread, aside)


def _checked(clip: Clip, places: Places) -> Clip | Fault:
    language = language_code(clip.language)
    if language is None:
        reason = f"the language {clip.language!r} is not known"
        remedy = "Write a code such as en or de, or the name of the language."
        return Fault("language", clip.where, reason, remedy, False)
    split = SPLITS.get(likened(clip.split)) if clip.split else ""
    if split is None:
        reason = f"the split {clip.split!r} is not known"
        return Fault("split", clip.where, reason, "Write train, dev or test.", False)
    audio = clip.audio if Path(clip.audio).is_file() else places.similar(clip.audio)
    speaker, text = (unicodedata.normalize("NFC", value) for value in (clip.speaker, clip.text))
    return replace(clip, language=language, split=split, audio=audio, speaker=speaker, text=text)


def _unnamed(places: Places, named: set[str], unread: set[Path], aside: tuple[str, ...]) -> Iterator[Fault]:
    """The sounds that nothing was said of."""
    for path in places.all:
        inside = path.relative_to(places.root).as_posix()
        if (
            str(path.resolve()) not in named
            and not any(fnmatch(inside, pattern) for pattern in aside)
            and not any(path.is_relative_to(folder) for folder in unread)
        ):
            reason = "no list or text names this sound"
            yield Fault("unlisted-file", str(path), reason, "Add its row or its text, or take it out.", False)
