// Who may connect, and how many. Before its logon a connection is a stranger's. It is let in only
// where some session's AllowFrom names its address, and such connections have a number of places of
// their own, half of which are for addresses that are known: a session names them one by one, or
// has logged on from there. So strangers who say nothing keep no client out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <utility>
#include <variant>
#include <vector>

#include "gateway/config/address_range.h"
#include "gateway/config/ip_address.h"

namespace betex::fix {

// Thread-safe. It lives as long as a place that it has given.
class Admission : public std::enable_shared_from_this<Admission> {
 public:
  struct Limits {
    std::size_t connections = 0;  // in all
    std::size_t per_address = 0;  // of an IPv6 address: of its /64
    std::size_t before_logon = 0;
  };

  enum class Refusal : std::uint8_t { NotFromThere, TooMany, TooManyFromThere, TooManyBeforeLogon };

  // A connection's, given back when it is destroyed at the latest. Owned by the connection.
  class Place {
   public:
    Place(Place&&) = default;
    Place& operator=(Place&&) = delete;
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    ~Place() { give_back(); }

    // The connection's session is known from now on, and so is its address.
    void logged_on();
    void give_back();

    [[nodiscard]] const gateway::IpAddress& address() const noexcept { return address_; }

    // Its address was known when it came.
    [[nodiscard]] bool known() const noexcept { return known_; }

   private:
    friend class Admission;

    Place(std::shared_ptr<Admission> admission, const gateway::IpAddress& address, bool known)
        : admission_{std::move(admission)}, address_{address}, known_{known} {}

    std::shared_ptr<Admission> admission_;  // null: given back
    gateway::IpAddress address_;
    bool known_;
    bool logged_on_ = false;
  };

  // For those who come from now on.
  void set_limits(const Limits& limits);

  // The AllowFrom of all sessions.
  void set_allowed(const std::vector<gateway::AddressRange>& ranges);

  [[nodiscard]] std::variant<Place, Refusal> admit(const gateway::IpAddress& address);

 private:
  [[nodiscard]] bool is_known(const gateway::IpAddress& address) const;
  void remember(const gateway::IpAddress& peer);
  void log_on(const Place& place);
  void leave(const Place& place);
  void leave_strangers(const Place& place);

  // Guarded by it:
  std::mutex mutex_;
  Limits limits_;
  std::vector<gateway::AddressRange> allowed_;  // each once
  std::map<gateway::IpAddress, std::size_t> by_peer_;
  std::size_t connections_ = 0;
  std::size_t before_logon_ = 0;
  std::size_t unknown_before_logon_ = 0;
  std::set<gateway::IpAddress> known_;           // peers from which a session has logged on
  std::deque<gateway::IpAddress> oldest_known_;  // the same, to forget the oldest
};

}  // namespace betex::fix
