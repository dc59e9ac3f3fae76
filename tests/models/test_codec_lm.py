"""The codec language model: its sampling and its paths in hand-sized numbers, and that it learns to say."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from conftest import RECIPES

from soundalike.audio.mel import MelSpec
from soundalike.core.types import Batch, DataFacts, Padded
from soundalike.data.clip import said_within
from soundalike.models.common.code_prompt import loudest
from soundalike.models.common.sampling import MOST, WINDOW, Sampler, nucleus
from soundalike.models.common.text_encoder import sounding
from soundalike.models.tts.codec_lm.levels_network import CodecLevels, CodecLevelsConfig
from soundalike.models.tts.codec_lm.levels_objective import CodecLevelsObjective, CodecLevelsSettings
from soundalike.models.tts.codec_lm.network import CodecLM, CodecLMConfig, Part, Prompt
from soundalike.models.tts.codec_lm.objective import CodecLMObjective, CodecLMSettings
from soundalike.text.alphabet import GAP, encode
from soundalike.training.recipe import read_recipe

FACTS = DataFacts(1, torch.zeros(100), torch.ones(100))
SMALL = {"width": 32, "blocks": 2, "heads": 2, "encoder_convolutions": 1, "entries": 16, "dropout": 0.0}


def padded(rows, dtype=torch.long) -> Padded:
    tensors = [torch.tensor(row, dtype=dtype) for row in rows]
    values = torch.nn.utils.rnn.pad_sequence(tensors, batch_first=True)
    return Padded(values, torch.tensor([len(row) for row in rows]))


def batch_of(clips: int, levels: int = 3) -> Batch:
    """Clips of unlike lengths whose codes are the numbers of the symbols they sound with, 4 frames a step."""
    rng = np.random.default_rng(0)
    symbols, durations, codes = [], [], []
    for number in range(clips):
        said = rng.permutation(np.arange(1, 13))[: 5 + number]
        steps = rng.integers(1, 4, len(said))
        symbols.append(said.tolist())
        durations.append((steps * 4).tolist())
        first = np.repeat(said, steps * 2)
        codes.append(np.stack([(first + level) % 16 for level in range(levels)], 1).tolist())
    fields = {"symbols": padded(symbols), "durations": padded(durations), "codes": padded(codes)}
    prompts = {
        f"prompt_{name}": Padded(
            value.values[:1].expand(clips, *value.values.shape[1:]).clone(), value.lengths[:1].expand(clips)
        )
        for name, value in fields.items()
    }
    voice = {
        "speaker_embedding": Padded(torch.randn(clips, 256, generator=torch.Generator().manual_seed(1)), None)
    }
    return Batch([str(number) for number in range(clips)], {**fields, **prompts, **voice})


def prompt_of(batch: Batch) -> Prompt:
    size = int(batch.lengths("prompt_symbols")[0])
    length = int(batch.lengths("prompt_codes")[0])
    return Prompt(
        batch["prompt_symbols"][0, :size],
        batch["prompt_durations"][0, :size],
        batch["prompt_codes"][0, :length],
    )


def test_a_nucleus_holds_the_likeliest_that_sum_to_its_share():
    chances = torch.tensor([0.1, 0.5, 0.15, 0.25])
    assert nucleus(chances, 0.7).tolist() == pytest.approx([0, 0.5, 0, 0.25])
    assert nucleus(chances, 0.8).tolist() == pytest.approx([0, 0.5, 0.15, 0.25])
    assert nucleus(chances, 0.01).tolist() == pytest.approx([0, 0.5, 0, 0]), "never none"


def test_a_code_that_fills_the_window_is_drawn_again_from_all():
    scores = torch.tensor([6.0, 0.0, 0.0, 0.0])
    sampler = Sampler(0, 1.0, 0.5)
    drawn = [int(sampler.code(scores)) for _ in range(4000)]
    first = round(MOST * WINDOW) + 1
    assert set(drawn[:first]) == {0}, "the nucleus is one code"
    assert set(drawn) == {0, 1, 2, 3}, "all are drawn from once it repeats"
    assert [int(Sampler(3, 1.0, 1.0).code(scores * 0)) for _ in range(2)] == [
        int(Sampler(3, 1.0, 1.0).code(scores * 0)) for _ in range(2)
    ]


def test_which_symbol_sounds_when_a_step_begins():
    durations = torch.tensor([[3, 6, 0, 5], [4, 4, 0, 0]])
    places = sounding(durations, torch.tensor([4, 2]), 4, 4)
    assert places.tolist() == [[0, 1, 1, 3], [0, 1, 1, 1]]


def test_what_is_said_in_a_stretch_of_a_clip():
    symbols = np.array([5, 6, 7, 8])
    durations = np.array([10, 4, 6, 10], np.int16)  # ends: 10, 14, 20, 30; middles: 5, 12, 17, 25
    ids, frames = said_within(symbols, durations, 8, 14)
    assert ids.tolist() == [6, 7] and frames.tolist() == [6, 8]
    ids, frames = said_within(symbols, durations, 0, 30)
    assert ids.tolist() == symbols.tolist() and frames.tolist() == durations.tolist()
    ids, frames = said_within(symbols, durations, 0, 2)
    assert ids.tolist() == [5] and frames.tolist() == [2]


def test_how_far_each_step_goes_on():
    network = CodecLM(CodecLMConfig(**SMALL, encoder_blocks=1, reach=3), MelSpec())
    objective = CodecLMObjective(network, CodecLMSettings(), FACTS)
    places = torch.tensor([[0, 0, 2, 6], [0, 1, 1, 1]])
    present = torch.tensor([[1.0, 1, 1, 1], [1, 1, 0, 0]])[..., None].expand(-1, -1, 2)
    part = Part(torch.zeros(2, 8, 32), torch.ones(2, 8), places, torch.zeros(2, 4, 2).long(), present)
    advance = objective._advance(part, torch.tensor([8, 2]))
    assert advance[0].tolist() == [0, 2, 3, 2], "6 of 8 symbols: two on is the end; four are cut to the reach"
    assert advance[1, :2].tolist() == [1, 1], "the last step of a clip leaves its text"


@pytest.mark.parametrize("told", [True, False])
def test_cached_generation_equals_the_parallel_pass(told):
    torch.manual_seed(0)
    network = CodecLM(CodecLMConfig(**SMALL, encoder_blocks=1, told=told), MelSpec()).eval()
    batch = batch_of(1)
    prompt = prompt_of(batch)
    symbols = torch.tensor([3, 4, 5, 6])
    seen = []

    class Recorder(Sampler):
        def code(self, scores):
            seen.append(scores)
            return super().code(scores)

    embedding = batch["speaker_embedding"]
    steps = []
    for step in network.generate(symbols, embedding, prompt, Recorder(1, 1.0, 1.0)):
        steps.append(step)
        if len(steps) == 12:
            break
    with torch.no_grad():
        sizes = torch.tensor([len(prompt.codes)])
        many = torch.tensor([len(prompt.symbols)])
        heard = network.part(
            prompt.symbols[None], many, prompt.durations[None], prompt.codes[None, :, 0], sizes
        )
        codes = torch.stack([step.codes for step in steps])[None]
        places = torch.tensor([[step.place for step in steps]])
        states = network.encoder(symbols[None], torch.tensor([4]))
        said = Part(states, torch.ones(1, 4), places, codes, torch.ones(codes.shape))
        made = network.states(heard, said, embedding)[:, -len(steps) :]
        following = [*places[0, 1:].tolist(), places[0, -1].item()]
        advance = (torch.tensor([following]) - places).clamp(0)
        scores = torch.stack(network.code_scores(made, advance, codes), 2)[0]
    known = 2 * (len(steps) - 1)  # how far the last step went on is not told
    torch.testing.assert_close(torch.stack(seen)[:known], scores.flatten(0, 1)[:known], atol=1e-4, rtol=1e-4)


def test_no_step_sees_what_comes_later():
    torch.manual_seed(0)
    network = CodecLM(CodecLMConfig(**SMALL, encoder_blocks=1), MelSpec()).eval()
    objective = CodecLMObjective(network, CodecLMSettings(), FACTS)
    batch = batch_of(1)
    with torch.no_grad():
        before = objective.probe(batch)["codes"]
        batch["codes"][0, 6:] = 9
        after = objective.probe(batch)["codes"]
    assert torch.equal(before[:, :4], after[:, :4]), "a step of two codes knows those of the steps before"
    assert not torch.equal(before[:, 4:], after[:, 4:])


def test_a_level_sees_all_levels_before_it_and_none_after():
    torch.manual_seed(0)
    network = CodecLevels(CodecLevelsConfig(**SMALL, levels=3), MelSpec()).eval()
    objective = CodecLevelsObjective(network, CodecLevelsSettings(), FACTS)
    batch = batch_of(2)
    second, third = torch.tensor([1, 1]), torch.tensor([2, 2])
    with torch.no_grad():
        before = [objective._output(batch, level)["vector"] for level in (second, third)]
        batch["codes"][:, 0, 1] = 5
        after = [objective._output(batch, level)["vector"] for level in (second, third)]
    assert torch.equal(before[0], after[0])
    assert not torch.equal(before[1], after[1])


def test_the_nearest_code_to_what_is_left_is_taken():
    network = CodecLevels(CodecLevelsConfig(**SMALL, levels=3, code_width=2), MelSpec())
    books = torch.zeros(3, 16, 2)
    books[1, :2] = torch.tensor([[4.0, 0.0], [0.0, 4.0]])
    books[2, 3] = torch.tensor([1.0, 2.0])
    network.learn_codebooks(books)
    codes = torch.tensor([[[7, 0, 3], [7, 1, 0]]])
    level = torch.tensor([1])
    left = network.targets(codes, level)  # in units of sqrt((4 ** 2 + 4 ** 2) / 32) = 1
    assert left.tolist() == [[[5.0, 2.0], [0.0, 4.0]]]
    assert network.nearest(left, level).tolist() == [[0, 1]]
    last = torch.tensor([2])
    assert network.targets(codes, last).tolist() == [[[1.0, 2.0], [0.0, 0.0]]]
    assert network.nearest(network.targets(codes, last), last)[0, 0] == 3


def test_it_overfits_four_utterances_and_says_them_back():
    """Without the prompt's help: the codes of a text are those of its symbols."""
    recipe = read_recipe(str(RECIPES / "codec_lm.toml"), "tiny")
    torch.manual_seed(0)
    small = {**SMALL, "blocks": 1}
    network = CodecLM(CodecLMConfig(**small, encoder_blocks=0), recipe.mel)
    levels = CodecLevels(CodecLevelsConfig(**small, levels=3), recipe.mel)
    levels.codebooks[2] *= 0.5  # as with a codec, each level is about what the ones before leave
    batch = batch_of(4)
    for objective, steps in (
        (CodecLMObjective(network, CodecLMSettings(corrupt=0.5), FACTS), 280),
        (CodecLevelsObjective(levels, CodecLevelsSettings(), FACTS), 160),
    ):
        optimiser = torch.optim.AdamW(objective.network().parameters(), lr=3e-3)
        for _ in range(steps):
            losses = objective.losses("model", batch, objective.forward(batch), 0)
            optimiser.zero_grad()
            sum(losses.values()).backward()
            optimiser.step()
        objective.network().eval()
        with torch.no_grad():
            learned = objective.forward(batch)["measures"]
        assert float(learned["code_right"]) > 0.99
    prompt = prompt_of(batch)
    for clip in range(4):
        size = int(batch.lengths("symbols")[clip])
        symbols = batch["symbols"][clip, :size]
        embedding = batch["speaker_embedding"][clip : clip + 1]
        made = list(network.generate(symbols, embedding, prompt, Sampler(0, 0.1, 0.5)))
        said = [int(symbols[step.place]) for step in made]
        assert [step.codes.tolist() for step in made] == [[symbol, symbol] for symbol in said]
        assert sorted(set(said), key=said.index) == symbols.tolist(), "every symbol, in order"
        first = torch.cat([step.codes for step in made])
        durations = torch.bincount(torch.tensor([step.place for step in made]), minlength=size) * 4
        codes = levels.complete(symbols, durations, first, embedding, prompt)
        assert codes.tolist() == [[int(code), int(code + 1) % 16, int(code + 2) % 16] for code in first]


def test_the_sentence_ends_however_long_it_stays():
    torch.manual_seed(0)
    network = CodecLM(CodecLMConfig(**SMALL, encoder_blocks=1), MelSpec()).eval()
    with torch.no_grad():
        network.advance.weight.zero_()
        network.advance.bias.copy_(torch.tensor([50.0, 0, 0, 0, 0, 0, 0]))
    batch = batch_of(1)
    symbols = torch.tensor(encode(["a", GAP, "t", "."]))
    steps = list(
        network.generate(symbols, batch["speaker_embedding"], prompt_of(batch), Sampler(0, 1.0, 1.0))
    )
    step = 4 / MelSpec().frames_per_second
    seconds = [sum(one.place == place for one in steps) * step for place in range(4)]
    assert seconds == pytest.approx([0.3, 0.3, 0.3, 0.8], abs=step / 2)


def test_no_vowel_is_passed_over_however_far_a_step_would_go():
    torch.manual_seed(0)
    network = CodecLM(CodecLMConfig(**SMALL), MelSpec()).eval()
    with torch.no_grad():
        network.advance.weight.zero_()
        network.advance.bias.copy_(50.0 * (torch.arange(network.config.reach + 1) == network.config.reach))
    said = ["^", "k", "ˈæ", "t", "s", "_", "s", "l", "ˈi", "p", "_", "n", "aʊ", "t", "."]
    made = network.generate(
        torch.tensor(encode(said)), torch.randn(1, 256), prompt_of(batch_of(1)), Sampler(0, 1.0, 0.9)
    )
    assert [said[step.place] for step in made] == ["^", "ˈæ", "ˈi", "aʊ"]


def test_the_stretch_with_the_most_speech():
    mel = torch.full((50, 4), -10.0)
    mel[20:30] = 0.0
    assert 18 <= loudest(mel, 12) <= 20
    assert loudest(mel, 50) == 0
