// A value that changes with the numbers of a log, and what it was at each number.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

namespace samplan {

template <class T>
class Timeline {
 public:
  // `seq` is not below the last one given.
  void set(std::uint64_t seq, T value) {
    if (!spans_.empty() && spans_.back().first == seq) {
      spans_.back().second = std::move(value);
    } else {
      spans_.emplace_back(seq, std::move(value));
    }
  }
  // The value after record `seq` had been applied; nullptr before the first.
  const T* at(std::uint64_t seq) const {
    for (auto it = spans_.rbegin(); it != spans_.rend(); ++it)
      if (it->first <= seq) return &it->second;
    return nullptr;
  }
  const T* latest() const { return spans_.empty() ? nullptr : &spans_.back().second; }
  const std::vector<std::pair<std::uint64_t, T>>& spans() const { return spans_; }

 private:
  std::vector<std::pair<std::uint64_t, T>> spans_;
};

}  // namespace samplan
