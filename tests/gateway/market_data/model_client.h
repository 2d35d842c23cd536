// A client that applies W, X and f as the rules of engagement say, and checks on its way what they
// promise: chains of RptSeq, whole images, levels that it knows when they change or go.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/link/market_data_link.h"
#include "tests/gateway/market_data/book_state.h"

namespace betex::gateway::testing {

class ModelClient {
 public:
  // What it holds of one instrument of one request.
  struct Book {
    BookState state;
    std::uint64_t rpt_seq = 0;
    std::uint64_t image_seq = 0;        // of the last image
    std::uint8_t status = 0;            // 1682, then 326
    std::uint64_t version = 0;          // 20005 of the image
    bool in_step = false;               // with an image, and with all updates since
    bool has_missed = false;            // something was said not to have been told
    std::vector<std::uint64_t> trades;  // since the image, by event
    std::uint64_t last_trade = 0;       // of the image; 0: none
  };

  using Key = std::pair<std::string, std::string>;  // request, symbol

  // Called with each book when the last entry about its instrument has been applied.
  using Check = std::function<void(const Key&, const MarketDataRequest&, const Book&)>;

  // Of which kind the symbol's market is, which decides what is better.
  using IsOdds = std::function<bool(std::string_view)>;

  // Whether the runner was removed, as of that version of its market: clients know it from BK.
  using IsRemoved = std::function<bool(std::string_view, std::uint64_t)>;

  ModelClient(IsOdds is_odds, IsRemoved is_removed, Check check)
      : is_odds_{std::move(is_odds)},
        is_removed_{std::move(is_removed)},
        check_{std::move(check)} {}

  void asked(const MarketDataRequest& request);

  void take(const MarketDataMessage& message);

  // Something that it was sent was lost on the way: it forgets all and waits for the images.
  void lost();

  // Of live requests that have had an image.
  [[nodiscard]] const std::map<Key, Book>& books() const noexcept { return books_; }

  [[nodiscard]] const std::map<std::string, MarketDataRequest>& requests() const noexcept {
    return requests_;
  }

  // What was not as promised; empty: nothing.
  [[nodiscard]] const std::vector<std::string>& faults() const noexcept { return faults_; }

  // Messages of each kind, by MsgType.
  std::map<char, std::uint64_t> taken;

 private:
  using Fields = std::vector<std::pair<int, std::string_view>>;

  void take_image(const Fields& fields);
  void take_update(const Fields& fields);
  void take(const fix::SecurityStatus& status);
  void apply_entry(const Key& key, Book& book, const Fields& entry, bool of_image);
  void apply_level(const Key& key, Book& book, const Fields& entry, bool of_image);
  void end_block(const Key& key);
  void end(std::string_view symbol);
  void fault(const Key& key, const std::string& what);

  IsOdds is_odds_;
  IsRemoved is_removed_;
  Check check_;
  std::map<std::string, MarketDataRequest> requests_;
  std::map<Key, Book> books_;
  std::map<Key, bool> has_part_;  // of an image that goes on
  std::vector<std::string> faults_;
};

}  // namespace betex::gateway::testing
