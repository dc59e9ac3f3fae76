"""Consent: a sentence of the day, read aloud by the speaker, becomes a signed record in the voice; and the
check of such records.

The record is signed with Ed25519 by the key of whoever enrolled the voice, says what for and until when, and
is bound to the voice's tensors, so that it cannot be moved to another voice. It proves that a reading was
checked that sounded like the voice; nothing else.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from soundalike.audio.audio import Audio
from soundalike.core.contracts import Aligner
from soundalike.core.errors import ConsentError
from soundalike.core.files import data_dir, write_atomic
from soundalike.core.installation import install_command
from soundalike.core.types import IDENTITY, Voice
from soundalike.core.vectors import cosine
from soundalike.models.aligners.word_scores import word_scores
from soundalike.text import phonemize

from . import watermark
from .metadata import today, voice_id
from .terms import LONGEST_TERM

FORMAT = "soundalike-consent-1"
PLACE = "SOUNDALIKE_KEYS"  # environment variable with the folder of the key
KEY = "consent-key.pem"
TRUSTED = "trusted-keys.txt"
LEAST_LIKENESS = 0.6  # cosine of the speaker embeddings of the reading and of the voice
LEAST_WORDS = -4.25  # mean score of the worst fifth of the words: as many as are drawn at random, and the day
LONGEST_SCOPE = 200  # characters
WORDS = (
    "amber basket bridge candle copper cotton dragon eagle falcon feather forest garden ginger hammer "
    "harbor honey island jacket kitchen ladder lantern lemon marble meadow mirror morning mountain needle "
    "ocean orange paper pepper pillow planet pocket purple rabbit river rocket saddle silver spider "
    "summer sunset table thunder tiger timber tulip velvet village violet walnut water whisper window "
    "winter yellow"
).split()


@dataclass(frozen=True)
class ReadingCheck:
    """What was found in a reading: the mean score of the worst words, and the likeness of its speaker to the
    voice.
    """

    words: float
    likeness: float


def sentence(day: date | None = None) -> str:
    """A sentence nobody has recorded yet: the day, what is agreed to, and five words drawn at random."""
    day = day or today()
    rest = list(WORDS)
    drawn = []
    for _ in range(5):
        drawn.append(rest.pop(secrets.randbelow(len(rest))))
    words = f"{', '.join(drawn[:-1])} and {drawn[-1]}"
    today_is = f"Today is {day:%B} {day.day}, {day.year}"
    return f"{today_is}, and I agree that my voice is copied, with the words {words}."


def request_sentence(voice: Voice) -> str:
    """A new sentence for the speaker of a voice to read, kept until it is read."""
    text = sentence()
    path = _request_path(voice)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"day": today().isoformat(), "sentence": text}), encoding="utf-8")
    return text


def requested_sentence(voice: Voice) -> str:
    """The sentence that the speaker of a voice was to read, requested today or yesterday. Raises ConsentError
    where there is none.
    """
    try:
        request = json.loads(_request_path(voice).read_text(encoding="utf-8"))
        if date.fromisoformat(request["day"]) >= today() - timedelta(1):
            return request["sentence"]
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise ConsentError(
        "no sentence was asked for today. Run `soundalike enroll` without --reading; "
        "it shows the sentence to read."
    )


def forget_sentence(voice: Voice) -> None:
    """Delete the requested sentence, as a reading counts once."""
    _request_path(voice).unlink(missing_ok=True)


def _request_path(voice: Voice) -> Path:
    return keys_folder() / f"asked-{voice_id(voice)}.json"


class Listener(Protocol):
    """What consent needs of a model: to take a voice from a reading, and to check its words."""

    aligner: Aligner | None

    def listen(self, reference: Audio) -> Voice:
        """The voice of a recording."""
        ...


def check_reading(
    cloner: Listener, voice: Voice, reading: Audio | str | os.PathLike, text: str
) -> ReadingCheck:
    """The check of a recording in which a voice's speaker reads a sentence.

    Raises ConsentError where other words, another speaker or a watermark are found, AudioError where the
    recording cannot be used.
    """
    name = "the reading" if isinstance(reading, Audio) else os.fspath(reading)
    audio = reading if isinstance(reading, Audio) else Audio.read(reading)
    if cloner.aligner is None:
        raise ConsentError(
            "this model has no aligner to check the words with. Leave --model out for the built-in one."
        )
    if watermark.find(audio):
        raise ConsentError(
            f"{name}: this was synthesised; it carries a watermark of soundalike. "
            "The speaker must read it aloud."
        )
    scores = sorted(word_scores(audio.trim(), phonemize(text), cloner.aligner))
    worst = scores[: -(-len(scores) // 5)]
    words = float(sum(worst) / len(worst))
    if words < LEAST_WORDS:
        raise ConsentError(
            f"{name}: other words are heard than those asked for "
            f"(score {words:.1f}, {LEAST_WORDS:g} is needed). Read: {text}"
        )
    likeness = cosine(cloner.listen(audio).identity, voice.identity)
    if likeness < LEAST_LIKENESS:
        raise ConsentError(
            f"{name}: another person is heard than the voice's (likeness {likeness:.2f}, "
            f"at least {LEAST_LIKENESS:g} is needed). "
            "The speaker of the reference must read it, with a similar microphone."
        )
    return ReadingCheck(round(words, 2), round(likeness, 3))


def check_terms(scope: str, days: int) -> None:
    """Raise ConsentError for a scope or a term that cannot be recorded."""
    if not scope.strip() or len(scope) > LONGEST_SCOPE or not scope.isprintable():
        raise ConsentError(
            f"--scope: give 1 to {LONGEST_SCOPE} characters that say what the voice may be used for, "
            "such as personal."
        )
    if not 1 <= days <= LONGEST_TERM:
        raise ConsentError(f"--days {days}: choose 1 to {LONGEST_TERM}.")


def grant(
    voice: Voice, reading: ReadingCheck, text: str, scope: str, days: int, day: date | None = None
) -> Voice:
    """The voice with a signed record of its speaker's consent in it."""
    check_terms(scope, days)
    given = day or today()
    record: dict[str, Any] = {
        "kind": "reading",
        "sentence": text,
        "scope": scope,
        "given": given.isoformat(),
        "words": reading.words,
        "likeness": reading.likeness,
        "expires": (given + timedelta(days)).isoformat(),
        "tensors": digests(voice),
    }
    return Voice(voice.tensors, {**voice.facts, "consent": _signed(record)})


def grant_blend(blend: Voice, parents: Collection[Voice], day: date | None = None) -> Voice:
    """A blend with a signed record that both parents' consents held; it holds for what, and as long as, both
    do. Raises ConsentError.
    """
    given = day or today()
    records = [check(parent, given) for parent in parents]
    scopes = list(dict.fromkeys(record["scope"] for record in records))
    record: dict[str, Any] = {
        "kind": "blend",
        "of": records,
        "scope": " and ".join(scopes),
        "given": given.isoformat(),
        "tensors": digests(blend),
    }
    record["expires"] = min(parent["expires"] for parent in records)
    return Voice(blend.tensors, {**blend.facts, "consent": _signed(record)})


def check(voice: Voice, now: date | None = None, trusted: Collection[str] | None = None) -> dict[str, Any]:
    """The record of a voice's consent, if it holds on a day, which is today by default. Raises ConsentError
    saying why not.

    `trusted` are the public keys whose signatures count; by default this user's own and those listed in
    TRUSTED beside it. Check a voice as it is in its file: one derived anew by another model is no longer what
    was consented to.
    """
    record = voice.facts.get("consent") or {}
    if not isinstance(record, dict) or "signature" not in record:
        raise ConsentError(
            "nobody has consented to the use of this voice. `soundalike enroll` records a consent."
        )
    _check_record(record, now or today(), trusted_keys() if trusted is None else trusted)
    bound = record["tensors"]
    own = digests(voice)
    if any(own[name] != bound.get(name) for name in own) or IDENTITY not in own:
        raise ConsentError(
            "the consent was given for another voice: it does not belong to this one's data. "
            "Enroll this voice anew."
        )
    return record


def describe(voice: Voice, now: date | None = None) -> str:
    """One sentence on a voice's consent."""
    try:
        record = check(voice, now)
    except ConsentError as error:
        return f"none that holds: {error}"
    return f"for {record['scope']}, until {record['expires']}, given on {record['given']}"


def digests(voice: Voice) -> dict[str, str]:
    """SHA-256 of each tensor of a voice. A voice may lose its source clip and is still the same; it may not
    get another.
    """
    return {
        name: hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()
        for name, value in sorted(voice.tensors.items())
    }


def keys_folder() -> Path:
    """The folder of the user's key: $SOUNDALIKE_KEYS, else the user's data folder."""
    if os.environ.get(PLACE):
        return Path(os.environ[PLACE])
    return data_dir()


def public_key() -> str:
    """The public half of this user's key, in base64; the key is made at first use, readable by the user
    alone.
    """
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return base64.b64encode(_own_key().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def trusted_keys() -> set[str]:
    """The public keys whose signatures count on this machine."""
    listed = keys_folder() / TRUSTED
    lines = listed.read_text(encoding="utf-8").split("\n") if listed.is_file() else []
    own = {public_key()} if (keys_folder() / KEY).is_file() else set()
    return own | {line.split("#")[0].strip() for line in lines} - {""}


def _check_record(record: dict[str, Any], now: date, trusted: Collection[str]) -> None:
    """Raise ConsentError unless a record is whole, signed with a trusted key, and holds on that day."""
    given, expires = _check_signature(record)
    key = record["key"]
    if key not in trusted:
        raise ConsentError(
            f"the consent was recorded with a key that is not trusted here. "
            f"Add {key} to {keys_folder() / TRUSTED} if it should be."
        )
    if now > expires:
        raise ConsentError(f"the consent ended on {expires}. Enroll the voice anew.")
    if now < given - timedelta(1):  # a day's grace for clocks and time zones
        raise ConsentError(f"the consent begins on {given}, which is not yet. Is the clock right?")
    for parent in record.get("of", []):
        if not isinstance(parent, dict):
            raise ConsentError("the record of consent cannot be read. Blend the voice anew.")
        _check_record(parent, now, trusted)


def _check_signature(record: dict[str, Any]) -> tuple[date, date]:
    """The days a record was given and expires. Raises ConsentError unless it is whole and its signature
    fits.
    """
    cryptography = _opened_library()
    try:
        signature = base64.b64decode(record["signature"], validate=True)
        given = date.fromisoformat(record["given"])
        expires = date.fromisoformat(record["expires"])
        if (
            record["format"] != FORMAT
            or not isinstance(record["tensors"], dict)
            or not isinstance(record["scope"], str)
        ):
            raise ValueError(f"not of the form {FORMAT}")
        key = base64.b64decode(record["key"], validate=True)
        public = cryptography.Ed25519PublicKey.from_public_bytes(key)
    except (KeyError, ValueError, TypeError) as error:
        raise ConsentError(
            f"the record of consent cannot be read ({error}). Enroll the voice anew."
        ) from None
    try:
        public.verify(signature, _message(record))
    except cryptography.InvalidSignature:
        raise ConsentError(
            "the record of consent is forged or was changed: its signature does not fit it. "
            "Enroll the voice anew."
        ) from None
    return given, expires


def _signed(record: dict[str, Any]) -> dict[str, Any]:
    whole = {"format": FORMAT, **record, "key": public_key()}
    return {**whole, "signature": base64.b64encode(_own_key().sign(_message(whole))).decode()}


def _message(record: dict[str, Any]) -> bytes:
    """What is signed: everything but the signature, in one spelling."""
    return json.dumps(
        {name: value for name, value in record.items() if name != "signature"},
        sort_keys=True,
        separators=(",", ":"),
    ).encode()


def _own_key() -> Any:
    """This user's private key. Raises ConsentError where it cannot be kept or read."""
    cryptography = _opened_library()
    path = keys_folder() / KEY
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
        load_pem_private_key,
    )

    try:
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            made = cryptography.Ed25519PrivateKey.generate().private_bytes(
                Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
            )
            # None but the user may read it; another process may have been first
            with contextlib.suppress(FileExistsError):
                write_atomic(path, made, overwrite=False, mode=0o600)
        key = load_pem_private_key(path.read_bytes(), None)
    except OSError as error:
        raise ConsentError(
            f"{path}: the key that signs consents cannot be kept ({error.strerror}). "
            f"Name another folder in {PLACE}."
        ) from None
    except (ValueError, TypeError):
        raise ConsentError(f"{path}: not a key in PEM form. Move it away; a new one is made then.") from None
    if not isinstance(key, cryptography.Ed25519PrivateKey):
        raise ConsentError(f"{path}: not an Ed25519 key. Move it away; a new one is made then.")
    return key


@dataclass(frozen=True)
class _Library:
    Ed25519PrivateKey: Any
    Ed25519PublicKey: Any
    InvalidSignature: Any


def _opened_library() -> _Library:
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
    except ImportError:
        raise ConsentError(f"consent needs cryptography: {install_command('consent')}") from None
    return _Library(Ed25519PrivateKey, Ed25519PublicKey, InvalidSignature)
