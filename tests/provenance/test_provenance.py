"""Where a sound comes from: the watermark survives what happens to recordings, notes stand in every format,
and both are read back.
"""

from __future__ import annotations

import dataclasses
import io
import json
import random
import subprocess
import sys
from datetime import date

import numpy as np
import pytest
import torch
import watermark as measured
from conftest import REFERENCE, sentences

from soundalike import Audio
from soundalike.audio.audio import concatenate
from soundalike.audio.io import FORMATS, read_comment
from soundalike.audio.speech import join
from soundalike.cli.main import main
from soundalike.inference import voice_library
from soundalike.provenance import metadata, watermark, watermark_detector
from soundalike.provenance.error_correction import BITS, Mark, decode, encode

TEXT = (
    "The young doctor closed the window before the rain began. Nobody had seen the painter since the harvest."
)
DAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def clone(cloner, voice):
    """Two sentences, marked."""
    return join(list(cloner.speak(TEXT, voice, day=DAY, quality="fast")))


def read_marks(audio):
    return [found.mark for found in watermark.find(audio)]


def test_bits_come_back_through_noise_and_a_wrong_one_is_noticed():
    mark = Mark(0xBEEF, 42, DAY)
    assert Mark.from_bits(mark.bits()) == mark and Mark.from_bits(Mark(1, 2).bits()) == Mark(1, 2)
    assert Mark(1, 2, date(1999, 1, 1)).bits().tolist() == Mark(1, 2).bits().tolist(), (
        "a day out of range is not told"
    )
    for place in range(BITS):
        wrong = mark.bits()
        wrong[place] ^= 1
        assert Mark.from_bits(wrong) is None
    rng = np.random.default_rng(0)
    soft = encode(mark.bits()[None]) + rng.normal(0, 1.0, (50, BITS * 4))  # a sign in six is wrong
    assert (decode(soft) == mark.bits()).all(1).mean() >= 0.96


@pytest.mark.parametrize("name", measured.ATTACKS)
def test_the_mark_is_read_after(name, clone, cloner, voice):
    audio = clone
    rng = random.Random(0)
    for attack in measured.ATTACKS[name]:
        audio = attack(audio, rng)
    assert read_marks(audio)[:1] == [metadata.mark_of(voice, cloner.model, DAY)]


def test_the_detector_in_numpy_equals_the_one_it_was_trained_as(clone):
    from safetensors.torch import load_file
    from watermark_detector import Detector

    trained = Detector()
    weights = load_file(watermark_detector.WEIGHTS)
    trained.load_state_dict({name: value.float() for name, value in weights.items()})
    power = watermark.spectra(clone.samples)
    for part in (power, power[:101], power[:2]):
        with torch.inference_mode():
            expected = trained.eval()(torch.from_numpy(part)[None])[0].numpy()
        assert np.abs(watermark_detector.detector().log_odds(part) - expected).max() < 1e-4


def test_provenance_loads_no_torch():
    code = """
import sys
from soundalike.provenance import consent, metadata
sys.exit("torch" in sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_no_mark_in_real_recordings_or_when_told_not_to(cloner, voice):
    for path in (REFERENCE, *(path for path, _ in sentences())):
        assert read_marks(Audio.read(path)) == []
    assert read_marks(join(list(cloner.speak(TEXT, voice, watermark=False, quality="fast")))) == []
    assert (
        read_marks(Audio(np.zeros(24000 * 4, np.float32), 24000))
        == []
        == read_marks(Audio(np.zeros(10, np.float32), 24000))
    )


def test_the_mark_is_far_below_the_sound_and_changes_neither_length_nor_loudness(cloner, voice, clone):
    plain = join(list(cloner.speak(TEXT, voice, watermark=False, quality="fast")))
    assert len(plain.samples) == len(clone.samples) and plain.timestamps == clone.timestamps
    change = clone.samples - plain.samples
    assert 10 * np.log10((plain.samples**2).sum() / (change**2).sum()) > 15
    assert abs(plain.loudness() - clone.loudness()) < 0.1
    assert (
        not clone.samples[plain.samples == 0][1000:].any()
        or np.abs(clone.samples[plain.samples == 0]).max() < 1e-3
    )


def test_pieces_are_marked_by_themselves_and_the_pattern_runs_on(cloner, voice):
    mark = metadata.mark_of(voice, cloner.model, None)
    pieces = list(cloner.speak(TEXT, voice, quality="fast"))
    assert all(read_marks(piece) == [mark] for piece in pieces)
    whole = Audio.read(REFERENCE)
    cut = len(whole.samples) // 2 + 77
    parts = [
        watermark.embed(Audio(whole.samples[:cut], whole.rate), mark),
        watermark.embed(Audio(whole.samples[cut:], whole.rate), mark, cut),
    ]
    alone = [watermark.find(part)[0].strength for part in parts]
    assert watermark.find(concatenate(parts))[0].strength > max(alone), (
        "the second piece goes on where the first stopped"
    )


def test_other_rates_are_marked_and_silence_stays_silent():
    mark = Mark(7, 7)
    sound = Audio.read(REFERENCE)
    for rate in (16_000, 22_050, 44_100):
        assert read_marks(watermark.embed(sound.resample(rate), mark)) == [mark]
    assert not watermark.embed(Audio(np.zeros(30_000, np.float32), 24_000), mark).samples.any()
    assert len(watermark.embed(Audio(np.zeros(0, np.float32), 24_000), mark).samples) == 0


def test_two_voices_in_one_sound_are_both_named():
    sound = Audio.read(REFERENCE)
    one = Mark(1, 1)
    other = Mark(2, 1)
    both = concatenate([watermark.embed(sound, one), sound, watermark.embed(sound, other)])
    found = watermark.find(both)
    assert {mark.mark for mark in found} == {one, other}
    place = {mark.mark: (mark.start + mark.stop) / 2 for mark in found}
    assert place[one] < sound.seconds < 2 * sound.seconds < place[other]


def test_the_same_seed_gives_the_same_samples_and_a_day_another_mark(cloner, voice, clone):
    again = join(list(cloner.speak(TEXT, voice, day=DAY, quality="fast")))
    assert np.array_equal(again.samples, clone.samples) and again.origin == clone.origin
    undated = [piece for _ in range(2) for piece in cloner.speak("Good evening.", voice, quality="fast")]
    assert np.array_equal(undated[0].samples, undated[1].samples) and "date" not in json.loads(
        undated[0].origin
    )


@pytest.mark.parametrize("format", FORMATS)
def test_the_note_stands_in_every_format(format, clone, tmp_path, voice, cloner):
    path = tmp_path / f"out.{format}"
    clone.write(path)
    (note,) = metadata.notes_in(read_comment(path))
    assert note == {
        "synthesised_by": f"soundalike {metadata.__version__}",
        "voice": metadata.voice_id(voice),
        "model": metadata.model_id(cloner.model),
        "date": "2026-11-21",
        "watermark": True,
    }
    origin = metadata.origin_of(path)
    assert origin.found and [found.mark for found in origin.marks] == [
        metadata.mark_of(voice, cloner.model, DAY)
    ]


def test_foreign_comments_are_no_notes_and_hostile_ones_are_cut():
    assert (
        metadata.notes_in(
            'hello\n{"synthesised_by": "another 1.0"}\n[1]\n{"synthesised_by": 3}\n' + "[" * 100_000
        )
        == []
    )
    (note,) = metadata.notes_in(
        json.dumps(
            {"synthesised_by": "soundalike 9", "voice": "\x1b[31m" + "x" * 500, "model": 3, "extra": "y"}
        )
    )
    assert (
        set(note) == {"synthesised_by", "voice"} and len(note["voice"]) == 100 and "\x1b" not in note["voice"]
    )


def test_a_voice_has_one_id_wherever_it_is_kept(voice, cloner, tmp_path):
    voice.save(tmp_path / "a.voice")
    assert metadata.voice_id(voice_library.find(str(tmp_path / "a.voice"))) == metadata.voice_id(voice)
    assert metadata.voice_id(cloner.listen(sentences()[0][0])) != metadata.voice_id(voice)


def test_verify_tells_ours_from_others(clone, voice, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("SOUNDALIKE_VOICES", str(tmp_path / "voices"))
    voice_library.put("Anna", voice)
    bare = dataclasses.replace(clone, origin="")
    bare.write(tmp_path / "bare.wav")
    assert main(["verify", str(tmp_path / "bare.wav"), "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    (mark,) = told["watermarks"]
    assert (
        mark["names"] == ["Anna"]
        and mark["day"] == "2026-11-21"
        and mark["built_in_model"]
        and mark["confidence"] > 0.999
        and told["notes"] == []
    )
    assert main(["verify", str(REFERENCE)]) == 1
    assert "no mark" in capsys.readouterr().out
    (tmp_path / "text.wav").write_text("hello")
    assert main(["verify", str(tmp_path / "bare.wav"), str(tmp_path / "text.wav")]) == 2
    said = capsys.readouterr()
    assert "Anna in the library" in said.out and "text.wav" in said.err
    assert main(["verify", str(tmp_path / "absent.wav")]) == 2


def test_no_watermark_is_told_in_the_metadata(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("SOUNDALIKE_VOICES", str(tmp_path / "voices"))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795219200")
    words = ["clone", str(REFERENCE), "Good evening to all of you out there.", "--quality", "fast", "-o"]
    assert (
        main([*words, str(tmp_path / "plain.flac"), "--no-watermark"])
        == 0
        == main([*words, str(tmp_path / "marked.flac")])
    )
    capsys.readouterr()
    assert main(["verify", str(tmp_path / "plain.flac"), str(tmp_path / "marked.flac"), "--json"]) == 0
    plain, marked = json.loads(capsys.readouterr().out)
    assert (
        plain["watermarks"] == []
        and plain["notes"][0]["watermark"] is False
        and plain["notes"][0]["date"] == "2026-11-21"
    )
    assert marked["notes"][0]["watermark"] is True and marked["watermarks"][0]["day"] == "2026-11-21"
    with open(tmp_path / "jobs.jsonl", "w") as file:
        file.write(
            json.dumps({"reference": str(REFERENCE), "text": "Good evening.", "wav": str(tmp_path / "b.wav")})
        )
    assert main(["batch", str(tmp_path / "jobs.jsonl"), "--no-watermark", "--quality", "fast"]) == 0
    assert metadata.notes_in(read_comment(tmp_path / "b.wav"))[0]["watermark"] is False


def test_content_credentials_are_signed_and_break_when_the_sound_is_changed(tmp_path, capsys, monkeypatch):
    pytest.importorskip("c2pa", reason="pip install 'soundalike[c2pa]'")
    monkeypatch.setenv("SOUNDALIKE_VOICES", str(tmp_path / "voices"))
    chain, key = certificate(tmp_path)
    words = ["clone", str(REFERENCE), "Good evening.", "--quality", "fast", "--c2pa-cert", chain]
    for format in ("wav", "mp3", "flac"):
        out = tmp_path / f"signed.{format}"
        assert main([*words, "--c2pa-key", key, "-o", str(out)]) == 0
        said = metadata.origin_of(out)
        assert (
            said.credentials["intact"]
            and said.credentials["synthetic"]
            and said.credentials["signer"] == "test signer"
            and said.notes
        )
    data = bytearray((tmp_path / "signed.wav").read_bytes())
    data[5000] ^= 64
    (tmp_path / "changed.wav").write_bytes(data)
    assert not metadata.origin_of(tmp_path / "changed.wav").credentials["intact"]
    for bad, says in (
        (["-o", "x.wav"], "give both"),
        (["--c2pa-key", key, "-o", str(tmp_path / "x.ogg")], "cannot be put into ogg"),
        (["--c2pa-key", chain, "-o", str(tmp_path / "x.wav")], "not a private key"),
    ):
        capsys.readouterr()
        assert main([*words, *bad]) == 2
        assert says in capsys.readouterr().err
    assert not (tmp_path / "x.wav").exists()


def certificate(folder):
    """A self-signed certificate as C2PA wants them; the paths of it and of its key."""
    import datetime

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    now = datetime.datetime.now(datetime.timezone.utc)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, "test signer"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "test"),
        ]
    )
    unused = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    uses = {
        **dict.fromkeys((*unused, "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"), False),
        "digital_signature": True,
    }
    made = x509.CertificateBuilder(name, name, key.public_key(), 7, now, now + datetime.timedelta(9))
    made = made.add_extension(x509.BasicConstraints(False, None), True).add_extension(
        x509.KeyUsage(**uses), True
    )
    made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), True)
    made = made.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
    made = made.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), False
    ).sign(key, hashes.SHA256())
    (folder / "chain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(key.private_bytes(*form))
    return str(folder / "chain.pem"), str(folder / "key.pem")


def test_a_stream_of_bytes_keeps_its_note(clone):
    data = clone.encode("wav")
    assert b"synthesised_by" in data and len(Audio.read(io.BytesIO(data)).samples) == len(clone.samples)
