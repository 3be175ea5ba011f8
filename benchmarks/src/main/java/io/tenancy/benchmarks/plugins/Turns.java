package io.tenancy.benchmarks.plugins;

import io.tenancy.benchmarks.Spread;
import io.tenancy.benchmarks.plans.Extent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Lets pieces of work take turns in one JVM, and tells how long one of each took by the clock. */
final class Turns {

    private final Map<String, List<Double>> micros = new LinkedHashMap<>();

    private Turns() {}

    static Turns of(Extent extent, Map<String, Runnable> works) {
        Turns turns = new Turns();
        works.forEach((name, work) -> turns.micros.put(name, new ArrayList<>()));
        // One turn of each warms it up.
        for (int round = 0; round <= extent.rounds(); round++) {
            for (Map.Entry<String, Runnable> each : works.entrySet()) {
                double took = micros(each.getValue(), extent);
                if (round > 0) {
                    turns.of(each.getKey()).add(took);
                }
            }
        }
        return turns;
    }

    private static double micros(Runnable work, Extent extent) {
        long begin = System.nanoTime();
        long until = begin + extent.slice().toNanos() * 4;
        long count = 0;
        long now;
        do {
            work.run();
            count++;
            now = System.nanoTime();
        } while (now < until);
        return (now - begin) / 1_000.0 / count;
    }

    private List<Double> of(String name) {
        List<Double> known = micros.get(name);
        if (known == null) {
            throw new IllegalArgumentException(name);
        }
        return known;
    }

    Spread spread(String name) {
        return Spread.of(of(name));
    }

    /** How much longer one took than another one, turn by turn. */
    Spread ratio(String name, String to) {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < of(name).size(); i++) {
            ratios.add(of(name).get(i) / of(to).get(i));
        }
        return Spread.of(ratios);
    }
}
