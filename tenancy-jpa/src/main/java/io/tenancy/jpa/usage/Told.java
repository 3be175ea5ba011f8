package io.tenancy.jpa.usage;

import io.tenancy.usage.UsageEvent;
import io.tenancy.usage.UsageMetric;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One event of a list.
 *
 * @param position in the list
 * @param event the event
 * @param id its key
 * @param content its content
 * @param metric null when it is unknown
 * @param fault why it cannot be stored if its key is new, or null
 */
record Told(
        int position,
        UsageEvent event,
        EventKey id,
        UUID content,
        @Nullable UsageMetric metric,
        @Nullable String fault) {

    char kind() {
        return kindOf(event.kind());
    }

    static char kindOf(UsageEvent.Kind kind) {
        return switch (kind) {
            case RECORD -> KeyRow.RECORD;
            case CORRECTION -> KeyRow.CORRECTION;
            case RETRACTION -> KeyRow.RETRACTION;
        };
    }

    static UsageEvent.Kind kindOf(String stored) {
        return switch (stored) {
            case "R" -> UsageEvent.Kind.RECORD;
            case "C" -> UsageEvent.Kind.CORRECTION;
            case "X" -> UsageEvent.Kind.RETRACTION;
            default -> throw new IllegalStateException("No event is of kind '" + stored + "'");
        };
    }
}
