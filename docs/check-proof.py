#!/usr/bin/env python3
"""Checks an audit log of Drawbridge with nothing of Drawbridge: RFC 6962, signed notes, openssl.

check-proof.py KEY PROOF          of one record, as "audit prove" writes it
check-proof.py KEY GROWTH OLD     as "audit consistency" writes it, and the older note
check-proof.py KEY FOLDER         every line of a log, and every checkpoint in its folder

KEY has lines NAME+HASH+BASE64, as "audit key" prints them.
"""
import base64, functools, gzip, hashlib, json, pathlib, subprocess, sys, tempfile


def need(holds, otherwise):
    if not holds:
        raise ValueError(otherwise)


def sha256(data): return hashlib.sha256(data).digest()
def leaf(line): return sha256(b"\x00" + line)                   # RFC 6962, 2.1
def node(left, right): return sha256(b"\x01" + left + right)
def split(n): return 1 << (n - 1).bit_length() - 1              # the largest power of two below n
def decoded(line): return base64.b64decode(line, validate=True)


def included(m, n, found, path):                                # 2.1.1: PATH(m, D[n]), from its end
    if n == 1:
        return found
    last, k = path.pop(), split(n)
    if m < k:
        return node(included(m, k, found, path), last)
    return node(last, included(m - k, n - k, found, path))


def grown(m, n, whole, old, path):                              # 2.1.2: SUBPROOF(m, D[n], b), from its end
    if m == n:
        both = old if whole else path.pop()
        return both, both
    last, k = path.pop(), split(n)
    if m <= k:
        then, now = grown(m, k, whole, old, path)
        return then, node(now, last)
    then, now = grown(m - k, n - k, False, old, path)
    return node(last, then), node(last, now)


def verified(note, keys, signature=True):
    """Size and root of a checkpoint (c2sp.org/signed-note, c2sp.org/tlog-checkpoint)."""
    text, signatures = note.split("\n\n", 1)
    origin, size, root = (text + "\n").split("\n")[:3]
    mine = [key.split("+", 2) for key in keys.split("\n") if key.startswith(origin + "+")]
    need(mine, "no key is that of " + origin)
    name, number, public = mine[0]
    signed = [decoded(line.split(" ")[2]) for line in signatures.split("\n") if line.startswith("— %s " % name)]
    signed = [one[4:] for one in signed if one[:4].hex() == number]
    need(signed, "not signed by the key of " + name)
    if signature:
        with tempfile.TemporaryDirectory() as folder:
            at = pathlib.Path(folder)
            (at / "key").write_bytes(bytes.fromhex("302a300506032b6570032100") + decoded(public)[1:])
            (at / "text").write_bytes((text + "\n").encode())
            (at / "signature").write_bytes(signed[0])
            openssl = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", "key",
                       "-rawin", "-in", "text", "-sigfile", "signature"]
            need(subprocess.run(openssl, cwd=at, capture_output=True).returncode == 0,
                 "openssl does not verify the signature")
    return int(size), decoded(root)


def proof(keys, text, older):
    head, note = text.split("\n\n", 1)
    size, root = verified(note, keys)
    head = head.split("\n")
    if head[0] == "c2sp.org/tlog-proof@v1":
        record, index = decoded(head[1].removeprefix("extra ")), int(head[2].removeprefix("index "))
        path = [decoded(line) for line in head[3:]]
        need(0 <= index < size, "there is no such record")
        need(included(index, size, leaf(record), path) == root and not path, "the record is not in the log")
        return "record %d of %d: %s" % (index + 1, size, record.decode())
    then, before = verified(older, keys)
    path = [decoded(line) for line in head[1:]]
    need(head[0] == "old %d" % then and 0 < then <= size, "the older note is another one")
    need(grown(then, size, True, before, path) == (before, root) and not path, "the log did not grow from there")
    return "the first %d of %d records are what they were" % (then, size)


def folder(keys, at):
    notes = []
    for file in sorted(at.glob("*.checkpoints")):
        parts = file.read_text("utf-8").split("\n\n")
        for i in range(0, len(parts) - 1, 2):                   # all must fit; the last of a file must be signed
            notes.append(verified("\n\n".join(parts[i:i + 2]), keys, i + 3 >= len(parts)))
    need(notes, "no checkpoint")
    sizes, roots = {size for size, _ in notes}, {}
    seq, peaks = None, []                                       # of whole subtrees: leaves, root
    for lines in sorted({file.name.split(".")[0] for file in [*at.glob("*.jsonl"), *at.glob("*.jsonl.gz")]}):
        plain = at / (lines + ".jsonl")
        with open(plain, "rb") if plain.exists() else gzip.open(at / (lines + ".jsonl.gz")) as stream:
            for line in stream:
                if not line.endswith(b"\n"):
                    break                                       # being written
                line = line[:-1]
                if seq is None:                                 # what retention removed is there as roots
                    seq = int(lines) - 1
                    counts = [1 << i for i in range(63, -1, -1) if seq >> i & 1]
                    peaks = list(zip(counts, map(decoded, json.loads(line).get("tree", [])), strict=True))
                seq += 1
                peaks.append((1, leaf(line)))
                while len(peaks) > 1 and peaks[-1][0] == peaks[-2][0]:
                    (count, right), (_, left) = peaks.pop(), peaks.pop()
                    peaks.append((2 * count, node(left, right)))
                if seq in sizes:
                    roots[seq] = functools.reduce(lambda right, left: node(left, right), [peak for _, peak in reversed(peaks)])
    for size, root in notes:
        need(roots.get(size) == root, "the first %d records are not what was signed" % size)
    return "%d records, %d checkpoints" % (seq, len(notes))


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    sys.stdout.reconfigure(encoding="utf-8")
    try:
        keys, what = pathlib.Path(sys.argv[1]).read_text("utf-8"), pathlib.Path(sys.argv[2])
        if what.is_dir():
            print(folder(keys, what))
        else:
            old = pathlib.Path(sys.argv[3]).read_text("utf-8") if len(sys.argv) == 4 else ""
            print(proof(keys, what.read_text("utf-8"), old))
    except (ValueError, LookupError, OSError, EOFError) as wrong:
        sys.exit("WRONG: %s" % wrong)
