package io.tenancy.test.stripe.internal;

import tools.jackson.databind.node.ObjectNode;

/** {@code /v1/account} and {@code /v1/test_helpers/test_clocks}. */
final class Basics {

    void addTo(Routes routes) {
        routes.get("/v1/account", "", Basics::account);
        routes.post("/v1/test_helpers/test_clocks", " frozen_time name ", this::createClock);
        routes.list(
                "/v1/test_helpers/test_clocks",
                "",
                call -> Shape.page(
                        call, "/v1/test_helpers/test_clocks", call.world().newestFirst("test_helpers.test_clock")));
        routes.get("/v1/test_helpers/test_clocks/{test_clock}", "", this::clock);
        routes.post("/v1/test_helpers/test_clocks/{test_clock}/advance", " frozen_time ", this::advance);
        routes.delete("/v1/test_helpers/test_clocks/{test_clock}", this::deleteClock);
    }

    private static ObjectNode account(Call call) {
        Settings settings = call.world().account().settings();
        ObjectNode account = Json.object();
        account.put("id", settings.accountId()).put("object", "account");
        account.put("business_type", "company").put("charges_enabled", true).put("country", settings.country());
        account.put("default_currency", settings.currency()).put("details_submitted", true);
        account.put("email", "owner@fake-stripe.example")
                .put("payouts_enabled", true)
                .put("type", "standard");
        account.putObject("metadata");
        account.putObject("settings").putObject("dashboard").put("display_name", "Fake Stripe");
        return account;
    }

    private ObjectNode clock(Call call) {
        return call.world().require("test_helpers.test_clock", call.id());
    }

    private ObjectNode createClock(Call call) {
        World world = call.world();
        if (world.isLive()) {
            throw ApiError.invalid("Test clocks are there in test mode only.", null);
        }
        long frozen = call.params().requiredNumber("frozen_time");
        ObjectNode clock = world.create("test_helpers.test_clock", "clock_");
        clock.put("deletes_after", world.now() + 30L * 24 * 3600).put("frozen_time", frozen);
        Json.copyTexts(call.params(), clock, "name");
        clock.put("status", "ready").putObject("status_details");
        return clock;
    }

    private ObjectNode advance(Call call) {
        ObjectNode clock = clock(call);
        long next = call.params().requiredNumber("frozen_time");
        if (next <= Json.number(clock, "frozen_time")) {
            throw ApiError.invalid("A test clock goes forward only.", "frozen_time");
        }
        clock.put("frozen_time", next);
        call.world().emit("test_helpers.test_clock.ready", clock);
        return clock;
    }

    private ObjectNode deleteClock(Call call) {
        clock(call);
        call.world().remove("test_helpers.test_clock", call.id());
        ObjectNode deleted = Json.object();
        return deleted.put("id", call.id())
                .put("object", "test_helpers.test_clock")
                .put("deleted", true);
    }
}
