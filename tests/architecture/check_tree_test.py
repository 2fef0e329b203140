"""Shows that check_tree.py can fail: every rule is broken once, and once kept."""
import unittest

import check_tree

HEADER = "// For a test.\n#pragma once\n"


def found(path, text):
    absent = ("base/absent.h",)
    return list(check_tree.check_file(path, text, lambda target: target not in absent))


class CheckTree(unittest.TestCase):
    def refused(self, path, text, word):
        result = found(path, text)
        self.assertTrue(any(word in line for line in result), f"{path} {text!r}: {result}")

    def accepted(self, path, text):
        self.assertEqual(found(path, text), [])

    def test_a_room_includes_only_to_its_left(self):
        self.accepted("sync/log/rights.cpp", '#include "sync/wire/record.h"\n')
        self.refused("sync/wire/record.cpp", '#include "sync/log/rights.h"\n', "must not know")
        self.refused("base/bytes.cpp", '#include "crypto/sign.h"\n', "must not know")
        self.refused("client-core/plan/goal.cpp", '#include "sync/session/session.h"\n', "must not know")
        self.refused("client-core/core.cpp", '#include "client-core/native/clock.h"\n', "must not know")
        self.refused("cli/main.cpp", '#include "sync/log/rights.h"\n', "must not know")
        self.accepted("tests/sync/log/rights_test.cpp", '#include "client-core/core.h"\n')

    def test_the_server_knows_nothing_that_opens(self):
        self.accepted("server/main.cpp", '#include "sync/relay/relay.h"\n#include "crypto/sign.h"\n')
        for target in ("crypto/aead.h", "crypto/box.h", "crypto/device_lock.h", "client-core/plan/goal.h",
                       "sync/merge/text.h", "client-core/core.h"):
            self.refused("server/main.cpp", f'#include "{target}"\n', "must not know")
        self.refused("sync/relay/relay.cpp", '#include "crypto/box.h"\n', "must not know")
        self.refused("crypto/sign.cpp", '#include "crypto/aead.h"\n', "must not know")

    def test_an_include_names_its_room_and_a_file_that_is_there(self):
        self.refused("sync/log/rights.cpp", '#include "rights.h"\n', "does not start")
        self.refused("sync/log/rights.cpp", '#include "../wire/record.h"\n', "does not start")
        self.refused("sync/log/rights.cpp", '#include "base/absent.h"\n', "is not a file")
        self.refused("sync/log/rights.cpp", "#include <base/bytes.h>\n", "angle brackets")
        self.accepted("tests/sync/log/rights_test.cpp", '#include "world.h"\n')

    def test_each_library_has_its_place(self):
        self.accepted("crypto/sign.cpp", "#include <sodium.h>\n")
        self.refused("crypto/sign.h", HEADER + "#include <sodium.h>\n", "may not include")
        self.refused("client-core/core.cpp", "#include <sodium.h>\n", "may not include")
        self.refused("client-core/native/http.cpp", "#include <httplib.h>\n", "may not include")
        self.refused("sync/relay/relay.cpp", "#include <sqlite3.h>\n", "may not include")
        self.refused("server/http_front.cpp", "#include <sqlite3.h>\n", "may not include")
        self.accepted("server/sqlite_store.cpp", "#include <sqlite3.h>\n")
        self.accepted("client-core/replica.cpp", "#include <sqlite3.h>\n")
        self.refused("sync/wire/record.cpp", "#include <nlohmann/json.hpp>\n", "may not include")
        self.refused("server/http_front.cpp", "#include <nlohmann/json.hpp>\n", "may not include")
        self.refused("client-core/core.cpp", "#include <curl/curl.h>\n", "may not include")

    def test_shared_rooms_have_no_clock_chance_thread_or_exception(self):
        for code in ("throw 1;", "try { f(); } ", "catch (...) {", "std::thread t;", "std::mutex m;",
                     "auto t = std::chrono::system_clock::now();", "std::random_device d;", "time(nullptr);",
                     "int x = rand();", 'getenv("HOME");', "std::ranges::sort(v);", "#include <ranges>",
                     "#include <format>", "#include <coroutine>", "std::bit_cast<int>(x);"):
            self.refused("sync/log/rights.cpp", code + "\n", "a shared room that")
        self.accepted("server/main.cpp", "try { f(); } catch (...) {}\nstd::thread t;\n")
        self.accepted("client-core/native/clock.cpp", "auto t = std::chrono::system_clock::now();\n")

    def test_words_in_comments_and_texts_are_not_code(self):
        self.accepted("sync/log/rights.cpp", '// We never throw, and try hard.\nauto s = "throw \\" try";\n')
        self.accepted("sync/log/rights.cpp", 'auto s = R"(throw " try)";\nchar c = \'"\';\nint n = 1\'000;\n')
        self.refused("sync/log/rights.cpp", "char c = '\"'; throw c; char d = '\"';\n", "a shared room that")

    def test_headers_say_what_they_are_for(self):
        self.accepted("base/bytes.h", HEADER)
        self.refused("base/bytes.h", "#pragma once\n", "what it is for")
        self.refused("base/bytes.h", "// For a test.\n", "pragma once")

    def test_unfinished_and_endless_files_are_refused(self):
        self.refused("cmake/Rooms.cmake", "# TO" + "DO later\n", "unfinished")
        self.refused("base/bytes.cpp", "// FIX" + "ME\n", "unfinished")
        self.refused("base/bytes.cpp", "\n" * 601, "lines")
        self.refused("misc/thing.cpp", "\n", "no room")


if __name__ == "__main__":
    unittest.main()
