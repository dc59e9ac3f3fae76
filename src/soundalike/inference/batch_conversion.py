"""Jobs of a batch that convert a recording: what their lines may say, and how they are done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from soundalike.core.errors import ConfigError

if TYPE_CHECKING:
    from soundalike.audio.speech import Speech
    from soundalike.core.types import Voice

    from .batch import BatchSettings
    from .cloner import Cloner

# Fields of a job that are those of ConversionRequest
WISHES = ("pitch", "strength", "keep_breaths", "transcript")


def check_job(job: Mapping[str, Any], where: str) -> None:
    """Raise ConfigError naming the line for what cannot be had of WISHES."""
    from .conversion import ConversionRequest, check_conversion

    strength = job.get("strength", 1.0)
    if isinstance(strength, bool) or not isinstance(strength, int | float):
        raise ConfigError(f"{where}: strength is a number, 0 to 1.")
    if not isinstance(job.get("keep_breaths", False), bool):
        raise ConfigError(f"{where}: keep_breaths is true or false.")
    if not isinstance(job.get("transcript", ""), str):
        raise ConfigError(f"{where}: transcript is a text, what the source says.")
    try:
        check_conversion(ConversionRequest(**_own(job)))
    except ConfigError as error:
        raise ConfigError(f"{where}: {error}") from None


def wishes_of(job: Mapping[str, Any], settings: BatchSettings) -> dict[str, Any]:
    """How a recording is converted: the pitch and the seed of all jobs, and before them the job's own
    fields.
    """
    common = dict(settings.options)
    pitch = {"pitch": common["pitch"]} if "pitch" in common else {}
    return {"seed": common.get("seed", 0), **pitch, **_own(job)}


def converted(
    cloner: Cloner, job: Mapping[str, Any], voice: Voice, settings: BatchSettings, day: Any
) -> Iterator[Speech]:
    """The recording of a job in a voice, piece by piece. Raises as `Cloner.convert_in_pieces` does."""
    wishes = wishes_of(job, settings)
    options = cloner.conversion_options(seed=wishes.pop("seed"))
    return cloner.convert_in_pieces(
        job["source"],
        voice,
        options,
        **wishes,
        loudness=settings.loudness,
        quality_check=settings.quality_check,
        watermark=settings.watermark,
        day=day,
    )


def _own(job: Mapping[str, Any]) -> dict[str, Any]:
    return {name: job[name] for name in WISHES if name in job}
