package io.tenancy.test.stripe.internal;

import io.tenancy.test.stripe.internal.Cards.Card;
import io.tenancy.test.stripe.internal.Cards.Check;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** {@code /v1/setup_intents}: a card saved for later payments, without one now. */
final class SetupIntents {

    private static final String SHOWN = " customer description metadata* payment_method payment_method_types[] ";
    private static final Set<String> OPEN =
            Set.of("requires_payment_method", "requires_confirmation", "requires_action");

    private final PaymentMethods methods;

    SetupIntents(PaymentMethods methods) {
        this.methods = methods;
    }

    void addTo(Routes routes) {
        routes.post(
                "/v1/setup_intents",
                " confirm usage return_url automatic_payment_methods{enabled allow_redirects} " + SHOWN,
                this::create);
        routes.list(
                "/v1/setup_intents",
                " customer payment_method " + Routes.CREATED,
                call -> Shape.page(
                        call,
                        "/v1/setup_intents",
                        call.world().newestFirst("setup_intent").stream()
                                .filter(Shape.same(call, "customer", "payment_method"))
                                .toList()));
        routes.get("/v1/setup_intents/{intent}", " client_secret ", this::intent);
        routes.post("/v1/setup_intents/{intent}", SHOWN, this::update);
        routes.post("/v1/setup_intents/{intent}/confirm", " payment_method return_url ", this::confirm);
        routes.post("/v1/setup_intents/{intent}/cancel", " cancellation_reason ", this::cancel);
    }

    private ObjectNode intent(Call call) {
        return call.world().require("setup_intent", call.id(), "intent");
    }

    private ObjectNode create(Call call) {
        World world = call.world();
        Params params = call.params();
        params.text("customer").ifPresent(customer -> Customers.living(world, customer, "customer"));
        ObjectNode intent = blank(world, params);
        params.text("payment_method").ifPresent(id -> {
            ObjectNode method = methods.get(world, id, "payment_method");
            intent.put("payment_method", Json.text(method, "id")).put("status", "requires_confirmation");
        });
        world.emit("setup_intent.created", intent);
        if (params.flag("confirm")) {
            confirm(world, intent, params);
        }
        return intent;
    }

    ObjectNode blank(World world, Params params) {
        ObjectNode intent = world.create("setup_intent", "seti_");
        intent.putNull("application");
        intent.putNull("cancellation_reason");
        intent.put("client_secret", world.account().ids().next(Json.text(intent, "id") + "_secret_", 25));
        Json.copyTexts(params, intent, "customer", "description");
        intent.putNull("last_setup_error")
                .putNull("latest_attempt")
                .putNull("mandate")
                .putNull("next_action");
        intent.putNull("payment_method");
        intent.putObject("payment_method_options");
        intent.set(
                "payment_method_types",
                params.has("payment_method_types")
                        ? Json.texts(params.texts("payment_method_types"))
                        : Json.array().add("card"));
        Json.mergeMetadata(params, intent);
        intent.put("status", "requires_payment_method");
        intent.put("usage", params.text("usage").orElse("off_session"));
        return intent;
    }

    private ObjectNode update(Call call) {
        World world = call.world();
        Params params = call.params();
        ObjectNode intent = intent(call);
        params.text("customer").ifPresent(customer -> Customers.living(world, customer, "customer"));
        params.text("payment_method").ifPresent(id -> {
            refuseDone(intent);
            ObjectNode method = methods.get(world, id, "payment_method");
            intent.put("payment_method", Json.text(method, "id")).put("status", "requires_confirmation");
        });
        Json.copyTexts(params, intent, "customer", "description");
        Json.mergeMetadata(params, intent);
        return intent;
    }

    private static void refuseDone(ObjectNode intent) {
        String status = Json.text(intent, "status");
        if (!OPEN.contains(status)) {
            throw ApiError.invalid(
                            "setup_intent_unexpected_state",
                            "This SetupIntent cannot be changed or confirmed because it has a status of " + status
                                    + ".",
                            null)
                    .with("setup_intent", intent.deepCopy());
        }
    }

    private ObjectNode confirm(Call call) {
        ObjectNode intent = intent(call);
        confirm(call.world(), intent, call.params());
        return intent;
    }

    private void confirm(World world, ObjectNode intent, Params params) {
        refuseDone(intent);
        Urls.check(params, "return_url");
        String id = params.text("payment_method").orElse(Json.text(intent, "payment_method"));
        if (id.isEmpty()) {
            throw ApiError.invalid(
                            "setup_intent_unexpected_state",
                            "You cannot confirm this SetupIntent because it's missing a payment method.",
                            null)
                    .with("setup_intent", intent.deepCopy());
        }
        attempt(world, intent, methods.get(world, id, "payment_method"), params.textOrNull("return_url"));
    }

    /** Saves a card: it succeeds, waits for the bank, or is declined with an error of status 402. */
    void attempt(World world, ObjectNode intent, ObjectNode method, @Nullable String returnUrl) {
        intent.put("payment_method", Json.text(method, "id"));
        if (!PaymentMethods.isDebit(method)) {
            Card card = PaymentMethods.cardOf(world, method);
            if (card.onAttach() != null) {
                decline(world, intent, method, card.onAttach());
            }
            if (card.check() != Check.NEVER && !PaymentMethods.isSetUp(world, method)) {
                requireAction(world, intent, returnUrl);
                return;
            }
        }
        succeed(world, intent, method);
    }

    private static void requireAction(World world, ObjectNode intent, @Nullable String returnUrl) {
        intent.put("status", "requires_action");
        ObjectNode redirect =
                intent.putObject("next_action").put("type", "redirect_to_url").putObject("redirect_to_url");
        Json.putText(redirect, "return_url", returnUrl);
        redirect.put("url", world.account().apiBase() + "/3ds/" + Json.text(intent, "id"));
        world.emit("setup_intent.requires_action", intent);
    }

    /** What follows when the bank has seen its customer, or has not. */
    void authenticated(World world, ObjectNode intent, boolean agreed) {
        if (!Json.text(intent, "status").equals("requires_action")) {
            throw ApiError.invalid(
                    "setup_intent_unexpected_state", "This SetupIntent does not wait for an authentication.", null);
        }
        ObjectNode method = world.require("payment_method", Json.text(intent, "payment_method"));
        intent.putNull("next_action");
        if (agreed) {
            succeed(world, intent, method);
        } else {
            ObjectNode failure = ApiError.invalid(
                            "setup_intent_authentication_failure",
                            "The latest setup attempt failed because authentication failed.",
                            null)
                    .error();
            failed(world, intent, method, failure);
        }
    }

    private void succeed(World world, ObjectNode intent, ObjectNode method) {
        String customer = Json.text(intent, "customer");
        PaymentMethods.setUp(world, method);
        if (!customer.isEmpty()) {
            methods.attach(world, Json.text(method, "id"), customer, "payment_method");
        }
        intent.put("status", "succeeded").putNull("last_setup_error").putNull("next_action");
        world.emit("setup_intent.succeeded", intent);
    }

    private static void decline(World world, ObjectNode intent, ObjectNode method, Cards.Decline decline) {
        ApiError error = decline.error();
        failed(world, intent, method, error.error().deepCopy());
        throw error.with("setup_intent", intent.deepCopy()).with("payment_method", method.deepCopy());
    }

    private static void failed(World world, ObjectNode intent, ObjectNode method, ObjectNode failure) {
        failure.set("payment_method", method.deepCopy());
        intent.set("last_setup_error", failure);
        intent.put("status", "requires_payment_method")
                .putNull("payment_method")
                .putNull("next_action");
        world.emit("setup_intent.setup_failed", intent);
    }

    private ObjectNode cancel(Call call) {
        ObjectNode intent = intent(call);
        refuseDone(intent);
        intent.put("status", "canceled");
        Json.putText(intent, "cancellation_reason", call.params().textOrNull("cancellation_reason"));
        call.world().emit("setup_intent.canceled", intent);
        return intent;
    }
}
