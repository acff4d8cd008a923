// SPDX-License-Identifier: MIT
// systemd's jobs: starts a job and waits for its end (JobRemoved, org.freedesktop.systemd1(5)).
#pragma once

#include <map>
#include <string>

#include "src/base/bus.h"

namespace boardgate::launcher {

/// The result of a job: `done`, `failed`, `canceled`, `timeout`, `dependency`, `skipped`.
using JobResult = std::string;

class UnitJobs {
public:
    /// Subscribes to the manager's signals on this connection.
    [[nodiscard]] static Result<std::unique_ptr<UnitJobs>> open(const Bus& bus);
    UnitJobs(const UnitJobs&) = delete;
    UnitJobs& operator=(const UnitJobs&) = delete;
    ~UnitJobs();

    /// Starts a job of a unit (`StartUnit`, `StopUnit`, `RestartUnit`) and does not wait.
    [[nodiscard]] Result<std::string> ask(const char* method, const std::string& unit);
    /// Sends a prepared call that returns a job, such as StartTransientUnit, and waits for its end.
    [[nodiscard]] Result<JobResult> call_and_wait(const BusMessage& call);
    /// ask(), and waits for the end.
    [[nodiscard]] Result<JobResult> run(const char* method, const std::string& unit);
    /// Stops a unit, if it exists, and waits until systemd has unloaded it. False if it still exists and is not
    /// stopping.
    bool stop_for_good(const std::string& unit);

private:
    explicit UnitJobs(const Bus& bus) : bus_(bus) {}
    [[nodiscard]] Result<JobResult> wait(const std::string& job);
    [[nodiscard]] bool is_unloaded_within(const std::string& unit, std::chrono::microseconds patience);
    static int on_unit_removed(sd_bus_message* message, void* self, sd_bus_error* error) noexcept;
    static int on_removed(sd_bus_message* message, void* self, sd_bus_error* error) noexcept;

    const Bus& bus_;
    sd_bus_slot* slot_ = nullptr;
    sd_bus_slot* unit_slot_ = nullptr;
    bool removed_ = false;  ///< a UnitRemoved signal came
    std::map<std::string, JobResult> ended_;
};

}  // namespace boardgate::launcher
