"""The dependency rule of docs/architecture.md as data: which room may include which, and who may include what of others.

A room is a folder; the longest one that fits a file counts. `crypto` is two libraries and therefore two rooms: what
the server may have (`crypto/sign`) and what it may not (`crypto/open`).
"""

# File stems; everything else under crypto can open something.
CRYPTO_SIGN = {"crypto/sign", "crypto/secret", "crypto/sha256", "crypto/base64"}

# Tests and measurements may look at everything, and include from their own folder.
FREE_ROOMS = {"tests", "bench", "fuzz"}

SHARED_SYNC = {"base", "crypto/sign", "sync/wire"}

# room -> rooms it may include besides itself
MAY_INCLUDE = {
    "base": set(),
    "crypto/sign": {"base"},
    "crypto/open": {"base", "crypto/sign"},
    "sync/wire": {"base", "crypto/sign"},
    "sync/log": SHARED_SYNC,
    "sync/merge": {"base"},
    "sync/session": SHARED_SYNC | {"sync/log"},
    "sync/relay": SHARED_SYNC | {"sync/log"},
    "client-core/json": {"base"},
    "client-core/plan": {"base", "sync/merge"},
    "client-core/fhir": {"base", "client-core/json", "client-core/plan"},
    "client-core": {
        "base", "crypto/sign", "crypto/open", "sync/wire", "sync/log", "sync/merge", "sync/session",
        "client-core/json", "client-core/plan", "client-core/fhir",
    },
    "client-core/abi": {"base", "client-core", "client-core/json"},
    "client-core/native": {"base", "crypto/sign", "client-core", "client-core/json"},
    "client-core/wasm": {"base", "client-core", "client-core/abi", "client-core/json"},
    "server": {"base", "crypto/sign", "sync/wire", "sync/log", "sync/relay", "client-core/json", "server/oidc"},
    "server/oidc": {"base", "crypto/sign", "client-core/json"},
    "cli": {"base", "client-core", "client-core/json", "client-core/native"},
}

# Single headers that another room may include although the room as a whole is closed to it.
OPEN_HEADERS = {
    # The plan must know which section a field lies in and who may write there; nothing else of the logs.
    "client-core/plan": {"sync/log/sections.h", "sync/log/rights.h"},
}

# Header of others -> regular expression of the files that may include it.
FOREIGN = {
    r"sodium\.h|sodium/.*": r"crypto/[^/]*\.cpp|tests/sim/sodium_seed\.cpp",
    r"randombytes\.h": r"crypto/wasm_random\.h",
    r"emscripten.*": r"crypto/wasm_random\.h|client-core/wasm/.*",
    r"httplib\.h": r"server/.*",
    r"libpq-fe\.h": r"server/.*",
    r"sqlite3\.h": r"client-core/(replica|sqlite|wasm)(/|_|\.).*|server/.*(store|sqlite).*|tests/sim/.*",
    r"curl/.*": r"client-core/native/.*|server/oidc/.*",
    r"cjose/.*": r"server/oidc/.*|tests/server/.*",
    r"zlib\.h": r"client-core/pack\.cpp",
    r"qrencode\.h": r"client-core/qr\.cpp",
    r"utf8proc\.h": r"sync/merge/text/unicode\.cpp",
    r"nlohmann/.*": r"client-core/.*|cli/.*|server/(config|admin)[^/]*|server/oidc/.*",
    r"catch2/.*": r"tests/.*",
}

# Shared rooms run on phones and in the simulator: no clock, no random source, no thread, nothing that throws, and
# nothing that Emscripten's library lacks. The hosts under client-core are exempt.
SHARED = r"(base|crypto|sync|client-core)/"
HOSTS = r"client-core/(native|wasm)/"
FORBIDDEN_IN_SHARED = {
    r"\bthrow\b": "throws",
    r"\btry\b": "catches",
    r"\bcatch\s*\(": "catches",
    r"\bstd::(this_thread|jthread|thread|async|mutex|condition_variable)\b": "uses threads",
    r"\b(system_clock|steady_clock|high_resolution_clock)\b": "reads a clock",
    r"\bgettimeofday\b|\bclock_gettime\b|\btime\(\s*(0|NULL|nullptr)\s*\)": "reads a clock",
    r"\b(random_device|mt19937(_64)?|s?rand\s*\()": "makes its own randomness",
    r"\bgetenv\s*\(": "reads the environment",
    r"\bstd::(ranges|views|format|bit_cast|source_location)\b": "uses what Emscripten's library lacks",
    r"#\s*include\s*<(ranges|format|coroutine|source_location|thread|mutex|future|random|syncstream|memory_resource)>":
        "includes what a shared room must not have",
}

LINES_MAX = 600
