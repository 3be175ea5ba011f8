package io.tenancy.plugins.values;

import io.tenancy.TenantId;
import io.tenancy.plugins.capability.Capability;
import io.tenancy.plugins.capability.PluginEffects;
import io.tenancy.plugins.capability.PluginServiceRefusedException;
import io.tenancy.plugins.capability.PluginServices;
import io.tenancy.plugins.http.HttpGrant;
import io.tenancy.plugins.pack.CapabilityRequest;
import io.tenancy.plugins.pack.PluginManifest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The host for one call, whose worker is the only thread that uses it. */
final class CallServices implements PluginServices {

    private static final JsonMapper MAPPER = new JsonMapper();
    private static final int SHORTEST_SECRET = 4;

    private final HostServices host;
    private final TenantId tenant;
    private final PluginManifest manifest;
    private final String digest;
    private final String config;
    private final Map<String, String> handles = new LinkedHashMap<>();
    private final Map<String, String> used = new LinkedHashMap<>();
    private OptionalLong left = OptionalLong.empty();

    CallServices(HostServices host, TenantId tenant, PluginManifest manifest, String digest, String config) {
        this.host = host;
        this.tenant = tenant;
        this.manifest = manifest;
        this.digest = digest;
        this.config = config;
    }

    private <T extends CapabilityRequest> Optional<T> asked(Capability capability, Class<T> type) {
        return Optional.ofNullable(manifest.capabilities().get(capability)).map(type::cast);
    }

    private Optional<CapabilityRequest.Storage> quota() {
        return asked(Capability.KV, CapabilityRequest.Storage.class);
    }

    @Override
    public Optional<Stored> value(String key) {
        return host.values().find(tenant, manifest.id(), key);
    }

    @Override
    public List<String> keys(String prefix) {
        return host.values().keys(tenant, manifest.id(), prefix);
    }

    @Override
    public long bytesLeft() {
        if (left.isEmpty()) {
            long most = quota().map(CapabilityRequest.Storage::bytes).orElse(0L);
            left = OptionalLong.of(
                    most - host.values().used(tenant, manifest.id()).bytes());
        }
        return left.getAsLong();
    }

    @Override
    public String send(String request) {
        CapabilityRequest.Requests asked = asked(Capability.HTTP, CapabilityRequest.Requests.class)
                .orElseThrow(() -> new PluginServiceRefusedException("No host is allowed."));
        if (host.gateway() == null) {
            throw new PluginServiceRefusedException(
                    "This application sends no requests of plugins; TenancyPlugins.Builder.gateway lets it.");
        }
        return withoutSecrets(
                host.gateway().send(new HttpGrant(asked.hosts(), asked.methods()), this::withSecrets, request));
    }

    /** Many a server says back what it was sent, and the plugin is not to see what a handle stands for. */
    private String withoutSecrets(String answer) {
        if (used.isEmpty()) {
            return answer;
        }
        ObjectNode shown = (ObjectNode) MAPPER.readTree(answer);
        shown.put("body", concealed(shown.get("body").asString()));
        ObjectNode headers = shown.putObject("headers");
        MAPPER.readTree(answer)
                .get("headers")
                .properties()
                .forEach(each ->
                        headers.put(each.getKey(), concealed(each.getValue().asString())));
        return shown.toString();
    }

    private String concealed(String text) {
        String concealed = text;
        for (Map.Entry<String, String> each : used.entrySet()) {
            // What is shorter is found everywhere, and no secret.
            if (each.getValue().length() >= SHORTEST_SECRET) {
                concealed = concealed.replace(each.getValue(), each.getKey());
            }
        }
        return concealed;
    }

    private String withSecrets(String value) {
        String text = value;
        for (Map.Entry<String, String> handle : handles.entrySet()) {
            if (text.contains(handle.getKey())) {
                String secret = host.secrets()
                        .find(tenant, manifest.id(), handle.getValue())
                        .orElseThrow(() -> new PluginServiceRefusedException(
                                "The secret '" + handle.getValue() + "' was removed while the plugin was called."));
                used.put(handle.getKey(), secret);
                text = text.replace(handle.getKey(), secret);
            }
        }
        return text;
    }

    @Override
    public Optional<String> configured(String key) {
        if (key.isEmpty()) {
            return Optional.of(config);
        }
        JsonNode value = MAPPER.readTree(config).get(key);
        return Optional.ofNullable(value).map(JsonNode::toString);
    }

    @Override
    public Optional<String> secretHandle(String name) {
        if (!names(Capability.SECRETS, name)
                || !host.secrets().names(tenant, manifest.id()).contains(name)) {
            return Optional.empty();
        }
        // The same in each call, so that receipts can be compared; it stands for nothing unless this call asked for it.
        String handle = "{{secret:" + name + "}}";
        handles.put(handle, name);
        return Optional.of(handle);
    }

    @Override
    public Optional<String> secret(String name) {
        return names(Capability.SECRETS_CLEAR, name)
                ? host.secrets().find(tenant, manifest.id(), name)
                : Optional.empty();
    }

    private boolean names(Capability capability, String name) {
        return asked(capability, CapabilityRequest.Secrets.class)
                .map(secrets -> secrets.names().contains(name))
                .orElse(false);
    }

    @Override
    public Optional<String> content(String query) {
        return host.content().read(tenant, manifest.id(), query);
    }

    @Override
    public void log(int level, String text) {
        host.log().write(tenant, manifest.id(), level, text);
    }

    @Override
    public void apply(PluginEffects effects) {
        host.values().apply(new PluginValues.Caller(tenant, manifest.id(), digest, quota()), effects);
    }
}
