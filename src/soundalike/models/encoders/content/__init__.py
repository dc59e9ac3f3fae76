"""Content encoders: what is said, without who says it."""
