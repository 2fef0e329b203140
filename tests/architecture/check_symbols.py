"""Reads the symbols of the server program and fails if anything is in it that could open content.

    check_symbols.py PROGRAM              exit status 1 and a line for each forbidden symbol
    check_symbols.py --must-find PROGRAM  the opposite, for a program that does open something: shows that the check
                                          can fail

Looks at symbols defined in the program and at those it takes from shared libraries, so it sees libsodium's functions
whether they are linked in or not.
"""
import re
import subprocess
import sys

FORBIDDEN = [
    r"crypto_aead_\w+",
    r"crypto_box_\w+",
    r"crypto_secretbox_\w+",
    r"crypto_secretstream_\w+",
    r"crypto_stream_\w*xor\w*",
    r"crypto_scalarmult\w*",
    r"crypto_kx_\w+",
    r"crypto_pwhash\w*",
    r"cjose_jwe_\w+",  # of cjose the server has what verifies, nothing that decrypts
    r"EVP_(Open|Decrypt|PKEY_decrypt)\w*",
    r"samplan::crypto::(open|seal|unpad|pad|derive|commitment|passphrase_key|box_key_pair|new_box_key_pair)\w*\(.*",
    r"samplan::(merge|plan|fhir|handlers|native|Core|Replica|Keyring)::.*",
]
# Wherever the server is linked from, it uses these; without them we are looking at the wrong or a stripped program.
EXPECTED = r"samplan::crypto::verify\(.*"


def symbols(program):
    """Demangled names, both tables; a statically linked libsodium has its internals under a leading underscore."""
    names = set()
    for table in (["--demangle"], ["--demangle", "--dynamic"]):
        result = subprocess.run(["nm", *table, program], capture_output=True, text=True, check=True)
        for line in result.stdout.splitlines():
            match = re.match(r"^[0-9a-f ]*\s[A-Za-z] (.*)$", line)
            if match:
                names.add(match.group(1))
    return names


def main():
    must_find = sys.argv[1] == "--must-find"
    program = sys.argv[-1]
    names = symbols(program)
    if not any(re.fullmatch(EXPECTED, name) for name in names):
        print(f"{program}: {len(names)} symbols and not one that verifies: stripped, or not the server")
        return 1
    forbidden = sorted(name for name in names if any(re.fullmatch(p + r"(@.*)?", name) for p in FORBIDDEN))
    for name in forbidden:
        print(f"{program}: {name}")
    print(f"{len(names)} symbols, {len(forbidden)} that could open something")
    if must_find:
        opens = any(name.startswith("samplan::crypto::open") for name in forbidden)
        decrypts = any("decrypt" in name or "seal_open" in name for name in forbidden)
        return 0 if opens and decrypts else 1
    return 1 if forbidden else 0


if __name__ == "__main__":
    sys.exit(main())
