package io.tenancy.test.stripe.internal;

import io.tenancy.test.stripe.internal.Cards.Card;
import io.tenancy.test.stripe.internal.Cards.Check;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** {@code /v1/payment_methods}, for cards and for bank debits that take their time. */
final class PaymentMethods {

    private static final String BILLING =
            " billing_details{email name phone address{city country line1 line2 postal_code state}} metadata* ";
    private static final long YEARS_VALID = 3;
    private static final long SECONDS_OF_A_YEAR = 31_556_952;
    private static final int FIRST_YEAR = 1970;

    /** A bank debit of Stripe's test mode that succeeds, or fails, some time after its confirmation. */
    static final String DEBIT = "us_bank_account";

    private static final String DEBIT_TOKEN = "pm_usBankAccount_";

    void addTo(Routes routes) {
        routes.post(
                "/v1/payment_methods",
                " type customer card{token number exp_month exp_year cvc} " + BILLING,
                this::create);
        routes.list("/v1/payment_methods", " customer type ", this::list);
        routes.get("/v1/payment_methods/{payment_method}", "", call -> get(call.world(), call.id(), "id"));
        routes.post("/v1/payment_methods/{payment_method}", " card{exp_month exp_year} " + BILLING, this::update);
        routes.post(
                "/v1/payment_methods/{payment_method}/attach",
                " customer ",
                call -> attach(call.world(), call.id(), call.params().required("customer"), "payment_method"));
        routes.post("/v1/payment_methods/{payment_method}/detach", "", this::detach);
    }

    private ObjectNode create(Call call) {
        Params params = call.params();
        String type = params.required("type");
        if (!type.equals("card")) {
            throw ApiError.invalid(
                    "The fake Stripe makes payment methods of type card only, not '" + type + "'; take " + DEBIT_TOKEN
                            + "success for a bank debit.",
                    "type");
        }
        Params given = params.map("card");
        Card card = given.text("token")
                .map(token -> byToken(token, "card[token]"))
                .orElseGet(() -> Cards.ofNumber(given.required("number"))
                        .orElseThrow(() -> ApiError.card("incorrect_number", null, "Your card number is incorrect.")));
        ObjectNode method = make(call.world(), card);
        given.number("exp_month").ifPresent(month -> method.withObject("/card").put("exp_month", month));
        given.number("exp_year").ifPresent(year -> method.withObject("/card").put("exp_year", year));
        write(params, method);
        return method;
    }

    private static Card byToken(String token, String param) {
        return Cards.ofToken(token).orElseThrow(() -> ApiError.missing("payment_method", token, param, ""));
    }

    /** A new payment method of a test card, attached to nobody. */
    ObjectNode make(World world, Card card) {
        ObjectNode method = blank(world, "card");
        ObjectNode shown = method.putObject("card");
        shown.put("brand", card.brand());
        shown.put("display_brand", card.brand());
        ObjectNode checks = shown.putObject("checks");
        checks.putNull("address_line1_check")
                .putNull("address_postal_code_check")
                .put("cvc_check", "pass");
        shown.put("country", card.token().length() == 2 ? card.token().toUpperCase(Locale.ROOT) : "US");
        shown.put("exp_month", 12);
        shown.put("exp_year", FIRST_YEAR + world.now() / SECONDS_OF_A_YEAR + YEARS_VALID);
        shown.put("fingerprint", "fp" + card.number());
        shown.put("funding", card.token().contains("debit") ? "debit" : "credit");
        shown.put("last4", card.last4());
        shown.putObject("networks").putNull("preferred").putArray("available").add(card.brand());
        shown.putObject("three_d_secure_usage").put("supported", true);
        world.keep("card", Json.text(method, "id"), Json.object().put("token", card.token()));
        return method;
    }

    private ObjectNode makeDebit(World world, String outcome) {
        ObjectNode method = blank(world, DEBIT);
        ObjectNode shown = method.putObject(DEBIT);
        shown.put("account_holder_type", "individual");
        shown.put("account_type", "checking");
        shown.put("bank_name", "STRIPE TEST BANK");
        shown.put("fingerprint", "fp" + outcome);
        shown.put("last4", "6789");
        shown.put("routing_number", "110000000");
        world.keep("card", Json.text(method, "id"), Json.object().put("token", DEBIT_TOKEN + outcome));
        return method;
    }

    private static ObjectNode blank(World world, String type) {
        ObjectNode method = world.create("payment_method", "pm_");
        method.put("type", type);
        method.put("allow_redisplay", "unspecified");
        method.putNull("customer");
        ObjectNode billing = method.putObject("billing_details");
        billing.putNull("email").putNull("name").putNull("phone");
        ObjectNode address = billing.putObject("address");
        for (String field : new String[] {"city", "country", "line1", "line2", "postal_code", "state"}) {
            address.putNull(field);
        }
        method.putObject("metadata");
        return method;
    }

    /** The payment method of an id; for one of Stripe's test tokens a new one is made, as Stripe does. */
    ObjectNode get(World world, String id, String param) {
        Optional<ObjectNode> known = world.find("payment_method", id);
        if (known.isEmpty() && !world.isLive()) {
            if (id.startsWith("pm_card_")) {
                return make(world, byToken(id, param));
            }
            if (id.startsWith(DEBIT_TOKEN)) {
                return makeDebit(world, id.substring(DEBIT_TOKEN.length()));
            }
        }
        return known.orElseGet(() -> world.require("payment_method", id, param));
    }

    static boolean isDebit(ObjectNode method) {
        return Json.text(method, "type").equals(DEBIT);
    }

    static boolean debitFails(World world, ObjectNode method) {
        return !token(world, method).equals(DEBIT_TOKEN + "success");
    }

    /** Stays under way until somebody ends it. */
    static boolean debitStays(World world, ObjectNode method) {
        return token(world, method).equals(DEBIT_TOKEN + "processing");
    }

    private static String token(World world, ObjectNode method) {
        return world.find("card", Json.text(method, "id"))
                .map(card -> Json.text(card, "token"))
                .orElse("visa");
    }

    static Card cardOf(World world, ObjectNode method) {
        return byToken("pm_card_" + token(world, method), "payment_method");
    }

    static boolean isSetUp(World world, ObjectNode method) {
        return world.find("card", Json.text(method, "id"))
                .map(card ->
                        Json.flag(card, "set_up") || Json.text(card, "token").endsWith("SetupForOffSession"))
                .orElse(false);
    }

    /** Notes that the customer's bank agreed to later payments. */
    static void setUp(World world, ObjectNode method) {
        world.find("card", Json.text(method, "id")).ifPresent(card -> card.put("set_up", true));
    }

    ObjectNode attach(World world, String id, String customer, String param) {
        Customers.living(world, customer, "customer");
        ObjectNode method = get(world, id, param);
        String owner = Json.text(method, "customer");
        if (owner.equals(customer)) {
            return method;
        }
        if (!owner.isEmpty()) {
            throw ApiError.invalid(
                    "The payment method you provided has already been attached to a customer.", "payment_method");
        }
        refuseUsedOnce(world, method);
        if (!isDebit(method)) {
            Card card = cardOf(world, method);
            if (card.onAttach() != null) {
                throw card.onAttach().error();
            }
            if (card.check() == Check.NEVER) {
                setUp(world, method);
            }
        }
        method.put("customer", customer);
        world.emit("payment_method.attached", method);
        return method;
    }

    static void refuseUsedOnce(World world, ObjectNode method) {
        boolean used = world.find("card", Json.text(method, "id"))
                .map(card -> Json.flag(card, "used"))
                .orElse(false);
        if (used) {
            throw ApiError.invalid(
                    "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment,"
                            + " shared with a connected account without Customer attachment, or was detached from a"
                            + " Customer. It may not be used again. To use a PaymentMethod multiple times, you must"
                            + " attach it to a Customer first.",
                    "payment_method");
        }
    }

    static void usedUp(World world, ObjectNode method) {
        world.find("card", Json.text(method, "id")).ifPresent(card -> card.put("used", true));
    }

    private ObjectNode detach(Call call) {
        ObjectNode method = call.world().require("payment_method", call.id());
        if (Json.text(method, "customer").isEmpty()) {
            throw ApiError.invalid(
                    "The payment method you provided is not attached to a customer so detachment is impossible.",
                    "payment_method");
        }
        detach(call.world(), method);
        return method;
    }

    void detach(World world, ObjectNode method) {
        String customer = Json.text(method, "customer");
        Changes changes = new Changes(method);
        method.putNull("customer");
        usedUp(world, method);
        world.find("customer", customer)
                .map(owner -> owner.get("invoice_settings"))
                .filter(ObjectNode.class::isInstance)
                .map(ObjectNode.class::cast)
                .filter(settings ->
                        Json.text(settings, "default_payment_method").equals(Json.text(method, "id")))
                .ifPresent(settings -> settings.putNull("default_payment_method"));
        changes.emit(world, "payment_method.detached");
    }

    /** Takes all payment methods from a customer that is deleted; Stripe sends no events of that. */
    void forget(World world, String customer) {
        world.newestFirst("payment_method").stream()
                .filter(method -> Json.text(method, "customer").equals(customer))
                .forEach(method -> {
                    method.putNull("customer");
                    usedUp(world, method);
                });
    }

    private ObjectNode update(Call call) {
        ObjectNode method = call.world().require("payment_method", call.id());
        if (Json.text(method, "customer").isEmpty()) {
            throw ApiError.invalid(
                    "You must save this PaymentMethod to a customer before you can update it.", "payment_method");
        }
        Changes changes = new Changes(method);
        Params card = call.params().map("card");
        card.number("exp_month").ifPresent(month -> method.withObject("/card").put("exp_month", month));
        card.number("exp_year").ifPresent(year -> method.withObject("/card").put("exp_year", year));
        write(call.params(), method);
        changes.emit(call.world(), "payment_method.updated");
        return method;
    }

    private static void write(Params params, ObjectNode method) {
        Params billing = params.map("billing_details");
        ObjectNode shown = method.withObject("/billing_details");
        Json.copyTexts(billing, shown, "email", "name", "phone");
        Json.copyObject(billing, shown, "address");
        Json.mergeMetadata(params, method);
    }

    private ObjectNode list(Call call) {
        String customer = call.params().required("customer");
        Customers.living(call.world(), customer, "customer");
        return page(call, "/v1/payment_methods", customer);
    }

    ObjectNode ofCustomer(Call call, String customer) {
        return page(call, "/v1/customers/" + customer + "/payment_methods", customer);
    }

    private static ObjectNode page(Call call, String url, String customer) {
        return Shape.page(
                call,
                url,
                call.world().newestFirst("payment_method").stream()
                        .filter(method -> Json.text(method, "customer").equals(customer))
                        .filter(Shape.same(call, "type"))
                        .toList());
    }

    ObjectNode ofCustomer(World world, String customer, String id) {
        ObjectNode method = world.require("payment_method", id, "payment_method");
        if (!Json.text(method, "customer").equals(customer)) {
            throw ApiError.missing("payment_method", id, "payment_method", "");
        }
        return method;
    }
}
