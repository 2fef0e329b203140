#include "client-core/native/sign_in.h"

#include <algorithm>

#include "base/limits.h"
#include "client-core/json/json_gate.h"
#include "client-core/native/http_transport.h"
#include "client-core/native/redirect_listener.h"
#include "crypto/base64.h"
#include "crypto/sha256.h"

namespace samplan::native {
namespace {

using nlohmann::json;

constexpr std::size_t provider_bytes_max = std::size_t{64} << 10;

Error odd_provider(const std::string& what) {
  return Error{Errc::bad_reply, "sign_in " + what,
               "Innloggingen hos organisasjonen svarte med noe Samplan ikke kan bruke. Spør driften."};
}
Error away(const Error& why) {
  return Error{why.code, "sign_in provider: " + why.where,
               "Får ikke kontakt med innloggingen hos organisasjonen."};
}

std::string random_text(Entropy& entropy) {
  std::array<std::uint8_t, 32> bytes{};
  entropy.fill(bytes.data(), bytes.size());
  return crypto::to_base64url(bytes);
}

// A code or a token goes over https, or stays on this machine.
// And it is shown and opened, so it is nothing but letters.
bool is_safe(const std::string& url) {
  if (std::any_of(url.begin(), url.end(), [](char c) { return c <= ' ' || c > '~'; })) return false;
  const auto is_here = vet_url(url);
  return is_here.ok() && (*is_here || url.substr(0, 8) == "https://");
}

std::string text_of(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

class SignIn {
 public:
  SignIn(Core& core, Transport& transport, Entropy& entropy, const Clock& clock)
      : core_(core), transport_(transport), entropy_(entropy), clock_(clock), provider_(provider_limits()) {}

  Result<Vouch> run(const SignInScreen& screen) {
    Context ctx = core_.context(clock_());
    VouchDialog dialog(ctx);
    SP_TRY(const Bytes settings, post(dialog.question()));
    SP_TRY(settings_, dialog.on_settings(ctx, settings));
    SP_OK(find_provider());
    SP_TRY(const std::string code, get_code(dialog.nonce(ctx), screen));
    SP_TRY(const std::string token, get_token(code));
    Context now = core_.context(clock_());
    SP_TRY(const Bytes request, dialog.request(now, token));
    SP_TRY(const Bytes outcome, post(request));
    return dialog.on_outcome(now, outcome);
  }

 private:
  static TransportLimits provider_limits() {
    TransportLimits limits;
    limits.reply_bytes_max = provider_bytes_max;
    limits.total_ms = 20'000;
    return limits;
  }

  Result<Bytes> post(ByteView request) { return post_vouch(transport_, core_.server_url(), request); }

  static Result<json> read(const Result<Transport::Reply>& reply, const char* what) {
    if (!reply.ok()) return away(reply.error());
    auto parsed = parse_json(ByteView(reply->body).text(), JsonBounds{provider_bytes_max, 8, 8192});
    if (!parsed.ok() || !parsed->is_object()) return odd_provider(what);
    if (reply->http_status != 200) {
      const std::string why = text_of(*parsed, "error").empty() ? "" : " error";
      return odd_provider(std::string(what) + " http " + std::to_string(reply->http_status) + why);
    }
    return parsed;
  }

  // Its addresses come from itself, under the name that our server vouches for.
  Status find_provider() {
    std::string issuer = settings_.issuer;
    if (!is_safe(issuer)) return odd_provider("issuer");
    while (!issuer.empty() && issuer.back() == '/') issuer.pop_back();
    SP_TRY(const json description,
           read(provider_.get(issuer + "/.well-known/openid-configuration"), "description"));
    authorize_url_ = text_of(description, "authorization_endpoint");
    token_url_ = text_of(description, "token_endpoint");
    if (text_of(description, "issuer") != settings_.issuer || !is_safe(authorize_url_) ||
        !is_safe(token_url_))
      return odd_provider("description");
    return {};
  }

  Result<std::string> get_code(const std::string& nonce, const SignInScreen& screen) {
    SP_TRY(RedirectListener listener, RedirectListener::open());
    redirect_ = listener.uri();
    verifier_ = random_text(entropy_);
    const std::string state = random_text(entropy_);
    const std::string challenge = crypto::to_base64url(crypto::sha256({ByteView::of(verifier_)}).view());
    std::string url = authorize_url_ + (authorize_url_.find('?') == std::string::npos ? "?" : "&");
    url += "response_type=code&client_id=" + url_encode(settings_.client_id) +
           "&redirect_uri=" + url_encode(redirect_) + "&scope=" + url_encode(settings_.scope) +
           "&state=" + state + "&nonce=" + nonce + "&code_challenge=" + challenge +
           "&code_challenge_method=S256";
    screen.show(url, settings_);
    SP_TRY(const RedirectAnswer answer, listener.wait(state, screen.wait_ms));
    // An answer that another provider was made to give is not for us (RFC 9207).
    if (!answer.issuer.empty() && answer.issuer != settings_.issuer) return odd_provider("redirect issuer");
    if (answer.code.empty())
      return Error{Errc::refused, "sign_in redirect",
                   "Innloggingen ble avbrutt eller avslått hos organisasjonen."};
    return answer.code;
  }

  Result<std::string> get_token(const std::string& code) {
    const std::string form = "grant_type=authorization_code&code=" + url_encode(code) +
                             "&redirect_uri=" + url_encode(redirect_) +
                             "&client_id=" + url_encode(settings_.client_id) + "&code_verifier=" + verifier_;
    SP_TRY(const json answer, read(provider_.post_form(token_url_, form), "token"));
    std::string token = text_of(answer, "id_token");
    if (token.empty() || token.size() > limits::id_token_bytes_max) return odd_provider("id_token");
    return token;
  }

  Core& core_;
  Transport& transport_;
  Entropy& entropy_;
  const Clock& clock_;
  HttpTransport provider_;
  VouchSettings settings_;
  std::string authorize_url_;
  std::string token_url_;
  std::string redirect_;
  std::string verifier_;
};

}  // namespace

Result<Vouch> run_sign_in(Core& core, Transport& transport, Entropy& entropy, const Clock& clock,
                          const SignInScreen& screen) {
  return SignIn(core, transport, entropy, clock).run(screen);
}

}  // namespace samplan::native
