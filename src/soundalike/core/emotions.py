"""The emotions that speech can have, and how people's voices change with each.

The one table of the rule by which an emotion is spoken: `OFFSETS` follows what 21 actors change against their
own neutral speech, who each say two sentences at two intensities (RAVDESS; Livingstone and Russo 2018). Each
number lies near their median and within the middle half of them; where that leaves a choice, it is the one by
which a classifier trained on the actors tells the emotions of cloned voices best.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, get_args

from .errors import ConfigError
from .options import Help, Range, value_of

EmotionName = Literal["neutral", "happy", "sad", "angry", "surprised", "fear"]
EMOTIONS: tuple[str, ...] = get_args(EmotionName)
NEUTRAL = "neutral"
# As corpora of acted emotions have them; a clip's place in this table is its field "emotion", 0: not known.
# Only ever appended to
ACTED_EMOTIONS = ("", "neutral", "calm", "happy", "sad", "angry", "fearful", "disgust", "surprised")
INTENSITY = Range(0.0, 1.5, "", "how strongly the emotion is spoken; 1 as people do, 1.5 as they do strongly")
USUAL_INTENSITY = 1.0
EMOTION = Help("emotion of the speech, where its text marks none")

# Share of an emotion's level difference that is left in speech of one loudness: all of it would be too loud
# or too soft beside neutral speech, none would take away what listeners first tell an emotion by
KEPT_LEVEL = 0.6

# Other words for the emotions, as texts and SSML have them
SYNONYMS: dict[str, str] = {
    **dict.fromkeys(("calm", "calmly", "normal", "default"), "neutral"),
    **dict.fromkeys(
        (
            "happily",
            "happiness",
            "cheerful",
            "cheerfully",
            "joy",
            "joyful",
            "joyfully",
            "excited",
            "excitedly",
        ),
        "happy",
    ),
    **dict.fromkeys(("sadly", "sadness", "depressed", "sorrowful"), "sad"),
    **dict.fromkeys(("angrily", "anger", "furious", "furiously"), "angry"),
    **dict.fromkeys(("surprise", "astonished", "amazed"), "surprised"),
    **dict.fromkeys(
        ("fearful", "fearfully", "afraid", "scared", "frightened", "terrified", "anxious"), "fear"
    ),
}


class Emotion(NamedTuple):
    """An emotion of a stretch of speech, and how strong it is (`INTENSITY`)."""

    name: str = NEUTRAL
    intensity: float = USUAL_INTENSITY

    @property
    def is_neutral(self) -> bool:
        """Whether it changes nothing."""
        return self.name == NEUTRAL or not self.intensity


@dataclass(frozen=True)
class Offsets:
    """What an emotion changes against neutral speech of the same person."""

    semitones: float = 0.0  # of the mean pitch
    spread: float = 1.0  # factor of how far the pitch moves about its line of declination
    rise: float = 0.0  # semitones by which the pitch ends higher against where it begins
    decibels: float = 0.0  # of the level
    tilt: float = 0.0  # dB an octave by which the spectrum rises with frequency
    rate: float = 1.0  # factor of the speaking rate


# At an intensity of 1, and of 1.5
OFFSETS: dict[str, tuple[Offsets, Offsets]] = {
    "neutral": (Offsets(), Offsets()),
    "happy": (Offsets(3.8, 1.6, -0.7, 6.0, 1.0, 1.06), Offsets(7.8, 1.8, -0.5, 15.0, 1.6, 1.0)),
    # The quiet sadness, and the one that weeps
    "sad": (Offsets(-1.5, 0.65, 1.5, -3.0, 1.0, 0.88), Offsets(3.0, 0.9, 2.5, 2.0, 1.2, 0.82)),
    "angry": (Offsets(3.2, 1.5, 0.3, 10.0, 2.6, 0.92), Offsets(8.0, 1.7, 1.0, 22.0, 4.5, 0.87)),
    "surprised": (Offsets(4.6, 2.4, 4.0, 5.5, 0.8, 1.06), Offsets(6.1, 2.6, 4.5, 11.0, 1.5, 1.0)),
    "fear": (Offsets(5.2, 1.1, 2.5, 6.0, 1.4, 1.05), Offsets(9.4, 1.5, 4.0, 18.0, 2.5, 1.0)),
}


def emotion_named(word: str) -> str | None:
    """The emotion that a word stands for, by its name or a synonym; None for another word."""
    name = word.strip().lower()
    return name if name in EMOTIONS else SYNONYMS.get(name)


def check_emotion(emotion: Emotion) -> None:
    """Raise ConfigError for an emotion that there is not, or an intensity out of range."""
    if emotion.name not in EMOTIONS:
        raise ConfigError(f"emotion = {emotion.name!r} is unknown. Choose one of {', '.join(EMOTIONS)}.")
    if not INTENSITY.low <= emotion.intensity <= INTENSITY.high:
        raise ConfigError(
            f"intensity = {emotion.intensity} is out of range. "
            f"Choose {INTENSITY.low:g} to {INTENSITY.high:g}."
        )


def offsets_of(emotion: Emotion) -> Offsets:
    """What an emotion changes at its intensity: on the line from nothing at 0 to the table's at 1, and from
    there to that of 1.5. Raises ConfigError as `check_emotion` does.
    """
    check_emotion(emotion)
    usual, strong = OFFSETS[emotion.name]
    if emotion.intensity <= USUAL_INTENSITY:
        return _between(Offsets(), usual, emotion.intensity / USUAL_INTENSITY)
    share = (emotion.intensity - USUAL_INTENSITY) / (INTENSITY.high - USUAL_INTENSITY)
    return _between(usual, strong, share)


def emotion_asked(options: Any) -> Emotion | None:
    """The emotion that a model's options ask for; None of a model that takes none."""
    name = value_of(options, "emotion", None)
    return None if name is None else Emotion(name, value_of(options, "intensity", USUAL_INTENSITY))


def emotions_of(marked: Sequence[Emotion | None], words: int, asked: Emotion) -> list[Emotion]:
    """The emotion of each of so many words: what the text says of it, else what was asked for."""
    return [one or asked for one in marked] if marked else [asked] * words


def _between(first: Offsets, second: Offsets, share: float) -> Offsets:
    def line(a: float, b: float) -> float:
        return a + share * (b - a)

    def power(a: float, b: float) -> float:
        return a * (b / a) ** share

    return Offsets(
        line(first.semitones, second.semitones),
        power(first.spread, second.spread),
        line(first.rise, second.rise),
        line(first.decibels, second.decibels),
        line(first.tilt, second.tilt),
        power(first.rate, second.rate),
    )
