// The last few immutable plans, shared by all threads and environments behind one lock.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <utility>

namespace prosodia {

template <class Key, class Plan>
class PlanCache {
 public:
  explicit PlanCache(std::size_t capacity) : capacity_(capacity) {}

  // The plan of `key`; made by `make(key)` when it is not here. Making it holds the lock: two callers who need the
  // same plan at once make it once.
  template <class Make>
  std::shared_ptr<const Plan> Get(const Key& key, Make make) {
    std::lock_guard hold(lock_);
    for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
      if (!(entry->first == key)) continue;
      entries_.splice(entries_.begin(), entries_, entry);
      return entry->second;
    }
    std::shared_ptr<const Plan> plan = make(key);
    entries_.emplace_front(key, plan);
    if (entries_.size() > capacity_) entries_.pop_back();
    return plan;
  }

 private:
  const std::size_t capacity_;
  std::mutex lock_;
  std::list<std::pair<Key, std::shared_ptr<const Plan>>> entries_;
};

}  // namespace prosodia
