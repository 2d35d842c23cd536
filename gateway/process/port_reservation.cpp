#include "gateway/process/port_reservation.h"

#include <stdexcept>

#include <boost/asio/ip/address.hpp>
#include <boost/system/system_error.hpp>

namespace betex::gateway {

namespace {

// What an operator can do about it.
std::string remedy_for(const boost::system::error_code& error, const std::string& option) {
  if (error == boost::system::errc::permission_denied) {
    return "ports below 1024 take the capability CAP_NET_BIND_SERVICE: choose another with " +
           option;
  }
  if (error == boost::system::errc::address_not_available) {
    return "name an address of this machine's, or 0.0.0.0 for all of them";
  }
  if (error == boost::system::errc::too_many_files_open) {
    return "raise the limit on open files (LimitNOFILE of the unit, or ulimit -n)";
  }
  return "stop whoever uses it, or choose another with " + option;
}

}  // namespace

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
                             error.code().message() + "; " + remedy_for(error.code(), option));
  }
}

}  // namespace betex::gateway
