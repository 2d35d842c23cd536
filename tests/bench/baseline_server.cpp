// What the gateway is compared with: QuickFIX as its documentation shows it, with its own
// ThreadedSocketAcceptor, FileStore (not synced) and TCP_NODELAY, and an application that answers
// every NewOrderSingle with a New. No book, no journal, no promise.
// Prints "listening" and runs until it is killed.
#define BETEX_QUICKFIX_SERVER
#include <cstdint>
#include <cstdio>
#include <sstream>
#include <string>

#include <unistd.h>

#include "gateway/client/utc_time.h"
#include "gateway/session/quickfix.h"
#include "tests/bench/bench_program.h"
#include "tests/bench/session_name.h"

namespace betex::bench {
namespace {

// *Called by QuickFIX's threads, one a session.*
class Answerer final : public FIX::Application {
 public:
  void onCreate(const FIX::SessionID& /*session*/) override {}

  void onLogon(const FIX::SessionID& /*session*/) override {}

  void onLogout(const FIX::SessionID& /*session*/) override {}

  void toAdmin(FIX::Message& /*message*/, const FIX::SessionID& /*session*/) override {}

  void toApp(FIX::Message& /*message*/, const FIX::SessionID& /*session*/) override {}

  void fromAdmin(const FIX::Message& /*message*/, const FIX::SessionID& /*session*/) override {}

  void fromApp(const FIX::Message& order, const FIX::SessionID& session) override {
    if (order.getHeader().getField(FIX::FIELD::MsgType) != FIX::MsgType_NewOrderSingle) {
      return;
    }
    const std::string id = order.getField(FIX::FIELD::ClOrdID);
    const std::string& quantity = order.getField(FIX::FIELD::OrderQty);
    FIX::Message report;
    report.getHeader().setField(FIX::FIELD::MsgType, FIX::MsgType_ExecutionReport);
    report.setField(FIX::FIELD::Account, session.getTargetCompID().getValue());
    report.setField(FIX::FIELD::AvgPx, "0");
    report.setField(FIX::FIELD::ClOrdID, id);
    report.setField(FIX::FIELD::CumQty, "0");
    report.setField(FIX::FIELD::ExecID, id + "-1");
    report.setField(FIX::FIELD::OrderID, id);
    report.setField(FIX::FIELD::OrderQty, quantity);
    report.setField(FIX::FIELD::OrdStatus, "0");
    report.setField(FIX::FIELD::OrdType, order.getField(FIX::FIELD::OrdType));
    report.setField(FIX::FIELD::Price, order.getField(FIX::FIELD::Price));
    report.setField(FIX::FIELD::Side, order.getField(FIX::FIELD::Side));
    report.setField(FIX::FIELD::Symbol, order.getField(FIX::FIELD::Symbol));
    report.setField(FIX::FIELD::TimeInForce, order.getField(FIX::FIELD::TimeInForce));
    report.setField(FIX::FIELD::TransactTime, client::utc_now());
    report.setField(FIX::FIELD::ExecType, "0");
    report.setField(FIX::FIELD::LeavesQty, quantity);
    FIX::Session::sendToTarget(report, session);
  }
};

std::string settings(std::uint16_t port, int sessions, const std::string& folder) {
  std::string text =
      "[DEFAULT]\nConnectionType=acceptor\nSenderCompID=BETEX\nBeginString=FIXT.1.1\n"
      "DefaultApplVerID=FIX.5.0SP2\nStartTime=00:00:00\nEndTime=00:00:00\nSocketNodelay=Y\n"
      "UseDataDictionary=Y\nTransportDataDictionary=" BETEX_DICTIONARIES_DIR
      "/FIXT11.xml\nAppDataDictionary=" BETEX_DICTIONARIES_DIR "/FIX50SP2.xml\nSocketAcceptPort=" +
      std::to_string(port) + "\nFileStorePath=" + folder + "\n";
  for (int i = 0; i < sessions; ++i) {
    text += "[SESSION]\nTargetCompID=" + session_name(i) + "\n";
  }
  return text;
}

void serve(std::uint16_t port, int sessions, const std::string& folder) {
  std::istringstream stream{settings(port, sessions, folder)};
  const FIX::SessionSettings session_settings{stream};
  FIX::FileStoreFactory stores{folder};
  Answerer answerer;
  FIX::ThreadedSocketAcceptor acceptor{answerer, stores, session_settings};
  acceptor.start();
  std::puts("listening");
  std::fflush(stdout);
  pause();
}

}  // namespace
}  // namespace betex::bench

int main(int argc, char** argv) {
  CLI::App app{"QuickFIX's own server, which the gateway is compared with.", "baseline_server"};
  std::uint16_t port = 0;
  int sessions = 0;
  std::string folder;
  app.add_option("port", port)->required();
  app.add_option("sessions", sessions)->required()->check(CLI::Range(1, 9'999));
  app.add_option("folder", folder, "Of its store")->required()->check(CLI::ExistingDirectory);
  return betex::bench::run_program(
      app, argc, argv, [&] { betex::bench::serve(port, sessions, folder); });
}
