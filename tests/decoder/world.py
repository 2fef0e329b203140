"""Everything that signed records say, put together: whose devices there are, which keys a reader comes to hold, and
what every envelope of a plan says. From records, wraps and the secrets of some devices alone."""
import struct

import batch
from sodium import box_public_key, digest, open_aead, open_box, verifies
from wire import (commitment, content_key, generation_wrap, items, need, number, record, rotation, unpad, wrap_plain,
                  wraps_hash)


class World:
    def __init__(self):
        self.logs = {}  # principal: (records, head)
        self.devices = {}  # device: (sign key, person)
        self.generations = {}  # (principal, number): public key
        self.secrets = {}  # X25519 public key: secret
        self.plans = {}  # plan: (count, head)
        self.participants = {}  # (plan, number): principal
        self.commitments = {}  # (plan, section, epoch): hash
        self.keys = {}  # (plan, section, epoch): key
        self.count = {}

    def counted(self, what, n=1):
        self.count[what] = self.count.get(what, 0) + n

    def knows_secret(self, secret):
        self.secrets[box_public_key(secret)] = secret

    def signed_by(self, device, label, hashed, signature):
        need(device in self.devices, "signer is not known")
        need(verifies(self.devices[device][0], label, hashed, signature), "signature of " + label)
        self.counted("signatures verified")

    # ---- identity ----

    def identity(self, data):
        r = record(data, "identity")
        f = r["body"]
        principal = r["hash"] if r["seq"] == 1 else r["log"]
        known = self.logs.get(principal, [])
        if r["seq"] <= len(known):
            need(known[r["seq"] - 1] == r["hash"], "one record at a number")
            return principal
        need(r["seq"] == len(known) + 1 and (r["seq"] == 1 or known[-1] == r["prev"]), "link of an identity log")
        if 2 in f:
            device = digest("samplan/device/1", f[2], f[4])[:16]
            self.devices[device] = (f[2], principal)
            if r["kind"] == 3:
                proof = digest("samplan/device-joins-hash/1", principal)
                need(verifies(f[2], "samplan/device-joins/1", proof, f[6]), "a device's proof")
            self.counted("devices")
        self.signed_by(r["signer"], r["label"], r["hash"], r["signature"])
        self.logs.setdefault(principal, known).append(r["hash"])
        if 14 in f:
            self.generations[principal, number(f[14], 4)] = f[16]
        for item in items(f[18]):
            self.take_generation(principal, f, generation_wrap(item), r["seq"] == 1)
        self.counted("identity records")
        return principal

    def take_generation(self, principal, body, wrap, first):
        if len(wrap["to"]) == 16:
            public = self.box_keys.get(wrap["to"])
        else:
            public = self.generations.get((wrap["to"], wrap["generation"]))
        if public not in self.secrets:
            return
        plain = open_box(self.secrets[public], wrap["sealed"])
        need(plain is not None and plain[:4] == b"spp1", "generation wrap opens")
        need(plain[4:36] == principal or (first and plain[4:36] == bytes(32)), "generation wrap names its principal")
        (count,) = struct.unpack_from("<I", plain, 36)
        need(len(plain) == 40 + 36 * count, "generation wrap's length")
        for i in range(count):
            (n,) = struct.unpack_from("<I", plain, 40 + 36 * i)
            secret = plain[44 + 36 * i : 76 + 36 * i]
            need(self.generations[principal, n] == box_public_key(secret), "a secret fits the key in the log")
            self.knows_secret(secret)
        self.counted("generation wraps opened")

    @property
    def box_keys(self):
        """Box keys of the devices whose secrets were given, by device id."""
        return {d: public for public in self.secrets for d, (sign, _) in self.devices.items()
                if digest("samplan/device/1", sign, public)[:16] == d}

    # ---- governance ----

    def governance(self, data, wraps, all_wraps=True):
        r = record(data, "governance")
        f = r["body"]
        plan = r["hash"] if r["seq"] == 1 else r["log"]
        known = self.plans.get(plan, [])
        if r["seq"] > len(known):
            need(r["seq"] == len(known) + 1 and (r["seq"] == 1 or known[-1] == r["prev"]), "link of a governance log")
            self.signed_by(r["signer"], r["label"], r["hash"], r["signature"])
            self.plans.setdefault(plan, known).append(r["hash"])
            self.counted("governance records")
            if r["kind"] in (1, 2):
                self.participants[plan, number(f[2], 2) if 2 in f else 1] = f[4][:32]
            for item in items(f.get(10, b"")):
                x = rotation(item)
                if x["epoch"]:
                    self.commitments[plan, x["section"], x["epoch"]] = x["commitment"]
        else:
            need(known[r["seq"] - 1] == r["hash"], "one record at a number")
        if 12 in f and all_wraps:
            need(wraps_hash(wraps) == f[12], "hash of the wraps")
        for wrap in wraps:
            self.take_wrap(plan, wrap, r["seq"] == 1)
        return plan

    def take_wrap(self, plan, wrap, first):
        principal = self.participants[plan, wrap["participant"]]
        public = self.generations.get((principal, wrap["generation"]))
        if public not in self.secrets:
            return
        plain = open_box(self.secrets[public], wrap["sealed"])
        need(plain is not None, "key wrap opens")
        named, section, to, keys = wrap_plain(plain)
        need(named in ((bytes(32), plan) if first else (plan,)), "key wrap names its plan")
        need((section, to) == (wrap["section"], principal), "key wrap names section and recipient")
        for epoch, secret in keys.items():
            key = {"plan": plan, "section": section, "epoch": epoch, "secret": secret}
            need(self.commitments[plan, section, epoch] == commitment(key), "a key is the one committed to")
            self.keys[plan, section, epoch] = key
        self.counted("key wraps opened")

    # ---- content ----

    def content(self, e):
        """Opens an envelope and gives what it says: a list of batches, a snapshot's head or an access event."""
        need(e["gov_head"] == self.plans[e["plan"]][e["gov_seq"] - 1], "the record that the author had verified")
        self.signed_by(e["author"], "samplan/envelope/1", e["id"], e["signature"])
        if e["kind"] == 3:
            return self.access_event(e)
        key = self.keys.get((e["plan"], e["section"], e["epoch"]))
        need(key is not None, "a key for section %d, epoch %d" % (e["section"], e["epoch"]))
        padded = open_aead(content_key(key), e["nonce"], e["header"], e["ciphertext"])
        need(padded is not None, "an envelope opens")
        # One changed bit of the header, which is associated data, and it does not.
        changed = bytes([e["header"][40] ^ 1])
        need(open_aead(content_key(key), e["nonce"], e["header"][:40] + changed + e["header"][41:], e["ciphertext"]) is None,
             "a changed header opens nothing")
        self.counted("envelopes opened")
        return unpad(padded)

    def access_event(self, e):
        need(e["section"] == 12 and e["nonce"] == bytes(24), "access event")
        for principal, (generation, sealed) in batch.access_boxes(e["ciphertext"]).items():
            public = self.generations.get((principal, generation))
            if public in self.secrets:
                plain = open_box(self.secrets[public], sealed)
                need(plain is not None, "an access event opens")
                self.counted("access events opened")
                batch.access_event(plain)
        return b""
