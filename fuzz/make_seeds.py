#!/usr/bin/env python3
"""Makes each target's seeds from what is in the tree: golden vectors, their parts, samples, and a few commands. What the
fuzzers found beside them is kept in fuzz/corpus.

usage: fuzz/make_seeds.py FOLDER        writes FOLDER/<target>/<n>
"""
import pathlib
import struct
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
# The secret 1, 9, 17 ... on paper, whole and as a share (tests/client-core/recovery_code_test.cpp).
RECOVERY_CODE = b"R40G8 J48SK 44MKK 2EA1G 958NZ JRB9X E5WRC 32CHV K6GTV KCDSH R74X5 3PF1R X7RZQ JWZTC"
SHARE_CODE = (b"D4102 20G34 0G0G5 J48SH 44MKN 2EA1P 958NX JRB9Z "
              b"E5WR2 32CHN K6GTS KCDSK R74X3 3PF1Y X7RZN K3RK6")


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


def folds():
    operations = dict(vectors("operations.txt"))
    state = operations["state"]
    for known in (b"\x00", b"\x01"):
        for name, batch in operations.items():
            if name != "state":
                yield struct.pack("<H", len(state)) + known + struct.pack("<I", len(batch)) + batch


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
    vouch = tlv(2, bytes(32)) + tlv(4, bytes(16)) + tlv(6, b"L") + tlv(8, b"K") + tlv(10, b"i") + tlv(12, bytes(8))
    yield "vouch", vouch + tlv(14, b"\x01" + bytes(7))
    body = head + tlv(4, bytes(32)) + tlv(6, b"") + tlv(8, bytes(32)) + tlv(10, b"a.b.c")
    yield "vouch", b"SPV1" + bytes(16) + struct.pack("<I", len(body)) + body + bytes(64)
    yield "vouch", head + tlv(4, b"\x01") + tlv(6, b"L") + tlv(8, b"i") + tlv(10, b"c") + tlv(12, b"openid")
    yield "vouch", head + tlv(4, b"\x00") + tlv(6, b"s")
    # The token of RFC 7515, appendix A.3.
    yield "id_token", (b"eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc"
                       b"19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3"
                       b"-Kg6NU1Q")
    yield "id_token", (b'{"iss":"https://a.example","sub":"s","aud":["c"],"azp":"c","exp":1795341300,"iat":1795341235,'
                       b'"nonce":"n","e":["1"],"name":"K"}')
    yield "id_token", (b'{"keys":[{"kty":"EC","crv":"P-256","kid":"1","use":"sig","alg":"ES256",'
                       b'"x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}')
    for text in commands():
        yield "command", text.encode()
        yield "json", text.encode()
    for sample in sorted((ROOT / "samples/fhir").glob("*json")):
        yield "fhir", sample.read_bytes()
        yield "json", sample.read_bytes()
    for data in batches():
        yield "batch", data
    yield "state", b"SPS1" + struct.pack("<HH", 1, 3) + bytes(5)
    for name, data in vectors("operations.txt"):
        yield "state" if name == "state" else "batch", data if name == "state" else struct.pack("<I", len(data)) + data
    for data in folds():
        yield "fold", data
    yield "invitation", b"https://samplan.example/#/bli-med/" + (b"\x01\x01" + bytes(48) + b"Kari").hex().encode()
    yield "letter", struct.pack("<I", 1) + (struct.pack("<I", 2) + b"ab") * 5 + bytes(8)
    yield "key_file", b"SPK1" + struct.pack("<II", 1, 8) + bytes(16 + 136)
    yield "http", b"POST /v1/sync HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
    yield "http", b"GET /v1/hello HTTP/1.1\r\nHost: a:1\r\nOrigin: http://b\r\nIf-None-Match: \"x\"\r\n\r\n"
    root = b"CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="
    yield "note", b"log.example\n1\n" + root + "\n\n— log.example AAAAAAA=\n".encode()
    yield "note", b"log.example\n0\n" + root + b"\nmore\n"
    yield "note", b"example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    yield "typed_code", RECOVERY_CODE
    yield "typed_code", SHARE_CODE.lower().replace(b" ", b"-")
    yield "typed_code", b"\x01" + bytes(36)
    # A point of ristretto255 (RFC 9496, appendix A.1) with data; saved states before and after it has come.
    point = bytes.fromhex("e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76")
    # version, step, try; then what the step holds
    yield "phone", b"\x01\x01\x01" + bytes(range(16)) + point
    yield "phone", b"\x01\x02\x01" + point + bytes(64)
    yield "phone", b"\x01\x03\x01" + bytes(64) + bytes(60)
    yield "phone", b"\x01\x04\x01" + bytes(40)
    yield "phone", b"\x01\x05\x03"
    yield "phone", b" 482-915.637\n"
    yield "pairing", point + b"theirs"
    yield "pairing", b"\x01\x01" + bytes(32) + point + struct.pack("<H", 7) + b"session" + b"own"
    yield "pairing", b"\x02" + bytes(64 + 64 + 32) + b"theirs"


def main():
    folder, count = pathlib.Path(sys.argv[1]), {}
    for target, data in seeds():
        n = count[target] = count.get(target, 0) + 1
        (folder / target).mkdir(parents=True, exist_ok=True)
        (folder / target / f"seed-{n}").write_bytes(data)


main()
