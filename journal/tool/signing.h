// SHA-256 and Ed25519, as the seals of betex-journal need them: OpenSSL behind values.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace betex::journal {

using Digest = std::array<std::uint8_t, 32>;
using PublicKey = std::array<std::uint8_t, 32>;
using Signature = std::array<std::uint8_t, 64>;

// Small letters, two a byte.
[[nodiscard]] std::string hex_of(std::span<const std::uint8_t> bytes);

// Fills `bytes` from as many digits. False where the text is not exactly that.
[[nodiscard]] bool read_hex(std::string_view text, std::span<std::uint8_t> bytes);

// SHA-256 of bytes that come piece by piece.
class RunningDigest {
 public:
  RunningDigest();
  ~RunningDigest();
  RunningDigest(const RunningDigest&) = delete;
  RunningDigest& operator=(const RunningDigest&) = delete;
  RunningDigest(RunningDigest&&) = delete;
  RunningDigest& operator=(RunningDigest&&) = delete;

  void add(std::span<const std::byte> piece);
  [[nodiscard]] Digest value();  // of all pieces; the next piece then is a first one

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// A private Ed25519 key from a PEM file. A passphrase is asked for on the terminal.
class SigningKey {
 public:
  explicit SigningKey(const std::filesystem::path& file);  // throws KeyUnusable
  ~SigningKey();
  SigningKey(const SigningKey&) = delete;
  SigningKey& operator=(const SigningKey&) = delete;
  SigningKey(SigningKey&&) = delete;
  SigningKey& operator=(SigningKey&&) = delete;

  [[nodiscard]] const PublicKey& public_key() const noexcept { return public_key_; }

  [[nodiscard]] Signature sign(std::string_view text) const;

 private:
  struct Key;
  std::unique_ptr<Key> key_;
  PublicKey public_key_{};
};

// Of a PEM file. Throws KeyUnusable.
[[nodiscard]] PublicKey read_public_key(const std::filesystem::path& file);

[[nodiscard]] bool is_signed_by(const PublicKey& key,
                                std::string_view text,
                                const Signature& signature);

}  // namespace betex::journal
