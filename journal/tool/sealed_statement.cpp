#include "journal/tool/sealed_statement.h"

#include <charconv>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>

#include "journal/epoch_file.h"
#include "journal/errors.h"

namespace betex::journal {
namespace {

constexpr std::string_view kTitle = "betex-seal 1\n";

[[noreturn]] void refuse(const std::filesystem::path& file, const std::string& what) {
  throw JournalError{{.fault = Fault::SealUnusable, .what = what, .segment = file.string()}};
}

// All that is signed.
std::string body_of(const SealedStatement& statement, const PublicKey& key) {
  std::string text{kTitle};
  text += "wal_id " + to_hex(statement.wal_id) + "\n";
  text += "after_seq " + std::to_string(statement.after_seq.value()) + "\n";
  text += "after_hash " + hex_of(statement.after_hash) + "\n";
  for (const SealedSegment& segment : statement.segments) {
    text += "segment " + std::to_string(segment.first_seq.value()) + " " +
            std::to_string(segment.last_seq.value()) + " " + hex_of(segment.transactions) + "\n";
  }
  text += "last_seq " + std::to_string(statement.last_seq().value()) + "\n";
  text += "hash " + hex_of(statement.hash()) + "\n";
  text += "signed_by " + hex_of(key) + "\n";
  return text;
}

std::string signature_line(const Signature& signature) {
  return "signature " + hex_of(signature) + "\n";
}

// The next word of the text; moves the text behind it and the blank or line feed that ends it.
std::string_view take_word(std::string_view& text) {
  const std::size_t end = text.find_first_of(" \n");
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return word;
}

EventSeq take_seq(std::string_view& text) {
  const std::string_view word = take_word(text);
  std::uint64_t number = 0;
  std::from_chars(word.data(), word.data() + word.size(), number);
  return EventSeq{number};
}

struct SignedStatement {
  SealedStatement statement;
  PublicKey key{};
  Signature signature{};
};

// What the words say; whether they are all that there is the caller finds out by composing them.
std::optional<SignedStatement> parse(std::string_view text) {
  SignedStatement parsed;
  SealedStatement& statement = parsed.statement;
  if (!text.starts_with(kTitle)) {
    return std::nullopt;
  }
  text.remove_prefix(kTitle.size());
  bool good = true;
  while (!text.empty() && good) {
    const std::string_view name = take_word(text);
    if (name == "wal_id") {
      good = read_hex(take_word(text), statement.wal_id);
    } else if (name == "after_seq") {
      statement.after_seq = take_seq(text);
    } else if (name == "after_hash") {
      good = read_hex(take_word(text), statement.after_hash);
    } else if (name == "segment") {
      SealedSegment& segment = statement.segments.emplace_back();
      segment.first_seq = take_seq(text);
      segment.last_seq = take_seq(text);
      good = read_hex(take_word(text), segment.transactions);
    } else if (name == "signed_by") {
      good = read_hex(take_word(text), parsed.key);
    } else if (name == "signature") {
      good = read_hex(take_word(text), parsed.signature);
    } else {
      take_word(text);  // last_seq and hash follow from the rest
    }
  }
  return good ? std::optional{parsed} : std::nullopt;
}

bool has_no_gap(const SealedStatement& statement) {
  EventSeq end = statement.after_seq;
  for (const SealedSegment& segment : statement.segments) {
    if (segment.first_seq != end.next() || segment.last_seq < segment.first_seq) {
      return false;
    }
    end = segment.last_seq;
  }
  return true;
}

Digest extend(const Digest& before, const WalId& wal_id, const SealedSegment& segment) {
  RunningDigest digest;
  digest.add(std::as_bytes(std::span{before}));
  digest.add(std::as_bytes(std::span{wal_id}));
  // Little-endian, as the log's own integers are.
  digest.add(std::as_bytes(std::span{&segment.first_seq, 1}));
  digest.add(std::as_bytes(std::span{&segment.last_seq, 1}));
  digest.add(std::as_bytes(std::span{segment.transactions}));
  return digest.value();
}

}  // namespace

Digest SealedStatement::hash() const {
  Digest hash = after_hash;
  for (const SealedSegment& segment : segments) {
    hash = extend(hash, wal_id, segment);
  }
  return hash;
}

std::string signed_text(const SealedStatement& statement, const SigningKey& key) {
  const std::string body = body_of(statement, key.public_key());
  return body + signature_line(key.sign(body));
}

SealedStatement read_sealed_statement(const std::filesystem::path& file, const PublicKey& key) {
  std::ifstream stream{file, std::ios::binary};
  if (!stream) {
    refuse(file, "it cannot be read");
  }
  const std::string text{std::istreambuf_iterator<char>{stream}, {}};
  const std::optional<SignedStatement> parsed = parse(text);
  // One text for each statement: whatever differs from it is none of ours.
  if (!parsed ||
      body_of(parsed->statement, parsed->key) + signature_line(parsed->signature) != text ||
      !has_no_gap(parsed->statement)) {
    refuse(file, "it is no statement as `betex-journal seal` prints it");
  }
  if (parsed->key != key) {
    refuse(file, "it was signed by the key " + hex_of(parsed->key) + ", not by " + hex_of(key));
  }
  if (!is_signed_by(key, body_of(parsed->statement, key), parsed->signature)) {
    refuse(file, "its signature is wrong: it is not what was signed");
  }
  return parsed->statement;
}

}  // namespace betex::journal
