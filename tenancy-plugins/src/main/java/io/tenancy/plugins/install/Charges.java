package io.tenancy.plugins.install;

import io.tenancy.TenantId;
import io.tenancy.plugins.control.PluginMessages.Message;
import io.tenancy.plugins.install.spi.BillingEvents;
import io.tenancy.plugins.install.spi.BillingEvents.Kind;
import io.tenancy.plugins.pack.PluginPrice;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Currency;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Prices of plugins as they are kept and told. */
public final class Charges {

    /** What of each price the platform keeps. */
    public static final BigDecimal COMMISSION = new BigDecimal("0.30");

    private static final JsonMapper MAPPER = new JsonMapper();

    private Charges() {}

    /** What a price is kept as, so that two can be compared; null for none. */
    static @Nullable String written(@Nullable PluginPrice price) {
        return price == null
                ? null
                : price.amount().toPlainString() + " " + price.currency() + " "
                        + price.per().key();
    }

    /** Whether it is paid once. */
    static boolean isOnce(String written) {
        return written.endsWith(" " + PluginPrice.Per.ONCE.key());
    }

    /** What is told of a price, as {@link #read} reads it. */
    static String message(Kind kind, String publisher, String charged, boolean paidBefore) {
        Map<String, Object> content = new LinkedHashMap<>();
        content.put("kind", kind.name());
        content.put("publisher", publisher);
        content.put("price", charged);
        content.put("paid_before", paidBefore);
        return MAPPER.writeValueAsString(content);
    }

    /**
     * What to tell whoever bills.
     *
     * @param message as it was kept
     * @return the event
     */
    public static BillingEvents.Event read(Message message) {
        JsonNode content = MAPPER.readTree(message.content());
        String[] price = content.get("price").asString().split(" ", -1);
        BigDecimal amount = new BigDecimal(price[0]);
        int decimals = Currency.getInstance(price[1]).getDefaultFractionDigits();
        boolean paidBefore = content.get("paid_before").asBoolean();
        BigDecimal due = paidBefore ? BigDecimal.ZERO : amount;
        return new BillingEvents.Event(
                message.id(),
                Kind.valueOf(content.get("kind").asString()),
                new TenantId(message.tenant().value()),
                message.plugin(),
                content.get("publisher").asString(),
                amount,
                price[1],
                price[2],
                paidBefore,
                due.multiply(COMMISSION).setScale(decimals, RoundingMode.HALF_EVEN),
                message.at());
    }
}
