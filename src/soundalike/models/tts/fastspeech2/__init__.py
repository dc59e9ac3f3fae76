"""Feed-forward transformers with a variance adaptor of durations, pitch and energy: the mel in one pass,
every variance in the user's hand.
"""
