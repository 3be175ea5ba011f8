package io.tenancy.benchmarks.plugins;

import io.tenancy.benchmarks.CaseFigure;
import io.tenancy.benchmarks.CaseFigure.Verdict;
import io.tenancy.benchmarks.Spread;
import io.tenancy.benchmarks.plans.Extent;
import io.tenancy.plugins.sandbox.PluginHost;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The first admission of a large plugin in a JVM that has admitted none. */
final class AdmissionCase {

    private static final double TARGET_SECONDS = 2;
    private static final int BYTES = 200_000;

    private AdmissionCase() {}

    static List<CaseFigure> measure(Extent extent) throws IOException, InterruptedException {
        List<Double> cold = new ArrayList<>();
        for (int round = 0; round < extent.rounds(); round++) {
            cold.add(extent.quick() ? admit() : inJvmOfItsOwn());
        }
        Spread seconds = Spread.of(cold);
        return List.of(new CaseFigure(
                PluginBenchmarks.ADMISSION,
                "the first admission in a JVM, of a plugin with " + CaseFigure.whole(BYTES) + " bytes",
                "≤ " + CaseFigure.whole(TARGET_SECONDS) + " s",
                seconds.text(2) + " s",
                CaseFigure.NONE,
                Verdict.of(seconds.median() <= TARGET_SECONDS),
                "looked through, validated twice, metered and compiled; without samples and without a cache"));
    }

    private static double inJvmOfItsOwn() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        AdmissionCase.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException("The admission failed: " + said);
        }
        return Double.parseDouble(said.strip());
    }

    private static double admit() {
        byte[] module = Modules.ofBytes(BYTES);
        if (module.length < BYTES) {
            throw new IllegalStateException("The module has " + module.length + " bytes only");
        }
        try (PluginHost host = PluginHost.builder().build()) {
            long begin = System.nanoTime();
            int functions = host.admit(module, Set.of()).functions();
            double seconds = (System.nanoTime() - begin) / 1e9;
            if (functions < 2) {
                throw new IllegalStateException("The module has " + functions + " functions only");
            }
            return seconds;
        }
    }

    /**
     * Admits once and tells how long it took.
     *
     * @param arguments none
     */
    public static void main(String[] arguments) {
        System.out.println(admit());
    }
}
