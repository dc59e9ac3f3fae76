"""A lock on torch's global random number generator, which all threads share."""

from __future__ import annotations

import threading

# Hold it while the generator's state is changed and put back, as `torch.random.fork_rng` does: two threads
# that did so at once would put back each other's state.
RNG_LOCK = threading.Lock()
