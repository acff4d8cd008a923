// SPDX-License-Identifier: MIT
#include "tests/fakes/fake_systemd.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <systemd/sd-bus.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <stdexcept>
#include <string_view>
#include <thread>

#include "src/base/bus.h"
#include "src/base/fd.h"

#include "tests/fakes/temp_folder.h"

namespace boardgate::fakes {

namespace {

constexpr const char* variable = "DBUS_SYSTEM_BUS_ADDRESS";

void good(int status, const char* what) {
    if (status < 0) throw std::runtime_error(std::string(what) + ": " + std::strerror(-status));
}

std::string dump_of(sd_bus_message* message) {
    char* text = nullptr;
    std::size_t size = 0;
    std::FILE* out = open_memstream(&text, &size);
    sd_bus_message_dump(message, out, SD_BUS_MESSAGE_DUMP_SUBTREE_ONLY);
    std::fclose(out);
    std::string dump(text, size);
    std::free(text);
    return dump;
}

void append(sd_bus_message* to, const FakeSystemd::Value& value) {
    if (const auto* text = std::get_if<std::string>(&value)) good(sd_bus_message_append(to, "v", "s", text->c_str()), "append");
    if (const auto* number = std::get_if<std::int32_t>(&value)) good(sd_bus_message_append(to, "v", "i", *number), "append");
    if (const auto* counter = std::get_if<std::uint64_t>(&value)) good(sd_bus_message_append(to, "v", "t", *counter), "append");
    if (const auto* bytes = std::get_if<std::vector<std::uint8_t>>(&value)) {
        good(sd_bus_message_open_container(to, 'v', "ay"), "append");
        good(sd_bus_message_append_array(to, 'y', bytes->data(), bytes->size()), "append");
        good(sd_bus_message_close_container(to), "append");
    }
    if (const auto* addresses = std::get_if<std::vector<FakeSystemd::Address>>(&value)) {
        good(sd_bus_message_open_container(to, 'v', "a(ss)"), "append");
        good(sd_bus_message_open_container(to, 'a', "(ss)"), "append");
        for (const auto& [kind, address] : *addresses) good(sd_bus_message_append(to, "(ss)", kind.c_str(), address.c_str()), "append");
        good(sd_bus_message_close_container(to), "append");
        good(sd_bus_message_close_container(to), "append");
    }
}

}  // namespace

struct FakeSystemd::World {
    using Signal = std::function<BusMessage(sd_bus*)>;
    struct Connection {
        std::unique_ptr<sd_bus, BusUnref> bus;
        bool subscribed = false;
    };

    TempFolder folder;
    Fd listening;
    Fd wake{eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    std::mutex mutex;  // guards all below but connections, which only the thread uses
    std::map<std::string, std::map<std::string, Value>> units;
    std::vector<std::string> asked;
    std::vector<std::string> transient;
    std::set<int> taken_ports;
    std::set<std::string> starting_again;
    std::map<std::string, std::string> refused;
    std::deque<Signal> signals;
    bool hanging_up = false;
    int subscribers = 0;
    int jobs = 0;
    int calls = 0;
    std::list<Connection> connections;
    std::jthread thread;

    World() {
        const std::string path = folder / "bus";
        listening = Fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        path.copy(address.sun_path, sizeof address.sun_path - 1);
        if (bind(listening.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || listen(listening.get(), 8) != 0) {
            throw std::runtime_error("no socket for the fake bus");
        }
        setenv(variable, ("unix:path=" + path).c_str(), 1);
        thread = std::jthread([this](const std::stop_token& stop) { serve(stop); });
    }
    ~World() {
        thread.request_stop();
        eventfd_write(wake.get(), 1);
        thread.join();
        unsetenv(variable);
    }

    void serve(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            std::vector<pollfd> waiting = {{listening.get(), POLLIN, 0}, {wake.get(), POLLIN, 0}};
            for (const Connection& connection : connections) {
                waiting.push_back({sd_bus_get_fd(connection.bus.get()), static_cast<short>(sd_bus_get_events(connection.bus.get())), 0});
            }
            poll(waiting.data(), waiting.size(), 100);
            eventfd_t ignored = 0;
            eventfd_read(wake.get(), &ignored);
            if (const int fd = accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK); fd >= 0) welcome(fd);
            bool end_all = false;
            {
                const std::lock_guard lock(mutex);
                end_all = std::exchange(hanging_up, false);
            }
            if (end_all) connections.clear();
            for (auto at = connections.begin(); at != connections.end();) at = process(*at) ? std::next(at) : connections.erase(at);
            send_signals();
            const std::lock_guard lock(mutex);
            subscribers =
                static_cast<int>(std::count_if(connections.begin(), connections.end(), [](const Connection& c) { return c.subscribed; }));
        }
        connections.clear();
    }

    void welcome(int fd) {
        sd_bus* raw = nullptr;
        good(sd_bus_new(&raw), "bus");
        connections.push_back({std::unique_ptr<sd_bus, BusUnref>(raw)});
        sd_id128_t id{};
        id.bytes[0] = 1;
        good(sd_bus_set_fd(raw, fd, fd), "bus");
        good(sd_bus_set_server(raw, 1, id), "bus");
        good(sd_bus_set_trusted(raw, 1), "bus");
        good(sd_bus_add_filter(raw, nullptr, &World::on_message, this), "bus");
        good(sd_bus_start(raw), "bus");
    }

    static bool process(const Connection& connection) {
        int status = 0;
        while ((status = sd_bus_process(connection.bus.get(), nullptr)) > 0) {
        }
        return status >= 0;
    }

    void send_signals() {
        std::deque<Signal> now;
        {
            const std::lock_guard lock(mutex);
            now.swap(signals);
        }
        for (const Signal& make : now) {
            for (const Connection& connection : connections) {
                if (!connection.subscribed) continue;
                const BusMessage signal = make(connection.bus.get());
                sd_bus_message_set_sender(signal.get(), Bus::service);
                sd_bus_send(connection.bus.get(), signal.get(), nullptr);
            }
        }
    }

    static int on_message(sd_bus_message* message, void* self, sd_bus_error*) {
        std::uint8_t type = 0;
        sd_bus_message_get_type(message, &type);
        if (type != SD_BUS_MESSAGE_METHOD_CALL) return 0;
        auto& world = *static_cast<World*>(self);
        const std::lock_guard lock(world.mutex);
        const std::string method = sd_bus_message_get_member(message);
        if (const auto refused = world.refused.find(method); refused != world.refused.end()) {
            return sd_bus_reply_method_errorf(message, refused->second.c_str(), "on purpose");
        }
        ++world.calls;
        if (method == "Hello") return sd_bus_reply_method_return(message, "s", ":1.1");
        if (method == "AddMatch" || method == "RemoveMatch") return sd_bus_reply_method_return(message, "");
        if (method == "Subscribe") return world.subscribe(message);
        if (method == "Get") return world.tell_property(message);
        if (method == "GetAll") return world.tell_all_properties(message);
        if (method == "StartTransientUnit") return world.start_transient(message);
        if (method == "StartUnit" || method == "StopUnit" || method == "RestartUnit") return world.change(message, method);
        if (method == "ResetFailedUnit") return world.reset(message);
        if (method == "SetUnitProperties" || method == "KillUnit") return world.take(message, method);
        if (method == "GetUnit") return world.find(message);
        if (method == "ListUnitsByPatterns") return world.list(message);
        return sd_bus_reply_method_errorf(message, SD_BUS_ERROR_UNKNOWN_METHOD, "%s", method.c_str());
    }

    int take(sd_bus_message* message, const std::string& method) {
        const char* unit = nullptr;
        good(sd_bus_message_read(message, "s", &unit), method.c_str());
        asked.push_back(method + " " + unit);
        return sd_bus_reply_method_return(message, "");
    }

    int subscribe(sd_bus_message* message) {
        for (Connection& connection : connections) {
            if (connection.bus.get() == sd_bus_message_get_bus(message)) connection.subscribed = true;
        }
        return sd_bus_reply_method_return(message, "");
    }

    int tell_property(sd_bus_message* message) {
        const char* interface = nullptr;
        const char* name = nullptr;
        good(sd_bus_message_read(message, "ss", &interface, &name), "Get");
        const std::string path = unit_of_path(sd_bus_message_get_path(message));
        const auto unit = units.find(path);
        if (unit == units.end()) tell_of(path);
        if (unit == units.end() || !unit->second.contains(name)) {
            return sd_bus_reply_method_errorf(message, SD_BUS_ERROR_UNKNOWN_PROPERTY, "%s", name);
        }
        sd_bus_message* raw = nullptr;
        good(sd_bus_message_new_method_return(message, &raw), "Get");
        const BusMessage reply(raw);
        append(raw, unit->second.at(name));
        return sd_bus_message_send(raw);
    }

    /// Every property, whatever its interface. Reading a unit that is not loaded loads it, which systemd signals.
    int tell_all_properties(sd_bus_message* message) {
        const std::string name = unit_of_path(sd_bus_message_get_path(message));
        const auto unit = units.find(name);
        if (unit == units.end()) tell_of(name);
        sd_bus_message* raw = nullptr;
        good(sd_bus_message_new_method_return(message, &raw), "GetAll");
        const BusMessage reply(raw);
        good(sd_bus_message_open_container(raw, 'a', "{sv}"), "GetAll");
        for (const auto& [property, value] : unit == units.end() ? std::map<std::string, Value>() : unit->second) {
            good(sd_bus_message_open_container(raw, 'e', "sv"), "GetAll");
            good(sd_bus_message_append(raw, "s", property.c_str()), "GetAll");
            append(raw, value);
            good(sd_bus_message_close_container(raw), "GetAll");
        }
        good(sd_bus_message_close_container(raw), "GetAll");
        return sd_bus_message_send(raw);
    }

    /// Replies with a job that has already ended.
    int reply_with_job(sd_bus_message* message, const std::string& unit, const std::string& result) {
        const std::string job = "/org/freedesktop/systemd1/job/" + std::to_string(++jobs);
        signals.push_back([=, id = static_cast<std::uint32_t>(jobs)](sd_bus* bus) {
            sd_bus_message* raw = nullptr;
            good(sd_bus_message_new_signal(bus, &raw, Bus::manager_path, Bus::manager, "JobRemoved"), "signal");
            good(sd_bus_message_append(raw, "uoss", id, job.c_str(), unit.c_str(), result.c_str()), "signal");
            return BusMessage(raw);
        });
        return sd_bus_reply_method_return(message, "o", job.c_str());
    }

    int start_transient(sd_bus_message* message) {
        const char* unit = nullptr;
        good(sd_bus_message_read(message, "s", &unit), "StartTransientUnit");
        sd_bus_message_rewind(message, 1);
        const std::string dump = dump_of(message);
        transient.push_back(dump);
        asked.push_back("StartTransientUnit " + std::string(unit));
        constexpr std::string_view before_port = "STRING \"127.0.0.1:";
        const std::size_t at = dump.find(before_port);
        if (at != std::string::npos && taken_ports.contains(std::atoi(dump.c_str() + at + before_port.size()))) {
            return reply_with_job(message, unit, "failed");
        }
        change_state(unit, "active");
        return reply_with_job(message, unit, "done");
    }

    int change(sd_bus_message* message, const std::string& method) {
        const char* unit = nullptr;
        const char* mode = nullptr;
        good(sd_bus_message_read(message, "ss", &unit, &mode), "change");
        asked.push_back(method + " " + unit);
        if (method == "StopUnit" && !units.contains(unit))
            return sd_bus_reply_method_errorf(message, "org.freedesktop.systemd1.NoSuchUnit", "%s", unit);
        const bool comes_back = method == "StopUnit" && starting_again.erase(unit) > 0;
        change_state(unit, method == "StopUnit" && !comes_back ? "inactive" : "active");
        return reply_with_job(message, unit, "done");
    }

    int reset(sd_bus_message* message) {
        const char* unit = nullptr;
        good(sd_bus_message_read(message, "s", &unit), "ResetFailedUnit");
        if (const auto found = units.find(unit); found != units.end() && found->second["ActiveState"] == Value("failed"))
            found->second["ActiveState"] = Value(std::string("inactive"));
        return sd_bus_reply_method_return(message, "");
    }

    /// Unloads inactive transient units, as systemd does.
    int find(sd_bus_message* message) {
        const char* unit = nullptr;
        good(sd_bus_message_read(message, "s", &unit), "GetUnit");
        const auto found = units.find(unit);
        if (found == units.end() || found->second["ActiveState"] == Value("inactive"))
            return sd_bus_reply_method_errorf(message, "org.freedesktop.systemd1.NoSuchUnit", "%s", unit);
        return sd_bus_reply_method_return(message, "o", unit_path(unit).c_str());
    }

    int list(sd_bus_message* message) const {
        sd_bus_message* raw = nullptr;
        good(sd_bus_message_new_method_return(message, &raw), "list");
        const BusMessage reply(raw);
        good(sd_bus_message_open_container(raw, 'a', "(ssssssouso)"), "list");
        for (const auto& [name, properties] : units) {
            good(sd_bus_message_append(raw, "(ssssssouso)", name.c_str(), "", "loaded", "active", "", "", "/", 0, "", "/"), "list");
        }
        good(sd_bus_message_close_container(raw), "list");
        return sd_bus_message_send(raw);
    }

    /// With the lock held.
    void change_state(const std::string& unit, const std::string& state) {
        units[unit]["ActiveState"] = state;
        tell_of(unit);
    }
    void tell_of(const std::string& unit) {
        signals.push_back([unit](sd_bus* bus) {
            sd_bus_message* raw = nullptr;
            good(sd_bus_message_new_signal(bus, &raw, unit_path(unit).c_str(), "org.freedesktop.DBus.Properties", "PropertiesChanged"),
                 "signal");
            good(sd_bus_message_append(raw, "sa{sv}as", "org.freedesktop.systemd1.Unit", 0, 0), "signal");
            return BusMessage(raw);
        });
        eventfd_write(wake.get(), 1);
    }
};

FakeSystemd::FakeSystemd() : world_(std::make_unique<World>()) {}
FakeSystemd::~FakeSystemd() = default;

void FakeSystemd::set(const std::string& unit, const std::map<std::string, Value>& properties) {
    const std::lock_guard lock(world_->mutex);
    for (const auto& [name, value] : properties) world_->units[unit][name] = value;
    world_->tell_of(unit);
}

void FakeSystemd::forget(const std::string& unit) {
    const std::lock_guard lock(world_->mutex);
    world_->units.erase(unit);
    world_->tell_of(unit);
}

std::string FakeSystemd::property(const std::string& unit, const std::string& name) {
    const std::lock_guard lock(world_->mutex);
    const auto found = world_->units.find(unit);
    if (found == world_->units.end() || !found->second.contains(name)) return {};
    return std::get<std::string>(found->second.at(name));
}

std::vector<std::string> FakeSystemd::asked() {
    const std::lock_guard lock(world_->mutex);
    return std::exchange(world_->asked, {});
}

std::vector<std::string> FakeSystemd::transient() {
    const std::lock_guard lock(world_->mutex);
    return std::exchange(world_->transient, {});
}

void FakeSystemd::take_ports(const std::set<int>& ports) {
    const std::lock_guard lock(world_->mutex);
    world_->taken_ports = ports;
}

void FakeSystemd::refuse(const std::string& method, const std::string& error) {
    const std::lock_guard lock(world_->mutex);
    if (error.empty()) {
        world_->refused.erase(method);
    } else {
        world_->refused[method] = error;
    }
}

void FakeSystemd::start_after_next_stop(const std::string& unit) {
    const std::lock_guard lock(world_->mutex);
    world_->starting_again.insert(unit);
}

void FakeSystemd::hang_up() {
    const std::lock_guard lock(world_->mutex);
    world_->hanging_up = true;
    eventfd_write(world_->wake.get(), 1);
}

int FakeSystemd::calls() {
    const std::lock_guard lock(world_->mutex);
    return world_->calls;
}

int FakeSystemd::subscribers() {
    const std::lock_guard lock(world_->mutex);
    return world_->subscribers;
}

}  // namespace boardgate::fakes
