"""The contracts between rooms: what each kind of part and model promises, as Protocols.

A contract of this page takes and gives numpy arrays and plain values, so that what stands above the networks
needs no torch. Only `PartKind`, `Objective` and `Fittable`, which are for training, know tensors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol, runtime_checkable

from .speaking import DEFAULT_QUALITY
from .types import Alignment, Batch, DataFacts, Interface, Output, Reference, Voice

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor, nn

    from soundalike.audio.audio import Audio
    from soundalike.audio.mel import MelSpec
    from soundalike.audio.speech import Speech
    from soundalike.text import Utterance

    from .graphs import GraphPlan

Progress = Callable[[int, int], None]  # (done, all)


# --- parts: trained things with a checkpoint of their own ------------------------------------------------


@dataclass(frozen=True)
class PartKind:
    """One kind of Part: how its network is built from a frozen config, what it reads and writes, and how it
    comes into being: by gradients (`objective`), by fitting (`fit`), or not at all (frozen, or nothing to
    train).
    """

    role: str  # its usual slot: "acoustic", "vocoder", "speaker", "aligner", "adversary", ...
    Config: type
    build: Callable[[Any, MelSpec], nn.Module]
    Settings: type  # frozen dataclass: the recipe's [objective]
    # (network, settings, facts) to an Objective
    objective: Callable[[Any, Any, DataFacts], Objective] | None
    # (config, mel) to what it reads and what it writes
    reads: Callable[[Any, MelSpec], tuple[Interface, ...]] = lambda config, mel: ()
    writes: Callable[[Any, MelSpec], tuple[Interface, ...]] = lambda config, mel: ()
    # What others see of a part that is an instrument by itself (an aligner, a speaker encoder)
    instrument: Callable[[LoadedPart], Any] | None = None
    # A network to the graphs it is exported as; None: it cannot be. A GraphKind runs them
    graphs: Callable[[Any], tuple[GraphPlan, ...]] | None = None


class Preview(NamedTuple):
    """What a part under training makes of one clip, to look at and to listen to."""

    mel: Tensor | None = None  # (T, M) log-mel
    samples: Tensor | None = None  # (N,)
    attention: Tensor | None = None  # (K, S)


class Auxiliary(NamedTuple):
    """A part trained beside another and saved in a folder under it."""

    part: str  # registered name
    config: Any
    network: nn.Module


class Objective(Protocol):
    """A Part under training: what the loop sees."""

    required_fields: frozenset[str]
    optimizers: tuple[str, ...]

    def forward(self, batch: Batch) -> Output:
        """Once per batch. What is to be logged and not minimised goes into its entry "measures", a table of
        numbers.
        """
        ...

    def losses(self, optimizer: str, batch: Batch, output: Output, step: int) -> dict[str, Tensor]:
        """Weighted losses of one optimizer's turn at a step of the run; the loop minimises their sum."""
        ...

    def network(self) -> nn.Module:
        """What is shipped."""
        ...

    def trained(self, optimizer: str) -> nn.Module:
        """What that optimizer changes."""
        ...

    @property
    def auxiliary_parts(self) -> Mapping[str, Auxiliary]:
        """Parts trained beside the network, by the folder they are saved in."""
        ...

    def preview(self, batch: Batch) -> Preview | None:
        """What it makes of a batch of one clip; None of a part that makes neither mel nor sound."""
        ...

    def probe(self, batch: Batch) -> Mapping[str, Tensor]:
        """Named outputs (B, ...) of the network for a batch, with their padding cut or zeroed: what contract
        tests compare.
        """
        ...


@runtime_checkable
class Fittable(Protocol):
    """A network that is fitted to data in one go, not descended: k-means, an inventory of units."""

    required_fields: ClassVar[frozenset[str]]

    def fit(
        self, batches: Iterator[Batch], settings: Any, progress: Progress | None = None
    ) -> dict[str, float]:
        """Fit to the clips of some batches; returns measures of the fit, by name."""
        ...


# --- architectures: parts that speak together -------------------------------------------------------------


@dataclass(frozen=True)
class Slot:
    """A place for a part in an architecture."""

    role: str  # the role of the parts that may stand here
    required: bool = True
    part: str | None = None  # the registered part it must be; None: any of that role
    # Whether the part joins the others by the interfaces it reads and writes; one that does not (an aligner
    # reads samples by a mel of its own) fits any
    paired: bool = True


@dataclass(frozen=True)
class ArchitectureSpec:
    """One architecture: its slots, its options, what its voices hold, and how parts become a model."""

    name: str
    slots: Mapping[str, Slot]
    Options: type  # frozen dataclass; options carry their range, unit and help (core.options)
    voice_schema: Mapping[str, TensorSchema]
    # Parts by slot, in evaluation mode, to what speaks or converts
    assemble: Callable[[Mapping[str, LoadedPart]], Synthesizer | Converter]
    main_slot: str = "acoustic"  # whose part names the architecture
    capabilities: tuple[str, ...] = ()  # keys of CAPABILITIES that its models have
    quality: str = DEFAULT_QUALITY  # of speech where none is asked for: one of core.speaking.QUALITIES


class TensorSchema(NamedTuple):
    """What one array of a voice must be."""

    dimensions: int
    kinds: tuple[str, ...]  # numpy names of its number types
    required: bool = True


class LoadedPart(Protocol):
    """A part read from a folder (checkpoints.part.LoadedPart)."""

    @property
    def name(self) -> str:
        """Its registered name."""
        ...

    @property
    def config(self) -> Any:
        """The sizes its network was built with."""
        ...

    @property
    def mel(self) -> MelSpec:
        """The mel its network reads or writes."""
        ...

    @property
    def network(self) -> Any:
        """Its torch module, in evaluation mode."""
        ...

    @property
    def instrument(self) -> Any:
        """What others see of it where it is an instrument by itself (an aligner, a speaker encoder)."""
        ...


class Synthesizer(Protocol):
    """A model that speaks: it takes a voice from a reference, and says sentences in it. Re-entrant."""

    sample_rate: int
    speaker_encoder: SpeakerEncoder | None  # measures whose voice it is
    aligner: Aligner | None  # measures whether a sentence was said

    @property
    def Options(self) -> type:
        """The frozen dataclass of its options (core.options)."""
        ...

    def condition(self, reference: Reference) -> Voice:
        """The voice of a reference: the identity, and what this architecture keeps of it."""
        ...

    def check(self, voice: Voice) -> None:
        """Raise CheckpointError for a voice that another model made."""
        ...

    def speak(self, utterance: Utterance, voice: Voice, options: Any = None) -> Iterator[Speech]:
        """One sentence in the voice. The same seed gives the same samples."""
        ...


@runtime_checkable
class Converter(Protocol):
    """A model that gives a recording another voice: words, timing and melody stay."""

    sample_rate: int

    @property
    def ConversionOptions(self) -> type:
        """The frozen dataclass of its options when it converts; it has `transcript`."""
        ...

    def convert(self, source: Audio, voice: Voice, options: Any = None, own: Voice | None = None) -> Speech:
        """What the source says, as it says it, in the voice; `own` is the voice of who speaks in it, where
        more of them is known than the source tells. Raises AudioError where too little of it is understood,
        CheckpointError for another model's voice.
        """
        ...


class SpeakerEncoder(Protocol):
    """Who speaks, as a point on the unit sphere."""

    width: int
    mel: MelSpec

    def embed(self, pieces: Sequence[Audio]) -> np.ndarray:
        """Speaker embeddings (n, V) of sounds of one length and rate."""
        ...

    def embed_mel(self, mel: np.ndarray) -> np.ndarray:
        """The embedding (V,) of a log-mel (T, M) of the encoder's own spec."""
        ...


class EmotionEncoder(Protocol):
    """Which emotion is heard in speech."""

    mel: MelSpec

    def measure(self, audio: Audio) -> np.ndarray:
        """What is measured of a sound (D,) that holds speech."""
        ...

    def probabilities(self, measures: np.ndarray, neutral: np.ndarray | None = None) -> np.ndarray:
        """How likely each of `core.emotions.EMOTIONS` is, (6,), by measures (D,), against those of neutral
        speech of the same voice where there are any.
        """
        ...


class Aligner(Protocol):
    """Where each symbol of a transcript is said. It computes a mel of its own, whatever the other parts
    use.
    """

    mel: MelSpec

    def align(self, audio: Audio, symbols: Sequence[str]) -> Alignment | None:
        """Frames and score of each symbol in a sound; None where the sound is too short for them."""
        ...

    def recognize(self, audio: Audio) -> tuple[list[str], list[int]] | None:
        """The symbols recognized in a sound and the frames of each; None where too few or not clear."""
        ...

    def hear(self, audio: Audio) -> np.ndarray:
        """The log-mel (T, M) of a sound by the aligner's own spec."""
        ...

    def align_mel(self, mel: np.ndarray, symbols: Sequence[str]) -> Alignment | None:
        """As `align`, of a log-mel (T, M) of the aligner's own spec."""
        ...

    def recognize_mel(self, mel: np.ndarray) -> tuple[list[str], list[int]] | None:
        """As `recognize`, of a log-mel (T, M) of the aligner's own spec."""
        ...

    def content(self, mel: np.ndarray, mean: np.ndarray) -> np.ndarray:
        """The states (T, D) of a log-mel (T, M) before phones are told apart; mean (M,) of its recording."""
        ...

    def class_scores(self, audio: Audio) -> np.ndarray:
        """How well each class of sounds (text.alphabet.phone_classes; 0 is silence) fits each frame (T, C):
        log-probabilities, less what each class has by being common.
        """
        ...


class Codec(Protocol):
    """Sound as codes: at each of some frames a second one whole number from each of its codebooks."""

    mel: MelSpec
    sample_rate: int
    levels: int  # codebooks, Q
    size: int  # codes in each codebook
    hop_length: int  # samples from one frame of codes to the next
    frames_per_second: float  # of codes
    digest: str  # names its codebooks: codes of another digest mean nothing to it
    codebooks: np.ndarray  # (Q, N, D) vectors, whose sum over the levels stands for a frame
    needs_vocoder: bool  # whether it decodes through a vocoder of its mel
    stored_kinds: tuple[str, ...]  # what of a prepared clip `encode_stored` takes (data.feature_store)

    def frames_of(self, samples: int) -> int:
        """How many frames of codes so many samples have."""
        ...

    def encode(self, samples: np.ndarray) -> np.ndarray:
        """The codes (T', Q) of samples (N,) at the codec's rate."""
        ...

    def encode_stored(self, arrays: Mapping[str, np.ndarray]) -> np.ndarray:
        """The codes (T', Q) of the stored arrays of a clip."""
        ...

    def decode(self, codes: np.ndarray, vocoder: LoadedPart | None = None, seed: int = 0) -> np.ndarray:
        """The samples (N,) of the codes (T', q) of the first q levels: those of all frames but the last few
        hundred samples.
        """
        ...
