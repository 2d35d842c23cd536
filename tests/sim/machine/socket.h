// A TCP socket of IPv4, as the kernel's calls and its peer see it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/sim/machine/clocks.h"
#include "tests/sim/machine/open_file.h"

namespace betex::sim {

class Wire;

struct Address {
  std::uint32_t ip = 0;  // in the machine's byte order; 0: any
  std::uint16_t port = 0;

  friend bool operator==(const Address&, const Address&) = default;
};

// Owned by its descriptor, or by the queue of the listening socket that has not given it away yet;
// by its peer as long as that has one, since what arrives at a closed socket is answered, too.
class Socket final : public OpenFile, public std::enable_shared_from_this<Socket> {
 public:
  enum class State : std::uint8_t {
    Fresh,
    Listening,
    Connecting,
    Connected,  // also where one of the two sides has ended
    Over,       // refused or reset
    Closed,     // no descriptor is left
  };

  Socket(int process, Wire& wire) : OpenFile{process}, wire_{wire} {}

  [[nodiscard]] State state() const noexcept { return state_; }

  [[nodiscard]] bool is_connected() const noexcept { return state_ == State::Connected; }

  [[nodiscard]] const Address& local() const noexcept { return local_; }

  [[nodiscard]] const Address& remote() const noexcept { return remote_; }

  [[nodiscard]] std::uint8_t tcp_state() const noexcept;  // as TCP_INFO gives it

  // ---- Calls. Results as the kernel's; -EAGAIN where one would wait.
  int bind(const Address& address);
  int listen(int backlog);
  int connect(const Address& address);  // -EINPROGRESS: state() will say

  [[nodiscard]] bool has_to_accept() const noexcept { return !to_accept_.empty(); }

  std::shared_ptr<Socket> accept();  // where there is one
  int shut_down(bool input, bool output);
  void closed() override;

  // Gives a part only where chance says so; `peek`: they stay.
  ssize_t receive(Pieces into, bool peek);
  ssize_t send(Pieces from);

  ssize_t read(Pieces into) override { return receive(into, false); }

  ssize_t write(Pieces from) override { return send(from); }

  [[nodiscard]] std::size_t unread() const noexcept { return received_.size() - taken_; }

  [[nodiscard]] bool takes_bytes() const noexcept;  // send() would take at least one

  [[nodiscard]] int take_error() noexcept { return std::exchange(error_, 0); }

  [[nodiscard]] std::uint32_t events() const override;

  // ---- Options: what was set, by level and name
  std::map<std::pair<int, int>, std::vector<unsigned char>> options;
  [[nodiscard]] bool reuses_address() const;
  [[nodiscard]] Clocks::Time patience(int option) const;  // SO_RCVTIMEO or SO_SNDTIMEO; 0: none

  // ---- From the network
  void reset();         // at once, with what is under way to it
  void look_at_room();  // there may be more of it now

  void forget_peer() noexcept { peer_.reset(); }

  [[nodiscard]] const std::shared_ptr<Socket>& peer() const noexcept { return peer_; }

  [[nodiscard]] bool has_called() const noexcept { return has_called_; }

 private:
  void call(const Address& address);
  void answer(const std::shared_ptr<Socket>& caller);
  void arrive(const std::string& bytes, const std::shared_ptr<Socket>& sender);
  void end_arrives();
  void reset_arrives();
  void give_up(int error);
  void has_read(std::size_t bytes);
  void close(bool nobody_reads_on);
  void travel_to(const std::shared_ptr<Socket>& to, std::function<void(Socket&)> arrives);
  [[nodiscard]] bool resets_when_closed() const;  // SO_LINGER of no time
  [[nodiscard]] std::size_t room() const noexcept;
  [[nodiscard]] bool is_writable() const noexcept;

  Wire& wire_;
  State state_ = State::Fresh;
  Address local_;
  Address remote_;
  std::shared_ptr<Socket> peer_;
  bool has_called_ = false;  // connect(), not accept()
  int error_ = 0;            // to be told once

  // Listening
  std::size_t backlog_ = 0;
  std::deque<std::shared_ptr<Socket>> to_accept_;

  // What comes
  std::string received_;
  std::size_t taken_ = 0;  // of it
  bool peer_has_ended_ = false;
  bool input_ended_ = false;  // by this side
  Clocks::Time last_arrival_{0};

  // What goes
  std::size_t untaken_ = 0;  // sent, and not yet read by the peer
  bool output_ended_ = false;
  bool is_starved_ = false;  // a send found too little room; room again is an event
};

}  // namespace betex::sim
