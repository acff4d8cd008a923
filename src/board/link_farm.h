// SPDX-License-Identifier: MIT
// Makes TensorBoard's own data server follow replaced event files. It opens an event file once, by name, and never looks at
// that name again; a new name is a new file for it. So it gets a tree of links: where a file was replaced, its run's folder
// becomes a folder of links to all that is in it, and the links to event files get new names. Other folders are links to
// whole folders, so that their files stay open and plugins find what lies beside them.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace boardgate::board {

class LinkFarm {
public:
    /// `shown` is TensorBoard's log directory, `real` a link to, or folder of links to, the same folders; both are made by
    /// link_folders().
    LinkFarm(std::string shown, std::string real, std::size_t most_links = 20'000);

    /// Paths below `real`: event files that were replaced since the last call, and links to a folder above them, which TensorBoard
    /// would not know as circles in a tree of links. False: there are more links than it may make, or they cannot be made; what is
    /// shown stays as it was.
    bool update(const std::vector<std::string>& replaced, const std::vector<std::string>& circles = {});

private:
    struct Links {
        std::map<std::string, std::string> wanted{};  ///< targets by name
        int error = 0;                                ///< errno, where the folder could not be listed
    };
    [[nodiscard]] std::string folder_of(const std::string& path) const;
    void add(const std::string& folder);
    [[nodiscard]] bool is_made(const std::string& folder) const;
    [[nodiscard]] Links links_of(const std::string& folder) const;
    [[nodiscard]] bool leads_up(const std::string& folder, const std::string& name) const;
    [[nodiscard]] bool make_all(const std::map<std::string, Links>& all) const;
    [[nodiscard]] bool match(const std::string& folder, const Links& links) const;

    const std::string shown_;
    const std::string real_;
    const std::size_t most_links_;
    /// Folders of links, by their path below the log directory (empty, `/a`, `/a/b`), with the number of times that their event files got
    /// new names.
    std::map<std::string, unsigned> folders_;
};

}  // namespace boardgate::board
