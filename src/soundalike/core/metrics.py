"""The metrics that models and recordings are measured by: names, units, and how their values are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

HEADLINES = ("wer", "similarity", "first", "naturalness", "speed")  # scores shown in one line
UNKNOWN = "–"  # written where there is no value


@dataclass(frozen=True)
class Metric:
    """One row of a report's table."""

    name: str
    label: str
    unit: str  # "%" is of a share; "" of a plain number
    better: str  # "lower", "higher" or "" where neither is
    value: str = ""  # the measure averaged; `name` unless given
    whole: str = ""  # the measure that pools it
    digits: int = 2
    short: str = ""  # for narrow columns; the label unless given


OF_WORDS = (
    Metric("wer", "word error rate", "%", "lower", "word_errors", "words", 1),
    Metric("cer", "character error rate", "%", "lower", "character_errors", "characters", 1),
)
OF_SPEECH = (
    Metric("naturalness", "naturalness, overall (predicted, 1 to 5)", "", "higher", short="naturalness"),
    Metric("voice_quality", "of that, the voice (1 to 5)", "", "higher"),
    Metric("background", "of that, the background (1 to 5)", "", "higher"),
    Metric("pitch", "median pitch", "Hz", "", digits=0),
    Metric("pitch_range", "range of the pitch", "semitones", "", digits=1),
    Metric(
        "pitch_error",
        "pitch error against the speaker's own recording",
        "semitones",
        "lower",
        digits=1,
        short="pitch error",
    ),
    Metric("pitch_correlation", "correlation of the pitch with that of the source", "", "higher"),
    Metric(
        "emotion_right", "emotions told rightly by a classifier", "%", "higher", digits=0, short="emotion"
    ),
    Metric("emotion_changes", "changes that go the way they do in people", "%", "higher", digits=0),
    Metric("pace", "pace", "words/s", ""),
    Metric("pace_ratio", "pace relative to the speaker's own recording", "", ""),
    Metric("pauses", "pauses over 150 ms", "per s", ""),
    Metric("loudness", "loudness", "LUFS", "", digits=1),
    Metric("clipped", "clipped samples", "%", "lower", digits=3),
    Metric("silence", "silence", "%", "", digits=0),
    Metric("tail", "level of the last 50 ms against speech", "dB", "", digits=0),
    Metric("breaks_off", "recordings that break off", "%", "lower", digits=0),
    Metric(
        "speed",
        "seconds of synthesis per second of speech",
        "",
        "lower",
        digits=3,
        short="seconds per second",
    ),
)


def metrics(encoders: Sequence[tuple[str, bool]]) -> list[Metric]:
    """The rows of a report's table, similarity by each encoder (its name, and whether it conditions the
    model) in turn.
    """
    independent = any(not conditions for _, conditions in encoders)
    rows = list(OF_WORDS)
    for name, conditions in sorted(encoders, key=lambda one: one[1]):  # an independent encoder comes first
        rows += _of_similarity(name, conditions, "_built_in" if conditions and independent else "")
    return [*rows, *OF_SPEECH]


def _of_similarity(name: str, conditions: bool, suffix: str) -> list[Metric]:
    """The metrics that one speaker encoder gives; `suffix` ends their names."""
    note = f"{name} encoder" + (", which conditions the model: not a headline" if conditions else "")
    return [
        Metric(
            f"similarity{suffix}",
            f"similarity to the reference ({note})",
            "",
            "higher",
            short="similarity, not a headline" if conditions else "similarity",
        ),
        Metric(f"to_source{suffix}", f"similarity to the recording it was made of ({name})", "", "lower"),
        Metric(f"margin{suffix}", f"margin over the most similar other reference ({name})", "", "higher"),
        Metric(
            f"first{suffix}",
            f"own reference is the most similar of all ({name})",
            "%",
            "higher",
            digits=0,
            short="own reference first",
        ),
    ]


def format_value(metric: Mapping[str, Any], value: float | None, signed: bool = False) -> str:
    """A value with the unit of a metric (as a table): "4.2 %"; a difference of shares in points, so that it
    is not taken for a share of the other.
    """
    if value is None:
        return UNKNOWN
    unit = "points" if signed and metric["unit"] == "%" else metric["unit"]
    return f"{_number(metric, value, signed)} {unit}".strip()


def format_interval(metric: Mapping[str, Any], estimate: Mapping[str, Any], signed: bool = False) -> str:
    """An interval in a metric's unit, which is left to the value beside it: "2.9 to 5.8"."""
    if estimate["low"] is None:
        return UNKNOWN
    return f"{_number(metric, estimate['low'], signed)} to {_number(metric, estimate['high'], signed)}"


def format_headlines(scores: Mapping[str, float]) -> dict[str, str]:
    """The HEADLINES among some scores by their short names, with units: {"word error rate": "3.1 %"}."""
    table = {metric.name: metric for metric in metrics([("", False)])}
    return {
        table[name].short or table[name].label: format_value(asdict(table[name]), scores[name])
        for name in HEADLINES
        if name in scores
    }


def _number(metric: Mapping[str, Any], value: float, signed: bool) -> str:
    scaled = 100 * value if metric["unit"] == "%" else value
    rounded = round(scaled, metric["digits"]) + 0.0  # no -0.0
    return f"{rounded:{'+' if signed and rounded else ''}.{metric['digits']}f}"
