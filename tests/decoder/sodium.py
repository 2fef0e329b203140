"""The installed libsodium, through ctypes: the five functions that reading Samplan's formats takes. Nothing of the
project's own code is used, so that an error there cannot hide here."""
import ctypes
import ctypes.util
import hashlib


def _load():
    for name in ("libsodium.so.23", ctypes.util.find_library("sodium")):
        try:
            return ctypes.CDLL(name) if name else None
        except OSError:
            continue
    return None


_lib = _load()
if _lib is None:
    raise SystemExit("libsodium is not installed (Debian: libsodium23)")
_lib.sodium_init()


def _call(function, *arguments):
    return getattr(_lib, function)(*arguments)


def _size(n):
    return ctypes.c_ulonglong(n)


def digest(label, *parts, key=b""):
    """BLAKE2b-256 over label, a zero byte and the parts; from Python's own library, not libsodium's."""
    return hashlib.blake2b(label.encode() + b"\0" + b"".join(parts), digest_size=32, key=key).digest()


def verifies(public_key, label, message_digest, signature):
    message = label.encode() + b"\0" + message_digest
    return _call("crypto_sign_ed25519_verify_detached", signature, message, _size(len(message)), public_key) == 0


def open_aead(key, nonce, associated, sealed):
    """XChaCha20-Poly1305-IETF; None if it does not open."""
    if len(sealed) < 16:
        return None
    out = ctypes.create_string_buffer(len(sealed) - 16 + 1)
    good = _call("crypto_aead_xchacha20poly1305_ietf_decrypt", out, None, None, sealed, _size(len(sealed)), associated,
                 _size(len(associated)), nonce, key)
    return out.raw[: len(sealed) - 16] if good == 0 else None


def box_public_key(secret):
    out = ctypes.create_string_buffer(32)
    _call("crypto_scalarmult_curve25519_base", out, secret)
    return out.raw


def box_pair_of_seed(seed):
    public, secret = ctypes.create_string_buffer(32), ctypes.create_string_buffer(32)
    _call("crypto_box_seed_keypair", public, secret, seed)
    return public.raw, secret.raw


def open_box(secret, sealed):
    """A sealed box for the owner of `secret`; None if it does not open."""
    if len(sealed) < 48:
        return None
    out = ctypes.create_string_buffer(len(sealed) - 48 + 1)
    good = _call("crypto_box_seal_open", out, sealed, _size(len(sealed)), box_public_key(secret), secret)
    return out.raw[: len(sealed) - 48] if good == 0 else None


def argon2id(passphrase, salt, passes, memory_kib):
    out = ctypes.create_string_buffer(32)
    good = _call("crypto_pwhash_argon2id", out, _size(32), passphrase, _size(len(passphrase)), salt, _size(passes),
                 ctypes.c_size_t(memory_kib * 1024), 2)
    return out.raw if good == 0 else None
