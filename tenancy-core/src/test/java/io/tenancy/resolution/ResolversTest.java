package io.tenancy.resolution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tenancy.TenantId;
import io.tenancy.TenantSlug;
import io.tenancy.catalog.TenantKey;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResolversTest {

    private final SubdomainResolver subdomain = new SubdomainResolver(List.of("example.com", "cms.localhost"));
    private final CustomDomainResolver domain = new CustomDomainResolver(List.of("example.com", "cms.localhost"));
    private final PathResolver path = new PathResolver("/t/");
    private final HeaderResolver header = new HeaderResolver(HeaderResolver.DEFAULT_HEADER);

    private static TenantRequest host(String host) {
        return new TenantRequest(host, "/", TenantRequest.Headers.NONE);
    }

    private static TenantRequest path(String path) {
        return new TenantRequest("example.com", path, TenantRequest.Headers.NONE);
    }

    private static TenantRequest header(String... values) {
        return new TenantRequest("example.com", "/", name -> List.of(values));
    }

    private static Answer slug(String slug) {
        return new Answer.Found(new TenantKey.BySlug(new TenantSlug(slug)));
    }

    @Test
    void subdomainIsTheLabelBeforeABaseDomain() {
        assertThat(subdomain.resolve(host("acme.example.com"))).isEqualTo(slug("acme"));
        assertThat(subdomain.resolve(host("Acme.CMS.localhost:8080"))).isEqualTo(slug("acme"));
    }

    @Test
    void subdomainAbstainsFromOtherHosts() {
        assertThat(subdomain.resolve(host("example.com"))).isInstanceOf(Answer.Abstained.class);
        assertThat(subdomain.resolve(host("acme.example.org"))).isInstanceOf(Answer.Abstained.class);
        assertThat(subdomain.resolve(host("notexample.com"))).isInstanceOf(Answer.Abstained.class);
        assertThat(subdomain.resolve(host("127.0.0.1"))).isInstanceOf(Answer.Abstained.class);
    }

    @Test
    void subdomainAbstainsFromNestedAndReservedLabels() {
        assertThat(subdomain.resolve(host("a.b.example.com"))).isInstanceOf(Answer.Abstained.class);
        assertThat(subdomain.resolve(host("www.example.com")))
                .isInstanceOfSatisfying(
                        Answer.Abstained.class,
                        answer -> assertThat(answer.reason()).contains("reserved"));
    }

    @Test
    void customDomainIsAnyOtherName() {
        assertThat(domain.resolve(host("Clinic.Test:8443")))
                .isEqualTo(new Answer.Found(new TenantKey.ByDomain("clinic.test")));
        assertThat(domain.resolve(host("acme.example.com"))).isInstanceOf(Answer.Abstained.class);
        assertThat(domain.resolve(host("example.com"))).isInstanceOf(Answer.Abstained.class);
    }

    @Test
    void pathGivesTheSegmentAfterThePrefixAndTellsWhatItConsumed() {
        assertThat(path.resolve(path("/t/acme/articles/7")))
                .isEqualTo(new Answer.Found(new TenantKey.BySlug(new TenantSlug("acme")), "/t/acme"));
        assertThat(path.resolve(path("/t/acme")))
                .isEqualTo(new Answer.Found(new TenantKey.BySlug(new TenantSlug("acme")), "/t/acme"));
    }

    @Test
    void pathAbstainsFromOtherPathsAndHostileSegments() {
        assertThat(path.resolve(path("/x/acme"))).isInstanceOf(Answer.Abstained.class);
        assertThat(path.resolve(path("/t/"))).isInstanceOf(Answer.Abstained.class);
        assertThat(path.resolve(path("/t/../acme"))).isInstanceOf(Answer.Abstained.class);
        assertThat(path.resolve(path("/t/%61cme"))).isInstanceOf(Answer.Abstained.class);
    }

    @Test
    void headerHoldsASlugOrAnId() {
        TenantId id = TenantId.next(InstantSource.system());

        assertThat(header.resolve(header("acme"))).isEqualTo(slug("acme"));
        assertThat(header.resolve(header(id.toString()))).isEqualTo(new Answer.Found(new TenantKey.ById(id)));
    }

    @Test
    void hostileHeaderIsMalformed() {
        for (String hostile : List.of("", "a\r\nb", "ä", "../x", "x".repeat(10_000), "a b")) {
            assertThat(header.resolve(header(hostile))).isInstanceOf(Answer.Malformed.class);
        }
        assertThat(header.resolve(header("acme", "zeta"))).isInstanceOf(Answer.Malformed.class);
    }

    @Test
    void chainTellsWhoFoundTheTenant() {
        ResolverChain chain = new ResolverChain(List.of(subdomain, domain, path));

        assertThat(chain.resolve(host("acme.example.com")).resolver()).isEqualTo("subdomain");
        assertThat(chain.resolve(path("/t/acme")).resolver()).isEqualTo("path");
    }

    @Test
    void chainThatFindsNobodySaysWhyEachResolverDidNot() {
        ResolverChain chain = new ResolverChain(List.of(subdomain, path));

        assertThatExceptionOfType(TenantNotResolvedException.class)
                .isThrownBy(() -> chain.resolve(host("foo.example.org")))
                .withMessageContaining("No tenant for host 'foo.example.org': subdomain resolver")
                .withMessageContaining(
                        "subdomain resolver knows only hosts under the base domains" + " [example.com, cms.localhost]")
                .withMessageContaining("path resolver knows only paths that begin with '/t/'")
                .satisfies(refusal -> assertThat(refusal.status()).isEqualTo(404));
    }

    @Test
    void malformedHostIsRefusedWith400AndNobodyElseIsAsked() {
        ResolverChain chain = new ResolverChain(List.of(subdomain, header));

        assertThatExceptionOfType(TenantNotResolvedException.class)
                .isThrownBy(() -> chain.resolve(new TenantRequest("a\r\nb", "/", name -> List.of("acme"))))
                .satisfies(refusal -> assertThat(refusal.status()).isEqualTo(400));
    }

    @Test
    void chainKeepsAnswersThatNameAnotherTenant() {
        ResolverChain chain = new ResolverChain(List.of(subdomain, header));

        ResolverChain.Resolved resolved =
                chain.resolve(new TenantRequest("acme.example.com", "/", name -> List.of("zeta")));

        assertThat(resolved.answer()).isEqualTo(slug("acme"));
        assertThat(resolved.others())
                .singleElement()
                .satisfies(other -> assertThat(other.answer()).isEqualTo(slug("zeta")));
    }

    @Test
    void baseDomainThatIsNoNameIsRefusedAtStart() {
        for (String wrong : List.of("https://example.com", "*.example.com", "example.com:80", "")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new SubdomainResolver(List.of(wrong)))
                    .withMessageContaining("base domain".substring(1));
        }
        assertThatIllegalArgumentException().isThrownBy(() -> new SubdomainResolver(List.of()));
    }

    @Test
    void chainRefusesTwoResolversOfOneName() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ResolverChain(List.of(header, new HeaderResolver("X-Other"))))
                .withMessageContaining("'header'");
    }
}
