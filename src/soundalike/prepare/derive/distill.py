"""Distilled speech: a corpus as one model says it (sequence-level distillation)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from soundalike.audio.mel import MelSpec
from soundalike.core.capabilities import TakesEmotion, WritesMel
from soundalike.core.contracts import Synthesizer
from soundalike.core.errors import ConfigError
from soundalike.core.options import changed
from soundalike.core.progress import progress_bar
from soundalike.core.types import IDENTITY, Voice
from soundalike.data.feature_store import FeatureStore
from soundalike.data.manifest import Row, write_manifest
from soundalike.text import Utterance

if TYPE_CHECKING:
    from soundalike.core.types import AcousticOutput
    from soundalike.data.dataset import DataConfig, Dataset

VOICES = 3  # clips of a speaker, the longest, that the model takes voices from
LONGEST = 10.0  # seconds of each
REQUIRED_FIELDS = ("symbols", "durations", "mel", "pitch", "speaker_embedding")  # of the clips


def distill_clips(
    folder: str,
    out: str,
    model: Synthesizer,
    corpora: tuple[str, ...] = (),
    exclude: tuple[str, ...] = (),
    languages: tuple[str, ...] = (),
    emotions: bool = False,
) -> int:
    """Distill the clips of a prepared folder that the corpora and languages choose; returns how many.

    Raises ConfigError for a model that does not know its mel and durations beforehand, or takes no emotions
    where these are asked for.
    """
    from soundalike.data.dataset import DataConfig

    chosen = DataConfig(folder, seconds=(0.5, 20.0), corpora=corpora, exclude=exclude, languages=languages)
    return distill(folder, out, model, chosen, emotions=emotions)


def distill(
    folder: str, out: str, model: Synthesizer, settings: DataConfig, seed: int = 0, emotions: bool = False
) -> int:
    """Write the prepared folder `out`: the clips of `folder` as a model says their texts, with its own
    durations and pitch; returns how many there are.

    For one that learns slowly to learn from (sequence-level distillation, Kim and Rush 2016): one text in one
    voice always sounds the same, and its durations are exact. `settings` choose the clips. A clip is said in
    the voice of one of its speaker's VOICES longest, whose speaker embedding it gets; with `emotions` in one
    of the model's, drawn for the clip, which its row then names. Goes on where an earlier run stopped. Raises
    ConfigError for a model that makes sound without a mel and durations, or takes no emotions.
    """
    from soundalike.data.dataset import Dataset

    if not isinstance(model, WritesMel):
        raise ConfigError(
            "this family makes sound without knowing its mel and durations beforehand. "
            "Name one that does: starling or fastspeech2."
        )
    if emotions and not isinstance(model, TakesEmotion):
        raise ConfigError("this family takes no emotions. Name one that does, such as starling.")
    data = Dataset(settings, model.mel, REQUIRED_FIELDS, seed)
    sources: dict[str, list[int]] = defaultdict(list)  # of each speaker, the longest first
    for index in sorted(range(len(data.rows)), key=lambda index: -min(data.rows[index].seconds, LONGEST)):
        sources[data.rows[index].speaker].append(index)
    store = FeatureStore(out, model.mel)
    options = changed(model.Options(), temperature=0.0)
    rows = []
    Path(out).mkdir(parents=True, exist_ok=True)
    for index, row in enumerate(progress_bar(data.rows, desc="distill", unit="clip")):
        rng = np.random.default_rng([seed, index])
        source = int(rng.choice(sources[row.speaker][:VOICES]))
        if emotions and isinstance(model, TakesEmotion):
            row = replace(row, emotion=str(rng.choice(model.emotions)))
        if not store.has("mel", row.id):
            voice = _voice(data, source, model.mel)
            utterance = Utterance(row.phonemes, [row.text], [0] * len(row.phonemes))
            own = changed(options, emotion=row.emotion) if emotions else options
            _write(store, row, model.acoustic_output(utterance, voice, own), voice)
        seconds = int(store.read("durations", row.id).sum()) / model.mel.frames_per_second
        rows.append(replace(row, seconds=round(seconds, 3)))
    write_manifest(out, rows)
    return len(rows)


def _voice(data: Dataset, source: int, mel: MelSpec) -> Voice:
    """The voice of a prepared clip: its embedding, and its first LONGEST seconds as the prompt."""
    kept = round(LONGEST * mel.frames_per_second)
    tensors = {
        "prompt": data.read("mel", source)[:kept],
        "prompt_pitch": data.read("pitch", source)[:kept],
        IDENTITY: data.read("speaker_embedding", source),
    }
    return Voice(tensors, {"mel": mel.digest})


def _write(store: FeatureStore, row: Row, made: AcousticOutput, voice: Voice) -> None:
    """Keep what a model made of a clip; its mel last, which says that the clip is done."""
    store.write("durations", row.id, made.durations.detach().cpu().numpy().astype(np.int16))
    if made.pitch is not None:
        store.write("pitch", row.id, made.pitch.detach().cpu().numpy().astype(np.float32))
    store.write("speaker_embedding", row.id, voice.identity)
    store.write("mel", row.id, made.mel.detach().cpu().numpy().astype(np.float16))
