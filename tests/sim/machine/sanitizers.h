// What sanitizers are to be told of fibers: that the program goes on on another stack, and that
// what a killed process has left is no leak. Nothing where none is built in.
#pragma once

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
#define BETEX_SIM_ASAN
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define BETEX_SIM_ASAN
#endif
#endif

// BETEX_SIM_TSAN is defined by the build: this folder itself is built without ThreadSanitizer.

#ifdef BETEX_SIM_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>
#endif
#ifdef BETEX_SIM_TSAN
#include <sanitizer/tsan_interface.h>
#endif

namespace betex::sim {

#if defined(BETEX_SIM_ASAN) || defined(BETEX_SIM_TSAN)
inline constexpr bool kHasSanitizer = true;
#else
inline constexpr bool kHasSanitizer = false;
#endif

namespace sanitizer {

#ifdef BETEX_SIM_ASAN

// Nothing is on it yet, whatever was there before; what its pointers point to is no leak.
inline void begin_stack(const void* from, std::size_t size) noexcept {
  __asan_unpoison_memory_region(from, size);
  __lsan_register_root_region(from, size);
}

inline void end_stack(const void* from, std::size_t size) noexcept {
  __lsan_unregister_root_region(from, size);
}

// Of the stack that is left: what must be given back when it is come back to. Null: never.
inline void leave(void** left, const void* lowest, std::size_t size) noexcept {
  __sanitizer_start_switch_fiber(left, lowest, size);
}

// On the stack that was come to; tells of the one that was left.
inline void arrive(void* left, const void** lowest, std::size_t* size) noexcept {
  __sanitizer_finish_switch_fiber(left, lowest, size);
}

#else

inline void begin_stack(const void* /*from*/, std::size_t /*size*/) noexcept {}

inline void end_stack(const void* /*from*/, std::size_t /*size*/) noexcept {}

inline void leave(void** /*left*/, const void* /*lowest*/, std::size_t /*size*/) noexcept {}

inline void arrive(void* /*left*/, const void** /*lowest*/, std::size_t* /*size*/) noexcept {}

#endif

// A thread, as ThreadSanitizer sees it.
#ifdef BETEX_SIM_TSAN

inline void* make_thread() noexcept {
  return __tsan_create_fiber(0);
}

inline void* this_thread() noexcept {
  return __tsan_get_current_fiber();
}

inline void go_on_as(void* thread) noexcept {
  __tsan_switch_to_fiber(thread, 0);
}

inline void end_thread(void* thread) noexcept {
  __tsan_destroy_fiber(thread);
}

#else

inline void* make_thread() noexcept {
  return nullptr;
}

inline void* this_thread() noexcept {
  return nullptr;
}

inline void go_on_as(void* /*thread*/) noexcept {}

inline void end_thread(void* /*thread*/) noexcept {}

#endif

}  // namespace sanitizer
}  // namespace betex::sim
