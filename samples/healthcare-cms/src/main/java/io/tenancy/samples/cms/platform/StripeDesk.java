package io.tenancy.samples.cms.platform;

import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.billing.stripe.TenancyStripe;
import io.tenancy.billing.stripe.finding.StripeFinding;
import io.tenancy.billing.stripe.finding.StripeFindings;
import io.tenancy.billing.stripe.reconciliation.StripeDrift;
import io.tenancy.billing.stripe.reconciliation.StripeReconciliation;
import io.tenancy.billing.stripe.webhook.StripeEvent;
import io.tenancy.billing.stripe.webhook.StripeEvents;
import io.tenancy.billing.stripe.webhook.StripeWebhook;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.entitlement.ChangeNote;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ResponseStatusException;

/** Words what comes from Stripe and what differs there, for the operator. */
@Component
@ConditionalOnProperty(name = "tenancy.enabled", matchIfMissing = true)
class StripeDesk {

    private static final Locale LOCALE = Locale.US;
    private static final int ON_A_PAGE = 50;
    private static final int LONGEST_BODY = 6_000;

    private final @Nullable TenancyStripe stripe;
    private final TenancyInstallation installation;
    private final InstantSource clock;

    StripeDesk(ObjectProvider<TenancyStripe> stripe, TenancyInstallation installation, InstantSource clock) {
        this.stripe = stripe.getIfAvailable();
        this.installation = installation;
        this.clock = clock;
    }

    boolean isThere() {
        return stripe != null;
    }

    /**
     * How both sides stand.
     *
     * @param waiting events that are to be worked through
     * @param failing how many of them failed before
     * @param oldest how long the oldest waits, in words
     * @param parked events that are for the operator
     * @param open differences that are open
     * @param compared when both sides were compared last, in words
     * @param repaired what was mended then, in words
     * @param cut why the last comparison did not come to its end; null when it did
     * @param received what came in at this node, in words
     */
    record Standing(
            long waiting,
            long failing,
            String oldest,
            long parked,
            int open,
            String compared,
            String repaired,
            @Nullable String cut,
            String received) {}

    Standing standing() {
        StripeEvents.Backlog backlog = there().events().backlog();
        StripeDrift drift = there().reconciliation().drift();
        StripeWebhook.Tally tally = there().webhook().tally();
        Duration age = backlog.age(clock.instant());
        return new Standing(
                backlog.waiting(),
                backlog.failing(),
                backlog.waiting() == 0 ? "nothing waits" : "the oldest for " + words(age),
                backlog.parked(),
                drift.total(),
                drift.age().map(since -> words(since) + " ago").orElse("never"),
                drift.repaired() == 0 ? "nothing was missing" : drift.repaired() + " were missing and taken in",
                drift.note(),
                "here " + tally.stored() + " came in, " + tally.known() + " twice, " + tally.refused()
                        + " were refused");
    }

    private static String words(Duration duration) {
        long seconds = duration.toSeconds();
        if (seconds < 120) {
            return seconds + " s";
        }
        return seconds < 7_200 ? duration.toMinutes() + " min" : duration.toHours() + " h";
    }

    /**
     * A page of a list.
     *
     * @param items what is on it
     * @param next where the next page is; null on the last one
     */
    record Listed<T>(List<T> items, @Nullable StripePlace next) {}

    /**
     * An event that could not be worked through.
     *
     * @param id names it
     * @param type as Stripe calls it
     * @param received when it came, in words
     * @param why it is parked
     * @param replayed who had it played again; null when nobody had
     * @param body what came
     */
    record Parked(
            String id,
            String type,
            String received,
            String why,
            @Nullable String replayed,
            String body) {}

    Listed<Parked> parked(StripePlace place) {
        String last = place.events();
        StripeEvent after = last == null ? null : there().events().find(last).orElse(null);
        List<StripeEvent> found = there().events().parked(after, ON_A_PAGE + 1);
        return new Listed<>(
                found.stream().limit(ON_A_PAGE).map(this::parked).toList(),
                found.size() > ON_A_PAGE
                        ? place.withEventsAfter(found.get(ON_A_PAGE - 1).id())
                        : null);
    }

    private Parked parked(StripeEvent event) {
        String body = there().events().body(event.id()).orElse("");
        return new Parked(
                event.id(),
                event.type(),
                moment(event.receivedAt()),
                String.valueOf(event.note()),
                event.replayed(),
                body.length() <= LONGEST_BODY ? body : body.substring(0, LONGEST_BODY) + " …");
    }

    /**
     * Something that differs.
     *
     * @param id names it
     * @param kind what kind of difference, in words
     * @param subject what it is about, as Stripe or billing names it
     * @param clinic whose; empty where that is not known
     * @param detail in words
     * @param found when it was found first, in words
     * @param times how often it was found
     */
    record Finding(UUID id, String kind, String subject, String clinic, String detail, String found, int times) {}

    Listed<Finding> findings(StripePlace place) {
        List<StripeFinding> found = openAfter(place.findings());
        Map<TenantId, String> names =
                installation.catalog().all().stream().collect(Collectors.toMap(Tenant::id, Tenant::name));
        return new Listed<>(
                found.stream()
                        .limit(ON_A_PAGE)
                        .map(finding -> finding(finding, names))
                        .toList(),
                found.size() > ON_A_PAGE
                        ? place.withFindingsAfter(found.get(ON_A_PAGE - 1).id())
                        : null);
    }

    /** One more than fits on a page, which tells whether there is another page. */
    private List<StripeFinding> openAfter(@Nullable UUID last) {
        StripeFindings findings = there().findings();
        StripeFinding after = last == null ? null : findings.find(last).orElse(null);
        return findings.open(after, ON_A_PAGE + 1);
    }

    private static Finding finding(StripeFinding finding, Map<TenantId, String> names) {
        String kind = finding.kind().name().toLowerCase(Locale.ROOT).replace('_', ' ');
        return new Finding(
                finding.id(),
                (kind.substring(0, 1).toUpperCase(Locale.ROOT) + kind.substring(1)).replace("Api ", "API "),
                finding.subject(),
                Optional.ofNullable(finding.tenant())
                        .map(tenant -> names.getOrDefault(tenant, "a clinic that is gone"))
                        .orElse(""),
                finding.detail(),
                moment(finding.foundAt()),
                finding.times());
    }

    private static String moment(Instant instant) {
        return DateTimeFormatter.ofLocalizedDateTime(FormatStyle.MEDIUM, FormatStyle.SHORT)
                        .withLocale(LOCALE)
                        .withZone(ZoneOffset.UTC)
                        .format(instant)
                + " UTC";
    }

    /** Compares both sides now; says what came of it. */
    String compare() {
        StripeReconciliation.Done done = there().reconciliation().run();
        return switch (done.end()) {
            case FINISHED ->
                "Compared " + done.lookedAt() + " things: " + done.repaired() + " were missing and taken in, "
                        + done.reported() + " new differences, " + done.settled() + " gone.";
            case CUT_SHORT ->
                "The comparison ended before it was through and goes on with the next one: " + done.note();
            case ELSEWHERE -> "Both sides are being compared already.";
        };
    }

    void resolve(UUID finding, ChangeNote note) {
        there().findings().resolve(finding, note);
    }

    /** Plays an event again. The jobs work through it with all else that waits, which may take longer than a request. */
    void replay(String event, ChangeNote note) {
        there().events().replay(event, note);
        there().jobs().wake();
    }

    private TenancyStripe there() {
        TenancyStripe known = stripe;
        if (known == null) {
            throw new ResponseStatusException(HttpStatus.NOT_FOUND);
        }
        return known;
    }
}
