"""Long recordings to clips: where somebody speaks, where to cut, and which words fall into which piece."""

from __future__ import annotations

import functools
import importlib.util
from typing import Any

import numpy as np

from soundalike.audio.audio import Audio
from soundalike.core.contracts import Aligner
from soundalike.core.errors import ConfigError, TextError
from soundalike.core.installation import install_command
from soundalike.text import encode, read
from soundalike.text.alphabet import phone_classes

Span = tuple[float, float]  # seconds

PAUSE = 1.0  # seconds of silence that always end a clip
MARGIN = 0.15  # seconds of silence left at the ends of a clip
COARSE = 3  # mel frames taken together when words are looked for in a long recording
BAND = 1500  # states looked at about the place where an even pace would be: some two minutes of speech


def detector(name: str = "auto") -> str:
    """The detector of speech that will be used: `silero` where it is installed, else `activity`, the level
    alone.
    """
    if name == "silero" and importlib.util.find_spec("silero_vad") is None:
        raise ConfigError(f"--vad silero: silero-vad is not installed ({install_command('asr')}).")
    if name not in ("auto", "silero", "activity"):
        raise ConfigError(f"--vad {name}: unknown detector. Choose one of auto, silero, activity.")
    return ("silero" if importlib.util.find_spec("silero_vad") else "activity") if name == "auto" else name


@functools.lru_cache(maxsize=1)
def _silero() -> Any:
    import silero_vad

    return silero_vad.load_silero_vad()


def speech(audio: Audio, name: str) -> list[Span]:
    """Where somebody speaks, by one of the detectors `detector` names."""
    if name == "silero":
        import silero_vad
        import torch

        samples = torch.from_numpy(np.ascontiguousarray(audio.resample(16_000).samples))
        found = silero_vad.get_speech_timestamps(samples, _silero(), sampling_rate=16_000)
        return [(span["start"] / 16_000, span["end"] / 16_000) for span in found]
    edges = np.diff(np.concatenate([[0], audio.activity().astype(np.int8), [0]]))
    loud = np.flatnonzero(edges).reshape(-1, 2) / 100  # seconds
    spans: list[Span] = []
    for start, stop in loud.tolist():
        if spans and start - spans[-1][1] < 0.1:
            spans[-1] = (spans[-1][0], stop)
        else:
            spans.append((start, stop))
    return [(start, stop) for start, stop in spans if stop - start >= 0.1]


def cut(audio: Audio, spans: list[Span], longest: float) -> list[Span]:
    """Pieces of a recording, none longer than `longest` seconds: cut at long pauses, then at the longest
    pause inside, and where nobody pauses at the quietest moment. Each keeps MARGIN of the silence about it
    where there is so much.
    """
    groups: list[list[Span]] = []
    for span in spans:
        for part in _cut_at_quietest(audio, span, longest):
            if groups and part[0] - groups[-1][-1][1] < PAUSE:
                groups[-1].append(part)
            else:
                groups.append([part])
    pieces = [piece for group in groups for piece in _halved(group, longest)]
    padded = []
    for number, (start, stop) in enumerate(pieces):
        before = pieces[number - 1][1] if number else 0.0
        after = pieces[number + 1][0] if number + 1 < len(pieces) else audio.seconds
        padded.append(
            (
                max(start - MARGIN, (before + start) / 2, 0.0),
                min(stop + MARGIN, (stop + after) / 2, audio.seconds),
            )
        )
    return padded


def _halved(group: list[Span], longest: float) -> list[Span]:
    if group[-1][1] - group[0][0] <= longest or len(group) == 1:
        return [(group[0][0], group[-1][1])]
    middle = (group[0][0] + group[-1][1]) / 2
    half = (group[-1][1] - group[0][0]) / 2
    pauses = [
        (b[0] - a[1]) * (1.2 - abs((a[1] + b[0]) / 2 - middle) / half) for a, b in zip(group, group[1:])
    ]
    at = int(np.argmax(pauses)) + 1
    return _halved(group[:at], longest) + _halved(group[at:], longest)


def _cut_at_quietest(audio: Audio, span: Span, longest: float) -> list[Span]:
    """A span of speech without a pause, cut at its quietest moments where it is too long."""
    start, stop = span
    if stop - start <= longest:
        return [span]
    third = (stop - start) / 3
    first = int((start + third) * audio.rate)
    last = int((stop - third) * audio.rate)
    size = audio.rate // 20
    power = np.convolve(audio.samples[first:last].astype(np.float64) ** 2, np.ones(size) / size, mode="valid")
    middle = (first + int(power.argmin()) + size // 2) / audio.rate
    return _cut_at_quietest(audio, (start, middle), longest) + _cut_at_quietest(
        audio, (middle, stop), longest
    )


def texts_of_spans(audio: Audio, text: str, language: str, pieces: list[Span], aligner: Aligner) -> list[str]:
    """The text of each piece of a long recording, cut out of its whole text by aligning the two. Raises
    TextError where they cannot fit.
    """
    words = _word_times(audio, text, language, aligner)
    firsts: dict[int, int] = {}  # piece -> where its text begins
    middles = np.array([(start + stop) / 2 for start, stop in pieces])
    halves = np.array([(stop - start) / 2 for start, stop in pieces])
    for (start, _), moment in sorted(words.items()):
        firsts.setdefault(int((np.abs(moment - middles) - halves).argmin()), start)
    ends = sorted([*firsts.values(), len(text)])
    return [
        " ".join(text[firsts[n] : ends[ends.index(firsts[n]) + 1]].split()) if n in firsts else ""
        for n in range(len(pieces))
    ]


def _word_times(audio: Audio, text: str, language: str, aligner: Aligner) -> dict[tuple[int, int], float]:
    """When each word of a text is said, in seconds, by its place in the text. Raises TextError for a text
    that has more sounds than the recording can hold.
    """
    scores = aligner.class_scores(audio)  # (T, C)
    whole = len(scores) // COARSE * COARSE
    coarse = scores[:whole].reshape(-1, COARSE, scores.shape[1]).mean(1)
    symbols: list[str] = []
    owner: list[tuple[int, int] | None] = []  # of each symbol: the place of its word in the text
    for utterance in read(text, language).utterances:
        symbols += utterance.symbols
        owner += [utterance.spans[word] if word >= 0 else None for word in utterance.word_of]
    classes = np.array(phone_classes())[encode(symbols)]
    sounds = int((classes > 0).sum())
    if len(coarse) < sounds:
        raise TextError(
            f"the text has {sounds} sounds, too many for {audio.seconds:.0f} s. "
            "Does it belong to this recording?"
        )
    times: dict[tuple[int, int], list[float]] = {}
    for frame, state in enumerate(follow(coarse, classes)):
        place = owner[state]
        if place is not None and classes[state]:
            times.setdefault(place, []).append((frame + 0.5) * COARSE / aligner.mel.frames_per_second)
    return {place: float(np.mean(moments)) for place, moments in times.items()}


def follow(scores: np.ndarray, classes: np.ndarray, band: int = BAND) -> np.ndarray:
    """The best state at each frame (T,) for scores (T, C) of classes and the class of each state (S,): states
    of class 0 may be skipped. Only `band` states about an even pace through what is not silent are looked at,
    so that hours can be followed.
    """
    T = len(scores)
    S = len(classes)
    loud = (scores.argmax(1) > 0).astype(np.float64) + 0.02
    pace = np.cumsum(loud) / loud.sum() * S
    lows = np.clip(pace - band // 2, 0, max(0, S - band)).astype(np.int64)
    best = np.full(S + 2, -np.inf)  # two more before the first: nothing comes from there
    back = np.zeros((T, min(band, S)), dtype=np.int8)
    best[2] = scores[0, classes[0]]
    if classes[0] == 0 and S > 1:
        best[3] = scores[0, classes[1]]
    skip = np.full(S, -np.inf)
    skip[2:] = np.where(classes[1:-1] == 0, 0.0, -np.inf)
    for t in range(1, T):
        low = lows[t]
        high = min(S, low + band)
        choices = np.stack(
            [best[low + 2 : high + 2], best[low + 1 : high + 1], best[low:high] + skip[low:high]]
        )
        back[t, : high - low] = choices.argmax(0)
        now = choices.max(0) + scores[t, classes[low:high]]
        best[lows[t - 1] + 2 : low + 2] = -np.inf
        best[low + 2 : high + 2] = now
    state = S - 1 if S < 2 or classes[-1] or best[S + 1] >= best[S] else S - 2
    path = np.empty(T, dtype=np.int64)
    for t in range(T - 1, -1, -1):
        path[t] = state
        if t:
            state -= int(back[t, state - lows[t]])
    return path
