// The address at a socket's other end, as the configuration knows addresses.
#pragma once

#include <boost/asio/ip/address.hpp>

#include "gateway/config/ip_address.h"

namespace betex::gateway {

[[nodiscard]] inline IpAddress ip_address(const boost::asio::ip::address& address) {
  using boost::asio::ip::make_address_v6;
  using boost::asio::ip::v4_mapped;
  return IpAddress{address.is_v4() ? make_address_v6(v4_mapped, address.to_v4()).to_bytes()
                                   : address.to_v6().to_bytes()};
}

}  // namespace betex::gateway
