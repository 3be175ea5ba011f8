package io.tenancy.plugins.sandbox;

/**
 * What a call took and came to. The same module, with the same limits and input and the same answers of the host, gives the
 * same receipt on any machine and in any engine.
 *
 * @param module digest of the module
 * @param fuelSchedule version of what running costs
 * @param limits digest of the limits that count: fuel, memory, sizes, stack, calls of the host
 * @param input digest of what it was given
 * @param transcript digest of each call of the host and its answer, in order
 * @param hostCalls how many these were
 * @param fuel how much it used
 * @param output digest of what it returned
 */
public record Receipt(
        String module,
        int fuelSchedule,
        String limits,
        String input,
        String transcript,
        int hostCalls,
        long fuel,
        String output) {}
