package io.tenancy.plugins.capability;

import java.util.List;
import java.util.Optional;

/**
 * What the host does for one plugin of one tenant. Each method belongs to a capability and is called only where the tenant
 * granted it. What it throws fails the call as a failure of the host, which costs the tenant nothing.
 */
public interface PluginServices {

    /** Does nothing: for plugins that only compute. */
    PluginServices NONE = new PluginServices() {};

    /**
     * A value that the plugin keeps.
     *
     * @param value its bytes
     * @param version rises with each change, from 1
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Stored(byte[] value, long version) {}

    /**
     * {@link Capability#KV}: a value that the plugin keeps.
     *
     * @param key of it
     * @return empty where there is none
     */
    default Optional<Stored> value(String key) {
        return Optional.empty();
    }

    /**
     * {@link Capability#KV}: keys of what the plugin keeps.
     *
     * @param prefix with which they begin
     * @return sorted
     */
    default List<String> keys(String prefix) {
        return List.of();
    }

    /** {@link Capability#KV}: how many bytes keys and values may have altogether, less what they have. */
    default long bytesLeft() {
        return 0;
    }

    /**
     * {@link Capability#HTTP}: sends a request, at most once.
     *
     * @param request as JSON
     * @return the answer as JSON
     * @throws PluginServiceRefusedException when the request is not allowed or there is no answer
     */
    default String send(String request) {
        throw new PluginServiceRefusedException("No host is allowed.");
    }

    /**
     * {@link Capability#CONFIG}: what the tenant configured.
     *
     * @param key of it; empty for all
     * @return as JSON; empty where there is none
     */
    default Optional<String> configured(String key) {
        return Optional.empty();
    }

    /**
     * {@link Capability#SECRETS}: a text that stands for a secret in requests.
     *
     * @param name of the secret
     * @return empty where there is none
     */
    default Optional<String> secretHandle(String name) {
        return Optional.empty();
    }

    /**
     * {@link Capability#SECRETS_CLEAR}: a secret.
     *
     * @param name of it
     * @return empty where there is none
     */
    default Optional<String> secret(String name) {
        return Optional.empty();
    }

    /**
     * {@link Capability#CONTENT_READ}: content.
     *
     * @param query which, as the application and its plugins agreed
     * @return as JSON; empty where there is none
     */
    default Optional<String> content(String query) {
        return Optional.empty();
    }

    /**
     * {@link Capability#LOG}: writes a line. It is not undone when the call fails.
     *
     * @param level 0 debug, 1 info, 2 warning, 3 error
     * @param text the line, without control characters
     */
    default void log(int level, String text) {}

    /**
     * Lets take place what a call did, all of it or nothing. Called once, after the call has returned an output, before the
     * caller is told.
     *
     * @param effects never empty
     * @throws EffectConflictException when somebody else changed a value that the call had read, or keys that it had
     *     listed
     */
    default void apply(PluginEffects effects) {
        throw new UnsupportedOperationException("Nothing here takes effects, but there were " + effects);
    }
}
