package io.tenancy.spring;

import io.tenancy.plugins.installation.TenancyPlugins;
import io.tenancy.plugins.pack.CuratorKey;
import io.tenancy.plugins.pack.PluginKey;
import io.tenancy.plugins.sandbox.PluginLimits;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The settings of plugins, in effect where {@code tenancy-plugins} is on the class path.
 *
 * @param enabled Whether there are plugins.
 * @param jobs Whether this application does what is left to be done: reviews, installations under way, messages.
 * @param interval How long the jobs wait between two runs.
 * @param connections How many connections to the control database plugins have at most. Two more look up whom to trust.
 * @param workers How many calls run at once. As many as there are processors unless set.
 * @param workersPerTenant How many of them run for one tenant. Half of them unless set.
 * @param waiting How many calls of one tenant wait; more are refused.
 * @param fuelPerMinute Thousands of units of fuel that each tenant may use within a minute. What its plan says unless set.
 * @param limits What one call may use at most, whatever the plugin asks for.
 * @param codeCache Where compiled plugins are kept from start to start.
 * @param curators Whose signatures list plugins, in addition to those that are trusted already.
 */
@ConfigurationProperties("tenancy.plugins")
public record TenancyPluginsProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("true") boolean jobs,
        @DefaultValue("2s") Duration interval,

        @DefaultValue("" + TenancyPlugins.DEFAULT_CONNECTIONS)
        int connections,

        @Nullable Integer workers,
        @Nullable Integer workersPerTenant,
        @DefaultValue("1000") int waiting,
        @Nullable Long fuelPerMinute,
        @DefaultValue Limits limits,
        @DefaultValue CodeCache codeCache,
        @DefaultValue List<Curator> curators) {

    /**
     * What one call may use at most.
     *
     * @param fuel In units of fuel. 50,000,000 unless set.
     * @param deadline How long it may take. 500 ms unless set.
     * @param memoryPages How much memory, in pages of 64 KiB. 256 unless set.
     */
    public record Limits(
            @Nullable Long fuel,
            @Nullable Duration deadline,
            @Nullable Integer memoryPages) {}

    /**
     * Where compiled plugins are kept.
     *
     * @param directory Made if it is not there. Nothing is kept unless it is set.
     * @param secret Of the HMAC over what is kept: 32 bytes or more in Base64.
     */
    public record CodeCache(
            @Nullable String directory, @Nullable String secret) {

        @Override
        public String toString() {
            return "CodeCache[" + directory + "]";
        }
    }

    /**
     * A curator's public key.
     *
     * @param key The 32 bytes of a key of Ed25519 as 64 hexadecimal digits.
     * @param notBefore The first instant at which it counts.
     * @param notAfter The first instant at which it does not any more.
     */
    public record Curator(String key, Instant notBefore, Instant notAfter) {

        /**
         * As plugins know it.
         *
         * @return the key
         * @throws TenancyConfigurationException when it cannot be one
         */
        public CuratorKey asKey() {
            try {
                return new CuratorKey(new PluginKey(key), notBefore, notAfter);
            } catch (IllegalArgumentException refused) {
                throw new TenancyConfigurationException(List.of(new ConfigurationFault(
                        "tenancy.plugins.curators", key, "it was refused: " + refused.getMessage(), "Correct it.")));
            }
        }
    }

    /**
     * What one call may use at most.
     *
     * @return {@link PluginLimits#DEFAULT} where nothing is set
     */
    public PluginLimits most() {
        PluginLimits most = PluginLimits.DEFAULT;
        if (limits.fuel() != null) {
            most = most.withFuel(limits.fuel());
        }
        if (limits.deadline() != null) {
            most = most.withDeadline(limits.deadline());
        }
        return limits.memoryPages() == null ? most : most.withMemoryPages(limits.memoryPages());
    }
}
