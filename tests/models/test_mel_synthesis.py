"""What models that write a mel share: sharpening it by the prompt."""

from __future__ import annotations

import pytest
import torch

from soundalike.models.common.mel_synthesis import finishing, sharpened


def mel_of(spread: float, frames: int = 60, mean: float = -4.0) -> torch.Tensor:
    """A log-mel (frames, 100) whose bands go up and down by so much, in turn."""
    signs = torch.tensor([1.0, -1.0]).repeat(frames // 2)[:, None]
    return mean + spread * signs * torch.linspace(0.5, 1.0, 100)


def test_bands_that_vary_less_than_the_prompts_are_spread_as_far_as_asked_for():
    made, prompt = mel_of(0.8), mel_of(1.0, mean=-3.0)
    assert torch.equal(sharpened(made, prompt, 0.0), made)
    whole = sharpened(made, prompt, 1.0)
    torch.testing.assert_close(whole, mel_of(1.0), msg="spread as the prompt is, about its own mean")
    half = sharpened(made, prompt, 0.5)
    torch.testing.assert_close(half.std(0) / made.std(0), torch.full((100,), 1.25**0.5))
    assert torch.equal(sharpened(prompt, made, 1.0), prompt), "bands that vary more are left as they are"


def test_silence_stays_and_the_spread_has_a_limit():
    made, prompt = mel_of(0.4), mel_of(2.0)
    made[:20] = -11.5
    done = sharpened(made, prompt, 1.0)
    assert torch.equal(done[:20], made[:20])
    assert float((done[20:].std(0) / made[20:].std(0)).max()) == pytest.approx(1.6, abs=1e-4)


def test_a_decoder_is_finished_only_where_it_is_asked_for():
    made, prompt = mel_of(0.8), mel_of(1.0)
    assert finishing(prompt, 0.0) is None
    finish = finishing(prompt, 1.0)
    assert finish is not None and torch.equal(finish(made[None])[0], sharpened(made, prompt, 1.0))
