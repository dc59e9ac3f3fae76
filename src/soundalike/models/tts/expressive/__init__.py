"""A transformer that speaks with emotions: text encoder, speaker and emotion, mel decoder with attention."""
