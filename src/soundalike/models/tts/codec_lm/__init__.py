"""A language model over the codes of a neural codec (VALL-E, Wang et al. 2023)."""
