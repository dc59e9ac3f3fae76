"""Feed-forward transformers with a variance adaptor: durations, pitch and energy can be set, the mel comes in
one pass.
"""
