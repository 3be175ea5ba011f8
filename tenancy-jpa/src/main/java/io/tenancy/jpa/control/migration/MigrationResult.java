package io.tenancy.jpa.control.migration;

/**
 * What a run did.
 *
 * @param structureScripts how many structure scripts ran
 * @param dataScripts how many times a data script ran for a tenant
 */
public record MigrationResult(int structureScripts, int dataScripts) {}
