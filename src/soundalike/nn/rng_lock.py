"""The one stream of random numbers that torch has for all threads."""

import threading

RNG_LOCK = threading.Lock()  # held by whoever puts torch's random numbers somewhere and back again
