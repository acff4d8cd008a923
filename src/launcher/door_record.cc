// SPDX-License-Identifier: MIT
#include "src/launcher/door_record.h"

namespace boardgate::launcher {

namespace {

/// The first number of the file; a change of DoorSpec needs a new one.
constexpr std::uint16_t format = 2;

Result<DoorRecord> record_in(std::string_view bytes) {
    wire::Reader in(bytes);
    wire::detail::Get get(in);
    DoorRecord record;
    const auto seen = in.number<std::uint16_t>();
    record.uid = in.number<std::uint32_t>();
    get.text(record.owner, wire::longest::user);
    record.door.fields(get);
    if (seen != format || !in.done()) return failure("a door's record is damaged or of another version");
    return record;
}

}  // namespace

Result<DoorRecords> DoorRecords::open(const std::string& path) {
    auto opened = PrivateFolder::open_private(path, "door records");
    if (!opened) return error_of(opened);
    return DoorRecords(*std::move(opened));
}

Result<void> DoorRecords::write(DoorRecord& record) const {
    wire::Writer out(format);
    wire::detail::Put put(out);
    out.number(record.uid);
    put.text(record.owner, wire::longest::user);
    record.door.fields(put);
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

void DoorRecords::remove(const BoardId& board) const {
    (void)folder_.remove(board.str());
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
