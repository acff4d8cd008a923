// SPDX-License-Identifier: MIT
#include "src/launcher/unit_properties.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include "src/launcher/engine.h"

namespace boardgate::launcher {

namespace {

constexpr const char* install_program = "/usr/bin/install";

/// Appends to one message and remembers the first failure.
class Properties {
public:
    explicit Properties(sd_bus_message* message) : message_(message) {}

    template <class... Values>
    void add(const char* types, Values... values) {
        keep(sd_bus_message_append(message_, types, values...));
    }
    void add_bytes(const std::uint8_t* bytes, std::size_t size) { keep(sd_bus_message_append_array(message_, 'y', bytes, size)); }
    void open(char type, const char* contents) { keep(sd_bus_message_open_container(message_, type, contents)); }
    void close() { keep(sd_bus_message_close_container(message_)); }
    [[nodiscard]] bool good() const { return status_ >= 0; }

private:
    void keep(int status) {
        if (status_ >= 0) status_ = status;
    }
    sd_bus_message* message_;
    int status_ = 0;
};

/// Everybody sees this command line: it holds nothing but the board's id.
void add_exec_start(Properties& to, const char* program, const std::string& board) {
    const std::string which = "--board=" + board;
    to.open('r', "sv");
    to.add("s", "ExecStart");
    to.open('v', "a(sasb)");
    to.open('a', "(sasb)");
    to.open('r', "sasb");
    to.add("s", program);
    to.add("as", 2, program, which.c_str());
    to.add("b", 0);  // do not ignore failure
    to.close();
    to.close();
    to.close();
    to.close();
}

/// The owner's cache of event files. Not CacheDirectory=: after the person gave the folder another group, systemd would give
/// all files in it to the person, as root, and the person can move other people's files there. install(1) changes the folder
/// alone, whose parent is root's.
void add_cache(Properties& to, const std::string& uid) {
    // The uid and not the name: an account that was made again under the name must not find another person's files.
    const std::string folder = "/var/cache/boardgate-boards/" + uid;
    const std::string as_environment = "CACHE_DIRECTORY=" + folder;
    const std::string as_writable = "-" + folder;  // a board works without it, too
    to.add("(sv)", "Environment", "as", 1, as_environment.c_str());
    to.add("(sv)", "ReadWritePaths", "as", 1, as_writable.c_str());
    to.open('r', "sv");
    to.add("s", "ExecStartPreEx");
    to.open('v', "a(sasas)");
    to.open('a', "(sasas)");
    to.open('r', "sasas");
    to.add("s", install_program);
    to.add("as", 7, install_program, "-d", "-m", "0700", "-o", uid.c_str(), folder.c_str());
    to.add("as", 2, "ignore-failure", "privileged");
    to.close();
    to.close();
    to.close();
    to.close();
}

/// The drop-in allows only loopback.
void allow_any_address(Properties& to) {
    static constexpr std::uint8_t zeros[16] = {};
    to.open('r', "sv");
    to.add("s", "IPAddressAllow");
    to.open('v', "a(iayu)");
    to.open('a', "(iayu)");
    for (const auto& [family, size] : {std::pair{AF_INET, std::size_t{4}}, std::pair{AF_INET6, std::size_t{16}}}) {
        to.open('r', "iayu");
        to.add("i", family);
        to.add_bytes(zeros, size);
        to.add("u", 0);
        to.close();
    }
    to.close();
    to.close();
    to.close();
}

void add_door(Properties& to, const DoorPlan& plan) {
    const std::string port = std::to_string(plan.port.number());
    const std::string address = "127.0.0.1:" + port;
    const std::string host = plan.door.host.find(':') == std::string::npos ? plan.door.host : fmt::format("[{}]", plan.door.host);
    const std::string outside = host + ":" + port;
    // A `%` in a name stays: systemd expands specifiers in unit files, and doubles them when it writes one for a property.
    const std::string description = fmt::format("Door of {}'s board {}", plan.owner.name, plan.door.board);
    to.open('a', "(sv)");
    to.add("(sv)", "Description", "s", description.c_str());
    // The same port at every address, or at loopback and one more. On loopback the packet filter still allows only
    // nginx.
    if (plan.door.bind_all) {
        to.add("(sv)", "Listen", "a(ss)", 1, "Stream", port.c_str());
    } else if (!plan.door.host.empty()) {
        to.add("(sv)", "Listen", "a(ss)", 2, "Stream", address.c_str(), "Stream", outside.c_str());
    } else {
        to.add("(sv)", "Listen", "a(ss)", 1, "Stream", address.c_str());
    }
    if (plan.door.bind_all || !plan.door.host.empty()) allow_any_address(to);
    // A door that cannot open leaves no unit.
    to.add("(sv)", "CollectMode", "s", "inactive-or-failed");
    to.close();
}

void add_unit(Properties& to, const DoorPlan& plan, const std::string& input) {
    const std::string description = fmt::format("TensorBoard {} of {}", plan.door.board, plan.owner.name);
    const std::string uid = std::to_string(plan.owner.uid);
    const std::string slice = fmt::format("tensorboard-u{}.slice", uid);
    to.open('a', "(sv)");
    to.add("(sv)", "Description", "s", description.c_str());
    // The uid and not the name: the ticket proves the uid.
    to.add("(sv)", "User", "s", uid.c_str());
    to.add("(sv)", "Slice", "s", slice.c_str());
    // The other engine's program reads no event files here.
    if (plan.door.engine == Engine::systemd) add_cache(to, uid);
    to.add("(sv)", "CPUWeight", "t", static_cast<std::uint64_t>(plan.door.priority));
    to.add("(sv)", "StandardInputFile", "s", input.c_str());
    add_exec_start(to, program_of(plan.door.engine), plan.door.board);
    to.close();
}

/// The owner's choice, or else the site's.
const char* loader_of(const DoorPlan& plan) {
    static constexpr const char* chosen[] = {"auto", "rustboard", "python", "boardgate"};
    static constexpr const char* of_site[] = {"auto", "boardgate", "rustboard", "python"};
    return plan.door.loader == wire::Loader::automatic ? of_site[static_cast<std::size_t>(plan.loader)]
                                                       : chosen[static_cast<std::size_t>(plan.door.loader)];
}

}  // namespace

std::vector<std::string> board_arguments(const DoorPlan& plan) {
    const wire::DoorSpec& door = plan.door;
    std::vector<std::string> words = {
        "--tensorboard=" + plan.tensorboard,
        "--logdir=" + door.logdir,
        "--reload-interval=" + std::to_string(door.reload_interval),
        std::string("--reload-multifile=") + (door.reload_multifile ? "yes" : "no"),
        "--samples=" + door.samples_per_plugin,
        std::string("--loader=") + loader_of(plan),
        fmt::format("--idle-sleep={:09}", door.idle_sleep),  // of one length: DoorRecords::overwrite_arguments()
        "--longest-awake=" + std::to_string(plan.longest_awake.count()),
    };
    if (!door.home.empty()) words.push_back("--home=" + door.home);
    if (plan.confined) words.emplace_back("--confined=yes");
    for (const std::string& folder : door.more_logdirs) words.push_back("--logdir=" + folder);
    for (const std::string& name : door.names) words.push_back("--name=" + name);
    words.insert(words.end(), plan.engine_words.begin(), plan.engine_words.end());
    return words;
}

BusMessage start_transient_call(const Bus& bus, const DoorPlan& plan, const std::string& input) {
    BusMessage message = bus.manager_call("StartTransientUnit");
    if (message == nullptr) return nullptr;
    Properties to(message.get());
    const std::string socket = plan.unit.socket();
    const std::string service = plan.unit.service();
    to.add("ss", socket.c_str(), "fail");
    add_door(to, plan);
    to.open('a', "(sa(sv))");
    to.open('r', "sa(sv)");
    to.add("s", service.c_str());
    add_unit(to, plan, input);
    to.close();
    to.close();
    return to.good() ? std::move(message) : nullptr;
}

}  // namespace boardgate::launcher
