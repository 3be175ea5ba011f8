package io.tenancy.billing.stripe;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * What a tenant lives through, in chapters. Within a chapter nothing depends on whether news of it arrived: what billing does
 * next would rightly differ then. From one chapter to the next everything may.
 */
record StripeHistory(long number, List<Chapter> chapters) {

    static final int CHAPTERS = 4;

    /** What happens. */
    enum Kind {
        LEAVE_CARD,
        CHARGE,
        CHARGE_WITHOUT_ANSWER,
        PAY_ON_PAGE,
        DEBIT_ON_PAGE,
        REFUND,
        REFUND_WITHOUT_ANSWER,
        REFUND_THAT_FAILS_LATER,
        DISPUTE,
        OTHER_CARD_AT_STRIPE,
        CARD_DETACHED,
        CARD_RENEWED,
        CUSTOMER_RENAMED,
        CUSTOMER_GIVEN_AWAY,
        CUSTOMER_DELETED,
        PAYMENT_BY_HAND,
        REFUND_BY_HAND
    }

    private static final List<Kind> FIRST =
            List.of(Kind.LEAVE_CARD, Kind.LEAVE_CARD, Kind.PAY_ON_PAGE, Kind.CHARGE, Kind.DEBIT_ON_PAGE);

    /**
     * A chapter.
     *
     * @param kind what happens
     * @param draw decides how
     */
    record Chapter(Kind kind, long draw) {

        Random random() {
            return new Random(draw);
        }
    }

    static StripeHistory draw(long seed, long number) {
        Random random = new Random(seed * 1_000_003 + number);
        List<Chapter> chapters = new ArrayList<>();
        for (int i = 0; i < CHAPTERS; i++) {
            Kind kind = i == 0
                    ? FIRST.get(random.nextInt(FIRST.size()))
                    // Money first: what comes back has to have come.
                    : i == 1 && random.nextBoolean()
                            ? Kind.CHARGE
                            : Kind.values()[random.nextInt(Kind.values().length)];
            chapters.add(new Chapter(kind, random.nextLong()));
        }
        return new StripeHistory(number, chapters);
    }
}
