// How a line is meant, for those who look at many.
#pragma once

namespace betex::tools {

enum class Tone {
  Plain,
  Good,    // it is done; a trade
  Bad,     // refused
  Notice,  // something stops, waits, or was known before
  Faint,   // somebody else's business: a copy
  Back,    // of a ladder: what may be backed or bought
  Lay,     // what may be laid or sold
};

}  // namespace betex::tools
