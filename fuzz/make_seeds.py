#!/usr/bin/env python3
"""Makes each target's first corpus: golden vectors, their parts, samples, and a few commands. Nothing of it is kept in
the tree; it is made anew from what is.

usage: fuzz/make_seeds.py FOLDER        writes FOLDER/<target>/<n>
"""
import pathlib
import struct
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def vectors(name):
    for line in (ROOT / "tests/vectors" / name).read_text().splitlines():
        if " = " in line and not line.startswith("#"):
            key, value = line.split(" = ")
            yield key, bytes.fromhex(value)


def commands():
    yield from ('{"do":"whoami"}', '{"do":"plans"}', '{"do":"plan_show","plan":"@"}', '{"do":"status"}', '{"do":"doctor"}',
                '{"do":"plan_new","owner_name":"Kari"}', '{"do":"digest","plan":"@","text":true}', '{"do":"log","plan":"@"}',
                '{"do":"add","plan":"@","kind":"goal","section":"helse","fields":{"text":"G\\u00e5","priority":"1"}}',
                '{"do":"add","plan":"@","kind":"note","section":"helse","fields":{"text":"x"},"propose":true}',
                '{"do":"edit","plan":"@","entity":"%s","field":"title","value":"T"}' % ("0" * 32),
                '{"do":"draft_save","plan":"@","form":"f","content":"c"}', '{"do":"drafts","plan":"@"}',
                '{"do":"import_fhir","text":"{}"}', '{"do":"invite","for":"plan","plan":"@","role":"owner","name":"Ola"}',
                '{"do":"consent_withdraw","plan":"@"}', '{"do":"history","plan":"@","entity":"0000"}',
                '{"do":"participant_add","plan":"@","principal":"abcd","role":"relative"}', '{"do":"conflicts"}')


def batches():
    entity, mark = b"\x22" * 16, bytes(16)
    head = b"\x01\x00" + bytes(8) + b"\x00" + b"\x00" + mark + b"\x00" + b"\x01" + entity
    ops = [b"\x01\x01\x00\x0d", b"\x02\x01\x00\x01\x03abc\x00", b"\x05\x01\x00\x0a\x04wxyz", b"\x03\x01\x00\x00",
           b"\x04\x01\x00\x00", b"\x06\x01\x00\x0a\x00"]
    for n in range(1, len(ops) + 1):
        one = head + bytes([n]) + b"".join(ops[:n])
        yield struct.pack("<I", len(one)) + one
        yield b"\x00" + struct.pack("<I", len(one)) + one


def seeds():
    for name, data in vectors("identity.txt"):
        yield "identity", data
        yield "identity", data[108:-64]
    for name, data in vectors("governance.txt"):
        yield "governance", data
        if ".wrap" not in name:
            yield "governance", data[108:-64]
    for name, data in vectors("envelope.txt"):
        if data[:4] == b"SPE1":
            yield "envelope", data
    for name, data in vectors("sync.txt"):
        if name == "request":
            yield "request", data
            yield "request", data[64:-64]
        elif name == "reply":
            yield "reply", data[8:-64]
    tlv = lambda tag, value: bytes([tag]) + struct.pack("<I", len(value)) + value  # noqa: E731
    head = tlv(2, b"\x01\x00")
    yield "meet", head + tlv(4, b"\x01") + tlv(6, bytes(range(32))) + tlv(10, b"\x01")
    yield "meet", head + tlv(4, b"\x02") + tlv(6, bytes(range(32))) + tlv(12, bytes(4)) + tlv(14, b"abc")
    yield "meet", head + tlv(4, b"\x02") + tlv(8, b"\x07\x00") + tlv(14, b"abc")
    message = struct.pack("<I", 6) + b"\x01\x00\x00\x00ab"
    yield "meet", head + tlv(4, b"\x00") + tlv(6, b"\x07\x00") + tlv(8, bytes(8)) + tlv(10, bytes(8)) + tlv(12, message)
    for text in commands():
        yield "command", text.encode()
        yield "json", text.encode()
    for sample in sorted((ROOT / "samples/fhir").glob("*json")):
        yield "fhir", sample.read_bytes()
        yield "json", sample.read_bytes()
    for data in batches():
        yield "batch", data
    yield "state", b"SPS1" + struct.pack("<HH", 1, 3) + bytes(5)
    yield "invitation", b"https://samplan.example/#/bli-med/" + (b"\x01\x01" + bytes(48) + b"Kari").hex().encode()
    yield "letter", struct.pack("<I", 1) + (struct.pack("<I", 2) + b"ab") * 5 + bytes(8)
    yield "key_file", b"SPK1" + struct.pack("<II", 1, 8) + bytes(16 + 136)
    yield "http", b"POST /v1/sync HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
    yield "http", b"GET /v1/hello HTTP/1.1\r\nHost: a:1\r\nOrigin: http://b\r\nIf-None-Match: \"x\"\r\n\r\n"


def main():
    folder, count = pathlib.Path(sys.argv[1]), {}
    for target, data in seeds():
        n = count[target] = count.get(target, 0) + 1
        (folder / target).mkdir(parents=True, exist_ok=True)
        (folder / target / f"seed-{n}").write_bytes(data)


main()
