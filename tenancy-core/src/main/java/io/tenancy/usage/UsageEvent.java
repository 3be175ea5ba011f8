package io.tenancy.usage;

import io.tenancy.TenantId;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One use of something by a tenant. Tenant, source and key together identify the event: told again with the same
 * content it counts once, told again with other content it is a conflict. Texts are well-formed Unicode without the
 * character 0.
 *
 * @param tenant who used it
 * @param source which producer tells of it, such as {@code cms.api}; 1 to 100 characters
 * @param key the producer's own name of the event, unique within tenant and source; 1 to 200 characters
 * @param metric what was used; 1 to 63 characters of {@code a-z0-9_.-}, a letter first
 * @param quantity how much: not negative, at most {@link #MAXIMUM_QUANTITY}, at most 9 decimals; the new total of the
 *     original event in a correction, zero in a retraction
 * @param occurredAt when it was used, to the microsecond
 * @param properties small facts about it, such as {@code user}; at most {@link #MAXIMUM_PROPERTIES_BYTES} in all
 * @param kind whether it stands for itself or changes an earlier event
 * @param reference key of the event of the same tenant and source that it changes; null for a record
 */
public record UsageEvent(
        TenantId tenant,
        String source,
        String key,
        String metric,
        BigDecimal quantity,
        Instant occurredAt,
        Map<String, String> properties,
        Kind kind,
        @Nullable String reference) {

    /** The greatest quantity of one event; what is greater is refused as an overflow. */
    public static final BigDecimal MAXIMUM_QUANTITY = new BigDecimal("1000000000000000000");

    /** How many decimals a quantity may have. */
    public static final int MAXIMUM_DECIMALS = 9;

    /** How long all names and values of the properties may be together, in UTF-8 bytes. */
    public static final int MAXIMUM_PROPERTIES_BYTES = 8_192;

    private static final Pattern METRIC = Pattern.compile("[a-z][a-z0-9_.-]{0,62}");
    private static final int MAXIMUM_SOURCE = 100;
    private static final int MAXIMUM_KEY = 200;

    /**
     * Validates, and brings quantity, time and properties into one form, so that equal events are equal.
     *
     * @throws InvalidUsageException naming everything that is wrong
     */
    public UsageEvent {
        Objects.requireNonNull(tenant, "tenant");
        Objects.requireNonNull(kind, "kind");
        UsageFaults faults = new UsageFaults();
        faults.text("source", source, MAXIMUM_SOURCE);
        faults.text("key", key, MAXIMUM_KEY);
        if (!METRIC.matcher(metric).matches()) {
            faults.add("metric is '" + UsageFaults.shortened(metric)
                    + "', but has 1 to 63 characters of a-z, 0-9, '_', '.' and '-', and begins with a letter");
        }
        quantity = normalised(quantity, faults);
        occurredAt = Objects.requireNonNull(occurredAt, "occurredAt").truncatedTo(ChronoUnit.MICROS);
        properties = sorted(properties, faults);
        if (kind == Kind.RECORD && reference != null) {
            faults.add("a record refers to no other event, but its reference is '" + UsageFaults.shortened(reference)
                    + "'; use Kind.CORRECTION or Kind.RETRACTION");
        }
        if (kind != Kind.RECORD) {
            if (reference == null) {
                faults.add("a " + kind + " names the event that it changes, but its reference is missing");
            } else {
                faults.text("reference", reference, MAXIMUM_KEY);
            }
        }
        if (kind == Kind.RETRACTION && quantity.signum() != 0) {
            faults.add("a retraction has quantity 0, but it is " + quantity.toPlainString());
        }
        faults.refuse(tenant, source, key);
    }

    private static BigDecimal normalised(BigDecimal quantity, UsageFaults faults) {
        if (quantity.signum() < 0) {
            faults.add("quantity is " + UsageFaults.shortened(quantity.toString())
                    + ", but is never negative; send a correction or a retraction");
        } else if (quantity.compareTo(MAXIMUM_QUANTITY) > 0) {
            faults.add("quantity is " + UsageFaults.shortened(quantity.toString()) + ", but at most "
                    + MAXIMUM_QUANTITY.toPlainString());
        } else if (quantity.signum() == 0) {
            return BigDecimal.ZERO;
        } else if (quantity.stripTrailingZeros().scale() > MAXIMUM_DECIMALS) {
            faults.add("quantity is " + UsageFaults.shortened(quantity.toString()) + ", but has at most "
                    + MAXIMUM_DECIMALS + " decimals");
        } else {
            BigDecimal stripped = quantity.stripTrailingZeros();
            return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
        }
        return BigDecimal.ZERO;
    }

    private static SortedMap<String, String> sorted(Map<String, String> properties, UsageFaults faults) {
        long bytes = 0;
        for (Map.Entry<String, String> property : properties.entrySet()) {
            bytes += property.getKey().getBytes(StandardCharsets.UTF_8).length;
            bytes += property.getValue().getBytes(StandardCharsets.UTF_8).length;
            faults.wellFormed("the name of a property", property.getKey());
            faults.wellFormed("property '" + UsageFaults.shortened(property.getKey()) + "'", property.getValue());
            if (property.getKey().isBlank()
                    || property.getKey().indexOf('\0') >= 0
                    || property.getValue().indexOf('\0') >= 0) {
                faults.add("property '" + UsageFaults.shortened(property.getKey())
                        + "' has a blank name or holds the character 0");
            }
        }
        if (bytes > MAXIMUM_PROPERTIES_BYTES) {
            faults.add("properties have " + bytes + " bytes, but at most " + MAXIMUM_PROPERTIES_BYTES);
        }
        return Collections.unmodifiableSortedMap(new TreeMap<>(properties));
    }

    /**
     * An event that stands for itself.
     *
     * @param tenant who used it
     * @param source which producer tells of it
     * @param key the producer's name of the event
     * @param metric what was used
     * @param quantity how much
     * @param occurredAt when
     * @param properties small facts about it
     * @return the event
     * @throws InvalidUsageException naming everything that is wrong
     */
    public static UsageEvent record(
            TenantId tenant,
            String source,
            String key,
            String metric,
            BigDecimal quantity,
            Instant occurredAt,
            Map<String, String> properties) {
        return new UsageEvent(tenant, source, key, metric, quantity, occurredAt, properties, Kind.RECORD, null);
    }

    /**
     * The key of the event that this one changes.
     *
     * @return empty for a record
     */
    public Optional<String> changes() {
        return Optional.ofNullable(reference);
    }

    /** Whether an event stands for itself. */
    public enum Kind {
        /** Stands for itself. */
        RECORD,
        /** Replaces the quantity of an earlier event. */
        CORRECTION,
        /** Takes an earlier event back. */
        RETRACTION
    }
}
