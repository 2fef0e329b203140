"""The layouts of docs/protocol.md, read a second time: strict parsers of records, envelopes, frames, wraps, letters and
batches. Every function raises Differs at the first byte that is not as documented."""
import struct
import zlib

from sodium import digest


class Differs(Exception):
    pass


def need(condition, what):
    if not condition:
        raise Differs(what)


class Reader:
    def __init__(self, data):
        self.data, self.at = bytes(data), 0

    def take(self, n):
        need(self.at + n <= len(self.data), "cut short")
        self.at += n
        return self.data[self.at - n : self.at]

    def number(self, size):
        return int.from_bytes(self.take(size), "little")

    def u8(self):
        return self.number(1)

    def u16(self):
        return self.number(2)

    def u32(self):
        return self.number(4)

    def u64(self):
        return self.number(8)

    def varint(self):
        value, shift = 0, 0
        while True:
            byte = self.u8()
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                need(byte != 0 or shift == 7, "longer than it needs to be")
                need(value < 1 << 64, "number too large")
                return value
            need(shift < 70, "number too long")

    def rest(self):
        return self.take(len(self.data) - self.at)

    def more(self):
        return self.at < len(self.data)

    def end(self, what):
        need(not self.more(), what + ": bytes left over")


def fields(data, known):
    """A TLV structure: tags ascend, and an even one that is not known refuses it."""
    r, out, last = Reader(data), {}, -1
    while r.more():
        tag, size = r.u8(), r.u32()
        need(tag > last, "tags ascend")
        need(tag in known or tag % 2 == 1, "unknown critical field %d" % tag)
        last = tag
        out[tag] = r.take(size)
    need(len(out) <= 64, "too many fields")
    return out


def items(value):
    r, out = Reader(value), []
    while r.more():
        out.append(r.take(r.u32()))
    return out


def number(value, size):
    need(len(value) == size, "number of %d bytes" % size)
    return int.from_bytes(value, "little")


# ---- records -----------------------------------------------------------------------------------------------------

IDENTITY_FIELDS = {
    1: {2, 4, 14, 16, 18}, 2: {10, 14, 16, 18, 20}, 3: {2, 4, 6, 18}, 4: {8, 14, 16, 18}, 5: {14, 16, 18, 20},
    6: {10, 12, 18, 20}, 7: {10, 14, 16, 18, 20},
}
GOVERNANCE_FIELDS = {
    1: {4, 8, 10, 12, 24, 26}, 2: {2, 4, 6, 8, 10, 12}, 3: {18, 20, 22}, 4: {2, 8, 10, 12, 14, 16, 18, 20, 22},
    5: {2, 8, 10, 12, 18, 20, 22}, 6: {2, 6, 8, 10, 12}, 7: {2, 10, 12}, 8: {2}, 9: {4, 10, 12}, 10: {10, 12},
    11: {2, 10, 12}, 12: {2, 4, 10, 12}, 13: {2, 28}, 14: {2, 10, 12}, 15: {2},
}


def record(data, log):
    magic, name, kinds = {
        "identity": (b"SPI1", "samplan/identity", IDENTITY_FIELDS),
        "governance": (b"SPG1", "samplan/governance", GOVERNANCE_FIELDS),
    }[log]
    r = Reader(data)
    need(r.take(4) == magic, "magic")
    kind, suite, zero = r.u8(), r.u8(), r.u16()
    need(kind in kinds and suite == 1 and zero == 0, "record head")
    out = {"kind": kind, "log": r.take(32), "seq": r.u64(), "prev": r.take(32), "signer": r.take(16), "wall_ms": r.u64()}
    body = r.take(r.u32())
    need((out["seq"] == 1) == (out["log"] == bytes(32)) == (out["prev"] == bytes(32)), "first record")
    out["body"] = fields(body, kinds[kind])
    need(set(out["body"]) == kinds[kind], "fields of kind %d" % kind)
    out["hash"] = digest(name.replace("identity", "identity-hash").replace("governance", "governance-hash") + "/1",
                         data[: r.at])
    out["label"] = name + "/1"
    out["signature"] = r.take(64)
    r.end("record")
    return out


def generation_wrap(data):
    r = Reader(data)
    size = r.u8()
    need(size in (16, 32), "recipient")
    return {"to": r.take(size), "generation": r.u32(), "sealed": r.rest()}


def key_wrap(data):
    r = Reader(data)
    return {"section": r.u16(), "participant": r.u16(), "generation": r.u32(), "sealed": r.rest()}


def wraps_hash(wraps):
    raw = [struct.pack("<HHI", w["section"], w["participant"], w["generation"]) + w["sealed"] for w in wraps]
    return digest("samplan/wraps/1", b"".join(struct.pack("<I", len(w)) + w for w in raw))


def rotation(data):
    r = Reader(data)
    out = {"section": r.u16(), "epoch": r.u32(), "commitment": r.take(32), "cut_seq": r.u64(), "cut_chain": r.take(32)}
    r.end("rotation")
    return out


def wrap_plain(data):
    """What a section's wrap seals: plan, section, principal and {epoch: key}."""
    r = Reader(data)
    need(r.take(4) == b"spw1", "wrap plaintext")
    plan, section, principal, keys = r.take(32), r.u16(), r.take(32), {}
    for _ in range(r.u32()):
        epoch = r.u32()
        keys[epoch] = r.take(32)
    r.end("wrap plaintext")
    return plan, section, principal, keys


# ---- envelopes ---------------------------------------------------------------------------------------------------

def envelope(data):
    r = Reader(data)
    need(r.take(4) == b"SPE1", "magic")
    out = {"kind": r.u8(), "suite": r.u8(), "flags": r.u16(), "plan": r.take(32), "section": r.u16()}
    need(out["kind"] in (1, 2, 3, 5) and out["suite"] == 1 and out["flags"] in (0, 2) and r.u16() == 0, "envelope head")
    out.update(epoch=r.u32(), author=r.take(16), author_seq=r.u64(), author_prev=r.take(32), gov_seq=r.u64(),
               gov_head=r.take(32), nonce=r.take(24))
    size = r.u32()
    need(16 <= size <= 1 << 20, "ciphertext size")
    out["header"] = data[: r.at]
    out["ciphertext"] = r.take(size)
    out["id"] = digest("samplan/envelope-id/1", data[: r.at])
    out["signature"] = r.take(64)
    r.end("envelope")
    return out


def padded_size(n):
    for bucket in (256, 512, 1024, 2048, 4096):
        if n <= bucket:
            return bucket
    exponent = n.bit_length() - 1
    mask = (1 << (exponent - exponent.bit_length())) - 1
    return (n + mask) & ~mask


def unpad(data):
    r = Reader(data)
    size = r.u32()
    need(padded_size(size + 4) == len(data), "padding is of another length")
    out = r.take(size)
    need(not any(r.rest()), "padding is not empty")
    return out


def unpack(data):
    """Content before sealing: 0 and the plaintext, or 1, its length and a zlib stream, whichever was shorter."""
    r = Reader(data)
    form = r.u8()
    need(form in (0, 1), "form of the content")
    if form == 0:
        return r.rest()
    size = r.u32()
    out = zlib.decompress(r.rest())
    need(len(out) == size, "length of the content")
    return out


def context(key):
    """Plan, section and epoch of a key; the keys of a plan's first record are made before it has an id."""
    return (bytes(32) if key["epoch"] == 1 else key["plan"]) + struct.pack("<HI", key["section"], key["epoch"])


def commitment(key):
    return digest("samplan/commit/1", context(key), b"\x01", key=key["secret"])


def content_key(key):
    return digest("samplan/enc/1", context(key), key=key["secret"])


# ---- frames ------------------------------------------------------------------------------------------------------

REQUEST = {2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30}
REQUEST_PLAN = {2, 4, 6, 8, 10, 12, 14, 16}
REPLY = {2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24}
REPLY_PLAN = {2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24}


def signed_record(data):
    r = Reader(data)
    out, wraps = r.take(r.u32()), []
    while r.more():
        wraps.append(key_wrap(r.take(r.u32())))
    return out, wraps


def request(data):
    r = Reader(data)
    need(r.take(4) == b"SPR1", "magic")
    out = {"device": r.take(16), "nonce": r.take(40)}
    out["raw_body"] = r.take(r.u32())
    out["signature"] = r.take(64)
    r.end("request")
    body = fields(out["raw_body"], REQUEST)
    need(number(body[2], 2) == 1 and len(body[4]) == 32 and len(body[6]) == 8 and len(body[10]) == 4, "request head")
    out.update(person=body[4], body=body, plans=[])
    for item in items(body.get(16, b"")):
        p = fields(item, REQUEST_PLAN)
        cursors, r = {}, Reader(p.get(8, b""))
        while r.more():
            section = r.u16()
            cursors[section] = r.varint()
        out["plans"].append({"plan": p[2], "sections": cursors, "gov": [signed_record(i) for i in items(p.get(10, b""))],
                             "envelopes": [envelope(i) for i in items(p.get(12, b""))]})
    out["boxes"] = [(i[:16], i[16:48], number(i[48:], 8)) for i in items(body.get(18, b""))]
    out["mail"] = [(i[:16], i[16:]) for i in items(body.get(20, b""))]
    out["drops"] = [(i[:32], i[32:64], i[64:]) for i in items(body.get(22, b""))]
    return out


def request_digest(frame, host):
    name = host.encode()
    return digest("samplan/request-hash/1", struct.pack("<H", len(name)), name, b"POST /v1/sync", frame["nonce"],
                  digest("samplan/request-body/1", frame["raw_body"]))


def results(value):
    r, out = Reader(value), []
    while r.more():
        out.append((r.take(32), r.u8(), r.varint()))
    return out


def receipt(data, plan):
    r = Reader(data)
    out = {"plan": plan, "generation": r.u64(), "gov_seq": r.u64(), "gov_head": r.take(32), "recv_ms": r.u64(),
           "signature": r.take(64), "sections": []}
    while r.more():
        out["sections"].append((r.u16(), r.u64(), r.take(32)))
    need([s[0] for s in out["sections"]] == sorted({s[0] for s in out["sections"]}), "sections ascend")
    parts = b"".join(struct.pack("<HQ", s, n) + chain for s, n, chain in out["sections"])
    out["digest"] = digest("samplan/receipt-hash/1", plan,
                           struct.pack("<QQ", out["generation"], out["gov_seq"]) + out["gov_head"],
                           struct.pack("<Q", out["recv_ms"]), parts)
    return out


def pull(data):
    r = Reader(data)
    section, more, seq, out = r.u16(), r.u8(), r.varint(), []
    need(more in (0, 1), "more")
    while r.more():
        own = r.u8()
        need(own in (0, 1), "own")
        out.append((seq, r.take(32) if own else envelope(r.take(r.u32()))))
        seq += 1
    return section, bool(more), out


def offer(data):
    """A snapshot to begin from: section, where it stands, its envelope and the attestations of others."""
    r = Reader(data)
    section, seq, out = r.u16(), r.varint(), [envelope(r.take(r.u32()))]
    need(seq > 0, "a snapshot stands somewhere")
    while r.more():
        out.append(envelope(r.take(r.u32())))
    return section, seq, out


def letter(data):
    r = Reader(data)
    return {"n": r.u64(), "box": r.take(16), "plan": r.take(32), "from": r.take(16), "to": r.take(32),
            "recv_ms": r.u64(), "body": r.rest()}


def reply(data):
    r = Reader(data)
    need(r.take(4) == b"SPA1", "magic")
    out = {"raw_body": r.take(r.u32()), "signature": r.take(64)}
    r.end("reply")
    body = fields(out["raw_body"], REPLY)
    need(number(body[2], 2) == 1 and len(body[4]) == 1 and len(body[10]) == 40, "reply head")
    out.update(body=body, plans=[], letters=[letter(i) for i in items(body.get(20, b""))],
               mail_results=results(body.get(22, b"")))
    for item in items(body.get(18, b"")):
        p = fields(item, REPLY_PLAN)
        gov = [(number(i[:8], 8),) + signed_record(i[8:]) for i in items(p.get(6, b""))]
        out["plans"].append({"plan": p[2], "status": number(p[4], 1), "gov": gov, "identity": items(p.get(8, b"")),
                             "results": results(p.get(14, b"")), "sections": [pull(i) for i in items(p.get(16, b""))],
                             "offers": [offer(i) for i in items(p.get(22, b""))],
                             "history": [pull(i) for i in items(p.get(24, b""))],
                             "receipt": receipt(p[18], p[2]) if 18 in p else None})
    return out


def reply_digest(frame, request_bytes):
    return digest("samplan/reply-hash/1", digest("samplan/request-bytes/1", request_bytes), frame["raw_body"])
