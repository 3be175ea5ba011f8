package io.tenancy.plugins.pack;

import io.tenancy.plugins.capability.Capability;
import io.tenancy.plugins.pack.internal.Form;
import io.tenancy.plugins.pack.internal.Schema;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/** One capability that a plugin asks for, with how much of it. Immutable. */
public sealed interface CapabilityRequest {

    /** How many hosts or secrets one request names at most. */
    int MOST_NAMES = 50;

    /** How many bytes a plugin may ask to keep for a tenant at most. */
    long MOST_STORED_BYTES = 1L << 30;

    /** How many keys a plugin may ask to keep for a tenant at most. */
    int MOST_STORED_KEYS = 1_000_000;

    /** The methods that can be asked for. */
    Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE");

    /**
     * Which capability is asked for.
     *
     * @return the capability
     */
    Capability capability();

    /**
     * Asks for what has no scope: {@code log}, {@code clock}, {@code random}, {@code emit}, {@code content.read} and
     * {@code content.annotate}.
     *
     * @param capability which
     */
    record Whole(Capability capability) implements CapabilityRequest {

        private static final Set<Capability> SCOPED =
                Set.of(Capability.KV, Capability.HTTP, Capability.CONFIG, Capability.SECRETS, Capability.SECRETS_CLEAR);

        /**
         * Requires one without a scope.
         *
         * @throws IllegalArgumentException when it has one
         */
        public Whole {
            if (SCOPED.contains(capability)) {
                throw new IllegalArgumentException(
                        "The capability " + capability.key() + " is asked for with its scope, but none was given");
            }
        }
    }

    /**
     * Asks for {@code kv}.
     *
     * @param bytes how many bytes of keys and values, per tenant; 1 to {@link #MOST_STORED_BYTES}
     * @param keys how many keys, per tenant; 1 to {@link #MOST_STORED_KEYS}
     */
    record Storage(long bytes, int keys) implements CapabilityRequest {

        /**
         * Requires the bounds.
         *
         * @throws IllegalArgumentException when they are exceeded
         */
        public Storage {
            if (bytes < 1 || bytes > MOST_STORED_BYTES || keys < 1 || keys > MOST_STORED_KEYS) {
                throw new IllegalArgumentException("The quota of kv was " + bytes + " bytes and " + keys
                        + " keys; ask for 1 to " + MOST_STORED_BYTES + " bytes and 1 to " + MOST_STORED_KEYS + " keys");
            }
        }

        @Override
        public Capability capability() {
            return Capability.KV;
        }
    }

    /**
     * Asks for {@code http}: each method at each host, over TLS.
     *
     * @param hosts full names in small letters, each with {@code :port} if that is not 443; 1 to {@value #MOST_NAMES}
     * @param methods of {@link #METHODS}; at least one
     */
    record Requests(SortedSet<String> hosts, SortedSet<String> methods) implements CapabilityRequest {

        /**
         * Requires names of hosts and known methods.
         *
         * @throws IllegalArgumentException when there are others, none, or too many
         */
        public Requests {
            hosts = Names.copy("hosts of http", hosts);
            hosts.forEach(host -> Form.HOST.require("A host of http", host));
            methods = Names.copy("methods of http", methods);
            if (!METHODS.containsAll(methods)) {
                throw new IllegalArgumentException("The methods of http were " + methods + "; ask for some of "
                        + new TreeSet<>(METHODS) + ", in capitals");
            }
        }

        @Override
        public Capability capability() {
            return Capability.HTTP;
        }
    }

    /**
     * Asks for {@code config}.
     *
     * @param schema JSON Schema of what is configured, as canonical JSON; an object
     */
    record Settings(String schema) implements CapabilityRequest {

        /**
         * Requires a schema that is an object within bounds.
         *
         * @throws IllegalArgumentException when it is none
         */
        public Settings {
            schema = Schema.require("The schema of config", schema);
        }

        @Override
        public Capability capability() {
            return Capability.CONFIG;
        }
    }

    /**
     * Asks for secrets by name: {@code secrets} to use them unseen, {@code secrets.clear} to read them.
     *
     * @param capability which of the two
     * @param names the secrets, which the tenant enters; 1 to {@value #MOST_NAMES}
     */
    record Secrets(Capability capability, SortedSet<String> names) implements CapabilityRequest {

        /**
         * Requires names.
         *
         * @throws IllegalArgumentException when there are none, too many, or malformed ones
         */
        public Secrets {
            Objects.requireNonNull(capability, "capability");
            if (capability != Capability.SECRETS && capability != Capability.SECRETS_CLEAR) {
                throw new IllegalArgumentException("The capability " + capability.key() + " knows no secrets");
            }
            names = Names.copy("names of " + capability.key(), names);
            names.forEach(name -> Form.SECRET.require("A name of " + capability.key(), name));
        }
    }
}
