"""The codecs: where they begin, what their first level learns, discriminators, the published size."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from conftest import RECIPES

from soundalike.audio.mel import MelSpec
from soundalike.checkpoints.part import LoadedPart
from soundalike.core import registry
from soundalike.core.errors import ConfigError
from soundalike.core.types import Batch, DataFacts, Padded
from soundalike.data.dataset import Dataset
from soundalike.data.feature_store import FeatureStore
from soundalike.models.codecs.mel_codec.network import MelCodec, MelCodecConfig
from soundalike.models.codecs.mel_codec.objective import MelCodecObjective, MelCodecSettings
from soundalike.models.codecs.seanet.codec import SeanetInstrument
from soundalike.models.codecs.seanet.network import Seanet, SeanetConfig
from soundalike.models.codecs.seanet.objective import SeanetObjective, SeanetSettings
from soundalike.models.common.codes import UNKNOWN, coded_phones
from soundalike.text.alphabet import encode, phone_classes
from soundalike.training.recipe import read_recipe
from soundalike.training.step import only_trained

SPEC = MelSpec()
FACTS = DataFacts(1, torch.full((100,), -5.0), torch.full((100,), 2.0))
SMALL = MelCodecConfig(
    width=16, encoder_blocks=1, decoder_blocks=1, code_width=16, levels=3, codes=32, linear=True
)
THIN = SeanetConfig(filters=4, lstm=1, code_width=8, levels=2, codes=16)


def batch_of(frames=41, clips=3, phones=True):
    """Mels of few degrees of freedom, whose sounds show in them; noise as samples."""
    generator = torch.Generator().manual_seed(0)
    lengths = torch.tensor([frames] * (clips - 1) + [frames - 10])
    sounds = torch.randint(1, 4, (clips, frames // 4 + 1), generator=generator).repeat_interleave(4, 1)[
        :, :frames
    ]
    bands = torch.randn(4, 100, generator=generator)
    mel = 2 * bands[sounds] + 0.1 * torch.randn(clips, frames, 100, generator=generator) - 5
    samples = 0.1 * torch.randn(clips, (frames - 1) * SPEC.hop_length, generator=generator)
    inside = torch.arange(samples.shape[1]) < (lengths[:, None] - 1) * SPEC.hop_length
    fields = {
        "mel": Padded(mel, lengths),
        "pitch": Padded(torch.full((clips, frames), 150.0), lengths),
        "phones": Padded(sounds if phones else torch.full_like(sounds, UNKNOWN), lengths),
        "samples": Padded(samples * inside, (lengths - 1) * SPEC.hop_length),
    }
    return Batch([str(clip) for clip in range(clips)], fields)


def mel_codec(config=SMALL, **settings):
    torch.manual_seed(0)
    return MelCodecObjective(MelCodec(config, SPEC), MelCodecSettings(**settings), FACTS)


def steps(objective, batch, count, lr=3e-3):
    """The losses before each step of the model, and the measures of the last."""
    optimiser = torch.optim.AdamW(objective.trained("model").parameters(), lr=lr)
    found = []
    for _ in range(count):
        output = objective.forward(batch)
        losses = objective.losses("model", batch, output, 0)
        optimiser.zero_grad()
        sum(losses.values()).backward()
        optimiser.step()
        found.append({name: float(value.detach()) for name, value in losses.items()})
    return found, {name: float(value) for name, value in output["measures"].items()}


def test_it_begins_as_principal_components():
    """Before any step of training its copies are nearer than those of a network that begins at random."""
    batch = batch_of()
    linear, other = (
        mel_codec(dataclasses.replace(SMALL, linear=linear), dropout=0.0) for linear in (True, False)
    )
    errors = [one.losses("model", batch, one.forward(batch), 0) for one in (linear, other)]
    assert errors[0]["mel"] < 0.3 * errors[1]["mel"]
    assert errors[0]["octave"] < 0.1
    net = linear.network()
    torch.testing.assert_close(net.analysis.weight @ net.synthesis.weight, torch.eye(16), atol=1e-4, rtol=0)
    mel, hertz = net(net.codes(batch["mel"], batch["pitch"], batch.lengths("mel")), batch.lengths("mel"))
    assert mel.shape == batch["mel"].shape and not mel[-1, -10:].any()
    assert torch.allclose(hertz[0], torch.tensor(150.0), rtol=0.02)


def test_the_first_level_learns_which_sound_is_said():
    losses, measures = steps(mel_codec(phones=1.0), batch_of(), 25, lr=1e-2)
    assert losses[-1]["phones"] < 0.5 * losses[0]["phones"] and measures["phones_right"] > 0.8
    # The gradient of what the first level tells reaches the encoder
    objective = mel_codec()
    batch = batch_of()
    objective.losses("model", batch, objective.forward(batch), 0)["phones"].backward()
    assert objective.network().analysis.weight.grad.abs().sum() > 0


def test_clips_whose_sounds_are_not_known_count_for_nothing():
    objective = mel_codec()
    batch = batch_of(phones=False)
    output = objective.forward(batch)
    losses = objective.losses("model", batch, output, 0)
    assert losses["phones"].item() == 0.0 and float(output["measures"]["phones_right"]) == 0.0
    sum(losses.values()).backward()
    assert not objective.network().phone_head.weight.grad.any()


def test_sounds_are_those_in_the_middle_of_a_frame_of_codes():
    phones = torch.arange(10)[None] + 20
    mask = torch.tensor([[1.0, 1.0, 1.0, 1.0, 0.0]])
    assert coded_phones(phones, mask, 2, 1).tolist() == [[21, 23, 25, 27, UNKNOWN]]
    # Codes every 320 samples, a mel every 256: the middles are at frames .6, 1.9, 3.1 and 4.4
    assert coded_phones(phones, mask, 320, 256).tolist() == [[21, 22, 23, 24, UNKNOWN]]


def test_which_sound_is_said_in_each_frame(prepared):
    recipe = read_recipe(str(RECIPES / "codec.toml"), "tiny", [f'data.manifest="{prepared}"'])
    whole = dataclasses.replace(recipe.data, crop_frames=0)
    data = Dataset(whole, recipe.mel, {"mel", "phones"})
    row = data.rows[0]
    item = data.item(0, np.random.default_rng(0))
    durations = FeatureStore(prepared, recipe.mel).read("durations", row.id)
    assert len(item["phones"]) == len(item["mel"]) == durations.sum()
    first = next(place for place, symbol in enumerate(row.phonemes) if symbol.isalpha())
    at = int(durations[:first].sum() + durations[first] // 2)
    assert item["phones"][at] == phone_classes()[encode(row.phonemes)[first]] > 0


def test_codebooks_rest_outside_training():
    objective = mel_codec()
    batch = batch_of()
    objective.forward(batch)
    net = objective.network().eval()
    before = net.quantizer.codebooks.clone()
    made = [objective.forward(batch)["mel"] for _ in range(2)]
    assert torch.equal(before, net.quantizer.codebooks) and torch.equal(*made), "no level is left out either"


def test_a_codec_learns_better_copies_of_codes_that_keep_their_meaning():
    batch = batch_of()
    first = mel_codec(dropout=0.0)
    steps(first, batch, 5)
    net = first.network()
    arrays = batch["mel"], batch["pitch"], batch.lengths("mel")
    before = net.codes(*arrays)
    others = DataFacts(1, torch.full((100,), -6.0), torch.full((100,), 1.0))
    settings = MelCodecSettings(dropout=0.0, train_codes=False)
    losses, _ = steps(MelCodecObjective(net, settings, others), batch, 25)
    assert torch.equal(net.codes(*arrays), before)
    assert losses[-1]["mel"] < 0.9 * losses[0]["mel"]


@pytest.mark.parametrize("name", ["mel_codec", "seanet"])
def test_the_discriminators_turn_leaves_the_codec_alone(name):
    if name == "mel_codec":
        objective = mel_codec(adversarial=0.1, matching=1.0)
    else:
        settings = SeanetSettings(adversarial=0.1, matching=1.0, windows=(128, 256))
        objective = SeanetObjective(Seanet(THIN, SPEC), settings, FACTS)
    assert objective.optimizers == ("discriminator", "model")
    batch = batch_of()
    output = objective.forward(batch)
    losses = objective.losses("discriminator", batch, output, 0)
    sum(losses.values()).backward()
    assert all(parameter.grad is None for parameter in objective.network().parameters())
    with only_trained(objective, "model"):
        judged = objective.losses("model", batch, output, 0)
    assert judged["adversarial"] > 0 and judged["matching"] > 0
    (part,) = objective.auxiliary_parts.values()
    assert (
        registry.part(part.part).build(part.config, SPEC).state_dict().keys()
        == part.network.state_dict().keys()
    )


def test_the_published_size():
    recipe = read_recipe(str(RECIPES / "codec_seanet.toml"), "paper")
    network = Seanet(recipe.network, recipe.mel)
    count = sum(value.numel() for part in (network.encoder, network.decoder) for value in part.parameters())
    assert 14.7e6 < count < 15.0e6, "with the lengths of normed weights"
    codec = SeanetInstrument(LoadedPart("seanet", recipe.network, recipe.mel, network, RECIPES))
    assert codec.frames_per_second == 75 and codec.hop_length == 320
    assert codec.levels * np.log2(codec.size) * codec.frames_per_second == 6000


def test_a_codec_of_samples_trains_with_its_discriminators():
    settings = SeanetSettings(
        adversarial=0.1, matching=0.1, windows=(128,), resolutions=(256,), mels=((256, 40),)
    )
    torch.manual_seed(0)
    objective = SeanetObjective(Seanet(THIN, SPEC), settings, FACTS)
    batch = batch_of()
    losses, measures = steps(objective, batch, 8)
    assert losses[-1]["mel"] + losses[-1]["spectral"] < 0.95 * (losses[0]["mel"] + losses[0]["spectral"])
    assert set(measures) == {"perplexity_first", "perplexity_rest", "phones_right"}
    codec = SeanetInstrument(LoadedPart("seanet", THIN, SPEC, objective.network().eval(), RECIPES))
    samples = batch["samples"][0].numpy()
    codes = codec.encode(samples)
    assert codes.shape == (codec.frames_of(len(samples)), 2)
    assert np.array_equal(codes, codec.encode_stored({"samples": (samples * 32768)})), "stored as 16 bits"
    assert len(codec.decode(codes[:, :1])) == len(codes) * 320


def test_impossible_sizes_are_refused():
    with pytest.raises(ConfigError, match=r"ratios: \[1, 2\]: give strides of 2 and more"):
        Seanet(SeanetConfig(ratios=(1, 2)), SPEC)
