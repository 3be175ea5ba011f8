package io.tenancy.test.stripe.internal;

import io.tenancy.test.stripe.StripeCharge;
import io.tenancy.test.stripe.StripeEvent;
import io.tenancy.test.stripe.StripeRefund;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What a test does to the account without the API: look into the books, and play the payer, the bank and the time. */
public final class Operations {

    private final Account account;
    private final Endpoints endpoints;

    /**
     * Makes it for an account.
     *
     * @param account the account
     * @param endpoints its endpoints
     */
    public Operations(Account account, Endpoints endpoints) {
        this.account = account;
        this.endpoints = endpoints;
    }

    /**
     * Puts the clock forward and does what is due then.
     *
     * @param by how far
     */
    public void advance(Duration by) {
        account.clock().advance(by);
        account.locked(() -> {});
        account.webhooks().look();
    }

    private <T> List<T> all(String kind, Function<ObjectNode, T> view) {
        return account.locked(() -> {
            List<T> views = new ArrayList<>();
            for (boolean live : new boolean[] {false, true}) {
                List<ObjectNode> objects = account.world(live).newestFirst(kind);
                Collections.reverse(objects);
                objects.forEach(object -> views.add(view.apply(object)));
            }
            return views;
        });
    }

    /**
     * All charges.
     *
     * @return oldest first
     */
    public List<StripeCharge> charges() {
        return all(
                "charge",
                charge -> new StripeCharge(
                        Json.text(charge, "id"),
                        Json.text(charge, "payment_intent"),
                        Json.text(charge, "customer"),
                        Json.number(charge, "amount"),
                        Json.number(charge, "amount_captured"),
                        Json.number(charge, "amount_refunded"),
                        Json.text(charge, "currency"),
                        Json.text(charge, "status"),
                        Json.flag(charge, "disputed"),
                        Json.flag(charge, "livemode"),
                        metadata(charge)));
    }

    /**
     * All refunds.
     *
     * @return oldest first
     */
    public List<StripeRefund> refunds() {
        return all(
                "refund",
                refund -> new StripeRefund(
                        Json.text(refund, "id"),
                        Json.text(refund, "charge"),
                        Json.text(refund, "payment_intent"),
                        Json.number(refund, "amount"),
                        Json.text(refund, "currency"),
                        Json.text(refund, "status"),
                        Json.flag(refund, "livemode"),
                        metadata(refund)));
    }

    private static Map<String, String> metadata(ObjectNode object) {
        Map<String, String> metadata = new LinkedHashMap<>();
        object.path("metadata")
                .properties()
                .forEach(entry -> metadata.put(entry.getKey(), entry.getValue().asString("")));
        return metadata;
    }

    /**
     * All events, thin ones last.
     *
     * @return oldest first
     */
    public List<StripeEvent> events() {
        List<StripeEvent> events = new ArrayList<>(all(
                "event",
                event -> new StripeEvent(
                        Json.text(event, "id"),
                        Json.text(event, "type"),
                        Instant.ofEpochSecond(Json.number(event, "created")),
                        Json.text(event.path("data").path("object"), "id"),
                        Json.flag(event, "livemode"),
                        Json.write(event))));
        events.addAll(all(
                "v2.core.event",
                event -> new StripeEvent(
                        Json.text(event, "id"),
                        Json.text(event, "type"),
                        Instant.parse(Json.text(event, "created")),
                        Json.text(event.path("related_object"), "id"),
                        Json.flag(event, "livemode"),
                        Json.write(event))));
        return events;
    }

    /**
     * The money on the account.
     *
     * @param currency three letters
     * @param live whether of live mode
     * @return in the smallest unit of the currency
     */
    public long balance(String currency, boolean live) {
        return account.locked(() -> Charges.balance(account.world(live), currency));
    }

    /**
     * An object as the API shows it.
     *
     * @param id its id
     * @return JSON
     */
    public String object(String id) {
        return account.locked(() -> Json.write(worldOf(id).find(id).orElseThrow()));
    }

    private World worldOf(String id) {
        for (boolean live : new boolean[] {false, true}) {
            if (account.world(live).find(id).isPresent()) {
                return account.world(live);
            }
        }
        throw new IllegalArgumentException("The fake Stripe has no object '" + id + "'");
    }

    private <T> T on(String kind, String id, BiAction<T> action) {
        return account.locked(() -> {
            World world = worldOf(id);
            ObjectNode object = world.find(kind, id)
                    .orElseThrow(() -> new IllegalArgumentException("'" + id + "' is not the id of a " + kind));
            try {
                return action.apply(world, object);
            } catch (ApiError e) {
                throw new IllegalStateException("Not possible with '" + id + "': " + e.getMessage(), e);
            }
        });
    }

    private void does(String kind, String id, BiConsumer<World, ObjectNode> action) {
        on(kind, id, (world, object) -> {
            action.accept(world, object);
            return true;
        });
    }

    /**
     * Plays the payer on the page of a checkout session.
     *
     * @param session the session's id
     * @param card a payment method or one of Stripe's tokens, such as {@code pm_card_visa}
     * @return empty, or the message that the page shows because the card was declined
     */
    public String pay(String session, String card) {
        return on(
                "checkout.session",
                session,
                (world, found) -> saidIfDeclined(() -> endpoints.sessions().submit(world, found, card, null)));
    }

    /** Does what a card can decline; what Stripe says then, or empty. */
    private static String saidIfDeclined(Runnable attempt) {
        try {
            attempt.run();
            return "";
        } catch (ApiError e) {
            if (e.status() == 402) {
                return Json.text(e.error(), "message");
            }
            throw e;
        }
    }

    /**
     * Plays the payer on the page of the portal.
     *
     * @param customer the customer's id
     * @param card a payment method or one of Stripe's tokens
     * @return empty, or the message that the page shows because the card was declined
     */
    public String replaceCard(String customer, String card) {
        return on(
                "customer",
                customer,
                (world, found) -> saidIfDeclined(() -> endpoints.sessions().replaceCard(world, customer, card)));
    }

    /**
     * Plays the payer on the bank's page.
     *
     * @param intent the id of a payment intent or set-up intent that waits for it
     * @param agreed whether the payer agreed
     */
    public void authenticate(String intent, boolean agreed) {
        if (intent.startsWith("seti_")) {
            does("setup_intent", intent, (world, found) -> {
                endpoints.setups().authenticated(world, found, agreed);
                finishSession(world, found);
            });
        } else {
            does("payment_intent", intent, (world, found) -> {
                saidIfDeclined(() -> endpoints.payments().authenticated(world, found, agreed));
                finishSession(world, found);
            });
        }
    }

    private void finishSession(World world, ObjectNode intent) {
        ObjectNode session = endpoints.sessions().ofIntent(world, intent);
        if (session != null) {
            endpoints.sessions().finish(world, session, intent);
        }
    }

    /**
     * Plays the bank that will refuse a customer's next charge.
     *
     * @param customer the customer's id
     * @param declineCode in the bank's words
     */
    public void refuseNextCharge(String customer, String declineCode) {
        if (!declineCode.matches("[a-z][a-z_]*")) {
            throw new IllegalArgumentException(
                    "A bank refuses in one of Stripe's codes, such as 'lost_card', but got '" + declineCode + "'");
        }
        does("customer", customer, (world, found) -> world.refuse(customer, Cards.Decline.of(declineCode)));
    }

    /**
     * Plays the bank with a debit under way.
     *
     * @param intent the payment intent's id
     * @param paid whether the money came
     */
    public void settlePayment(String intent, boolean paid) {
        does("payment_intent", intent, (world, found) -> endpoints.payments().settle(world, found, paid));
    }

    /**
     * Ends a refund.
     *
     * @param refund its id
     * @param failure why it failed, or null when it arrived
     */
    public void settleRefund(String refund, @Nullable String failure) {
        does("refund", refund, (world, found) -> endpoints.refunds().settle(world, found, failure));
    }

    /**
     * Plays the payer who asks the bank for a payment back.
     *
     * @param charge the charge's id
     * @param reason as Stripe names it
     * @return the dispute's id
     */
    public String dispute(String charge, String reason) {
        return on(
                "charge",
                charge,
                (world, found) -> Json.text(endpoints.disputes().open(world, found, reason, "needs_response"), "id"));
    }

    /**
     * Ends a dispute.
     *
     * @param dispute its id
     * @param won whether the account keeps the money
     */
    public void decide(String dispute, boolean won) {
        does("dispute", dispute, (world, found) -> endpoints.disputes().decide(world, found, won));
    }

    /**
     * Plays the card network that tells Stripe of a replaced card.
     *
     * @param method the payment method's id
     * @param month of its new expiry
     * @param year of its new expiry
     */
    public void updateCard(String method, int month, int year) {
        does("payment_method", method, (world, found) -> {
            Changes changes = new Changes(found);
            found.withObject("/card").put("exp_month", month).put("exp_year", year);
            changes.emit(world, "payment_method.automatically_updated");
        });
    }

    /**
     * Sends an event of any type.
     *
     * @param type as Stripe names it
     * @param objectJson the object that it is about
     * @param otherAccount the connected account that it says it is about, or empty
     * @param live whether of live mode
     * @return the event's id
     */
    public String send(String type, String objectJson, String otherAccount, boolean live) {
        ObjectNode object = Json.read(objectJson);
        return account.locked(() -> account.world(live).emit(type, object, null, otherAccount));
    }

    /**
     * Sends a thin event.
     *
     * @param type as Stripe names it
     * @param relatedId the id of the meter that it is about, or empty
     * @param dataJson its details
     * @param live whether of live mode
     * @return the event's id
     */
    public String sendThin(String type, String relatedId, String dataJson, boolean live) {
        ObjectNode data = Json.read(dataJson);
        ObjectNode related = Json.object();
        if (!relatedId.isEmpty()) {
            related.put("id", relatedId).put("type", "billing.meter").put("url", "/v1/billing/meters/" + relatedId);
        }
        return account.locked(() -> Json.text(Events.thin(account.world(live), type, related, data), "id"));
    }

    /**
     * Registers an endpoint.
     *
     * @param url where
     * @param types which events, {@code *} for all
     * @param apiVersion of its payloads, or null for the account's
     * @param secrets what they are signed with
     * @param live whether for live mode
     * @return its id
     */
    public String endpoint(
            String url, List<String> types, @Nullable String apiVersion, List<String> secrets, boolean live) {
        return account.locked(() -> {
            JsonNode made;
            try {
                made = Events.endpoint(account.world(live), url, types, apiVersion, secrets.get(0));
            } catch (ApiError e) {
                throw new IllegalArgumentException("No endpoint at '" + url + "': " + e.getMessage(), e);
            }
            String id = Json.text(made, "id");
            secrets.subList(1, secrets.size())
                    .forEach(secret -> account.webhooks().alsoSign(id, secret, Instant.MAX));
            return id;
        });
    }

    /**
     * Gives an endpoint a new secret.
     *
     * @param endpoint its id
     * @return the secret
     */
    public String rollSecret(String endpoint) {
        return account.locked(() -> account.webhooks().roll(worldOf(endpoint), endpoint));
    }

    private interface BiAction<T> {
        T apply(World world, ObjectNode object);
    }
}
