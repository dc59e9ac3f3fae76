"""The hybrid: tokens that end, spans said twice or lost, and a decoder that hears tokens, text and voice."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from conftest import RECIPES

from soundalike.audio.mel import MelSpec
from soundalike.core.types import Batch, DataFacts, Padded
from soundalike.models.common.code_lm import Part, Prompt
from soundalike.models.common.sampling import Sampler
from soundalike.models.tts.hybrid.network import HybridConfig, TextToTokens
from soundalike.models.tts.hybrid.objective import HybridObjective, HybridSettings, spoiled
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
    torch.manual_seed(0)
    network = TextToTokens(HybridConfig(**SMALL, encoder_blocks=0), SPEC)
    objective = HybridObjective(network, HybridSettings(corrupt=0.5), FACTS)
    batch = batch_of(4)
    optimiser = torch.optim.AdamW(network.parameters(), lr=3e-3)
    for _ in range(250):
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
