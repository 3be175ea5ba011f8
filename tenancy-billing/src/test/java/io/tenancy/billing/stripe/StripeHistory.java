package io.tenancy.billing.stripe;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * What a tenant lives through, in chapters that are days apart. Within a chapter nothing depends on whether news of it arrived:
 * what billing does next would rightly differ then. From one chapter to the next everything may, as both sides are compared
 * between them. Where they are compared at the end only, nothing may depend on it at all: there are no bad cards, and nothing is
 * done with what the books have just then.
 */
record StripeHistory(long number, List<Chapter> chapters) {

    static final int CHAPTERS = 4;

    /** What happens. */
    enum Kind {
        LEAVE_CARD,
        CARDS_ON_TWO_PAGES,
        CHARGE,
        CHARGE_WITHOUT_ANSWER,
        PAY_ON_PAGE,
        DEBIT_ON_PAGE,
        DEBIT_OF_DAYS,
        REFUND,
        REFUND_WITHOUT_ANSWER,
        REFUND_THAT_FAILS_LATER,
        REFUND_THAT_FAILS_AFTER_DAYS,
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

    private static final List<Kind> FIRST = List.of(
            Kind.LEAVE_CARD,
            Kind.CARDS_ON_TWO_PAGES,
            Kind.PAY_ON_PAGE,
            Kind.CHARGE,
            Kind.DEBIT_ON_PAGE,
            Kind.DEBIT_OF_DAYS);

    private static final List<Kind> WHATEVER_THE_BOOKS_HAVE = List.of(
            Kind.LEAVE_CARD,
            Kind.CARDS_ON_TWO_PAGES,
            Kind.CHARGE,
            Kind.CHARGE_WITHOUT_ANSWER,
            Kind.PAY_ON_PAGE,
            Kind.DEBIT_ON_PAGE,
            Kind.DEBIT_OF_DAYS,
            Kind.OTHER_CARD_AT_STRIPE,
            Kind.CUSTOMER_RENAMED,
            Kind.PAYMENT_BY_HAND);

    /**
     * A chapter.
     *
     * @param kind what happens
     * @param draw decides how
     * @param good whether all cards pay
     */
    record Chapter(Kind kind, long draw, boolean good) {

        Random random() {
            return new Random(draw);
        }
    }

    /** One after each of whose chapters both sides are compared. */
    static StripeHistory draw(long seed, long number) {
        return draw(new Random(seed * 1_000_003 + number), number, List.of(Kind.values()), false);
    }

    /** One at whose end only both sides are compared. */
    static StripeHistory drawForTheEnd(long seed, long number) {
        return draw(new Random(seed * 1_000_003 - number - 1), number, WHATEVER_THE_BOOKS_HAVE, true);
    }

    private static StripeHistory draw(Random random, long number, List<Kind> kinds, boolean good) {
        List<Chapter> chapters = new ArrayList<>();
        for (int i = 0; i < CHAPTERS; i++) {
            Kind kind = i == 0
                    ? FIRST.get(random.nextInt(FIRST.size()))
                    // Money first: what comes back has to have come.
                    : i == 1 && random.nextBoolean() ? Kind.CHARGE : kinds.get(random.nextInt(kinds.size()));
            chapters.add(new Chapter(kind, random.nextLong(), good));
        }
        return new StripeHistory(number, chapters);
    }
}
