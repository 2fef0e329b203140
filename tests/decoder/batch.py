"""What is inside an opened envelope: batches of operations, the head of a snapshot, access events, and the letters of
invitations and hand-overs. Layouts as in client-core/plan/batch.h, access_event.h, invitation.h and quarantine.h."""
from wire import Reader, fields, items, need

# kind: (entity, record kind, field, text, refs); kind 10 has two anchors before its refs, kind 11 what its author had
# seen and the runs of an edit
SHAPES = {
    1: (1, 1, 0, 0, 0), 2: (1, 0, 1, 1, 1), 3: (1, 0, 0, 0, 1), 4: (1, 0, 0, 0, 1), 5: (1, 0, 1, 1, 0),
    6: (1, 0, 1, 0, 1), 7: (0, 0, 0, 0, 1), 8: (0, 0, 0, 1, 1), 9: (0, 0, 0, 1, 0),
    10: (1, 0, 0, 0, 1), 11: (1, 0, 1, 0, 0), 12: (1, 0, 1, 0, 1),
}


def place(r, ids):
    n = r.varint()
    need(n < len(ids), "place in the list of ids")
    return ids[n]


def batch(data, author):
    r = Reader(data)
    need(r.u8() == 1, "batch version")
    flags = r.u8()
    need(flags <= 1, "batch flags")
    out = {"wall_ms": r.u64(), "on_behalf": r.take(32) if flags else None, "observed": {}, "ops": []}
    for _ in range(r.varint()):
        section, seq = r.u16(), r.varint()
        out["observed"][section] = (seq, r.take(16))
    out["governance"] = (r.varint(), r.take(16))
    devices = [author] + [r.take(16) for _ in range(r.varint())]
    entities = [r.take(16) for _ in range(r.varint())]
    counter, used = 0, (set([author]), set())
    for _ in range(r.varint()):
        kind, step = r.u8(), r.varint()
        need(kind in SHAPES and step > 0, "operation")
        counter += step
        has_entity, has_kind, has_field, has_text, has_refs = SHAPES[kind]
        op = {"kind": kind, "counter": counter}
        if has_entity:
            op["entity"] = place(r, entities)
            used[1].add(op["entity"])
        if has_kind:
            op["record_kind"] = r.varint()
        if has_field:
            op["field"] = r.varint()
        if kind == 10:
            anchors = r.u8()
            need(anchors <= 3, "anchors")
            for bit in (1, 2):
                if anchors & bit:
                    used[1].add(place(r, entities))
        if kind == 11:
            op["seen"] = r.varint()
            op["runs"] = [(r.varint(), r.varint(), r.take(r.varint()).decode("utf-8")) for _ in range(r.varint())]
            need(op["runs"] and all(gone or new for _, gone, new in op["runs"]), "runs change something")
        if has_text:
            op["text"] = r.take(r.varint()).decode("utf-8")
        if has_refs:
            op["refs"] = []
            for _ in range(r.varint()):
                device = place(r, devices)
                used[0].add(device)
                op["refs"].append((device, r.varint()))
            need(op["refs"] == sorted(set(op["refs"])), "refs ascend")
        out["ops"].append(op)
    r.end("batch")
    need(used == (set(devices), set(entities)), "every listed id is used")
    return out


def batches(plain, author):
    """The plaintext of a change envelope."""
    return [batch(one, author) for one in items(plain)]


def snapshot(plain):
    """Place and head of a snapshot: what it says of itself before its records."""
    r = Reader(plain)
    need(r.u8() == 1, "snapshot version")
    out = {"section": r.u16(), "upto": r.u64(), "chain": r.take(32)}
    r.take(r.u32())  # author tips
    need(r.take(4) == b"SPS1", "state")
    out.update(schema=r.u16(), of=r.u16(), last_seq=r.varint())
    need(out["of"] == out["section"], "a state names its section")
    counters = []
    for _ in range(r.varint()):
        counters.append(r.take(16))
        r.varint()
    need(counters == sorted(set(counters)), "devices ascend")
    return out


def access_boxes(ciphertext):
    """{principal: (generation, sealed)} of an access event."""
    r, out = Reader(ciphertext), {}
    for _ in range(r.u8()):
        principal, generation = r.take(32), r.u32()
        out[principal] = (generation, r.take(r.u32()))
    r.end("access event")
    return out


def access_event(plain):
    r = Reader(plain)
    need(r.take(4) == b"sae1", "access event")
    out = {"wall_ms": r.u64(), "for": r.take(32), "sections": [r.u16() for _ in range(r.u8())]}
    r.end("access event")
    return out


def join_letter(plain):
    f = fields(plain, {2, 4, 6})
    need(len(f[4]) == 32, "principal")
    return f[2].decode("utf-8"), f[4], items(f[6])
