#include "gateway/port_reservation.h"

#include <stdexcept>

#include <boost/asio/ip/address.hpp>
#include <boost/system/system_error.hpp>

namespace betex::gateway {

PortReservation::PortReservation(const std::string& address,
                                 std::uint16_t port,
                                 const std::string& option) {
  using boost::asio::ip::tcp;
  try {
    const tcp::endpoint endpoint{boost::asio::ip::make_address(address), port};
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(tcp::acceptor::reuse_address{true});  // as the server does
    acceptor_.bind(endpoint);
  } catch (const boost::system::system_error& error) {
    throw std::runtime_error("FIX port " + std::to_string(port) + " on " + address + ": " +
                             error.code().message() +
                             "; stop whoever uses it, or choose another with " + option);
  }
}

}  // namespace betex::gateway
