package io.tenancy.billing.stripe;

import io.tenancy.TenantId;
import io.tenancy.billing.stripe.webhook.WebhookAnswer;
import io.tenancy.billing.stripe.webhook.WebhookRequest;
import io.tenancy.test.stripe.FakeStripe;
import io.tenancy.test.stripe.StripeEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The events of a fake Stripe by tenant, so that a test delivers them as it likes. */
final class News {

    static final String JSON = "application/json; charset=utf-8";

    private static final Pattern CUSTOMER = Pattern.compile("\"(?:customer|id)\"\\s*:\\s*\"(cus_[^\"]+)\"");
    private static final Pattern INTENT = Pattern.compile("\"(?:payment_intent|id)\"\\s*:\\s*\"(pi_[^\"]+)\"");
    private static final Pattern TENANT = Pattern.compile("\"tenancy_tenant\"\\s*:\\s*\"([0-9a-f-]{36})\"");

    private final FakeStripe fake;
    private final Map<String, String> customerOfIntent = new HashMap<>();
    private final Map<String, TenantId> tenantOfCustomer = new HashMap<>();
    private int seen;

    News(FakeStripe fake) {
        this.fake = fake;
    }

    /** What happened since it was asked last, in its order. */
    Map<TenantId, List<StripeEvent>> take() {
        Map<TenantId, List<StripeEvent>> news = new LinkedHashMap<>();
        List<StripeEvent> all = fake.events();
        for (StripeEvent each : all.subList(seen, all.size())) {
            TenantId tenant = tenantOf(each);
            if (tenant != null) {
                news.computeIfAbsent(tenant, unused -> new ArrayList<>()).add(each);
            }
        }
        seen = all.size();
        return news;
    }

    private @Nullable TenantId tenantOf(StripeEvent event) {
        String customer = first(CUSTOMER, event.json());
        String intent = first(INTENT, event.json());
        if (customer != null && intent != null) {
            customerOfIntent.put(intent, customer);
        }
        if (customer == null && intent != null) {
            customer = customerOfIntent.get(intent);
        }
        if (customer == null) {
            return null;
        }
        if (event.type().equals("customer.created")) {
            String tenant = first(TENANT, event.json());
            if (tenant != null) {
                tenantOfCustomer.put(customer, TenantId.of(tenant));
            }
        }
        return tenantOfCustomer.get(customer);
    }

    private static @Nullable String first(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? matcher.group(1) : null;
    }

    /** Delivers an event, signed at that time. */
    static void deliver(FakeStripe fake, TenancyStripe stripe, StripeEvent event, Instant at) {
        WebhookAnswer answer = stripe.webhook()
                .receive(WebhookRequest.of(
                        JSON,
                        null,
                        fake.sign(event.json(), StripeFixture.SECRET, at),
                        event.json().getBytes(StandardCharsets.UTF_8)));
        if (!answer.taken()) {
            throw new AssertionError("Event " + event.id() + " was answered with " + answer);
        }
    }
}
