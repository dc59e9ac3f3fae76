"""HiFi-GAN: the published numbers of parameters, its losses, its checkpoints, its place in a model."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from conftest import RECIPES, sentences

from soundalike.audio.mel import MelSpec
from soundalike.checkpoints.bundle import BUILT_IN, assemble
from soundalike.checkpoints.part import load_part
from soundalike.core import registry
from soundalike.core.errors import CheckpointError, ConfigError
from soundalike.core.types import Batch, DataFacts, Padded
from soundalike.inference.cloner import Cloner
from soundalike.models.vocoders.hifigan.discriminator import HifiGanDiscriminator, HifiGanDiscriminatorConfig
from soundalike.models.vocoders.hifigan.network import HifiGan, HifiGanConfig
from soundalike.models.vocoders.hifigan.objective import HifiGanObjective, HifiGanSettings
from soundalike.nn.discriminators import (
    ScaleDiscriminator,
    discriminator_loss,
    published_matching_loss,
)
from soundalike.nn.spectral import log_mel
from soundalike.training.loop import train
from soundalike.training.recipe import read_recipe
from soundalike.training.step import only_trained

SPEC = MelSpec()
PUBLISHED_MEL = MelSpec(sample_rate=22_050, n_mels=80, fmax=8000.0)
SMALL = HifiGanConfig(channels=16, block_kernels=(3,), dilations=(1,), pitch_width=8, pitch_blocks=1)
THIN = HifiGanSettings(adversarial=1.0, periods=(2, 3), period_width=1, scales=2)


def size(network: torch.nn.Module) -> int:
    return sum(value.numel() for value in network.parameters())


def facts(mel: MelSpec) -> DataFacts:
    return DataFacts(1, torch.full((mel.n_mels,), -5.0), torch.full((mel.n_mels,), 2.0))


def batch_of(frames: int, mel: MelSpec = SPEC, clips: int = 2) -> Batch:
    """Noise, with a mel that is not its own."""
    generator = torch.Generator().manual_seed(0)
    lengths = torch.full((clips,), frames)
    samples = 0.1 * torch.randn(clips, (frames - 1) * mel.hop_length, generator=generator)
    return Batch(
        [str(clip) for clip in range(clips)],
        {
            "mel": Padded(torch.randn(clips, frames, mel.n_mels, generator=generator) - 5, lengths),
            "pitch": Padded(torch.full((clips, frames), 120.0), lengths),
            "samples": Padded(samples, (lengths - 1) * mel.hop_length),
        },
    )


def test_samples_are_corrected_towards_the_mel() -> None:
    torch.manual_seed(0)
    plain = HifiGan(SMALL, SPEC).eval()
    corrected = HifiGan(dataclasses.replace(SMALL, mel_corrections=2), SPEC).eval()
    corrected.load_state_dict(plain.state_dict())
    batch = batch_of(24)
    wanted = batch["mel"].clamp(-7, -3)
    given = (wanted, batch.lengths("mel"), batch["pitch"], torch.randn_like(batch["samples"]))
    with torch.no_grad():
        away, near = (
            (log_mel(net(*given), SPEC)[:, 2:-2] - wanted[:, 2:-2]).abs().mean() for net in (plain, corrected)
        )
    assert near < 0.5 * away


def without_source(name: str, recipe_size: str = "") -> HifiGanConfig:
    config = read_recipe(str(RECIPES / f"{name}.toml"), recipe_size).network
    return dataclasses.replace(config, source=False)


@pytest.mark.parametrize(
    "name, recipe_size, mel, published",
    [
        ("hifigan", "paper", PUBLISHED_MEL, 13_926_017),  # V1 of the published code, its norms removed
        ("hifigan", "", PUBLISHED_MEL, 925_985),  # V2
        ("hifigan_22khz", "", dataclasses.replace(PUBLISHED_MEL, hop_length=512), 13_958_785),
    ],
)
def test_generators_have_the_published_numbers_of_parameters(name, recipe_size, mel, published):
    assert size(HifiGan(without_source(name, recipe_size), mel)) == published


def test_discriminators_have_the_published_numbers_of_parameters():
    """Those of the published code, without the lengths of its weight norms."""
    settings = read_recipe(str(RECIPES / "hifigan_adversarial.toml"), "paper").objective
    assert (settings.mel, settings.adversarial, settings.matching, settings.spectral) == (45.0, 1.0, 2.0, 0.0)
    judge = HifiGanObjective(HifiGan(SMALL, SPEC), settings, facts(SPEC)).trained("discriminator")
    assert [part.period for part in judge.by_period] == [2, 3, 5, 7, 11] and len(judge.by_scale) == 3
    count = {
        kind: sum(
            value.numel() for name, value in parts.named_parameters() if not name.endswith("weight.original0")
        )
        for kind, parts in (("period", judge.by_period), ("scale", judge.by_scale))
    }
    assert count == {"period": 41_092_165, "scale": 29_610_627}


def test_a_recipe_makes_samples_of_its_own_mel():
    for name in ("hifigan", "hifigan_22khz"):
        recipe = read_recipe(str(RECIPES / f"{name}.toml"), "tiny")
        network = HifiGan(recipe.network, recipe.mel).eval()
        batch = batch_of(5, recipe.mel)
        with torch.no_grad():
            samples = network(batch["mel"], batch.lengths("mel"))
        assert samples.shape == (2, 4 * recipe.mel.hop_length)
    with pytest.raises(
        ConfigError, match="make 256 samples of a frame, and the hop_length of the mel is 300"
    ):
        HifiGan(SMALL, dataclasses.replace(SPEC, hop_length=300))


def test_pulses_and_noise_reach_the_sound_only_where_there_is_a_source():
    torch.manual_seed(0)
    batch = batch_of(8, clips=1)
    noise = torch.randn(1, 7 * SPEC.hop_length)
    other = batch["pitch"] * 1.5
    for source in (True, False):
        network = HifiGan(dataclasses.replace(SMALL, source=source), SPEC).eval()
        with torch.no_grad():
            samples = [
                network(batch["mel"], batch.lengths("mel"), pitch, given)
                for pitch, given in ((batch["pitch"], noise), (other, noise), (batch["pitch"], noise.flip(1)))
            ]
        alike = [torch.equal(samples[0], made) for made in samples[1:]]
        assert alike == [not source] * 2
        assert ("pitch_reader" in dict(network.named_children())) == source
    assert "pitch" not in HifiGanObjective(network, HifiGanSettings(), facts(SPEC)).required_fields
    with pytest.raises(ConfigError, match="read_pitch and jitter are of the pitch.*source = false"):
        HifiGanObjective(network, HifiGanSettings(jitter=0.01), facts(SPEC))


def test_losses_are_the_published_sums():
    torch.manual_seed(0)
    objective = HifiGanObjective(HifiGan(SMALL, SPEC), THIN, facts(SPEC))
    batch = batch_of(9)
    output = objective.forward(batch)
    made, real = objective.inside(batch, output)
    judge = objective.trained("discriminator").eval()  # a spectral norm moves while it is trained
    recorded, judged = judge(real), judge(made)
    losses = objective.losses("model", batch, output, 0)
    fooling = sum(((scores - 1) ** 2).mean() for scores, _ in judged)
    torch.testing.assert_close(losses["adversarial"], fooling)
    matching = sum(
        (a - b).abs().mean()
        for (s, one), (t, two) in zip(recorded, judged)
        for a, b in zip([*one, s], [*two, t])
    )
    torch.testing.assert_close(losses["matching"], 2 * matching)
    told = sum(((r - 1) ** 2).mean() + (m**2).mean() for (r, _), (m, _) in zip(recorded, judged))
    turn = objective.losses("discriminator", batch, output, 0)
    torch.testing.assert_close(turn, {"discriminator": told})
    assert published_matching_loss(recorded, recorded) == 0


def test_each_turn_trains_its_own():
    torch.manual_seed(0)
    objective = HifiGanObjective(HifiGan(SMALL, SPEC), THIN, facts(SPEC))
    assert objective.optimizers == ("discriminator", "model")
    batch = batch_of(9)
    output = objective.forward(batch)
    for optimizer, other in (("discriminator", "model"), ("model", "discriminator")):
        with only_trained(objective, optimizer):
            sum(objective.losses(optimizer, batch, output, 0).values()).backward()
        assert all(value.grad is None for value in objective.trained(other).parameters())
        assert all(value.grad is not None for value in objective.trained(optimizer).parameters())
        for value in objective.trained(optimizer).parameters():
            value.grad = None


def test_a_scale_discriminator_learns_to_tell_noise_from_tones():
    torch.manual_seed(0)
    noise = 0.1 * torch.randn(4, 1000)
    tones = 0.1 * torch.sin(torch.arange(1000) * torch.tensor([[0.05], [0.1], [0.2], [0.3]]))
    for halvings in (0, 1):
        discriminator = ScaleDiscriminator(halvings, 16)
        optimizer = torch.optim.Adam(discriminator.parameters(), 2e-3)
        for _ in range(21):
            loss = discriminator_loss([discriminator(noise)], [discriminator(tones)])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        assert loss < 0.1, "chance is .5"
    with pytest.raises(ConfigError, match="scale_width: 8 cannot be divided into 16 groups"):
        HifiGanDiscriminator(HifiGanDiscriminatorConfig(scale_width=8), SPEC)


def test_the_second_stage_goes_on_from_the_first(prepared, tmp_path):
    """Checkpoints hold plain weights; discriminators are saved beside, and a run goes on to the bit."""
    common = [f"data.manifest={prepared}", "data.seconds=[0.1,30.0]", "train.threads=1"]
    first = read_recipe(str(RECIPES / "hifigan.toml"), "tiny", [*common, "train.steps=2"])
    train(first, tmp_path / "first", quiet=True)
    saved = load_part(tmp_path / "first").network
    assert not any("parametrizations" in name for name in saved.state_dict())
    settings = [*common, "train.steps=4", "train.save_every=3", f"train.start_from={tmp_path / 'first'}"]
    settings += ["train.delays={model=2}", "train.ema=0", "train.decay=0.0"]
    second = read_recipe(str(RECIPES / "hifigan_adversarial.toml"), "tiny", settings)
    cut = dataclasses.replace(second, train=dataclasses.replace(second.train, steps=2))
    train(cut, tmp_path / "cut", quiet=True)
    waited = load_part(tmp_path / "cut").network.state_dict()
    for name, value in saved.state_dict().items():
        torch.testing.assert_close(value, waited[name], atol=1e-6, rtol=0)
    assert load_part(tmp_path / "cut" / "discriminator", "adversary").name == "hifigan_discriminator"
    train(second, tmp_path / "cut", quiet=True)
    train(second, tmp_path / "whole", quiet=True)
    for part in ("", "discriminator"):
        one, two = (load_part(tmp_path / run / part).network.state_dict() for run in ("cut", "whole"))
        assert all(torch.equal(value, two[name]) for name, value in one.items())
    assert not torch.equal(one["by_scale.1.score.bias"], torch.zeros(1))


def test_a_model_speaks_through_it(tmp_path):
    torch.manual_seed(0)
    from soundalike.checkpoints.part import save_part

    save_part(tmp_path / "vocoder", "hifigan", SMALL, SPEC, HifiGan(SMALL, SPEC))
    parts = [str(BUILT_IN / role) for role in ("speaker", "acoustic")]
    assemble(tmp_path / "mine", [*parts, str(tmp_path / "vocoder")], "starling")
    cloner = Cloner.load(tmp_path / "mine")
    voice = cloner.listen(sentences()[0][0])
    one, two = (
        next(iter(cloner.speak("Good evening.", voice, cloner.Options(seed=3), quality="fast")))
        for _ in range(2)
    )
    assert (one.samples == two.samples).all() and len(one.samples) > 0.4 * SPEC.sample_rate
    other = dataclasses.replace(SPEC, sample_rate=22_050)
    save_part(tmp_path / "other", "hifigan", SMALL, other, HifiGan(SMALL, other))
    with pytest.raises(CheckpointError, match=r"sample_rate +24000 +22050"):
        assemble(tmp_path / "odd", [*parts, str(tmp_path / "other")], "starling")


def test_it_is_not_trained_alone():
    recipe = "hifigan_discriminator"
    kind = registry.part(recipe)
    with pytest.raises(ConfigError, match="see the recipe hifigan_adversarial"):
        kind.objective(kind.build(kind.Config(), SPEC), kind.Settings(), facts(SPEC))
