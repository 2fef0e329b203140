#!/usr/bin/env python3
"""Reads the golden vectors with a second, tiny implementation: layouts, hashes, links, wraps, receipts' framing and key
commitments, from docs/protocol.md alone. Signatures and ciphertexts are left to the tests: Python's library has neither
Ed25519 nor XChaCha20. Prints what it checked; exit status 1 at the first difference.

usage: tests/vectors/check.py
"""
import hashlib
import pathlib
import struct
import sys

HERE = pathlib.Path(__file__).parent


def load(name):
    out = {}
    for line in (HERE / name).read_text().splitlines():
        if " = " in line and not line.startswith("#"):
            key, value = line.split(" = ")
            out[key] = bytes.fromhex(value)
    return out


def digest(label, *parts, key=b""):
    return hashlib.blake2b(label.encode() + b"\0" + b"".join(parts), digest_size=32, key=key).digest()


def need(condition, what):
    if not condition:
        sys.exit("differs: " + what)


def fields(body):
    out, at, last = {}, 0, -1
    while at < len(body):
        tag, size = struct.unpack_from("<BI", body, at)
        need(tag > last, "tags ascend")
        last = tag
        out[tag] = body[at + 5 : at + 5 + size]
        need(len(out[tag]) == size, "field length")
        at += 5 + size
    return out


def items(value):
    out, at = [], 0
    while at < len(value):
        (size,) = struct.unpack_from("<I", value, at)
        out.append(value[at + 4 : at + 4 + size])
        at += 4 + size
    return out


def record(data, magic, label):
    need(data[:4] == magic and data[5] == 1 and data[6:8] == b"\0\0", "record frame")
    (seq,) = struct.unpack_from("<Q", data, 40)
    (size,) = struct.unpack_from("<I", data, 104)
    need(len(data) == 108 + size + 64, "record length")
    return {
        "kind": data[4], "log": data[8:40], "seq": seq, "prev": data[48:80], "signer": data[80:96],
        "body": fields(data[108 : 108 + size]), "hash": digest(label, data[: 108 + size]),
    }


def check_identity():
    heads = {}
    for name, data in load("identity.txt").items():
        r = record(data, b"SPI1", "samplan/identity-hash/1")
        if r["seq"] == 1:
            need(r["log"] == bytes(32) and r["prev"] == bytes(32), name)
            heads[r["hash"]] = r["hash"]
            if r["kind"] == 1:
                device = digest("samplan/device/1", r["body"][2], r["body"][4])[:16]
                need(device == r["signer"], name + ": device id")
        else:
            need(heads[r["log"]] == r["prev"], name + ": link")
            heads[r["log"]] = r["hash"]
        for wrap in items(r["body"][18]):
            need(wrap[0] in (16, 32), name + ": recipient")
    return len(heads)


def check_governance():
    vectors = load("governance.txt")
    plan, head, count, commitments = None, bytes(32), 0, {}
    for name, data in vectors.items():
        if ".wrap" in name:
            continue
        r = record(data, b"SPG1", "samplan/governance-hash/1")
        count += 1
        need(r["seq"] == count and r["prev"] == head, name + ": link")
        need(r["log"] == (plan or bytes(32)), name + ": plan")
        head = r["hash"]
        plan = plan or head
        wraps = [v for k, v in vectors.items() if k.startswith(name + ".wrap")]
        if 12 in r["body"]:
            joined = b"".join(struct.pack("<I", len(w)) + w for w in wraps)
            need(digest("samplan/wraps/1", joined) == r["body"][12], name + ": wraps hash")
            for item in items(r["body"][10]):
                section, epoch = struct.unpack_from("<HI", item, 0)
                commitments[section, epoch] = item[6:38]
        else:
            need(not wraps, name + ": wraps")
    return plan, head, count, commitments


def check_envelopes(plan, head, count, commitments):
    vectors = load("envelope.txt")
    chain = digest("samplan/chain/1", plan, struct.pack("<H", 1))
    need(chain == vectors["chain.0"], "chain.0")
    previous = {}
    for n, name in enumerate(["change.first", "change.second", "snapshot"], 1):
        data = vectors[name]
        (size,) = struct.unpack_from("<I", data, 168)
        need(data[:4] == b"SPE1" and len(data) == 172 + size + 64, name)
        section, zero, epoch = struct.unpack_from("<HHI", data, 40)
        need((data[8:40], section, zero) == (plan, 1, 0), name + ": place")
        need(struct.unpack_from("<Q", data, 104)[0] == count and data[112:144] == head, name + ": governance head")
        identity = digest("samplan/envelope-id/1", data[: 172 + size])
        author = data[48:64]
        need(data[72:104] == previous.get(author, bytes(32)), name + ": author_prev")
        previous[author] = identity
        chain = digest("samplan/chain/1", chain, identity)
        need(chain == vectors["chain.%d" % n], "chain.%d" % n)
    context = plan + struct.pack("<HIB", 1, epoch, 1)
    commitment = digest("samplan/commit/1", context, key=vectors["section_key"])
    need(commitment == vectors["section_key.commitment"] == commitments[1, epoch], "commitment")
    return chain


def check_exchange(plan, chain):
    vectors = load("sync.txt")
    request, reply = vectors["request"], vectors["reply"]
    (size,) = struct.unpack_from("<I", request, 60)
    need(request[:4] == b"SPR1" and len(request) == 64 + size + 64, "request frame")
    pushed = fields(items(fields(request[64 : 64 + size])[16])[0])
    need(pushed[2] == plan, "request plan")
    (size,) = struct.unpack_from("<I", reply, 4)
    need(reply[:4] == b"SPA1" and len(reply) == 8 + size + 64, "reply frame")
    receipt = fields(items(fields(reply[8 : 8 + size])[18])[0])[18]
    section, seq = struct.unpack_from("<HQ", receipt, 8 + 8 + 32 + 8 + 64)
    need((section, seq, receipt[-32:]) == (1, 3, chain), "receipt")


def main():
    logs = check_identity()
    plan, head, count, commitments = check_governance()
    chain = check_envelopes(plan, head, count, commitments)
    check_exchange(plan, chain)
    print(f"{logs} identity logs, {count} governance records, 3 envelopes, 1 request, 1 reply: as documented")


main()
