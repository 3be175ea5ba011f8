package io.tenancy.plugins.sandbox;

/**
 * How busy a host is at the moment, and what it has admitted since it was built.
 *
 * @param workers how many calls it runs at once
 * @param atWork how many it runs
 * @param waiting how many calls wait for a worker
 * @param tenants how many tenants have calls that run or wait
 * @param admitting how many modules are being admitted
 * @param admissionsWaiting how many wait to be
 * @param admitted how many were, each time counted
 * @param refused how many were not
 * @param turnedAway how many were not looked at, because too many waited or for too long
 */
public record HostFigures(
        int workers,
        int atWork,
        int waiting,
        int tenants,
        int admitting,
        int admissionsWaiting,
        long admitted,
        long refused,
        long turnedAway) {}
