package io.tenancy.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.IsolationLevel;
import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.TenantSlug;
import io.tenancy.TenantStatus;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class BadInputTest extends RunningApplication {

    private static final String BROWSER = "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

    @Test
    void anUnknownTenantIsRefusedWith404AndProblemDetails(CapturedOutput log) {
        Http.Answer answer = get("nobody-here", "/notes");

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.header("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("application/problem+json"));
        assertThat(answer.body()).contains("\"type\":\"urn:tenancy:problem:tenant-not-found\"", "\"status\":404");
        nothingLeaked(answer);
        assertThat(log.getAll()).contains("No tenant for host 'nobody-here.cms.localhost'", "Provision the tenant");
    }

    @Test
    void anUnknownHostIsRefusedWith404() {
        Http.Answer answer = Http.get(port, "clinic.example.org", "/notes");

        assertThat(answer.status()).isEqualTo(404);
        nothingLeaked(answer);
    }

    @Test
    void aBrowserGetsTheErrorPageOfTheApplicationAndNotALogIn() {
        Http.Answer answer = get("nobody-here", "/notes", BROWSER);

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.header("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/html"));
        nothingLeaked(answer);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a b.cms.localhost",
                "clínica.cms.localhost",
                "shared-clinic.cms.localhost\u0000",
                "shared_clinic.cms.localhost",
                "-shared.cms.localhost",
                "shared..cms.localhost",
                "shared-clinic.cms.localhost:port",
                "shared-clinic.cms.localhost:99999999",
                "[::1",
                "[zz]",
                "<script>.cms.localhost",
                "shared-clinic.cms.localhost@evil.example",
                "shared-clinic.cms.localhost/../x",
                ""
            })
    void aHostileHostIsRefusedWithoutAStackTrace(String host) {
        Http.Answer answer = Http.get(port, host, "/notes");

        assertThat(answer.status()).isBetween(400, 404);
        nothingLeaked(answer);
    }

    @Test
    void aHostOfTenKilobytesIsRefused() {
        Http.Answer answer = Http.get(port, "a".repeat(10_000) + ".cms.localhost", "/notes");

        assertThat(answer.status()).isBetween(400, 431);
        nothingLeaked(answer);
    }

    @Test
    void aLineBreakInTheHostIsNotTakenIntoTheAnswer() {
        Http.Answer answer = Http.get(port, "nobody.cms.localhost\r\nX-Injected: yes", "/notes");

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.headers()).noneMatch(header -> header.contains("Injected"));
        nothingLeaked(answer);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "shared-clinic.cms.localhost:8080",
                "SHARED-Clinic.CMS.localhost",
                "shared-clinic.cms.localhost.",
                "shared-clinic.cms.localhost.:443"
            })
    void portsUpperCaseAndATrailingDotNameTheSameTenant(String host) {
        assertThat(Http.get(port, host, "/who").body()).startsWith(SHARED + " ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.0.0.1:8080", "[::1]", "[::1]:8080", "10.0.0.7"})
    void anAddressIsNoTenant(String host) {
        Http.Answer answer = Http.get(port, host, "/notes");

        assertThat(answer.status()).isEqualTo(404);
        nothingLeaked(answer);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../etc/passwd", "Ünïcode", "a b", "SHARED-CLINIC", "' or 1=1 --", "%00", "{}"})
    void aHostileTenantHeaderIsRefusedWith400(String value) {
        Http.Answer answer = Http.get(port, "gateway.example.org", "/notes", "X-Tenant-ID: " + value);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body()).contains("malformed-request");
        nothingLeaked(answer);
    }

    @Test
    void aTenantHeaderOfTenKilobytesIsRefused() {
        Http.Answer answer = Http.get(port, "gateway.example.org", "/notes", "X-Tenant-ID: " + "a".repeat(10_000));

        assertThat(answer.status()).isBetween(400, 431);
        nothingLeaked(answer);
    }

    @Test
    void twoTenantHeadersAreRefusedWith400() {
        assertThat(Http.get(port, "127.0.0.1", "/notes", "X-Tenant-ID: " + SHARED, "X-Tenant-ID: " + SCHEMA)
                        .status())
                .isEqualTo(400);
    }

    @Test
    void twoHostHeadersAreRefusedWith400() {
        assertThat(Http.get(port, host(SHARED), "/notes", "Host: " + host(SCHEMA))
                        .status())
                .isEqualTo(400);
    }

    @Test
    void aHeaderThatContradictsTheHostIsRefusedWith403() {
        Http.Answer answer = get(SHARED, "/notes", "X-Tenant-ID: " + SCHEMA);

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.body()).contains("tenant-mismatch");
        nothingLeaked(answer);
    }

    @Test
    void aSuspendedTenantIsRefusedWith402(CapturedOutput log) {
        Tenant tenant = tenant("late-payer", IsolationLevel.SHARED);
        installation.setStatus(tenant.id(), TenantStatus.SUSPENDED);

        Http.Answer answer = get("late-payer", "/notes");

        assertThat(answer.status()).isEqualTo(402);
        assertThat(answer.body()).contains("tenant-suspended");
        assertThat(log.getAll()).contains("its status is SUSPENDED", "set its status to ACTIVE");
        nothingLeaked(answer);
    }

    @Test
    void aHalfProvisionedTenantIsRefusedWith503AndRetryAfter() {
        Tenant model = tenant(SHARED, IsolationLevel.SHARED);
        installation
                .catalog()
                .insert(new Tenant(
                        TenantId.next(InstantSource.system()),
                        new TenantSlug("half-made"),
                        "Half",
                        TenantStatus.PROVISIONING,
                        model.placement(),
                        1,
                        Map.of()));

        for (String[] headers : new String[][] {{}, {BROWSER}}) {
            Http.Answer answer = get("half-made", "/notes", headers);
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.header("Retry-After")).hasValue("5");
            nothingLeaked(answer);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/open/notes", "/open/template"})
    void tenantAwareWorkOnAnExemptPathIsA500WhoseReasonIsInTheLogOnly(String path, CapturedOutput log) {
        Http.Answer answer = get(SHARED, path);

        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.body()).contains("internal-error");
        assertThat(log.getAll()).contains("There is no default tenant", "tenancy.web.exempt-paths");
        nothingLeaked(answer);
    }

    private static void nothingLeaked(Http.Answer answer) {
        assertThat(answer.body())
                .doesNotContain("Exception", "\tat ", "io.tenancy.", "org.spring", "jdbc:", "tenancy_", "Tomcat");
    }
}
