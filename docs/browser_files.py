"""Writes what the page in the browser computes with: graphs, constants and tables of the program, the words
of its lexicon, a bundled voice, ONNX Runtime for the web.

usage: python docs/browser_files.py FOLDER --runtime UNPACKED
           FOLDER: `files` beside the page; UNPACKED: the package onnxruntime-web, unpacked, as `make ort-web`
           has it in build/ort-web
"""

from __future__ import annotations

import argparse
import json
import shutil
import sqlite3
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import asdict
from importlib.metadata import distribution
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from soundalike import Cloner, __version__
from soundalike.audio import audio, contour, durations, loudness, pitch, pulses
from soundalike.audio.mel import mel_filters
from soundalike.checkpoints.bundle import BUILT_IN
from soundalike.checkpoints.graph_part import INT8
from soundalike.checkpoints.onnx_export import export_model
from soundalike.core import speaking
from soundalike.core.types import IDENTITY, USUAL_OCTAVE, Voice
from soundalike.inference import bundled_voices, postprocess, reference_check
from soundalike.models.common import mel_arrays, prompt_conditioning, vocos_config
from soundalike.models.tts.starling.spec import StarlingOptions
from soundalike.provenance import error_correction, metadata, watermark
from soundalike.provenance.error_correction import Mark
from soundalike.text import SYMBOLS
from soundalike.text.alphabet import MARKS, is_vowel, spell_ipa
from soundalike.text.gruut_data import data_folder
from soundalike.text.heteronym_words import NOUN_VERB
from soundalike.text.heteronyms import HETERONYMS
from soundalike.text.letters import letter_name
from soundalike.text.names import NAMES
from soundalike.text.normalise import normalise
from soundalike.text.phonemes import tokens_of, word_symbols
from soundalike.text.unsayable import SOUNDS

MODULES = ("ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs")  # of ONNX Runtime, beside its BINARY
BINARY = "ort-wasm-simd-threaded.wasm"
COMPRESSED = ".z"  # the ending of compressed files
GRAPHS = {
    "acoustic": ("condition", "encode", "intone", "decode"),
    "vocoder": ("filters",),
    "speaker": ("embed",),
}
VOICE = bundled_voices.DEFAULT
LOUDNESS_FFT = 16384  # samples: a block of loudness, made longer for a size that is a power of two
LETTERS = "abcdefghijklmnopqrstuvwxyz"
LEXICON_OFFSET = 41  # from the id of a symbol to the character that stands for it in the lexicon
ABBREVIATIONS = (
    "Mr. Mrs. Ms. Dr. Prof. St. Mt. Jr. Sr. vs. etc. e.g. i.e. approx. dept. est. Gen. Capt. Sgt. Lt. "
    "Col. Rev. Hon. Gov. Sen. Rep. Co. Inc. Ltd. Corp. Ave. Rd. Blvd. fig. vol. Jan. Feb. Aug. Sept. "
    "Oct. Nov. Dec."
).split()
# Constants by the name of the page's group of them
CONSTANTS: dict[str, tuple[tuple[ModuleType, str], ...]] = {
    "pitch": (
        (
            pitch,
            "PITCH_FLOOR PITCH_CEILING DECIMATION WINDOW CANDIDATES UNVOICED_COST "
            "VOICING_CHANGE_COST OCTAVE_JUMP_COST LONG_PERIOD_PENALTY IMPOSSIBLE_COST NO_PEAK FAINT",
        ),
    ),
    "pulses": ((pulses, "USUAL"),),
    "vocoder": ((vocos_config, "MOST_CORRECTED SOURCE_BINS SOFTEST LOUDEST BREATH"),),
    "durations": ((durations, "LEAST LONGEST OPENING CLOSING STRETCH"),),
    "contour": ((contour, "FEWEST NARROWEST WIDEST LEAST_SPREAD"),),
    "sharpening": ((mel_arrays, "QUIET FEWEST LEAST_DEVIATION MOST_GAIN"),),
    "voice": (
        (prompt_conditioning, "LONGEST_PROMPT LEVEL"),
        (audio, "SILENCE_DB NOISE_FLOOR_DB AUDIBLE_PEAK MARGIN"),
        (reference_check, "LEAST_SPEECH"),
    ),
    "loudness": (
        (
            loudness,
            "LOUDEST_PEAK KNEE BLOCK_SECONDS HOP_SECONDS K_OFFSET ABSOLUTE_GATE RELATIVE_GATE "
            "LEVELLING_ROUNDS LEVELLING_ERROR",
        ),
    ),
    "delivery": ((postprocess, "PAUSE RUMBLE FADE"), (speaking, "LOUDNESS")),
    "watermark": (
        (watermark, "WINDOW COLUMN LOWEST WIDTH"),
        (error_correction, "PERIOD BANDS VOICE_BITS"),
    ),
}


def write_files(folder: Path, runtime: Path, model: Path) -> dict[str, int]:
    """Write all that the page needs into a folder, of the built-in model as it was exported in eight bits;
    returns the bytes of each file by its name. Raises SystemExit where the runtime is not what npm gives.
    """
    check_runtime(runtime)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "runtime").mkdir(exist_ok=True)
    for name in MODULES:
        shutil.copyfile(runtime / "dist" / name, folder / "runtime" / name)
    cloner = Cloner.load(model, backend="onnx")
    voice = bundled_voices.load(VOICE)
    tables, places = joined(tables_of(cloner, voice))
    contents = {
        **{f"{name}.onnx": model / part / f"{name}.onnx" for part, names in GRAPHS.items() for name in names},
        f"runtime/{BINARY}": runtime / "dist" / BINARY,
        "tables.bin": tables,
        "lexicon.txt": lexicon_text().encode(),
    }
    sizes = {}
    for name, content in contents.items():
        data = content.read_bytes() if isinstance(content, Path) else content
        sizes[f"{name}{COMPRESSED}"] = write_compressed(folder / f"{name}{COMPRESSED}", data)
    facts = {**facts_of(cloner, voice), "tables": places, "files": sizes}
    size = write_compressed(folder / f"facts.json{COMPRESSED}", json.dumps(facts).encode())
    (folder / "licences.txt").write_text(licences(), encoding="utf-8")
    modules = {f"runtime/{name}": (folder / "runtime" / name).stat().st_size for name in MODULES}
    return {f"facts.json{COMPRESSED}": size, **sizes, **modules}


def licences() -> str:
    """The licences of what is not the program's own: ONNX Runtime, and gruut's lexicon."""
    lexicon = distribution("gruut_lang_en").metadata
    texts = [f"gruut_lang_en: MIT License, as below, copyright (c) {lexicon['Author']}"]
    for file in distribution("onnxruntime").files or ():
        if file.name in ("LICENSE", "ThirdPartyNotices.txt"):
            texts.append(f"onnxruntime: {file.name}\n\n{file.read_text(encoding='utf-8')}")
    return "\n\n".join(texts)


def write_compressed(file: Path, data: bytes) -> int:
    """Write bytes compressed (RFC 1950), as not every host compresses such files by itself; returns how many
    they are then.
    """
    return file.write_bytes(zlib.compress(data, 9))


def write_all(folder: Path, runtime: Path) -> dict[str, int]:
    """As `write_files`, with the built-in model exported for it."""
    check_runtime(runtime)
    with tempfile.TemporaryDirectory() as temporary:
        export_model(BUILT_IN, Path(temporary) / "model", INT8)
        return write_files(folder, runtime, Path(temporary) / "model")


def check_runtime(runtime: Path) -> None:
    """Raise SystemExit unless a folder is the package onnxruntime-web, unpacked."""
    missing = [name for name in (*MODULES, BINARY) if not (runtime / "dist" / name).is_file()]
    if missing:
        raise SystemExit(
            f"{runtime}: no {', '.join(missing)} in its folder dist. "
            "Give the package onnxruntime-web as npm has it, unpacked; `make ort-web` fetches it."
        )


def facts_of(cloner: Cloner, voice: Voice) -> dict[str, Any]:
    """The program's constants, as JSON has them."""
    model: Any = cloner.synthesizer
    found: dict[str, dict[str, Any]] = {
        group: {name: getattr(module, name) for module, names in sources for name in names.split()}
        for group, sources in CONSTANTS.items()
    }
    note = json.loads(metadata.note_of(voice, cloner.model))
    options = StarlingOptions()
    network = model.acoustic.config
    return {
        **found,
        "version": __version__,
        "mel": {**asdict(model.mel), "silence": model.mel.silence},
        "vocoder": {**found["vocoder"], "corrections": model.vocoder.config.mel_corrections},
        "acoustic": {
            "patch": network.patch,
            "noise": network.noise,
            "prompt_width": network.prompt_width,
            "USUAL_OCTAVE": USUAL_OCTAVE,
        },
        "options": {name: getattr(options, name) for name in ("expressiveness", "temperature", "sharpen")},
        "text": text_facts(),
        "note": {name: note[name] for name in ("synthesised_by", "model")},
        "bundled": {"name": VOICE, "id": metadata.voice_id(voice)},
    }


def text_facts() -> dict[str, Any]:
    """The alphabet, the names of the letters, and abbreviations written out."""
    plain = {
        short: normalise(f"{short} Jones", "en", short).removesuffix(" Jones") for short in ABBREVIATIONS
    }
    return {
        "symbols": ["", *SYMBOLS],
        "lastMark": len(MARKS),
        "lexiconOffset": LEXICON_OFFSET,
        "letters": {letter: spell_ipa(letter_name(letter, "en")) for letter in LETTERS},
        "verbs": heteronyms_after("I would"),
        "nouns": heteronyms_after("of the"),
        "abbreviations": {short: words for short, words in plain.items() if words != short},
    }


def heteronyms_after(words: str) -> dict[str, list[str]]:
    """Words written alike and said differently that sound otherwise after some words than alone, with their
    symbols there.
    """
    found = {}
    for word in sorted({*HETERONYMS, *NOUN_VERB}):
        symbols = tokens_of(f"{words} {word} here", word, "en")[-2].symbols
        if symbols != word_symbols(word, "en"):
            found[word] = symbols
    return found


def tables_of(cloner: Cloner, voice: Voice) -> dict[str, np.ndarray]:
    """The program's arrays by name."""
    model: Any = cloner.synthesizer
    hertz = np.fft.rfftfreq(LOUDNESS_FFT, 1 / model.mel.sample_rate)
    plain = {
        "filters": mel_filters(model.mel),
        "shares": model.vocoder.shares,
        "log_area": model.vocoder.log_area,
        "k_weights": loudness.k_weighting(hertz),
        "mark_depth": watermark.DEPTH,
        "prompt": voice.tensors["prompt"],
        "prompt_pitch": voice.tensors["prompt_pitch"],
        "embedding": voice.tensors[IDENTITY],
    }
    tables = {name: values.astype(np.float32) for name, values in plain.items()}
    return {**tables, "mark_signs": mark_signs(metadata.mark_of(voice, cloner.model, None).model)}


def mark_signs(model: int) -> np.ndarray:
    """Signs (1 + VOICE_BITS, PERIOD, BANDS) int8 of the watermarks of a model without a day: those of a voice
    whose bits are all zero, then for each bit, the lowest first, -1 where its being set turns a sign around.

    The code and its checksum are linear, so that a voice's signs are the product.
    """
    none = error_correction.field(Mark(0, model).bits())
    turns = [
        none * error_correction.field(Mark(1 << bit, model).bits())
        for bit in range(error_correction.VOICE_BITS)
    ]
    return np.stack([none, *turns]).astype(np.int8)


def joined(tables: dict[str, np.ndarray]) -> tuple[bytes, dict[str, dict[str, Any]]]:
    """Arrays one after the other; and where each lies, in bytes, and how many numbers it holds."""
    places = {}
    parts = []
    at = 0
    for name, values in tables.items():
        data = np.ascontiguousarray(values).tobytes()
        places[name] = {"type": str(values.dtype), "offset": at, "length": values.size}
        padding = -len(data) % 4  # so that the next begins where a number of four bytes may
        parts.append(data + bytes(padding))
        at += len(data) + padding
    return b"".join(parts), places


def lexicon_text() -> str:
    """The words of the English lexicon, a line each: the word, a tab, a character for each of its symbols."""
    ids = {symbol: number for number, symbol in enumerate(SYMBOLS, 1)}
    lines = []
    for word, symbols in sorted(known_words()):
        lines.append(f"{word}\t{''.join(chr(ids[symbol] + LEXICON_OFFSET) for symbol in symbols)}")
    return "\n".join(lines)


def known_words() -> Iterator[tuple[str, list[str]]]:
    """Every word of the English lexicon with the symbols that the program gives it when it stands alone."""
    rows = lexicon_rows()
    more = {*NAMES, *SOUNDS, *HETERONYMS} - set(rows)
    for word in (*rows, *more):
        found = rows.get(word, [])
        symbols = found[0].split() if len(found) == 1 and is_plain(word) else word_symbols(word, "en")
        # What no vowel is heard in may be spelled out
        if not any(map(is_vowel, symbols)):
            symbols = word_symbols(word, "en")
        if symbols:
            yield word, symbols


def is_plain(word: str) -> bool:
    """Whether the program has no rule for a word beside the lexicon."""
    rules = (word in HETERONYMS, word.removesuffix("s") in NOUN_VERB, word in SOUNDS)
    return not any(rules) and word.removesuffix("'s") not in NAMES and word.replace("'", "").isalpha()


def lexicon_rows() -> dict[str, list[str]]:
    """Words of gruut's English lexicon, with the sounds of each, separated by spaces."""
    folder = data_folder("en")
    assert folder is not None  # it comes with the program
    lexicon = sqlite3.connect(folder / "lexicon.db")
    rows: dict[str, list[str]] = {}
    for word, sounds in lexicon.execute("SELECT word, phonemes FROM word_phonemes"):
        rows.setdefault(word, []).append(sounds)
    lexicon.close()
    return rows


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runtime", type=Path, required=True, metavar="UNPACKED")
    given = parser.parse_args()
    for name, size in write_all(given.folder, given.runtime).items():
        print(f"{name}: {size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
