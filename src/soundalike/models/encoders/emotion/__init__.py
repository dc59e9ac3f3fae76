"""Which emotion is heard in speech."""
