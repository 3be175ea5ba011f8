package io.tenancy.jpa.outbox;

import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * A message that a committed transaction of a tenant left.
 *
 * @param id identifies it for ever
 * @param topic who receives it; 1 to 63 characters of {@code a-z0-9_.-}, a letter first
 * @param payload whatever the receiver reads; at most {@link #MAXIMUM_PAYLOAD} characters
 * @param createdAt when it was left, by the clock of the tenant's database
 */
public record OutboxMessage(UUID id, String topic, String payload, Instant createdAt) {

    /** How many characters a payload has at most. */
    public static final int MAXIMUM_PAYLOAD = 65_536;

    private static final Pattern TOPIC = Pattern.compile("[a-z][a-z0-9_.-]{0,62}");

    /** Refuses null; what is in the table was validated when it was put there. */
    public OutboxMessage {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(topic, "topic");
        Objects.requireNonNull(payload, "payload");
        Objects.requireNonNull(createdAt, "createdAt");
    }

    static void requireValid(String topic, String payload) {
        if (!TOPIC.matcher(topic).matches()) {
            throw new IllegalArgumentException("The topic of a message has 1 to 63 characters of a-z, 0-9, '_', '.' and"
                    + " '-' and begins with a letter, but it has " + topic.length() + " characters");
        }
        if (payload.length() > MAXIMUM_PAYLOAD || payload.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("The payload of a message for '" + topic + "' has at most "
                    + MAXIMUM_PAYLOAD + " characters and not the character 0, but it has " + payload.length()
                    + " characters. Leave the content in a table and send its key.");
        }
    }
}
