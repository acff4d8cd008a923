// SPDX-License-Identifier: MIT
// sbatch, squeue and scancel as small scripts in a folder. Files beside them say what they do:
//   script      what sbatch got on standard input; arguments, environment: of its last call
//   refusal     sbatch writes it to standard error and fails; slow: how many seconds sbatch takes
//   line        what squeue answers; absent: the job is unknown; broken: squeue fails with it
//   cancelled   a line for each call of scancel
#pragma once

#include <sys/stat.h>

#include <string>

#include "tests/fakes/temp_folder.h"

namespace boardgate::fakes {

class FakeSlurm {
public:
    FakeSlurm() {
        const std::string to = "cd " + folder.path() + "\n";
        program("sbatch", to + "printf '%s\\n' \"$@\" >arguments; env >environment; cat >script.new; mv script.new script\n"
                               "[ ! -e slow ] || sleep \"$(cat slow)\"\n"
                               "if [ -e refusal ]; then cat refusal >&2; exit 1; fi\necho 41\n");
        program("squeue", to + "echo \"$*\" >>questions\n"
                               "if [ -e broken ]; then cat broken >&2; exit 1; fi\n"
                               "[ -e line ] || { echo 'slurm_load_jobs error: Invalid job id specified' >&2; exit 1; }\ncat line\n");
        program("scancel", to + "echo \"$*\" >>cancelled\n");
    }
    TempFolder folder;
    void says(const std::string& line) const {
        folder.put("line.new", line + "\n");
        std::filesystem::rename(folder / "line.new", folder / "line");
    }

private:
    void program(const char* name, const std::string& text) const { chmod(folder.put(name, "#!/bin/sh\n" + text).c_str(), 0755); }
};

}  // namespace boardgate::fakes
