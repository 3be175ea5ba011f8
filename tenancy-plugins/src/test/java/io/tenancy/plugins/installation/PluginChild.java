package io.tenancy.plugins.installation;

import io.tenancy.Placement;
import io.tenancy.TenantId;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.control.SecretKeys;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.jpa.isolation.Login;
import io.tenancy.plugins.MovedClock;
import io.tenancy.plugins.PluginException;
import io.tenancy.plugins.PluginFixture;
import io.tenancy.plugins.install.Installations;
import io.tenancy.plugins.pack.ExtensionPoint;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * A node in a JVM of its own, which installs, upgrades, goes back, uninstalls and calls until it is killed. It says on its
 * standard output what it has done.
 */
final class PluginChild {

    static final String CYCLE = "test.cycle";
    static final String DID = "DID";
    static final String KEEPER = "test.keeper";

    private final Installations installations;
    private final TenancyPlugins plugins;
    private final Random random;

    private PluginChild(TenancyPlugins plugins, Random random) {
        this.plugins = plugins;
        this.installations = plugins.installations();
        this.random = random;
    }

    static List<String> arguments(DatabaseServer server, long seed, List<TenantId> tenants) {
        List<String> arguments = new ArrayList<>(List.of(
                server.jdbcUrl(),
                server.owner().user(),
                server.owner().password(),
                server.runtime().user(),
                server.runtime().password(),
                server.platform().user(),
                server.platform().password(),
                Long.toString(seed)));
        tenants.forEach(each -> arguments.add(each.toString()));
        return arguments;
    }

    /** What {@link #arguments} has. */
    public static void main(String[] arguments) {
        DatabaseServer server = new DatabaseServer(
                Placement.PRIMARY_SERVER,
                arguments[0],
                new Login(arguments[1], arguments[2]),
                new Login(arguments[3], arguments[4]),
                new Login(arguments[5], arguments[6]));
        MovedClock clock = new MovedClock(PluginFixture.START);
        TenancyInstallation installation = TenancyInstallation.builder()
                .server(server)
                .migrations("classpath:notes")
                .secretKeys(SecretKeys.fromJson(SecretKeys.createJson()))
                .clock(clock)
                .build()
                .start();
        TenancyPlugins plugins =
                TenancyPlugins.builder(installation).clock(clock).build().start();
        PluginChild child = new PluginChild(plugins, new Random(Long.parseLong(arguments[7])));
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        List<TenantId> tenants =
                Arrays.stream(arguments).skip(8).map(TenantId::of).toList();
        while (true) {
            child.act(tenants.get(child.random.nextInt(tenants.size())));
            out.println(DID);
        }
    }

    private void act(TenantId tenant) {
        try {
            switch (random.nextInt(6)) {
                case 0 -> installations.install(tenant, CYCLE, "1.0.0", PluginFixture.NOTE);
                case 1 -> {
                    installations.install(tenant, CYCLE, PluginFixture.NOTE);
                    installations
                            .asked(tenant, CYCLE)
                            .ifPresent(asked -> installations.consent(
                                    tenant, CYCLE, asked.digest(), asked.required(), PluginFixture.NOTE));
                }
                case 2 -> installations.rollBack(tenant, CYCLE, PluginFixture.NOTE);
                case 3 -> installations.uninstall(tenant, CYCLE, PluginFixture.NOTE);
                default -> {
                    var unused = plugins.extensions().call(tenant, ExtensionPoint.EVENT_HANDLE, "{\"n\":1}");
                }
            }
        } catch (PluginException notNow) {
            // What cannot be done in the state that it is in is a part of what is tried.
        }
    }
}
