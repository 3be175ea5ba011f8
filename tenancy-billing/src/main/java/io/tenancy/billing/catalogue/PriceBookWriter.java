package io.tenancy.billing.catalogue;

import io.tenancy.billing.Money;
import io.tenancy.billing.period.BillingInterval;
import io.tenancy.billing.price.PriceTier;
import io.tenancy.billing.price.UnitPrice;
import io.tenancy.document.DocumentReading;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Writes prices as JSON in the one form that equal content has: fixed order of fields, each price with its
 * interval and its currency, nothing left to defaults. {@link PriceBookReader} reads it back.
 */
public final class PriceBookWriter {

    private static final JsonFactory JSON = new JsonFactory();

    private PriceBookWriter() {}

    /**
     * Writes the terms of a version.
     *
     * @param terms the terms
     * @return a JSON object, as a version's {@code billing} section; {@link PriceBookReader#readTerms} reads it
     */
    public static String write(PriceTerms terms) {
        return json(out -> {
            out.writeStartObject();
            write(out, terms);
            out.writeEndObject();
        });
    }

    /**
     * Writes what a document says of a plan beside its versions.
     *
     * @param plan the plan
     * @return a JSON object, as a plan's {@code billing} section; {@link PriceBookReader#readPlan} reads it
     */
    public static String write(PlanPrices plan) {
        return json(out -> {
            out.writeStartObject();
            if (plan.family() != null) {
                out.writeStringProperty("family", plan.family());
            }
            out.writeNumberProperty("rank", plan.rank());
            out.writeNumberProperty("trial_days", plan.trialDays());
            if (plan.support() != null) {
                out.writeStringProperty("support", plan.support());
            }
            if (plan.sla() != null) {
                out.writeStringProperty("sla", plan.sla());
            }
            out.writeName("dunning");
            write(out, plan.dunning());
            out.writeEndObject();
        });
    }

    /**
     * Writes an add-on.
     *
     * @param addOn the add-on
     * @return a JSON object, as an add-on's {@code billing} section; {@link PriceBookReader#readAddOn} reads it
     */
    public static String write(AddOnPrices addOn) {
        return json(out -> {
            out.writeStartObject();
            Integer expires = addOn.expiresAfterDays();
            if (expires != null) {
                out.writeNumberProperty("expires_after_days", expires);
            }
            write(out, addOn.terms());
            out.writeEndObject();
        });
    }

    private static String json(Consumer<JsonGenerator> content) {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            content.accept(out);
        }
        return text.toString();
    }

    private static void write(JsonGenerator out, DunningPolicy dunning) {
        out.writeStartObject();
        numbers(out, "retry_after_days", dunning.retryAfterDays());
        numbers(out, "remind_after_days", dunning.remindAfterDays());
        out.writeNumberProperty("restrict_after_days", dunning.restrictAfterDays());
        out.writeNumberProperty("suspend_after_days", dunning.suspendAfterDays());
        out.writeNumberProperty("cancel_after_days", dunning.cancelAfterDays());
        out.writeEndObject();
    }

    private static void write(JsonGenerator out, PriceTerms terms) {
        out.writeBooleanProperty("on_request", terms.onRequest());
        strings(
                out,
                "intervals",
                terms.intervals().stream().map(IntervalWord::of).toList());
        strings(out, "currencies", terms.currencies());
        out.writeName("charges");
        out.writeStartArray();
        terms.charges().forEach(charge -> write(out, charge, terms));
        out.writeEndArray();
    }

    private static void write(JsonGenerator out, ChargeTerms charge, PriceTerms terms) {
        out.writeStartObject();
        out.writeStringProperty("code", charge.code());
        out.writeStringProperty("title", charge.title());
        out.writeStringProperty("kind", DocumentReading.word(kindOf(charge)));
        out.writeStringProperty("tax_category", charge.taxCategory());
        if (charge instanceof ChargeTerms.Recurring recurring) {
            if (recurring.perSeat()) {
                out.writeNumberProperty("included", recurring.includedSeats());
            }
            byInterval(out, terms, recurring.prices());
        } else if (charge instanceof ChargeTerms.Minimum minimum) {
            byInterval(out, terms, minimum.prices());
        } else if (charge instanceof ChargeTerms.OneOff once) {
            byCurrency(out, "price", once.prices(), PriceBookWriter::write);
        } else if (charge instanceof ChargeTerms.Percentage percentage) {
            out.writeStringProperty("metric", percentage.metric());
            number(out, "rate", percentage.rate());
        } else if (charge instanceof ChargeTerms.Usage usage) {
            write(out, usage);
        }
        out.writeEndObject();
    }

    static ChargeReader.Kind kindOf(ChargeTerms charge) {
        if (charge instanceof ChargeTerms.Recurring recurring) {
            return recurring.perSeat() ? ChargeReader.Kind.PER_SEAT : ChargeReader.Kind.FIXED;
        } else if (charge instanceof ChargeTerms.Usage) {
            return ChargeReader.Kind.USAGE;
        } else if (charge instanceof ChargeTerms.Percentage) {
            return ChargeReader.Kind.PERCENTAGE;
        } else if (charge instanceof ChargeTerms.Minimum) {
            return ChargeReader.Kind.MINIMUM;
        }
        return ChargeReader.Kind.ONE_OFF;
    }

    static ChargeReader.Model modelOf(UnitPrice price) {
        if (price instanceof UnitPrice.Flat) {
            return ChargeReader.Model.FLAT;
        } else if (price instanceof UnitPrice.Graduated) {
            return ChargeReader.Model.GRADUATED;
        } else if (price instanceof UnitPrice.Volume) {
            return ChargeReader.Model.VOLUME;
        }
        return ChargeReader.Model.PACKAGE;
    }

    private static void write(JsonGenerator out, ChargeTerms.Usage usage) {
        out.writeStringProperty("metric", usage.metric());
        number(out, "included", usage.included());
        UnitPrice any = usage.prices().values().iterator().next();
        out.writeStringProperty("model", DocumentReading.word(modelOf(any)));
        if (any instanceof UnitPrice.PerPackage each) {
            number(out, "size", each.size());
        }
        boolean tiers = any instanceof UnitPrice.Graduated || any instanceof UnitPrice.Volume;
        byCurrency(out, tiers ? "tiers" : "price", usage.prices(), PriceBookWriter::write);
    }

    private static void write(JsonGenerator out, UnitPrice price) {
        if (price instanceof UnitPrice.Flat flat) {
            out.writeNumber(flat.price().toPlainString());
        } else if (price instanceof UnitPrice.PerPackage each) {
            out.writeNumber(each.price().toPlainString());
        } else if (price instanceof UnitPrice.Graduated graduated) {
            write(out, graduated.tiers());
        } else if (price instanceof UnitPrice.Volume volume) {
            write(out, volume.tiers());
        }
    }

    private static void write(JsonGenerator out, List<PriceTier> tiers) {
        out.writeStartArray();
        for (PriceTier tier : tiers) {
            out.writeStartObject();
            tier.upTo().ifPresent(bound -> number(out, "up_to", bound));
            number(out, "price", tier.unit());
            number(out, "flat", tier.flat());
            out.writeEndObject();
        }
        out.writeEndArray();
    }

    private static void write(JsonGenerator out, Money price) {
        out.writeNumber(price.amount().toPlainString());
    }

    private static void byInterval(
            JsonGenerator out, PriceTerms terms, Map<BillingInterval, Map<String, Money>> prices) {
        out.writeName("price");
        out.writeStartObject();
        for (BillingInterval interval : terms.intervals()) {
            byCurrency(out, IntervalWord.of(interval), prices.getOrDefault(interval, Map.of()), PriceBookWriter::write);
        }
        out.writeEndObject();
    }

    // Their order is that of the codes, whatever order the currencies were given in.
    private static <T> void byCurrency(
            JsonGenerator out, String name, Map<String, T> prices, BiConsumer<JsonGenerator, T> writer) {
        out.writeName(name);
        out.writeStartObject();
        prices.forEach((currency, price) -> {
            out.writeName(currency);
            writer.accept(out, price);
        });
        out.writeEndObject();
    }

    private static void number(JsonGenerator out, String name, BigDecimal number) {
        out.writeName(name);
        out.writeNumber(number.toPlainString());
    }

    private static void numbers(JsonGenerator out, String name, List<Integer> values) {
        out.writeName(name);
        out.writeStartArray();
        values.forEach(value -> out.writeNumber(value.intValue()));
        out.writeEndArray();
    }

    private static void strings(JsonGenerator out, String name, List<String> values) {
        out.writeName(name);
        out.writeStartArray();
        values.forEach(out::writeString);
        out.writeEndArray();
    }
}
