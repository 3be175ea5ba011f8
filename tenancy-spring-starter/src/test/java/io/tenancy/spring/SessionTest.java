package io.tenancy.spring;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class SessionTest extends RunningApplication {

    @Test
    void aSessionServesItsTenant() {
        String cookie = get(SHARED, "/session/begin").cookie();

        assertThat(get(SHARED, "/session/user", cookie).body()).isEqualTo("ada");
    }

    @Test
    void aSessionCopiedToAnotherTenantIsRefusedWith403AndStaysWithItsOwner(CapturedOutput log) {
        String cookie = get(SHARED, "/session/begin").cookie();

        Http.Answer answer = get(SCHEMA, "/session/user", cookie);

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.body()).contains("tenant-mismatch").doesNotContain("ada", SHARED);
        assertThat(log.getAll()).contains("look for an attack");
        assertThat(get(SHARED, "/session/user", cookie).body()).isEqualTo("ada");
    }

    @Test
    void aCopiedSessionDoesNotReachTheErrorPageOfABrowserEither() {
        String cookie = get(SHARED, "/session/begin").cookie();

        Http.Answer answer = get(SCHEMA, "/session/user", cookie, "Accept: text/html");

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.body()).doesNotContain("ada");
    }

    @Test
    void aTenantsSessionIsRefusedAtTheBaseDomain() {
        String cookie = get(SHARED, "/session/begin").cookie();

        assertThat(Http.get(port, "cms.localhost", "/session/user", cookie).status())
                .isEqualTo(403);
    }

    @Test
    void aSessionThatBeganWithoutTenantEndsWhenItIsBroughtToOne() {
        String cookie = Http.get(port, "cms.localhost", "/session/begin").cookie();

        assertThat(get(SHARED, "/session/user", cookie).body()).isEqualTo("none");
        assertThat(Http.get(port, "cms.localhost", "/session/user", cookie).body())
                .isEqualTo("none");
    }
}
