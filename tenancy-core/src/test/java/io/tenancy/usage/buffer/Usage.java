package io.tenancy.usage.buffer;

import io.tenancy.TenantId;
import io.tenancy.usage.UsageEvent;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Events for tests. */
final class Usage {

    static final TenantId TENANT = TenantId.of("01890a5d-ac96-774b-bcce-b302099a8057");

    private Usage() {}

    static UsageEvent event(String key) {
        return event(key, key.hashCode() & 0xFFFF);
    }

    static UsageEvent event(String key, long quantity) {
        return UsageEvent.record(
                TENANT,
                "cms.api",
                key,
                "api_calls",
                BigDecimal.valueOf(quantity),
                Instant.parse("2026-11-21T08:00:00.123456Z"),
                Map.of("user", "ana"));
    }

    static List<UsageEvent> events(String prefix, int count) {
        List<UsageEvent> events = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            events.add(event(prefix + i));
        }
        return events;
    }

    static UsageEvent random(Random random) {
        UsageEvent.Kind kind = UsageEvent.Kind.values()[random.nextInt(3)];
        BigDecimal quantity = kind == UsageEvent.Kind.RETRACTION
                ? BigDecimal.ZERO
                : new BigDecimal(new java.math.BigInteger(random.nextInt(59), random), random.nextInt(10));
        Instant time = Instant.ofEpochSecond(
                random.nextLong(-99_999_999_999L, 99_999_999_999L), random.nextInt(999) * 1_000_000L);
        Map<String, String> properties =
                random.nextBoolean() ? Map.of() : Map.of(text(random, 30), text(random, 900), "ß€😀", "");
        return new UsageEvent(
                TenantId.next(() -> Instant.ofEpochMilli(random.nextInt(Integer.MAX_VALUE))),
                text(random, 99),
                text(random, 199),
                "m" + random.nextInt(1000),
                quantity,
                time,
                properties,
                kind,
                kind == UsageEvent.Kind.RECORD ? null : text(random, 199));
    }

    private static String text(Random random, int longest) {
        StringBuilder text = new StringBuilder("t");
        int length = random.nextInt(longest);
        while (text.length() < length) {
            int point = random.nextInt(4) == 0 ? random.nextInt(1, 0x10FFFF) : random.nextInt(32, 127);
            if (Character.isBmpCodePoint(point) && Character.isSurrogate((char) point)) {
                continue;
            }
            if (text.length() + Character.charCount(point) <= length) {
                text.appendCodePoint(point);
            }
        }
        return text.toString();
    }
}
