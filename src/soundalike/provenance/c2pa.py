"""Content Credentials (C2PA): a manifest in a sound file, signed with the user's own certificate, that says
the sound was synthesised.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypedDict

from soundalike import __version__
from soundalike.core.errors import ConfigError
from soundalike.core.installation import install_command

# The formats with a place for a manifest
KINDS = {"wav": "audio/wav", "mp3": "audio/mpeg", "flac": "audio/flac"}
SYNTHETIC = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
ALGORITHMS = {"secp256r1": b"es256", "secp384r1": b"es384", "secp521r1": b"es512"}
LARGEST = 200_000_000  # bytes of a file that is looked into


class Credentials(TypedDict):
    """What the manifest of a file says."""

    intact: bool  # neither the sound nor the manifest was changed
    trusted: bool  # the signer's certificate is on the library's list of those to be trusted
    signer: str | None
    synthetic: bool  # it says that the sound was synthesised
    faults: list[str]  # codes of C2PA


def check(certificate: str | os.PathLike, key: str | os.PathLike, format: str) -> None:
    """Raise ConfigError unless a file of that format can be signed with these."""
    _library()
    if format not in KINDS:
        raise ConfigError(
            f"Content Credentials cannot be put into {format}. Choose one of {', '.join(KINDS)}."
        )
    _pair(certificate, key)


def check_request(certificate: str | None, key: str | None, format: str) -> None:
    """Raise ConfigError unless Content Credentials can be signed as asked, or none are asked for."""
    if bool(certificate) != bool(key):
        raise ConfigError("--c2pa-cert and --c2pa-key: give both or neither.")
    if certificate and key:
        check(certificate, key, format)


def sign(
    data: bytes,
    format: str,
    certificate: str | os.PathLike,
    key: str | os.PathLike,
    notes: Sequence[dict[str, Any]],
) -> bytes:
    """The bytes of a sound file with a signed manifest in them. Works offline, so the signature carries no
    trusted time.

    `certificate` is a PEM chain, the signer's first, `key` its PEM private key, of an elliptic curve or
    Ed25519. Raises ConfigError where they cannot be used.
    """
    c2pa = _library()
    algorithm, chain, secret = _pair(certificate, key)
    agent = {"name": "soundalike", "version": __version__}
    made = {
        "action": "c2pa.created",
        "digitalSourceType": SYNTHETIC,
        "softwareAgent": agent,
        "parameters": {"soundalike": list(notes)},
    }
    manifest = {
        "claim_generator_info": [agent],
        "title": f"synthesised speech.{format}",
        "assertions": [{"label": "c2pa.actions", "data": {"actions": [made]}}],
    }
    out = io.BytesIO()
    try:
        with (
            c2pa.Signer.from_info(c2pa.C2paSignerInfo(algorithm, chain, secret, None)) as signer,
            c2pa.Builder(json.dumps(manifest)) as builder,
        ):
            builder.sign(signer, KINDS[format], io.BytesIO(data), out)
    except c2pa.C2paError as error:
        raise ConfigError(
            f"{certificate}: Content Credentials cannot be signed with it ({error}). "
            "Give a certificate made for C2PA."
        ) from None
    return out.getvalue()


def read(path: str | os.PathLike) -> Credentials | None:
    """What a file's manifest says and whether it is intact; None where there is none, or the library is not
    installed.
    """
    kind = KINDS.get(Path(path).suffix.lower().lstrip("."))
    try:
        c2pa = _library()
    except ConfigError:
        return None
    if kind is None or os.path.getsize(path) > LARGEST:
        return None
    try:
        with c2pa.Reader(kind, io.BytesIO(Path(path).read_bytes())) as reader:
            store = json.loads(reader.json())
    except c2pa.C2paError:
        return None
    return _credentials(store)


def _credentials(store: dict[str, Any]) -> Credentials:
    """What the active manifest of a manifest store says."""
    active = store["manifests"][store["active_manifest"]]
    state = store.get("validation_state")
    signature = active.get("signature_info") or {}
    faults = [status.get("code", "") for status in store.get("validation_status", [])]
    actions = [
        action
        for part in active.get("assertions", [])
        if part["label"].startswith("c2pa.actions")
        for action in part["data"]["actions"]
    ]
    return {
        "intact": state in ("Valid", "Trusted"),
        "trusted": state == "Trusted",
        "signer": signature.get("common_name") or signature.get("issuer"),
        "synthetic": any(action.get("digitalSourceType") == SYNTHETIC for action in actions),
        "faults": faults,
    }


def _library() -> Any:
    """The module c2pa. Raises ConfigError where it is not installed."""
    try:
        import c2pa
    except ImportError:
        raise ConfigError(f"Content Credentials need c2pa-python: {install_command('c2pa')}") from None
    return c2pa


def _pair(certificate: str | os.PathLike, key: str | os.PathLike) -> tuple[bytes, bytes, bytes]:
    """The algorithm, the chain and the key. Raises ConfigError naming the file that is no good."""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization

    try:
        chain = Path(certificate).read_bytes()
        first = x509.load_pem_x509_certificates(chain)[0]
    except (OSError, ValueError, IndexError) as error:
        raise ConfigError(
            f"{certificate}: not a certificate in PEM form ({error}). Give the signer's, then those above it."
        ) from None
    try:
        secret = Path(key).read_bytes()
        opened = serialization.load_pem_private_key(secret, None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ConfigError(f"{key}: not a private key in PEM form without a password ({error}).") from None
    form = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    if opened.public_key().public_bytes(*form) != first.public_key().public_bytes(*form):
        raise ConfigError(
            f"{key}: not the key of {certificate}. Give the key that belongs to its first certificate."
        )
    algorithm = _algorithm(opened)
    if algorithm is None:
        raise ConfigError(
            f"{key}: Content Credentials are signed here with keys of elliptic curves (P-256, P-384, P-521) "
            "or Ed25519."
        )
    return algorithm, chain, secret


def _algorithm(key: Any) -> bytes | None:
    """C2PA's name of what a private key signs by; None of a key that is not taken."""
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    if isinstance(key, EllipticCurvePrivateKey):
        return ALGORITHMS.get(key.curve.name)
    return b"ed25519" if isinstance(key, Ed25519PrivateKey) else None
