#include "gateway/session/quickfix.h"

#include <gtest/gtest.h>

namespace {

// The library throws through frames compiled against headers without exception specifications.
TEST(QuickFix, ItsExceptionsAreCaughtByType) {
  FIX::Message message;
  EXPECT_THROW(static_cast<void>(message.getField(55)), FIX::FieldNotFound);
  EXPECT_THROW(message.setString("8=FIX.4.4\0019=5\00135=0\00110=000\001", true),
               FIX::InvalidMessage);
}

TEST(QuickFix, SessionsComeFromTheFactoryWithoutAnAcceptor) {
  class Silent final : public FIX::NullApplication {};

  Silent application;
  FIX::MemoryStoreFactory stores;
  FIX::Dictionary settings;
  settings.setString("ConnectionType", "acceptor");
  settings.setString("UseDataDictionary", "N");
  settings.setString("StartTime", "00:00:00");
  settings.setString("EndTime", "00:00:00");
  FIX::SessionFactory factory{application, stores, nullptr};
  const FIX::SessionID id{"FIX.4.4", "BETEX", "BROKER1"};
  const std::unique_ptr<FIX::Session> session{factory.create(id, settings)};
  EXPECT_EQ(session->getSessionID(), id);
  EXPECT_EQ(session->getExpectedTargetNum(), 1);
}

}  // namespace
