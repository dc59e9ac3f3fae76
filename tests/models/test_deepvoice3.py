"""Deep Voice 3: its blocks with hand-sized numbers, cached decoding, own frames, how a sentence ends."""

from __future__ import annotations

import dataclasses
import math

import pytest
import torch

from soundalike.audio.mel import MelSpec
from soundalike.core.types import Batch, DataFacts, Padded
from soundalike.models.tts.deepvoice3.blocks import DotAttention, GatedConv, position_encoding
from soundalike.models.tts.deepvoice3.network import DeepVoice3, DeepVoice3Config
from soundalike.models.tts.deepvoice3.objective import (
    DeepVoice3Objective,
    DeepVoice3Settings,
    delayed,
    stepped,
)
from soundalike.models.tts.deepvoice3.synthesizer import DeepVoice3Synthesizer
from soundalike.nn import lora
from soundalike.nn.monotonic_attention import Walk, Window

TINY = DeepVoice3Config(
    width=16,
    encoder=8,
    encoder_blocks=1,
    prenet=8,
    decoder_blocks=3,
    attention_blocks=(0, 2),
    attention=8,
    converter=8,
    converter_blocks=1,
    kernel=3,
    reduction=2,
    voice=4,
)


def network_of(**changes):
    torch.manual_seed(0)
    return DeepVoice3(dataclasses.replace(TINY, **changes), MelSpec()).eval()


def batch_of():
    """Two clips of four and three symbols; the second is padded by a symbol and a step."""
    torch.manual_seed(1)
    return Batch(
        ["a", "b"],
        {
            "symbols": Padded(torch.tensor([[1, 2, 3, 4], [5, 6, 7, 0]]), torch.tensor([4, 3])),
            "mel": Padded(torch.randn(2, 8, 100), torch.tensor([8, 6])),
            "durations": Padded(torch.tensor([[2, 2, 0, 4], [3, 1, 2, 0]]), torch.tensor([4, 3])),
            "speaker_embedding": Padded(torch.randn(2, 256), None),
        },
    )


def objective_of(network, **settings):
    return DeepVoice3Objective(
        network, DeepVoice3Settings(**settings), DataFacts(1, torch.zeros(100), torch.ones(100))
    )


def one_wide(causal):
    """A block one wide: a sees (.5, -1, 2) of three frames and .1, b sees (1, 0, -2) and .3."""
    block = GatedConv(1, 3, 1, 0.0, causal)
    with torch.no_grad():
        block.conv.weight.copy_(torch.tensor([[[0.5, -1.0, 2.0]], [[1.0, 0.0, -2.0]]]))
        block.conv.bias.copy_(torch.tensor([0.1, 0.3]))
        block.bias.weight.fill_(4.0)
        block.bias.bias.fill_(-1.0)
    return block


@pytest.mark.parametrize("causal", [True, False])
def test_one_gated_block(causal):
    frames = [0.4, -0.2, 0.7]
    made = one_wide(causal)(torch.tensor(frames)[None, :, None], torch.ones(1, 3), torch.tensor([[0.75]]))
    bias = 2.0 / 3.0  # softsign(4 * .75 - 1)
    padded = [0.0, 0.0, *frames] if causal else [0.0, *frames, 0.0]
    for t, x in enumerate(frames):
        one, two, three = padded[t : t + 3]
        a = 0.5 * one - two + 2 * three + 0.1 + bias
        b = one - 2 * three + 0.3
        by_hand = (x + a / (1 + math.exp(-b))) * math.sqrt(0.5)
        assert float(made[0, t, 0]) == pytest.approx(by_hand, abs=1e-6)


def test_a_masked_frame_stays_zero():
    made = one_wide(False)(torch.ones(1, 3, 1), torch.tensor([[1.0, 1.0, 0.0]]), torch.tensor([[0.75]]))
    assert float(made[0, 2, 0]) == 0.0 and float(made[0, 1, 0]) != 0.0


def test_one_position_rate():
    """Four wide: the sine and cosine of w i, then of w i / 100, for two voices of rates .5 and 2."""
    places = position_encoding(3, 2, torch.tensor([0.5, 2.0]), 4)
    for voice, rate in enumerate((0.5, 2.0)):
        for row, place in enumerate((3, 4)):
            angle = rate * place
            by_hand = [math.sin(angle), math.cos(angle), math.sin(angle / 100), math.cos(angle / 100)]
            assert places[voice, row].tolist() == pytest.approx(by_hand, abs=1e-6)


def test_one_attention_step_with_a_window():
    """One wide; the third symbol has the largest energy and lies outside the window."""
    attention = DotAttention(1, 1)
    with torch.no_grad():
        attention.query.weight.fill_(2.0)
        attention.key.weight.fill_(-1.0)
        attention.value.weight.fill_(3.0)
        attention.value.bias.fill_(0.5)
        attention.out.weight.fill_(0.25)
        attention.out.bias.fill_(1.0)
    text = torch.tensor([[[0.2], [-0.4], [-5.0]]])
    query = torch.tensor([[[0.6]]])
    allowed = torch.tensor([[[1.0, 1.0, 0.0]]])
    weights = attention.weights(query, attention.key(text), allowed)
    energies = [2 * 0.6 * -0.2, 2 * 0.6 * 0.4]
    first = 1 / (1 + math.exp(energies[1] - energies[0]))
    assert weights[0, 0].tolist() == pytest.approx([first, 1 - first, 0.0], abs=1e-6)
    made = attention(query, weights, attention.value(text))
    context = first * (3 * 0.2 + 0.5) + (1 - first) * (3 * -0.4 + 0.5)
    assert float(made) == pytest.approx((0.6 + 0.25 * context + 1.0) * math.sqrt(0.5), abs=1e-6)


def test_attention_begins_on_the_diagonal():
    """Without anything but positions of one rate, each state attends most to the symbol of its place."""
    torch.manual_seed(0)
    places = position_encoding(0, 12, torch.ones(1), 64)
    attention = DotAttention(64, 64)
    weights = attention.weights(10 * places, attention.key(places), torch.ones(1, 12, 12))
    assert weights[0].argmax(1).tolist() == list(range(12))


class Anywhere:
    """A path without bounds."""

    place = 0

    def near(self, symbols):
        return symbols >= 0

    def __call__(self, weights):
        return weights


@pytest.mark.parametrize("feed", [True, False])
@pytest.mark.parametrize("path, blocks", [(Walk, (1,)), (Window, (1,)), (Anywhere, (0, 2))])
def test_cached_decoding_equals_the_parallel_pass(path, blocks, feed):
    """The frames made step by step are given to the parallel pass, with what each step might attend to."""
    network = network_of(feed=feed, attention_blocks=blocks)
    size = 6
    memory = network.remember(torch.arange(1, 1 + size)[None], torch.tensor([size]), torch.randn(1, 256))
    state = network.begin(memory)
    paths = [path() for _ in blocks]
    made = []
    near = []
    shown = []
    with torch.no_grad():
        for _ in range(12):
            near.append(paths[0].near(torch.arange(size)[None])[0].float())
            decoded, state = network.step(memory, network.biases(memory), state, paths)
            made.append(decoded)
            walked = torch.eye(size)[paths[0].place]
            shown.append(walked if path is Walk else torch.zeros(size))
        frames, done, contexts, states = (
            torch.cat([getattr(one, name) for one in made], 1)
            for name in ("frames", "done", "contexts", "states")
        )
        together = network.decode(
            memory,
            delayed(stepped(frames, 2)),
            delayed(contexts),
            torch.stack(near)[None],
            torch.stack(shown)[None],
        )
    assert frames.shape == (1, 24, 100) and together.weights.shape == (len(blocks), 1, 12, size)
    torch.testing.assert_close(together.frames, frames, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(together.done, done, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(together.contexts, contexts, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(together.states, states, atol=1e-5, rtol=1e-4)


def test_no_step_sees_what_comes_later():
    network = network_of()
    memory = network.remember(torch.tensor([[1, 2, 3]]), torch.tensor([3]), torch.randn(1, 256))
    before = torch.randn(1, 6, 200)
    other = before.clone()
    other[:, 4:] += 1.0
    nowhere = torch.zeros(1, 6, 3)
    context = torch.randn(1, 6, 16)
    with torch.no_grad():
        one, two = (
            network.decode(memory, frames, context, nowhere + 1, nowhere) for frames in (before, other)
        )
    assert torch.equal(one.states[:, :4], two.states[:, :4])
    assert not torch.equal(one.states[:, 4], two.states[:, 4])


def test_frames_by_steps_and_the_step_before():
    mel = torch.arange(5.0)[None, :, None].expand(1, 5, 2)
    assert stepped(mel, 2)[0].tolist() == [[0, 0, 1, 1], [2, 2, 3, 3], [4, 4, 0, 0]]
    assert delayed(stepped(mel, 2))[0].tolist() == [[0, 0, 0, 0], [0, 0, 1, 1], [2, 2, 3, 3]]


def test_the_second_pass_reads_what_the_first_made():
    network = network_of()
    batch = batch_of()
    seen = []
    real = network.decode

    def watched(memory, before, context, near, forced):
        seen.append((before, torch.is_grad_enabled()))
        return real(memory, before, context, near, forced)

    network.decode = watched
    objective_of(network, forced=1.0, own=1.0).forward(batch)
    (first, graded), (second, also) = seen
    truth = delayed(stepped(batch["mel"] * torch.tensor([[1.0] * 8, [1.0] * 6 + [0.0] * 2])[..., None], 2))
    assert torch.equal(first, truth) and not graded and also
    memory = network.remember(batch["symbols"], batch.lengths("symbols"), batch["speaker_embedding"])
    sounding = torch.tensor([[0, 1, 3, 3], [0, 1, 2, 2]])
    shown = torch.nn.functional.one_hot(sounding, 4).float()
    with torch.no_grad():
        made = real(memory, truth, delayed(shown @ memory.values), torch.ones_like(shown), shown)
    torch.testing.assert_close(second, delayed(stepped(made.frames, 2)))
    seen.clear()
    objective_of(network, forced=1.0, own=0.0).forward(batch)
    assert len(seen) == 1 and torch.equal(seen[0][0], truth), "with true frames one pass is enough"


def test_forced_attention_shows_one_symbol_and_is_judged_by_its_own():
    network = network_of()
    batch = batch_of()
    output = objective_of(network, forced=1.0, attention=0.5, rate=0.1).forward(batch)
    losses = objective_of(network, forced=1.0, attention=0.5, rate=0.1).losses("model", batch, output, 0)
    sounding = [[0, 1, 3, 3], [0, 1, 2]]
    assert output["steps"].tolist() == [[1, 1, 1, 1], [1, 1, 1, 0]]
    surprise = [
        -math.log(float(output["seen"][layer, clip, step]) + 1e-4)
        for layer in (0, 1)
        for clip, places in enumerate(sounding)
        for step in range(len(places))
    ]
    assert float(losses["attention"]) == pytest.approx(0.5 * sum(surprise) / len(surprise), abs=1e-5)
    used = output["weights"][0, range(4), sounding[0]]
    torch.testing.assert_close(output["seen"][1, 0], used)
    # Rates begin as the config says, 1.7 to 1; the clips have 4 steps of 4 symbols and 3 of 3
    assert float(losses["rate"]) == pytest.approx(0.1 * math.log(1.7) ** 2, abs=1e-6)


def test_each_voice_has_its_position_rate():
    network = network_of()
    torch.nn.init.normal_(network.rates.weight)
    memory = network.remember(torch.tensor([[1, 2], [1, 2]]), torch.tensor([2, 2]), torch.randn(2, 256))
    assert memory.key_rate[0] != memory.key_rate[1] and memory.query_rate[0] != memory.query_rate[1]
    assert (memory.key_rate < 2 * TINY.key_rate).all() and (memory.key_rate > 0).all()


@pytest.mark.parametrize("guard", [True, False])
def test_a_sentence_ends_where_its_text_ends(guard):
    network = network_of()
    symbols = torch.tensor([3, 4, 5, 6, 7])
    embedding = torch.randn(1, 256)
    torch.nn.init.zeros_(network.done_out.weight)
    torch.nn.init.constant_(network.done_out.bias, 5.0)  # it always says that it is done
    made = network.infer(symbols, embedding, guard)
    if guard:
        assert made.ended == "stop", "and is believed at the end of the text, not at its beginning"
        assert len(made.weights) > 1
    assert int(made.frames.durations.sum()) == len(made.frames.mel) == 2 * len(made.weights)
    torch.nn.init.constant_(network.done_out.bias, -5.0)  # it never does
    made = network.infer(symbols, embedding, guard)
    assert made.ended == ("lingering" if guard else "limit")


def test_another_voice_changes_the_mel():
    network = network_of()
    symbols = torch.tensor([3, 4, 5, 6, 7])
    one, same, two = (network.infer(symbols, embedding) for embedding in _three())
    assert torch.equal(one.frames.mel, same.frames.mel)
    shorter = min(len(one.frames.mel), len(two.frames.mel))
    assert not torch.allclose(one.frames.mel[:shorter], two.frames.mel[:shorter], atol=1e-2)


def _three():
    torch.manual_seed(2)
    first = torch.nn.functional.normalize(torch.randn(1, 256), dim=1)
    return first, first, torch.nn.functional.normalize(torch.randn(1, 256), dim=1)


def test_a_window_goes_to_the_largest_weight_within_three():
    window = Window()
    assert window.near(torch.arange(7)[None]).tolist() == [[True] * 4 + [False] * 3]
    weights = torch.tensor([[0.1, 0.2, 0.6, 0.1, 0.0, 0.0, 0.0]])
    assert window(weights) is weights and window.place == 2
    assert window.near(torch.arange(7)[None]).tolist() == [[False] * 2 + [True] * 4 + [False]]


def test_prompt_adaptation_changes_what_it_names():
    network = network_of(width=32, converter=32).train()
    layers = DeepVoice3Synthesizer.adaptation_layers
    lora.prepare(network, "lora", 4, layers)
    objective = objective_of(network, forced=1.0, own=1.0)
    batch = batch_of()
    sum(objective.losses("model", batch, objective.forward(batch), 0).values()).backward()
    changed = [name for name, parameter in network.named_parameters() if parameter.requires_grad]
    assert {name.split(".")[0] for name in changed} == set(layers)
    ups = [name for name in changed if name.endswith("up")]
    assert ups and all(network.get_parameter(name).grad.abs().sum() > 0 for name in ups)
