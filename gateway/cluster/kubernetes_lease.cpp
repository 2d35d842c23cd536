#include "gateway/cluster/kubernetes_lease.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <exception>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include "gateway/cluster/store_connection.h"
#include "journal/quoted.h"

namespace betex::cluster {
namespace {

using journal::Fault;
using journal::WriterEpoch;
using nlohmann::json;
using std::chrono::nanoseconds;

constexpr int kTriesOfRenewal = 2;
constexpr std::size_t kMaxQuoted = 200;

// A day. No node is given more than a minute: what is above this nobody can have meant.
constexpr std::int64_t kLongestLeaseSeconds = 86'400;

StoreUrl url_of(const KubernetesServer& server) {
  std::optional<StoreUrl> url = parse_url(server.url);
  if (!url) {
    throw std::runtime_error{journal::in_quotes(server.url, kMaxQuoted) +
                             " is no address of Kubernetes' API server: write https://HOST or "
                             "https://HOST:PORT"};
  }
  return *std::move(url);
}

// Kubernetes' MicroTime, for people and tools: no decision depends on it.
std::string wall_clock_text() {
  const auto now =
      std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
  const auto second = std::chrono::floor<std::chrono::seconds>(now);
  const std::time_t time = std::chrono::system_clock::to_time_t(second);
  std::tm utc{};
  ::gmtime_r(&time, &utc);
  char text[32];
  std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &utc);
  return fmt::format("{}.{:06}Z", text, (now - second).count());
}

// The text at KEY of the object's part, empty where there is none.
std::string text_at(const json& object, std::string_view part, std::string_view key) {
  const auto of_part = object.find(std::string{part});
  if (of_part == object.end() || !of_part->is_object()) {
    return {};
  }
  const auto value = of_part->find(std::string{key});
  return value != of_part->end() && value->is_string() ? value->get<std::string>() : std::string{};
}

std::string annotation(const json& object, std::string_view key) {
  const auto metadata = object.find("metadata");
  return metadata == object.end() ? std::string{} : text_at(*metadata, "annotations", key);
}

std::string version_of(const json& object) {
  return text_at(object, "metadata", "resourceVersion");
}

std::string holder_of(const json& object) {
  return text_at(object, "spec", "holderIdentity");
}

std::int64_t number_of(const json& object, const std::string& key) {
  const auto spec = object.find("spec");
  if (spec == object.end() || !spec->is_object()) {
    return 0;
  }
  const auto value = spec->find(key);
  return value != spec->end() && value->is_number_integer() ? value->get<std::int64_t>() : 0;
}

// None: the annotation is no number of an epoch. 0 where there is no annotation.
std::optional<WriterEpoch> epoch_of(const json& object) {
  const std::string text = annotation(object, kEpochAnnotation);
  std::uint32_t epoch = 0;
  if (text.empty()) {
    return WriterEpoch{0};
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), epoch);
  if (error != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return WriterEpoch{epoch};
}

// How often the holder has changed, for people: begins anew where it is no such number.
std::int64_t transitions_above(const json& object) {
  const std::int64_t before = number_of(object, "leaseTransitions");
  return before >= 0 && before < std::numeric_limits<std::int32_t>::max() ? before + 1 : 0;
}

}  // namespace

KubernetesPlace parse_lease_name(std::string_view text) {
  const std::size_t slash = text.find('/');
  KubernetesPlace place{
      .name_space = std::string{text.substr(0, slash)},
      .name = slash == std::string_view::npos ? std::string{} : std::string{text.substr(slash + 1)},
      .node = {},
      .token_file = {}};
  const auto is_name = [](const std::string& name) {
    return !name.empty() &&
           name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-.") == std::string::npos;
  };
  if (!is_name(place.name_space) || !is_name(place.name)) {
    throw std::runtime_error{"\"" + std::string{text} +
                             "\" is not NAMESPACE/NAME of a Lease of Kubernetes"};
  }
  return place;
}

// The Lease object, as the API server has it.
class KubernetesAuthority::Objects {
 public:
  Objects(const KubernetesServer& server, KubernetesPlace place)
      : deadline_{server.deadline}, place_{std::move(place)} {
    const StoreUrl url = url_of(server);
    if (url.tls) {
      tls_ =
          std::make_unique<StoreTls>(StoreTlsFiles{.ca = server.ca, .certificate = {}, .key = {}});
    }
    connection_ = std::make_unique<StoreConnection>(url, tls_.get());
  }

  [[nodiscard]] const KubernetesPlace& place() const noexcept { return place_; }

  // None: there is no such Lease.
  [[nodiscard]] std::optional<json> read() {
    return ask({.method = Method::Get, .path = path(), .reads_only = true}, {404});
  }

  // None: somebody else has made one.
  [[nodiscard]] std::optional<json> create(const json& object) {
    return ask({.method = Method::Post, .path = folder(), .body = object.dump()}, {409});
  }

  // None: it is not the newest version any more, or is not there.
  [[nodiscard]] std::optional<json> replace(const json& object) {
    return ask({.method = Method::Put, .path = path(), .body = object.dump()}, {404, 409});
  }

  // As this node has put it last.
  [[nodiscard]] json& mine() noexcept { return mine_; }

  [[nodiscard]] bool is_mine(const json& object) const {
    return holder_of(object) == place_.node &&
           annotation(object, kTokenAnnotation) == annotation(mine_, kTokenAnnotation) &&
           annotation(object, kEpochAnnotation) == annotation(mine_, kEpochAnnotation);
  }

 private:
  using Method = StoreConnection::Method;

  [[nodiscard]] std::string folder() const {
    return "/apis/coordination.k8s.io/v1/namespaces/" + place_.name_space + "/leases";
  }

  [[nodiscard]] std::string path() const { return folder() + "/" + place_.name; }

  [[nodiscard]] std::string authorization() const {
    if (place_.token_file.empty()) {
      return {};
    }
    std::ifstream file{place_.token_file};
    std::string token{std::istreambuf_iterator<char>{file}, {}};
    token.erase(token.find_last_not_of(" \t\r\n") + 1);
    if (token.empty() || token.find_first_of("\r\n") != std::string::npos) {
      throw StoreUnknown{"the token in " + place_.token_file.string() + " cannot be read"};
    }
    return "Bearer " + token;
  }

  // Whatever the status is. Throws StoreUnknown, which says of whom.
  [[nodiscard]] StoreConnection::Answer call(const StoreConnection::Request& request) {
    const std::string& server = connection_->url().text;
    try {
      return connection_->call(request, std::chrono::steady_clock::now() + deadline_);
    } catch (const NotConnected& problem) {
      throw NotConnected{"no answer from " + server + ": " + problem.what()};
    } catch (const StoreUnknown& problem) {
      throw StoreUnknown{server + ": " + problem.what()};
    }
  }

  // None: the status is one of `no`.
  [[nodiscard]] std::optional<json> ask(StoreConnection::Request request,
                                        std::initializer_list<unsigned> no) {
    request.authorization = authorization();
    const StoreConnection::Answer response = call(request);
    if (std::ranges::find(no, response.status) != no.end()) {
      return std::nullopt;
    }
    json answer = json::parse(response.body, nullptr, false);
    const auto says = [&] {
      const auto message = answer.is_object() ? answer.find("message") : answer.end();
      return "the API server answers " + std::to_string(response.status) +
             (message != answer.end() && message->is_string()
                  ? ": " + message->template get<std::string>()
                  : std::string{});
    };
    const std::string lease = "the Lease " + place_.name_space + "/" + place_.name + ": ";
    switch (response.status) {
      case 200:
      case 201:
        if (!answer.is_object() || version_of(answer).empty()) {
          throw StoreUnknown{lease + "the API server has answered with no object"};
        }
        return answer;
      case 401:
        throw StoreRefused{
            StoreRefused::Why::Unauthorised,
            lease + says() + "; it does not take the token in " + place_.token_file.string()};
      case 403:
        throw StoreRefused{StoreRefused::Why::Unauthorised,
                           lease + says() +
                               "; let this service account get, create and update it (verbs get, "
                               "create, update of leases in coordination.k8s.io)"};
      case 400:
      case 404:
      case 409:
      case 422:
        throw StoreRefused{StoreRefused::Why::Other, lease + says()};
      default:
        throw StoreUnknown{lease + says()};
    }
  }

  const std::chrono::milliseconds deadline_;
  const KubernetesPlace place_;
  std::unique_ptr<StoreTls> tls_;  // null: the URL is plain
  std::unique_ptr<StoreConnection> connection_;
  json mine_ = json::object();
};

KubernetesAuthority::KubernetesAuthority(const KubernetesServer& server,
                                         KubernetesPlace place,
                                         const AuthoritySettings& settings,
                                         AuthorityCalls calls,
                                         const BootClock& clock)
    : ExternalAuthority{settings, std::move(calls), clock},
      objects_{std::make_unique<Objects>(server, std::move(place))} {}

KubernetesAuthority::~KubernetesAuthority() {
  end_renewals();
}

nanoseconds KubernetesAuthority::unchanged_since(const std::string& version) {
  if (seen_version_ != version) {
    seen_version_ = version;
    seen_at_ = now();
  }
  return seen_at_;
}

// A PUT or POST whose outcome is unknown is not asked for again: if it has happened after all, what
// is there then is somebody's like any other, and this node waits for its end.
std::optional<nanoseconds> KubernetesAuthority::try_take(WriterEpoch last_epoch,
                                                         std::string& why_not) {
  const KubernetesPlace& place = objects_->place();
  const std::optional<json> found = objects_->read();
  const std::string holder = found ? holder_of(*found) : std::string{};
  const nanoseconds since = unchanged_since(found ? version_of(*found) : std::string{});
  const std::int64_t duration = found ? number_of(*found, "leaseDurationSeconds") : 0;
  const bool given_back = found && holder.empty();
  if (!given_back && (duration < 0 || duration > kLongestLeaseSeconds)) {
    fail(Fault::BadConfiguration,
         "the Lease's leaseDurationSeconds is " + std::to_string(duration) +
             ", which no node has written");
  }
  const std::chrono::seconds ends_after =
      duration > 0 ? std::chrono::seconds{duration} : settings().ttl;
  if (!given_back && now() - since <= ends_after) {
    why_not = found ? "node " + holder + " has the lease" : "there is no Lease yet";
    return std::nullopt;
  }
  const std::optional<WriterEpoch> before = found ? epoch_of(*found) : WriterEpoch{0};
  if (!before) {
    fail(Fault::BadConfiguration,
         "the Lease's annotation " + std::string{kEpochAnnotation} + " is \"" +
             annotation(*found, kEpochAnnotation) + "\", which no node has written");
  }
  const Claim claim{.before = std::max(*before, last_epoch),
                    .epoch = next_above(*before, last_epoch),
                    .node_before = *before >= last_epoch ? holder : std::string{}};
  json object = found.value_or(json{{"apiVersion", "coordination.k8s.io/v1"}, {"kind", "Lease"}});
  const std::string time = wall_clock_text();
  json& metadata = object["metadata"];
  metadata["name"] = place.name;
  metadata["namespace"] = place.name_space;
  metadata["annotations"][std::string{kEpochAnnotation}] = std::to_string(claim.epoch.value());
  metadata["annotations"][std::string{kTokenAnnotation}] = make_token();
  json& spec = object["spec"];
  spec["holderIdentity"] = place.node;
  spec["leaseDurationSeconds"] = settings().ttl.count();
  spec["acquireTime"] = time;
  spec["renewTime"] = time;
  spec["leaseTransitions"] = found ? transitions_above(*found) : 0;
  const nanoseconds sent = now();
  std::optional<json> taken = found ? objects_->replace(object) : objects_->create(object);
  if (!taken) {
    why_not = "another node has taken the lease at this moment";
    return std::nullopt;
  }
  objects_->mine() = std::move(*taken);
  claim_ = claim;
  return sent + settings().ttl - settings().margin;
}

ExternalAuthority::Claim KubernetesAuthority::claim(WriterEpoch) {
  return claim_;
}

// It was raised when the lease was taken.
void KubernetesAuthority::grant(const Claim&) {}

ExternalAuthority::Answer KubernetesAuthority::ask_for_more() {
  try {
    for (int attempt = 0; attempt < kTriesOfRenewal; ++attempt) {
      json object = objects_->mine();
      object["spec"]["renewTime"] = wall_clock_text();
      const nanoseconds sent = now();
      if (std::optional<json> renewed = objects_->replace(object)) {
        objects_->mine() = std::move(*renewed);
        return {.renewal = Lease::Renewal::Renewed,
                .until = sent + settings().ttl - settings().margin};
      }
      // An earlier renewal whose answer was lost, or somebody's label: or another holder.
      std::optional<json> current = objects_->read();
      if (!current || !objects_->is_mine(*current)) {
        return {.renewal = Lease::Renewal::Lost, .until = {}};
      }
      objects_->mine() = std::move(*current);
    }
  } catch (const std::exception& error) {
    spdlog::warn("the lease is not renewed: {}", error.what());
  }
  return {};
}

void KubernetesAuthority::give_back() noexcept {
  try {
    json object = objects_->mine();
    object["spec"]["holderIdentity"] = "";
    object["spec"]["renewTime"] = wall_clock_text();
    if (!objects_->replace(object)) {
      spdlog::warn("the lease is not given back: it has changed meanwhile");
    }
  } catch (const std::exception& error) {
    spdlog::warn("the lease is not given back, a standby waits for its end: {}", error.what());
  }
}

}  // namespace betex::cluster
