package io.tenancy.plugins.market;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the automatic review of a package found.
 *
 * @param refusal why it cannot be listed; null if it can
 * @param packageBytes of the whole file
 * @param moduleBytes of its WebAssembly
 * @param meteredBytes of the same with metering
 * @param functions that the module defines
 * @param imports functions of the host that it calls
 * @param engine that ran its samples, beside the interpreter that checked them
 * @param samples how many were tried
 * @param fuelMedian of the samples; 0 without any
 * @param fuel99 what 99 of 100 samples stay within; 0 without any
 * @param compared version that was listed before; null for the first one
 * @param changes what it asks for in addition or no more, in words
 * @param widens whether it asks for more than the version before
 * @param remarks what a curator should look at
 */
public record ReviewReport(
        @Nullable String refusal,
        int packageBytes,
        int moduleBytes,
        int meteredBytes,
        int functions,
        List<String> imports,
        String engine,
        int samples,
        long fuelMedian,
        long fuel99,
        @Nullable String compared,
        List<String> changes,
        boolean widens,
        List<String> remarks) {

    /** Copies the lists. */
    public ReviewReport {
        imports = List.copyOf(imports);
        changes = List.copyOf(changes);
        remarks = List.copyOf(remarks);
    }

    static ReviewReport refused(int packageBytes, String refusal) {
        return new ReviewReport(
                refusal, packageBytes, 0, 0, 0, List.of(), "", 0, 0, 0, null, List.of(), false, List.of());
    }

    /** Whether nothing speaks against it that a machine can see. */
    public boolean passed() {
        return refusal == null;
    }
}
