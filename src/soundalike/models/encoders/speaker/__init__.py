"""Speaker encoders: sound to a speaker embedding."""
