package io.tenancy.test.stripe.internal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** {@code /v1/checkout/sessions}, for payments and for saving a card, and {@code /v1/billing_portal/sessions}. */
final class CheckoutSessions {

    private static final long OPEN_SECONDS = Duration.ofHours(24).toSeconds();
    private static final long SHORTEST = Duration.ofMinutes(30).toSeconds();

    private final PaymentMethods methods;
    private final PaymentIntents payments;
    private final SetupIntents setups;

    CheckoutSessions(PaymentMethods methods, PaymentIntents payments, SetupIntents setups) {
        this.methods = methods;
        this.payments = payments;
        this.setups = setups;
        payments.whenSettled(this::settled);
    }

    void addTo(Routes routes) {
        routes.post(
                "/v1/checkout/sessions",
                " mode success_url cancel_url client_reference_id customer customer_email customer_creation currency"
                        + " expires_at locale metadata* payment_method_types[] billing_address_collection submit_type"
                        + " line_items[]{quantity price price_data{currency unit_amount tax_behavior"
                        + " product_data{name description metadata* images[]}}}"
                        + " payment_intent_data{description metadata* setup_future_usage capture_method receipt_email"
                        + " statement_descriptor statement_descriptor_suffix}"
                        + " setup_intent_data{description metadata*} ",
                this::create);
        routes.list(
                "/v1/checkout/sessions",
                " customer payment_intent status " + Routes.CREATED,
                call -> Shape.page(
                        call,
                        "/v1/checkout/sessions",
                        call.world().newestFirst("checkout.session").stream()
                                .filter(Shape.same(call, "customer", "payment_intent", "status"))
                                .toList()));
        routes.get("/v1/checkout/sessions/{session}", "", this::session);
        routes.post("/v1/checkout/sessions/{session}", " metadata* ", this::update);
        routes.post("/v1/checkout/sessions/{session}/expire", "", this::expire);
        routes.list("/v1/checkout/sessions/{session}/line_items", "", this::lines);
        routes.post(
                "/v1/billing_portal/sessions",
                " customer return_url locale configuration flow_data{type after_completion{type redirect{return_url}}} ",
                this::portal);
    }

    private ObjectNode session(Call call) {
        return call.world().require("checkout.session", call.id(), "session");
    }

    private ObjectNode update(Call call) {
        ObjectNode session = session(call);
        Json.mergeMetadata(call.params(), session);
        return session;
    }

    private ObjectNode lines(Call call) {
        session(call);
        ObjectNode lines = call.world()
                .find("line_items", call.id())
                .orElseGet(() -> Shape.listOf("/v1/checkout/sessions/" + call.id() + "/line_items", List.of()));
        List<ObjectNode> items = new ArrayList<>();
        lines.path("data").forEach(item -> items.add((ObjectNode) item));
        return Shape.page(call, Json.text(lines, "url"), items);
    }

    private ObjectNode create(Call call) {
        World world = call.world();
        Params params = call.params();
        String mode = params.required("mode");
        if (!mode.equals("payment") && !mode.equals("setup")) {
            throw ApiError.invalid(
                    "Invalid mode: must be one of payment or setup here; the fake Stripe has no '" + mode + "'.",
                    "mode");
        }
        params.text("customer").ifPresent(customer -> Customers.living(world, customer, "customer"));
        Urls.check(params, "cancel_url");
        Urls.check(params, "success_url");
        params.required("success_url");
        long expiresAt = expiry(world, params);
        List<ObjectNode> items = mode.equals("payment") ? items(world, params) : List.of();
        ObjectNode session = blank(world, params, mode);
        String id = Json.text(session, "id");
        session.put("expires_at", expiresAt);
        if (mode.equals("payment")) {
            String currency = Json.text(items.get(0), "currency");
            long total = items.stream()
                    .mapToLong(item -> Json.number(item, "amount_total"))
                    .sum();
            Amounts.check(
                    total, currency, "line_items", world.account().settings().documentedMinimums());
            session.put("amount_subtotal", total).put("amount_total", total).put("currency", currency);
            world.keep("line_items", id, Shape.listOf("/v1/checkout/sessions/" + id + "/line_items", items));
        } else {
            ObjectNode setup = setups.blank(world, setupParams(params));
            Json.putText(setup, "customer", params.textOrNull("customer"));
            session.put("setup_intent", Json.text(setup, "id")).put("payment_status", "no_payment_required");
            world.emit("setup_intent.created", setup);
        }
        world.later(expiresAt, () -> {
            if (Json.text(session, "status").equals("open")) {
                expire(world, session);
            }
        });
        world.keep(
                "checkout.data",
                id,
                Json.treeOf(params.map("payment_intent_data").tree()));
        return session;
    }

    private static Params setupParams(Params params) {
        return params.map("setup_intent_data");
    }

    private static long expiry(World world, Params params) {
        long expiresAt = params.number("expires_at").orElse(world.now() + OPEN_SECONDS);
        if (expiresAt < world.now() + SHORTEST || expiresAt > world.now() + OPEN_SECONDS) {
            throw ApiError.invalid(
                    "The `expires_at` timestamp must be at least 30 minutes and at most 24 hours from Checkout Session"
                            + " creation.",
                    "expires_at");
        }
        return expiresAt;
    }

    private static List<ObjectNode> items(World world, Params params) {
        List<ObjectNode> items = new ArrayList<>();
        for (Params line : params.maps("line_items")) {
            if (line.has("price")) {
                throw ApiError.invalid("The fake Stripe has no prices: give price_data instead.", line.full("price"));
            }
            Params price = line.map("price_data");
            String currency = Amounts.currency(price);
            long quantity = line.number("quantity").orElse(1L);
            long unit = price.requiredNumber("unit_amount");
            Params product = price.map("product_data");
            ObjectNode item = Json.object();
            item.put("id", world.newId("li_")).put("object", "item");
            item.put("amount_discount", 0)
                    .put("amount_subtotal", unit * quantity)
                    .put("amount_tax", 0);
            item.put("amount_total", unit * quantity).put("currency", currency);
            item.put("description", product.required("name"));
            ObjectNode shown = item.putObject("price");
            shown.put("id", world.newId("price_")).put("object", "price").put("active", false);
            shown.put("currency", currency).put("livemode", world.isLive()).put("type", "one_time");
            shown.put("unit_amount", unit);
            shown.putObject("metadata");
            item.put("quantity", quantity);
            items.add(item);
        }
        if (items.isEmpty()) {
            throw ApiError.missingParameter("line_items");
        }
        if (items.stream().map(item -> Json.text(item, "currency")).distinct().count() > 1) {
            throw ApiError.invalid("All line items of a session must have the same currency.", "line_items");
        }
        return items;
    }

    private static ObjectNode blank(World world, Params params, String mode) {
        ObjectNode session = world.create("checkout.session", "cs_" + world.nameOfMode() + "_");
        session.putNull("after_expiration").putNull("allow_promotion_codes");
        session.putNull("amount_subtotal").putNull("amount_total");
        session.putObject("automatic_tax").put("enabled", false).putNull("status");
        Json.copyTexts(params, session, "cancel_url", "client_reference_id", "customer", "customer_email", "locale");
        session.putNull("currency");
        Json.putText(
                session,
                "customer_creation",
                mode.equals("payment") ? params.text("customer_creation").orElse("if_required") : null);
        session.putNull("customer_details");
        Json.mergeMetadata(params, session);
        session.put("mode", mode).putNull("payment_intent");
        session.set(
                "payment_method_types",
                params.has("payment_method_types")
                        ? Json.texts(params.texts("payment_method_types"))
                        : Json.array().add("card"));
        session.put("payment_status", "unpaid").putNull("setup_intent").put("status", "open");
        session.put("success_url", params.required("success_url"));
        session.put("ui_mode", "hosted");
        session.put("url", world.account().apiBase() + "/c/pay/" + Json.text(session, "id"));
        return session;
    }

    private ObjectNode expire(Call call) {
        ObjectNode session = session(call);
        if (!Json.text(session, "status").equals("open")) {
            throw ApiError.invalid(
                    "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has a"
                            + " status of `" + Json.text(session, "status") + "`.",
                    "session");
        }
        expire(call.world(), session);
        return session;
    }

    private static void expire(World world, ObjectNode session) {
        session.put("status", "expired").putNull("url");
        world.emit("checkout.session.expired", session);
    }

    /**
     * Does what the customer does on the hosted page: pays or saves a card. A declined card throws Stripe's error and
     * leaves the session open.
     *
     * @return the session
     */
    ObjectNode submit(World world, ObjectNode session, String method, @Nullable String email) {
        if (!Json.text(session, "status").equals("open")) {
            throw ApiError.invalid(
                    "This Checkout Session has the status " + Json.text(session, "status") + ".", "session");
        }
        ObjectNode card = methods.get(world, method, "payment_method");
        if (email != null) {
            card.withObject("/billing_details").put("email", email);
        }
        if (Json.text(session, "mode").equals("setup")) {
            ObjectNode setup = world.require("setup_intent", Json.text(session, "setup_intent"));
            setups.attempt(world, setup, card, Json.textOrNull(session, "success_url"));
            finish(world, session, setup);
        } else {
            ObjectNode intent = intentOf(world, session);
            payments.attempt(world, intent, card, false, false, Json.textOrNull(session, "success_url"));
            finish(world, session, intent);
        }
        return session;
    }

    private ObjectNode intentOf(World world, ObjectNode session) {
        String known = Json.text(session, "payment_intent");
        if (!known.isEmpty()) {
            return world.require("payment_intent", known);
        }
        ensureCustomer(world, session);
        ObjectNode data = world.require("checkout.data", Json.text(session, "id"));
        Params given = Params.ofJson(data);
        ObjectNode intent =
                payments.blank(world, Json.number(session, "amount_total"), Json.text(session, "currency"), given);
        Json.putText(intent, "customer", Json.textOrNull(session, "customer"));
        session.put("payment_intent", Json.text(intent, "id"));
        world.emit("payment_intent.created", intent);
        return intent;
    }

    private static void ensureCustomer(World world, ObjectNode session) {
        if (Json.text(session, "customer").isEmpty()
                && Json.text(session, "customer_creation").equals("always")) {
            ObjectNode customer = world.create("customer", "cus_");
            Json.putText(customer, "email", Json.textOrNull(session, "customer_email"));
            customer.putObject("metadata");
            customer.putObject("invoice_settings").putNull("default_payment_method");
            session.put("customer", Json.text(customer, "id"));
            world.emit("customer.created", customer);
        }
    }

    /** Completes a session once its intent is through; nothing happens while the bank still asks its customer. */
    void finish(World world, ObjectNode session, ObjectNode intent) {
        boolean setup = Json.text(session, "mode").equals("setup");
        String status = Json.text(intent, "status");
        boolean through = status.equals("succeeded")
                || status.equals("requires_capture")
                || (!setup && status.equals("processing"));
        if (!through || !Json.text(session, "status").equals("open")) {
            return;
        }
        session.put("status", "complete").putNull("url");
        if (!setup) {
            session.put("payment_status", status.equals("processing") ? "unpaid" : "paid");
        }
        ObjectNode method = world.find("payment_method", Json.text(intent, "payment_method"))
                .orElseGet(Json::object);
        ObjectNode details = session.putObject("customer_details");
        String email = Json.textOrNull(method.path("billing_details"), "email");
        Json.putText(details, "email", email != null ? email : Json.textOrNull(session, "customer_email"));
        details.putNull("name").putNull("phone").putNull("address").put("tax_exempt", "none");
        world.emit("checkout.session.completed", session);
    }

    /** The session that an intent belongs to, if it was made by one. */
    @Nullable ObjectNode ofIntent(World world, ObjectNode intent) {
        String id = Json.text(intent, "id");
        return world.newestFirst("checkout.session").stream()
                .filter(session -> Json.text(session, "payment_intent").equals(id)
                        || Json.text(session, "setup_intent").equals(id))
                .findFirst()
                .orElse(null);
    }

    /** What a session says when a debit that took its time has arrived or failed. */
    private void settled(World world, ObjectNode intent, boolean paid) {
        ObjectNode session = ofIntent(world, intent);
        if (session == null) {
            return;
        }
        if (paid) {
            session.put("payment_status", "paid");
            world.emit("checkout.session.async_payment_succeeded", session);
        } else {
            world.emit("checkout.session.async_payment_failed", session);
        }
    }

    private ObjectNode portal(Call call) {
        World world = call.world();
        Params params = call.params();
        String customer = params.required("customer");
        Customers.living(world, customer, "customer");
        String flow = params.map("flow_data").text("type").orElse("payment_method_update");
        if (!flow.equals("payment_method_update")) {
            throw ApiError.invalid(
                    "The fake Stripe's portal has the flow payment_method_update only, not '" + flow + "'.",
                    "flow_data[type]");
        }
        Urls.check(params, "return_url");
        ObjectNode session = world.create("billing_portal.session", "bps_");
        session.put("configuration", params.text("configuration").orElse("bpc_default"));
        session.put("customer", customer);
        if (params.has("flow_data")) {
            session.putObject("flow")
                    .put("type", flow)
                    .putObject("after_completion")
                    .put("type", "portal_homepage");
        } else {
            session.putNull("flow");
        }
        Json.copyTexts(params, session, "locale", "return_url");
        session.putNull("on_behalf_of");
        session.put("url", world.account().apiBase() + "/p/session/" + Json.text(session, "id"));
        return session;
    }

    /** Does what the customer does on the portal's page: saves another card, which later payments then use. */
    ObjectNode replaceCard(World world, String customer, String method) {
        ObjectNode intent = setups.blank(world, Params.none());
        intent.put("customer", customer);
        world.emit("setup_intent.created", intent);
        setups.attempt(world, intent, methods.get(world, method, "payment_method"), null);
        makeDefault(world, intent);
        return intent;
    }

    /** Makes the card of a set-up that is through the one that its customer pays with. */
    void makeDefault(World world, ObjectNode intent) {
        if (Json.text(intent, "status").equals("succeeded")) {
            ObjectNode owner = Customers.living(world, Json.text(intent, "customer"), "customer");
            Changes changes = new Changes(owner);
            owner.withObject("/invoice_settings").put("default_payment_method", Json.text(intent, "payment_method"));
            changes.emit(world, "customer.updated");
        }
    }
}
