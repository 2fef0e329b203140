// W4 alone, for Node: samplan-text-bench FOLDER. The machine's own benchmark is main.cpp.
#include <cstdio>

#include "bench/text_traces.h"

int main(int argc, char** argv) {
  if (argc == 2 && samplan::bench::print_text_traces(argv[1])) return 0;
  std::fputs("usage: samplan-text-bench FOLDER of traces\n", stderr);
  return 2;
}
