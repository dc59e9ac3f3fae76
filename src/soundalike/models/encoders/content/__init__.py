"""Content encoders: speech to units that depend little on the speaker."""
