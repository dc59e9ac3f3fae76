"""Names that the lexicon lacks and the model for unknown words gets clearly wrong (English)."""

NAMES: dict[str, str] = {}
