"""Speaker encoders: sound to one vector."""
