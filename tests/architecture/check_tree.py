"""Checks the source tree against rules.py: includes, forbidden words, headers and length of files.

    check_tree.py ROOT          prints one line for each violation; exit status 1 if there is any
"""
import os
import re
import sys

import rules

CODE = (".h", ".cpp")
TEXT = CODE + (".c", ".cmake", ".py", ".sh", ".ts", ".js", ".txt")
ROOMS = sorted(set(rules.MAY_INCLUDE) | rules.FREE_ROOMS, key=len, reverse=True)
UNFINISHED = re.compile(r"\b(" + "FIX" + "ME|TO" + "DO|XX" + r"X)\b")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]', re.M)
# Comments and literals, so that words in them are not taken for code. Raw strings first.
NOT_CODE = re.compile(r'R"([^(\s]*)\(.*?\)\1"|//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])*\'', re.S)


def room_of(path):
    if path.startswith("crypto/"):
        return "crypto/sign" if os.path.splitext(path)[0] in rules.CRYPTO_SIGN else "crypto/open"
    for room in ROOMS:
        if path.startswith(room + "/"):
            return room
    return None


def check_include(path, room, kind, target, exists):
    """Violations of one include line."""
    for header, allowed in rules.FOREIGN.items():
        if re.fullmatch(header, target):
            if room not in rules.FREE_ROOMS and not re.fullmatch(allowed, path):
                yield f"may not include {target}"
            return
    if kind == "<":
        if room_of(target):
            yield f"includes {target} with angle brackets; our own headers take quotes"
        return
    other = room_of(target)
    if room in rules.FREE_ROOMS and exists(path.rsplit("/", 1)[0] + "/" + target):
        return
    if other is None:
        yield f'"{target}" does not start with its room'
    elif not exists(target):
        yield f'"{target}" is not a file of the tree'
    elif room in rules.FREE_ROOMS or other == room:
        return
    elif other not in rules.MAY_INCLUDE[room] and target not in rules.OPEN_HEADERS.get(room, ()):
        yield f'"{target}": {room} must not know {other}'


def check_file(path, text, exists):
    """Yields the violations of one file; `path` is relative to the root, with slashes."""
    for match in UNFINISHED.finditer(text):
        yield f"unfinished: {match.group(0)}"
    if not path.endswith(CODE):
        return
    room = room_of(path)
    if room is None:
        yield "lies in no room"
        return
    if text.count("\n") > rules.LINES_MAX:
        yield f"has {text.count(chr(10))} lines; at most {rules.LINES_MAX}"
    if path.endswith(".h"):
        if "#pragma once" not in text:
            yield "has no #pragma once"
        if not text.startswith(("//", "/*")):
            yield "does not open by saying what it is for"
    for match in INCLUDE.finditer(text):
        yield from check_include(path, room, match.group(1), match.group(2), exists)
    if re.match(rules.SHARED, path) and not re.match(rules.HOSTS, path):
        code = NOT_CODE.sub(" ", text)
        for pattern, what in rules.FORBIDDEN_IN_SHARED.items():
            if re.search(pattern, code):
                yield f"a shared room that {what}"


def files_of(root):
    for folder, names, files in os.walk(root):
        names[:] = sorted(n for n in names if n not in ("build", "run", ".git", "node_modules", "__pycache__"))
        for name in sorted(files):
            if name.endswith(TEXT):
                yield os.path.relpath(os.path.join(folder, name), root).replace(os.sep, "/")


def violations(root):
    for path in files_of(root):
        with open(os.path.join(root, path), encoding="utf-8") as file:
            text = file.read()
        for what in check_file(path, text, lambda target: os.path.isfile(os.path.join(root, target))):
            yield f"{path}: {what}"


def main():
    root = sys.argv[1]
    found = list(violations(root))
    for line in found:
        print(line)
    count = sum(1 for path in files_of(root) if path.endswith(CODE))
    print(f"{count} source files checked, {len(found)} violations")
    if count == 0:
        print("nothing was checked")
        return 1
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
