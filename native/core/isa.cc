#include "core/isa.h"

#include <cstdlib>
#include <initializer_list>
#include <stdexcept>
#include <string>

namespace prosodia {

const char* IsaName(Isa isa) {
  switch (isa) {
    case Isa::kAvx512: return "avx512";
    case Isa::kAvx2: return "avx2";
    case Isa::kNeon: return "neon";
    default: return "baseline";
  }
}

bool IsaAvailable(Isa isa) {
#if defined(__x86_64__)
  switch (isa) {
    case Isa::kBaseline: return true;
    case Isa::kAvx2: return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case Isa::kAvx512:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
             __builtin_cpu_supports("fma");
    default: return false;
  }
#elif defined(__aarch64__)
  return isa == Isa::kNeon;
#else
  return isa == Isa::kBaseline;
#endif
}

static Isa Choose() {
  const auto preferred = {Isa::kAvx512, Isa::kAvx2, Isa::kNeon, Isa::kBaseline};
  const char* forced = std::getenv("PROSODIA_ISA");
  const std::string wanted = forced ? forced : "";
  std::string names;
  for (Isa isa : preferred) {
    if (!IsaAvailable(isa)) continue;
    if (wanted.empty() || wanted == IsaName(isa)) return isa;
    names += names.empty() ? IsaName(isa) : std::string(", ") + IsaName(isa);
  }
  throw std::runtime_error("PROSODIA_ISA=" + wanted + " is not available here; this machine runs " + names);
}

Isa ChosenIsa() {
  static const Isa chosen = Choose();
  return chosen;
}

}  // namespace prosodia
