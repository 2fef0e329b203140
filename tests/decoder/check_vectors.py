#!/usr/bin/env python3
"""Reads the frozen vectors of tests/vectors with a second implementation that shares no code with ours: every layout,
hash, link, signature, commitment and receipt, every ciphertext opened. Exit status 1 at the first difference.

usage: tests/decoder/check_vectors.py
"""
import pathlib
import struct
import sys

from sodium import digest, open_box, verifies
from wire import (Differs, commitment, envelope, key_wrap, need, reply, reply_digest, request, request_digest,
                  wrap_plain)
from world import World

VECTORS = pathlib.Path(__file__).resolve().parent.parent / "vectors"


def load(name):
    out = {}
    for line in (VECTORS / name).read_text().splitlines():
        if " = " in line and not line.startswith("#"):
            key, value = line.split(" = ")
            out[key] = bytes.fromhex(value)
    return out


def check_logs(world):
    identity, governance = load("identity.txt"), load("governance.txt")
    for name, data in identity.items():
        try:
            world.identity(data)
        except Differs as e:
            raise Differs(f"{name}: {e}") from None
    plan = None
    for name, data in governance.items():
        if ".wrap" in name:
            continue
        # The boxes in this file are filler of the right length: bound by the hash, opened by nobody.
        wraps = [key_wrap(v) for k, v in governance.items() if k.startswith(name + ".wrap")]
        try:
            plan = world.governance(data, wraps)
        except Differs as e:
            raise Differs(f"{name}: {e}") from None
    return plan


def check_sealed(world, plan):
    v = load("sealed.txt")
    plain = open_box(v["recipient_secret"], v["sealed"])
    need(plain == v["plaintext"], "sealed wrap opens to its plaintext")
    named, section, principal, keys = wrap_plain(plain)
    need(named == plan and principal in world.logs, "sealed wrap names plan and person")
    for i in range(len(v["sealed"])):
        changed = bytearray(v["sealed"])
        changed[i] ^= 1
        need(open_box(v["recipient_secret"], bytes(changed)) is None, "a changed box opens nothing")
    for epoch, secret in keys.items():
        key = {"plan": plan, "section": section, "epoch": epoch, "secret": secret}
        need(world.commitments[plan, section, epoch] == commitment(key), "sealed key is the one committed to")
        world.keys[plan, section, epoch] = key
    world.counted("key wraps opened")


def check_envelopes(world, plan):
    v = load("envelope.txt")
    chain = digest("samplan/chain/1", plan, struct.pack("<H", 1))
    need(chain == v["chain.0"], "chain.0")
    tips = {}
    for n, name in enumerate(["change.first", "change.second", "snapshot"], 1):
        e = envelope(v[name])
        need(e["plan"] == plan and e["section"] == 1, name + ": place")
        need((e["author_seq"], e["author_prev"]) == tips.get(e["author"], (1, bytes(32))), name + ": author chain")
        tips[e["author"]] = (e["author_seq"] + 1, e["id"])
        need(world.keys[plan, 1, e["epoch"]]["secret"] == v["section_key"], "section_key is the sealed one")
        need(world.content(e) == v["plaintext"], name + ": plaintext")
        chain = digest("samplan/chain/1", chain, e["id"])
        need(chain == v["chain.%d" % n], "chain.%d" % n)
    need(world.commitments[plan, 1, 4] == v["section_key.commitment"], "commitment")
    return chain


def check_exchange(world, plan, chain):
    v = load("sync.txt")
    asked, answer = request(v["request"]), reply(v["reply"])
    hashed = request_digest(asked, "plan.example.no")
    world.signed_by(asked["device"], "samplan/request/1", hashed, asked["signature"])
    need(not verifies(world.devices[asked["device"]][0], "samplan/request/1", request_digest(asked, "other.example"),
                      asked["signature"]), "a request is good for one server")
    need(world.devices[asked["device"]][1] == asked["person"], "the device is the person's")
    need(verifies(v["server_key"], "samplan/reply/1", reply_digest(answer, v["request"]), answer["signature"]), "reply")
    need(not verifies(v["server_key"], "samplan/reply/1", reply_digest(answer, v["request"] + b"x"), answer["signature"]),
         "a reply is good for one request")
    (told,) = answer["plans"]
    (record_, wraps) = asked["plans"][0]["gov"][0]
    world.governance(record_, wraps)
    for recv_ms, data, some in told["gov"]:
        need(recv_ms > 0, "time of receipt")
        world.governance(data, some, all_wraps=False)
    for data in told["identity"]:
        world.identity(data)
    (section, more, pulled) = told["sections"][0]
    need((section, more, [n for n, _ in pulled]) == (1, False, [2, 3]), "pull")
    need(pulled[0][1] == asked["plans"][0]["envelopes"][0]["id"] == told["results"][0][0], "own envelope as id")
    world.content(pulled[1][1])
    receipt = told["receipt"]
    need(verifies(v["server_key"], "samplan/receipt/1", receipt["digest"], receipt["signature"]), "receipt")
    need(receipt["sections"] == [(1, 3, chain)], "receipt's place")
    world.counted("signatures verified", 2)


def main():
    world = World()
    plan = check_logs(world)
    check_sealed(world, plan)
    check_exchange(world, plan, check_envelopes(world, plan))
    print("as documented: " + ", ".join(f"{n} {what}" for what, n in world.count.items()))


if __name__ == "__main__":
    try:
        main()
    except Differs as difference:
        sys.exit(f"differs: {difference}")
