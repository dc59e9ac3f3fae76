"""The classic families: their equations with hand-sized numbers, what a user may ask of each, public
weights.
"""

from __future__ import annotations

import dataclasses
import importlib
import math
import types
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import RECIPES, REFERENCE, sentences

from soundalike.audio.audio import Audio
from soundalike.audio.durations import CLOSING, OPENING
from soundalike.audio.mel import MelSpec
from soundalike.checkpoints.bundle import BUILT_IN, assemble
from soundalike.checkpoints.part import LoadedPart, load_part, save_part
from soundalike.cli.main import main
from soundalike.core import registry
from soundalike.core.errors import CheckpointError, ConfigError
from soundalike.core.types import Batch, DataFacts, Padded, Reference
from soundalike.data.dataset import DataConfig, Dataset
from soundalike.inference.cloner import Cloner
from soundalike.models.encoders.speaker.encoder import MelSpeakerEncoder
from soundalike.models.encoders.speaker.ge2e.network import GE2E, GE2EConfig, read_public
from soundalike.models.encoders.speaker.ge2e.objective import GE2EObjective, GE2ESettings
from soundalike.models.tts.convrnn.objective import ConvRNNObjective, ConvRNNSettings
from soundalike.models.tts.sv2tts.attention import LocationSensitiveAttention
from soundalike.models.tts.sv2tts.network import SV2TTS, SV2TTSConfig
from soundalike.models.tts.sv2tts.objective import SV2TTSObjective, SV2TTSSettings
from soundalike.models.vocoders.griffin_lim.network import GriffinLim, GriffinLimConfig
from soundalike.models.vocoders.wavenet.linear_prediction import PARTS, LinearPrediction
from soundalike.models.vocoders.wavenet.network import DilatedLayer, Memory, WaveNetConfig
from soundalike.models.vocoders.wavenet.phase import harmonic_waves, heard_phase
from soundalike.nn.length_regulator import natural, regulate
from soundalike.nn.monotonic_attention import Walk
from soundalike.nn.pulses import cycles
from soundalike.nn.spectral import energy, log_mel, mel_filters
from soundalike.text import phonemize
from soundalike.training.recipe import read_recipe

# Those two have tests of their own
ARCHITECTURES = sorted(
    set(registry.ARCHITECTURES) - {"starling", "unit_selection", "codec_lm", "vits", "hybrid"}
)

SYNTHESIZERS = {
    "convrnn": "ConvRNNSynthesizer",
    "deepvoice3": "DeepVoice3Synthesizer",
    "expressive": "ExpressiveSynthesizer",
    "fastspeech2": "FastSpeech2Synthesizer",
    "sv2tts": "SV2TTSSynthesizer",
}


def cloner_of(family):
    """A family with tiny random weights, a speaker encoder that hears by a mel of its own, and
    Griffin-Lim.
    """
    recipe = read_recipe(str(RECIPES / f"{family}.toml"), "tiny")
    torch.manual_seed(3)
    acoustic = registry.part(family).build(recipe.network, recipe.mel).eval()
    speaker = GE2E(GE2EConfig(width=16, layers=1), read_recipe(str(RECIPES / "ge2e.toml")).mel).eval()
    encoder = MelSpeakerEncoder(LoadedPart("ge2e", speaker.config, speaker.mel, speaker, Path("ge2e")))
    vocoder = GriffinLim(GriffinLimConfig(iterations=2), recipe.mel)
    module = importlib.import_module(f"soundalike.models.tts.{family}.synthesizer")
    return getattr(module, SYNTHESIZERS[family])(acoustic, vocoder, encoder, recipe.mel)


def test_one_length_regulation():
    states = torch.tensor([[[1.0], [2.0], [3.0]], [[4.0], [5.0], [6.0]]])
    spread, lengths = regulate(states, torch.tensor([[2, 0, 3], [1, 1, 0]]))
    assert spread[..., 0].tolist() == [[1, 1, 3, 3, 3], [4, 5, 0, 0, 0]] and lengths.tolist() == [5, 2]


def test_one_step_of_location_sensitive_attention():
    """Two symbols, everything one wide: e_j = v tanh(W q + V h_j + U (f * gone)_j + b), worked out beside."""
    attention = LocationSensitiveAttention(1, 1, 1, 1, 3)
    with torch.no_grad():
        for layer, value in (
            (attention.query, 0.5),
            (attention.keys, -1.0),
            (attention.place, 2.0),
            (attention.score, 3.0),
        ):
            layer.weight.fill_(value)
        attention.place.bias.fill_(0.1)
        # Of the place before, this one, the next
        attention.look_back.weight.copy_(torch.tensor([[[0.2, 0.4, 0.8]]]))
    memory = torch.tensor([[[0.3], [-0.6]]])
    gone = torch.tensor([[0.9, 0.1]])
    query = torch.tensor([[0.7]])
    context, weights = attention(query, attention.keys(memory), memory, gone, torch.ones(1, 2))
    f = (0.4 * 0.9 + 0.8 * 0.1, 0.2 * 0.9 + 0.4 * 0.1)
    e = [3 * math.tanh(0.5 * 0.7 - 1.0 * h + 2 * place + 0.1) for h, place in zip((0.3, -0.6), f)]
    first = math.exp(e[0]) / (math.exp(e[0]) + math.exp(e[1]))
    assert weights[0].tolist() == pytest.approx([first, 1 - first], abs=1e-6)
    assert float(context) == pytest.approx(0.3 * first - 0.6 * (1 - first), abs=1e-6)
    assert attention(query, attention.keys(memory), memory, gone, torch.tensor([[0.0, 1.0]]))[1].tolist() == [
        [0.0, 1.0]
    ]


def test_in_training_the_attention_stays_near_what_sounds():
    """Two clips of four and three symbols, two frames a step; the second is padded by a symbol and a step."""
    torch.manual_seed(0)
    network = SV2TTS(
        SV2TTSConfig(
            width=8, encoder_convs=1, prenet=4, attention_rnn=4, decoder_rnn=4, postnet=4, reduction=2
        ),
        MelSpec(),
    ).eval()
    durations = torch.tensor([[2, 2, 0, 4], [3, 1, 2, 0]])
    batch = Batch(
        ["a", "b"],
        {
            "symbols": Padded(torch.tensor([[1, 2, 3, 4], [5, 6, 7, 0]]), torch.tensor([4, 3])),
            "mel": Padded(torch.randn(2, 8, 100), torch.tensor([8, 6])),
            "durations": Padded(durations, torch.tensor([4, 3])),
            "speaker_embedding": Padded(torch.randn(2, 256), None),
        },
    )
    objective = SV2TTSObjective(
        network, SV2TTSSettings(reach=0, window=1), DataFacts(1, torch.zeros(100), torch.ones(100))
    )
    output = objective.forward(batch)
    allowed = [
        [[1, 1, 0, 0], [1, 1, 1, 0], [0, 0, 1, 1], [0, 0, 1, 1]],
        [[1, 1, 0, 0], [1, 1, 1, 0], [0, 1, 1, 0], [0, 1, 1, 0]],
    ]
    assert ((output["weights"] > 0) == torch.tensor(allowed)).all()
    seen = [output["weights"][0, k, place] for k, place in enumerate((0, 1, 3, 3))] + [
        output["weights"][1, k, k] for k in range(3)
    ]
    assert float(output["measures"]["looked_right"]) == pytest.approx(float(sum(seen)) / 7, abs=1e-6)
    loss = objective.losses("model", batch, output, 0)["attention"]
    assert float(loss) == pytest.approx(
        0.3 * -sum(math.log(float(share) + 1e-4) for share in seen) / 7, abs=1e-5
    )


def test_attention_forcing_shows_the_place_and_goes_on_from_its_own_frames():
    torch.manual_seed(0)
    network = SV2TTS(
        SV2TTSConfig(
            width=8, encoder_convs=1, prenet=32, attention_rnn=4, decoder_rnn=4, postnet=4, reduction=2
        ),
        MelSpec(),
    ).eval()
    memory = network.encode(torch.tensor([[1, 2, 3], [4, 5, 0]]), torch.tensor([3, 2]), torch.randn(2, 256))
    mel = torch.randn(2, 6, 100)
    near = torch.ones(2, 3, 3)
    own = torch.tensor([False, True])
    look = torch.stack([torch.zeros(3, 3), torch.tensor([[1.0, 0, 0], [1, 0, 0], [0, 1, 0]])])

    def decode(mel, look=look, memory=memory):
        return network.decode(memory, torch.tensor([3, 2]), mel, near, look, own)

    (made, stop, weights) = decode(mel)
    (again, *_) = decode(-mel)
    assert made.shape == (2, 6, 100) and stop.shape == (2, 3) and weights.shape == (2, 3, 3)
    assert torch.equal(made[1], again[1]) and not torch.equal(made[0], again[0]), (
        "who goes on from its own frames is told none"
    )
    assert torch.equal(made[0], decode(mel, look * 0)[0][0]) and not torch.equal(
        made[1], decode(mel, look * 0)[0][1]
    )
    # The first symbol is as it was, and two steps of the second clip are shown no other
    other = torch.cat([memory[:, :1], memory[:, 1:] * 2], 1)
    assert torch.equal(made[1, :4], decode(mel, memory=other)[0][1, :4]) and not torch.equal(
        made[1, 4:], decode(mel, memory=other)[0][1, 4:]
    )


def test_a_walk_stays_as_long_as_it_more_likely_stayed_than_not():
    """By hand: .8 ** 3 is over a half, .8 ** 4 under; then it goes to the likeliest of the next, never back,
    and not past the end.
    """
    walk = Walk()
    places = []
    for at, stay, to in (
        (0, 0.8, 1),
        (0, 0.8, 1),
        (0, 0.8, 1),
        (0, 0.8, 2),
        (2, 0.6, 3),
        (2, 0.9, 3),
        (2, 0.5, 1),
        (3, 0.1, 2),
        (3, 0.1, 2),
    ):
        assert walk.place == at
        weights = torch.zeros(1, 4)
        weights[0, at] = stay
        weights[0, to] = 1 - stay
        shown = walk(weights)
        places.append(int(shown.argmax()))
        assert shown.sum() == 1 and shown.max() == 1
    assert places == [0, 0, 0, 2, 2, 2, 3, 3, 3]
    assert Walk().near(torch.arange(7)[None]).tolist() == [[True] * 5 + [False] * 2]


def test_quiet_at_the_ends_is_bounded_and_nowhere_else():
    logs = torch.full((5,), math.log(101.0))  # of one plus a hundred frames
    marks = torch.tensor([True, False, True, False, True])
    assert natural(logs, marks).tolist() == pytest.approx([OPENING, 105.0, 105.0, 105.0, CLOSING])
    assert natural(logs[:2], ~marks[:2]).tolist() == pytest.approx([105.0, CLOSING])
    assert natural(torch.full((1,), 9.0), marks[1:2]).tolist() == [120.0]


def test_one_dilated_layer():
    """One wide: tanh(a) sigmoid(b) of this sample and the one two before, and what is told; worked out
    beside.
    """
    layer = DilatedLayer(WaveNetConfig(residual=1, gate=1, skip=1, condition=1), 2)
    with torch.no_grad():
        # Columns: two before, now; rows: a, b
        layer.places.weight.copy_(torch.tensor([[0.5, -0.25], [1.0, 2.0]]))
        layer.places.bias.copy_(torch.tensor([0.1, -0.1]))
        layer.outs.weight.copy_(torch.tensor([[2.0], [-3.0]]))
        layer.outs.bias.copy_(torch.tensor([0.0, 0.5]))
    on, out = layer(torch.tensor([0.4]), torch.tensor([0.8]), torch.tensor([0.3, 0.2]))
    z = math.tanh(0.5 * 0.8 - 0.25 * 0.4 + 0.1 + 0.3) / (1 + math.exp(-(1.0 * 0.8 + 2.0 * 0.4 - 0.1 + 0.2)))
    assert float(on) == pytest.approx(0.4 + 2 * z, abs=1e-6) and float(out) == pytest.approx(
        0.5 - 3 * z, abs=1e-6
    )


def test_one_value_of_the_ge2e_loss():
    """Two speakers, two vectors each. Own means leave the vector out (cosine .8 each), the other's is (-.3,
    .9) or (.9, .3): by hand.
    """
    vectors = torch.tensor([[1.0, 0.0], [0.8, 0.6], [0.0, 1.0], [-0.6, 0.8]])
    facts = types.SimpleNamespace(mel_mean=torch.zeros(40), mel_std=torch.ones(40))
    objective = GE2EObjective(
        GE2E(GE2EConfig(width=4, layers=1), read_recipe(str(RECIPES / "ge2e.toml")).mel),
        GE2ESettings(),
        facts,
    )
    loss = objective.losses(
        "model", Batch([], {"speaker": Padded(torch.tensor([7, 7, 3, 3]), None)}), {"embedding": vectors}, 0
    )["ge2e"]
    far = -0.3 / math.sqrt(0.9)  # to the other speaker's mean
    near = 0.3 / math.sqrt(0.9)
    by_hand = [math.log(1 + math.exp(10 * (other - 0.8))) for other in (far, near, near, far)]
    assert float(loss.detach()) == pytest.approx(sum(by_hand) / 4, rel=1e-4)


def test_energy_is_the_norm_of_the_magnitudes():
    mel = torch.tensor([[3.0, 4.0], [0.6, 0.8]]).log()
    assert energy(mel).tolist() == pytest.approx([math.log(5.0), 0.0], abs=1e-6)


def test_one_filter_of_linear_prediction():
    """Of first order a is minus the first autocorrelation over the power, and what is left of the power 1 -
    a**2; by numpy from the same spectrum.
    """
    mel = log_mel(torch.sin(torch.arange(4096) * 0.3)[None], MelSpec())
    a, gain = LinearPrediction(1, MelSpec()).filters(mel)
    filters = mel_filters(MelSpec()).double().numpy()
    centres = filters @ np.arange(513) / filters.sum(1)
    # The first part's middle is an eighth of the way
    frame = (mel[0, 8] + (mel[0, 9] - mel[0, 8]) / 8).double().numpy()
    power = np.exp(2 * np.interp(np.arange(513), centres, frame - np.log(filters.sum(1))))
    lags = np.fft.irfft(power)[:2] * [1.0001, np.exp(-0.5 * (2 * np.pi * 40 / 24_000) ** 2)]
    # Ends of the spectrum aside
    assert float(a[0, 8 * PARTS, 0]) == pytest.approx(-lags[1] / lags[0], abs=2e-3)
    assert float(gain[0, 8 * PARTS]) == pytest.approx(
        math.sqrt(lags[0] * (1 - (lags[1] / lags[0]) ** 2) / 384), rel=0.05
    )


def test_linear_prediction_leaves_flat_power_and_gives_the_sound_back():
    utterance = Audio.read(REFERENCE).resample(24_000).samples[: 256 * 300]
    samples = torch.from_numpy(utterance)[None]
    mel = log_mel(samples, MelSpec())
    prediction = LinearPrediction(24, MelSpec())
    excitation = prediction.excite(samples, mel)
    assert 0.7 < float(excitation.std()) < 1.4, "of power one however loud the sound is"

    def flatness(x):
        power = np.abs(np.fft.rfft(x.numpy()[0])) ** 2 + 1e-12
        return float(power.mean() / np.exp(np.log(power).mean()))

    assert flatness(samples) > 15 and flatness(excitation) < 2.5  # of white noise 1.8
    torch.testing.assert_close(prediction.sound(excitation, mel), samples, atol=1e-5, rtol=0)


def test_wavenet_sounds_the_excitation_it_draws():
    recipe = read_recipe(str(RECIPES / "wavenet.toml"), "tiny")
    torch.manual_seed(0)
    network = registry.part("wavenet").build(dataclasses.replace(recipe.network, order=24), recipe.mel).eval()
    samples = torch.from_numpy(Audio.read(REFERENCE).resample(24_000).samples[24_000 : 24_000 + 256 * 8])[
        None
    ]
    mel = log_mel(samples, recipe.mel)
    lengths = torch.tensor([9])
    noise = torch.randn(1, 2048)
    made = network(mel, lengths, None, noise)
    classes = network.classes_of(network.prediction.excite(made, mel))
    with torch.no_grad():
        # The phase is read off the mel, as in generation
        told = network.phase_states(network.read_pitch(mel, lengths))
        odds = network.logits(mel, lengths, classes, told)
    chosen = torch.searchsorted(odds[0].softmax(-1).cumsum(-1), torch.special.ndtr(noise[0])[:, None])[:, 0]
    assert (chosen == classes[0]).float().mean() > 0.98


def test_wavenet_learns_an_excitation():
    """Flat and of power one it has little but its spread to be told by: of the 5.55 nats of 256 classes about
    4.9 stay.
    """
    recipe = read_recipe(str(RECIPES / "wavenet.toml"), "tiny")
    torch.manual_seed(1)
    network = registry.part("wavenet").build(dataclasses.replace(recipe.network, order=24), recipe.mel)
    samples = torch.from_numpy(Audio.read(REFERENCE).resample(24_000).samples[24_000 : 24_000 + 256 * 20])[
        None
    ]
    mel = log_mel(samples, recipe.mel)
    facts = DataFacts(1, mel[0].mean(0), mel[0].std(0).clamp_min(0.1))
    objective = registry.part("wavenet").objective(network, recipe.objective, facts)
    batch = Batch(
        ["one"],
        {
            "mel": Padded(mel, torch.tensor([21])),
            "samples": Padded(samples, torch.tensor([samples.shape[1]])),
            "pitch": Padded(torch.full((1, 21), 110.0), torch.tensor([21])),
        },
    )
    optimiser = torch.optim.AdamW(network.parameters(), lr=2e-3)
    losses = []
    for _ in range(21):
        loss = objective.losses("model", batch, objective.forward(batch), 0)["cross_entropy"]
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    assert losses[0] == pytest.approx(math.log(256), abs=0.1) and losses[-1] < losses[0] - 0.3


def test_the_phase_of_a_voice_is_read_off_its_pulses():
    rate = 24_000
    pitch = torch.full((1, 41), 150.0)
    phase, voiced = cycles(pitch, 256, rate)
    excitation = torch.zeros(1, 256 * 40)
    excitation[0, 57::160] = 1.0  # 150 a second, the first anywhere
    heard = heard_phase(phase, excitation, rate)
    away = (heard - heard.round())[0, 57::160][5:-5]
    assert away.abs().max() < 0.01, "0 where a pulse is"
    assert (phase - phase.round())[0, 57::160].abs().min() > 0.1
    waves = harmonic_waves(heard, voiced, 3)
    assert waves.shape == (1, 256 * 40, 7)
    assert waves[0, 57 + 160 * 10].tolist() == pytest.approx([1, 1, 1, 0, 0, 0, 1], abs=0.1)
    half = waves[0, 57 + 160 * 10 + 80].tolist()  # half a period on
    assert half == pytest.approx([-1, 1, -1, 0, 0, 0, 1], abs=0.1)
    assert harmonic_waves(heard, voiced * 0, 3).abs().max() == 0


def test_wavenet_generates_what_it_sees_in_parallel():
    recipe = read_recipe(str(RECIPES / "wavenet.toml"), "tiny")
    torch.manual_seed(0)
    config = dataclasses.replace(recipe.network, cycles=3, order=0)
    network = registry.part("wavenet").build(config, dataclasses.replace(recipe.mel, hop_length=32)).eval()
    mel = torch.randn(2, 6, 100)
    lengths = torch.tensor([6, 4])
    noise = torch.randn(2, 160)
    pitch = torch.tensor([[0.0, 200.0, 210.0, 220.0, 0.0, 0.0], [100.0] * 6])
    made = network(mel, lengths, pitch, noise)
    classes = network.classes_of(made)
    torch.testing.assert_close(network.samples_of(classes)[0], made[0], atol=1e-6, rtol=0)
    assert (made[1, 96:] == 0).all() and len(made[0].unique()) > 50
    with torch.no_grad():
        told = network.phase_states(pitch)
        together = network.logits(mel, lengths, classes, told)
        condition = network.condition(mel, lengths).numpy()
    memory = Memory(network, 2)
    last = np.full(2, 128)
    for n in range(160):
        odds = memory.step(last, condition[:, :, n // (32 // PARTS)], told[:, n].numpy())
        np.testing.assert_allclose(odds, together[:, n].numpy(), atol=2e-5)
        last = classes[:, n].numpy()
    chosen = torch.searchsorted(together[0].softmax(-1).cumsum(-1), torch.special.ndtr(noise[0])[:, None])[
        :, 0
    ]
    assert (chosen == classes[0]).float().mean() > 0.99, "each sample is the class its noise picks"
    assert np.array_equal(
        network.infer_waveform(mel[0].T.numpy(), 5), network.infer_waveform(mel[0].T.numpy(), 5)
    )


@pytest.mark.parametrize("family", ARCHITECTURES)
def test_every_family_listens_and_speaks(family):
    cloner = cloner_of(family)
    voice = cloner.condition(Reference(Audio.read(sentences()[0][0])))
    assert voice.tensors["vector"].shape == (256,)
    utterance = phonemize("Good evening, Ben.")
    options = cloner.Options(seed=4)
    one, two = (next(iter(cloner.speak(utterance, voice, options))) for _ in range(2))
    assert (
        np.isfinite(one.samples).all()
        and np.abs(one.samples).max() > 1e-4
        and np.array_equal(one.samples, two.samples)
    )
    words = [timestamp for timestamp in one.timestamps if timestamp.kind == "word"]
    assert [timestamp.text for timestamp in words] == utterance.words
    assert (
        all(timestamp.start <= timestamp.stop for timestamp in words) and words[-1].stop <= one.seconds + 0.05
    )
    with pytest.raises(CheckpointError, match="made for another model"):
        list(
            cloner.speak(
                utterance, dataclasses.replace(voice, facts={**voice.facts, "mel": "other"}), options
            )
        )


@pytest.mark.parametrize("family", ["fastspeech2", "convrnn"])
def test_lengths_are_known_and_fitted(family):
    cloner = cloner_of(family)
    voice = cloner.condition(Reference(Audio.read(sentences()[0][0])))
    utterance = phonemize("Good evening, Ben.")
    usual, fast = (cloner.seconds(utterance, voice, cloner.Options(speed=speed)) for speed in (1.0, 2.0))
    assert fast == pytest.approx(usual / 2, rel=1e-3)
    exact = next(iter(cloner.speak(utterance, voice, cloner.Options(seconds=1.6))))
    assert exact.seconds == pytest.approx(1.6, abs=0.011)
    slower = dataclasses.replace(utterance, rate=[0.25, *[1.0] * (len(utterance.words) - 1)])
    assert cloner.seconds(slower, voice, cloner.Options()) > usual, "one word spoken slowly"


def test_pitch_and_energy_are_the_users():
    cloner = cloner_of("fastspeech2")
    voice = cloner.condition(Reference(Audio.read(sentences()[0][0])))
    utterance = phonemize("Good evening, Ben.")
    plain, high, loud = (
        cloner.acoustic_output(utterance, voice, cloner.Options(**wish))
        for wish in ({}, {"pitch": 3.0}, {"energy": 6.0})
    )
    voiced = plain.pitch > 0
    assert torch.equal(voiced, high.pitch > 0) and voiced.any()
    torch.testing.assert_close(high.pitch[voiced], plain.pitch[voiced] * 2**0.25, atol=0.1, rtol=1e-3)
    assert torch.equal(loud.durations, plain.durations) and not torch.equal(loud.mel, plain.mel)
    one_word = cloner.acoustic_output(
        dataclasses.replace(utterance, pitch=[0.0, 0.0, 4.0]), voice, cloner.Options()
    )
    last = int(plain.durations[: utterance.word_of.index(2)].sum())
    assert torch.equal(one_word.pitch[:last], plain.pitch[:last]) and not torch.equal(
        one_word.pitch[last:], plain.pitch[last:]
    )


def test_the_pitch_of_convrnn_is_above_the_references_mean_where_voiced():
    """Half an octave above 100 and 400 Hz, whose mean is 200 Hz; above 2 ** 7.3 Hz of a whispered voice."""
    cloner = cloner_of("convrnn")
    voice = cloner.condition(Reference(Audio.read(sentences()[0][0])))
    pitches = {"voiced": [100.0, 0.0, 400.0], "whispered": [0.0, 0.0, 0.0]}
    voices = {
        name: dataclasses.replace(
            voice, tensors={**voice.tensors, "prompt_pitch": np.array(hertz, np.float32)}
        )
        for name, hertz in pitches.items()
    }
    utterance = phonemize("Good evening, Ben.")
    with torch.no_grad():
        cloner.acoustic.pitch.weight.zero_()
        cloner.acoustic.pitch.bias.copy_(torch.tensor([0.5, 0.6]))
    made = cloner.acoustic_output(utterance, voices["voiced"], cloner.Options())
    assert made.pitch.shape == (len(made.mel),)
    torch.testing.assert_close(made.pitch, torch.full_like(made.pitch, 200 * 2**0.5), atol=0.01, rtol=0)
    whispered = cloner.acoustic_output(utterance, voices["whispered"], cloner.Options()).pitch
    torch.testing.assert_close(whispered, torch.full_like(whispered, 2**7.8), atol=0.01, rtol=0)
    with torch.no_grad():
        cloner.acoustic.pitch.bias[1] = 0.4
    assert not cloner.acoustic_output(utterance, voices["voiced"], cloner.Options()).pitch.any()


def test_the_errors_of_convrnn_are_mean_squares():
    """Of the pitch where it is voiced, of the voicing everywhere; the mean absolute error is told beside."""
    recipe = read_recipe(str(RECIPES / "convrnn.toml"), "tiny")
    network = registry.part("convrnn").build(recipe.network, recipe.mel)
    with torch.no_grad():
        for layer, value in ((network.pitch, [0.25, 0.5]), (network.out, [0.0] * 100)):
            layer.weight.zero_()
            layer.bias.copy_(torch.tensor(value))
    lengths = torch.tensor([2])
    batch = Batch(
        ["a"],
        {
            "symbols": Padded(torch.tensor([[1, 2]]), lengths),
            "durations": Padded(torch.tensor([[1, 2]]), lengths),
            "mel": Padded(torch.full((1, 3, 100), 2.0), torch.tensor([3])),
            "pitch": Padded(torch.tensor([[400.0, 0.0, 200.0]]), torch.tensor([3])),
            "prompt": Padded(torch.zeros(1, 4, 100), torch.tensor([4])),
            "prompt_pitch": Padded(torch.tensor([[200.0, 200.0, 0.0, 0.0]]), torch.tensor([4])),
            "prompt_span": Padded(torch.tensor([[0, 0]]), None),
            "speaker_embedding": Padded(torch.zeros(1, 256), None),
        },
    )
    facts = DataFacts(1, torch.full((100,), 1.0), torch.full((100,), 2.0))
    objective = ConvRNNObjective(network, ConvRNNSettings(), facts)
    with torch.no_grad():
        output = objective.forward(batch)
        losses = objective.losses("model", batch, output, 0)
    assert float(losses["mel"]) == pytest.approx(0.5**2) and float(output["measures"]["mae"]) == 0.5
    assert float(losses["octave"]) == pytest.approx(3.0 * (0.75**2 + 0.25**2) / 2)
    assert float(losses["voicing"]) == pytest.approx(0.3 * 0.5**2)


def test_the_published_interface_of_sv2tts():
    cloner = cloner_of("sv2tts")
    wav = Audio.read(sentences()[0][0]).resample(16_000).samples
    embed = cloner.speaker_encoder.network.embed_utterance(wav)
    assert embed.shape == (256,) and float(np.linalg.norm(embed)) == pytest.approx(1.0, abs=1e-5)
    mels = cloner.synthesize_spectrograms(["Good evening.", "Yes."], [embed, embed])
    assert [mel.shape[0] for mel in mels] == [100, 100] and mels[0].shape[1] != mels[1].shape[1]
    utterance = phonemize("Good evening.")
    voice = cloner.condition(Reference(Audio.read(sentences()[0][0])))
    attended = cloner.attended(utterance, voice, cloner.Options())
    made = attended.frames
    attention = attended.weights
    assert attention.shape == (len(made.mel) // 4, len(utterance.symbols)) and int(
        made.durations.sum()
    ) == len(made.mel)
    place = attention.argmax(1)
    assert ((place[1:] - place[:-1]) <= 4).all(), "a guarded attention makes no leaps"


def test_batches_of_so_many_clips_of_each_speaker(prepared):
    settings = DataConfig(
        str(prepared), seconds=(0.1, 30.0), clips_per_speaker=2, crop_frames=50, batch_frames=200
    )
    data = Dataset(settings, MelSpec(), frozenset({"mel", "speaker"}))
    batch = data.batch(0)
    assert sorted(batch["speaker"].tolist()) == [0, 0, 1, 1] and batch["mel"].shape[1] == 50
    with pytest.raises(ConfigError, match="no speaker has 3 clips"):
        Dataset(
            dataclasses.replace(settings, clips_per_speaker=3), MelSpec(), frozenset({"mel", "speaker"})
        ).batch(0)


def test_slaneys_filters_are_of_one_area():
    from soundalike.models.encoders.speaker.ge2e.network import PUBLIC_MEL
    from soundalike.nn.spectral import mel_filters

    filters = mel_filters(PUBLIC_MEL)
    width = PUBLIC_MEL.sample_rate / PUBLIC_MEL.n_fft
    assert filters.sum(1)[25:] * width == pytest.approx(1.0, abs=0.05), "wide triangles have the area of one"
    assert PUBLIC_MEL.silence == 0.0


def test_public_weights_that_are_none_are_refused(tmp_path, capsys):
    (tmp_path / "odd.pt").write_bytes(b"odd")
    assert main(["models", "import", "ge2e", str(tmp_path / "odd.pt"), "--out", str(tmp_path / "out")]) == 2
    assert "not a file of public GE2E weights" in capsys.readouterr().err
    torch.save({"model_state": {"lstm.weight": torch.zeros(2)}}, tmp_path / "other.pt")
    assert main(["models", "import", "ge2e", str(tmp_path / "other.pt"), "--out", str(tmp_path / "out")]) == 2
    assert "weights of another network" in capsys.readouterr().err
    assert main(["models", "import", "ge2e", str(tmp_path / "none.pt"), "--out", str(tmp_path / "out")]) == 2
    assert "no such file" in capsys.readouterr().err and not (tmp_path / "out").exists()


def test_public_weights_give_the_public_vectors(tmp_path, corpus):
    """Ten stretches of speech: the cosine to the vectors of the package the weights come with."""
    try:
        import resemblyzer
    except ImportError as error:
        pytest.skip(f"resemblyzer cannot be imported ({error})")
    from pathlib import Path

    weights = Path(resemblyzer.__file__).parent / "pretrained.pt"
    assert main(["models", "import", "ge2e", str(weights), "--out", str(tmp_path / "ge2e")]) == 0
    network = load_part(tmp_path / "ge2e", "speaker").network
    theirs = resemblyzer.VoiceEncoder("cpu", verbose=False)
    assert torch.equal(network.lstm.weight_ih_l0, read_public(weights).lstm.weight_ih_l0)
    clips = [Audio.read(path).resample(16_000).samples for path, _ in sentences()]
    stretches = [
        clip[start : start + size]
        for clip in clips
        for start, size in ((0, 20_000), (4000, 40_000), (0, len(clip)))
    ][:10]
    cosines = [float(network.embed_utterance(wav) @ theirs.embed_utterance(wav)) for wav in stretches]
    assert len(cosines) == 10 and min(cosines) >= 0.999, cosines


@pytest.mark.parametrize("family", ["fastspeech2", "sv2tts"])
def test_a_model_folder_of_parts_with_two_mels_speaks_and_is_listened_to(family, tmp_path):
    """Untrained, so every sentence is in doubt and made anew in every way there is; the speaker encoder hears
    by its own mel throughout.
    """
    made = cloner_of(family)
    recipe = read_recipe(str(RECIPES / f"{family}.toml"), "tiny")
    save_part(tmp_path / "acoustic", family, recipe.network, recipe.mel, made.acoustic)
    save_part(
        tmp_path / "speaker",
        "ge2e",
        made.speaker_encoder.network.config,
        made.speaker_encoder.mel,
        made.speaker_encoder.network,
    )
    parts = [str(tmp_path / "acoustic"), "griffin_lim", str(tmp_path / "speaker"), str(BUILT_IN / "aligner")]
    cloner = Cloner.load(assemble(tmp_path / "mine", parts, family))
    voice = cloner.listen(sentences()[0][0])
    said = list(cloner.speak("Good evening.", voice, cloner.Options(seed=1), quality="fast"))
    assert len(said) == 1 and said[0].checks[0].redraws >= 2 and said[0].checks[0].doubts
    if family == "sv2tts":
        with pytest.raises(ConfigError, match="does not know beforehand how long"):
            list(cloner.speak("Good evening.", voice, fit=2.0, quality="fast"))


def test_a_speaker_encoder_of_another_width_is_refused(tmp_path):
    made = cloner_of("convrnn")
    recipe = read_recipe(str(RECIPES / "convrnn.toml"), "tiny")
    narrow = GE2E(GE2EConfig(width=16, layers=1, vector=64), made.speaker_encoder.mel)
    save_part(tmp_path / "acoustic", "convrnn", recipe.network, recipe.mel, made.acoustic)
    save_part(tmp_path / "speaker", "ge2e", narrow.config, narrow.mel, narrow)
    with pytest.raises(CheckpointError, match=r"their speaker embeddings differ[\s\S]*width +64 +256"):
        assemble(
            tmp_path / "mine",
            [str(tmp_path / "acoustic"), "griffin_lim", str(tmp_path / "speaker")],
            "convrnn",
        )
