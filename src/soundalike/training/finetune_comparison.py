"""The comparison of an adapted voice with a plain one on sentences that were held out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from soundalike.audio.speech import join
from soundalike.core.adapting import ADAPTED, BEFORE, SCORECARD
from soundalike.core.progress import progress_bar
from soundalike.core.speaking import FAST
from soundalike.core.types import Voice
from soundalike.data.manifest import Row
from soundalike.text import read

from .finetune_settings import FinetuneSettings, FinetuneTools
from .finetune_verdict import Difference, Verdict, verdict_of

SENTENCES = (  # said where the recordings have no texts
    "The weather turned colder towards the evening.",
    "She asked whether the train had already left.",
    "Nobody could explain where the old map came from.",
    "We should finish the work before the others return.",
    "A small boat was waiting under the bridge.",
    "He opened the window and listened to the rain.",
)


@dataclass(frozen=True)
class FinetuneResult:
    """What finetuning gave."""

    voice: Voice  # the one to keep
    is_adapted: bool  # whether that is the adapted one
    verdict: Verdict  # what the comparison came to
    before: dict[str, float]  # measure -> mean over the held-out sentences
    after: dict[str, float]
    differences: dict[str, Difference]
    report: Path | None  # the scorecard, HTML; None where nothing was held out
    voices: dict[str, Voice]  # both: "adapted" and "before"


def compared(
    cloner: Any,
    voices: dict[str, Voice],
    held_out: list[Row],
    folder: Path,
    work: Path,
    tools: FinetuneTools,
    settings: FinetuneSettings,
) -> FinetuneResult:
    """The better of the voices "adapted" and "before" on the held-out sentences, with their scorecard."""
    if not held_out:
        return FinetuneResult(voices[ADAPTED], True, verdict_of({}, 0), {}, {}, {}, None, voices)
    instruments = tools.open_instruments(settings.language, settings.asr_model)
    doubts = {name: _spoken(cloner, name, voice, held_out, folder, work) for name, voice in voices.items()}
    report = tools.evaluate(
        work / f"{ADAPTED}.jsonl", work / "scorecard", instruments, work / f"{BEFORE}.jsonl"
    )
    after, before = (
        {measure: entry["value"] for measure, entry in system["table"].items()}
        | {"doubted": sum(doubts[name]) / len(doubts[name])}
        for system, name in zip(report["systems"], (ADAPTED, BEFORE))
    )
    # The report's differences are the second system's, "before", less the first's
    differences = {name: _turned(entry["difference"]) for name, entry in report["comparison"].items()}
    doubted = tools.compare(*([(share, 1.0) for share in doubts[name]] for name in (ADAPTED, BEFORE)))
    differences["doubted"] = _turned(vars(doubted.difference))
    verdict = verdict_of(differences, len(held_out))
    is_adapted = verdict.is_adapted_kept or settings.keep
    voice = voices[ADAPTED if is_adapted else BEFORE]
    page = work / SCORECARD
    return FinetuneResult(voice, is_adapted, verdict, before, after, differences, page, voices)


def _turned(difference: dict[str, Any]) -> Difference:
    """The first less the second, from the second less the first."""
    low, high = difference["low"], difference["high"]
    if low is None or high is None:
        return Difference(-difference["value"], None, None)
    return Difference(-difference["value"], -high, -low)


def _spoken(
    cloner: Any, name: str, voice: Voice, held_out: list[Row], folder: Path, work: Path
) -> list[float]:
    """Speak the held-out sentences in a voice, into `work/NAME`, with a list of jobs for the scorecard beside
    it; returns for each the share of its takes that are in doubt.
    """
    (work / name).mkdir(exist_ok=True)
    jobs = []
    doubted: list[float] = []
    for number, row in enumerate(progress_bar(held_out, desc=name, unit="sentence")):
        wav = work / name / f"{number:02d}.wav"
        text = row.text or SENTENCES[number % len(SENTENCES)]
        script = read(text, row.language if row.text else "en")
        sound = join(list(cloner.speak(script, voice, quality=FAST, watermark=False)))
        sound.write(wav)
        doubts = [bool(check.doubts) for check in sound.checks]
        doubted.append(sum(doubts) / max(1, len(doubts)))
        real = {"real": str(folder / row.audio)} if row.text else {}
        jobs.append({"wav": str(wav), "text": text, "reference": str(folder / row.audio), **real})
    lines = "".join(json.dumps(job, ensure_ascii=False) + "\n" for job in jobs)
    (work / f"{name}.jsonl").write_text(lines, encoding="utf-8")
    return doubted
