"""VITS: its sizes, windows, durations, that voice and language count, and what it refuses."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from conftest import RECIPES, REFERENCE

from soundalike.audio.mel import MelSpec
from soundalike.checkpoints.bundle import BUILT_IN, assemble
from soundalike.checkpoints.part import adopt, load_part, save_part
from soundalike.core import registry
from soundalike.core.errors import CheckpointError, ConfigError, DataError
from soundalike.core.types import Batch, DataFacts, Padded, ProsodyControls
from soundalike.data.fields import LANGUAGES
from soundalike.inference.cloner import Cloner
from soundalike.models.common.recognition import RecognitionSettings
from soundalike.models.tts.vits.network import Vits
from soundalike.models.tts.vits.objective import VitsObjective, VitsSettings, frames_beyond
from soundalike.models.vocoders.hifigan.network import HifiGan, HifiGanConfig
from soundalike.models.vocoders.vocos.network import Vocos, VocosConfig
from soundalike.nn.discriminators import HifiGanDiscriminator, HifiGanDiscriminatorConfig
from soundalike.training.recipe import read_recipe
from soundalike.training.step import only_trained

SPEC = MelSpec()
TINY = read_recipe(str(RECIPES / "vits.toml"), "tiny").network
PUBLISHED = 39_654_704  # parameters of the original for 109 speakers, weights not normed
FRAMES = (40, 31)
SYMBOLS = (6, 4)


def size(network: torch.nn.Module) -> int:
    return sum(value.numel() for value in network.parameters())


def facts(speakers: int = 2, languages: tuple[str, ...] = ("en", "ru")) -> DataFacts:
    return DataFacts(speakers, torch.full((100,), -5.0), torch.full((100,), 2.0), languages)


def network_of(**changes) -> Vits:
    torch.manual_seed(0)
    return Vits(dataclasses.replace(TINY, **changes), SPEC)


def shaken(network: Vits) -> Vits:
    """With nothing left of the zeros that it begins with."""
    torch.manual_seed(1)
    for parameter in network.parameters():
        parameter.data.add_(0.03 * torch.randn_like(parameter))
    return network.eval()


def objective_of(network: Vits | None = None, **settings) -> VitsObjective:
    return VitsObjective(network or network_of(), VitsSettings(window=12, **settings), facts())


def batch_of() -> Batch:
    """Two clips, of unlike lengths, in English and Russian."""
    generator = torch.Generator().manual_seed(0)
    frames, symbols = torch.tensor(FRAMES), torch.tensor(SYMBOLS)
    durations = torch.tensor([[5, 9, 0, 12, 8, 6], [10, 7, 4, 10, 0, 0]])
    samples = (frames - 1) * SPEC.hop_length
    fields = {
        "symbols": Padded(torch.tensor([[1, 20, 2, 30, 40, 4], [1, 21, 31, 4, 0, 0]]), symbols),
        "durations": Padded(durations, symbols),
        "mel": Padded(torch.randn(2, 40, 100, generator=generator) * 2 - 5, frames),
        "pitch": Padded(torch.full((2, 40), 120.0), frames),
        "samples": Padded(0.1 * torch.randn(2, int(samples.max()), generator=generator), samples),
        "prompt_pitch": Padded(torch.full((2, 30), 110.0), torch.tensor([30, 30])),
        "speaker_embedding": Padded(torch.randn(2, 256, generator=generator) / 16, None),
        "language": Padded(torch.tensor([LANGUAGES.index("en"), LANGUAGES.index("ru")]), None),
    }
    return Batch(["a", "b"], fields)


def spoken(network: Vits, language: int = 0, voice: int = 0, **controls) -> torch.Tensor:
    torch.manual_seed(9)
    embedding = torch.randn(2, 256)[voice, None] / 16
    prosody = ProsodyControls(torch.ones(1), torch.zeros(1), **controls)
    with torch.no_grad():
        made = network.infer(
            torch.tensor([1, 20, 2, 30, 40, 4]),
            torch.tensor([language]),
            embedding,
            torch.tensor([7.0]),
            prosody,
            0.5,
        )
    assert len(made.samples) == (int(made.durations.sum()) - 1) * SPEC.hop_length
    return made.samples


def test_the_sizes_are_those_asked_for():
    """Small is about nine million. Paper is beside the original of 109 speakers; its discriminators have 46.7
    million, and one of ours, of samples, has other layers.
    """
    small, paper = (
        Vits(read_recipe(str(RECIPES / "vits.toml"), name).network, SPEC) for name in ("", "paper")
    )
    assert 9.0e6 < size(small) < 9.6e6
    assert paper.spectrum_width == 513 and not paper.config.source
    settings = read_recipe(str(RECIPES / "vits_adversarial.toml"), "paper").objective
    assert settings.alignment == "search" and not settings.alignment_prior
    assert size(paper) == pytest.approx(PUBLISHED, rel=0.01)
    published = HifiGanDiscriminatorConfig(
        settings.periods, settings.period_width, settings.scales, settings.scale_width
    )
    assert size(HifiGanDiscriminator(published)) == pytest.approx(46.7e6, rel=0.12)


def test_another_voice_and_another_language_change_the_sound():
    network = shaken(network_of())
    first = spoken(network)
    assert torch.equal(first, spoken(network))
    for other in (spoken(network, voice=1), spoken(network, language=1)):
        common = min(len(first), len(other))
        assert (first[:common] - other[:common]).abs().max() > 1e-4


def test_each_part_hears_the_voice():
    """Posterior, flow, decoder and durations each give something else for another voice."""
    network, batch = shaken(network_of()), batch_of()
    one, other = (network.voiced(vector[None]) for vector in batch["speaker_embedding"])
    mask, mel = torch.ones(1, 40), network.normalised(batch["mel"][:1])
    noise, language = torch.randn(1, 6, 2), torch.tensor([0])
    pitch = batch["pitch"][:1]
    noise_of_sound = torch.zeros(1, 39 * SPEC.hop_length)

    def parts(voice: torch.Tensor) -> list[torch.Tensor]:
        text = network.encode(batch["symbols"][:1], torch.tensor([6]), language, voice)
        return [
            network.posterior(mel, mask, voice)[0],
            network.flow(mel, mask, network.flow_condition(voice, pitch, 40)),
            network.decode(mel, torch.tensor([40]), voice, pitch, noise_of_sound),
            network.durations.sample(text.states, text.mask, noise, text.about),
        ]

    with torch.no_grad():
        assert not any(torch.equal(a, b) for a, b in zip(parts(one), parts(other)))


@pytest.mark.parametrize("decoder", ["hifigan", "vocos"])
def test_it_begins_with_a_vocoder(decoder, tmp_path):
    """With a vocoder's weights the latent means are decoded as that vocodes the mel."""
    torch.manual_seed(4)
    if decoder == "vocos":
        config = VocosConfig(16, 1, pitch_width=8, residual=True, mel_corrections=1)
        vocoder = Vocos(config, SPEC)
        network = network_of(decoder=decoder, vocos_width=16, vocos_blocks=1)
    else:
        sizes = {name: getattr(TINY, name) for name in ("channels", "block_kernels", "dilations")}
        config = HifiGanConfig(**sizes, pitch_width=8, pitch_blocks=1)
        vocoder = HifiGan(config, SPEC)
        network = network_of()
    save_part(tmp_path / decoder, decoder, config, SPEC, vocoder)
    fresh = adopt(network, tmp_path / decoder)
    left = [name for name in fresh if name.startswith(("upsampler.", "vocoder."))]
    assert all("condition" in name or "pitch_reader" in name for name in left)
    batch = batch_of()
    mel, lengths = batch["mel"], batch.lengths("mel")
    noise = torch.randn(2, 39 * SPEC.hop_length)
    mask = (torch.arange(40) < lengths[:, None]).float()
    with torch.no_grad():
        network.set_statistics(facts())
        vocoder.set_statistics(facts())
        if network.vocoder is not None:
            network.vocoder.set_statistics(facts())
        voice = network.voiced(batch["speaker_embedding"])
        mean, log = network.posterior(network.normalised(mel, mask), mask, voice)
        made = network.decode(mean, lengths, voice, batch["pitch"], noise)
        known = vocoder(mel * mask[..., None], lengths, batch["pitch"] * mask, noise)
    inside = mask[:, 1:].repeat_interleave(SPEC.hop_length, 1)
    torch.testing.assert_close(made, known * inside, atol=1e-4, rtol=0)
    assert (log[0] == -1).all()


def test_a_window_and_the_recording_there_are_of_one_time():
    """Half a frame at either end belongs to neither: the samples of a window begin in the middle of its first
    frame.
    """
    objective, batch = objective_of(), batch_of()
    hop = SPEC.hop_length
    place = torch.arange(39 * hop).float().expand(2, -1)
    batch.fields["samples"] = Padded(place, batch.lengths("samples"))
    latent = torch.arange(40).float()[None, :, None].expand(2, -1, 100)
    seen = {}
    objective.network().decode = lambda frames, lengths, voice, pitch: (
        seen.update(frames=frames) or torch.zeros(2, (frames.shape[1] - 1) * hop)
    )
    voice = torch.zeros(2, objective.network().config.voice)
    for _ in range(5):
        window = objective._window(batch, latent, voice)
        assert window["made"].shape == window["real"].shape == (2, 12 * hop)
        assert torch.equal(window["real"][:, 0], seen["frames"][:, 0, 0] * hop)
        assert (seen["frames"][:, -1, 0] < torch.tensor(FRAMES)).all()


def test_the_search_finds_what_the_text_says_and_the_aligner_draws_it():
    objective, batch = objective_of(alignment="search", alignment_prior=0.0), batch_of()
    text = objective._text(batch, objective.voice(batch))
    mean = torch.zeros(2, 6, 100)
    mean[..., 0] = 5 * torch.arange(6)
    told = torch.zeros(2, 40, 100)
    true = torch.tensor([[3, 3, 3, 3, 3, 25], [20, 5, 5, 1, 0, 0]])
    for clip, durations in enumerate(true):
        told[clip, : FRAMES[clip], 0] = 5.0 * torch.repeat_interleave(torch.arange(6), durations)
    known = text._replace(mean=mean, log=torch.zeros(2, 6, 100))
    assert torch.equal(objective._durations(batch, known, told), true)
    drawn = objective_of(alignment="search", alignment_prior=50.0)._durations(batch, known, told)
    # Of the aligner's durations only one is impossible: every symbol is said
    assert (drawn - batch["durations"]).abs().sum() == 2 and drawn[0, 2] == 1
    assert objective_of(alignment="aligner")._durations(batch, known, told) is batch["durations"]
    assert "durations" not in objective.required_fields
    beyond = frames_beyond(torch.tensor([[2, 3]]), 6)[0]
    assert beyond.T.tolist() == [[0, 0, 1, 2, 3, 4], [2, 1, 0, 0, 0, 1]]


def test_a_clip_too_short_for_its_text_is_named():
    objective, batch = objective_of(alignment="search"), batch_of()
    batch.fields["mel"] = Padded(batch["mel"], torch.tensor([40, 3]))
    text = objective._text(batch, objective.voice(batch))
    with pytest.raises(DataError, match=r"b: 4 symbols cannot be aligned with 3 frames"):
        objective._durations(batch, text, torch.zeros(2, 40, 100))


def test_every_loss_reaches_its_part_and_the_discriminators_leave_the_network_alone():
    objective, batch = objective_of(adversarial=1.0, spectral=1.0, period_width=1, periods=(2,)), batch_of()
    network = objective.network()
    output = objective.forward(batch)
    with only_trained(objective, "discriminator"):
        sum(objective.losses("discriminator", batch, output, 0).values()).backward()
    assert all(parameter.grad is None for parameter in network.parameters())
    with only_trained(objective, "model"):
        losses = objective.losses("model", batch, output, 0)
        sum(losses.values()).backward()
    named = {"mel", "kl", "duration", "spectral", "octave", "voicing", "adversarial", "matching"}
    assert losses.keys() == named
    still = {name for name, parameter in network.named_parameters() if parameter.grad is None}
    assert not still


def test_a_decoder_may_be_left_as_it_is():
    network = network_of(decoder="vocos", vocos_width=8, vocos_blocks=1)
    objective, batch = objective_of(network, train_decoder=False), batch_of()
    losses = objective.losses("model", batch, objective.forward(batch), 0)
    (losses["mel"] + losses["kl"]).backward()
    assert all(parameter.grad is None for parameter in network.vocoder.parameters())
    assert network.posterior.direct.weight.grad.abs().sum() > 0


def test_the_built_in_vocoder_may_be_the_decoder_and_is_no_part_of_the_network():
    network = network_of(decoder="builtin")
    network.set_statistics(facts())
    assert network.vocoder is None and not any("vocoder" in name for name in network.state_dict())
    latent, lengths, voice = torch.randn(1, 9, 100), torch.tensor([9]), torch.randn(1, 8)
    pitch, noise = torch.full((1, 9), 120.0), torch.randn(1, 8 * 256)
    vocoder = load_part(BUILT_IN / "vocoder").network
    vocoder.corrections = 1
    with torch.no_grad():
        made = network.decode(latent, lengths, voice, pitch, noise)
        mel = network.denormalised(latent)
        assert torch.equal(made, vocoder(mel, lengths, pitch, noise))
        louder = network.decode(latent, lengths, voice, pitch, noise, lambda mel: mel + 1)
        assert torch.equal(louder, vocoder(mel + 1, lengths, pitch, noise))
    objective = objective_of(network)
    batch = batch_of()
    objective.losses("model", batch, objective.forward(batch), 0)["mel"].backward()
    assert network.posterior.direct.weight.grad.abs().sum() > 0, "sound is learned through it"


def test_frames_are_read_together_where_asked_for():
    """Frames of one symbol then have Gaussians of their own, which know the pitch; before training they are
    the symbol's.
    """
    objective, batch = objective_of(network_of(frame_layers=2, frame_width=16)), batch_of()
    network = objective.network()
    voice = objective.voice(batch)
    told = torch.zeros(2, 40, 100)
    within = slice(6, 13)  # of the second symbol of the first clip
    fresh = objective.prior(batch, voice, told).mean[0, within]
    assert torch.equal(fresh, fresh[:1].expand_as(fresh))
    shaken(network)
    mean = objective.prior(batch, voice, told).mean
    assert (mean[0, within][1:] - mean[0, within][:-1]).abs().amax(1).min() > 1e-4
    batch.fields["pitch"] = Padded(torch.full((2, 40), 240.0), torch.tensor(FRAMES))
    assert (objective.prior(batch, voice, told).mean - mean)[0].abs().amax(1).min() > 1e-4
    spoken(network)


def test_the_search_needs_a_gaussian_of_each_symbol():
    with pytest.raises(
        ConfigError, match=r'alignment = "search" .* frame_layers = 2 .* alignment = "aligner"'
    ):
        objective_of(network_of(frame_layers=2), alignment="search")


def test_the_text_alone_learns_the_mels_that_whole_training_begins_with():
    """Without the sound nothing else moves, no samples are needed, and what the text is brought near is what
    the flow gives at first.
    """
    batch = batch_of()
    network = network_of(decoder="vocos", vocos_width=8, vocos_blocks=1)
    network.set_statistics(facts())
    objective = objective_of(network, train_sound=False)
    assert "samples" not in objective.required_fields and "mel" in objective.required_fields
    del batch.fields["samples"]
    torch.manual_seed(2)
    output = objective.forward(batch)
    losses = objective.losses("model", batch, output, 0)
    assert losses.keys() == {"kl", "duration", "octave", "voicing"}
    sum(losses.values()).backward()
    moved = {name.split(".")[0] for name, value in network.named_parameters() if value.grad is not None}
    assert moved == {"voice", "language", "embed", "text_in", "text", "prior", "durations", "pitch"}
    whole = objective_of(network).forward(batch_of())
    exact = (output["told"] - whole["told"]).abs().mean() / output["told"].abs().mean()
    noise = 2 * network.config.posterior_start
    assert exact < 2 * torch.tensor(noise).exp().sqrt() and torch.equal(output["log"][0], whole["log"][0])


def test_the_text_alone_needs_latent_frames_that_are_mels():
    with pytest.raises(
        ConfigError, match="train_sound = false: the latent frames are then the mels themselves"
    ):
        objective_of(network_of(latent=16), train_sound=False)


def test_the_text_alone_may_be_recognised():
    asked = RecognitionSettings(speaker=1.0, phones=1.0)
    network = network_of(decoder="vocos", vocos_width=8, vocos_blocks=1)
    network.set_statistics(facts())
    objective = objective_of(network, train_sound=False, recognition=asked)
    assert "phones" in objective.required_fields
    batch = batch_of()
    lengths = batch.lengths("mel")
    batch.fields["phones"] = Padded(torch.zeros(batch["mel"].shape[:2], dtype=torch.long), lengths)
    losses = objective.losses("model", batch, objective.forward(batch), 0)
    (losses["speaker"] + losses["phones"]).backward()
    assert any(p.grad is not None and bool(p.grad.any()) for p in network.prior.parameters())
    with pytest.raises(ConfigError, match="train_sound = false. Give that"):
        objective_of(network_of(), recognition=asked)


def test_the_divergence_is_warmed_up():
    batch = batch_of()
    objective = objective_of(kl_warmup=100)
    output = objective.forward(batch)
    first, middle, last = (
        float(objective.losses("model", batch, output, step)["kl"].detach()) for step in (0, 50, 100)
    )
    assert first == pytest.approx(0.02 * last, rel=1e-4) and middle == pytest.approx(0.51 * last, rel=1e-4)


@pytest.mark.parametrize(
    ("source", "reads", "latent", "decoder"),
    [
        (False, "mel", 16, "hifigan"),
        (False, "linear", 16, "hifigan"),
        (True, "linear", 16, "hifigan"),
        (True, "mel", 100, "vocos"),
    ],
)
def test_it_trains_in_every_form(source, reads, latent, decoder):
    objective = objective_of(
        network_of(source=source, reads=reads, latent=latent, decoder=decoder, vocos_width=8, vocos_blocks=1)
    )
    assert ("pitch" in objective.required_fields) == source
    losses = objective.losses("model", batch_of(), objective.forward(batch_of()), 0)
    assert all(torch.isfinite(value) for value in losses.values())
    spoken(objective.network().eval())


def test_data_of_several_people_or_languages_need_their_embeddings():
    alone = network_of(speaker_vector=0, languages=("en",))
    with pytest.raises(ConfigError, match=r"\[network\] speaker_vector = 0: .* hold 2 speakers"):
        VitsObjective(alone, VitsSettings(), facts(2, ("en",)))
    made = VitsObjective(alone, VitsSettings(window=12), facts(1, ("en",)))
    assert "speaker_embedding" not in made.required_fields
    assert alone.voiced(torch.randn(2, 256)).shape == (2, 0)
    batch = batch_of()
    batch.fields["language"] = Padded(torch.full((2,), LANGUAGES.index("en")), None)
    assert torch.isfinite(made.losses("model", batch, made.forward(batch), 0)["mel"])
    with pytest.raises(
        ConfigError, match=r'\[network\] languages: the data hold ru, .* languages = \["en", "ru"\]'
    ):
        VitsObjective(network_of(languages=("en",)), VitsSettings(), facts())
    with pytest.raises(ConfigError, match=r"\[network\] language_width = 0"):
        network_of(language_width=0)
    with pytest.raises(ConfigError, match="its latent frames are mels: give source = true and latent = 100"):
        network_of(decoder="vocos", latent=64)
    with pytest.raises(ConfigError, match=r"\[network\] languages: names none"):
        network_of(languages=())
    unknown = batch_of()
    unknown.fields["language"] = Padded(torch.tensor([1, LANGUAGES.index("ja")]), None)
    with pytest.raises(ConfigError, match="the data hold ja"):
        objective_of().forward(unknown)


def test_a_model_speaks_its_languages_and_no_other(tmp_path):
    torch.manual_seed(3)
    config = dataclasses.replace(TINY, languages=("en", "de"))
    save_part(tmp_path / "part", "vits", config, SPEC, registry.part("vits").build(config, SPEC))
    cloner = Cloner.load(assemble(tmp_path / "model", [str(tmp_path / "part"), "builtin"]))
    assert cloner.model["family"] == "vits" and cloner.synthesizer.aligner is not None
    voice = cloner.listen(REFERENCE)
    options = cloner.Options(seconds=1.0)
    pieces = list(
        cloner.speak("Guten Abend.", voice, options, language="de", quality="fast", quality_check=False)
    )
    assert sum(len(piece.samples) for piece in pieces) >= 23_000
    with pytest.raises(ConfigError, match="not trained in the language 'fr'. Choose one of en, de"):
        list(cloner.speak("Bonsoir.", voice, options, language="fr", quality="fast", quality_check=False))
    save_part(
        tmp_path / "mute",
        "vits",
        mute := dataclasses.replace(TINY, speaker_vector=0, languages=("en",)),
        SPEC,
        registry.part("vits").build(mute, SPEC),
    )
    assert load_part(tmp_path / "mute").network.voice is None
    with pytest.raises(CheckpointError, match="without a speaker embedding"):
        Cloner.load(assemble(tmp_path / "no_voice", [str(tmp_path / "mute"), "builtin"]))
