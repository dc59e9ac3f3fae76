"""Deep Voice 3: gated convolutions alone, with attention from a causal decoder to the text."""
