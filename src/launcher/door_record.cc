// SPDX-License-Identifier: MIT
#include "src/launcher/door_record.h"

namespace boardgate::launcher {

namespace {

/// The first number of the file; a change of DoorSpec needs a new one.
constexpr std::uint16_t format = 3;
/// With shown_to behind it. Only boards that are shown have it: an older boardgate reads all others.
constexpr std::uint16_t shown_format = 4;
/// Of boardgate 0.1: a title in place of the names, and nothing behind the door.
constexpr std::uint16_t older_format = 2;

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
        record.door.fields(get);
        get.number(record.opened);
        get.flag(record.stopped);
        if (seen == shown_format) get.list(record.shown_to, wire::longest::shown_to);
    }
    if ((seen != format && seen != older_format && seen != shown_format) || !in.done())
        return failure("a door's record is damaged or of another version");
    return record;
}

}  // namespace

Result<DoorRecords> DoorRecords::open(const std::string& path) {
    auto opened = PrivateFolder::open_private(path, "door records");
    if (!opened) return error_of(opened);
    return DoorRecords(*std::move(opened));
}

Result<void> DoorRecords::write(DoorRecord& record) const {
    wire::Writer out(record.shown_to.empty() ? format : shown_format);
    wire::detail::Put put(out);
    out.number(record.uid);
    put.text(record.owner, wire::longest::user);
    record.door.fields(put);
    put.number(record.opened);
    put.flag(record.stopped);
    if (!record.shown_to.empty()) put.list(record.shown_to, wire::longest::shown_to);
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

namespace {

std::string bytes_of(const std::vector<std::string>& words) {
    std::string bytes;
    for (const std::string& word : words) bytes.append(word).push_back('\0');
    return bytes;
}

}  // namespace

bool DoorRecords::overwrite_arguments(const BoardId& board, const std::vector<std::string>& words) const {
    return folder_.overwrite(arguments_name(board), bytes_of(words));
}

Result<void> DoorRecords::write_arguments(const BoardId& board, const std::vector<std::string>& words) const {
    const auto written = folder_.write(arguments_name(board), bytes_of(words), PrivateFolder::IfUnfinished::replace);
    if (!written) return system_error("cannot write the options of a board", board.str(), written.error().sys);
    return {};
}

void DoorRecords::remove(const BoardId& board) const {
    (void)folder_.remove(board.str());
    (void)folder_.remove(arguments_name(board));
    folder_.sync();
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
