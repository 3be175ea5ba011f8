package io.tenancy.plugins.install;

import io.tenancy.TenantId;
import io.tenancy.plugins.control.PluginMessages.Message;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Something about a plugin that people should know.
 *
 * @param id tells it from all others; the same when it is told again
 * @param tenant whose plugin
 * @param plugin its id
 * @param action what was done, such as {@code disable} or {@code roll back}
 * @param why in words
 * @param at when
 */
public record PluginNotice(long id, TenantId tenant, String plugin, String action, String why, Instant at) {

    private static final JsonMapper MAPPER = new JsonMapper();

    static String written(String action, String why) {
        return MAPPER.writeValueAsString(new TreeMap<>(Map.of("action", action, "why", why)));
    }

    /**
     * Reads what was kept to be told.
     *
     * @param message as it was kept
     * @return the notice
     */
    public static PluginNotice read(Message message) {
        JsonNode content = MAPPER.readTree(message.content());
        return new PluginNotice(
                message.id(),
                message.tenant(),
                message.plugin(),
                content.get("action").asString(),
                content.get("why").asString(),
                message.at());
    }
}
