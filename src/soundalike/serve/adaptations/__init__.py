"""Learning a voice from minutes of recordings, in the background."""
