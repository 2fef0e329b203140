#!/usr/bin/env python3
"""Runs the given program, which plays a story between real cores and the real relay and writes every frame down, and
reads it all with the second implementation: from the devices' own secrets it finds all generation and section keys
itself, verifies every signature, opens every envelope, letter and access event, and finds the texts that were written.

usage: tests/decoder/check_transcript.py PROGRAM [ARGUMENT...]
"""
import os
import subprocess
import sys
import tempfile

import batch
from sodium import box_pair_of_seed, digest, open_box, verifies
from wire import Differs, items, need, record, reply, reply_digest, request, request_digest, unpack, wraps_hash
from world import World


def play(command):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "transcript")
        subprocess.run(command, env={**os.environ, "SAMPLAN_TRANSCRIPT": path}, check=True, stdout=subprocess.DEVNULL)
        with open(path, encoding="ascii") as lines:
            return [(word, bytes.fromhex(value)) for word, value in (line.split(" ") for line in map(str.strip, lines))]


class Reading:
    def __init__(self, lines):
        self.lines, self.world = lines, World()
        self.of = lambda word: [value for w, value in lines if w == word]
        self.texts, self.sections, self.invited, self.written = set(), {}, {}, {}
        for secret in self.of("device"):
            self.world.knows_secret(secret)

    def run(self):
        (server,), (host,) = self.of("server"), self.of("host")
        for secret in self.of("invitation"):
            box = digest("samplan/invite-box/1", secret)[:16]
            self.invited[box] = box_pair_of_seed(digest("samplan/invite-key/1", secret))[1]
        last = None
        for word, data in self.lines:
            if word == "request":
                last = data
                self.take_request(data, host.decode())
            elif word == "reply":
                self.take_reply(data, last, server)
        for text in self.of("text"):
            need(text.decode() in self.texts, "the text «%s»" % text.decode())
        self.world.counted("texts found", len(self.of("text")))

    def take_request(self, data, host):
        asked = request(data)
        for item in items(asked["body"].get(14, b"")):
            self.world.identity(item)
        self.world.signed_by(asked["device"], "samplan/request/1", request_digest(asked, host), asked["signature"])
        for _, sealed in asked["mail"]:
            self.letter(sealed)
        for plan, recipient, body in asked["drops"]:
            self.hand_over(recipient, body)
        for plan in asked["plans"]:
            for data, wraps in plan["gov"]:
                self.pushed_governance(data, wraps)
        self.world.counted("requests")

    def pushed_governance(self, data, wraps):
        # What becomes part of the log is told by replies; here only what binds the wraps to the record is checked.
        wanted = record(data, "governance")["body"].get(12)
        need(wanted is None or wraps_hash(wraps) == wanted, "hash of the wraps")
        self.world.counted("records pushed")

    def letter(self, sealed):
        opened = [p for p in (open_box(s, sealed) for s in self.invited.values()) if p is not None]
        if not opened:
            return  # to an invitation whose link was not written down
        name, principal, records = batch.join_letter(opened[0])
        need(name and self.world.identity(records[-1]) == principal, "a letter brings its sender's log")
        self.world.counted("letters opened")

    def hand_over(self, recipient, body):
        generation = int.from_bytes(body[:4], "little")
        plain = open_box(self.world.secrets[self.world.generations[recipient, generation]], body[4:])
        need(plain is not None, "a hand-over opens")
        self.world.counted("hand-overs opened")

    def take_reply(self, data, asked, server):
        answer = reply(data)
        need(verifies(server, "samplan/reply/1", reply_digest(answer, asked), answer["signature"]), "reply's signature")
        for plan in answer["plans"]:
            for item in plan["identity"]:
                self.world.identity(item)
            for _, data, wraps in plan["gov"]:
                self.world.governance(data, wraps, all_wraps=False)
            for section, _, pulled in plan["sections"] + plan["history"]:
                for seq, e in pulled:
                    self.take_envelope(plan["plan"], section, seq, e)
            for section, _, offered in plan["offers"]:
                for e in offered:
                    need(e["section"] == section, "an offer names its section")
                    self.world.content(e)
                self.world.counted("snapshots offered")
            self.take_receipt(plan, server)
        self.world.counted("replies")

    def take_envelope(self, plan, section, seq, e):
        known = self.sections.setdefault((plan, section), {})
        if isinstance(e, bytes):  # the device's own, by id
            need(known.get(seq, e) == e, "one envelope at a number")
            known[seq] = e
            return
        need(known.get(seq, e["id"]) == e["id"], "one envelope at a number")
        known[seq] = e["id"]
        plain = self.world.content(e)
        if e["kind"] == 1:
            for b in batch.batches(unpack(plain), e["author"]):
                self.texts.update(op["text"] for op in b["ops"] if "text" in op)
                for op in b["ops"]:
                    if "runs" in op:
                        self.write((plan, section, op["entity"], op["field"]), (e["author"], op["counter"]), op["runs"])
                self.world.counted("operations", len(b["ops"]))
        elif e["kind"] == 2:
            need(batch.snapshot(unpack(plain))["section"] == section, "a snapshot names its section")
            self.world.counted("snapshots")

    def write(self, field, name, runs):
        """An edit of a text. Nobody writes beside another in this story, so runs apply to the text as it is."""
        text, written = self.written.setdefault(field, ("", set()))
        if name in written:
            return
        for pos, gone, new in runs:
            text = text[:pos] + new + text[pos + gone:]
        self.written[field] = (text, written | {name})
        self.texts.add(text)

    def take_receipt(self, plan, server):
        receipt = plan["receipt"]
        if receipt is None:
            return
        need(verifies(server, "samplan/receipt/1", receipt["digest"], receipt["signature"]), "receipt's signature")
        for section, seq, chain in receipt["sections"]:
            known = self.sections.get((plan["plan"], section), {})
            if any(n not in known for n in range(1, seq + 1)):
                continue  # an author's own envelope that nobody has fetched yet
            running = digest("samplan/chain/1", plan["plan"], section.to_bytes(2, "little"))
            for n in range(1, seq + 1):
                running = digest("samplan/chain/1", running, known[n])
            need(running == chain, "the running hash of section %d at %d" % (section, seq))
            self.world.counted("running hashes compared")
        self.world.counted("receipts verified")


def main():
    reading = Reading(play(sys.argv[1:]))
    reading.run()
    count = reading.world.count
    print("as documented: " + ", ".join(f"{n} {what}" for what, n in count.items()))
    for what in ("envelopes opened", "key wraps opened", "generation wraps opened", "letters opened", "hand-overs opened",
                 "access events opened", "snapshots", "running hashes compared"):
        need(count.get(what, 0) > 0, "the story has " + what)


if __name__ == "__main__":
    try:
        main()
    except Differs as difference:
        sys.exit(f"differs: {difference}")
