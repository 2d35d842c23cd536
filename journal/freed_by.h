// What a C library has made and wants back: std::unique_ptr<X509, FreedBy<X509_free>>.
#pragma once

namespace betex::journal {

template <auto Free>
struct FreedBy {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};

}  // namespace betex::journal
