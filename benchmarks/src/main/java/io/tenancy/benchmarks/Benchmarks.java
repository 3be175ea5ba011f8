package io.tenancy.benchmarks;

/** x. */
public final class Benchmarks {
    private Benchmarks() {}
}
