#include "tests/sim/sim_disk.h"

#include <algorithm>

namespace samplan::sim {

std::map<std::string, SimDisk*>& all_disks();

namespace {

constexpr std::size_t sector_bytes = 512;

void put(Bytes& file, std::size_t at, ByteView bytes) {
  if (file.size() < at + bytes.size()) file.resize(at + bytes.size());
  std::copy(bytes.begin(), bytes.end(), file.begin() + static_cast<std::ptrdiff_t>(at));
}

void carry_out(Bytes& file, const Unsynced& write) {
  if (write.truncates) {
    file.resize(write.at);
  } else {
    put(file, write.at, write.bytes);
  }
}

}  // namespace

SimDisk::SimDisk() {
  static std::uint64_t made = 0;
  prefix_ = "/disk" + std::to_string(++made) + "/";
  all_disks()[prefix_] = this;
}

SimDisk::~SimDisk() { all_disks().erase(prefix_); }

SimFile* SimDisk::find(const std::string& path) {
  const auto it = files_.find(path);
  return it == files_.end() ? nullptr : &it->second;
}

SimDisk::Verdict SimDisk::before_write() {
  if (crashed_) return Verdict::dead;
  ++writes_;
  if (writes_left_ && *writes_left_ == 0) {
    crashed_ = true;
    return Verdict::dead;
  }
  if (writes_left_) --*writes_left_;
  return full_ ? Verdict::full : Verdict::good;
}

bool SimDisk::write(SimFile& file, std::size_t at, ByteView bytes) {
  put(file.now, at, bytes);
  file.unsynced.push_back({false, at, bytes.copy()});
  return true;
}

bool SimDisk::truncate(SimFile& file, std::size_t size) {
  file.now.resize(size);
  file.unsynced.push_back({true, size, {}});
  return true;
}

bool SimDisk::sync(SimFile& file) {
  if (crashed_) return false;
  for (const Unsynced& write : file.unsynced) carry_out(file.synced, write);
  file.unsynced.clear();
  return true;
}

void SimDisk::power_on(Luck& luck) {
  // 0: nothing unsynced arrived; 1: all of it did; otherwise each write by itself.
  const std::uint64_t mode = luck.below(4);
  for (auto& entry : files_) {
    SimFile& file = entry.second;
    for (Unsynced& write : file.unsynced) {
      const std::uint64_t fate = mode == 0 ? 0 : mode == 1 ? 1 : luck.below(3);
      if (fate == 0) continue;
      if (fate == 2 && !write.truncates)
        write.bytes.resize(std::min<std::size_t>(write.bytes.size(), luck.below(9) * sector_bytes));
      carry_out(file.synced, write);
    }
    file.unsynced.clear();
    file.now = file.synced;
  }
  crashed_ = false;
  writes_left_.reset();
}

SimDisk::Image SimDisk::image() const {
  Image out;
  for (const auto& entry : files_) out[entry.first.substr(prefix_.size())] = entry.second.now;
  if (key_file) out["key"] = *key_file;
  return out;
}

void SimDisk::restore(const Image& image) {
  files_.clear();
  key_file.reset();
  for (const auto& entry : image) {
    if (entry.first == "key") {
      key_file = entry.second;
    } else {
      files_[prefix_ + entry.first] = {entry.second, entry.second, {}};
    }
  }
}

bool SimDisk::write_key_file(ByteView bytes) {
  if (before_write() != Verdict::good) return false;
  key_file = bytes.copy();
  return true;
}

bool SimDisk::contains(std::string_view text) const {
  const auto holds = [&](const Bytes& bytes) {
    return ByteView(bytes).text().find(text) != std::string_view::npos;
  };
  return std::any_of(files_.begin(), files_.end(),
                     [&](const auto& f) { return holds(f.second.now) || holds(f.second.synced); });
}

}  // namespace samplan::sim
