"""Unit selection: what is held whole comes back whole, the path is the cheapest, what is missing is said."""

from __future__ import annotations

import dataclasses
import itertools
import warnings

import numpy as np
import pytest
import torch

from soundalike.audio.audio import Audio
from soundalike.audio.mel import MelSpec
from soundalike.audio.pitch import pitch
from soundalike.checkpoints.bundle import BUILT_IN
from soundalike.checkpoints.part import LoadedPart, load_part, save_part
from soundalike.core.contracts import Fittable
from soundalike.core.errors import AudioError, CheckpointError, DataError
from soundalike.core.types import Reference, Voice
from soundalike.core.vectors import cosine
from soundalike.data.collate import collate
from soundalike.inference import bundled_voices
from soundalike.models.tts.unit_selection.concatenate import Run, concatenate
from soundalike.models.tts.unit_selection.costs import join_costs, units_of
from soundalike.models.tts.unit_selection.features import quantised, restored
from soundalike.models.tts.unit_selection.network import UnitInventory, UnitSelectionConfig
from soundalike.models.tts.unit_selection.objective import UnitSelectionSettings
from soundalike.models.tts.unit_selection.recordings import RecordingReader, RecordingWriter
from soundalike.models.tts.unit_selection.search import cheapest_path
from soundalike.models.tts.unit_selection.synthesizer import UnitSelectionSynthesizer
from soundalike.models.tts.unit_selection.time_scale import time_scaled
from soundalike.text import encode, phonemize

TEXTS = ("We saw a green boat.", "The old man sees a map.", "Nobody was at home.")
ANY = UnitSelectionSettings(minutes=0.0)


def clip_of(model, voice, text):
    """A sentence as the built-in model says it in a voice, with the fields of a training clip."""
    utterance = phonemize(text)
    options = model.Options(temperature=0.0)
    made = model.acoustic_output(utterance, voice, options)
    samples = next(model.speak(utterance, voice, options)).samples
    return {
        "id": text,
        "symbols": np.array(encode(utterance.symbols)),
        "durations": made.durations.numpy(),
        "mel": made.mel.numpy(),
        "pitch": pitch(samples, model.mel)[: len(made.mel)],
        "samples": samples,
        "speaker": np.int64(0),
        "speaker_embedding": voice.identity.astype(np.float32),
    }


@pytest.fixture(scope="module")
def wren():
    return bundled_voices.load("wren")


@pytest.fixture(scope="module")
def clips(cloner, wren):
    return [clip_of(cloner.synthesizer, wren, text) for text in TEXTS]


def inventory_of(clips, **config):
    network = UnitInventory(UnitSelectionConfig(name="wren", **config), MelSpec())
    network.fit(iter([collate(clips)]), ANY)
    return network.eval()


@pytest.fixture(scope="module")
def inventory(clips):
    return inventory_of(clips)


@pytest.fixture(scope="module")
def builtin():
    return {name: load_part(BUILT_IN / name) for name in ("acoustic", "vocoder", "speaker", "aligner")}


def model_of(network, builtin):
    part = LoadedPart("unit_selection", network.config, network.mel, network, BUILT_IN)
    return UnitSelectionSynthesizer.of_parts({**builtin, "inventory": part})


@pytest.fixture(scope="module")
def model(inventory, builtin):
    return model_of(inventory, builtin)


@pytest.fixture(scope="module")
def voice(model, wren):
    """The inventory's voice with the prompt that its recordings were made with: targets fit them exactly."""
    own = model.inventory_voice("wren")
    return Voice({name: wren.tensors[name] for name in own.tensors}, own.facts)


@pytest.mark.parametrize("text", TEXTS)
def test_a_sentence_that_is_held_whole_comes_back_bit_for_bit(text, model, inventory, voice):
    speech = next(model.speak(phonemize(text), voice))
    (stretch,) = speech.units[0].stretches
    assert stretch.recording == text and stretch.units == speech.units[0].mean_run
    first = int(inventory.clips[inventory.recording_names.index(text), 2])
    reader = RecordingReader(inventory.ogg.numpy().tobytes(), inventory.pieces.numpy())
    assert np.array_equal(speech.samples, reader.read(first, first + len(speech.samples)))
    assert [word.text for word in speech.words] == phonemize(text).words
    stops = [word.stop for word in speech.words]
    assert stops == sorted(stops) and 0 < stops[-1] <= speech.seconds


def test_a_sentence_of_several_recordings_is_joined(model, voice):
    with pytest.warns(UserWarning, match="no recording holds"):
        speech = next(model.speak(phonemize("The old boat was green."), voice))
    trace = speech.units[0]
    assert len({one.recording for one in trace.stretches}) > 1
    assert trace.stretches[0].join_cost == 0 and max(one.join_cost for one in trace.stretches) > 0
    assert all(a.until == b.at for a, b in zip(trace.stretches, trace.stretches[1:]))
    assert trace.stretches[-1].until == pytest.approx(speech.seconds)
    said = [symbol for one in trace.stretches for symbol in one.sounds]
    assert {"b", "ɡ", "ˈoʊ"} <= set(said)
    assert np.isfinite(speech.samples).all() and np.abs(speech.samples).max() > 0.01


def test_the_cheapest_path_is_that_of_trying_all():
    for seed in range(30):
        rng = np.random.default_rng(seed)
        sizes = rng.integers(1, 4, rng.integers(2, 6))
        costs = [rng.random(size).astype(np.float32) for size in sizes]
        joins = [rng.random((a, b)).astype(np.float32) for a, b in zip(sizes, sizes[1:])]

        def whole(path, costs=costs, joins=joins):
            steps = sum(float(table[a, b]) for table, a, b in zip(joins, path, path[1:]))
            return steps + sum(float(own[place]) for own, place in zip(costs, path))

        path, paid = cheapest_path(costs, lambda step, joins=joins: joins[step - 1])
        best = min(itertools.product(*(range(size) for size in sizes)), key=whole)
        assert whole(path) == pytest.approx(whole(best))
        assert sum(paid) == pytest.approx(sum(float(t[a, b]) for t, a, b in zip(joins, path, path[1:])))


def test_neighbours_join_for_nothing_and_others_do_not(inventory):
    units = units_of(inventory)
    every = np.arange(len(units.symbols))
    costs = join_costs(units, every, every)
    neighbours = np.zeros_like(costs, dtype=bool)
    neighbours[every[:-1], every[1:]] = units.border[1:] == units.border[:-1] + 1
    assert neighbours.sum() == len(every) - len(inventory.clips)
    assert not costs[neighbours].any() and (costs[~neighbours] > 0).all()


def test_a_missing_diphone_backs_off_and_is_flagged(model, voice):
    utterance = phonemize("A boy.")
    with pytest.warns(UserWarning, match="'boy': no recording holds b-ɔɪ.*nearest sounds stand in"):
        speech = next(model.speak(utterance, voice))
    assert ("boy", "b-ɔɪ") in speech.units[0].missing
    assert all(one.recording in TEXTS for one in speech.units[0].stretches)
    assert model.unit_trace(phonemize(TEXTS[0]), voice, None).missing == ()


def test_what_is_missing_is_borrowed_where_asked_for(clips, builtin, voice):
    model = model_of(inventory_of(clips, borrow=True), builtin)
    with pytest.warns(UserWarning, match="'boy'.*taken from the built-in model"):
        speech = next(model.speak(phonemize("A boy."), voice))
    borrowed = [one for one in speech.units[0].stretches if not one.recording]
    assert {"ɔɪ"} <= {symbol.lstrip("ˈˌ") for one in borrowed for symbol in one.sounds}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        whole = next(model.speak(phonemize(TEXTS[0]), voice))
    assert all(one.recording for one in whole.units[0].stretches), "nothing is borrowed without need"


def test_the_same_seed_gives_the_same_samples(model, voice):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = [
            next(model.speak(phonemize("A map of the boat."), voice, model.Options(variety=1.0, seed=seed)))
            for seed in (1, 1, 2)
        ]
    assert np.array_equal(made[0].samples, made[1].samples)
    assert made[0].units != made[2].units


def test_another_inventory_speaks_in_another_voice(cloner, model, voice, builtin):
    rook = bundled_voices.load("rook")
    other = model_of(inventory_of([clip_of(cloner.synthesizer, rook, text) for text in TEXTS]), builtin)
    one, two = (
        next(made.speak(phonemize(TEXTS[0]), own)).samples
        for made, own in ((model, voice), (other, other.inventory_voice("wren")))
    )
    size = min(len(one), len(two))
    assert not np.array_equal(one[:size], two[:size])
    own, strange = builtin["speaker"].instrument.embed([Audio(x[:size], 24_000) for x in (two, one)])
    assert cosine(own, rook.identity) > cosine(strange, rook.identity) + 0.1


def test_a_faster_sentence_is_shorter(model, voice):
    usual = next(model.speak(phonemize(TEXTS[0]), voice))
    fast = next(model.speak(phonemize(TEXTS[0]), voice, model.Options(speed=1.25)))
    assert fast.seconds == pytest.approx(usual.seconds / 1.25, rel=1e-3)
    assert fast.words[-1].stop == pytest.approx(usual.words[-1].stop / 1.25, rel=1e-2)


def test_an_inventory_is_saved_and_read_back(inventory, tmp_path):
    assert isinstance(inventory, Fittable)
    save_part(tmp_path / "one", "unit_selection", inventory.config, inventory.mel, inventory, bits=16)
    again = load_part(tmp_path / "one").network
    for name, value in inventory.state_dict().items():
        assert torch.equal(value.float(), again.state_dict()[name].float()), name


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda tensors: tensors["ogg"][1000:1001].bitwise_not_(), "its recordings are not those"),
        (lambda tensors: tensors.update(pitch=tensors["pitch"][:-3]), "pitch has .* entries, not"),
        (lambda tensors: tensors.pop("times"), "times"),
    ],
)
def test_a_damaged_inventory_is_refused_by_name(change, fault, inventory, tmp_path):
    from safetensors.torch import load_file, save_file

    folder = tmp_path / "one"
    save_part(folder, "unit_selection", inventory.config, inventory.mel, inventory)
    tensors = load_file(folder / "model.safetensors")
    change(tensors)
    save_file(tensors, folder / "model.safetensors")
    with pytest.raises(CheckpointError, match=f"one/model.safetensors: .*{fault}"):
        load_part(folder)


def test_too_few_recordings_or_several_speakers_are_refused(clips):
    network = UnitInventory(UnitSelectionConfig(), MelSpec())
    with pytest.raises(DataError, match="0.1 minutes of recordings are too few.*data script.*--borrow"):
        network.fit(iter([collate(clips)]), UnitSelectionSettings())
    others = [dict(clip, speaker=np.int64(number)) for number, clip in enumerate(clips)]
    with pytest.raises(DataError, match="of 3 speakers, an inventory is of one"):
        network.fit(iter([collate(others)]), ANY)
    with pytest.raises(DataError, match="no clips"):
        network.fit(iter([]), ANY)


def test_it_speaks_in_the_voices_of_its_inventories_only(model, voice, monkeypatch, tmp_path):
    monkeypatch.setenv("SOUNDALIKE_MODELS", str(tmp_path))
    own = next(model.speak(phonemize(TEXTS[1]), voice))
    assert model.condition(Reference(Audio(own.samples, own.rate))).facts["inventory"] == "wren"
    other = bundled_voices.load("rook").tensors["source"]
    import io

    with pytest.raises(AudioError, match="nearest: 'wren'.*models fit unit_selection d --name NAME"):
        model.condition(Reference(Audio.read(io.BytesIO(other.tobytes()))))
    gone = dataclasses.replace(voice, facts={**voice.facts, "inventory": "anna"})
    with pytest.raises(CheckpointError, match="the inventory 'anna', which is not in"):
        model.check(gone)


def test_recordings_are_read_as_they_were_written():
    rng = np.random.default_rng(0)
    writer = RecordingWriter(24000)
    sound = (
        np.sin(np.arange(30000) / 20).astype(np.float32) * 0.4
        + rng.normal(size=30000).astype(np.float32) / 90
    )
    begins = [writer.write(sound), writer.write(sound[::-1].copy())]
    data, pieces = writer.finish()
    reader = RecordingReader(data.tobytes(), pieces)
    whole = reader.read(begins[0], begins[0] + 30000)
    assert np.corrcoef(whole, sound)[0, 1] > 0.98
    assert np.array_equal(reader.read(begins[0] + 7000, begins[0] + 9000), whole[7000:9000])
    assert len(reader.read(-50, 100)) == 150 and not reader.read(-50, 0).any()
    with pytest.raises(CheckpointError, match="recordings cannot be read"):
        RecordingReader(b"no sound", np.array([[0, 0], [8, 100]]))


def test_reading_does_not_depend_on_what_was_read_before():
    """Of recordings shorter and longer than a stream, any stretch is what stands there in the whole."""
    rng = np.random.default_rng(1)
    writer = RecordingWriter(24000)
    sounds = []
    for size in (30000, 400000, 5000, 146000, 900):
        place = np.arange(size)
        tone = np.sin(np.cumsum(0.05 + 0.03 * np.sin(place / 7000))) * np.abs(np.sin(place / 9000))
        sounds.append((0.4 * tone + 0.01 * rng.normal(size=size)).astype(np.float32))
    begins = [writer.write(one) for one in sounds]
    data, pieces = writer.finish()
    whole = RecordingReader(data.tobytes(), pieces).read(0, writer.samples)
    assert len(pieces) > 4 and len(whole) == writer.samples == pieces[-1, 1]
    for begin, one in zip(begins, sounds):
        assert np.corrcoef(whole[begin : begin + len(one)], one)[0, 1] > 0.97
    # No step where a recording is cut in two
    for cut in pieces[1:-1, 1]:
        assert np.abs(np.diff(whole[cut - 2 : cut + 2])).max() < 0.06
    reader = RecordingReader(data.tobytes(), pieces)
    assert len(reader) == len(whole)
    padded = np.pad(whole, 9000)
    for _ in range(300):
        first = int(rng.integers(-2000, len(whole)))
        stop = first + int(rng.integers(0, 9000))
        assert np.array_equal(reader.read(first, stop), padded[first + 9000 : stop + 9000])


def test_a_voiced_join_keeps_the_period():
    """Two stretches of one tone that are cut out of phase are joined without a step."""
    rate = 24000
    tone = np.sin(2 * np.pi * 150 * np.arange(3 * rate) / rate).astype(np.float32)

    class Tone:
        def read(self, first, stop):
            return tone[max(0, first) : stop]

    runs = [Run(8000, 14000, (256, 256), (150.0, 150.0)), Run(30055, 36000, (256, 256), (150.0, 150.0))]
    made, places = concatenate(runs, Tone(), rate)
    # Of a tone, the second difference is its negative, scaled: a step or a kink would stand out
    bend = np.abs(np.diff(made, 2))
    assert bend.max() < 1.2 * np.abs(np.diff(tone, 2)).max()
    assert places[0] == (0, 8000) and abs(places[1][0] - 6000) <= 256


def test_time_scaling():
    rate = 24000
    tone = np.sin(2 * np.pi * 150 * np.arange(rate) / rate).astype(np.float32)
    assert time_scaled(tone, rate, 1.0) is tone
    for speed in (0.5, 1.3, 2.0):
        made = time_scaled(tone, rate, speed)
        assert len(made) == round(rate / speed)
        inner = made[2000:-2000]
        spectrum = np.abs(np.fft.rfft(inner * np.hanning(len(inner))))
        assert abs(spectrum.argmax() * rate / len(inner) - 150) < 4


def test_features_are_kept_to_half_a_step():
    rng = np.random.default_rng(1)
    values = rng.normal(size=(50, 13)).astype(np.float32) * 0.5
    values[:, 0] -= 5
    error = np.abs(restored(quantised(values)) - values)
    assert error[:, 1:].max() <= 0.5 / 32 + 1e-6 and error[:, 0].max() <= 1 / 32 + 1e-6
