// SPDX-License-Identifier: MIT
#include "src/events/series_kind.h"

#include <gtest/gtest.h>

#include "tests/unit/events/event_bytes.h"

namespace boardgate::events {
namespace {

Value tensor_value(std::string_view bytes) { return {.tag = "t", .form = Form::tensor, .bytes = bytes}; }
std::optional<float> scalar(const std::string& tensor) { return scalar_of(tensor_value(tensor)); }
const std::string is_float = field(1, 1), is_double = field(1, 2), is_string = field(1, 7);
const std::string half = little_endian(std::bit_cast<std::uint32_t>(0.5F), 4);
std::string metadata(const std::string& plugin) { return field(1, field(1, plugin)); }

TEST(Scalar, IsATensorOfOneFloatHoweverItIsWritten) {
    EXPECT_EQ(scalar(is_float + field(4, half)), 0.5F);
    EXPECT_EQ(scalar(is_float + field(5, half)), 0.5F) << "packed";
    EXPECT_EQ(scalar(is_float + float_field(5, 0.5F)), 0.5F);
    EXPECT_EQ(scalar(is_float + field(2, "") + float_field(5, 0.5F)), 0.5F) << "rank 0";
}

TEST(Scalar, IsNoOtherTensor) {
    EXPECT_FALSE(scalar(is_double + field(4, little_endian(std::bit_cast<std::uint64_t>(0.1), 8)))) << "TensorBoard drops doubles";
    EXPECT_FALSE(scalar(is_float + field(4, half + half)));
    EXPECT_FALSE(scalar(is_float + field(5, half + half)));
    EXPECT_FALSE(scalar(is_float + float_field(5, 1) + float_field(5, 2)));
    EXPECT_FALSE(scalar(is_float + field(2, field(2, field(1, 1))) + float_field(5, 1))) << "rank 1";
    EXPECT_FALSE(scalar(is_float));
    EXPECT_FALSE(scalar(is_string + field(8, "0.5")));
    EXPECT_FALSE(scalar(""));
    EXPECT_FALSE(scalar_of({.form = Form::nothing}));
}

TEST(SeriesKind, IsRecognizedByTheFirstValue) {
    EXPECT_EQ(kind_of_series({.form = Form::simple}).plugin, "scalars");
    EXPECT_EQ(kind_of_series({.form = Form::simple}).data_class, DataClass::scalar);
    EXPECT_EQ(kind_of_series({.form = Form::image}).data_class, DataClass::blobs);
    EXPECT_EQ(kind_of_series({.form = Form::histogram}).data_class, DataClass::tensor);
    EXPECT_EQ(kind_of_series(tensor_value(is_float)).data_class, DataClass::unknown);
    EXPECT_EQ(kind_of_series({.form = Form::graph}).plugin, "graphs");
    const std::string text = metadata("text");
    EXPECT_EQ(kind_of_series({.form = Form::tensor, .has_metadata = true, .metadata = text}).data_class, DataClass::tensor);
    EXPECT_EQ(kind_of_series({.form = Form::simple, .has_metadata = true, .metadata = text}).plugin, "scalars");
    const std::string told = text + field(4, 3);
    EXPECT_EQ(kind_of_series({.form = Form::simple, .has_metadata = true, .metadata = told}).data_class, DataClass::blobs);
    const std::string strange = text + field(4, 9);
    EXPECT_EQ(kind_of_series({.form = Form::tensor, .has_metadata = true, .metadata = strange}).data_class, DataClass::unknown);
}

TEST(SeriesKind, MetadataIsCompletedAndCanonical) {
    const std::string told = field(2, "name") + metadata("scalars");
    EXPECT_EQ(kind_of_series({.form = Form::tensor, .has_metadata = true, .metadata = told}).metadata,
              metadata("scalars") + field(2, "name") + field(4, 1));
    EXPECT_EQ(kind_of_series({.form = Form::image}).metadata,
              field(1, field(1, "images") + field(2, std::string("\x10\x01"))) + field(4, 3));
}

TEST(Tensor, OldHistogramsBecomeRows) {
    const std::string histogram = double_field(1, -1) + double_field(2, 4) + double_field(6, 0) + double_field(6, 2) + double_field(6, 9) +
                                  field(7, little_endian(std::bit_cast<std::uint64_t>(5.0), 8)) + double_field(7, 6) + double_field(7, 7);
    std::string content;
    for (const double number : {-1.0, 0.0, 5.0, 0.0, 2.0, 6.0, 2.0, 4.0, 7.0})
        content += little_endian(std::bit_cast<std::uint64_t>(number), 8);
    EXPECT_EQ(tensor_of(Form::histogram, histogram),
              is_double + field(2, field(2, field(1, 3)) + field(2, field(1, 3))) + field(4, content));
    EXPECT_FALSE(tensor_of(Form::histogram, histogram + double_field(7, 8))) << "more counts than limits";
    EXPECT_FALSE(tensor_of(Form::image, ""));
    EXPECT_EQ(tensor_of(Form::nothing, ""), is_float + field(2, field(2, "")));
}

TEST(Blobs, AreTakenOutOfEachForm) {
    Blobs blobs;
    const std::string image = field(1, 20) + field(2, 30) + field(4, "png"), audio = field(4, "wav");
    ASSERT_TRUE(read_blobs(Form::image, image, "images", blobs));
    EXPECT_EQ(blobs.parts, (std::vector<std::string_view>{"30", "20", "png"}));
    ASSERT_TRUE(read_blobs(Form::audio, audio, "audio", blobs));
    EXPECT_EQ(blobs.parts, std::vector<std::string_view>{"wav"});
    ASSERT_TRUE(read_blobs(Form::graph, "graph", "graphs", blobs));
    EXPECT_EQ(blobs.parts, std::vector<std::string_view>{"graph"});
    EXPECT_FALSE(read_blobs(Form::simple, "", "images", blobs));
}

TEST(Blobs, OfTensorsDependOnTheirShape) {
    const std::string strings = is_string + field(8, "a") + field(8, "b") + field(8, "c") + field(8, "d");
    const auto shaped = [](std::initializer_list<std::uint64_t> sizes) {
        std::string dims;
        for (const std::uint64_t size : sizes) dims += field(2, field(1, size));
        return field(2, dims);
    };
    Blobs blobs;
    EXPECT_TRUE(read_blobs(Form::tensor, strings + shaped({4}), "images", blobs));
    EXPECT_EQ(blobs.parts.size(), 4U);
    EXPECT_FALSE(read_blobs(Form::tensor, strings + shaped({2, 2}), "images", blobs));
    const std::string labelled = strings + shaped({2, 2});
    EXPECT_TRUE(read_blobs(Form::tensor, labelled, "audio", blobs));
    EXPECT_EQ(blobs.parts, (std::vector<std::string_view>{"a", "c"}));
    EXPECT_FALSE(read_blobs(Form::tensor, strings, "graph_keras_model", blobs));
    EXPECT_TRUE(read_blobs(Form::tensor, is_string + field(8, "only"), "graph_keras_model", blobs));
    EXPECT_FALSE(read_blobs(Form::tensor, is_string + field(8, "only"), "images", blobs));
}

}  // namespace
}  // namespace boardgate::events
