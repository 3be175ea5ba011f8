package io.tenancy.spring;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * The application keeps its error page behind the log-in, as every application does that protects whatever it does not
 * list. A visitor who was refused for the tenant's sake sees the page all the same; nobody else does.
 */
class ErrorPageTest extends RunningApplication {

    private static final String BROWSER = "Accept: text/html";
    private static final String PAGE_OF_4XX = "There is nothing to read here";
    private static final String PAGE_OF_5XX = "The notes cannot be read now";

    @Test
    void aVisitorOfAnUnknownTenantSeesThePageOfTheApplication() {
        Http.Answer answer = get("nobody-here", "/notes", BROWSER);

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.body()).contains(PAGE_OF_4XX);
    }

    @Test
    void aVisitorWithTheSessionOfAnotherTenantSeesThePageOfTheApplication() {
        String cookie = get(SHARED, "/session/begin").cookie();

        Http.Answer answer = get(SCHEMA, "/session/user", cookie, BROWSER);

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.body()).contains(PAGE_OF_4XX);
    }

    @Test
    void aRequestThatIsRefusedInsideTheApplicationIsNoLogIn() {
        Http.Answer answer = get(SHARED, "/notes/as-somebody-else", BROWSER);

        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.header("Location")).isEmpty();
        assertThat(answer.body()).contains(PAGE_OF_5XX);
    }

    @Test
    void anErrorThatIsNoRefusalStaysBehindTheLogIn() {
        Http.Answer answer = get(SHARED, "/no-such-page", BROWSER);

        assertThat(answer.status()).isEqualTo(302);
        assertThat(answer.header("Location"))
                .hasValueSatisfying(place -> assertThat(place).contains("/login"));
        assertThat(answer.body()).doesNotContain(PAGE_OF_4XX);
    }

    @Test
    void nobodyReachesTheErrorPageByAskingForIt() {
        Http.Answer answer = get(SHARED, "/error", BROWSER);

        assertThat(answer.status()).isEqualTo(302);
        assertThat(answer.header("Location"))
                .hasValueSatisfying(place -> assertThat(place).contains("/login"));
    }
}
