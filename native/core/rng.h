// Seeds spread over generators: what makes one seed give the same numbers on every machine and thread count.
#pragma once

#include <cstdint>

namespace prosodia {

// SplitMix64 (Steele, Lea & Flood 2014): any seed, 0 too, gives well-mixed words. Used to fill other generators' state.
class SplitMix64 {
 public:
  explicit SplitMix64(uint64_t seed) : state_(seed) {}

  uint64_t Next() {
    uint64_t mixed = state_ += 0x9e3779b97f4a7c15u;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
    return mixed ^ (mixed >> 31);
  }

 private:
  uint64_t state_;
};

}  // namespace prosodia
