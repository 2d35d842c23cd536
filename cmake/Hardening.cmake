# With BETEX_HARDENED, which the release preset sets: what makes a fault in memory an end of the
# process in place of an entry into it. Sanitizers and debug builds bring checks of their own.
#   _FORTIFY_SOURCE    bounds of copies and formats, where the compiler knows them (needs -O)
#   stack protector    a canary before the return address
#   RELRO, BIND_NOW    no writable table of functions once the program runs
#   PIE                addresses that are not known beforehand
#   CET                no jumps or returns into the middle of code, on x86 processors that have it
include(CheckCXXCompilerFlag)

if(BETEX_HARDENED)
  # -fPIE for the static libraries too: with CMake's own switch they would get -fPIC, which is slower.
  add_compile_options(-fPIE)
  add_link_options(-pie)
  add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong)
  add_link_options(LINKER:-z,relro,-z,now,-z,noexecstack)
  check_cxx_compiler_flag(-fcf-protection=full BETEX_HAS_CET)
  if(BETEX_HAS_CET)
    add_compile_options(-fcf-protection=full)
  endif()
endif()
