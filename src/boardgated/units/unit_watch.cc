// SPDX-License-Identifier: MIT
#include "src/boardgated/units/unit_watch.h"

#include <poll.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <ranges>

#include "src/base/gate_status_text.h"
#include "src/base/loaded_unit.h"
#include "src/base/log.h"

namespace boardgate::boardgated {

namespace {

constexpr const char* service_interface = "org.freedesktop.systemd1.Service";

using SteadyClock = std::chrono::steady_clock;

constexpr std::chrono::seconds between_usages{5};

/// A board that needs too much memory may end within a second of its start, and the failure names the most that was seen.
constexpr std::chrono::milliseconds between_usages_of_starts{500};

/// Boards whose units are read between two readings of systemd's signals, after a connection.
constexpr int read_at_a_time = 32;

/// If the bus is unreachable for longer, the gate closes. Until then the last known state applies, so that a restart of the
/// bus disturbs nobody.
constexpr std::chrono::seconds bus_patience{15};

Usage usage_of(const Bus& bus, const std::string& unit) {
    Usage usage;
    usage.memory = bus.unit_counter(unit, service_interface, "MemoryCurrent");
    if (const auto nanoseconds = bus.unit_counter(unit, service_interface, "CPUUsageNSec")) {
        usage.cpu_seconds = static_cast<double>(*nanoseconds / 10'000'000) / 100;
    }
    return usage;
}

/// The port of an address such as `127.0.0.1:16001` or `[::]:16001`; 0 without a port.
std::uint16_t port_of(std::string_view address) {
    const std::string_view digits = address.substr(address.rfind(':') + 1);
    std::uint16_t port = 0;
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    return fault == std::errc{} && end == digits.data() + digits.size() ? port : std::uint16_t{0};
}

std::int64_t last_change(const LoadedUnit& unit) { return static_cast<std::int64_t>(unit.counter("StateChangeTimestamp").value_or(0)); }

void add_service(UnitFacts& facts, const LoadedUnit& service) {
    facts.service_active = service.text("ActiveState");
    facts.result = service.text("Result");
    facts.status_text = service.text("StatusText");
    facts.exit_code = service.number("ExecMainCode");
    facts.exit_status = service.number("ExecMainStatus");
    facts.invocation = service.text("InvocationID");
    if (facts.result == "oom-kill") facts.memory_limit = service.counter("MemoryMax");
    facts.since = last_change(service);
}

Result<UnitFacts> facts_of(const Bus& bus, const UnitName& unit) {
    const auto socket = LoadedUnit::read(bus, unit.socket());
    if (!socket) return error_of(socket);
    const auto service = LoadedUnit::read(bus, unit.service());
    if (!service) return error_of(service);
    UnitFacts facts;
    if (*service) add_service(facts, **service);
    if (*socket) {
        facts.socket_active = (*socket)->text("ActiveState");
        facts.port = port_of((*socket)->text("Listen"));
        if (facts.since == 0) facts.since = last_change(**socket);
    }
    return facts;
}

/// ActiveState of all boards' units that systemd has loaded, by name.
using ListedUnits = std::map<std::string, std::string>;

/// Boards whose usage is read now and then.
struct MeasuredBoards {
    std::chrono::milliseconds pause;
    std::set<BoardId> boards{};
    SteadyClock::time_point next{};
};

ListedUnits list_units(const Bus& bus) {
    ListedUnits units;
    const auto answer = bus.ask("ListUnitsByPatterns", "asas", 0, 4, "tensorboard-*.service", "tensorboard-*.socket",
                                "tensorboard.slurm-*.service", "tensorboard.slurm-*.socket");
    if (!answer) return units;
    sd_bus_message* list = answer->get();
    sd_bus_message_enter_container(list, 'a', "(ssssssouso)");
    const char* name = nullptr;
    const char* active_state = nullptr;
    while (sd_bus_message_enter_container(list, 'r', "ssssssouso") > 0) {
        if (sd_bus_message_read(list, "ssss", &name, nullptr, nullptr, &active_state) >= 0) units.emplace(name, active_state);
        sd_bus_message_skip(list, "ssouso");
        sd_bus_message_exit_container(list);
    }
    return units;
}

/// The facts that a list alone tells; all of them for units that systemd has not loaded.
UnitFacts facts_of(const ListedUnits& listed, const UnitName& unit) {
    UnitFacts facts;
    if (const auto socket = listed.find(unit.socket()); socket != listed.end()) facts.socket_active = socket->second;
    if (const auto service = listed.find(unit.service()); service != listed.end()) facts.service_active = service->second;
    return facts;
}

}  // namespace

/// One connection to the bus, and what must be read over it. Destroyed when the connection breaks.
struct UnitWatch::Follower {
    explicit Follower(Bus connection) : bus(std::move(connection)) {}
    Bus bus;
    std::set<BoardId> changed;
    std::map<BoardId, UnitFacts> later;  ///< to be read when nothing else is to do, with what the list tells of them
    MeasuredBoards ready{between_usages};
    MeasuredBoards starting{between_usages_of_starts};
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
    void read_later_ones() {
        for (int i = 0; i < read_at_a_time && !later.empty(); ++i) changed.insert(later.extract(later.begin()).key());
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
    const ListedUnits listed = list_units(follower->bus);
    const auto names = std::views::keys(listed);
    listener_.connected(std::set<std::string>(names.begin(), names.end()));
    for (const BoardId& board : listener_.boards()) {
        const auto unit = listener_.unit_of(board);
        if (!unit) continue;
        const UnitFacts facts = facts_of(listed, *unit);
        if (!facts.service_active.empty() && facts.service_active != "inactive") {
            follower->changed.insert(board);
        } else if (facts == UnitFacts()) {
            listener_.board(board, facts);
        } else {
            follower->later.emplace(board, facts);
        }
    }
    return follower;
}

namespace {
void keep_if(std::set<BoardId>& boards, const BoardId& board, bool wanted) {
    if (wanted) {
        boards.insert(board);
    } else {
        boards.erase(board);
    }
}

template <class Follower, class Listener>
void read_changes(Follower& follower, const Listener& listener) {
    if (std::exchange(follower.gate_changed, false)) listener.gate(follower.bus.active_state(gate_unit) == "active");
    for (const BoardId& board : std::exchange(follower.changed, {})) {
        const auto unit = listener.unit_of(board);
        if (!unit) {
            follower.ready.boards.erase(board);
            follower.starting.boards.erase(board);
            continue;
        }
        const auto facts = facts_of(follower.bus, *unit);
        if (!facts) {
            log_event(Event::notice, facts.error().text());
            continue;  // the last facts apply until the unit's next signal, or the next connection
        }
        keep_if(follower.ready.boards, board, state_of(*facts) == State::ready);
        keep_if(follower.starting.boards, board, state_of(*facts) == State::starting);
        listener.board(board, *facts);
    }
}

template <class Follower, class Listener>
void read_usages(Follower& follower, const Listener& listener) {
    const auto now = SteadyClock::now();
    for (auto* const measured : {&follower.ready, &follower.starting}) {
        if (measured->boards.empty() || now < measured->next) continue;
        for (const BoardId& board : measured->boards) {
            if (const auto unit = listener.unit_of(board)) listener.usage(board, usage_of(follower.bus, unit->service()));
        }
        measured->next = now + measured->pause;
    }
}
}  // namespace

Result<void> UnitWatch::start() {
    wake_ = Fd(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!wake_) return system_error("cannot make an event descriptor");
    auto follower = connect();
    if (!follower) return error_of(follower);
    first_ = *std::move(follower);
    // After a later connection the facts from before it stand until the units are read.
    for (const auto& [board, facts] : first_->later) listener_.board(board, facts);
    read_changes(*first_, listener_);
    thread_ = std::jthread([this](const std::stop_token& stop) { follow(stop); });
    return {};
}

void UnitWatch::refresh(const BoardId& id) {
    requested_.lock()->insert(id);
    eventfd_write(wake_.get(), 1);
}

void UnitWatch::stop() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
}

namespace {

void pause_until(const Fd& wake, std::chrono::milliseconds most) {
    pollfd waiting{wake.get(), POLLIN, 0};
    poll(&waiting, 1, static_cast<int>(most.count()));
    eventfd_t ignored = 0;
    eventfd_read(wake.get(), &ignored);
}

/// Waits for a signal of systemd, a request, or the next reading of usage.
template <class Follower>
void wait_for_news(const Follower& follower, const Fd& wake) {
    int most = -1;
    for (const auto* const measured : {&follower.ready, &follower.starting}) {
        if (measured->boards.empty()) continue;
        const auto until = std::chrono::ceil<std::chrono::milliseconds>(measured->next - SteadyClock::now()).count();
        const int pause = static_cast<int>(std::max<std::int64_t>(until, 0));
        most = most < 0 ? pause : std::min(most, pause);
    }
    pollfd waiting[2] = {{sd_bus_get_fd(follower.bus.get()), static_cast<short>(sd_bus_get_events(follower.bus.get())), 0},
                         {wake.get(), POLLIN, 0}};
    poll(waiting, 2, most);
    eventfd_t ignored = 0;
    eventfd_read(wake.get(), &ignored);
}

}  // namespace

/// Reads changed units and, when due, usage; then waits. False when the connection broke.
bool UnitWatch::go_on(Follower& follower) {
    int processed = 0;
    while ((processed = sd_bus_process(follower.bus.get(), nullptr)) > 0) {
    }
    if (processed < 0) {
        log_event(Event::notice, std::string("the connection to the system bus broke: ") + std::strerror(-processed));
        return false;
    }
    follower.changed.merge(*requested_.lock());
    if (follower.changed.empty()) follower.read_later_ones();
    const bool changes = follower.gate_changed || !follower.changed.empty();
    if (changes) read_changes(follower, listener_);
    read_usages(follower, listener_);
    // sd-bus may have queued signals while it waited for replies: process them before waiting.
    if (!changes) wait_for_news(follower, wake_);
    return true;
}

void UnitWatch::follow(const std::stop_token& stop) {
    const std::stop_callback wake_up(stop, [this] { eventfd_write(wake_.get(), 1); });
    std::unique_ptr<Follower> follower = std::move(first_);
    auto lost = std::chrono::steady_clock::now();
    while (!stop.stop_requested()) {
        if (follower == nullptr) {
            if (std::chrono::steady_clock::now() - lost > bus_patience) listener_.gate(false);
            auto again = connect();
            if (!again) {
                pause_until(wake_, std::chrono::milliseconds(500));
                continue;
            }
            follower = *std::move(again);
        }
        if (!go_on(*follower)) {
            follower.reset();
            lost = std::chrono::steady_clock::now();
        }
    }
}

}  // namespace boardgate::boardgated
