#include "gateway/transport/connection.h"

#include <array>
#include <chrono>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/post.hpp>
#include <spdlog/spdlog.h>

#include "fix_spec/dialect.h"
#include "gateway/transport/other_protocol.h"
#include "gateway/wire/secret_fields.h"

namespace betex::fix {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

// Empty: a session may take it.
std::string_view why_no_logon(const FieldTable& first) {
  if (first.msg_type() != "A") {
    return "its first message is no Logon";
  }
  if (first.begin_string() != begin_string(FixVersion::Fixt11) &&
      first.begin_string() != begin_string(FixVersion::Fix44)) {
    return "a Logon of a version that we do not speak (BeginString)";
  }
  if (!first.msg_seq_num()) {
    return "a Logon without a MsgSeqNum from 1 to 999999999";
  }
  return {};
}

constexpr std::chrono::milliseconds kLookInterval{200};

}  // namespace

Connection::Connection(Stream stream, Admission::Place place, const Environment& environment)
    : stream_{std::move(stream)},
      environment_{environment},
      is_tls_{stream_.is_tls()},
      place_{std::move(place)},
      address_{place_.address().text()},
      deadline_{stream_.executor()},
      framer_{environment.limits.message_bytes},
      garbled_{environment.limits.garbled_messages} {
  environment_.metrics.connections.add();
}

void Connection::start() {
  error_code ignored;
  stream_.socket().set_option(asio::ip::tcp::no_delay{true}, ignored);
  asio::dispatch(stream_.executor(), [self = shared_from_this()] {
    self->deadline_.expires_after(self->environment_.limits.logon_deadline);
    self->deadline_.async_wait([self](const error_code& error) {
      if (!error && !self->closed_) {
        self->environment_.metrics.logon_deadlines.add();
        self->log_refusal(RefusalKind::NoLogonInTime, "no logon in time, closed");
        self->close_now();
      }
    });
    self->stream_.is_tls() ? self->wait_for_handshake() : self->read();
  });
}

void Connection::wait_for_handshake() {
  stream_.socket().async_wait(
      Stream::Socket::wait_read, [self = shared_from_this()](const error_code& error) {
        if (self->closed_) {
          return;
        }
        if (error) {
          return self->close_now();
        }
        self->environment_.handshakes.enter(
            {.address = self->place_.address(), .known = self->place_.known()},
            self->stream_.executor(),
            [self] { self->handshake_step(); });
      });
}

void Connection::handshake_step() {
  if (closed_ || (!std::exchange(heard_, true) && is_at_the_wrong_port(stream_.peek()))) {
    return;
  }
  const error_code error = stream_.handshake_step();
  if (error == asio::error::would_block) {
    return wait_for_handshake();
  }
  if (error) {
    environment_.metrics.handshakes_failed.add();
    log_refusal(RefusalKind::NoTls, "no TLS: " + error.message());
    return close_now();
  }
  certificate_ = stream_.certificate();
  heard_ = false;  // inside TLS nothing has come yet
  inside_tls_ = true;
  read();
}

// Closes then. Before the first byte of a protocol's own has been looked at.
bool Connection::is_at_the_wrong_port(std::string_view first_bytes) {
  const Protocol spoken = protocol_of(first_bytes);
  const bool handshaking = stream_.is_tls() && !inside_tls_;
  std::string what;
  if (spoken == Protocol::Http) {
    what = "speaks HTTP on a FIX port; probes and metrics are on [http] port";
  } else if (spoken == Protocol::Tls && !handshaking) {
    what = stream_.is_tls() ? "speaks TLS inside TLS; connect with TLS once"
                            : "speaks TLS on the plain FIX port; FIX over TLS is on [fix] tls_port";
  } else if (spoken == Protocol::Fix && handshaking) {
    what = "speaks plain FIX on the TLS port; connect with TLS, or to [fix] port";
  } else {
    return false;
  }
  environment_.metrics.connections_refused.add();
  log_refusal(RefusalKind::WrongPort, what + "; closed");
  close_now();
  return true;
}

void Connection::log_refusal(RefusalKind why, const std::string& what) {
  environment_.refusals.write(why, spdlog::level::warn, "connection from {}: {}", address_, what);
}

void Connection::read() {
  const auto room = framer_.prepare();
  reading_ = true;
  stream_.read_some(asio::buffer(room.data(), room.size()),
                    [self = shared_from_this(), room](const error_code& error, std::size_t size) {
                      self->reading_ = false;
                      if (self->closed_) {
                        return;
                      }
                      if (self->finishing_) {
                        return self->end_stream_when_idle();
                      }
                      error ? self->close_now() : self->on_read({room.data(), size});
                    });
}

void Connection::on_read(std::string_view bytes) {
  if (!std::exchange(heard_, true) && is_at_the_wrong_port(bytes)) {
    return;
  }
  framer_.commit(bytes.size());
  frames_.clear();
  for (;;) {
    const Framer::Result result = framer_.next();
    if (result.status == Framer::Status::Frame) {
      frames_.push_back(result.bytes);
    } else if (result.status == Framer::Status::Garbled) {
      environment_.metrics.messages_garbled.add();
      if (garbled_.add(std::chrono::steady_clock::now())) {
        return give_up_reading(RefusalKind::Garbled, "Too many garbled messages");
      }
    } else if (result.status == Framer::Status::Fatal) {
      return give_up_reading(RefusalKind::NotFix, "Not a FIX message, or one that is too long");
    } else {
      break;
    }
  }
  if (frames_.empty()) {
    read();
  } else if (user_) {
    user_->receive(*this, std::move(frames_));
  } else {
    identify();
  }
}

// What came before is taken. Who has logged on is told why by a Logout.
void Connection::give_up_reading(RefusalKind why, const std::string& what) {
  log_refusal(why, what + "; closed");
  if (!user_) {
    return close_now();
  }
  if (!frames_.empty()) {
    user_->receive(*this, std::move(frames_));
  }
  user_->unreadable(*this, what);
}

// Before the logon nobody is told why: whoever asks has not said who it is. What is no Logon in any
// session closes the connection at once, the rest is refused in its own time.
void Connection::identify() {
  const auto fields = std::make_unique<FieldTable>();
  fields->read(frames_.front(), environment_.limits.fields);
  if (const std::string_view why = why_no_logon(*fields); !why.empty()) {
    log_refusal(RefusalKind::UnknownSession, std::string{why} + ", closed");
    environment_.metrics.connections_refused.add();
    return close_now();
  }
  user_ = environment_.directory.find(*fields, address_);
  watch_while_it_waits();
  user_->logon(shared_from_this(), std::move(frames_));
}

// For what a Logon waits from now on is ours to do: the deadline stands still. A peer that gives up
// meanwhile, which nobody reads, has to be looked for.
void Connection::watch_while_it_waits() {
  deadline_.expires_after(kLookInterval);
  deadline_.async_wait([self = shared_from_this()](const error_code& error) {
    if (error || self->closed_) {
      return;
    }
    self->stream_.peer_has_ended() ? self->close_now() : self->watch_while_it_waits();
  });
}

void Connection::mask_secrets(std::string_view frame) {
  fix::mask_secrets(framer_.writable(frame));
}

void Connection::read_more() {
  asio::post(stream_.executor(), [self = shared_from_this()] {
    if (!self->closed_ && !self->finishing_) {
      self->read();
    }
  });
}

void Connection::write(std::shared_ptr<const OutboundBlock> block) {
  asio::dispatch(stream_.executor(),
                 [self = shared_from_this(), block = std::move(block)]() mutable {
                   self->to_write_.push(std::move(block));
                   self->write_some();
                 });
}

void Connection::drop_unwritten(std::function<void()> done) {
  asio::dispatch(stream_.executor(), [self = shared_from_this(), done = std::move(done)] {
    self->to_write_.drop();
    done();
  });
}

void Connection::write_some() {
  if (writing_ || closed_ || to_write_.empty()) {
    return;
  }
  writing_ = true;
  stream_.write_some(to_write_.gather(),
                     [self = shared_from_this()](const error_code& error, std::size_t size) {
                       self->writing_ = false;
                       if (self->closed_) {
                         return;
                       }
                       error ? self->close_now() : self->on_written(size);
                     });
}

void Connection::on_written(std::size_t size) {
  environment_.metrics.bytes_out.add(size);
  const WriteQueue::Progress progress = to_write_.written(size);
  if (progress.bytes != 0) {
    user_->written(*this, progress.bytes, progress.reports);
  }
  write_some();
  end_stream_when_idle();
}

void Connection::authenticated() {
  asio::dispatch(stream_.executor(), [self = shared_from_this()] {
    self->deadline_.cancel();
    self->place_.logged_on();
  });
}

void Connection::finish() {
  asio::dispatch(stream_.executor(), [self = shared_from_this()] {
    if (self->closed_ || self->finishing_) {
      return;
    }
    self->finishing_ = true;
    self->deadline_.expires_after(self->environment_.limits.close_grace);
    self->deadline_.async_wait([self](const error_code& error) {
      if (!error) {
        self->close_now();
      }
    });
    self->end_stream_when_idle();
  });
}

// Closing a socket that holds unread bytes resets the connection, and the peer would lose what it
// has not read yet: so the stream is ended, and whatever comes is thrown away until the peer ends
// it too, or the deadline comes.
void Connection::end_stream_when_idle() {
  if (!finishing_ || stream_ended_ || closed_ || writing_ || !to_write_.empty()) {
    return;
  }
  if (reading_) {
    return stream_.cancel();  // its handler comes back here
  }
  stream_ended_ = true;
  stream_.end_output([self = shared_from_this()](const error_code& error) {
    if (!self->closed_) {
      error ? self->close_now() : self->discard_until_end();
    }
  });
}

void Connection::discard_until_end() {
  const auto discarded = std::make_shared<std::array<char, 1024>>();
  stream_.socket().async_read_some(  // below TLS, which is over
      asio::buffer(*discarded),
      [self = shared_from_this(), discarded](const error_code& error, std::size_t) {
        if (self->closed_) {
          return;
        }
        error ? self->close_now() : self->discard_until_end();
      });
}

void Connection::close() {
  asio::dispatch(stream_.executor(), [self = shared_from_this()] { self->close_now(); });
}

void Connection::close_now() {
  if (std::exchange(closed_, true)) {
    return;
  }
  deadline_.cancel();
  stream_.close();
  to_write_.clear();
  environment_.metrics.connections.subtract();
  place_.give_back();
  if (const auto user = std::exchange(user_, nullptr)) {
    user->closed(*this);
  }
}

}  // namespace betex::fix
