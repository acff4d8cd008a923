// SPDX-License-Identifier: MIT
// The requests of boardgated to boardgate-logdirs except InspectFolder. A long answer consists of several messages.
#pragma once

#include "src/wire/messages.h"

namespace boardgate::wire {

namespace longest {
inline constexpr std::size_t file_name = 255;    // NAME_MAX
inline constexpr std::size_t folder_rows = 200;  // together less than the longest message
inline constexpr std::size_t why = 400;          // names a folder
inline constexpr std::size_t roots = 8;
inline constexpr std::size_t tag = 200;
inline constexpr std::size_t curves = 2;
inline constexpr std::size_t points = 64;
}  // namespace longest

/// Asks for the folders that complete a path; its last part may be incomplete. The answer is a FolderReport on the listed
/// folder and, if that is readable, FolderRows and a final FolderList.
struct ListFolders {
    static constexpr Type type = Type::ListFolders;
    std::string path;  ///< absolute, below `~/`, or empty for home
    template <class Io>
    void fields(Io& io) {
        io.text(path, longest::path);
    }
};

/// What a person typed for the folders of a board: paths, `~/...`, paths below home, `name:/a,other:/b`, patterns.
struct ResolveFolders {
    static constexpr Type type = Type::ResolveFolders;
    std::vector<std::string> texts;
    template <class Io>
    void fields(Io& io) {
        io.texts(texts, longest::more_logdirs + 1, longest::path);
    }
};

struct NamedFolder {
    std::string name;  ///< empty: none was given
    std::string path;
    template <class Io>
    void fields(Io& io) {
        io.text(name, longest::folder_name);
        io.text(path, longest::path);
    }
};

struct ResolvedFolders {
    static constexpr Type type = Type::ResolvedFolders;
    std::vector<NamedFolder> folders;  ///< at most as many as a board may have
    std::uint32_t found = 0;           ///< all that were meant
    template <class Io>
    void fields(Io& io) {
        io.list(folders, longest::more_logdirs + 1);
        io.number(found);
    }
};

struct FolderRow {
    std::string name;
    std::uint32_t event_files = 0;  ///< at every depth
    std::uint32_t runs = 0;         ///< folders with event files, at every depth
    std::int64_t newest = 0;
    bool readable = false;
    bool complete = false;  ///< whether the count is complete
    template <class Io>
    void fields(Io& io) {
        io.text(name, longest::file_name);
        io.number(event_files);
        io.number(runs);
        io.number(newest);
        io.flag(readable);
        io.flag(complete);
    }
};

struct FolderRows {
    static constexpr Type type = Type::FolderRows;
    std::vector<FolderRow> rows;
    template <class Io>
    void fields(Io& io) {
        io.list(rows, longest::folder_rows);
    }
};

struct FolderList {
    static constexpr Type type = Type::FolderList;
    std::string path;              ///< the requested path, absolute
    std::string folder;            ///< the listed folder
    bool here = false;             ///< `path` is a readable folder; the next four fields describe it
    std::uint32_t here_files = 0;  ///< directly in the folder
    std::uint32_t here_runs = 0;   ///< at every depth
    std::int64_t here_newest = 0;
    bool here_complete = false;
    std::string suggestion;  ///< a folder that is more likely meant; may be empty
    std::uint32_t suggestion_runs = 0;
    std::string why;
    bool truncated = false;      ///< there are more folders
    std::uint32_t left_out = 0;  ///< folders whose name no log directory can have
    template <class Io>
    void fields(Io& io) {
        io.text(path, longest::path);
        io.text(folder, longest::path);
        io.flag(here);
        io.number(here_files);
        io.number(here_runs);
        io.number(here_newest);
        io.flag(here_complete);
        io.text(suggestion, longest::path);
        io.number(suggestion_runs);
        io.text(why, longest::why);
        io.flag(truncated);
        io.number(left_out);
    }
};

/// Asks for folders with event files below a root, newest first. The answer is a FolderReport on the root and, if that is
/// readable, RunsProgress during the search, a RunFound for each run, on slow storage another one when the run was read, and a
/// final RunsEnd.
struct FindRuns {
    static constexpr Type type = Type::FindRuns;
    std::string root;  ///< absolute; empty means run_roots of boardgate.conf
    std::uint16_t limit = 0;
    template <class Io>
    void fields(Io& io) {
        io.text(root, longest::path);
        io.number(limit);
    }
};

struct RunsProgress {
    static constexpr Type type = Type::RunsProgress;
    std::uint32_t looked_at = 0;  ///< folders
    std::uint32_t found = 0;
    std::string folder;  ///< the folder being searched
    template <class Io>
    void fields(Io& io) {
        io.number(looked_at);
        io.number(found);
        io.text(folder, longest::path);
    }
};

struct Point {
    std::int64_t step = 0;
    double value = 0;
    template <class Io>
    void fields(Io& io) {
        io.number(step);
        io.number(value);
    }
};

struct Curve {
    std::string tag;
    std::vector<Point> points;  ///< steps rise
    template <class Io>
    void fields(Io& io) {
        io.text(tag, longest::tag);
        io.list(points, longest::points);
    }
};

struct RunFound {
    static constexpr Type type = Type::RunFound;
    std::string path;
    std::string name;  ///< the path below its root
    std::int64_t newest = 0;
    std::uint32_t event_files = 0;
    std::uint64_t bytes = 0;
    bool read = false;  ///< false: storage was too slow; the run may come again, with what is in it
    bool has_step = false;
    std::int64_t step = 0;  ///< the last one
    std::vector<Curve> curves;
    template <class Io>
    void fields(Io& io) {
        io.text(path, longest::path);
        io.text(name, longest::path);
        io.number(newest);
        io.number(event_files);
        io.number(bytes);
        io.flag(read);
        io.flag(has_step);
        io.number(step);
        io.list(curves, longest::curves);
    }
};

struct RunsEnd {
    static constexpr Type type = Type::RunsEnd;
    std::vector<std::string> roots;
    bool truncated = false;  ///< not all folders were searched, or not all runs sent
    std::uint32_t looked_at = 0;
    std::uint32_t found = 0;
    template <class Io>
    void fields(Io& io) {
        io.texts(roots, longest::roots, longest::path);
        io.flag(truncated);
        io.number(looked_at);
        io.number(found);
    }
};

}  // namespace boardgate::wire
