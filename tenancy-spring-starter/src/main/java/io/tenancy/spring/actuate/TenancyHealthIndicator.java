package io.tenancy.spring.actuate;

import io.tenancy.jpa.TenancyInstallation;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

/**
 * Healthy while the control database answers and the isolation gate finds nothing. Says how many faults there are, not
 * which: those are for the operators who can see the endpoint. Safe for many threads.
 */
public final class TenancyHealthIndicator extends AbstractHealthIndicator {

    /** For how long the gate's last answer is repeated, since each costs queries of the whole catalog. */
    public static final Duration GATE_MEMORY = Duration.ofMinutes(1);

    private static final int ANSWER_SECONDS = 2;

    private final TenancyInstallation installation;
    private final InstantSource clock;
    private volatile @Nullable Seen seen;

    /**
     * Creates the indicator.
     *
     * @param installation what is looked at
     * @param clock tells when the gate was asked last
     */
    public TenancyHealthIndicator(TenancyInstallation installation, InstantSource clock) {
        super("The control database or the isolation gate could not be asked");
        this.installation = installation;
        this.clock = clock;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) throws Exception {
        boolean answers;
        try (Connection connection = installation.control().platform().getConnection()) {
            answers = connection.isValid(ANSWER_SECONDS);
        }
        int faults = answers ? isolationFaults() : 0;
        builder.status(answers && faults == 0 ? Status.UP : Status.DOWN);
        builder.withDetail("controlDatabase", answers ? "reachable" : "does not answer");
        builder.withDetail("isolationFaults", faults);
    }

    private int isolationFaults() {
        Instant now = clock.instant();
        Seen last = seen;
        if (last == null || !last.at().plus(GATE_MEMORY).isAfter(now)) {
            last = new Seen(now, installation.isolationFaults().size());
            seen = last;
        }
        return last.faults();
    }

    private record Seen(Instant at, int faults) {}
}
