"""The hybrid: tokens that end, spans said twice or lost, and a decoder that hears tokens, text and voice."""

from __future__ import annotations

import dataclasses
import warnings

import numpy as np
import pytest
import torch
from conftest import HERE, RECIPES, REFERENCE, save_tiny, sentences

from soundalike import Audio, Cloner
from soundalike.audio.mel import MelSpec
from soundalike.checkpoints.bundle import assemble
from soundalike.checkpoints.part import adopt, load_part, save_part
from soundalike.core import registry
from soundalike.core.errors import AudioError, CheckpointError
from soundalike.core.types import Batch, DataFacts, Padded, Reference
from soundalike.models.codecs.content_tokens.network import ContentTokens, ContentTokensConfig
from soundalike.models.common.code_lm import Part, Prompt
from soundalike.models.common.sampling import Sampler
from soundalike.models.tts.hybrid.decoder_network import HybridDecoder
from soundalike.models.tts.hybrid.decoder_objective import HybridDecoderObjective, HybridDecoderSettings
from soundalike.models.tts.hybrid.network import HybridConfig, TextToTokens
from soundalike.models.tts.hybrid.objective import HybridObjective, HybridSettings, spoiled
from soundalike.text import read
from soundalike.training.recipe import read_recipe

SPEC = MelSpec()
FACTS = DataFacts(2, torch.full((100,), -5.0), torch.full((100,), 2.0), ("en",))
SMALL = {"width": 32, "blocks": 1, "heads": 2, "encoder_convolutions": 1, "entries": 16, "dropout": 0.0}


def padded(rows) -> Padded:
    tensors = [torch.tensor(row) for row in rows]
    return Padded(
        torch.nn.utils.rnn.pad_sequence(tensors, batch_first=True), torch.tensor([len(row) for row in rows])
    )


def batch_of(clips: int) -> Batch:
    """Clips of unlike lengths whose tokens are the numbers of their symbols, 4 frames a token."""
    rng = np.random.default_rng(0)
    symbols, durations, tokens = [], [], []
    for number in range(clips):
        said = rng.permutation(np.arange(1, 13))[: 5 + number]
        steps = rng.integers(1, 4, len(said))
        symbols.append(said.tolist())
        durations.append((steps * 4).tolist())
        tokens.append(np.repeat(said, steps)[:, None].tolist())
    fields = {"symbols": padded(symbols), "durations": padded(durations), "codes": padded(tokens)}
    prompts = {
        f"prompt_{name}": Padded(
            value.values[:1].expand(clips, *value.values.shape[1:]).clone(), value.lengths[:1].expand(clips)
        )
        for name, value in fields.items()
    }
    generator = torch.Generator().manual_seed(1)
    voice = {"speaker_embedding": Padded(torch.randn(clips, 256, generator=generator), None)}
    return Batch([str(number) for number in range(clips)], {**fields, **prompts, **voice})


def prompt_of(batch: Batch) -> Prompt:
    symbols, tokens = (int(batch.lengths(f"prompt_{name}")[0]) for name in ("symbols", "codes"))
    return Prompt(
        batch["prompt_symbols"][0, :symbols],
        batch["prompt_durations"][0, :symbols],
        batch["prompt_codes"][0, :tokens],
    )


def test_the_end_stands_behind_the_last_token_of_each_clip():
    network = TextToTokens(HybridConfig(**SMALL), SPEC)
    objective = HybridObjective(network, HybridSettings(), FACTS)
    batch = batch_of(3)
    prompt, sentence = objective._parts(batch)
    sizes = batch.lengths("codes")
    assert not (prompt.codes == network.end).any()
    for row in range(3):
        assert int(sentence.codes[row, sizes[row], 0]) == network.end
        assert int(sentence.mask[row].sum()) == sizes[row] + 1
        assert int(sentence.places[row, sizes[row]]) == int(batch.lengths("symbols")[row]) - 1


@pytest.mark.parametrize("told", [True, False])
def test_cached_generation_equals_the_parallel_pass(told):
    torch.manual_seed(0)
    network = TextToTokens(HybridConfig(**{**SMALL, "blocks": 2}, told=told), SPEC).eval()
    batch = batch_of(1)
    prompt = prompt_of(batch)
    symbols = torch.tensor([3, 4, 5, 6])
    seen = []

    class Recorder(Sampler):
        def code(self, scores):
            seen.append(scores[:16])
            return super().code(scores[:16])  # it never ends by itself

    embedding = batch["speaker_embedding"]
    steps = []
    for step in network.generate(symbols, embedding, prompt, Recorder(1, 1.0, 1.0)):
        steps.append(step)
        if len(steps) == 8:
            break
    with torch.no_grad():
        sizes, many = torch.tensor([len(prompt.codes)]), torch.tensor([len(prompt.symbols)])
        heard = network.part(
            prompt.symbols[None], many, prompt.durations[None], prompt.codes[None, :, 0], sizes
        )
        tokens = torch.stack([step.codes for step in steps])[None]
        places = torch.tensor([[step.place for step in steps]])
        states = network.encoder(symbols[None], torch.tensor([4]))
        said = Part(states, torch.ones(1, 4), places, tokens, torch.ones(tokens.shape))
        made = network.states(heard, said, embedding)[:, -len(steps) :]
        following = [*places[0, 1:].tolist(), places[0, -1].item()]
        advance = (torch.tensor([following]) - places).clamp(0)
        scores = network.code_scores(made, advance, tokens)[0][0, :, :16]
    known = len(steps) - 1  # how far the last step went on is not told
    torch.testing.assert_close(torch.stack(seen)[:known], scores[:known], atol=1e-4, rtol=1e-4)


def test_the_end_is_never_drawn_before_the_last_symbol():
    torch.manual_seed(0)
    network = TextToTokens(HybridConfig(**SMALL), SPEC).eval()
    with torch.no_grad():
        network.out[0].bias[network.end] = 50.0
        network.advance.weight.zero_()
        network.advance.bias.copy_(torch.tensor([0.0, 50, 0, 0, 0, 0, 0]))
    batch = batch_of(1)
    symbols = torch.tensor([3, 4, 5, 6])
    steps = list(
        network.generate(symbols, batch["speaker_embedding"], prompt_of(batch), Sampler(0, 1.0, 1.0))
    )
    assert [step.place for step in steps] == [0, 1, 2], "at the last symbol the end is all there is"
    untold = TextToTokens(HybridConfig(**SMALL, told=False), SPEC).eval()
    with torch.no_grad():
        untold.out[0].bias[untold.end] = 50.0
    steps = list(untold.generate(symbols, batch["speaker_embedding"], prompt_of(batch), Sampler(0, 1.0, 1.0)))
    assert len(steps) == 1, "the end comes behind one token at least"


def test_spoiled_tokens_repeat_or_lose_a_span_and_the_path_stays():
    torch.manual_seed(0)
    size = 20
    tokens = torch.arange(size)[None, :, None].expand(40, -1, -1)
    present = torch.ones(40, size, 1)
    present[1::2, 15:] = 0
    part = Part(torch.zeros(40, 3, 4), torch.ones(40, 3), torch.zeros(40, size).long(), tokens, present)
    made, differing = spoiled(part)
    kinds = set()
    for row in range(40):
        count = int(present[row].sum())
        held = made.codes[row, :, 0][made.mask[row] > 0].tolist()
        first = int(differing[row].float().argmax())
        assert held[:first] == list(range(first)) and held[first] != first
        jump = held[first] - (first - 1)
        if held[first] < first:  # said again from there
            again = first - held[first]
            kinds.add("repeated")
            assert 2 <= again <= 0.3 * count + 1 and held == [
                *range(first),
                *range(held[first], count - again),
            ]
        else:
            kinds.add("lost")
            assert held == [*range(first), *range(held[first], count)] and jump >= 2
    assert kinds == {"repeated", "lost"} and torch.equal(made.places, part.places)


def test_it_overfits_says_the_tokens_back_and_prefers_them():
    torch.manual_seed(1)
    network = TextToTokens(HybridConfig(**SMALL, encoder_blocks=0), SPEC)
    objective = HybridObjective(network, HybridSettings(corrupt=0.5), FACTS)
    batch = batch_of(4)
    optimiser = torch.optim.AdamW(network.parameters(), lr=3e-3)
    for _ in range(500):
        output = objective.forward(batch)
        losses = objective.losses("model", batch, output, 0)
        optimiser.zero_grad()
        sum(losses.values()).backward()
        optimiser.step()
    assert {"code", "advance", "preference"} == losses.keys() and bool((output["preferred"] > 1).all())
    network.eval()
    assert "preference" not in objective.losses("model", batch, objective.forward(batch), 0)
    for clip in range(4):
        size = int(batch.lengths("symbols")[clip])
        symbols = batch["symbols"][clip, :size]
        embedding = batch["speaker_embedding"][clip : clip + 1]
        made = list(network.generate(symbols, embedding, prompt_of(batch), Sampler(0, 0.1, 0.5)))
        said = [int(symbols[step.place]) for step in made]
        assert [step.codes.tolist() for step in made] == [[symbol] for symbol in said]
        assert sorted(set(said), key=said.index) == symbols.tolist(), "every symbol, in order"


def test_the_sizes_are_those_asked_for():
    small, paper = (
        TextToTokens(read_recipe(str(RECIPES / "hybrid.toml"), name).network, SPEC) for name in ("", "paper")
    )
    count = [sum(value.numel() for value in network.parameters()) for network in (small, paper)]
    assert 6e6 < count[0] < 10e6 and 75e6 < count[1] < 110e6
    assert small.frames / SPEC.frames_per_second == pytest.approx(1 / 23.4, rel=0.01)


# --- the decoder -------------------------------------------------------------------------------------------


DECODER = read_recipe(str(RECIPES / "hybrid_decoder.toml"), "tiny").network
FRAMES, SAID, TOKENS = (40, 31), (6, 4), (20, 16)


def decoder_of(**changes) -> HybridDecoder:
    torch.manual_seed(0)
    return HybridDecoder(dataclasses.replace(DECODER, **changes), SPEC)


def shaken(network):
    """With nothing left of the zeros that it begins with."""
    torch.manual_seed(1)
    for parameter in network.parameters():
        parameter.data.add_(0.03 * torch.randn_like(parameter))
    return network.eval()


def recordings() -> Batch:
    """Two clips, of unlike lengths."""
    generator = torch.Generator().manual_seed(0)
    frames, symbols, tokens = (torch.tensor(sizes) for sizes in (FRAMES, SAID, TOKENS))
    samples = (frames - 1) * SPEC.hop_length
    prompts = torch.tensor([30, 24])
    fields = {
        "symbols": Padded(torch.tensor([[1, 20, 2, 30, 40, 4], [1, 21, 31, 4, 0, 0]]), symbols),
        "durations": Padded(torch.tensor([[5, 9, 0, 12, 8, 6], [10, 7, 4, 10, 0, 0]]), symbols),
        "codes": Padded(torch.randint(16, (2, 20, 1), generator=generator), tokens),
        "mel": Padded(torch.randn(2, 40, 100, generator=generator) * 2 - 5, frames),
        "pitch": Padded(torch.full((2, 40), 120.0), frames),
        "samples": Padded(0.1 * torch.randn(2, int(samples.max()), generator=generator), samples),
        "prompt": Padded(torch.randn(2, 30, 100, generator=generator) * 2 - 5, prompts),
        "prompt_pitch": Padded(torch.full((2, 30), 110.0), prompts),
        "speaker_embedding": Padded(torch.randn(2, 256, generator=generator) / 16, None),
    }
    return Batch(["a", "b"], fields)


def test_the_voice_is_the_embedding_and_the_style_of_the_prompt():
    network, batch = decoder_of().eval(), recordings()
    embedding, prompt, lengths = batch["speaker_embedding"], batch["prompt"], batch.lengths("prompt")
    with torch.no_grad():
        assert torch.equal(network.style(embedding, prompt, lengths), network.voiced(embedding)), "at first"
        shaken(network)
        first = network.style(embedding, prompt, lengths)
        assert not torch.allclose(first, network.style(embedding, prompt + 1.0, lengths))
        assert not torch.allclose(first, network.style(-embedding, prompt, lengths))
        cut = network.style(embedding[1:], prompt[1:, :24], lengths[1:])
    torch.testing.assert_close(cut, first[1:], atol=1e-5, rtol=1e-5)


def test_tokens_text_and_their_places_reach_the_gaussians():
    network, batch = shaken(decoder_of()), recordings()
    objective = HybridDecoderObjective(network, HybridDecoderSettings(window=12), FACTS)
    network.eval()

    def gaussians(**changes) -> torch.Tensor:
        fields = {
            **batch.fields,
            **{name: batch.fields[name]._replace(values=v) for name, v in changes.items()},
        }
        changed = Batch(batch.ids, fields)
        with torch.no_grad():
            return objective.prior(changed, objective.voice(changed), None).mean

    plain = gaussians()
    assert torch.equal(plain, gaussians()), "nothing is left to chance"
    symbols, durations = batch["symbols"].clone(), batch["durations"].clone()
    symbols[0, 3] = 35
    durations[0] = torch.tensor([9, 5, 0, 12, 8, 6])
    for changed in (
        gaussians(codes=(batch["codes"] + 1) % 16),
        gaussians(symbols=symbols),
        gaussians(durations=durations),
        gaussians(speaker_embedding=-batch["speaker_embedding"]),
        gaussians(pitch=2 * batch["pitch"]),
    ):
        assert not torch.allclose(changed[0], plain[0], atol=1e-4)


def test_tokens_that_last_longer_are_the_same_said_slower():
    network = shaken(decoder_of())
    states = torch.randn(1, 3, 32)
    spans = torch.tensor([[2, 2, 2]])
    with torch.no_grad():
        usual = network.spread(states, spans, torch.tensor([6]), 6)
        slower = network.spread(states, torch.tensor([[2, 4, 2]]), torch.tensor([8]), 8)
        longer = network.spread(states, spans, torch.tensor([6]), 9)
    assert slower.shape == (1, 8, 32) and not longer[:, 6:].any()
    torch.testing.assert_close(longer[:, :6], usual)
    torch.testing.assert_close(slower[0, 2:6], states[0, 1] + network.phase.weight[[0, 0, 1, 1]])


def test_a_decoder_begins_with_a_vits_of_its_sizes(tmp_path):
    vits = read_recipe(str(RECIPES / "vits.toml"), "tiny").network
    torch.manual_seed(5)
    network = registry.part("vits").build(vits, SPEC)
    save_part(tmp_path / "vits", "vits", vits, SPEC, network)
    decoder = decoder_of()
    fresh = adopt(decoder, tmp_path / "vits")
    own = (
        "token",
        "attention",
        "phase",
        "frames",
        "style",
        "codec",
        "text_in",
        "pitch.condition",
        "pitch_in",
    )
    assert all(name.startswith(own) for name in fresh), fresh
    assert torch.equal(decoder.prior.weight, network.prior.weight)
    mel, mask = torch.randn(1, 20, 100), torch.ones(1, 20)
    embedding = torch.randn(1, 256) / 16
    with torch.no_grad():
        for one in (network, decoder):
            one.eval()
        found = [one.posterior(mel, mask, one.voiced(embedding))[0] for one in (network, decoder)]
    assert torch.equal(*found)


def test_a_decoder_may_have_the_built_in_vocoder_s_network():
    network = decoder_of(decoder="vocos", vocos_width=32, vocos_blocks=1)
    objective = HybridDecoderObjective(network, HybridDecoderSettings(window=12, train_decoder=False), FACTS)
    batch = recordings()
    losses = objective.losses("model", batch, objective.forward(batch), 0)
    assert all(torch.isfinite(value) for value in losses.values())
    assert not any(value.requires_grad for value in network.vocoder.parameters())


# --- the family --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A tiny hybrid, untrained."""
    home = tmp_path_factory.mktemp("hybrid")
    return Cloner.load(assemble(home / "model", save_tiny("hybrid", home / "parts")))


def test_rate_length_and_pitch_are_the_user_s(model):
    synthesizer, voice = model.synthesizer, model.listen(REFERENCE)
    utterance = read("Good evening.", "en").utterances[0]

    def spoken(**options):
        return next(synthesizer.speak(utterance, voice, synthesizer.Options(seed=1, **options)))

    plain, fast, exact = spoken(), spoken(speed=2.0), spoken(seconds=2.0)
    frames = [len(one.samples) // SPEC.hop_length + 1 for one in (plain, fast)]
    assert frames[1] == frames[0] // 2
    assert len(exact.samples) / SPEC.sample_rate == pytest.approx(2.0, abs=0.02)
    size = min(len(plain.samples), len(other := spoken(pitch=7.0).samples))
    assert len(other) == len(plain.samples) and not np.array_equal(plain.samples[:size], other[:size])
    assert plain.timestamps and plain.timestamps[-1].stop <= len(plain.samples) / SPEC.sample_rate + 0.02
    path = plain.attention[0]
    assert path.weights.shape[1] == len(utterance.symbols) and (np.diff(path.places) >= 0).all()


def test_the_transcript_of_a_reference_is_used(model):
    heard = model.synthesizer.condition(Reference(Audio.read(HERE / "data" / "ben_1.flac")))
    text = dict((path.name, words) for path, words in sentences())["ben_1.flac"]
    told = model.synthesizer.condition(Reference(Audio.read(HERE / "data" / "ben_1.flac"), text, "en"))
    assert "prompt_symbols" not in heard.tensors and "prompt_symbols" in told.tensors
    first, second = (model.synthesizer.prompt(voice) for voice in (heard, told))
    assert torch.equal(first.codes, second.codes) and len(first.codes) >= len(second.symbols)
    between = model.synthesizer.blend(told, heard, 0.3)
    assert np.array_equal(between.tensors["prompt_symbols"], told.tensors["prompt_symbols"])


def test_a_recording_is_converted_at_its_own_pace_and_pitch(model):
    source = Audio.read(HERE / "data" / "ben_1.flac")
    voice = model.listen(REFERENCE)
    made = model.synthesizer.convert(source, voice)
    assert abs(len(made.samples) / SPEC.sample_rate - source.seconds) < 0.02
    options = model.synthesizer.ConversionOptions
    again = model.synthesizer.convert(source, voice, options())
    higher = model.synthesizer.convert(source, voice, options(pitch=5.0))
    assert np.array_equal(made.samples, again.samples) and not np.array_equal(made.samples, higher.samples)
    with pytest.raises(AudioError, match="too short for its transcript"):
        model.synthesizer.convert(source, voice, options(transcript="Much more than anybody says. " * 20))


def test_parts_that_learned_of_other_tokens_are_refused(tmp_path):
    names = save_tiny("hybrid", tmp_path / "parts")
    for name in ("hybrid", "hybrid_decoder"):
        part = load_part(tmp_path / "parts" / name)
        part.network.learn_from("0123456789ab")
        save_part(tmp_path / "other", name, part.config, part.mel, part.network)
        folders = [str(tmp_path / "other") if one.endswith(f"/{name}") else one for one in names]
        with pytest.raises(CheckpointError, match="learned from codes of the codec 0123456789ab"):
            Cloner.load(assemble(tmp_path / f"model_{name}", folders))
    tokens = load_part(tmp_path / "parts" / "content_tokens")
    digest = tokens.instrument.digest
    part = load_part(tmp_path / "parts" / "hybrid")
    part.network.learn_from(digest)
    save_part(tmp_path / "other", "hybrid", part.config, part.mel, part.network)
    folders = [str(tmp_path / "other") if one.endswith("/hybrid") else one for one in names]
    assert Cloner.load(assemble(tmp_path / "fitting", folders)).synthesizer.codec_digest == digest


def test_weights_that_go_on_with_other_tokens_say_so():
    network = TextToTokens(HybridConfig(**SMALL), SPEC)
    network.learn_from("0123456789ab")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        network.learn_from("0123456789ab")
        network.learn_from("")
    with pytest.warns(
        UserWarning, match="of the codec 0123456789ab, and the data hold those of ba9876543210"
    ):
        network.learn_from("ba9876543210")
    assert network.codec_digest == "ba9876543210"


def test_tokens_that_are_told_from_samples_are_kept_in_the_voice(tmp_path):
    names = save_tiny("hybrid", tmp_path / "parts")
    sizes = {"width": 16, "layers": 1, "heads": 2, "inner": 24, "channels": (8, 8), "kernels": (10, 8)}
    sizes |= {"strides": (16, 20), "position_kernel": 6, "position_groups": 2}
    config = ContentTokensConfig("wav2vec2", sizes, frames=2, parts=1, width=8, codes=16)
    torch.manual_seed(2)
    save_part(tmp_path / "tokens", "content_tokens", config, SPEC, ContentTokens(config, SPEC))
    folders = [str(tmp_path / "tokens") if one.endswith("/content_tokens") else one for one in names]
    cloner = Cloner.load(assemble(tmp_path / "model", folders))
    model = cloner.synthesizer
    first, second = cloner.listen(REFERENCE), cloner.listen(HERE / "data" / "ben_1.flac")
    assert len(first.tensors["prompt_tokens"]) == -(-len(first.tensors["prompt"]) // 2)
    prompt = model.prompt(first).codes[:, 0].numpy().tolist()
    whole = first.tensors["prompt_tokens"].tolist()
    assert any(whole[start:][: len(prompt)] == prompt for start in range(len(whole)))
    between = model.blend(first, second, 0.7)
    assert np.array_equal(between.tensors["prompt_tokens"], second.tensors["prompt_tokens"])
    model.check(between)
    made = model.convert(Audio.read(HERE / "data" / "ben_1.flac"), first)
    assert len(made.samples) > 40_000
    bare = dataclasses.replace(first, facts={**first.facts, "tokens": "0123456789ab"})
    with pytest.raises(CheckpointError, match="keeps other tokens, or none"):
        model.check(bare)
