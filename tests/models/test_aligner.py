"""The aligner: its sums against every path written out, its fit to the bundled clips, its word boundaries
against pocketsphinx.
"""

from __future__ import annotations

import csv
import itertools

import numpy as np
import pytest
from conftest import CORPUS, sentences

from soundalike.audio.audio import Audio
from soundalike.audio.mel import MelSpec, log_mel
from soundalike.checkpoints.bundle import BUILT_IN
from soundalike.checkpoints.part import load_part
from soundalike.models.aligners.agreement import DISAGREEMENT
from soundalike.models.aligners.hmm.network import Aligner
from soundalike.models.aligners.hmm.search import aligned, posteriors, viterbi
from soundalike.models.aligners.hmm.torch_execution import TorchClassifier
from soundalike.text import Utterance, encode, phonemize
from soundalike.text.alphabet import phone_classes

SPEC = MelSpec()
# Which states may be skipped
PATTERNS = ((0, 0, 0, 0), (1, 0, 0, 1), (1, 0, 1, 0), (0, 1, 0, 1), (0, 1, 0, 0))
GROUPS = ("kathleen", "ljspeech", "vctk-p239", "librispeech")  # corpora, five clips of each
FARTHEST = 0.060  # seconds, median distance of a word's start or end


@pytest.fixture(scope="module")
def aligner() -> Aligner:
    return load_part(BUILT_IN / "aligner", "aligner").network


def all_paths(frames: int, optional: np.ndarray) -> np.ndarray:
    """Every path (P, T): states in order, each lasting a frame or more, optional ones also none."""
    durations = itertools.product(range(frames + 1), repeat=len(optional))
    right = [d for d in durations if sum(d) == frames and all(n or o for n, o in zip(d, optional))]
    return np.stack([np.repeat(np.arange(len(optional)), d) for d in right])


def path_scores(scores: np.ndarray, paths: np.ndarray) -> np.ndarray:
    return scores[np.arange(paths.shape[1]), paths].sum(axis=1)


@pytest.mark.parametrize("pattern", PATTERNS, ids=str)
def test_posteriors_agree_with_every_path_written_out(pattern):
    generator = np.random.default_rng(7)
    scores = generator.normal(0, 2, (2, 6, 4))
    optional = np.array([pattern, pattern], dtype=bool)
    frames = np.array([6, 3])  # the second clip is padded in both
    states = np.array([4, 3])
    gamma, likelihood = posteriors(scores, optional, frames, states)
    for b, (T, S) in enumerate(zip(frames, states)):
        paths = all_paths(T, optional[b, :S])
        total = path_scores(scores[b], paths)
        expected = np.logaddexp.reduce(total)
        chance = np.exp(total - expected)
        by_hand = np.stack([[chance[paths[:, t] == s].sum() for s in range(S)] for t in range(T)])
        np.testing.assert_allclose(gamma[b, :T, :S], by_hand, atol=1e-9)
        np.testing.assert_allclose(gamma[b, :T].sum(1), 1.0, atol=1e-9)
        assert (gamma[b, T:] == 0).all() and (gamma[b, :, S:] == 0).all()
        np.testing.assert_allclose(likelihood[b], expected, atol=1e-9)


@pytest.mark.parametrize("pattern", PATTERNS, ids=str)
def test_viterbi_finds_the_best_of_every_path(pattern):
    optional = np.array(pattern, dtype=bool)
    paths = all_paths(6, optional)
    for seed in range(20):
        scores = np.random.default_rng(seed).normal(0, 2, (6, 4))
        np.testing.assert_array_equal(viterbi(scores, optional), paths[path_scores(scores, paths).argmax()])


def align(
    aligner: Aligner, audio: Audio, utterance: Utterance
) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """Durations (S,), scores (S,), which symbols are phonemes (S,) bool, and the clip's frames."""
    mel = log_mel(audio.resample(SPEC.sample_rate).normalised().samples, SPEC)
    classes = np.array(phone_classes())[encode(utterance.symbols)]
    network = TorchClassifier(aligner)
    durations, scores = aligned(network.log_probs(mel), classes, network.log_prior)
    return durations, scores, classes > 0, len(mel)


def test_durations_fill_the_clip_and_wrong_transcripts_show(aligner):
    clips = [(Audio.read(path), phonemize(text)) for path, text in sentences()]
    for i, (audio, _) in enumerate(clips):
        agreement = []
        for _, utterance in clips:
            durations, scores, sounded, frames = align(aligner, audio, utterance)
            assert durations.sum() == frames
            assert (durations[sounded] >= 1).all() and (durations >= 0).all()
            agreement.append(float(scores[sounded].mean()))
        right = agreement.pop(i)
        assert right > DISAGREEMENT > max(agreement)
        assert right > max(agreement) + 1.0


def chosen_clips(decoder) -> list[tuple[Audio, Utterance]]:
    """Five clips of each corpus, spread over its table: 2.5 to 8 s, transcribed by people, in words the
    decoder knows.
    """
    with open(CORPUS / "metadata.tsv", encoding="utf-8", newline="") as file:
        rows = [
            row
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            if row["language"] == "en"
        ]
    rows = [
        row for row in rows if 2.5 <= float(row["seconds"]) <= 8 and row["text_source"].startswith("human")
    ]
    clips = []
    for group in GROUPS:
        own = [row for row in rows if row["corpus"].startswith(group)]
        spread = ((row, phonemize(row["text"])) for row in own[:: max(1, len(own) // 15)])
        known = (
            (row, utterance)
            for row, utterance in spread
            if all(decoder.lookup_word(word.lower()) for word in utterance.words)
        )
        clips += [
            (Audio.read(CORPUS / "audio" / row["file"]), utterance)
            for row, utterance in itertools.islice(known, 5)
        ]
    return clips


def words_by_aligner(aligner: Aligner, audio: Audio, utterance: Utterance) -> np.ndarray:
    """Start and end (W, 2) of each word in seconds, silences left out."""
    durations, _, sounded, _ = align(aligner, audio, utterance)
    ends = np.cumsum(durations)
    word_of = np.where(sounded, utterance.word_of, -1)
    own = [np.flatnonzero(word_of == w) for w in range(len(utterance.words))]
    return np.array([(ends[i[0]] - durations[i[0]], ends[i[-1]]) for i in own]) / SPEC.frames_per_second


@pytest.mark.skipif(
    not (CORPUS / "metadata.tsv").is_file(), reason="needs a corpus of recordings ($SOUNDALIKE_CORPUS)"
)
def test_words_begin_and_end_where_pocketsphinx_says(aligner):
    pocketsphinx = pytest.importorskip("pocketsphinx")
    from timestamps import words_by_pocketsphinx

    decoder = pocketsphinx.Decoder(samprate=16000, loglevel="FATAL")
    clips = chosen_clips(decoder)
    apart = []
    assert len(clips) == 20
    for audio, utterance in clips:
        words = [word.lower() for word in utterance.words]
        found, times = words_by_pocketsphinx(decoder, audio, words)
        if found == words:
            apart.append(words_by_aligner(aligner, audio, utterance) - times)
    assert len(apart) >= 15
    starts, ends = np.median(np.abs(np.concatenate(apart)), axis=0)
    assert starts <= FARTHEST and ends <= FARTHEST
