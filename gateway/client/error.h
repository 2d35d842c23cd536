// What can go wrong between a FIX client and its counterparty, one type for each thing that a
// caller may want to treat differently. Every text says what happened and with which values.
#pragma once

#include <stdexcept>
#include <string>

namespace betex::client {

class ClientError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Nobody answers at the address.
class ConnectionFailed : public ClientError {
 public:
  using ClientError::ClientError;
};

// The connection ended: by the network, by the end of the counterparty's process, or by its Logout.
class Disconnected : public ClientError {
 public:
  using ClientError::ClientError;
};

// The counterparty did not accept the Logon: it answered with a Logout or closed the connection.
class LogonRefused : public ClientError {
 public:
  using ClientError::ClientError;
};

// It closed the connection before any answer to the Logon: so it refuses a password, and so it
// looks where its process has ended just then.
class LogonUnanswered : public LogonRefused {
 public:
  using LogonRefused::LogonRefused;
};

// The two sides' sequence numbers cannot belong to one history: one of them has seen messages that
// the other has never sent. Only a reset, or an operator, can mend it.
class HistoryMismatch : public LogonRefused {
 public:
  using LogonRefused::LogonRefused;
};

// The counterparty broke the protocol, or a message lacks a field that it must have.
class ProtocolError : public ClientError {
 public:
  using ClientError::ClientError;
};

// An answer that must come did not come in time. Whether the request acted is not known.
class TimedOut : public ClientError {
 public:
  using ClientError::ClientError;
};

// The file that keeps a session's numbers is unreadable, or another process uses it.
class StateFileError : public ClientError {
 public:
  using ClientError::ClientError;
};

}  // namespace betex::client
