// SPDX-License-Identifier: MIT
#include "src/launcher/doors.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <utility>

#include "src/base/board_values.h"
#include "src/base/folder_names.h"
#include "src/base/gate_status_text.h"
#include "src/base/landlock_version.h"
#include "src/base/log.h"
#include "src/base/options_changed_signal.h"
#include "src/base/session_ended_signal.h"
#include "src/launcher/engine.h"

namespace boardgate::launcher {

using wire::Refusal;

namespace {

/// Written by boardgate-portholder@.service.
constexpr const char* holders_folder = "/run/boardgate-root/holders/";

/// Where systemd keeps what SetUnitProperties changes until the next boot.
const std::string changed_units = "/run/systemd/system.control/";

constexpr std::size_t most_ports_tried_elsewhere = 5;
constexpr std::size_t most_ports_tried = 10;

constexpr const char* stopped_text = "the socket of this board was stopped with systemctl; an administrator can release it";

/// The name of the first invalid field, if any. boardgated has checked all fields, for the person's error messages; the
/// launcher does not trust that.
std::string bad_field(const wire::DoorSpec& door, const Settings& settings) {
    if (!BoardId::parse(door.board)) return "board";
    if (!LogDir::parse(door.logdir)) return "logdir";
    if (!std::all_of(door.more_logdirs.begin(), door.more_logdirs.end(),
                     [](const std::string& each) { return LogDir::parse(each).has_value(); })) {
        return "more_logdirs";
    }
    if (!std::ranges::all_of(door.names, is_folder_name)) return "names";
    if (door.port != 0 && !settings.is_door_port(door.port)) return "port";
    if (!ReloadInterval::parse(door.reload_interval)) return "reload_interval";
    if (!Samples::parse(door.samples_per_plugin)) return "samples_per_plugin";
    if (!IdleSleep::parse(door.idle_sleep)) return "idle_sleep";
    if (!Priority::parse(door.priority)) return "priority";
    if (!settings.engine.allows(door.engine)) return "engine";
    if (!door.home.empty() && !HomeMark::parse(door.home)) return "home";
    if (door.bind_all && !settings.allow_bind_all) return "bind_all";
    if (!door.host.empty() && !(settings.allow_bind_all && is_ip_address(door.host))) return "host";
    return {};
}

/// Can boards confine themselves to their folders (src/board/confinement.h)?
bool kernel_confines() { return landlock_version() >= 1; }

/// The account has another name now, and the same home.
bool is_of_renamed(const DoorRecord& record, const Account& owner, const wire::DoorSpec& door) {
    return record.uid == owner.uid && !door.home.empty() && record.door.home == door.home;
}

std::string bytes_of(const wire::DoorSpec& door) {
    wire::Writer out(0);
    wire::detail::Put put(out);
    wire::DoorSpec(door).fields(put);
    return std::string(out.bytes());
}

/// What boardgate-doorcheck --holder all printed; nothing if that is not whole.
std::optional<std::set<std::uint16_t>> taken_ports_in(const std::string& path) {
    std::set<std::uint16_t> ports;
    std::ifstream in(path);
    if (!in.is_open()) return ports;
    for (std::string word; in >> word;) {
        if (word == "end") return ports;
        ports.insert(static_cast<std::uint16_t>(std::strtoul(word.c_str(), nullptr, 10)));
    }
    return std::nullopt;
}

/// What neither TensorBoard nor the door has to know.
bool differs_only_in_place(const wire::DoorSpec& before, const wire::DoorSpec& now) {
    wire::DoorSpec other = before;
    other.priority = now.priority;
    other.idle_sleep = now.idle_sleep;
    return bytes_of(other) == bytes_of(now) && bytes_of(before) != bytes_of(now);
}

}  // namespace

tl::unexpected<wire::Refused> refuse(Refusal reason, std::string text) {
    text.resize(std::min(text.size(), wire::longest::sentence));
    return tl::make_unexpected(wire::Refused{reason, std::move(text)});
}

/// The tensorboard program of an environment; empty if there is none, or it is not allowed.
std::string Doors::program_of(const std::string& environment) const {
    if (environment.starts_with('/')) return settings_.allow_own_environments && LogDir::parse(environment) ? environment : std::string();
    const auto found = settings_.environments.find(environment);
    return found == settings_.environments.end() ? std::string() : found->second;
}

LauncherResult<DoorPlan> Doors::plan(const Account& owner, const wire::DoorSpec& door) const {
    if (const std::string field = bad_field(door, settings_); !field.empty()) {
        return refuse(Refusal::bad_request, fmt::format("the value of {} is invalid", field));
    }
    const std::string program = program_of(door.environment);
    if (program.empty()) {
        return refuse(Refusal::environment, fmt::format("there is no environment \"{}\" in boardgate.conf", door.environment));
    }
    const auto user = UserName::parse(owner.name);
    if (!user) return refuse(Refusal::account, user.error().what);
    if (bus_.active_state(gate_unit) != "active") {
        return refuse(Refusal::gate_missing, "the packet filter is not in force; see: systemctl status boardgate-gate");
    }
    if (!gate_status_covers(bus_.unit_property(gate_unit, "org.freedesktop.systemd1.Service", "StatusText"), settings_.door_ports)) {
        return refuse(Refusal::gate_missing,
                      "the packet filter guards other ports than door_ports; an administrator runs: systemctl restart boardgate.target");
    }
    // The loop over ports sets the port.
    const UnitName unit(*user, *BoardId::parse(door.board), door.engine);
    DoorPlan plan{unit, owner, *Port::parse(settings_.door_ports.last), door, program, settings_.longest_awake, settings_.loader};
    plan.engine_words = words_of(unit, door.engine, settings_);
    return plan;
}

LauncherResult<Doors::Bound> Doors::start_units(const DoorPlan& plan) {
    const BoardId board = *BoardId::parse(plan.door.board);
    if (const auto written = records_.write_arguments(board, board_arguments(plan)); !written)
        return refuse(Refusal::systemd, written.error().text());
    const BusMessage call = start_transient_call(bus_, plan, DoorRecords::arguments_path(board));
    if (call == nullptr) return refuse(Refusal::systemd, "no memory for a message to systemd");
    const auto job = jobs_.call_and_wait(call);
    if (!job) return refuse(Refusal::systemd, "systemd refused the unit: " + job.error().what);
    if (*job == "done") return Bound::yes;
    // If systemd cannot bind the port, the job of the socket fails and systemd collects the socket unit. Remove what is
    // left of the service, too.
    jobs_.stop_for_good(plan.unit.service());
    if (*job == "failed") return Bound::port_taken;
    return refuse(Refusal::systemd, fmt::format("systemd ended the job with \"{}\"", *job));
}

std::string Doors::holder_of(const Account& asking, std::uint16_t port) const {
    if (const auto board = records_.board_with(port)) {
        return owned(asking, *board) ? "it is the door of your board " + board->str() : "it is the door of another person's board";
    }
    const std::string number = std::to_string(port);
    (void)jobs_.run("StartUnit", fmt::format("boardgate-portholder@{}.service", number));
    std::ifstream in(holders_folder + number);
    std::string holder;
    std::getline(in, holder);
    const bool readable = !holder.empty() && is_utf8(holder) && !has_control_character(holder);
    return (readable ? holder : "another program") + " listens there";
}

std::vector<std::uint16_t> Doors::candidates_for(const wire::DoorSpec& door, std::uint16_t former) const {
    const std::set<std::uint16_t>& taken = taken_ports();
    if (door.port != 0) return taken.contains(door.port) ? std::vector<std::uint16_t>() : std::vector{door.port};
    std::vector<std::uint16_t> candidates;
    const auto add = [&](std::uint16_t port) {
        if (!settings_.is_door_port(port) || taken.contains(port)) return;
        const auto holder = records_.board_with(port);
        if (!holder || holder->str() == door.board) candidates.push_back(port);
    };
    add(former);
    for (int port = settings_.door_ports.first; port <= settings_.door_ports.last && candidates.size() < most_ports_tried; ++port) {
        if (port != former) add(static_cast<std::uint16_t>(port));
    }
    return candidates;
}

LauncherResult<bool> Doors::claim(DoorRecord& record) const {
    const auto choosing = records_.lock_ports();
    const auto holder = records_.board_with(record.door.port);
    if (holder && holder->str() != record.door.board) return false;
    if (const auto written = records_.write(record); !written) return refuse(Refusal::systemd, written.error().text());
    const auto taken = records_.take_port(record.door.port, *BoardId::parse(record.door.board));
    if (!taken) return refuse(Refusal::systemd, taken.error().text());
    return true;
}

const std::set<std::uint16_t>& Doors::taken_ports() const {
    // Another worker may start the same unit meanwhile, which empties the file.
    for (int attempt = 0; !taken_ && attempt < 3; ++attempt) {
        (void)jobs_.run("StartUnit", "boardgate-portholder@all.service");
        taken_ = taken_ports_in(holders_folder + std::string("all"));
    }
    if (!taken_) {
        log_event(Event::request_fault, "boardgate-launcher cannot read which ports are in use; no door opens at another port");
        taken_.emplace();
        knows_ports_ = false;
        for (int port = settings_.door_ports.first; port <= settings_.door_ports.last; ++port)
            taken_->insert(static_cast<std::uint16_t>(port));
    }
    return *taken_;
}

bool Doors::change_in_place(const DoorPlan& plan, DoorRecord record, std::uint16_t former) const {
    wire::DoorSpec changed = plan.door;
    if (changed.port == 0 && settings_.is_door_port(former)) changed.port = former;
    if (!differs_only_in_place(record.door, changed)) return false;
    if (record.opened == 0 || record.opened != bus_.userspace_start() || !is_open(plan.unit)) return false;
    const BoardId board = *BoardId::parse(plan.door.board);
    if (!records_.overwrite_arguments(board, board_arguments(plan))) return false;
    const std::string service = plan.unit.service();
    if (record.door.priority != plan.door.priority &&
        !bus_.ask("SetUnitProperties", "sba(sv)", service.c_str(), 1, 1, "CPUWeight", "t", std::uint64_t{plan.door.priority}))
        return false;
    record.door = changed;
    if (!records_.write(record)) return false;
    // An error means that the board sleeps.
    (void)bus_.ask("KillUnit", "ssi", service.c_str(), "main", options_changed_signal);
    return true;
}

LauncherResult<std::optional<Port>> Doors::open_on(const std::vector<std::uint16_t>& candidates, DoorPlan& plan) {
    const auto board = *BoardId::parse(plan.door.board);
    auto before = records_.read(board);
    for (const std::uint16_t candidate : candidates) {
        plan.port = *Port::parse(candidate);
        // Record the door before opening it: a crash in between leaves a record, which opens the door later, and never an
        // unknown door.
        DoorRecord record{plan.owner.uid, plan.owner.name, plan.door};
        record.door.port = candidate;
        if (before) record.shown_to = before->shown_to;
        const auto claimed = claim(record);
        if (!claimed) return error_of(claimed);
        const auto bound = *claimed ? start_units(plan) : Bound::port_taken;
        if (bound && *bound == Bound::yes) {
            record.opened = bus_.userspace_start();
            (void)records_.write(record);  // if it fails, the door is made again at the next start of its board
            return std::optional(plan.port);
        }
        // The old record, with its port, stays until the door can be made again.
        if (before) before->opened = 0;
        if (*claimed && (!before || !records_.write(*before))) records_.remove(board);
        if (!bound) return error_of(bound);
    }
    return std::optional<Port>();
}

LauncherResult<Port> Doors::make(const Account& owner, const wire::DoorSpec& door, std::uint16_t former) {
    auto plan = this->plan(owner, door);
    if (!plan) return error_of(plan);
    const auto board = *BoardId::parse(door.board);
    const auto before = records_.read(board);
    if (before && !before->is_of(owner) && !is_of_renamed(*before, owner, door))
        return refuse(Refusal::no_such_door, "you have no such board");
    if (const auto named = before ? UserName::parse(before->owner) : failure("no door"); named) {
        const UnitName known(*named, board, before->door.engine);
        if (is_stopped(known, *before)) return refuse(Refusal::stopped, stopped_text);
        if (before->owner != owner.name || before->door.engine != door.engine) (void)stop_units(known);
    }
    plan->confined = before && !before->shown_to.empty();
    if (before && before->is_of(owner) && change_in_place(*plan, *before, former)) return *Port::parse(before->door.port);
    (void)stop_units(plan->unit);  // if it fails, systemd's refusal of the new unit says why
    // Nobody else takes the port of a board that does not rest.
    DoorUse use = records_.use(board);
    const bool rested = std::exchange(use.rests, false);
    if (rested) (void)records_.write_use(board, use);
    auto port = open(*plan, former);
    use.rests = true;
    if (rested && !port) (void)records_.write_use(board, use);
    return port;
}

LauncherResult<Port> Doors::open(DoorPlan& plan, std::uint16_t former) {
    const wire::DoorSpec& door = plan.door;
    std::vector<std::uint16_t> candidates = candidates_for(door, former);
    // An address of another machine fails for every port, and systemd reports it like a taken port.
    if (!door.host.empty() && candidates.size() > most_ports_tried_elsewhere) candidates.resize(most_ports_tried_elsewhere);
    auto opened = open_on(candidates, plan);
    if (opened && !*opened && door.port == 0 && door.host.empty()) {
        if (const auto freed = free_a_port(*BoardId::parse(door.board))) opened = open_on({*freed}, plan);
    }
    if (!opened) return error_of(opened);
    if (*opened) return **opened;
    if (!door.host.empty()) {
        return refuse(Refusal::port_taken, fmt::format("no port of {} is free, or the address is not one of this server's", door.host));
    }
    if (door.port != 0)
        return refuse(Refusal::port_taken, fmt::format("port {} is in use: {}", door.port, holder_of(plan.owner, door.port)));
    return refuse(Refusal::ports_all_taken, "all ports of door_ports are in use");
}

LauncherResult<bool> Doors::show_to(const Account& owner, DoorRecord record, std::vector<wire::ShownTo> to) {
    const bool was_shown = !record.shown_to.empty();
    record.shown_to = std::move(to);
    bool ended = false;
    if (!record.shown_to.empty()) {
        if (!kernel_confines()) {
            return refuse(
                Refusal::systemd,
                "this server's kernel has no Landlock: nothing would keep visitors from your other files, so the board is not shown");
        }
        auto plan = this->plan(owner, record.door);
        if (!plan) return error_of(plan);
        plan->confined = true;
        if (const auto written = records_.write_arguments(*BoardId::parse(record.door.board), board_arguments(*plan)); !written)
            return refuse(Refusal::systemd, written.error().text());
        // Its process can read what the new visitors must not see.
        ended = !was_shown && is_running(plan->unit);
        const auto stopped = ended ? jobs_.run("StopUnit", plan->unit.service()) : JobResult("done");
        if (!stopped || *stopped != "done") return refuse(Refusal::systemd, "systemd does not stop the board's unit; try again");
    }
    // A board that is shown no more stays confined until its door is made anew.
    if (const auto written = records_.write(record); !written) return refuse(Refusal::systemd, written.error().text());
    return ended;
}

LauncherResult<Port> Doors::make_again(const Account& owner, const DoorRecord& record) {
    wire::DoorSpec anywhere = record.door;
    anywhere.port = 0;
    anywhere.engine = settings_.engine.usable(record.door.engine);
    return make(owner, anywhere, record.door.port);
}

void Doors::woken(const BoardId& board, std::chrono::sys_seconds now) const {
    DoorUse use = records_.use(board);
    use.woken = now;
    use.rests = false;
    (void)records_.write_use(board, use);  // if it fails, the door rests too early, and the next visit makes it
}

void Doors::made(const BoardId& board, std::chrono::sys_seconds now, bool keeps_port) const {
    (void)records_.write_use(board, {now, false, keeps_port});
}

bool Doors::rest(const DoorRecord& record) {
    const auto board = *BoardId::parse(record.door.board);
    const auto owner = UserName::parse(record.owner);
    DoorUse use = records_.use(board);
    if (!owner || use.keeps_port || record.door.bind_all || !record.door.host.empty()) return false;
    const UnitName unit(*owner, board, record.door.engine);
    if (is_stopped(unit, record)) return false;
    if (is_running(unit)) return false;
    use.rests = true;
    return close(unit, record) && records_.write_use(board, use).has_value();
}

std::optional<std::uint16_t> Doors::free_a_port(const BoardId& except) {
    if (!knows_ports_) return std::nullopt;  // nobody has to rest for that
    std::vector<std::pair<std::chrono::sys_seconds, BoardId>> order;
    for (const BoardId& board : records_.with_port()) {
        if (board != except) order.emplace_back(records_.use(board).woken, board);
    }
    std::ranges::sort(order);
    for (const auto& [woken, board] : order) {
        // Another request works on it. Waiting for it could wait for ever: it may wait for this one.
        const auto lock = records_.try_lock(board);
        const auto record = lock ? records_.read(board) : failure("busy");
        if (record && rest(*record)) return record->door.port;
    }
    return std::nullopt;
}

LauncherResult<void> Doors::remove(const Account& owner, const BoardId& board) {
    const auto user = UserName::parse(owner.name);
    if (!user) return {};
    const auto record = owned(owner, board);
    // There may be units without a record, of each engine of the site.
    for (const Engine engine : {Engine::systemd, Engine::slurm}) {
        if (!settings_.engine.allows(engine) && !(record && record->door.engine == engine)) continue;
        if (!stop_units(UnitName(*user, board, engine)))
            return refuse(Refusal::systemd, "systemd does not stop the board's units; try again");
    }
    if (record) records_.remove(board);
    return {};
}

bool Doors::close(const UnitName& unit, DoorRecord record) {
    record.opened = 0;
    (void)records_.write(record);
    return stop_units(unit);
}

bool Doors::is_stopped(const UnitName& unit, DoorRecord record) const {
    if (record.stopped) return true;
    if (record.opened == 0 || record.opened != bus_.userspace_start() || is_open(unit)) return false;
    if (bus_.manager_property("SystemState") == "stopping") return false;
    record.stopped = true;
    (void)records_.write(record);
    return true;
}

LauncherResult<Port> Doors::reopen(const Account& owner, DoorRecord record) {
    record.opened = 0;
    record.stopped = false;
    if (const auto written = records_.write(record); !written) return refuse(Refusal::systemd, written.error().text());
    return make_again(owner, record);
}

void Doors::reset_failed(const UnitName& unit) const {
    if (bus_.active_state(unit.service()) == "failed") (void)bus_.ask("ResetFailedUnit", "s", unit.service().c_str());
}

bool Doors::is_running(const UnitName& unit) const {
    const std::string state = bus_.active_state(unit.service());
    return !state.empty() && state != "inactive" && state != "failed";
}

bool Doors::stop_units(const UnitName& unit) {
    // The door first: a waiting connection would start the service again.
    const bool door = jobs_.stop_for_good(unit.socket());
    const bool service = jobs_.stop_for_good(unit.service());
    // Properties that SetUnitProperties left would count for the next unit of this name, too.
    if (const std::string name = unit.service(); access((changed_units + name + ".d").c_str(), F_OK) == 0)
        (void)bus_.ask("RevertUnitFiles", "as", 1, name.c_str());
    return service && door;
}

void Doors::end_connections(const Account& owner) const {
    const auto user = UserName::parse(owner.name);
    for (const BoardId& board : user ? records_.with_port() : std::vector<BoardId>()) {
        const auto record = records_.read(board);
        if (!record || !record->is_of(owner)) continue;
        const UnitName unit(*user, board, record->door.engine);
        // An error means that the board sleeps.
        (void)bus_.ask("KillUnit", "ssi", unit.service().c_str(), "main", session_ended_signal);
    }
}

LauncherResult<DoorRecord> Doors::owned(const Account& owner, const BoardId& board) const {
    auto record = records_.read(board);
    if (!record || !record->is_of(owner)) return refuse(Refusal::no_such_door, "you have no such board");
    return *std::move(record);
}

LauncherResult<DoorRecord> Doors::of_anybody(const BoardId& board) const {
    auto record = records_.read(board);
    if (!record) return refuse(Refusal::no_such_door, "there is no such board");
    return *std::move(record);
}

}  // namespace boardgate::launcher
