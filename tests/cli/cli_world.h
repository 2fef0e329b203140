// A command line without a machine: words in, text and an exit code out. The desk behind it gives prepared
// answers and keeps what it was asked; nothing here opens a home, except where a test says so.
#pragma once

#include <catch2/catch.hpp>
#include <deque>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "cli/run.h"

namespace samplan::cli {

using nlohmann::json;

class PreparedDesk : public Desk {
 public:
  struct Book {
    std::map<std::string, json> answers;  // by the command's name
    std::vector<json> asked;
    Result<native::SyncReport> sync_result = native::SyncReport{};
    SyncWish wish;
    int syncs = 0;
    std::deque<json> adding;
    int meetings = 0;
    std::deque<json> calling;
    Result<bool> by_phone = true;
    int calls = 0;
    Result<ProofReport> proof = Error{Errc::offline, "test"};
    Result<Vouch> vouch = Error{Errc::not_found, "test", "Ingen bekrefter ansatte her."};
  };
  explicit PreparedDesk(Book& book) : book_(book) {}

  json call(const json& request) override {
    book_.asked.push_back(request);
    const auto found = book_.answers.find(request.is_object() ? request.value("do", "") : "");
    return found == book_.answers.end() ? json{{"ok", true}} : found->second;
  }
  Result<native::SyncReport> sync(const SyncWish& wish, const native::ProgressSink& progress) override {
    ++book_.syncs;
    book_.wish = wish;
    if (progress) progress({1, 2, 3, 0});
    return book_.sync_result;
  }
  // Each exchange brings the next of the prepared states.
  Result<bool> meet() override {
    ++book_.meetings;
    if (!book_.adding.empty()) {
      book_.answers["device_adding"] = book_.adding.front();
      book_.adding.pop_front();
    }
    return true;
  }
  Result<bool> meet_by_phone() override {
    ++book_.calls;
    if (!book_.calling.empty()) {
      book_.answers["phone_calling"] = book_.calling.front();
      book_.calling.pop_front();
    }
    return book_.by_phone;
  }
  Result<ProofReport> prove() override { return book_.proof; }
  Result<Vouch> sign_in(const native::SignInScreen& screen) override {
    VouchSettings settings;
    settings.organisation = "Lier kommune";
    settings.issuer = "https://login.lier.example";
    if (screen.show) screen.show(settings.issuer + "/auth?state=x", settings);
    return book_.vouch;
  }
  std::string server_url() const override { return "http://example.no"; }

 private:
  Book& book_;
};

// No network at all.
class NoNetwork : public Transport {
 public:
  Result<Reply> post(const std::string&, ByteView) override { return Error{Errc::offline, "test"}; }
  Result<Reply> get(const std::string&) override { return Error{Errc::offline, "test"}; }
};

class CliWorld {
 public:
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  std::map<std::string, std::string> environment{{"SAMPLAN_HOME", "/nowhere"}};
  std::deque<std::string> typed;  // answers to questions whose answer is not shown
  bool is_terminal = false;
  bool has_prepared_desk = true;
  PreparedDesk::Book book;
  NoNetwork no_network;
  Transport* transport = &no_network;
  UnixMs now = 1'795'341'240'000;  // 2026-11-22T09:54Z

  int run(const std::vector<std::string>& words) {
    out.str("");
    err.str("");
    Host host{
        {in, out, err, is_terminal, is_terminal, is_terminal, is_terminal ? std::size_t{80} : std::size_t{0},
         [this](const char* name) -> std::optional<std::string> {
           const auto found = environment.find(name);
           return found == environment.end() ? std::nullopt : std::optional<std::string>(found->second);
         },
         [this](const std::string&) -> Result<std::string> {
           if (typed.empty()) return Error{Errc::locked, "test"};
           std::string answer = typed.front();
           typed.pop_front();
           return answer;
         }},
        {[this] { return now; }, transport, {}, {crypto::kdf_for_tests}, {}},
        {}};
    if (has_prepared_desk)
      host.open_desk = [this]() -> Result<std::unique_ptr<Desk>> {
        return std::unique_ptr<Desk>(new PreparedDesk(book));
      };
    return cli::run(words, host);
  }

  // The last request of this command.
  json last(const std::string& name) const {
    for (auto it = book.asked.rbegin(); it != book.asked.rend(); ++it)
      if (it->value("do", "") == name) return *it;
    return nullptr;
  }
};

inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

inline std::string plan_hex() { return "3f2a91bc" + std::string(56, '0'); }
inline json one_plan() {
  return {{"ok", true},
          {"plans",
           {{{"plan", plan_hex()},
             {"title", "Individuell plan"},
             {"owner", "Aud Marie Solberg"},
             {"holding", "shared"},
             {"role", "provider"},
             {"consent", "given"},
             {"waiting", 2},
             {"intents", 0},
             {"conflicts", 1},
             {"proposals", 0}}}}};
}

}  // namespace samplan::cli
