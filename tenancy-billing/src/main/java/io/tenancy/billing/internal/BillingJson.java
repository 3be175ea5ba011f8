package io.tenancy.billing.internal;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.tenancy.TenantId;
import io.tenancy.billing.BillingException;
import io.tenancy.billing.Money;
import java.util.Map;
import java.util.UUID;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.deser.std.StdDeserializer;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.NamedType;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.StdSerializer;

/**
 * What billing keeps as JSON: records by the names of their components, money as {@code EUR 1999} in smallest units,
 * instants in ISO 8601. What an older version does not know it refuses, because leaving it out could cost money.
 */
public final class BillingJson {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .addModule(new SimpleModule()
                    .addSerializer(new MoneyWriter())
                    .addDeserializer(Money.class, new MoneyReader())
                    .addSerializer(new TenantWriter())
                    .addDeserializer(TenantId.class, new TenantReader()))
            .build();

    private final JsonMapper mapper;

    private BillingJson(JsonMapper mapper) {
        this.mapper = mapper;
    }

    public static String write(Object value) {
        return MAPPER.writeValueAsString(value);
    }

    public static <T> T read(String json, Class<T> type) {
        return MAPPER.readValue(json, type);
    }

    /** Refuses what a newer version wrote, before it is read: what it means could cost money. */
    public static void requireFormat(String what, int known, String json) {
        // Its own is what nearly all of it is, and is told by the beginning.
        if (json.startsWith("{\"format\":" + known + ",")) {
            return;
        }
        int format = MAPPER.readTree(json).path("format").asInt(0);
        if (format < 1 || format > known) {
            throw new BillingException(what + " is stored in format " + format
                    + ", but this version knows formats up to " + known + ". Upgrade this node; nothing was changed.");
        }
    }

    /** The same, where values of a sealed type say which of its kinds they are. */
    public static BillingJson withKinds(Class<?> sealed, Map<String, Class<?>> kinds) {
        JsonMapper.Builder builder = MAPPER.rebuild().addMixIn(sealed, OfAKind.class);
        kinds.forEach((name, type) -> builder.registerSubtypes(new NamedType(type, name)));
        return new BillingJson(builder.build());
    }

    public String text(Object value) {
        return mapper.writeValueAsString(value);
    }

    public <T> T value(String json, Class<T> type) {
        return mapper.readValue(json, type);
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    private interface OfAKind {}

    private static final class MoneyWriter extends StdSerializer<Money> {
        MoneyWriter() {
            super(Money.class);
        }

        @Override
        public void serialize(Money money, JsonGenerator out, SerializationContext context) {
            out.writeString(money.currency() + " " + money.minorUnits());
        }
    }

    private static final class MoneyReader extends StdDeserializer<Money> {
        MoneyReader() {
            super(Money.class);
        }

        @Override
        public Money deserialize(JsonParser parser, DeserializationContext context) {
            String text = parser.getString();
            return Money.ofMinor(Long.parseLong(text.substring(4)), text.substring(0, 3));
        }
    }

    private static final class TenantWriter extends StdSerializer<TenantId> {
        TenantWriter() {
            super(TenantId.class);
        }

        @Override
        public void serialize(TenantId tenant, JsonGenerator out, SerializationContext context) {
            out.writeString(tenant.value().toString());
        }
    }

    private static final class TenantReader extends StdDeserializer<TenantId> {
        TenantReader() {
            super(TenantId.class);
        }

        @Override
        public TenantId deserialize(JsonParser parser, DeserializationContext context) {
            return new TenantId(UUID.fromString(parser.getString()));
        }
    }
}
