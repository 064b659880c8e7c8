// Which instruction set runs: the kernels in core/kernels are compiled once for each, the best is chosen at load.
//
// A kernel file defines its functions in `namespace prosodia::PROSODIA_ISA` (a macro the build sets) and one table:
//
//   // core/kernels/dot.h                                // core/kernels/dot.cc
//   struct DotKernel { float (*dot)(…); };               namespace prosodia::PROSODIA_ISA {
//   PROSODIA_KERNEL_TABLE(DotKernel, kDotKernel)         static float Dot(…) { … }
//                                                        extern const DotKernel kDotKernel = {Dot};
//                                                        }
// and is reached by `PROSODIA_SELECT(kDotKernel, ChosenIsa())`.
//
// Kernel files include no C++ standard library header that defines inline functions (no <vector>, no <algorithm>):
// the linker keeps one copy of such a function, perhaps the one compiled for AVX-512.
#pragma once

namespace prosodia {

enum class Isa { kBaseline, kAvx2, kAvx512, kNeon };

const char* IsaName(Isa isa);

// True when this processor runs it and this build has it.
bool IsaAvailable(Isa isa);

// The fastest available, or the one the environment variable PROSODIA_ISA names (baseline, avx2, avx512, neon).
// Read once; throws std::runtime_error when the variable names one that is unknown or not available.
Isa ChosenIsa();

}  // namespace prosodia

#if defined(__x86_64__) || defined(_M_X64)
#define PROSODIA_KERNEL_TABLE(Type, name)            \
  namespace baseline { extern const Type name; }     \
  namespace avx2 { extern const Type name; }         \
  namespace avx512 { extern const Type name; }
#define PROSODIA_SELECT(name, isa)                                       \
  ((isa) == ::prosodia::Isa::kAvx512 ? ::prosodia::avx512::name          \
   : (isa) == ::prosodia::Isa::kAvx2 ? ::prosodia::avx2::name            \
                                     : ::prosodia::baseline::name)
#elif defined(__aarch64__)
#define PROSODIA_KERNEL_TABLE(Type, name) \
  namespace neon { extern const Type name; }
#define PROSODIA_SELECT(name, isa) ((void)(isa), ::prosodia::neon::name)
#else
#define PROSODIA_KERNEL_TABLE(Type, name) \
  namespace baseline { extern const Type name; }
#define PROSODIA_SELECT(name, isa) ((void)(isa), ::prosodia::baseline::name)
#endif
