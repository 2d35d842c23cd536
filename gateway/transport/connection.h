// One TCP connection: cuts frames, keeps limits, finds the session of the first Logon, and from
// then on carries frames to the session's strand and blocks to the socket. It knows neither FIX
// numbers nor states.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/steady_timer.hpp>

#include "gateway/transport/admission.h"
#include "gateway/transport/garbled_count.h"
#include "gateway/transport/outbound_block.h"
#include "gateway/transport/refusal_log.h"
#include "gateway/transport/stream.h"
#include "gateway/transport/thread_share.h"
#include "gateway/transport/transport_limits.h"
#include "gateway/transport/transport_metrics.h"
#include "gateway/transport/write_queue.h"
#include "gateway/wire/field_table.h"
#include "gateway/wire/framer.h"

namespace betex::fix {

class Connection;

// Whole frames, in order. They lie in their connection's buffer, until Connection::read_more().
using InboundFrames = std::vector<std::string_view>;

// The session that a connection belongs to. Called on the connection's strand; hands over to its
// own.
class ConnectionUser {
 public:
  virtual ~ConnectionUser() = default;

  // The first frame is a Logon for this session, with a number; nothing else of it is checked. May
  // end in Connection::close().
  virtual void logon(std::shared_ptr<Connection> connection, InboundFrames frames) = 0;

  // Comes only after a read_more().
  virtual void receive(Connection& connection, InboundFrames frames) = 0;

  // What comes can't be read any more, or is not worth it, and nothing more is read: for the peer,
  // and static in what it says. The user is to end the connection.
  virtual void unreadable(Connection& connection, std::string why) = 0;

  // `bytes` of what was written have left, and with them the last of `reports` reports.
  virtual void written(Connection& connection, std::size_t bytes, std::size_t reports) = 0;

  // The last call.
  virtual void closed(Connection& connection) = 0;
};

// Finds the session that a Logon is for. Thread-safe.
class SessionDirectory {
 public:
  virtual ~SessionDirectory() = default;

  // Never null: where it is no session's, or not from this address, it is whoever refuses it.
  [[nodiscard]] virtual std::shared_ptr<ConnectionUser> find(const FieldTable& logon,
                                                             const std::string& address) const = 0;
};

// Lives as long as an operation of its socket is under way or its session holds it. The public
// functions may be called on any thread.
class Connection final : public std::enable_shared_from_this<Connection> {
 public:
  // What all connections share; it outlives the I/O threads' run.
  struct Environment {
    const SessionDirectory& directory;
    const TransportLimits& limits;
    TransportMetrics& metrics;
    ThreadShare& handshakes;
    RefusalLog& refusals;
  };

  // `stream`'s socket must have a strand of its own as executor.
  Connection(Stream stream, Admission::Place place, const Environment& environment);

  void start();

  // ---- For the session

  // It has done with the last frames.
  void read_more();

  // Makes the passwords in one of them unreadable. Before read_more().
  void mask_secrets(std::string_view frame);

  void write(std::shared_ptr<const OutboundBlock> block);

  // What was given to write() and has not left is not wanted any more; a message of which a part
  // has left is finished. From `done` on, on the connection's strand, ConnectionUser::written()
  // tells of what was given later alone.
  void drop_unwritten(std::function<void()> done);

  // The peer is known: the logon deadline is met. What a logon waits for from now on is our own
  // work, and a slow disk of ours is no reason to turn a client away.
  void authenticated();

  // Ends the stream after what was written, so that the peer gets all of it.
  void finish();

  // At once.
  void close();

  // The peer's, for logs.
  [[nodiscard]] const std::string& address() const noexcept { return address_; }

  // What attempts to log on are counted by: the address, of IPv6 its /64.
  [[nodiscard]] std::string origin() const { return place_.address().peer().text(); }

  [[nodiscard]] bool is_tls() const noexcept { return is_tls_; }

  // The client's. Known when a session gets it.
  [[nodiscard]] const ClientCertificate& certificate() const noexcept { return certificate_; }

 private:
  void wait_for_handshake();
  void handshake_step();
  void read();
  void on_read(std::string_view bytes);
  [[nodiscard]] bool is_at_the_wrong_port(std::string_view first_bytes);
  void give_up_reading(RefusalKind why, const std::string& what);
  void identify();
  void watch_while_it_waits();
  void write_some();
  void on_written(std::size_t size);
  void end_stream_when_idle();
  void discard_until_end();
  void close_now();
  void log_refusal(RefusalKind why, const std::string& what);

  Stream stream_;
  const Environment& environment_;
  const bool is_tls_;
  Admission::Place place_;
  std::string address_;
  ClientCertificate certificate_;
  boost::asio::steady_timer deadline_;
  Framer framer_;
  GarbledCount garbled_;
  InboundFrames frames_;
  std::shared_ptr<ConnectionUser> user_;  // null: no Logon yet
  WriteQueue to_write_;
  bool heard_ = false;  // bytes have come; of TLS, then inside TLS
  bool inside_tls_ = false;
  bool reading_ = false;
  bool writing_ = false;
  bool finishing_ = false;  // nothing more is read or appended
  bool stream_ended_ = false;
  bool closed_ = false;
};

}  // namespace betex::fix
