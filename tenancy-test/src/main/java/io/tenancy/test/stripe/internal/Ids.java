package io.tenancy.test.stripe.internal;

import java.util.Random;

/** Ids in Stripe's form: a prefix and characters that say nothing. */
final class Ids {

    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private final Random random;

    Ids(long seed) {
        random = new Random(seed);
    }

    synchronized String next(String prefix, int length) {
        StringBuilder id = new StringBuilder(prefix);
        for (int i = 0; i < length; i++) {
            id.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return id.toString();
    }

    String next(String prefix) {
        return next(prefix, 24);
    }
}
