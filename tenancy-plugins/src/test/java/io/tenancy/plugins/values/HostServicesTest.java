package io.tenancy.plugins.values;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.tenancy.TenantId;
import io.tenancy.jpa.control.SecretKeys;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.plugins.PluginFixture;
import io.tenancy.plugins.TestPlugin;
import io.tenancy.plugins.capability.PluginServiceRefusedException;
import io.tenancy.plugins.capability.PluginServices;
import io.tenancy.plugins.control.PluginAudit;
import io.tenancy.plugins.control.PluginMessages;
import io.tenancy.plugins.control.PluginsUnavailableException;
import io.tenancy.plugins.http.HttpGateway;
import io.tenancy.plugins.pack.PluginManifest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostServicesTest {

    private static final String PLUGIN = "test.caller";

    private final List<String> authorised = new CopyOnWriteArrayList<>();
    private final List<String> lines = new ArrayList<>();

    @SuppressWarnings("NullAway.Init")
    private PluginFixture fixture;

    @SuppressWarnings("NullAway.Init")
    private HttpServer server;

    @SuppressWarnings("NullAway.Init")
    private HttpGateway gateway;

    @SuppressWarnings("NullAway.Init")
    private PluginSecrets secrets;

    @SuppressWarnings("NullAway.Init")
    private PluginValues values;

    @BeforeAll
    void begin() throws IOException {
        fixture = new PluginFixture();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            authorised.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        server.createContext("/echo", exchange -> {
            String given = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
            exchange.getResponseHeaders().add("X-Echo", given);
            byte[] body = ("You sent \"" + given + "\".").getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(401, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        gateway = HttpGateway.builder()
                .alsoInside(InetAddress::isLoopbackAddress)
                .names(name -> List.of(InetAddress.getLoopbackAddress()))
                .build();
        ControlTransactions transactions = new ControlTransactions(
                fixture.installation.control().platform(), fixture.clock, PluginsUnavailableException::new);
        secrets = new PluginSecrets(
                transactions, new PluginAudit(transactions), SecretKeys.fromJson(SecretKeys.createJson()));
        values = new PluginValues(transactions, new PluginMessages(transactions));
    }

    @AfterAll
    void end() {
        gateway.close();
        server.stop(0);
        fixture.close();
    }

    private String url() {
        return "http://api.example.org:" + server.getAddress().getPort() + "/";
    }

    private PluginServices services(TenantId tenant, @Nullable HttpGateway sender) {
        String asks = "{\"http\": {\"hosts\": [\"api.example.org:"
                + server.getAddress().getPort()
                + "\"], \"methods\": [\"GET\"]}, \"secrets\": {\"names\": [\"token\"]},"
                + " \"config\": {\"schema\": {\"type\": \"object\"}}, \"content.read\": {}, \"log\": {}}";
        PluginManifest manifest =
                PluginManifest.read(TestPlugin.validator(PLUGIN).asking(asks).manifest());
        return new HostServices(
                        values,
                        secrets,
                        sender,
                        (who, plugin, query) -> Optional.of("\"" + query + " of " + plugin + "\""),
                        (who, plugin, level, text) -> lines.add(level + " " + plugin + " " + text))
                .forCall(tenant, manifest, "digest", "{\"level\":\"low\",\"n\":[1]}");
    }

    @Test
    void aHandleStandsForASecretInHeadersOnceTheCallHasAskedForIt() {
        TenantId tenant = fixture.tenant();
        secrets.put(tenant, PLUGIN, "token", "s3cret", PluginFixture.NOTE);
        PluginServices services = services(tenant, gateway);
        String request = "{\"url\":\"" + url() + "\",\"headers\":{\"Authorization\":\"Bearer {{secret:token}}\"}}";

        services.send(request);
        String handle = services.secretHandle("token").orElseThrow();
        services.send(request);

        assertThat(handle).isEqualTo("{{secret:token}}").doesNotContain("s3cret");
        assertThat(authorised).containsExactly("Bearer {{secret:token}}", "Bearer s3cret");
    }

    private String asking(String path, String header) {
        return "{\"url\":\"" + url() + path + "\",\"headers\":{\"Authorization\":\"" + header + "\"}}";
    }

    @Test
    void aServerThatSaysBackWhatItWasSentDoesNotShowTheSecretToThePlugin() {
        TenantId tenant = fixture.tenant();
        secrets.put(tenant, PLUGIN, "token", "s3\\\"cret", PluginFixture.NOTE);
        PluginServices services = services(tenant, gateway);
        String handle = services.secretHandle("token").orElseThrow();

        String answer = services.send(asking("echo", "Bearer " + handle));

        assertThat(answer)
                .contains("\"x-echo\":\"Bearer {{secret:token}}\"")
                .contains("You sent \\\"Bearer {{secret:token}}\\\".")
                .contains("\"status\":401")
                .doesNotContain("cret\\\"");
        assertThat(answer.replace("{{secret:", "")).doesNotContain("s3").doesNotContain("cret");
    }

    @Test
    void aSecretThatCannotBeSentIsNotShownWhereThatIsSaid() {
        TenantId tenant = fixture.tenant();
        secrets.put(tenant, PLUGIN, "token", "s3cret\r\nHost: inside", PluginFixture.NOTE);
        PluginServices services = services(tenant, gateway);
        String handle = services.secretHandle("token").orElseThrow();

        assertThatThrownBy(() -> services.send(asking("", handle)))
                .isInstanceOf(PluginServiceRefusedException.class)
                .hasMessageNotContaining("s3cret");
    }

    @Test
    void aHandleStandsForNothingInTheAddressOrInTheBody() {
        TenantId tenant = fixture.tenant();
        secrets.put(tenant, PLUGIN, "token", "s3cret", PluginFixture.NOTE);
        PluginServices services = services(tenant, gateway);
        var unused = services.secretHandle("token").orElseThrow();

        assertThatThrownBy(() -> services.send("{\"url\":\"" + url() + "{{secret:token}}\"}"))
                .isInstanceOf(PluginServiceRefusedException.class)
                .hasMessageNotContaining("s3cret");
    }

    @Test
    void aSecretThatTheManifestDoesNotNameIsNotThereAndNoneIsInClearWithoutItsCapability() {
        TenantId tenant = fixture.tenant();
        secrets.put(tenant, PLUGIN, "token", "s3cret", PluginFixture.NOTE);
        secrets.put(tenant, PLUGIN, "other", "s3cret", PluginFixture.NOTE);
        PluginServices services = services(tenant, gateway);

        assertThat(services.secretHandle("other")).isEmpty();
        assertThat(services.secret("token")).isEmpty();
        assertThat(services(fixture.tenant(), gateway).secretHandle("token")).isEmpty();
    }

    @Test
    void requestsGoToHostsOfTheManifestAloneAndNowhereWithoutAGateway() {
        TenantId tenant = fixture.tenant();

        assertThatThrownBy(() -> services(tenant, gateway).send("{\"url\":\"http://other.example.org/\"}"))
                .isInstanceOf(PluginServiceRefusedException.class);
        assertThatThrownBy(() -> services(tenant, null).send("{\"url\":\"" + url() + "\"}"))
                .isInstanceOf(PluginServiceRefusedException.class)
                .hasMessageContaining("gateway");
    }

    @Test
    void settingsContentAndLogAreThoseOfTheTenantAndThePlugin() {
        PluginServices services = services(fixture.tenant(), gateway);

        assertThat(services.configured("level")).contains("\"low\"");
        assertThat(services.configured("")).contains("{\"level\":\"low\",\"n\":[1]}");
        assertThat(services.configured("none")).isEmpty();
        assertThat(services.content("articles")).contains("\"articles of test.caller\"");
        services.log(1, "hello");
        assertThat(lines).containsExactly("1 test.caller hello");
    }
}
