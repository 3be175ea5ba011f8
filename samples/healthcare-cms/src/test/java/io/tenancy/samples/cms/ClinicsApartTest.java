package io.tenancy.samples.cms;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.csrf;
import static org.springframework.security.test.web.servlet.response.SecurityMockMvcResultMatchers.authenticated;
import static org.springframework.security.test.web.servlet.response.SecurityMockMvcResultMatchers.unauthenticated;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.RequestBuilder;

/** The three clinics in one application, each on its isolation level, without a browser. */
@SpringBootTest
@AutoConfigureMockMvc
@DirtiesContext
class ClinicsApartTest {

    @TempDir
    private static Path dataDirectory;

    @Autowired
    private MockMvc http;

    @DynamicPropertySource
    static void ownDataDirectory(DynamicPropertyRegistry properties) {
        properties.add("data-dir", dataDirectory::toString);
    }

    @ParameterizedTest
    @CsvSource({
        "compasso, Clínica Compasso, pt-BR",
        "limestone, Limestone Dermatology, en",
        "morgenufer, Praxiskollektiv Morgenufer, de"
    })
    void aClinicsFrontPageIsItsOwn(String clinic, String name, String language) throws Exception {
        http.perform(at(clinic + ".localhost", "/"))
                .andExpect(status().isOk())
                .andExpect(content().string(containsString(name)))
                .andExpect(content().string(containsString("lang=\"" + language)));
    }

    @ParameterizedTest
    @CsvSource({
        "compasso, medir-a-pressao-em-casa, limestone",
        "limestone, reading-a-sunscreen-label, morgenufer",
        "morgenufer, das-erste-gespraech, compasso"
    })
    void anArticleExistsAtItsOwnClinicOnly(String clinic, String article, String other) throws Exception {
        http.perform(at(clinic + ".localhost", "/articles/" + article)).andExpect(status().isOk());
        http.perform(at(other + ".localhost", "/articles/" + article)).andExpect(status().isNotFound());
    }

    @Test
    void staffOfOneClinicAreUnknownAtAnother() throws Exception {
        http.perform(logIn("compasso")).andExpect(authenticated());
        http.perform(logIn("limestone")).andExpect(unauthenticated());
        http.perform(logIn("morgenufer")).andExpect(unauthenticated());
    }

    private static RequestBuilder logIn(String clinic) {
        return post("http://" + clinic + ".localhost/login")
                .header(HttpHeaders.HOST, clinic + ".localhost")
                .with(csrf())
                .param("username", "helena@compasso.example")
                .param("password", "open-the-clinic");
    }

    /** What a browser asks; the host is read from the header, as it was sent. */
    private static RequestBuilder at(String host, String path) {
        return get("http://" + host + path).header(HttpHeaders.HOST, host).accept(MediaType.TEXT_HTML);
    }

    @Test
    void theLandingPageListsTheClinicsAndShowsNoArticle() throws Exception {
        http.perform(at("localhost", "/"))
                .andExpect(status().isOk())
                .andExpect(content().string(containsString("http://compasso.localhost:8080")))
                .andExpect(content().string(not(containsString("/articles/"))));
        http.perform(at("localhost", "/articles/das-erste-gespraech")).andExpect(status().isNotFound());
    }

    @Test
    void aProgramGetsAProblemForAClinicThatDoesNotExist() throws Exception {
        http.perform(get("http://nobody.localhost/")
                        .header(HttpHeaders.HOST, "nobody.localhost")
                        .accept(MediaType.APPLICATION_JSON))
                .andExpect(status().isNotFound())
                .andExpect(content().contentTypeCompatibleWith(MediaType.APPLICATION_PROBLEM_JSON))
                .andExpect(content().string(not(containsString("Exception"))));
    }
}
