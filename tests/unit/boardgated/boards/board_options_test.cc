// SPDX-License-Identifier: MIT
#include "src/boardgated/boards/board_options.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace boardgate::boardgated {
namespace {

using testing::ElementsAre;

struct BoardOptionsTest : testing::Test {
    Settings settings = *parse_settings(
        "door_ports = 16000-16099\nidle_sleep = 30min\n[environments]\n"
        "default = /opt/tensorboard/bin/tensorboard\nnew = /opt/new/bin/tensorboard\n",
        "test");

    ApiResult<BoardOptions> take(const std::string& json, const std::optional<BoardOptions>& before = {}) {
        auto object = JsonObject::parse(json);
        if (!object) return error_of(object);
        return take_options(*object, before.value_or(default_options(settings)), settings);
    }
    std::string field_at_fault(const std::string& json) {
        const auto options = take(json);
        return options ? "none" : options.error().field;
    }
    /// The error of a board on /data with these options: code and field, or empty.
    std::string fault(const std::string& more) {
        const auto options = take("{\"logdir\":\"/data\"," + more + "}");
        return options ? "" : std::string(name_of(options.error().code)) + " " + options.error().field;
    }
    std::string fault_of_logdir(const std::string& logdir) {
        const auto options = take("{\"logdir\":\"" + logdir + "\"}");
        return options ? "" : name_of(options.error().code);
    }
};

TEST_F(BoardOptionsTest, TheTitleFollowsTheFoldersUntilItIsChosen) {
    const auto one = take(R"({"logdir": "/home/alice/runs/"})");
    ASSERT_TRUE(one);
    EXPECT_EQ(one->title, "runs");
    const auto two = take(R"({"more_logdirs": ["/data/cnn"]})", *one);
    ASSERT_TRUE(two);
    EXPECT_EQ(two->title, "runs + cnn");
    const auto named = take(R"({"title": "mine"})", *two);
    EXPECT_EQ(take(R"({"logdir": "/x"})", *named)->title, "mine");
    EXPECT_EQ(take(R"({"logdir": "/x", "title": ""})", *named)->title, "x + cnn");
}

TEST_F(BoardOptionsTest, ATitleIsCutBetweenCharacters) {
    const auto options = take("{\"logdir\": \"/" + std::string(199, 'a') + "\xC3\xA4\"}");
    ASSERT_TRUE(options);
    EXPECT_EQ(options->title, std::string(199, 'a'));
}

TEST_F(BoardOptionsTest, EachFolderIsChecked) {
    EXPECT_EQ(field_at_fault(R"({"logdir": "/a", "more_logdirs": ["b"]})"), "more_logdirs");
    EXPECT_EQ(field_at_fault(R"({"logdir": "/a", "more_logdirs": ["gs://bucket/b"]})"), "more_logdirs");
    EXPECT_EQ(field_at_fault(R"({"logdir": "/a", "more_logdirs": "/b"})"), "more_logdirs");
    EXPECT_EQ(field_at_fault(R"({"logdir": "/a", "more_logdirs": ["/1","/2","/3","/4","/5","/6","/7","/8","/9","/10","/11"]})"),
              "more_logdirs");
    EXPECT_EQ(field_at_fault(R"({"logdir": "runs"})"), "logdir");
    EXPECT_EQ(field_at_fault(R"({})"), "logdir");
}

TEST_F(BoardOptionsTest, TheSameFoldersAreKnownHoweverTheyAreWritten) {
    for (const char* same : {"/data/runs", "/data/runs/", "/data//runs", "/data/./runs", "/data/x/../runs/."})
        EXPECT_EQ(set_of({same}), set_of({"/data/runs"})) << same;
    EXPECT_EQ(set_of({"/a", "/b"}), set_of({"/b", "/a/", "/a"}));
    EXPECT_NE(set_of({"/data/runs"}), set_of({"/data/runs2"}));
    EXPECT_NE(set_of({"/data/runs"}), set_of({"/data/runs", "/data/b"}));
}

TEST_F(BoardOptionsTest, OnlyWhatTensorBoardMustKnowNeedsARestart) {
    const BoardOptions runs = take(R"({"logdir": "/data/runs"})").value();
    BoardOptions other = runs;
    other.title = "another";
    EXPECT_EQ(change_between(other, runs), Change::of_title);
    other.priority = 99;
    other.idle_sleep = 60;
    EXPECT_EQ(change_between(other, runs), Change::in_place);
    other.reload_interval = 99;
    EXPECT_EQ(change_between(other, runs), Change::restart);
}

TEST_F(BoardOptionsTest, FoldersKeepTheirNamesWhenOneIsAdded) {
    const BoardOptions two = take(R"({"logdir": "/x/runs", "more_logdirs": ["/y/other"]})").value();
    EXPECT_EQ(two.names, (std::vector<std::string>{"runs", "other"}));
    auto more = JsonObject::parse(R"({"more_logdirs": ["/z/runs", "/y/other"]})").value();
    const auto three = take_options(more, two, settings);
    ASSERT_TRUE(three);
    EXPECT_EQ(three->names, (std::vector<std::string>{"runs", "z-runs", "other"}));
    EXPECT_EQ(take(R"({"logdir": "/a", "more_logdirs": ["/b"], "names": ["one", "two"]})")->names,
              (std::vector<std::string>{"one", "two"}));
    EXPECT_TRUE(take(R"({"logdir": "/a", "names": ["one"]})")->names.empty()) << "one folder needs none";
    for (const char* names : {R"(["one"])", R"(["one", "one"])", R"(["one", "a/b"])", R"(["one", ".."])"})
        EXPECT_EQ(field_at_fault(std::string(R"({"logdir": "/a", "more_logdirs": ["/b"], "names": )") + names + "}"), "names") << names;
}

TEST_F(BoardOptionsTest, ALoaderIsOneOfFour) {
    EXPECT_EQ(take(R"({"logdir": "/a", "loader": "maybe"})").error().detail, "loader must be auto, boardgate, rustboard or python");
    for (const char* loader : {"auto", "boardgate", "rustboard", "python"})
        EXPECT_EQ(take(std::string(R"({"logdir": "/a", "loader": ")") + loader + "\"}")->loader, loader);
}

TEST_F(BoardOptionsTest, TheOldNameOfALoaderIsReadAndWritten) {
    const std::pair<const char*, const char*> names[] = {{"auto", "auto"}, {"on", "rustboard"}, {"off", "python"}};
    for (const auto& [old, loader] : names) {
        const auto options = take(std::string(R"({"logdir": "/a", "fast_loader": ")") + old + "\"}");
        ASSERT_TRUE(options);
        EXPECT_EQ(options->loader, loader);
        Json::Value json(Json::objectValue);
        add_options(json, *options);
        EXPECT_EQ(json["fast_loader"].asString(), old);
        EXPECT_EQ(options_of_text(std::string(R"({"fast_loader": ")") + old + "\"}").loader, loader) << "of an older version";
    }
    EXPECT_EQ(take(R"({"logdir": "/a", "fast_loader": "on", "loader": "boardgate"})")->loader, "boardgate");
    BoardOptions own;
    own.loader = "boardgate";
    EXPECT_EQ(options_of_text(options_text(own)).loader, "boardgate");
    EXPECT_EQ(take(R"({"logdir": "/a", "fast_loader": "maybe"})").error().detail, "fast_loader must be auto, on or off");
}

TEST_F(BoardOptionsTest, TheNetworkIsOpenedWhereTheSiteAllowsIt) {
    EXPECT_EQ(field_at_fault(R"({"logdir": "/a", "bind_all": true})"), "bind_all");
    EXPECT_EQ(field_at_fault(R"({"logdir": "/a", "host": "192.0.2.1"})"), "host");
    EXPECT_EQ(field_at_fault(R"({"logdir": "/a", "host": "localhost"})"), "none");
    settings.allow_bind_all = true;
    EXPECT_EQ(field_at_fault(R"({"logdir": "/a", "host": "a.example.org"})"), "host");
    const auto one = take(R"({"logdir": "/a", "host": "2001:db8::1"})");
    ASSERT_TRUE(one);
    EXPECT_TRUE(is_open_to_network(*one));
    const auto board = *BoardId::parse("abcdefgh");
    EXPECT_EQ(door_spec(board, *one).host, "2001:db8::1");
    // bind_all wins over host, as with TensorBoard.
    const auto all = take(R"({"bind_all": true})", *one);
    ASSERT_TRUE(all);
    EXPECT_TRUE(door_spec(board, *all).bind_all);
    EXPECT_EQ(door_spec(board, *all).host, "");
    EXPECT_FALSE(is_open_to_network(*take(R"({"logdir": "/a", "host": "127.0.0.1"})")));
}

TEST_F(BoardOptionsTest, ComeBackFromTheDatabaseAsTheyWere) {
    const auto options = take(
        R"({"logdir": "/a", "more_logdirs": ["/b", "/c"], "priority": 7, "reload_multifile": true, "samples_per_plugin": "images=3"})");
    ASSERT_TRUE(options);
    const BoardOptions again = options_of_text(options_text(*options));
    EXPECT_EQ(options_text(again), options_text(*options));
    EXPECT_THAT(folders_of(again), ElementsAre("/a", "/b", "/c"));
    EXPECT_EQ(again.priority, 7);
}

TEST_F(BoardOptionsTest, SamplesAreWhatTensorBoardReads) {
    for (const char* bad :
         {"images", "images=", "=1", "images=1,", ",images=1", "images=1;scalars=2", "images=-1", "images=1 ", "images=1234567890"}) {
        EXPECT_EQ(field_at_fault(std::string(R"({"logdir": "/a", "samples_per_plugin": ")") + bad + "\"}"), "samples_per_plugin") << bad;
    }
    EXPECT_EQ(field_at_fault(R"({"logdir": "/a", "samples_per_plugin": "images=100,scalars=0"})"), "none");
}

TEST_F(BoardOptionsTest, AFolderIsEnough) {
    const auto options = take(R"({"logdir":"/home/alice/runs/"})");
    ASSERT_TRUE(options) << options.error().detail;
    EXPECT_EQ(options->logdir, "/home/alice/runs/");
    EXPECT_EQ(options->title, "runs");
    EXPECT_EQ(options->idle_sleep, 1800);
    EXPECT_EQ(options->loader, "auto");
    EXPECT_EQ(options->environment, "default");
    EXPECT_EQ(options->port, 0);
    EXPECT_EQ(options->priority, 50);
    EXPECT_EQ(options->reload_interval, 5);
    EXPECT_FALSE(options->bind_all);
}

TEST_F(BoardOptionsTest, WhatNobodyChoseIsTheSitesChoice) {
    settings = parse_settings("idle_sleep = 2h\nreload_interval = 1min\n", "test").value();
    const auto options = take(R"({"logdir":"/a"})");
    ASSERT_TRUE(options);
    EXPECT_EQ(options->idle_sleep, 7200);
    EXPECT_EQ(options->reload_interval, 60);
    EXPECT_EQ(take(R"({"reload_interval":0})", *options)->reload_interval, 0);
}

TEST_F(BoardOptionsTest, LogDirectoriesAreAbsoluteAndHere) {
    EXPECT_EQ(fault_of_logdir("/"), "");
    EXPECT_EQ(fault_of_logdir("/a b/c"), "");
    EXPECT_EQ(fault_of_logdir("/weird://name/of/a/folder"), "");
    EXPECT_EQ(fault_of_logdir("runs"), "logdir_relative");
    EXPECT_EQ(fault_of_logdir("~/runs"), "logdir_relative");
    EXPECT_EQ(fault_of_logdir("./runs"), "logdir_relative");
    EXPECT_EQ(fault_of_logdir("gs://bucket/runs"), "logdir_remote");
    EXPECT_EQ(fault_of_logdir("s3://bucket"), "logdir_remote");
    EXPECT_EQ(fault_of_logdir("/a\\nb"), "bad_field");
    EXPECT_EQ(fault_of_logdir(""), "bad_field");
    EXPECT_EQ(fault_of_logdir("/" + std::string(4095, 'x')), "bad_field");
    const auto none = take("{}");
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error().field, "logdir");
}

TEST_F(BoardOptionsTest, BoundsHold) {
    for (const char* good :
         {R"("port":0)", R"("port":16001)", R"("port":16099)", R"("priority":1)", R"("priority":100)", R"("reload_interval":0)",
          R"("reload_interval":86400)", R"("idle_sleep":1)", R"("title":"")", R"("samples_per_plugin":"")",
          R"("samples_per_plugin":"images=100,scalars=0")", R"("fast_loader":"on")", R"("fast_loader":"off")", R"("environment":"new")",
          R"("host":"localhost")", R"("host":"127.0.0.1")", R"("host":"")", R"("bind_all":false)"}) {
        EXPECT_EQ(fault(good), "") << good;
    }
    for (const char* bad : {R"("port":22)", R"("port":16000)", R"("port":16100)", R"("port":65536)", R"("port":-1)", R"("port":81537)"}) {
        EXPECT_EQ(fault(bad), "bad_field port") << bad;
    }
    for (const char* bad : {R"("priority":0)", R"("priority":101)"}) EXPECT_EQ(fault(bad), "bad_field priority") << bad;
    EXPECT_EQ(fault(R"("reload_interval":-1)"), "bad_field reload_interval");
    EXPECT_EQ(fault(R"("idle_sleep":0)"), "bad_field idle_sleep");
    EXPECT_EQ(fault(R"("fast_loader":"maybe")"), "bad_field fast_loader");
    EXPECT_EQ(fault(R"("environment":"other")"), "bad_field environment");
    EXPECT_EQ(fault(R"("environment":"")"), "bad_field environment");
    EXPECT_EQ(fault("\"title\":\"" + std::string(201, 'x') + "\""), "bad_field title");
    EXPECT_EQ(fault(R"("titel":"x")"), "unknown_field titel");
    EXPECT_EQ(fault(R"("owner":"root")"), "unknown_field owner");
}

TEST_F(BoardOptionsTest, TheEngineIsOneThatTheSiteHas) {
    EXPECT_EQ(fault(R"("engine":"systemd")"), "");
    EXPECT_EQ(fault(R"("engine":null)"), "");
    EXPECT_EQ(fault(R"("engine":"slurm")"), "bad_field engine");
    settings.engine = {Engine::slurm, false};
    EXPECT_EQ(fault(R"("engine":"systemd")"), "bad_field engine");
    EXPECT_EQ(take(R"({"logdir":"/data"})")->engine, "slurm");
    settings.engine.both = true;
    const auto chosen = take(R"({"logdir":"/data","engine":"systemd"})");
    EXPECT_EQ(chosen->engine, "systemd");
    EXPECT_EQ(door_spec(BoardId::make(), *chosen).engine, Engine::systemd);
    EXPECT_EQ(options_of_door(door_spec(BoardId::make(), default_options(settings))).engine, "slurm");
    EXPECT_EQ(change_between(*chosen, default_options(settings)), Change::restart);
    EXPECT_EQ(fault(R"("engine":"docker")"), "bad_field engine");
    EXPECT_EQ(options_of_text("{}").engine, "systemd") << "of an older version";
}

TEST_F(BoardOptionsTest, OwnEnvironmentsNeedTheSitesLeave) {
    const char* own = R"("environment":"/home/alice/bin/tensorboard")";
    EXPECT_EQ(fault(own), "bad_field environment");
    settings.allow_own_environments = true;
    EXPECT_EQ(fault(own), "");
    EXPECT_EQ(fault(R"("environment":"bin/tensorboard")"), "bad_field environment");
}

TEST_F(BoardOptionsTest, AChangeLeavesTheRestAsItWas) {
    const BoardOptions before = take(R"({"logdir":"/data/runs","title":"mine","priority":7})").value();
    const BoardOptions after = take(R"({"reload_interval":60})", before).value();
    EXPECT_EQ(after.logdir, "/data/runs");
    EXPECT_EQ(after.title, "mine");
    EXPECT_EQ(after.priority, 7);
    EXPECT_EQ(after.reload_interval, 60);
}

TEST_F(BoardOptionsTest, SurviveTheDatabaseHoweverLongTheyAre) {
    settings.allow_own_environments = true;
    BoardOptions options;
    options.logdir = "/" + std::string(LogDir::longest - 1, '"');
    options.environment = "/" + std::string(LogDir::longest - 1, '\\');
    EXPECT_TRUE(options_of_text(options_text(options)).logdir == options.logdir);
}

TEST_F(BoardOptionsTest, WhatAnOlderBoardgateDidNotKnowHasItsDefault) {
    const BoardOptions options = options_of_text(R"({"logdir":"/data","of_the_future":1})");
    EXPECT_EQ(options.logdir, "/data");
    EXPECT_EQ(options.priority, 50);
}

TEST_F(BoardOptionsTest, GoToTheLauncherAsTheyAre) {
    BoardOptions options;
    options.logdir = "/data";
    options.names = {"t"};
    options.port = 16005;
    options.priority = 7;
    options.reload_interval = 9;
    options.reload_multifile = true;
    options.samples_per_plugin = "images=5";
    options.loader = "python";
    options.environment = "new";
    options.idle_sleep = 77;
    const wire::DoorSpec door = door_spec(BoardId::parse("abcdefgh").value(), options);
    EXPECT_EQ(door.board, "abcdefgh");
    EXPECT_EQ(door.port, 16005);
    EXPECT_EQ(door.logdir, "/data");
    EXPECT_EQ(door.names, std::vector<std::string>{"t"});
    EXPECT_EQ(door.environment, "new");
    EXPECT_EQ(door.reload_interval, 9U);
    EXPECT_TRUE(door.reload_multifile);
    EXPECT_EQ(door.samples_per_plugin, "images=5");
    EXPECT_EQ(door.loader, wire::Loader::python);
    EXPECT_EQ(door.idle_sleep, 77U);
    EXPECT_EQ(door.priority, 7U);
    EXPECT_FALSE(door.bind_all);
    EXPECT_EQ(door.host, "");
}

TEST(FolderName, IsTheLastComponent) {
    EXPECT_EQ(folder_name("/home/alice/runs/"), "runs");
    EXPECT_EQ(folder_name("/home/alice/runs"), "runs");
    EXPECT_EQ(folder_name("/runs//"), "runs");
    EXPECT_EQ(folder_name("/"), "/");
    EXPECT_EQ(folder_name("runs"), "runs");
    EXPECT_EQ(folder_name("/" + std::string(300, 'x')).size(), 200U);
    std::string wide = "/";
    for (int i = 0; i < 150; ++i) wide += "é";
    EXPECT_EQ(folder_name(wide).size(), 200U);
    EXPECT_TRUE(is_utf8(folder_name("/x" + wide.substr(1))));
    EXPECT_EQ(folder_name("/x" + wide.substr(1)).size(), 199U) << "not in the middle of a character";
}

}  // namespace
}  // namespace boardgate::boardgated
