package io.tenancy.resolution;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.TenantSlug;
import io.tenancy.catalog.TenantKey;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecentHostsTest {

    @Test
    void twoHostsOnOneSlotNeverGetEachOthersAnswer() {
        // "Aa" and "BB" have the same hash, so these two fall on the same slot.
        RecentHosts recent = new RecentHosts();
        Answer first = new Answer.Abstained("first");
        recent.remember("clinic-Aa.test", first);

        assertThat("clinic-Aa.test").hasSameHashCodeAs("clinic-BB.test");
        assertThat(recent.answerTo("clinic-BB.test")).isNull();
        assertThat(recent.answerTo("clinic-Aa.test")).isSameAs(first);
    }

    @Test
    void aTakenSlotIsTakenOver() {
        RecentHosts recent = new RecentHosts();
        Answer second = new Answer.Abstained("second");
        recent.remember("clinic-Aa.test", new Answer.Abstained("first"));
        recent.remember("clinic-BB.test", second);

        assertThat(recent.answerTo("clinic-Aa.test")).isNull();
        assertThat(recent.answerTo("clinic-BB.test")).isSameAs(second);
    }

    @Test
    void theSameHostIsAnsweredWithTheSameSlugAgain() {
        SubdomainResolver resolver = new SubdomainResolver(List.of("example.com"));
        Answer expected = new Answer.Found(new TenantKey.BySlug(new TenantSlug("acme")));

        assertThat(resolver.resolve(request("acme.example.com"))).isEqualTo(expected);
        assertThat(resolver.resolve(request("acme.example.com"))).isEqualTo(expected);
        assertThat(resolver.resolve(request("ACME.example.com:8080"))).isEqualTo(expected);
    }

    @Test
    void moreHostsThanSlotsAreAnsweredRight() {
        SubdomainResolver resolver = new SubdomainResolver(List.of("example.com"));

        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 20_000; i++) {
                assertThat(resolver.resolve(request("clinic-" + i + ".example.com")))
                        .isEqualTo(new Answer.Found(new TenantKey.BySlug(new TenantSlug("clinic-" + i))));
            }
        }
    }

    private static TenantRequest request(String host) {
        return new TenantRequest(host, "/", TenantRequest.Headers.NONE);
    }
}
