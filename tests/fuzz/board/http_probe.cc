// SPDX-License-Identifier: MIT
// What a TensorBoard, or a program in its place, answers to the probe of boardgate-board.
#include "src/board/http_probe.h"

#include "src/board/restart_policy.h"

#include "tests/fakes/fake_clock.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/board/listener.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace boardgate;
    using namespace boardgate::board;
    using fuzz::require;
    static const Listener tensorboard;
    static const fakes::FakeClock clock;
    if (size > 100'000) return 0;

    HttpProbe probe(clock, tensorboard.port, "/b/abcdefgh/data/environment", std::chrono::seconds(0), std::chrono::seconds(5));
    HttpProbe::Step step = probe.advance();
    {
        const Fd connection = tensorboard.accept();
        require(connection.get() >= 0, "the probe connects");
        (void)::send(connection.get(), data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
        shutdown(connection.get(), SHUT_WR);
        while (step == HttpProbe::Step::waits) {
            pollfd ready{probe.fd(), probe.events(), 0};
            require(poll(&ready, 1, 20'000) == 1, "the probe has something to do");
            step = probe.advance();
        }
    }
    require(probe.fd() == -1, "the probe is done");
    require(probe.answer().size() <= 70'000, "what is kept of an answer has a bound");
    require((step == HttpProbe::Step::answered) == (probe.status() != 0), "an answer has a status");
    if (step == HttpProbe::Step::answered) require(fuzz::text_of(data, size).starts_with("HTTP/1."), "an answer is HTTP");
    (void)tensorboard_info(probe.answer());
    return 0;
}
