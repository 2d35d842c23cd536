// What few orders need, kept out of the way of those that do not.
#pragma once

// Stands before a function that is called now and then from one that every order runs: a new page,
// a table that grows, the first transaction of a log. Inlined, it would cost each order the
// registers that it needs, saved and restored.
#define BETEX_SELDOM [[gnu::noinline, gnu::cold]]
