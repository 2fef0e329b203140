// Bugs planted on purpose, to prove that the simulator finds them. SP_PLANTED(name) is the constant `false` in every
// ordinary build and leaves no code; only a build with SAMPLAN_PLANTED (the preset `sim`) can wake one by its name.
#pragma once

#ifdef SAMPLAN_PLANTED

namespace samplan::planted {

// The bug that is awake; empty: none. Set by the simulator only.
inline const char*& awake() {
  static const char* name = "";
  return name;
}

inline bool is_awake(const char* name) {
  const char* a = awake();
  while (*a != 0 && *a == *name) ++a, ++name;
  return *a == *name;
}

// While one lives, no bug is awake: the checkers look through the product's own eyes.
class Asleep {
 public:
  Asleep() : before_(awake()) { awake() = ""; }
  ~Asleep() { awake() = before_; }
  Asleep(const Asleep&) = delete;
  Asleep& operator=(const Asleep&) = delete;

 private:
  const char* before_;
};

}  // namespace samplan::planted

#define SP_PLANTED(name) (::samplan::planted::is_awake(#name))

#else

namespace samplan::planted {
class Asleep {
 public:
  Asleep() {}
  ~Asleep() {}
};
}  // namespace samplan::planted

#define SP_PLANTED(name) false

#endif
