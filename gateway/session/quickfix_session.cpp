#include "gateway/session/quickfix_session.h"

#include <chrono>
#include <utility>

namespace betex::fix {

using matching::MsgSeqNum;

namespace {

MsgSeqNum number_of(const FIX::FieldMap& fields, int tag) {
  return MsgSeqNum{static_cast<std::uint32_t>(std::stoul(fields.getField(tag)))};
}

int as_int(MsgSeqNum number) {
  return static_cast<int>(number.value());
}

FIX::SessionID session_id(const SessionSettings& settings) {
  return {std::string{begin_string(settings.version)}, settings.our_comp_id, settings.comp_id};
}

FIX::Dictionary quickfix_settings(std::chrono::seconds sending_time_tolerance) {
  constexpr int kNever = 1'000'000'000;  // s
  FIX::Dictionary dictionary;
  dictionary.setString(FIX::CONNECTION_TYPE, "acceptor");
  dictionary.setString(FIX::START_TIME, "00:00:00");
  dictionary.setString(FIX::END_TIME, "00:00:00");
  dictionary.setString(FIX::DEFAULT_APPLVERID, "9");
  dictionary.setString(FIX::USE_DATA_DICTIONARY, "N");  // ours come from the shared provider
  dictionary.setInt(FIX::MAX_LATENCY, static_cast<int>(sending_time_tolerance.count()));
  // FixSession leaves a client that does not answer.
  dictionary.setInt(FIX::LOGOUT_TIMEOUT, kNever);
  dictionary.setInt(FIX::TIMESTAMP_PRECISION, 6);
  return dictionary;
}

}  // namespace

class QuickfixSession::StoreFactory final : public FIX::MessageStoreFactory {
 public:
  explicit StoreFactory(SessionStore::Callbacks callbacks) : callbacks_{std::move(callbacks)} {}

  FIX::MessageStore* create(const FIX::SessionID& id) override {
    store_ = new SessionStore{id, callbacks_};
    return store_;
  }

  void destroy(FIX::MessageStore* store) override { delete store; }

  // The one that the session has made. It holds the numbers, for QuickFIX and for us, who are on
  // one strand: QuickFIX's own way to them takes a lock.
  [[nodiscard]] SessionStore& store() noexcept { return *store_; }

 private:
  SessionStore::Callbacks callbacks_;
  SessionStore* store_ = nullptr;
};

QuickfixSession::QuickfixSession(const SessionSettings& settings,
                                 const SendingTimeCheck& sending_time,
                                 const FIX::DataDictionaryProvider& dictionaries,
                                 QuickfixEvents& events,
                                 decltype(SessionStore::Callbacks::sent_messages) sent_messages)
    : events_{events}, sending_time_{sending_time} {
  stores_ = std::make_unique<StoreFactory>(SessionStore::Callbacks{
      .sent_messages = std::move(sent_messages),
      .use_number = [this](MsgSeqNum number) { return events_.on_number_used(number); }});
  FIX::SessionFactory sessions{*this, *stores_, &logs_};
  session_.reset(
      sessions.create(session_id(settings), quickfix_settings(sending_time.tolerance())));
  session_->setDataDictionaryProvider(dictionaries);
}

QuickfixSession::~QuickfixSession() = default;

void QuickfixSession::start(MsgSeqNum next_out, MsgSeqNum next_in) {
  session_->setNextSenderMsgSeqNum(as_int(next_out));
  session_->setNextTargetMsgSeqNum(as_int(next_in));
  state().logoutReason("");
  heard_ = false;
  sent_ = false;
  session_->logon();  // a Logout of ours has disabled it
  session_->setResponder(this);
  connected_ = true;
}

// A message of the client's, of our making.
FIX::Message QuickfixSession::from_client(const char* msg_type, MsgSeqNum number) const {
  const FIX::SessionID& id = session_->getSessionID();
  FIX::Message message;
  FIX::Header& header = message.getHeader();
  header.setField(id.getBeginString());
  header.setField(FIX::MsgType{msg_type});
  header.setField(FIX::SenderCompID{id.getTargetCompID().getValue()});
  header.setField(FIX::TargetCompID{id.getSenderCompID().getValue()});
  header.setField(FIX::MsgSeqNum{as_int(number)});
  header.setField(FIX::SendingTime{FIX::UtcTimeStamp{}, 3});
  return message;
}

bool QuickfixSession::log_on(const Logon& logon, MsgSeqNum next_in) {
  next_expected_ = logon.next_expected ? next_in : MsgSeqNum{};
  FIX::Message message = from_client(FIX::MsgType_Logon, this->next_in());
  message.setField(FIX::EncryptMethod{0});
  message.setField(FIX::HeartBtInt{static_cast<int>(logon.heart_bt_int)});
  if (logon.reset) {
    message.setField(FIX::ResetSeqNumFlag{true});
  }
  if (session_->getSessionID().isFIXT()) {
    message.setField(FIX::DefaultApplVerID{FIX::ApplVerID_FIX50SP2});
  }
  return receive(message.toString()) && logged_on();
}

void QuickfixSession::refuse_logon(const std::string& text) {
  FIX::Message message;
  message.getHeader().setField(FIX::MsgType{FIX::MsgType_Logout});
  message.setField(FIX::Text{text});
  session_->send(message);
  throw_what_failed();
}

std::string QuickfixSession::resend_request_for(MsgSeqNum first, MsgSeqNum number) const {
  FIX::Message message = from_client(FIX::MsgType_ResendRequest, number);
  message.setField(FIX::BeginSeqNo{as_int(first)});
  message.setField(FIX::EndSeqNo{0});
  return message.toString();
}

// It looks at SendingTime(52) by its own clock only, and answers what is too far from it: it looks
// where ours says that neither clock is near.
bool QuickfixSession::receive(const std::string& frame) {
  session_->setCheckLatency(!sending_time_.passes(sending_time_of(frame)));
  bool parsed = true;
  try {
    session_->next(frame, now());
  } catch (const FIX::Exception&) {
    parsed = false;
  }
  throw_what_failed();
  return parsed;
}

void QuickfixSession::tick() {
  end_turn();
  session_->next(now());
  throw_what_failed();
}

void QuickfixSession::throw_what_failed() {
  if (const std::exception_ptr failure = stores_->store().take_failure()) {
    std::rethrow_exception(failure);
  }
}

void QuickfixSession::connection_lost() {
  connected_ = false;
  session_->disconnect();
}

void QuickfixSession::log_out(const std::string& text) {
  session_->logout(text);
  tick();
}

void QuickfixSession::reject(const RejectFields& reject) {
  FIX::Message message;
  message.getHeader().setField(FIX::MsgType{FIX::MsgType_Reject});
  message.setField(FIX::RefSeqNum{as_int(reject.ref_seq_num)});
  message.setField(FIX::RefMsgType{reject.ref_msg_type});
  if (reject.ref_tag_id != 0) {
    message.setField(FIX::RefTagID{static_cast<int>(reject.ref_tag_id)});
  }
  message.setField(FIX::SessionRejectReason{reject.reason});
  message.setField(FIX::Text{reject.text});
  session_->send(message);
  throw_what_failed();
}

bool QuickfixSession::logged_on() {
  return session_->isLoggedOn();
}

bool QuickfixSession::sent_logout() {
  return session_->sentLogout();
}

MsgSeqNum QuickfixSession::next_in() const noexcept {
  return MsgSeqNum{static_cast<std::uint32_t>(stores_->store().getNextTargetMsgSeqNum())};
}

void QuickfixSession::set_next_in(MsgSeqNum number) noexcept {
  stores_->store().setNextTargetMsgSeqNum(as_int(number));
  heard();
}

void QuickfixSession::test_request(MsgSeqNum number) {
  FIX::Message message;
  message.getHeader().setField(FIX::MsgType{FIX::MsgType_TestRequest});
  message.setField(FIX::TestReqID{std::to_string(number.value())});
  session_->send(message);
  throw_what_failed();
}

void QuickfixSession::request_resend() {
  FIX::Message message;
  message.getHeader().setField(FIX::MsgType{FIX::MsgType_ResendRequest});
  message.setField(FIX::BeginSeqNo{as_int(next_in())});
  message.setField(FIX::EndSeqNo{0});
  session_->send(message);
  throw_what_failed();
}

void QuickfixSession::set_next_out(MsgSeqNum number) noexcept {
  stores_->store().setNextSenderMsgSeqNum(as_int(number));
  sent_ = true;
}

void QuickfixSession::end_turn() {
  if (!heard_ && !sent_) {
    return;
  }
  const FIX::UtcTimeStamp time;
  if (std::exchange(heard_, false)) {
    state().lastReceivedTime(time);
    state().testRequest(0);
  }
  if (std::exchange(sent_, false)) {
    state().lastSentTime(time);
  }
}

FIX::UtcTimeStamp QuickfixSession::now() {
  const FIX::UtcTimeStamp time;
  stores_->store().set_creation_time(time);
  return time;
}

FIX::SessionState& QuickfixSession::state() {
  return *static_cast<FIX::SessionState*>(session_->getLog());
}

void QuickfixSession::toAdmin(FIX::Message& message, const FIX::SessionID&) {
  const MsgSeqNum last_processed = events_.last_processed();
  if (last_processed != MsgSeqNum{} && !message.getHeader().isSetField(FIX::FIELD::PossDupFlag)) {
    message.getHeader().setField(FIX::LastMsgSeqNumProcessed{as_int(last_processed)});
  }
  const std::string& type = message.getHeader().getField(FIX::FIELD::MsgType);
  if (type == FIX::MsgType_Logon && next_expected_ != MsgSeqNum{}) {
    message.setField(FIX::NextExpectedMsgSeqNum{as_int(next_expected_)});
  }
  if (type != FIX::MsgType_Reject || !message.isSetField(FIX::FIELD::RefSeqNum)) {
    return;
  }
  RejectFields reject{.ref_seq_num = number_of(message, FIX::FIELD::RefSeqNum)};
  FIX::RefMsgType msg_type;
  FIX::RefTagID tag;
  FIX::SessionRejectReason reason;
  if (message.getFieldIfSet(msg_type)) {
    reject.ref_msg_type = msg_type.getValue();
  }
  if (message.getFieldIfSet(tag)) {
    reject.ref_tag_id = static_cast<std::uint32_t>(tag.getValue());
  }
  if (message.getFieldIfSet(reason)) {
    reject.reason = static_cast<std::uint16_t>(reason.getValue());
  }
  events_.on_reject(reject);
}

// Reports do not come this way. What does is a resend, or QuickFIX's own BusinessMessageReject,
// which carries 1137 where FIXT does not allow it: ours takes its place.
void QuickfixSession::toApp(FIX::Message& message, const FIX::SessionID&) {
  FIX::Header& header = message.getHeader();
  if (header.isSetField(FIX::FIELD::PossDupFlag)) {
    header.removeField(FIX::FIELD::LastMsgSeqNumProcessed);  // a receipt of its time
    if (header.getField(FIX::FIELD::MsgType) == SessionStore::kRejectToResend) {
      header.setField(FIX::MsgType{FIX::MsgType_Reject});
    }
    return;
  }
  events_.on_business_reject({.ref_seq_num = number_of(message, FIX::FIELD::RefSeqNum),
                              .ref_msg_type = message.getField(FIX::FIELD::RefMsgType),
                              .reason = static_cast<std::uint16_t>(
                                  std::stoul(message.getField(FIX::FIELD::BusinessRejectReason)))});
  throw FIX::DoNotSend{};
}

void QuickfixSession::fromApp(const FIX::Message& message, const FIX::SessionID&) {
  events_.on_application_message(number_of(message.getHeader(), FIX::FIELD::MsgSeqNum));
}

bool QuickfixSession::send(const std::string& bytes) {
  if (!connected_) {
    return false;
  }
  events_.on_send(bytes);
  return true;
}

void QuickfixSession::disconnect() {
  if (std::exchange(connected_, false)) {
    events_.on_disconnect();
  }
}

}  // namespace betex::fix
