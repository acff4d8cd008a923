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
inline constexpr std::size_t curves = 4;
inline constexpr std::size_t points = 64;
inline constexpr std::size_t query = 500;
inline constexpr std::size_t known_tags = 24;  // together with the next two and the roots less than the longest message
inline constexpr std::size_t silent_folders = 3;
inline constexpr std::size_t elsewhere = 2;
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

/// `value` is the last one of a tag, `greatest` and `least` the bounds of all its values.
enum class RunSort : std::uint8_t { newest, name, step, bytes, value, greatest, least, last = least };

/// Asks for the runs below a root, in pages. The answer is a FolderReport on the root and, if that is readable, RunsProgress
/// during the search, a RunFound for each row, on slow storage another one when the run was read, and a final RunsEnd. With
/// `early`, some RunsProgress are followed by the first rows of what was found until then, not read.
struct FindRuns {
    static constexpr Type type = Type::FindRuns;
    std::string root;   ///< absolute; empty means run_roots of boardgate.conf
    std::string query;  ///< words that the path of a run must contain; upper and lower case are the same
    RunSort sort = RunSort::newest;
    bool reversed = false;
    std::string tag;                ///< for RunSort::value, greatest and least
    std::vector<std::string> tags;  ///< the curves to send; empty: a loss and an accuracy
    bool folders = false;           ///< rows for folders: large ones stand for their runs
    bool without_points = false;    ///< only the runs that hold no point
    bool early = false;
    std::uint16_t limit = 0;
    std::uint32_t first = 0;  ///< the row to begin with; above 0 it is a page of the last listing
    template <class Io>
    void fields(Io& io) {
        io.text(root, longest::path);
        io.text(query, longest::query);
        io.choice(sort);
        io.flag(reversed);
        io.text(tag, longest::tag);
        io.texts(tags, longest::curves, longest::tag);
        io.flag(folders);
        io.flag(without_points);
        io.flag(early);
        io.number(limit);
        io.number(first);
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
    double least = 0;           ///< of all points that are numbers; NaN if there is none
    double greatest = 0;
    template <class Io>
    void fields(Io& io) {
        io.text(tag, longest::tag);
        io.list(points, longest::points);
        io.number(least);
        io.number(greatest);
    }
};

/// A row: a run, or a folder of runs.
struct RunFound {
    static constexpr Type type = Type::RunFound;
    std::string path;
    std::string name;         ///< the path below its root; of a row below a folder's row, below that folder
    bool is_folder = false;   ///< then the fields from `has_step` on are empty
    bool open = false;        ///< of a folder: the rows of its runs follow
    std::uint8_t depth = 0;   ///< the number of folder rows above it
    std::uint32_t runs = 0;   ///< of a folder: the runs below that match
    std::uint32_t parts = 0;  ///< of a run: the folders below it that are part of it (add_scalars, add_hparams)
    std::int64_t newest = 0;
    std::uint32_t event_files = 0;
    std::uint64_t bytes = 0;
    bool writing = false;
    bool has_step = false;
    std::int64_t step = 0;     ///< the last one
    bool read = false;         ///< whether there was time to read it
    bool early = false;        ///< the search goes on, and its rows will replace this one
    std::string damaged_file;  ///< empty: none
    std::uint64_t damaged_byte = 0;
    std::vector<Curve> curves;
    template <class Io>
    void fields(Io& io) {
        io.text(path, longest::path);
        io.text(name, longest::path);
        io.flag(is_folder);
        io.flag(open);
        io.number(depth);
        io.number(runs);
        io.number(parts);
        io.number(newest);
        io.number(event_files);
        io.number(bytes);
        io.flag(writing);
        io.flag(has_step);
        io.number(step);
        io.flag(read);
        io.flag(early);
        io.text(damaged_file, longest::file_name);
        io.number(damaged_byte);
        io.list(curves, longest::curves);
    }
};

/// A folder outside the roots that holds runs.
struct Elsewhere {
    std::string path;
    std::uint32_t runs = 0;
    bool complete = false;  ///< whether that is all of them
    template <class Io>
    void fields(Io& io) {
        io.text(path, longest::path);
        io.number(runs);
        io.flag(complete);
    }
};

struct RunsEnd {
    static constexpr Type type = Type::RunsEnd;
    std::vector<std::string> roots;
    bool truncated = false;            ///< not all folders were searched
    std::uint32_t looked_at = 0;       ///< folders
    std::uint32_t found = 0;           ///< runs that match, without those of the next field
    std::uint32_t without_points = 0;  ///< runs that match and hold no point
    std::uint32_t all = 0;             ///< runs with points, whether they match or not
    std::uint32_t copies = 0;          ///< runs in folders of copies, such as .ipynb_checkpoints
    std::uint32_t left_out = 0;        ///< runs in folders whose name no board can have
    std::uint32_t sorted = 0;          ///< matching runs that were read so far; all of them unless the sort needs reading
    std::uint32_t next = 0;            ///< the first row of the next page; 0: there is none
    std::int64_t as_of = 0;            ///< the time of the look at the folders, seconds since 1970
    std::vector<std::string> silent;   ///< folders that do not answer
    std::vector<std::string> tags;     ///< the most common tags of runs that were read
    std::vector<Elsewhere> elsewhere;  ///< if nothing was found
    template <class Io>
    void fields(Io& io) {
        io.texts(roots, longest::roots, longest::path);
        io.flag(truncated);
        io.number(looked_at);
        io.number(found);
        io.number(without_points);
        io.number(all);
        io.number(copies);
        io.number(left_out);
        io.number(sorted);
        io.number(next);
        io.number(as_of);
        io.texts(silent, longest::silent_folders, longest::path);
        io.texts(tags, longest::known_tags, longest::tag);
        io.list(elsewhere, longest::elsewhere);
    }
};

}  // namespace boardgate::wire
