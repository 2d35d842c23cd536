// The right to be on as a session, by its settings as the last reload left them.
#pragma once

#include <string>

namespace boost::asio::ssl {
class context;
}  // namespace boost::asio::ssl

namespace betex::fix {

class ClientCertificate;
class Connection;
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

}  // namespace betex::fix
