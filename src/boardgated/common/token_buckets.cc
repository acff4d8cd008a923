// SPDX-License-Identifier: MIT
#include "src/boardgated/common/token_buckets.h"

#include <algorithm>

namespace boardgate::boardgated {

TokenBuckets::Bucket& TokenBuckets::of(const std::string& key) {
    const BootTime now = clock_.boot();
    if (const auto found = by_key_.find(key); found != by_key_.end()) {
        buckets_.splice(buckets_.begin(), buckets_, found->second);
        Bucket& bucket = buckets_.front();
        bucket.left = std::min(rate_.burst, bucket.left + std::chrono::duration<double>(now - bucket.seen).count() * rate_.per_second);
        bucket.seen = now;
        return bucket;
    }
    if (buckets_.size() >= most) {
        by_key_.erase(buckets_.back().key);
        buckets_.pop_back();
    }
    buckets_.push_front({key, rate_.burst, now});
    by_key_.emplace(key, buckets_.begin());
    return buckets_.front();
}

double TokenBuckets::wait(const std::string& key) {
    const double left = of(key).left;
    return left < 1 ? (1 - left) / rate_.per_second : 0;
}

void TokenBuckets::give_back(const std::string& key, double number) {
    Bucket& bucket = of(key);
    bucket.left = std::min(rate_.burst, bucket.left + number);
}

}  // namespace boardgate::boardgated
