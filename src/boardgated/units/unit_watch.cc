// SPDX-License-Identifier: MIT
#include "src/boardgated/units/unit_watch.h"

#include <poll.h>
#include <sys/eventfd.h>

#include <charconv>
#include <mutex>

#include "src/base/gate_status_text.h"
#include "src/base/log.h"

namespace boardgate::boardgated {

namespace {

constexpr const char* unit_interface = "org.freedesktop.systemd1.Unit";
constexpr const char* service_interface = "org.freedesktop.systemd1.Service";

constexpr std::chrono::seconds between_usages{5};

/// The gate is closed when the bus was away for longer: until then its last word stands, so that a restart of
/// the bus is not seen by anybody.
constexpr std::chrono::seconds bus_patience{15};

Usage usage_of(const Bus& bus, const std::string& unit) {
    Usage usage;
    usage.memory = bus.unit_counter(unit, service_interface, "MemoryCurrent");
    if (const auto nanoseconds = bus.unit_counter(unit, service_interface, "CPUUsageNSec")) {
        usage.cpu_seconds = static_cast<double>(*nanoseconds / 10'000'000) / 100;
    }
    return usage;
}

std::int32_t unit_number(const Bus& bus, const std::string& unit, const char* property) {
    std::int32_t value = 0;
    sd_bus_error error{};
    sd_bus_get_property_trivial(bus.get(), Bus::service, unit_path(unit).c_str(), service_interface, property, &error, 'i', &value);
    sd_bus_error_free(&error);
    return value;
}

std::string invocation_of(const Bus& bus, const std::string& unit) {
    sd_bus_error error{};
    sd_bus_message* raw = nullptr;
    const int status =
        sd_bus_get_property(bus.get(), Bus::service, unit_path(unit).c_str(), unit_interface, "InvocationID", &error, &raw, "ay");
    sd_bus_error_free(&error);
    const BusMessage answer(raw);
    const void* bytes = nullptr;
    std::size_t size = 0;
    if (status < 0 || sd_bus_message_read_array(raw, 'y', &bytes, &size) < 0) return {};
    std::string hex;
    for (std::size_t i = 0; i < size; ++i) {
        constexpr std::string_view digits = "0123456789abcdef";
        const unsigned char byte = static_cast<const unsigned char*>(bytes)[i];
        hex += digits[byte >> 4];
        hex += digits[byte & 15U];
    }
    return hex;
}

/// The port of a door's first address, `127.0.0.1:16001` or `[::]:16001`.
std::uint16_t port_of(const Bus& bus, const std::string& door) {
    sd_bus_error error{};
    sd_bus_message* raw = nullptr;
    const int status = sd_bus_get_property(bus.get(), Bus::service, unit_path(door).c_str(), "org.freedesktop.systemd1.Socket", "Listen",
                                           &error, &raw, "a(ss)");
    sd_bus_error_free(&error);
    const BusMessage answer(raw);
    const char* kind = nullptr;
    const char* address = nullptr;
    if (status < 0 || sd_bus_message_enter_container(raw, 'a', "(ss)") < 0 || sd_bus_message_read(raw, "(ss)", &kind, &address) <= 0)
        return 0;
    const std::string_view digits = std::string_view(address).substr(std::string_view(address).rfind(':') + 1);
    std::uint16_t port = 0;
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    return fault == std::errc{} && end == digits.data() + digits.size() ? port : std::uint16_t{0};
}

std::uint64_t last_change(const Bus& bus, const std::string& unit) {
    return bus.unit_counter(unit, unit_interface, "StateChangeTimestamp").value_or(0);
}

UnitFacts facts_of(const Bus& bus, const UnitName& unit) {
    const std::string service = unit.service();
    UnitFacts facts;
    facts.socket_active = bus.active_state(unit.socket());
    facts.port = port_of(bus, unit.socket());
    // Each property is an answer of its own. One run's end and the next one's number would make a failure that never
    // was, so that what changed meanwhile is read again; if it does not come to rest, its next signal mends it.
    std::uint64_t changed = last_change(bus, service);
    for (int attempt = 0; attempt < 4; ++attempt) {
        facts.service_active = bus.active_state(service);
        facts.result = bus.unit_property(service, service_interface, "Result");
        facts.status_text = bus.unit_property(service, service_interface, "StatusText");
        facts.exit_code = unit_number(bus, service, "ExecMainCode");
        facts.exit_status = unit_number(bus, service, "ExecMainStatus");
        facts.invocation = invocation_of(bus, service);
        const std::uint64_t before = std::exchange(changed, last_change(bus, service));
        if (before == changed) break;
    }
    if (facts.result == "oom-kill") facts.memory_limit = bus.unit_counter(service, service_interface, "MemoryMax");
    facts.since = static_cast<std::int64_t>(changed != 0 ? changed : last_change(bus, unit.socket()));
    return facts;
}

std::set<std::string> units_that_exist(const Bus& bus) {
    std::set<std::string> units;
    const auto answer = bus.ask("ListUnitsByPatterns", "asas", 0, 2, "tensorboard-*.service", "tensorboard-*.socket");
    if (!answer) return units;
    sd_bus_message* list = answer->get();
    sd_bus_message_enter_container(list, 'a', "(ssssssouso)");
    const char* name = nullptr;
    while (sd_bus_message_enter_container(list, 'r', "ssssssouso") > 0) {
        if (sd_bus_message_read(list, "s", &name) >= 0) units.insert(name);
        sd_bus_message_skip(list, "sssssouso");
        sd_bus_message_exit_container(list);
    }
    return units;
}

}  // namespace

/// One connection to the bus; thrown away when the bus goes.
struct UnitWatch::Follower {
    explicit Follower(Bus connection) : bus(std::move(connection)) {}
    Bus bus;
    std::set<BoardId> changed;
    std::set<BoardId> awake;
    std::chrono::steady_clock::time_point next_usages{};
    bool gate_changed = true;

    void note(const std::string& unit) {
        if (unit == gate_unit) gate_changed = true;
        if (const auto board = UnitName::board_of(unit)) changed.insert(*board);
    }
    static int on_properties(sd_bus_message* message, void* self, sd_bus_error*) noexcept {
        try {
            static_cast<Follower*>(self)->note(unit_of_path(sd_bus_message_get_path(message)));
        } catch (...) {
            return -ENOMEM;
        }
        return 0;
    }
    static int on_unit(sd_bus_message* message, void* self, sd_bus_error*) noexcept {
        try {
            const char* unit = nullptr;
            if (sd_bus_message_read(message, "s", &unit) >= 0) static_cast<Follower*>(self)->note(unit);
        } catch (...) {
            return -ENOMEM;
        }
        return 0;
    }
    [[nodiscard]] bool subscribe() {
        // The slots live as long as the connection (sd_bus_add_match(3), a null slot).
        return sd_bus_add_match(bus.get(), nullptr,
                                "type='signal',sender='org.freedesktop.systemd1',interface='org.freedesktop.DBus.Properties',"
                                "member='PropertiesChanged',path_namespace='/org/freedesktop/systemd1/unit'",
                                &on_properties, this) >= 0 &&
               sd_bus_match_signal(bus.get(), nullptr, Bus::service, Bus::manager_path, Bus::manager, "UnitNew", &on_unit, this) >= 0 &&
               sd_bus_match_signal(bus.get(), nullptr, Bus::service, Bus::manager_path, Bus::manager, "UnitRemoved", &on_unit, this) >= 0 &&
               bus.ask("Subscribe", "").has_value();
    }
};

UnitWatch::UnitWatch(Listener listener) : listener_(std::move(listener)) {}
UnitWatch::~UnitWatch() = default;

Result<std::unique_ptr<UnitWatch::Follower>> UnitWatch::connect() {
    auto bus = Bus::open_system();
    if (!bus) return error_of(bus);
    auto follower = std::make_unique<Follower>(*std::move(bus));
    if (!follower->subscribe()) return failure("cannot follow systemd's units over the system bus");
    listener_.connected(units_that_exist(follower->bus));
    for (const BoardId& board : listener_.boards()) follower->changed.insert(board);
    return follower;
}

namespace {
template <class Follower, class Listener>
void read_changes(Follower& follower, const Listener& listener) {
    if (std::exchange(follower.gate_changed, false)) listener.gate(follower.bus.active_state(gate_unit) == "active");
    for (const BoardId& board : std::exchange(follower.changed, {})) {
        const auto unit = listener.unit_of(board);
        if (!unit) {
            follower.awake.erase(board);
            continue;
        }
        const UnitFacts facts = facts_of(follower.bus, *unit);
        if (state_of(facts) == State::ready) {
            follower.awake.insert(board);
        } else {
            follower.awake.erase(board);
        }
        listener.board(board, facts);
    }
}

template <class Follower, class Listener>
void read_usages(Follower& follower, const Listener& listener) {
    for (const BoardId& board : follower.awake) {
        if (const auto unit = listener.unit_of(board)) listener.usage(board, usage_of(follower.bus, unit->service()));
    }
}
}  // namespace

Result<void> UnitWatch::start() {
    wake_ = Fd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!wake_) return system_error("cannot make an event descriptor");
    auto follower = connect();
    if (!follower) return error_of(follower);
    first_ = *std::move(follower);
    read_changes(*first_, listener_);
    thread_ = std::jthread([this](const std::stop_token& stop) { follow(stop); });
    return {};
}

void UnitWatch::look_again(const BoardId& id) {
    {
        const std::lock_guard lock(mutex_);
        asked_.insert(id);
    }
    eventfd_write(wake_.get(), 1);
}

void UnitWatch::stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
}

void UnitWatch::follow(const std::stop_token& stop) {
    const std::stop_callback wake_up(stop, [this] { eventfd_write(wake_.get(), 1); });
    std::unique_ptr<Follower> follower = std::move(first_);
    auto lost = std::chrono::steady_clock::now();
    while (!stop.stop_requested()) {
        if (follower == nullptr) {
            if (std::chrono::steady_clock::now() - lost > bus_patience) listener_.gate(false);
            if (auto again = connect()) {
                follower = *std::move(again);
            } else {
                pollfd pause{wake_.get(), POLLIN, 0};
                poll(&pause, 1, 500);
                eventfd_t ignored = 0;
                eventfd_read(wake_.get(), &ignored);
                continue;
            }
        }
        int processed = 0;
        while ((processed = sd_bus_process(follower->bus.get(), nullptr)) > 0) {
        }
        if (processed < 0) {
            log_event(Event::notice, std::string("the connection to the system bus broke: ") + std::strerror(-processed));
            follower.reset();
            lost = std::chrono::steady_clock::now();
            continue;
        }
        {
            const std::lock_guard lock(mutex_);
            follower->changed.merge(asked_);
            asked_.clear();
        }
        if (follower->gate_changed || !follower->changed.empty()) {
            // Reading may bring further signals, so go round again before waiting.
            read_changes(*follower, listener_);
            continue;
        }
        const auto now = std::chrono::steady_clock::now();
        if (!follower->awake.empty() && now >= follower->next_usages) {
            read_usages(*follower, listener_);
            follower->next_usages = now + between_usages;
            continue;
        }
        pollfd waiting[2] = {{sd_bus_get_fd(follower->bus.get()), static_cast<short>(sd_bus_get_events(follower->bus.get())), 0},
                             {wake_.get(), POLLIN, 0}};
        const auto until_usages = std::chrono::duration_cast<std::chrono::milliseconds>(follower->next_usages - now).count() + 1;
        poll(waiting, 2, follower->awake.empty() ? -1 : static_cast<int>(until_usages));
        eventfd_t ignored = 0;
        eventfd_read(wake_.get(), &ignored);
    }
}

}  // namespace boardgate::boardgated
