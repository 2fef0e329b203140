#include "server/http_stats.h"

namespace samplan::server {
namespace {

void add(std::string& out, const char* name, const char* type, const HttpStats::Count& value) {
  out.append("# TYPE samplan_http_").append(name).append(" ").append(type);
  out.append("\nsamplan_http_").append(name).append(" ").append(std::to_string(value.load())).append("\n");
}

}  // namespace

std::uint64_t HttpStats::answers(int status) const {
  const auto index = static_cast<std::size_t>(status);
  return status >= 0 && index < answers_by_status.size() ? answers_by_status[index].load() : 0;
}

std::string HttpStats::prometheus() const {
  std::string out;
  add(out, "connections_accepted_total", "counter", connections_accepted);
  add(out, "connections_refused_total", "counter", connections_refused);
  add(out, "connections_shed_total", "counter", connections_shed);
  add(out, "connections_timed_out_total", "counter", connections_timed_out);
  add(out, "accept_errors_total", "counter", accept_errors);
  add(out, "connections_failed_total", "counter", connections_failed);
  add(out, "connections_open", "gauge", connections_open);
  add(out, "request_bytes_held", "gauge", request_bytes_held);
  add(out, "answer_bytes_held", "gauge", answer_bytes_held);
  add(out, "requests_at_work", "gauge", requests_at_work);
  out += "# TYPE samplan_http_answers_total counter\n";
  for (std::size_t status = 0; status < answers_by_status.size(); ++status) {
    const std::uint64_t count = answers_by_status[status].load();
    if (count == 0) continue;
    out += "samplan_http_answers_total{status=\"" + std::to_string(status) + "\"} " + std::to_string(count) +
           "\n";
  }
  return out;
}

}  // namespace samplan::server
