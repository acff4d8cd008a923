// SPDX-License-Identifier: MIT
#include "src/logdirs/run_rows.h"

#include <strings.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <sstream>

#include "src/logdirs/homes.h"

namespace boardgate::logdirs {

using wire::RunSort;

namespace {

std::string last_part(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::string below(const std::string& path, const std::string& folder) {
    return path == folder ? last_part(path) : path.substr(folder == "/" ? 1 : folder.size() + 1);
}

bool contains(const std::string& path, const std::string& word) { return strcasestr(path.c_str(), word.c_str()) != nullptr; }

/// What rows are sorted by.
struct Key {
    double number = 0;  ///< NaN: unknown
    const std::string* path = nullptr;
};

bool comes_before(const Key& a, const Key& b, const RowOrder& order) {
    if (order.sort == RunSort::name) return order.reversed ? path_before(*b.path, *a.path) : path_before(*a.path, *b.path);
    if (std::isnan(a.number) != std::isnan(b.number)) return std::isnan(b.number);
    if (a.number != b.number && !std::isnan(a.number)) return order.reversed ? a.number < b.number : a.number > b.number;
    return path_before(*a.path, *b.path);
}

double number_of(const WholeRun& run, const RowOrder& order) {
    switch (order.sort) {
        case RunSort::newest:
            return static_cast<double>(run.newest);
        case RunSort::bytes:
            return static_cast<double>(run.bytes);
        case RunSort::step:
        case RunSort::value:
        case RunSort::greatest:
        case RunSort::least:
            return order.number(run).value_or(std::numeric_limits<double>::quiet_NaN());
        case RunSort::name:
            break;
    }
    return 0;
}

RunRow row_of(const WholeRun& run, const std::string& above, std::size_t depth) {
    RunRow row;
    row.run = &run;
    row.path = run.run->path;
    row.name = below(row.path, above);
    row.depth = static_cast<std::uint8_t>(std::min<std::size_t>(depth, 255));
    row.newest = run.newest;
    row.bytes = run.bytes;
    row.event_files = run.event_files;
    return row;
}

/// A folder with runs below, or a run.
struct Node {
    std::string path;
    const WholeRun* run = nullptr;
    std::vector<std::unique_ptr<Node>> children{};
    std::uint32_t runs = 0;
    std::int64_t newest = 0;
    std::uint64_t bytes = 0;
    std::uint32_t event_files = 0;
    double number = std::numeric_limits<double>::quiet_NaN();  ///< of the first of its runs in the order
};

class Tree {
public:
    Tree(const std::vector<const WholeRun*>& runs, const std::vector<std::string>& roots, const RowOrder& order) : order_(order) {
        for (const std::string& root : roots) roots_.push_back(std::make_unique<Node>(Node{root}));
        for (const WholeRun* run : runs) add(*run, *roots_[run->run->start]);
    }

    std::vector<RunRow> rows() {
        std::erase_if(roots_, [](const auto& root) { return root->runs == 0; });
        for (const auto& root : roots_) sum_up(*root);
        if (roots_.size() == 1) {
            emit_children(*roots_.front(), roots_.front()->path, 0);
        } else {
            sort(roots_);
            for (const auto& root : roots_) emit_folder(*root, "", 0, true);
        }
        return std::move(rows_);
    }

private:
    void add(const WholeRun& run, Node& root) {
        const std::string& path = run.run->path;
        Node* node = &root;
        ++node->runs;
        // The folder of the run itself is a leaf: further runs below it are its siblings.
        for (std::size_t end = path.find('/', root.path == "/" ? 1 : root.path.size() + 1);
             end != std::string::npos && path.size() > root.path.size(); end = path.find('/', end + 1)) {
            node = &child(*node, path.substr(0, end));
            ++node->runs;
        }
        auto leaf = std::make_unique<Node>(Node{path, &run});
        leaf->runs = 1;
        leaf->newest = run.newest;
        leaf->bytes = run.bytes;
        leaf->event_files = run.event_files;
        leaf->number = number_of(run, order_);
        node->children.push_back(std::move(leaf));
    }

    /// The runs come in the order of their paths, so an existing folder is among the last.
    static Node& child(Node& node, std::string path) {
        for (auto some = node.children.rbegin(); some != node.children.rend(); ++some) {
            if ((*some)->run == nullptr) {
                if ((*some)->path == path) return **some;
                break;
            }
        }
        return *node.children.emplace_back(std::make_unique<Node>(Node{std::move(path)}));
    }

    void sum_up(Node& node) {
        for (const auto& child : node.children) {
            if (child->run == nullptr) sum_up(*child);
            node.newest = std::max(node.newest, child->newest);
            node.bytes += child->bytes;
            node.event_files += child->event_files;
            if (std::isnan(child->number)) continue;
            const bool better = order_.reversed ? child->number < node.number : child->number > node.number;
            if (std::isnan(node.number) || better) node.number = child->number;
        }
        if (order_.sort == RunSort::bytes) node.number = static_cast<double>(node.bytes);
    }

    void sort(std::vector<std::unique_ptr<Node>>& nodes) const {
        std::sort(nodes.begin(), nodes.end(), [this](const auto& a, const auto& b) {
            return comes_before({a->number, &a->path}, {b->number, &b->path}, order_);
        });
    }

    void emit_children(Node& node, const std::string& above, std::size_t depth) {
        sort(node.children);
        const bool lone = node.children.size() == 1;
        for (const auto& child : node.children) emit(*child, above, depth, lone && depth == 0);
    }

    /// A folder that holds nothing but one folder or one run has no row: it is part of the other's name.
    void emit(Node& node, const std::string& above, std::size_t depth, bool lone) {
        Node* inner = &node;
        while (inner->run == nullptr && inner->children.size() == 1) inner = inner->children.front().get();
        if (inner->run != nullptr) {
            rows_.push_back(row_of(*inner->run, above, depth));
        } else {
            emit_folder(*inner, above, depth, lone);
        }
    }

    void emit_folder(Node& node, const std::string& above, std::size_t depth, bool always_open) {
        RunRow row;
        row.path = node.path;
        row.name = above.empty() ? node.path : below(node.path, above);
        row.depth = static_cast<std::uint8_t>(std::min<std::size_t>(depth, 255));
        row.runs = node.runs;
        row.open = always_open || node.runs <= most_in_open_folder;
        row.newest = node.newest;
        row.bytes = node.bytes;
        row.event_files = node.event_files;
        const bool open = row.open;
        rows_.push_back(std::move(row));
        if (open) emit_children(node, node.path, depth + 1);
    }

    const RowOrder& order_;
    std::vector<std::unique_ptr<Node>> roots_;
    std::vector<RunRow> rows_;
};

}  // namespace

std::vector<std::string> words_of(const std::string& query) {
    std::istringstream text(query);
    std::vector<std::string> words;
    for (std::string word; text >> word;) words.push_back(word);
    return words;
}

bool matches(const WholeRun& run, const std::vector<std::string>& words) {
    const auto has_all = [&](const Run* one) {
        return std::all_of(words.begin(), words.end(), [&](const std::string& word) { return contains(one->path, word); });
    };
    return has_all(run.run) || std::any_of(run.parts.begin(), run.parts.end(), has_all);
}

std::vector<RunRow> flat_rows(const std::vector<const WholeRun*>& runs, const std::vector<std::string>& roots, const RowOrder& order) {
    std::vector<std::pair<Key, const WholeRun*>> sorted;
    sorted.reserve(runs.size());
    for (const WholeRun* run : runs) sorted.emplace_back(Key{number_of(*run, order), &run->run->path}, run);
    if (order.sort != RunSort::name) {
        std::sort(sorted.begin(), sorted.end(), [&](const auto& a, const auto& b) { return comes_before(a.first, b.first, order); });
    } else if (order.reversed) {
        std::reverse(sorted.begin(), sorted.end());
    }
    std::vector<RunRow> rows;
    rows.reserve(sorted.size());
    for (const auto& [key, run] : sorted) rows.push_back(row_of(*run, roots[run->run->start], 0));
    return rows;
}

std::vector<RunRow> tree_rows(const std::vector<const WholeRun*>& runs, const std::vector<std::string>& roots, const RowOrder& order) {
    return Tree(runs, roots, order).rows();
}

}  // namespace boardgate::logdirs
