// The right to be on as a session, by its settings as the last reload left them.
#pragma once

#include <memory>
#include <string>
#include <utility>

namespace boost::asio::ssl {
class context;
}  // namespace boost::asio::ssl

namespace betex::fix {

class ClientCertificate;
class Connection;
class LogonQueue;
struct SessionCore;
struct SessionSettings;

// Who is there.
struct SessionPeer {
  const std::string& address;
  bool is_tls = false;
  const ClientCertificate& certificate;
};

// Lives as long as the connection.
[[nodiscard]] SessionPeer peer_of(const Connection& connection);

// Why a Logon is refused whatever password it shows, for the log; empty: its password decides,
// where one is asked for.
[[nodiscard]] std::string why_refused_unasked(const SessionSettings& settings,
                                              const SessionPeer& peer);

// Why a peer that has shown who it is may not be on; empty: it may. `username`: the one whose
// password it has shown; empty: none. A password that has changed since is no reason: who has shown
// the old one was right then. `tls`: what certificates are held against; null: the peer's was good
// at its handshake, and nothing has been reloaded since.
[[nodiscard]] std::string why_not_let_in(const SessionSettings& settings,
                                         const SessionPeer& peer,
                                         const std::string& username,
                                         boost::asio::ssl::context* tls);

// The right of one session's connections. Owned by its session's strand.
class SessionRight {
 public:
  // Both must outlive it.
  SessionRight(SessionCore& core, LogonQueue& logons) noexcept : core_{core}, logons_{logons} {}

  // That the session's connection has logged on as, as LogonCandidate::username.
  void set_username(std::string username) { username_ = std::move(username); }

  [[nodiscard]] const std::string& username() const noexcept { return username_; }

  // A reload's; null: as before.
  void set_tls(std::shared_ptr<boost::asio::ssl::context> tls);

  // Why the session's connection may not be on; empty: it may.
  [[nodiscard]] std::string why_not_let_in() const;

  // The settings are new. Who waits and may not be on any more is refused; who logs on is
  // disconnected; who is on is told by a Logout: true, and the session is to end.
  [[nodiscard]] bool is_taken_from_who_is_on();

 private:
  [[nodiscard]] std::string why_not_let_in(const Connection& connection,
                                           const std::string& username) const;

  SessionCore& core_;
  LogonQueue& logons_;
  std::string username_;
  std::shared_ptr<boost::asio::ssl::context> tls_;  // null: none was reloaded yet
};

}  // namespace betex::fix
