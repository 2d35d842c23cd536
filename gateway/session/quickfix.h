// QuickFIX, for C++20: the one header that includes it.
//
// Its headers use exception specifications (`throw(X)`), which C++17 removed. They are made to
// vanish, after every standard header that QuickFIX needs has been seen as it is. Link
// `betex_quickfix`, which also sets the one macro that Debian's library was built with.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <deque>
#include <exception>
#include <fstream>
#include <functional>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <numeric>
#include <queue>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <typeinfo>
#include <utility>
#include <vector>

#include <boost/smart_ptr/detail/atomic_count.hpp>

#ifndef ENABLE_BOOST_ATOMIC_COUNT
#error \
    "link betex_quickfix: without the macro FIX::SessionState's layout differs from the library's"
#endif

// clang-format off
#define throw(...)
#include <quickfix/Application.h>
#include <quickfix/DataDictionary.h>
#include <quickfix/DataDictionaryProvider.h>
#include <quickfix/Exceptions.h>
#include <quickfix/FixValues.h>
#include <quickfix/Log.h>
#include <quickfix/Message.h>
#include <quickfix/MessageStore.h>
#include <quickfix/Parser.h>
#include <quickfix/Responder.h>
#include <quickfix/Session.h>
#include <quickfix/SessionFactory.h>
#include <quickfix/SessionID.h>
#include <quickfix/SessionSettings.h>
#ifdef BETEX_QUICKFIX_SERVER  // its own transport and store: only for a benchmark's baseline
#include <quickfix/FileStore.h>
#include <quickfix/ThreadedSocketAcceptor.h>
#endif
#undef throw
// clang-format on
