package io.tenancy.plugins.admission;

import io.tenancy.plugins.capability.HostSignature;
import io.tenancy.plugins.engine.spi.WasmCode;
import java.util.List;
import java.util.Set;

/**
 * A module that may run, metered.
 *
 * @param digest SHA-256 of the bytes that were admitted, in hexadecimal
 * @param imports names of the host's functions that it calls
 * @param bytes how many it has
 * @param meteredBytes how many it has with metering
 * @param functions how many it defines
 * @param code ready to run
 * @param meter where it holds its fuel and its stack
 * @param initialises whether it exports {@code _initialize}
 * @param startFuel what each new instance costs, by {@link FuelSchedule}
 * @param signatures of what it imports, in its order
 */
public record AdmittedModule(
        String digest,
        Set<String> imports,
        int bytes,
        int meteredBytes,
        int functions,
        WasmCode code,
        Meter meter,
        boolean initialises,
        long startFuel,
        List<HostSignature> signatures) {

    /**
     * Indexes of the globals that meter.
     *
     * @param fuel what is left of it
     * @param stack bytes that are left of it
     */
    public record Meter(int fuel, int stack) {}
}
