"""starling told of languages: what it is told changes what it says; untold it stays as it was."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from soundalike.audio.mel import MelSpec
from soundalike.core.types import Batch, DataFacts, Padded
from soundalike.data.fields import LANGUAGES
from soundalike.models.tts.starling.config import PLAIN, StarlingConfig, reading_of
from soundalike.models.tts.starling.graphs import Encode
from soundalike.models.tts.starling.network import Starling
from soundalike.models.tts.starling.objective import StarlingObjective, StarlingSettings
from soundalike.models.tts.starling.torch_execution import TorchStarling

SIZES = {"width": 16, "encoder_blocks": 1, "pitch_width": 16, "pitch_blocks": 1, "decoder_width": 16}
SIZES |= {"decoder_blocks": 1, "looks": (), "prompt_width": 16, "voice": 8, "speaker_vector": 8}
TEXT = torch.tensor([[1, 20, 30, 40, 4]])
SIZE = torch.tensor([5])


def network_of(*languages: str) -> Starling:
    """A small network with weights that are not zero."""
    torch.manual_seed(0)
    network = Starling(StarlingConfig(**SIZES, languages=languages), MelSpec()).eval()
    if network.language is not None:
        torch.nn.init.normal_(network.language.weight)
    return network


def test_a_language_changes_states_and_durations():
    network = network_of("en", "de", "ru")
    voice = torch.randn(1, 8)
    states = [network.encode(TEXT, SIZE, voice, torch.tensor([place])) for place in (0, 1, 2)]
    for i, j in ((0, 1), (0, 2), (1, 2)):
        assert not torch.allclose(states[i][0], states[j][0])
        assert not torch.allclose(states[i][1], states[j][1])
    assert torch.equal(network.encode(TEXT, SIZE, voice)[0], states[0][0]), "the first where none is given"


def test_languages_begin_as_if_there_were_none():
    told = Starling(StarlingConfig(**SIZES, languages=("en", "de")), MelSpec()).eval()
    untold = Starling(StarlingConfig(**SIZES), MelSpec()).eval()
    missing = untold.load_state_dict(told.state_dict(), strict=False)
    assert missing.unexpected_keys == ["language.weight"] and not missing.missing_keys
    voice = torch.randn(1, 8)
    for place in (0, 1):
        made = told.encode(TEXT, SIZE, voice, torch.tensor([place]))
        assert torch.equal(made[0], untold.encode(TEXT, SIZE, voice)[0])


def test_english_is_read_with_the_voice_and_other_languages_without():
    config = StarlingConfig(**SIZES, languages=("en", "de"))
    assert (reading_of(config, "en-GB").language, reading_of(config, "en").accent) == (0, 1.0)
    assert (reading_of(config, "de-AT").language, reading_of(config, "de").accent) == (1, 0.0)
    assert reading_of(config, "de", "keep").accent == 1.0
    assert reading_of(config, "tr") == PLAIN == reading_of(StarlingConfig(**SIZES), "de")


def test_read_without_the_voice_no_voice_changes_the_text_s_states():
    network = network_of("en", "de")
    one, other = (network.condition(*prompt_of(seed)) for seed in (1, 2))
    running = TorchStarling(network)
    symbols = TEXT[0].numpy()
    native, english = reading_of(network.config, "de"), reading_of(network.config, "en")
    assert torch.equal(running.encode(symbols, one, native)[0], running.encode(symbols, other, native)[0])
    assert not torch.allclose(
        running.encode(symbols, one, english)[0], running.encode(symbols, other, english)[0]
    )


def test_the_graph_takes_the_language():
    network = network_of("en", "de")
    voice = torch.zeros(1, 8)
    by_graph = Encode(network)(TEXT, voice, torch.tensor([1]))
    assert torch.equal(by_graph[0], network.encode(TEXT, SIZE, voice, torch.tensor([1]))[0])


def prompt_of(seed: int) -> tuple[torch.Tensor, ...]:
    random = torch.Generator().manual_seed(seed)
    mel = torch.randn(1, 30, 100, generator=random) - 4
    return torch.randn(1, 8, generator=random), mel, torch.tensor([30]), torch.full((1, 30), 120.0 * seed)


def batch_of(*languages: str) -> Batch:
    """Clips that differ in their language alone."""
    clips = len(languages)
    embedding, prompt, size, pitch = (value.expand(clips, *value.shape[1:]) for value in prompt_of(1))
    frames = torch.full((clips,), 10)
    codes = torch.tensor([LANGUAGES.index(code) for code in languages])
    fields = {
        "symbols": Padded(TEXT.expand(clips, -1), SIZE.expand(clips)),
        "durations": Padded(torch.full((clips, 5), 2), SIZE.expand(clips)),
        "mel": Padded(prompt[:, :10], frames),
        "pitch": Padded(torch.full((clips, 10), 120.0), frames),
        "prompt": Padded(prompt, size),
        "prompt_pitch": Padded(pitch, size),
        "prompt_span": Padded(torch.zeros(clips, 2, dtype=torch.int64), None),
        "speaker_embedding": Padded(embedding, None),
        "quality": Padded(torch.full((clips,), torch.nan), None),
        "language": Padded(codes, None),
    }
    return Batch([str(i) for i in range(clips)], fields)


def objective_of(network: Starling, **settings: float) -> StarlingObjective:
    facts = DataFacts(2, torch.full((100,), -4.0), torch.ones(100), ("en", "de"))
    return StarlingObjective(network, StarlingSettings(**settings), facts)


def test_training_tells_the_languages_of_the_clips():
    network = network_of("en", "de")
    objective = objective_of(network)
    assert "language" in objective.required_fields
    assert "language" not in objective_of(network_of()).required_fields
    mels = objective.probe(batch_of("en", "de", "ru"))["mel"]
    assert not torch.allclose(mels[0], mels[1])
    assert torch.allclose(mels[0], mels[2], atol=1e-5), "the first stands for those it is not told of"
    losses = objective.losses("model", batch_of("en", "de"), objective.forward(batch_of("en", "de")), 0)
    sum(losses.values()).backward()
    moved = network.language.weight.grad.abs().sum(1)
    assert (moved > 0).all()


def test_texts_read_without_the_voice_are_the_share_asked_for():
    objective = objective_of(network_of("en", "de"), unvoiced_text=0.25)
    torch.manual_seed(0)
    read = objective._read_by(torch.ones(4000, 8))
    assert (read.sum(1) == 0).float().mean().item() == pytest.approx(0.25, abs=0.03)
    assert np.isin(read.sum(1).numpy(), (0, 8)).all()
    assert torch.equal(objective_of(network_of())._read_by(torch.ones(4, 8)), torch.ones(4, 8))
