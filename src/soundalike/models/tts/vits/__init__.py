"""VITS, multilingual, conditioned on a speaker embedding: text to sound in one network."""
