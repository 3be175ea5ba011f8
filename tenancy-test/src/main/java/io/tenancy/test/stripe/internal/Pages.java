package io.tenancy.test.stripe.internal;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The pages that a payer sees: checkout, the portal's for another card, the bank's question, a receipt. */
final class Pages {

    private static final int LARGEST_FORM = 10_000;
    private static final Pattern EXPIRY = Pattern.compile("\\s*(\\d{1,2})\\s*/\\s*(?:20)?(\\d{2})\\s*");

    private final Account account;
    private final PaymentMethods methods;
    private final PaymentIntents payments;
    private final SetupIntents setups;
    private final CheckoutSessions sessions;

    Pages(
            Account account,
            PaymentMethods methods,
            PaymentIntents payments,
            SetupIntents setups,
            CheckoutSessions sessions) {
        this.account = account;
        this.methods = methods;
        this.payments = payments;
        this.setups = setups;
        this.sessions = sessions;
    }

    void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        boolean post = exchange.getRequestMethod().equals("POST");
        Params form = Params.parseForm(
                new String(exchange.getRequestBody().readNBytes(LARGEST_FORM), StandardCharsets.UTF_8));
        Page page = account.locked(() -> {
            try {
                return page(path, post, form);
            } catch (ApiError e) {
                return new Page(
                        e.status(), Html.page("Not possible", Html.alert(String.valueOf(e.getMessage()))), null);
            }
        });
        write(exchange, page);
    }

    private static void write(HttpExchange exchange, Page page) throws IOException {
        var headers = exchange.getResponseHeaders();
        headers.set("Cache-Control", "no-store");
        headers.set("Content-Type", "text/html; charset=utf-8");
        headers.set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
        headers.set("Referrer-Policy", "no-referrer");
        if (page.location != null) {
            headers.set("Location", page.location);
        }
        byte[] body = page.html.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(page.status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }

    private Page page(String path, boolean post, Params form) {
        String id = path.substring(path.lastIndexOf('/') + 1);
        if (path.equals("/c/pay/" + id)) {
            return found("checkout.session", id, (world, session) -> checkout(world, session, post, form));
        }
        if (path.equals("/p/session/" + id)) {
            return found("billing_portal.session", id, (world, session) -> portal(world, session, post, form));
        }
        if (path.equals("/3ds/" + id)) {
            String kind = id.startsWith("seti_") ? "setup_intent" : "payment_intent";
            return found(kind, id, (world, intent) -> bank(world, intent, post, form));
        }
        if (path.equals("/receipts/" + id)) {
            return found("charge", id, (world, charge) -> receipt(charge));
        }
        return missing();
    }

    private Page found(String kind, String id, View view) {
        for (boolean live : new boolean[] {false, true}) {
            World world = account.world(live);
            Optional<ObjectNode> object = world.find(kind, id);
            if (object.isPresent()) {
                return view.show(world, object.get());
            }
        }
        return missing();
    }

    private static Page missing() {
        return new Page(404, Html.page("Not found", "<p>The fake Stripe has no such page.</p>"), null);
    }

    private Page checkout(World world, ObjectNode session, boolean post, Params form) {
        String status = Json.text(session, "status");
        if (status.equals("complete")) {
            return redirect(successUrl(session));
        }
        if (!status.equals("open")) {
            return new Page(410, Html.page("Expired", "<p>This page has expired.</p>" + back(session)), null);
        }
        if (!post) {
            return shown(world, session, lastError(world, session), 200, Json.text(session, "customer_email"));
        }
        String email = form.text("email").orElse("");
        try {
            sessions.submit(world, session, card(world, form), email.isEmpty() ? null : email);
        } catch (ApiError e) {
            return shown(world, session, String.valueOf(e.getMessage()), e.status(), email);
        }
        return Json.text(session, "status").equals("complete")
                ? redirect(successUrl(session))
                : redirect(account.apiBase() + "/3ds/" + intentOf(session));
    }

    private static String intentOf(ObjectNode session) {
        String field = Json.text(session, "mode").equals("setup") ? "setup_intent" : "payment_intent";
        return Json.text(session, field);
    }

    private static String lastError(World world, ObjectNode session) {
        return world.find(intentOf(session))
                .map(intent -> intent.path("last_payment_error").isObject()
                        ? intent.path("last_payment_error")
                        : intent.path("last_setup_error"))
                .map(error -> Json.text(error, "message"))
                .orElse("");
    }

    private static String successUrl(ObjectNode session) {
        return Json.text(session, "success_url").replace("{CHECKOUT_SESSION_ID}", Json.text(session, "id"));
    }

    private static String back(ObjectNode session) {
        String url = Json.text(session, "cancel_url").replace("{CHECKOUT_SESSION_ID}", Json.text(session, "id"));
        return url.isEmpty() ? "" : Html.link(url, "Go back without paying");
    }

    private Page shown(World world, ObjectNode session, String error, int status, String email) {
        boolean setup = Json.text(session, "mode").equals("setup");
        String currency = Json.text(session, "currency");
        String total = Amounts.written(Json.number(session, "amount_total"), currency);
        String known = email.isEmpty()
                ? world.find("customer", Json.text(session, "customer"))
                        .map(customer -> Json.text(customer, "email"))
                        .orElse("")
                : email;
        String content = Html.alert(error)
                + (setup ? "<p>The card is saved for later payments.</p>\n" : summary(world, session, total))
                + Html.cardForm(
                        "/c/pay/" + Json.text(session, "id"),
                        Html.emailField(known),
                        setup ? "Save card" : "Pay " + total)
                + back(session);
        return new Page(status, Html.page(setup ? "Save a card" : "Checkout", content), null);
    }

    private static String summary(World world, ObjectNode session, String total) {
        StringBuilder table = new StringBuilder(
                "<table>\n<caption>Your order</caption>\n<thead><tr><th scope=\"col\">Item"
                        + "</th><th scope=\"col\">Quantity</th><th scope=\"col\" class=\"money\">Amount</th></tr></thead>\n<tbody>\n");
        JsonNode items = world.find("line_items", Json.text(session, "id"))
                .map(list -> list.path("data"))
                .orElseGet(Json::array);
        for (JsonNode item : items) {
            table.append("<tr><td>")
                    .append(Html.escape(Json.text(item, "description")))
                    .append("</td><td>")
                    .append(Json.number(item, "quantity"))
                    .append("</td><td class=\"money\">")
                    .append(Html.escape(
                            Amounts.written(Json.number(item, "amount_total"), Json.text(item, "currency"))))
                    .append("</td></tr>\n");
        }
        return table.append("</tbody>\n<tfoot><tr><th scope=\"row\" colspan=\"2\">Total</th><td class=\"money\">")
                .append(Html.escape(total))
                .append("</td></tr></tfoot>\n</table>\n")
                .toString();
    }

    /** The payment method of what was typed in, or the error that the page then shows. */
    private String card(World world, Params form) {
        Matcher expiry = EXPIRY.matcher(form.text("expiry").orElse(""));
        if (!expiry.matches() || Integer.parseInt(expiry.group(1)) < 1 || Integer.parseInt(expiry.group(1)) > 12) {
            throw ApiError.card("invalid_expiry_month", null, "Your card's expiration date is invalid: write MM/YY.");
        }
        if (!form.text("cvc").orElse("").matches("\\d{3,4}")) {
            throw ApiError.card("invalid_cvc", null, "Your card's security code is invalid.");
        }
        YearMonth until = YearMonth.of(2000 + Integer.parseInt(expiry.group(2)), Integer.parseInt(expiry.group(1)));
        if (until.isBefore(YearMonth.from(Instant.ofEpochSecond(world.now()).atOffset(ZoneOffset.UTC)))) {
            throw ApiError.card("expired_card", "expired_card", "Your card has expired.");
        }
        Cards.Card card = Cards.ofNumber(form.text("number").orElse(""))
                .orElseThrow(() -> ApiError.card(
                        "incorrect_number",
                        null,
                        "Your card number is incorrect: the fake Stripe knows test cards only, such as"
                                + " 4242 4242 4242 4242."));
        ObjectNode method = methods.make(world, card);
        method.withObject("/card").put("exp_month", until.getMonthValue()).put("exp_year", until.getYear());
        return Json.text(method, "id");
    }

    private Page portal(World world, ObjectNode session, boolean post, Params form) {
        String customer = Json.text(session, "customer");
        String error = "";
        int status = 200;
        if (post) {
            try {
                ObjectNode intent = sessions.replaceCard(world, customer, card(world, form));
                if (Json.text(intent, "status").equals("requires_action")) {
                    world.keep("portal.intent", Json.text(intent, "id"), session);
                    return redirect(account.apiBase() + "/3ds/" + Json.text(intent, "id"));
                }
                return afterPortal(session);
            } catch (ApiError e) {
                error = String.valueOf(e.getMessage());
                status = e.status();
            }
        }
        String returnUrl = Json.text(session, "return_url");
        String content = Html.alert(error)
                + cards(world, customer)
                + Html.cardForm("/p/session/" + Json.text(session, "id"), "", "Save card")
                + (returnUrl.isEmpty() ? "" : Html.link(returnUrl, "Go back"));
        return new Page(status, Html.page("Your payment method", content), null);
    }

    private static Page afterPortal(ObjectNode session) {
        String returnUrl = Json.text(session, "return_url");
        return returnUrl.isEmpty()
                ? new Page(200, Html.page("Saved", "<p role=\"status\">The card is saved.</p>"), null)
                : redirect(returnUrl);
    }

    private static String cards(World world, String customer) {
        String chosen = world.find("customer", customer)
                .map(owner -> Json.text(owner.path("invoice_settings"), "default_payment_method"))
                .orElse("");
        StringBuilder list = new StringBuilder();
        world.newestFirst("payment_method").stream()
                .filter(method -> Json.text(method, "customer").equals(customer))
                .filter(method -> method.path("card").isObject())
                .forEach(method -> {
                    JsonNode card = method.path("card");
                    list.append("<li>")
                            .append(Html.escape(String.format(
                                    Locale.ROOT,
                                    "%s ending in %s, until %02d/%d",
                                    Json.text(card, "brand"),
                                    Json.text(card, "last4"),
                                    Json.number(card, "exp_month"),
                                    Json.number(card, "exp_year"))))
                            .append(Json.text(method, "id").equals(chosen) ? " (pays your invoices)" : "")
                            .append("</li>\n");
                });
        return list.isEmpty() ? "<p>No card is saved.</p>\n" : "<ul>\n" + list + "</ul>\n";
    }

    private Page bank(World world, ObjectNode intent, boolean post, Params form) {
        String id = Json.text(intent, "id");
        boolean setup = id.startsWith("seti_");
        if (!Json.text(intent, "status").equals("requires_action")) {
            return new Page(410, Html.page("Your bank", "<p>Your bank has no question any more.</p>"), null);
        }
        if (!post) {
            String what = setup
                    ? "to save this card"
                    : "to pay " + Amounts.written(Json.number(intent, "amount"), Json.text(intent, "currency"));
            return new Page(200, Html.page("Your bank asks", """
                            <p>Is it you who wants %s?</p>
                            <form method="post" action="/3ds/%s">
                            <button type="submit" name="answer" value="yes">Yes, it is me</button>
                            <button type="submit" name="answer" value="no" class="second">No</button>
                            </form>
                            """.formatted(Html.escape(what), Html.escape(id))), null);
        }
        String returnUrl = Json.text(intent.path("next_action").path("redirect_to_url"), "return_url");
        answered(world, intent, setup, form.text("answer").orElse("no").equals("yes"));
        return afterBank(world, intent, returnUrl, setup);
    }

    private void answered(World world, ObjectNode intent, boolean setup, boolean yes) {
        try {
            if (setup) {
                setups.authenticated(world, intent, yes);
            } else {
                payments.authenticated(world, intent, yes);
            }
        } catch (ApiError e) {
            if (e.status() != 402) {
                throw e;
            }
        }
    }

    private Page afterBank(World world, ObjectNode intent, String returnUrl, boolean setup) {
        ObjectNode session = sessions.ofIntent(world, intent);
        if (session != null) {
            sessions.finish(world, session, intent);
            return Json.text(session, "status").equals("complete")
                    ? redirect(successUrl(session))
                    : redirect(account.apiBase() + "/c/pay/" + Json.text(session, "id"));
        }
        Optional<ObjectNode> portal = world.find("portal.intent", Json.text(intent, "id"));
        if (portal.isPresent()) {
            sessions.makeDefault(world, intent);
            return Json.text(intent, "status").equals("succeeded")
                    ? afterPortal(portal.get())
                    : redirect(account.apiBase() + "/p/session/" + Json.text(portal.get(), "id"));
        }
        if (returnUrl.isEmpty()) {
            return new Page(200, Html.page("Your bank", "<p role=\"status\">You can close this page.</p>"), null);
        }
        String kind = setup ? "setup_intent" : "payment_intent";
        boolean failed = Json.text(intent, "status").equals("requires_payment_method");
        return redirect(returnUrl + (returnUrl.contains("?") ? "&" : "?") + kind + "=" + Json.text(intent, "id") + "&"
                + kind + "_client_secret="
                + URLEncoder.encode(Json.text(intent, "client_secret"), StandardCharsets.UTF_8) + "&redirect_status="
                + (failed ? "failed" : "succeeded"));
    }

    private static Page receipt(ObjectNode charge) {
        String paid = Amounts.written(Json.number(charge, "amount_captured"), Json.text(charge, "currency"));
        String back = Amounts.written(Json.number(charge, "amount_refunded"), Json.text(charge, "currency"));
        return new Page(
                200,
                Html.page(
                        "Receipt",
                        "<p>Paid: " + Html.escape(paid) + "</p>\n<p>Given back: " + Html.escape(back) + "</p>\n"),
                null);
    }

    private static Page redirect(String url) {
        return new Page(303, "", url);
    }

    private record Page(int status, String html, @Nullable String location) {}

    private interface View {
        Page show(World world, ObjectNode object);
    }
}
