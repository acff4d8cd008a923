// SPDX-License-Identifier: MIT
#include "src/launcher/door_record.h"

#include <charconv>

#include "src/base/words.h"

namespace boardgate::launcher {

namespace {

/// The first number of the file; a change of DoorSpec needs a new one.
constexpr std::uint16_t format = 3;
/// With shown_to behind it. Only boards that are shown have it: an older boardgate reads all others.
constexpr std::uint16_t shown_format = 4;
/// With the engine, and then shown_to. Only boards that systemd does not run have it, for the same reason.
constexpr std::uint16_t engine_format = 5;
/// Of boardgate 0.1: a title in place of the names, and nothing behind the door.
constexpr std::uint16_t older_format = 2;
constexpr std::uint16_t use_format = 1;
constexpr std::string_view port_suffix = ".port";
std::string port_name(std::uint16_t port) { return std::to_string(port) + std::string(port_suffix); }

/// The fields of DoorSpec up to the names, and from there on.
wire::DoorSpec older_door(wire::Reader& in, wire::detail::Get& get) {
    wire::DoorSpec door;
    get.text(door.board, wire::longest::board);
    get.number(door.port);
    get.text(door.logdir, wire::longest::path);
    get.texts(door.more_logdirs, wire::longest::more_logdirs, wire::longest::path);
    (void)in.text(wire::longest::title);
    door.settings(get);
    return door;
}

Result<DoorRecord> record_in(std::string_view bytes) {
    wire::Reader in(bytes);
    wire::detail::Get get(in);
    DoorRecord record;
    const auto seen = in.number<std::uint16_t>();
    record.uid = in.number<std::uint32_t>();
    get.text(record.owner, wire::longest::user);
    if (seen == older_format) {
        record.door = older_door(in, get);
    } else {
        record.door.fields_without_engine(get);
        get.number(record.opened);
        get.flag(record.stopped);
        if (seen == engine_format) get.choice(record.door.engine);
        if (seen == shown_format || seen == engine_format) get.list(record.shown_to, wire::longest::shown_to);
    }
    const bool known = seen == format || seen == older_format || seen == shown_format || seen == engine_format;
    if (!known || !in.done()) return failure("a door's record is damaged or of another version");
    return record;
}

}  // namespace

Result<DoorRecords> DoorRecords::open(const std::string& path) {
    auto opened = PrivateFolder::open_private(path, "door records");
    if (!opened) return error_of(opened);
    return DoorRecords(*std::move(opened));
}

Result<void> DoorRecords::write(DoorRecord& record) const {
    const bool has_engine = record.door.engine != Engine::systemd;
    wire::Writer out(has_engine ? engine_format : record.shown_to.empty() ? format : shown_format);
    wire::detail::Put put(out);
    out.number(record.uid);
    put.text(record.owner, wire::longest::user);
    record.door.fields_without_engine(put);
    put.number(record.opened);
    put.flag(record.stopped);
    if (has_engine) put.choice(record.door.engine);
    if (has_engine || !record.shown_to.empty()) put.list(record.shown_to, wire::longest::shown_to);
    const auto written = folder_.write(record.door.board, out.bytes(), PrivateFolder::IfUnfinished::replace);
    if (!written) return system_error("cannot write a door's record", record.door.board, written.error().sys);
    return {};
}

Result<DoorRecord> DoorRecords::read(const BoardId& board) const {
    const auto bytes = folder_.read(board.str(), wire::longest_message);
    if (!bytes) return system_error("cannot read the record of the board's door", board.str(), bytes.error().sys);
    auto record = record_in(*bytes);
    if (record && record->door.board != board.str()) return failure("a door's record names another board", board.str());
    return record;
}

bool DoorRecords::overwrite_arguments(const BoardId& board, const std::vector<std::string>& words) const {
    return folder_.overwrite(arguments_name(board), bytes_of(words));
}

Result<void> DoorRecords::write_arguments(const BoardId& board, const std::vector<std::string>& words) const {
    const auto written = folder_.write(arguments_name(board), bytes_of(words), PrivateFolder::IfUnfinished::replace);
    if (!written) return system_error("cannot write the options of a board", board.str(), written.error().sys);
    return {};
}

void DoorRecords::remove(const BoardId& board) const {
    const auto record = read(board);
    if (record && board_with(record->door.port) == board) (void)folder_.remove(port_name(record->door.port));
    (void)folder_.remove(arguments_name(board));
    (void)folder_.remove(use_name(board));
    (void)folder_.remove(board.str());
    folder_.sync();
}

void DoorRecords::remove_leftovers(std::chrono::sys_seconds now) const {
    folder_.remove_unfinished(now);
    for (const std::string& name : folder_.names()) {
        const auto board = BoardId::parse(name.substr(0, BoardId::text_size));
        if (!board || (name != arguments_name(*board) && name != use_name(*board))) continue;
        const bool has_record = folder_.changed(board->str()) != std::chrono::sys_seconds();
        if (!has_record && folder_.changed(name) + PrivateFolder::longest_write < now) (void)folder_.remove(name);
    }
}

DoorUse DoorRecords::use(const BoardId& board) const {
    const auto bytes = folder_.read(use_name(board), 64);
    if (!bytes) return {};
    wire::Reader in(*bytes);
    wire::detail::Get get(in);
    DoorUse use;
    if (in.number<std::uint16_t>() != use_format) return {};
    use.woken = std::chrono::sys_seconds(std::chrono::seconds(in.number<std::int64_t>()));
    get.flag(use.rests);
    get.flag(use.keeps_port);
    return in.done() ? use : DoorUse();
}

Result<void> DoorRecords::write_use(const BoardId& board, const DoorUse& use) const {
    wire::Writer out(use_format);
    wire::detail::Put put(out);
    out.number(std::int64_t{use.woken.time_since_epoch().count()});
    put.flag(use.rests);
    put.flag(use.keeps_port);
    const auto written = folder_.write(use_name(board), out.bytes(), PrivateFolder::IfUnfinished::replace);
    if (!written) return system_error("cannot write when a board was woken", board.str(), written.error().sys);
    return {};
}

std::optional<BoardId> DoorRecords::board_with(std::uint16_t port) const {
    const auto named = folder_.read(port_name(port), BoardId::text_size);
    const auto board = named ? BoardId::parse(*named) : failure("nobody");
    if (!board) return std::nullopt;
    // What is written there may be older than the record.
    const auto record = read(*board);
    return record && record->door.port == port && !use(*board).rests ? std::optional(*board) : std::nullopt;
}

Result<void> DoorRecords::take_port(std::uint16_t port, const BoardId& board) const {
    const std::string name = port_name(port);
    if (const auto now = folder_.read(name, BoardId::text_size); now && *now == board.str()) return {};
    return folder_.write(name, board.str(), PrivateFolder::IfUnfinished::replace);
}

std::vector<BoardId> DoorRecords::with_port() const {
    std::vector<BoardId> boards;
    for (const std::string& name : folder_.names()) {
        std::uint16_t port = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), port);
        if (error != std::errc() || std::string_view(end) != port_suffix) continue;
        if (const auto board = board_with(port)) boards.push_back(*board);
    }
    return boards;
}

std::vector<DoorRecord> DoorRecords::all(std::vector<std::string>* damaged) const {
    std::vector<DoorRecord> records;
    for (const std::string& name : folder_.names()) {
        const auto board = BoardId::parse(name);
        if (!board) continue;
        if (auto record = read(*board)) {
            records.push_back(*std::move(record));
        } else if (damaged != nullptr) {
            damaged->push_back(name);
        }
    }
    return records;
}

}  // namespace boardgate::launcher
