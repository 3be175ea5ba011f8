package io.tenancy.spring.web;

import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.context.Tenancy;
import io.tenancy.usage.UsageEvent;
import io.tenancy.usage.UsageNotStoredException;
import io.tenancy.usage.cloudevents.CloudEventsException;
import io.tenancy.usage.cloudevents.CloudEventsUsage;
import io.tenancy.usage.spi.UsageSink;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseBody;

/**
 * Takes usage as CloudEvents below a tenant's host. A tenant reports its own usage only: a subject, where there is one,
 * is that tenant's id or slug. Who may report is for the application's security to say.
 */
@Controller
public class UsageIntakeController {

    /** How many bytes one document may have. */
    public static final int MAXIMUM_BYTES = 1 << 20;

    private final UsageSink sink;

    /**
     * Creates the intake.
     *
     * @param sink where events go
     */
    public UsageIntakeController(UsageSink sink) {
        this.sink = sink;
    }

    /**
     * Takes one event or a batch.
     *
     * @param request its body is the document
     * @return 202 with the outcome of each event, in the order of the document
     * @throws IOException when the body cannot be read
     */
    @PostMapping("${tenancy.usage.intake.path}")
    @ResponseBody
    public ResponseEntity<Map<String, Object>> take(HttpServletRequest request) throws IOException {
        Tenant tenant = Tenancy.require();
        byte[] document = request.getInputStream().readNBytes(MAXIMUM_BYTES + 1);
        if (document.length > MAXIMUM_BYTES) {
            throw new UsageIntakeException(
                    413,
                    "usage-too-large",
                    "The document has more than " + MAXIMUM_BYTES + " bytes; send smaller batches.",
                    List.of(),
                    "Usage of tenant " + tenant + " was refused: its document has more than " + MAXIMUM_BYTES
                            + " bytes.",
                    null);
        }
        List<UsageEvent> events = parse(document, tenant);
        return ResponseEntity.accepted().body(answer(events, store(events)));
    }

    private static List<UsageEvent> parse(byte[] document, Tenant tenant) {
        try {
            return CloudEventsUsage.parse(document, subject -> own(subject, tenant));
        } catch (CloudEventsException wrong) {
            throw new UsageIntakeException(
                    400,
                    "invalid-cloud-events",
                    "The document holds events that are not usage; none was taken.",
                    wrong.faults(),
                    "Usage of tenant " + tenant + " was refused: " + wrong.getMessage(),
                    wrong);
        }
    }

    private static Optional<TenantId> own(@Nullable String subject, Tenant tenant) {
        boolean own = subject == null
                || subject.equals(tenant.slug().value())
                || subject.equalsIgnoreCase(tenant.id().toString());
        return own ? Optional.of(tenant.id()) : Optional.empty();
    }

    private UsageSink.Outcome store(List<UsageEvent> events) {
        try {
            return sink.store(events);
        } catch (UsageNotStoredException failure) {
            throw new UsageIntakeException(
                    503,
                    "usage-not-stored",
                    "Usage cannot be stored at the moment; send the same document again later.",
                    List.of(),
                    String.valueOf(failure.getMessage()),
                    failure);
        }
    }

    private static Map<String, Object> answer(List<UsageEvent> events, UsageSink.Outcome outcome) {
        Map<UsageEvent, String> reasons = new LinkedHashMap<>();
        outcome.rejected().forEach(rejected -> reasons.put(rejected.event(), rejected.reason()));
        List<Map<String, String>> each = new ArrayList<>();
        for (UsageEvent event : events) {
            Map<String, String> told = new LinkedHashMap<>();
            told.put("id", event.key());
            told.put("source", event.source());
            String reason = reasons.get(event);
            told.put("outcome", reason == null ? "accepted" : "rejected");
            if (reason != null) {
                told.put("reason", reason);
            }
            each.add(told);
        }
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("stored", outcome.stored());
        answer.put("repeated", outcome.repeated());
        answer.put("rejected", outcome.rejected().size());
        answer.put("events", each);
        return answer;
    }
}
