// Changes of clips as JavaScript gives them.
#pragma once

#include <napi.h>

#include <cstddef>
#include <vector>

#include "core/augment/augmentation.h"

namespace prosodia::binding {

// An array of `count` changes `{ kind, amount, seed, sound? }`; those in a row that share a sound share one copy of it.
// Throws std::invalid_argument.
std::vector<Augmentation> ReadChanges(const Napi::Value& value, std::size_t count);

}  // namespace prosodia::binding
