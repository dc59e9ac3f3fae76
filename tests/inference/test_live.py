"""Live conversion, with a model that gives back what it is given."""

from __future__ import annotations

import sys
import types

import numpy as np
import pytest
from conftest import HERE
from echo_model import RATE, VOICE, Echo, tones

from soundalike import Audio, Cloner
from soundalike.core.errors import AudioError, ConfigError
from soundalike.inference.audio_devices import open_devices
from soundalike.inference.conversion import ConversionRequest
from soundalike.inference.live import AHEAD, LiveConverter, convert_live
from soundalike.provenance import watermark


def live(model, seconds=0.1, **request):
    converter = LiveConverter(
        Cloner(model), VOICE, ConversionRequest(**{"watermark": False, **request}), seconds
    )
    converter.keep(0.5)
    return converter


def played(converter, samples):
    """What is played while samples are heard, in blocks."""
    size = converter.block
    blocks = [samples[at : at + size] for at in range(0, len(samples) // size * size, size)]
    return np.concatenate([converter.convert(block) for block in blocks])


def test_what_is_said_comes_out_as_late_as_is_told_and_without_clicks():
    source = tones(3.0, every=10.0)
    made = played(live(Echo()), source.samples)
    late = int(AHEAD * RATE)
    given, taken = made[RATE + late :], source.samples[RATE : len(made) - late]
    gain = (given @ taken) / (taken @ taken)
    assert len(made) == len(source.samples) and not made[:late].any()
    assert np.abs(given - gain * taken).max() < 0.05 * np.abs(given).max()


def test_the_level_is_the_one_asked_for_however_soft_the_microphone():
    source = tones(4.0, every=10.0)
    levels = []
    for loudness, softer in ((-23.0, 1.0), (-23.0, 0.05), (-17.0, 1.0)):
        made = played(live(Echo(), loudness=loudness), source.samples * np.float32(softer))
        levels.append(20 * np.log10(made[2 * RATE :].std()))
    assert levels[0] == pytest.approx(levels[1], abs=0.5) == levels[2] - 6.0


def test_silence_and_what_is_not_understood_stay_silent():
    class Deaf(Echo):
        def convert(self, source, voice, options=None, own=None):
            raise AudioError("too little is understood.")

    model = Echo()
    assert not played(live(model), np.zeros(RATE, np.float32)).any() and not model.asked
    assert not played(live(Deaf()), tones(1.0).samples).any()


def test_the_melody_lies_about_the_mean_of_all_that_was_heard():
    model = Echo()
    both = np.concatenate([tones(4.0, 10.0, 100.0).samples, tones(1.0, 10.0, 200.0).samples])
    played(live(model, pitch="auto"), both)
    pitches = [options.pitch for _, options in model.asked]
    assert pitches[30] == pytest.approx(0.0, abs=0.5) and pitches[-1] > 7


def test_the_watermark_goes_on_from_block_to_block():
    source = Audio.read(HERE / "data" / "ben_1.flac").resample(RATE).samples
    made = played(live(Echo(), 0.05, watermark=True), source)
    assert watermark.find(Audio(made, RATE))


def test_what_needs_a_whole_recording_is_refused():
    for request in ({"strength": 0.5}, {"keep_breaths": True}, {"transcript": "Yes."}):
        with pytest.raises(ConfigError, match="not with --live"):
            live(Echo(), **request)
    with pytest.raises(ConfigError, match="--block 10 is out of range. Choose 20 to 200 ms"):
        live(Echo(), 0.01)


def test_all_is_played_when_the_microphone_ends_and_late_blocks_are_counted():
    class Devices:
        latency = 0.03
        heard = tones(1.0).samples
        played: list[np.ndarray] = []

        def read(self, frames):
            data, self.heard = self.heard[:frames], self.heard[frames:]
            return data[:, None], False

        def write(self, data):
            self.played.append(data)
            return len(self.played) == 3

    told: list[str] = []
    devices = Devices()
    convert_live(live(Echo()), devices, told.append)
    made = np.concatenate(devices.played)
    assert made.shape == (int(1.2 * RATE), 1) and made[-RATE // 2 :].any()
    assert "look-ahead 200" in told[0] and told[1].endswith("1 of 12 blocks came late")


class Sounddevice(types.ModuleType):
    """What is used of sounddevice, without devices."""

    class PortAudioError(Exception):
        pass

    def Stream(self, **settings):
        if settings["device"][0] == "none":
            raise self.PortAudioError("No input device matching 'none'")
        return settings


def test_devices_are_opened_by_number_or_name(monkeypatch):
    monkeypatch.setitem(sys.modules, "sounddevice", Sounddevice("sounddevice"))
    opened = open_devices(RATE, 2400, "3", "headset")
    assert opened["device"] == (3, "headset") and opened["samplerate"] == RATE and opened["blocksize"] == 2400
    with pytest.raises(ConfigError, match="No input device matching 'none'.*python -m sounddevice"):
        open_devices(RATE, 2400, "none")
