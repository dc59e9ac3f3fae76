"""The expressive transformer: its sizes, cached decoding, taught heads, emotions, how a sentence ends."""

from __future__ import annotations

import dataclasses

import pytest
import torch

from soundalike.audio.mel import MelSpec
from soundalike.core.emotions import ACTED_EMOTIONS, EMOTIONS, Emotion
from soundalike.core.types import Batch, DataFacts, Padded
from soundalike.models.tts.expressive import synthesizer
from soundalike.models.tts.expressive.blocks import Guide
from soundalike.models.tts.expressive.network import Expressive, ExpressiveConfig
from soundalike.models.tts.expressive.objective import ExpressiveObjective, ExpressiveSettings
from soundalike.models.tts.expressive.synthesizer import mixture_of
from soundalike.nn.monotonic_attention import forced_attention

TINY = ExpressiveConfig(
    width=16,
    heads=4,
    encoder_convolutions=1,
    encoder_layers=1,
    decoder_layers=3,
    taught_layers=(0, 2),
    prenet=8,
    postnet=8,
    postnet_layers=2,
    reduction=2,
    emotion=4,
)


def network_of(**changes):
    torch.manual_seed(0)
    return Expressive(dataclasses.replace(TINY, **changes), MelSpec()).eval()


def batch_of(*emotions):
    """Two clips of four and three symbols; the second is padded by a symbol and a step."""
    torch.manual_seed(1)
    places = [ACTED_EMOTIONS.index(name) for name in emotions]
    return Batch(
        ["a", "b"],
        {
            "symbols": Padded(torch.tensor([[1, 2, 3, 4], [5, 6, 7, 0]]), torch.tensor([4, 3])),
            "mel": Padded(torch.randn(2, 8, 100), torch.tensor([8, 6])),
            "durations": Padded(torch.tensor([[2, 2, 0, 4], [3, 1, 2, 0]]), torch.tensor([4, 3])),
            "speaker_embedding": Padded(torch.randn(2, 256), None),
            "emotion": Padded(torch.tensor(places), None),
        },
    )


def objective_of(network, **settings):
    facts = DataFacts(1, torch.zeros(100), torch.ones(100))
    return ExpressiveObjective(network, ExpressiveSettings(**settings), facts)


def memory_of(network, size=5, emotion="happy"):
    torch.manual_seed(2)
    symbols = torch.arange(1, size + 1)[None]
    mixture = mixture_of(Emotion(emotion))[None, None].expand(1, size, -1)
    return network.remember(symbols, torch.tensor([size]), torch.randn(1, 256), mixture)


def test_sizes_are_about_those_of_the_design():
    def millions(config):
        return sum(p.numel() for p in Expressive(config, MelSpec()).parameters()) / 1e6

    assert 10.5 < millions(ExpressiveConfig()) < 12.5
    assert ExpressiveConfig().heads == 8 and ExpressiveConfig().emotion == 128
    assert (ExpressiveConfig().encoder_layers, ExpressiveConfig().decoder_layers) == (6, 6)


def test_cached_decoding_is_the_parallel_pass():
    network = network_of()
    memory = memory_of(network)
    before = torch.randn(1, 7, 2 * 100)
    context = torch.randn(1, 7, 16)
    near = torch.ones(1, 7, 5)
    whole = network.decode(memory, before, context, near, torch.zeros(1, 7, 5))
    caches = [None] * 3
    frames, done, weights = [], [], []
    for number in range(7):
        guides = [Guide(near[:, :1], lambda weights: weights)] * 2
        this = slice(number, number + 1)
        one, caches = network.step(memory, before[:, this], context[:, this], number, caches, guides)
        frames.append(one.frames)
        done.append(one.done)
        weights.append(one.weights)
    torch.testing.assert_close(torch.cat(frames, 1), whole.frames, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(torch.cat(done, 1), whole.done, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(torch.cat(weights, 2), whole.weights, atol=1e-5, rtol=1e-4)


def test_later_frames_change_nothing_before_them():
    network = network_of()
    memory = memory_of(network)
    before = torch.randn(1, 6, 200)
    other = before.clone()
    other[:, 4:] += 1.0
    free = torch.ones(1, 6, 5)
    context = torch.randn(1, 6, 16)
    first, second = (network.decode(memory, x, context, free, 0 * free).frames for x in (before, other))
    assert torch.equal(first[:, :8], second[:, :8]) and not torch.equal(first[:, 8:], second[:, 8:])


def test_only_the_taught_head_is_masked_and_replaced():
    attention = network_of().decoder[0].text
    x, states = torch.randn(1, 3, 16), torch.randn(1, 4, 16)
    memory, allowed = attention.memory(states), torch.ones(1, 4)
    everywhere = torch.ones(1, 3, 4)
    free, weights, _ = attention.guided(x, memory, allowed, Guide(everywhere, lambda weights: weights))
    torch.testing.assert_close(free, attention(x, memory, allowed), atol=1e-5, rtol=1e-4)
    near = torch.zeros(1, 3, 4)
    near[:, :, 1:3] = 1.0
    _, masked, _ = attention.guided(x, memory, allowed, Guide(near, lambda weights: weights))
    torch.testing.assert_close(
        masked[..., 1:3], (weights * near / (weights * near).sum(-1, keepdim=True))[..., 1:3]
    )
    shown = torch.zeros(1, 3, 4)
    shown[:, 1, 2] = 1.0
    replaced, *_ = attention.guided(
        x, memory, allowed, Guide(everywhere, lambda weights: forced_attention(shown, weights))
    )
    assert torch.equal(replaced[:, 0], free[:, 0]) and not torch.equal(replaced[:, 1], free[:, 1])


def test_attention_to_what_sounds_is_rewarded():
    network = network_of()
    batch = batch_of("neutral", "happy")
    objective = objective_of(network, window=1)
    output = objective.forward(batch)
    # Steps of two frames: symbols 0, 1, 3, 3 of the first clip; one to either side may be looked at
    allowed = torch.tensor([[1, 1, 0, 0], [1, 1, 1, 0], [0, 0, 1, 1], [0, 0, 1, 1]])
    assert ((output["weights"][0] > 0) == allowed).all()
    loss = objective.losses("model", batch, output, 0)["attention"]
    output["seen"] = torch.ones_like(output["seen"])
    assert objective.losses("model", batch, output, 0)["attention"] < 0.01 < loss


def test_another_emotion_or_voice_changes_the_mel():
    network = network_of()
    objective = objective_of(network)
    plain, happy = (objective.probe(batch_of(*names))["mel"] for names in (("", "sad"), ("happy", "sad")))
    assert not torch.equal(plain[0], happy[0]) and torch.equal(plain[1], happy[1])
    same = objective.probe(batch_of("neutral", "sad"))["mel"]
    calm = objective.probe(batch_of("calm", "sad"))["mel"]
    assert torch.equal(plain, same) and torch.equal(plain, calm), "what is not known counts as neutral"


def test_an_emotion_is_mixed_by_its_intensity():
    far = synthesizer.EMPHASIS
    assert mixture_of(Emotion("happy")).tolist() == pytest.approx([1 - far, far, 0, 0, 0, 0])
    quarter = [1 - far / 4, 0, far / 4, 0, 0, 0]
    assert mixture_of(Emotion("sad", 0.25)).tolist() == pytest.approx(quarter)
    assert mixture_of(Emotion("sad", 0.0)).tolist() == [1, 0, 0, 0, 0, 0]
    assert mixture_of(Emotion("neutral", 1.5)).tolist() == pytest.approx([1, 0, 0, 0, 0, 0])


@pytest.mark.parametrize("flag, ended", [(-9.0, "lingering"), (9.0, "stop")])
def test_a_sentence_is_walked_through_to_its_end(flag, ended):
    network = network_of()
    with torch.no_grad():
        network.done_out.weight.zero_()
        network.done_out.bias.fill_(flag)
    mixture = torch.stack([mixture_of(Emotion("fear"))] * 6)
    made = network.infer(torch.arange(1, 7), torch.randn(1, 256), mixture)
    assert made.ended == ended and made.frames.durations.sum() == len(made.frames.mel)
    assert made.weights.shape == (len(made.frames.mel) // 2, 6)


def test_the_table_has_a_row_for_each_emotion():
    assert network_of().emotions.weight.shape == (len(EMOTIONS), 4)
