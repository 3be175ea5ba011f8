package io.tenancy.test.stripe.internal;

import io.tenancy.test.stripe.internal.Cards.Card;
import io.tenancy.test.stripe.internal.Cards.Check;
import io.tenancy.test.stripe.internal.Cards.Decline;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** {@code /v1/payment_intents}: what is to be paid, and each attempt at it. */
final class PaymentIntents {

    private static final String SHOWN = " description metadata* receipt_email statement_descriptor"
            + " statement_descriptor_suffix setup_future_usage payment_method_types[]"
            + " shipping{name phone carrier tracking_number address{city country line1 line2 postal_code state}}"
            + " payment_method_options{card{request_three_d_secure setup_future_usage}} ";
    private static final String CONFIRMED =
            " payment_method off_session return_url error_on_requires_action" + " use_stripe_sdk mandate ";
    private static final Set<String> OPEN =
            Set.of("requires_payment_method", "requires_confirmation", "requires_action");
    private static final Set<String> CANCELLABLE = Set.of(
            "requires_payment_method", "requires_confirmation", "requires_action", "requires_capture", "processing");

    private static final long SECONDS_OF_A_DEBIT = Duration.ofDays(3).toSeconds();

    private final PaymentMethods methods;
    private final Charges charges;
    private final Disputes disputes;
    private Settled settled = (world, intent, paid) -> {};

    PaymentIntents(PaymentMethods methods, Charges charges, Disputes disputes) {
        this.methods = methods;
        this.charges = charges;
        this.disputes = disputes;
    }

    void addTo(Routes routes) {
        routes.post(
                "/v1/payment_intents",
                " amount currency customer confirm capture_method confirmation_method"
                        + " automatic_payment_methods{enabled allow_redirects} " + SHOWN + CONFIRMED,
                this::create);
        routes.list("/v1/payment_intents", " customer " + Routes.CREATED, this::list);
        routes.get("/v1/payment_intents/{intent}", " client_secret ", this::intent);
        routes.post("/v1/payment_intents/{intent}", " amount currency customer payment_method " + SHOWN, this::update);
        routes.post(
                "/v1/payment_intents/{intent}/confirm",
                " capture_method receipt_email setup_future_usage payment_method_types[]"
                        + " payment_method_options{card{request_three_d_secure setup_future_usage}} " + CONFIRMED,
                this::confirm);
        routes.post("/v1/payment_intents/{intent}/cancel", " cancellation_reason ", this::cancel);
        routes.post(
                "/v1/payment_intents/{intent}/capture",
                " amount_to_capture metadata* statement_descriptor statement_descriptor_suffix ",
                this::capture);
    }

    /** Says who wants to know that a debit has arrived or failed. */
    void whenSettled(Settled listener) {
        settled = listener;
    }

    private ObjectNode intent(Call call) {
        return call.world().require("payment_intent", call.id(), "intent");
    }

    private ObjectNode list(Call call) {
        return Shape.page(
                call,
                "/v1/payment_intents",
                call.world().newestFirst("payment_intent").stream()
                        .filter(Shape.same(call, "customer"))
                        .toList());
    }

    private ObjectNode create(Call call) {
        World world = call.world();
        Params params = call.params();
        String currency = Amounts.currency(params);
        long amount = Amounts.check(
                params.requiredNumber("amount"),
                currency,
                "amount",
                world.account().settings().documentedMinimums());
        boolean confirm = params.flag("confirm");
        if (!confirm) {
            refuseWithoutConfirmation(params, "off_session", "return_url", "error_on_requires_action", "mandate");
        }
        params.text("customer").ifPresent(customer -> Customers.living(world, customer, "customer"));
        ObjectNode method = params.text("payment_method")
                .map(id -> usable(world, id, params.textOrNull("customer")))
                .orElse(null);
        ObjectNode intent = blank(world, amount, currency, params);
        if (method != null) {
            intent.put("payment_method", Json.text(method, "id")).put("status", "requires_confirmation");
        }
        world.emit("payment_intent.created", intent);
        if (confirm) {
            confirm(world, intent, params);
        }
        return intent;
    }

    private static void refuseWithoutConfirmation(Params params, String... names) {
        for (String name : names) {
            if (params.has(name)) {
                throw ApiError.invalid("You can only pass in " + name + " when you also set confirm to true.", name);
            }
        }
    }

    /** A payment intent with nothing done about it yet. */
    ObjectNode blank(World world, long amount, String currency, Params params) {
        ObjectNode intent = world.create("payment_intent", "pi_");
        intent.put("amount", amount).put("amount_capturable", 0).put("amount_received", 0);
        intent.putNull("application").putNull("application_fee_amount");
        if (params.has("payment_method_types")) {
            intent.putNull("automatic_payment_methods");
        } else {
            ObjectNode automatic = intent.putObject("automatic_payment_methods");
            automatic.put(
                    "allow_redirects",
                    params.map("automatic_payment_methods")
                            .text("allow_redirects")
                            .orElse("always"));
            automatic.put("enabled", true);
        }
        intent.putNull("canceled_at").putNull("cancellation_reason");
        intent.put("capture_method", params.text("capture_method").orElse("automatic_async"));
        intent.put("client_secret", world.account().ids().next(Json.text(intent, "id") + "_secret_", 25));
        intent.put("confirmation_method", params.text("confirmation_method").orElse("automatic"));
        intent.put("currency", currency);
        Json.putText(intent, "customer", params.textOrNull("customer"));
        intent.putNull("last_payment_error").putNull("latest_charge").putNull("next_action");
        intent.putNull("payment_method");
        intent.putObject("payment_method_options");
        intent.set(
                "payment_method_types",
                params.has("payment_method_types")
                        ? Json.texts(params.texts("payment_method_types"))
                        : Json.array().add("card"));
        intent.putNull("processing").putNull("review");
        write(params, intent);
        intent.put("status", "requires_payment_method");
        return intent;
    }

    private static void write(Params params, ObjectNode intent) {
        Json.copyTexts(
                params,
                intent,
                "description",
                "receipt_email",
                "statement_descriptor",
                "statement_descriptor_suffix",
                "setup_future_usage");
        Json.copyObject(params, intent, "shipping");
        Json.mergeMetadata(params, intent);
    }

    private ObjectNode update(Call call) {
        World world = call.world();
        Params params = call.params();
        ObjectNode intent = intent(call);
        boolean money = params.has("amount")
                || params.has("currency")
                || params.has("payment_method")
                || params.has("customer");
        if (money && !OPEN.contains(Json.text(intent, "status"))) {
            throw unexpected(
                    intent,
                    "This PaymentIntent's amount, currency, customer or payment method could not be updated because"
                            + " it has a status of " + Json.text(intent, "status") + ".");
        }
        String currency = params.has("currency") ? Amounts.currency(params) : Json.text(intent, "currency");
        long amount = params.number("amount").orElse(Json.number(intent, "amount"));
        Amounts.check(amount, currency, "amount", world.account().settings().documentedMinimums());
        params.text("customer").ifPresent(customer -> {
            Customers.living(world, customer, "customer");
            intent.put("customer", customer);
        });
        params.text("payment_method").ifPresent(id -> {
            ObjectNode method = usable(world, id, Json.textOrNull(intent, "customer"));
            intent.put("payment_method", Json.text(method, "id")).put("status", "requires_confirmation");
        });
        intent.put("amount", amount).put("currency", currency);
        write(params, intent);
        return intent;
    }

    /** A payment method that this customer, or nobody in particular, may pay with. */
    private ObjectNode usable(World world, String id, @Nullable String customer) {
        ObjectNode method = methods.get(world, id, "payment_method");
        String owner = Json.text(method, "customer");
        if (!owner.isEmpty() && !owner.equals(customer)) {
            throw ApiError.invalid(
                    customer == null
                            ? "The PaymentMethod " + id + " belongs to the Customer " + owner
                                    + ". Please include the Customer in the `customer` parameter on the PaymentIntent."
                            : "The PaymentMethod " + id + " does not belong to the Customer you supplied " + customer
                                    + ". Please use this PaymentMethod with the Customer that it belongs to instead.",
                    "payment_method");
        }
        if (owner.isEmpty()) {
            PaymentMethods.refuseUsedOnce(world, method);
        }
        return method;
    }

    private ObjectNode confirm(Call call) {
        ObjectNode intent = intent(call);
        confirm(call.world(), intent, call.params());
        return intent;
    }

    private void confirm(World world, ObjectNode intent, Params params) {
        String status = Json.text(intent, "status");
        if (!OPEN.contains(status)) {
            throw unexpected(
                    intent,
                    status.equals("succeeded")
                            ? "You cannot confirm this PaymentIntent because it has already succeeded after being"
                                    + " previously confirmed."
                            : "You cannot confirm this PaymentIntent because it has a status of " + status + ".");
        }
        params.text("payment_method").ifPresent(id -> {
            ObjectNode method = usable(world, id, Json.textOrNull(intent, "customer"));
            intent.put("payment_method", Json.text(method, "id"));
        });
        String id = Json.textOrNull(intent, "payment_method");
        if (id == null) {
            throw unexpected(
                    intent,
                    "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update"
                            + " the PaymentIntent with a payment method and then confirm it again, or confirm it again"
                            + " directly with a payment method or ConfirmationToken.");
        }
        Urls.check(params, "return_url");
        params.text("setup_future_usage").ifPresent(usage -> intent.put("setup_future_usage", usage));
        params.text("capture_method").ifPresent(capture -> intent.put("capture_method", capture));
        params.text("receipt_email").ifPresent(email -> intent.put("receipt_email", email));
        boolean offSession = !params.text("off_session").orElse("false").equals("false");
        attempt(
                world,
                intent,
                usable(world, id, Json.textOrNull(intent, "customer")),
                offSession,
                params.flag("error_on_requires_action"),
                params.textOrNull("return_url"));
    }

    /** One attempt at a payment: it succeeds, waits for the bank, or is declined with an error of status 402. */
    void attempt(
            World world,
            ObjectNode intent,
            ObjectNode method,
            boolean offSession,
            boolean failOnAction,
            @Nullable String returnUrl) {
        intent.put("payment_method", Json.text(method, "id"));
        intent.set("payment_method_types", Json.array().add(Json.text(method, "type")));
        if (PaymentMethods.isDebit(method)) {
            debit(world, intent, method);
            return;
        }
        Card card = PaymentMethods.cardOf(world, method);
        if (mustCheck(world, card, method, offSession)) {
            if (offSession || failOnAction) {
                decline(world, intent, method, Decline.AUTHENTICATION_REQUIRED);
            }
            requireAction(world, intent, returnUrl);
            return;
        }
        finish(world, intent, method, card);
    }

    private static boolean mustCheck(World world, Card card, ObjectNode method, boolean offSession) {
        return switch (card.check()) {
            case NEVER -> false;
            case ALWAYS -> true;
            case ON_SESSION -> !offSession;
            case UNLESS_SET_UP -> !PaymentMethods.isSetUp(world, method);
        };
    }

    private static void requireAction(World world, ObjectNode intent, @Nullable String returnUrl) {
        intent.put("status", "requires_action");
        ObjectNode action = intent.putObject("next_action").put("type", "redirect_to_url");
        ObjectNode redirect = action.putObject("redirect_to_url");
        Json.putText(redirect, "return_url", returnUrl);
        redirect.put("url", world.account().apiBase() + "/3ds/" + Json.text(intent, "id"));
        world.emit("payment_intent.requires_action", intent);
    }

    /** What follows when the bank has seen its customer, or has not. */
    void authenticated(World world, ObjectNode intent, boolean agreed) {
        if (!Json.text(intent, "status").equals("requires_action")) {
            throw unexpected(intent, "This PaymentIntent does not wait for an authentication.");
        }
        ObjectNode method = world.require("payment_method", Json.text(intent, "payment_method"));
        intent.putNull("next_action");
        if (agreed) {
            finish(world, intent, method, PaymentMethods.cardOf(world, method));
        } else {
            ObjectNode failure = ApiError.invalid(
                            "payment_intent_authentication_failure",
                            "The provided PaymentMethod has failed authentication. You can provide payment_method_data"
                                    + " or a new PaymentMethod to attempt to fulfill this PaymentIntent again.",
                            null)
                    .error();
            failed(world, intent, method, failure);
        }
    }

    private void finish(World world, ObjectNode intent, ObjectNode method, Card card) {
        Decline refusal = refusal(world, intent, card);
        if (refusal != null) {
            decline(world, intent, method, refusal);
        }
        boolean capture = !Json.text(intent, "capture_method").equals("manual");
        ObjectNode charge = charges.succeed(world, intent, method, capture);
        intent.put("latest_charge", Json.text(charge, "id"));
        intent.putNull("last_payment_error").putNull("next_action");
        save(world, intent, method, card);
        if (capture) {
            succeed(world, intent);
            disputes.followUp(world, charge, card);
        } else {
            intent.put("status", "requires_capture").put("amount_capturable", Json.number(intent, "amount"));
            world.emit("payment_intent.amount_capturable_updated", intent);
        }
    }

    private static @Nullable Decline refusal(World world, ObjectNode intent, Card card) {
        Decline ordered = world.nextRefusal(Json.text(intent, "customer"));
        return ordered == null ? card.onCharge() : ordered;
    }

    private void save(World world, ObjectNode intent, ObjectNode method, Card card) {
        String customer = Json.text(intent, "customer");
        boolean saves = !Json.text(intent, "setup_future_usage").isEmpty();
        if (!Json.text(method, "customer").isEmpty()) {
            return;
        }
        if (saves && !customer.isEmpty()) {
            methods.attach(world, Json.text(method, "id"), customer, "payment_method");
            if (card.check() != Check.ALWAYS) {
                PaymentMethods.setUp(world, method);
            }
        } else {
            PaymentMethods.usedUp(world, method);
        }
    }

    private static void succeed(World world, ObjectNode intent) {
        intent.put("status", "succeeded").put("amount_capturable", 0);
        intent.put("amount_received", Json.number(intent, "amount"));
        intent.putNull("processing");
        world.emit("payment_intent.succeeded", intent);
    }

    private void decline(World world, ObjectNode intent, ObjectNode method, Decline decline) {
        ObjectNode charge = charges.fail(world, intent, method, decline);
        intent.put("latest_charge", Json.text(charge, "id"));
        ApiError error = decline.error();
        ObjectNode failure = error.error().deepCopy();
        failure.put("charge", Json.text(charge, "id"));
        failed(world, intent, method, failure);
        error.error().put("charge", Json.text(charge, "id"));
        throw error.with("payment_intent", intent.deepCopy()).with("payment_method", method.deepCopy());
    }

    private static void failed(World world, ObjectNode intent, ObjectNode method, ObjectNode failure) {
        failure.set("payment_method", method.deepCopy());
        intent.set("last_payment_error", failure);
        intent.put("status", "requires_payment_method");
        intent.putNull("payment_method").putNull("next_action").putNull("processing");
        world.emit("payment_intent.payment_failed", intent);
    }

    private void debit(World world, ObjectNode intent, ObjectNode method) {
        ObjectNode charge = charges.pend(world, intent, method);
        intent.put("latest_charge", Json.text(charge, "id")).put("status", "processing");
        world.emit("payment_intent.processing", intent);
        if (PaymentMethods.debitStays(world, method)) {
            return;
        }
        boolean pays = !PaymentMethods.debitFails(world, method);
        world.later(world.now() + SECONDS_OF_A_DEBIT, () -> {
            if (Json.text(intent, "status").equals("processing")) {
                settle(world, intent, pays);
            }
        });
    }

    /** What follows when a bank has carried out a debit, or has not. */
    void settle(World world, ObjectNode intent, boolean paid) {
        if (!Json.text(intent, "status").equals("processing")) {
            throw unexpected(intent, "This PaymentIntent is not processing.");
        }
        ObjectNode charge = world.require("charge", Json.text(intent, "latest_charge"));
        if (paid) {
            charges.settle(world, charge);
            succeed(world, intent);
        } else {
            ObjectNode method = world.require("payment_method", Json.text(intent, "payment_method"));
            charges.fail(world, charge, Decline.GENERIC);
            ObjectNode failure = ApiError.of(
                            402, "invalid_request_error", "payment_intent_payment_attempt_failed", "The debit failed.")
                    .error();
            failure.put("charge", Json.text(charge, "id"));
            failed(world, intent, method, failure);
        }
        settled.settled(world, intent, paid);
    }

    private ObjectNode cancel(Call call) {
        World world = call.world();
        ObjectNode intent = intent(call);
        String status = Json.text(intent, "status");
        if (!CANCELLABLE.contains(status)) {
            throw unexpected(
                    intent,
                    "You cannot cancel this PaymentIntent because it has a status of " + status
                            + ". Only a PaymentIntent with one of the following statuses may be canceled:"
                            + " requires_payment_method, requires_capture, requires_confirmation, requires_action,"
                            + " processing.");
        }
        intent.put("status", "canceled").put("canceled_at", world.now()).put("amount_capturable", 0);
        Json.putText(intent, "cancellation_reason", call.params().textOrNull("cancellation_reason"));
        intent.putNull("next_action");
        world.emit("payment_intent.canceled", intent);
        return intent;
    }

    private ObjectNode capture(Call call) {
        World world = call.world();
        ObjectNode intent = intent(call);
        if (!Json.text(intent, "status").equals("requires_capture")) {
            throw unexpected(
                    intent,
                    "This PaymentIntent could not be captured because it has a status of "
                            + Json.text(intent, "status")
                            + ". Only a PaymentIntent with one of the following statuses may be captured:"
                            + " requires_capture.");
        }
        long amount = call.params().number("amount_to_capture").orElse(Json.number(intent, "amount"));
        if (amount > Json.number(intent, "amount_capturable")) {
            throw ApiError.invalid(
                    "amount_too_large",
                    "The capture of " + amount + " is more than the capturable amount.",
                    "amount_to_capture");
        }
        ObjectNode charge = world.require("charge", Json.text(intent, "latest_charge"));
        charges.capture(world, charge, amount);
        world.emit("charge.captured", charge);
        Json.mergeMetadata(call.params(), intent);
        intent.put("status", "succeeded").put("amount_capturable", 0).put("amount_received", amount);
        world.emit("payment_intent.succeeded", intent);
        return intent;
    }

    private static ApiError unexpected(ObjectNode intent, String message) {
        return ApiError.invalid("payment_intent_unexpected_state", message, null)
                .with("payment_intent", intent.deepCopy());
    }

    /** Wants to know how a debit ended. */
    interface Settled {
        void settled(World world, ObjectNode intent, boolean paid);
    }
}
