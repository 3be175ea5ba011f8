package io.tenancy.plugins.control;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.TenantId;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.plugins.PluginFixture;
import io.tenancy.plugins.control.PluginMessages.Kind;
import io.tenancy.plugins.control.PluginMessages.Message;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PluginMessagesTest {

    private static final Duration LONGER_THAN_ANY_PAUSE = Duration.ofHours(1);

    @SuppressWarnings("NullAway.Init")
    private PluginFixture fixture;

    @SuppressWarnings("NullAway.Init")
    private ControlTransactions transactions;

    @SuppressWarnings("NullAway.Init")
    private PluginMessages messages;

    @BeforeAll
    void begin() {
        fixture = new PluginFixture();
        transactions = new ControlTransactions(
                fixture.installation.control().platform(), fixture.clock, PluginsUnavailableException::new);
        messages = new PluginMessages(transactions);
    }

    @AfterAll
    void end() {
        fixture.close();
    }

    private void add(TenantId tenant, String plugin, Kind kind, String content) {
        transactions.transact("keep a message", transaction -> {
            messages.add(transaction, tenant, plugin, kind, content);
            return true;
        });
    }

    /** Tells all of a tenant that is due, but not those of a content, which it throws at. */
    private List<String> tell(TenantId tenant, String notTaken) {
        List<String> told = new ArrayList<>();
        messages.tellDue(message -> {
            if (message.tenant().equals(tenant) && message.content().equals(notTaken)) {
                throw new IllegalStateException("Whoever bills is away");
            }
            if (message.tenant().equals(tenant)) {
                told.add(message.plugin() + " " + message.content());
            }
        });
        return told;
    }

    @Test
    void whoeverBillsIsToldOfAPluginInTheOrderInWhichItTookPlaceAlsoAfterAFailure() {
        TenantId tenant = fixture.tenant();
        add(tenant, "test.first", Kind.BILLING, "installed");
        add(tenant, "test.first", Kind.BILLING, "uninstalled");
        add(tenant, "test.other", Kind.BILLING, "elsewhere");

        assertThat(tell(tenant, "installed")).containsExactly("test.other elsewhere");
        fixture.clock.move(LONGER_THAN_ANY_PAUSE);

        assertThat(tell(tenant, "nothing")).containsExactly("test.first installed", "test.first uninstalled");
    }

    @Test
    void whoeverBillsIsToldAgainHoweverLongItWasAway() {
        TenantId tenant = fixture.tenant();
        add(tenant, "test.long", Kind.BILLING, "uninstalled");
        for (int i = 0; i < PluginMessages.MOST_ATTEMPTS + 5; i++) {
            assertThat(tell(tenant, "uninstalled")).isEmpty();
            fixture.clock.move(LONGER_THAN_ANY_PAUSE);
        }

        assertThat(tell(tenant, "nothing")).containsExactly("test.long uninstalled");
    }

    @Test
    void anEventThatNobodyEverTakesIsLeftAlone() {
        TenantId tenant = fixture.tenant();
        add(tenant, "test.event", Kind.EVENT, "odd");
        for (int i = 0; i < PluginMessages.MOST_ATTEMPTS; i++) {
            assertThat(tell(tenant, "odd")).isEmpty();
            fixture.clock.move(LONGER_THAN_ANY_PAUSE);
        }

        assertThat(tell(tenant, "nothing")).isEmpty();
        assertThat(fixture.rows("select fault from plugin_message where tenant_id = '" + tenant + "'"))
                .singleElement()
                .asString()
                .contains("away");
    }

    @Test
    void anErrorOfWhoeverHearsDoesNotHoldUpTheOthers() {
        TenantId tenant = fixture.tenant();
        add(tenant, "test.error", Kind.EVENT, "first");
        add(tenant, "test.error", Kind.EVENT, "second");
        List<String> told = new ArrayList<>();

        messages.tellDue((Message message) -> {
            if (message.content().equals("first")) {
                throw new AssertionError("a class of the listener is missing");
            }
            if (message.tenant().equals(tenant)) {
                told.add(message.content());
            }
        });

        assertThat(told).containsExactly("second");
    }
}
