// SPDX-License-Identifier: MIT
// Answers the calls of stock TensorBoard (tensorboard/data/proto/data_provider.proto, service TensorBoardDataProvider) in the
// same way as its own data server.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "src/data/request.h"
#include "src/data/run.h"

namespace boardgate::data {

class Provider {
public:
    /// TensorBoard shows `location` as the place of the data.
    Provider(std::string location, const RunSource& source) : location_(std::move(location)), source_(source) {}

    /// `path` is gRPC's name of a method: /tensorboard.data.TensorBoardDataProvider/ListRuns. Thread-safe.
    [[nodiscard]] Answer answer(std::string_view path, std::string_view message) const;

private:
    struct Method;
    static const Method methods[];
    using Class = events::DataClass;
    /// Appends the fields of a tag's entry that follow its name; false leaves the tag out.
    using Entry = std::function<bool(std::string& entry, const std::string& run, const std::string& tag, const Series& series)>;

    [[nodiscard]] Answer get_experiment(std::string_view message) const;
    [[nodiscard]] Answer list_plugins(std::string_view message) const;
    [[nodiscard]] Answer list_runs(std::string_view message) const;
    template <Class data_class>
    [[nodiscard]] Answer list(std::string_view message) const;
    [[nodiscard]] Answer read_scalars(std::string_view message) const;
    [[nodiscard]] Answer read_tensors(std::string_view message) const;
    [[nodiscard]] Answer read_blob_sequences(std::string_view message) const;
    [[nodiscard]] Answer read_blob(std::string_view message) const;
    [[nodiscard]] Answer for_each_series(const Request& request, Class data_class, const Entry& entry) const;
    [[nodiscard]] Answer read_series(std::string_view message, Class data_class,
                                     const std::function<Entry(const Request& request)>& entry_for) const;

    std::string location_;
    const RunSource& source_;
};

}  // namespace boardgate::data
