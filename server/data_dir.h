// The directory in which a server keeps its files: made for its user alone, and held by one server at a time.
#pragma once

#include <string>

#include "base/result.h"
#include "server/http_listener.h"

namespace samplan::server {

class DataDir {
 public:
  // Makes the directory (mode 0700, its parent must exist) if it is not there, and locks it until
  // destruction; the system also frees the lock of a killed process.
  //   errors  busy  another server holds it     not_allowed  others can get in, or we cannot
  //           invalid_argument  not a directory, or its parent is missing    not_saved  nothing can be
  //           written there
  static Result<DataDir> open(const std::string& path);

  const std::string& path() const { return path_; }

 private:
  std::string path_;
  Descriptor lock_;
};

}  // namespace samplan::server
