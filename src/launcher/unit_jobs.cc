// SPDX-License-Identifier: MIT
#include "src/launcher/unit_jobs.h"

namespace boardgate::launcher {

namespace {

/// After this long, stop the unit again.
constexpr std::chrono::seconds between_stops{1};

Result<std::string> job_of(const BusMessage& answer) {
    const char* path = nullptr;
    if (sd_bus_message_read(answer.get(), "o", &path) < 0) return failure("systemd returned no job");
    return std::string(path);
}

}  // namespace

Result<std::unique_ptr<UnitJobs>> UnitJobs::open(const Bus& bus) {
    std::unique_ptr<UnitJobs> jobs(new UnitJobs(bus));
    const int status = sd_bus_match_signal(bus.get(), &jobs->slot_, Bus::service, Bus::manager_path, Bus::manager, "JobRemoved",
                                           &UnitJobs::on_removed, jobs.get());
    if (status < 0) return system_error("cannot follow systemd's jobs", {}, -status);
    const int also = sd_bus_match_signal(bus.get(), &jobs->unit_slot_, Bus::service, Bus::manager_path, Bus::manager, "UnitRemoved",
                                         &UnitJobs::on_unit_removed, jobs.get());
    if (also < 0) return system_error("cannot follow systemd's units", {}, -also);
    if (const auto subscribed = bus.ask("Subscribe", ""); !subscribed) {
        return failure("cannot follow systemd's jobs", subscribed.error().what);
    }
    return jobs;
}

UnitJobs::~UnitJobs() {
    sd_bus_slot_unref(unit_slot_);
    sd_bus_slot_unref(slot_);
}

int UnitJobs::on_removed(sd_bus_message* message, void* self, sd_bus_error*) noexcept {
    try {
        std::uint32_t id = 0;
        const char* job = nullptr;
        const char* unit = nullptr;
        const char* result = nullptr;
        if (sd_bus_message_read(message, "uoss", &id, &job, &unit, &result) >= 0) {
            static_cast<UnitJobs*>(self)->ended_[job] = result;
        }
    } catch (...) {
        return -ENOMEM;
    }
    return 0;
}

Result<JobResult> UnitJobs::wait(const std::string& job) {
    const auto until = std::chrono::steady_clock::now() + Bus::deadline;
    for (;;) {
        if (const auto found = ended_.find(job); found != ended_.end()) {
            JobResult result = std::move(found->second);
            ended_.clear();  // jobs that nobody waits for
            return result;
        }
        const int processed = sd_bus_process(bus_.get(), nullptr);
        if (processed < 0) return failure(std::strerror(-processed));
        if (processed > 0) continue;
        const auto left = std::chrono::duration_cast<std::chrono::microseconds>(until - std::chrono::steady_clock::now());
        if (left.count() <= 0) return failure("systemd did not finish the job in time");
        sd_bus_wait(bus_.get(), static_cast<std::uint64_t>(left.count()));
    }
}

Result<std::string> UnitJobs::ask(const char* method, const std::string& unit) {
    const auto answer = bus_.ask(method, "ss", unit.c_str(), "replace");
    if (!answer) return error_of(answer);
    return job_of(*answer);
}

Result<JobResult> UnitJobs::call_and_wait(const BusMessage& call) {
    const auto answer = bus_.call(call);
    if (!answer) return error_of(answer);
    const auto job = job_of(*answer);
    if (!job) return error_of(job);
    return wait(*job);
}

Result<JobResult> UnitJobs::run(const char* method, const std::string& unit) {
    const auto job = ask(method, unit);
    if (!job) return error_of(job);
    return wait(*job);
}

bool UnitJobs::stop_for_good(const std::string& unit) {
    const auto until = std::chrono::steady_clock::now() + Bus::deadline;
    // More than once: a `systemctl restart` may come between our stop and its end.
    for (bool refused = false; !refused && std::chrono::steady_clock::now() < until;) {
        const auto stopped = run("StopUnit", unit);
        refused = !stopped && !is_no_such_unit(stopped.error());
        (void)bus_.ask("ResetFailedUnit", "s", unit.c_str());
        if (is_unloaded_within(unit, refused ? std::chrono::seconds(0) : between_stops)) return true;
    }
    // A unit with a process in uninterruptible sleep ends later.
    const std::string state = bus_.active_state(unit);
    return state == "inactive" || state == "deactivating";
}

/// systemd unloads a unit shortly after its end, or after its OnFailure= mail. Until then it refuses another unit of the
/// same name.
bool UnitJobs::is_unloaded_within(const std::string& unit, std::chrono::microseconds patience) {
    const auto until = std::chrono::steady_clock::now() + patience;
    for (;;) {
        removed_ = false;
        if (const auto there = bus_.ask("GetUnit", "s", unit.c_str()); !there) return is_no_such_unit(there.error());
        while (!removed_) {
            const int processed = sd_bus_process(bus_.get(), nullptr);
            if (processed < 0) return false;
            if (processed > 0) continue;
            const auto left = std::chrono::duration_cast<std::chrono::microseconds>(until - std::chrono::steady_clock::now());
            if (left.count() <= 0) return false;
            sd_bus_wait(bus_.get(), static_cast<std::uint64_t>(left.count()));
        }
    }
}

int UnitJobs::on_unit_removed(sd_bus_message*, void* self, sd_bus_error*) noexcept {
    static_cast<UnitJobs*>(self)->removed_ = true;
    return 0;
}

}  // namespace boardgate::launcher
