package io.tenancy.jpa.isolation.internal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ConnectionPoolsTest {

    @Test
    void poolsAreCalledAfterTheirDatabaseWithTheNameOfTheSdkOnce() {
        assertThat(ConnectionPools.poolName("tenancy", false)).isEqualTo("tenancy-shared");
        assertThat(ConnectionPools.poolName("app", false)).isEqualTo("tenancy-app-shared");
        assertThat(ConnectionPools.poolName("t_acme", true)).isEqualTo("tenancy-t_acme");
    }
}
