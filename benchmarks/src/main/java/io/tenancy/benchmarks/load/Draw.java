package io.tenancy.benchmarks.load;

import java.util.SplittableRandom;
import java.util.UUID;

/** What one thread's transactions are about, at random. Belongs to one thread. */
final class Draw {

    private final SplittableRandom random;
    // Never the same twice, whatever the seed: both sides of a round draw the same articles and insert other comments.
    private final SplittableRandom ids = new SplittableRandom();
    private int article;

    Draw(long seed) {
        this.random = new SplittableRandom(seed);
    }

    int tenant(int tenants) {
        return random.nextInt(tenants);
    }

    /** Chooses the article of the next transaction. */
    void next() {
        article = 1 + random.nextInt(Clinics.ARTICLES);
    }

    UUID articleId(int owner) {
        return new UUID(owner, article);
    }

    String slug() {
        return Clinics.slug(article);
    }

    UUID newId() {
        return new UUID(ids.nextLong(), ids.nextLong());
    }
}
