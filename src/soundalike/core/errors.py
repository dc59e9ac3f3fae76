"""The tree of errors: every refusal is a SoundalikeError whose message names what is wrong and how to mend
it.
"""

from __future__ import annotations

INTERRUPTED = 130  # exit code of a process that Ctrl-C ended, as shells have it: 128 + SIGINT


class SoundalikeError(Exception):
    """Anything this package refuses to do. The message names what is wrong and how to mend it."""


class Interrupted(KeyboardInterrupt):
    """Ctrl-C, taken where the work could stop; the message says where that was, and how to go on."""


class AudioError(SoundalikeError):
    """A recording that cannot be used."""


class TextError(SoundalikeError):
    """A text that cannot be spoken."""


class ConfigError(SoundalikeError):
    """A recipe, option or table with an unknown or impossible value."""


class CheckpointError(SoundalikeError):
    """A model folder that does not say what it is, or parts that do not fit together."""


class EvaluationError(SoundalikeError):
    """Jobs that cannot be evaluated, or an instrument that cannot be used."""


class TrainingError(SoundalikeError):
    """A run that cannot go on: a loss that is not finite, a state of another run."""


class WorkerError(SoundalikeError):
    """Workers that died, so that the work is not done; the same command goes on with it."""


class DataError(SoundalikeError):
    """A prepared folder that lacks something; the message says which step makes it."""


class ConsentError(SoundalikeError):
    """A voice without consent that holds, or a reading that gives none."""
