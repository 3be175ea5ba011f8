package io.tenancy.samples.cms.platform;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * Where the operator is in the two lists of the page of Stripe: each is turned by what came last on the page before.
 *
 * @param findings the last difference of the page before; null for the newest ones
 * @param events the last parked event of the page before; null for the newest ones
 */
record StripePlace(@Nullable UUID findings, @Nullable String events) {

    static final StripePlace NEWEST = new StripePlace(null, null);

    StripePlace {
        // The address may say anything, and the database takes no zero bytes.
        events = events == null || events.isBlank() ? null : events.replace("\0", "");
    }

    // The template calls these, and templates call nothing that is not public.
    public StripePlace withFindingsAfter(@Nullable UUID last) {
        return new StripePlace(last, events);
    }

    public StripePlace withEventsAfter(@Nullable String last) {
        return new StripePlace(findings, last);
    }

    /** What a form sends along to come back to it. */
    public Map<String, String> fields() {
        Map<String, String> fields = new LinkedHashMap<>();
        if (findings != null) {
            fields.put("findings", findings.toString());
        }
        if (events != null) {
            fields.put("events", events);
        }
        return fields;
    }

    /** The page that shows it. */
    public String address() {
        UriComponentsBuilder address = UriComponentsBuilder.fromPath("/platform/stripe");
        fields().forEach(address::queryParam);
        return address.build().encode().toUriString();
    }
}
