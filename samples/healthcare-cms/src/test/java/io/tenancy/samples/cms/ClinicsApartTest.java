package io.tenancy.samples.cms;

import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestBuilders.formLogin;
import static org.springframework.security.test.web.servlet.response.SecurityMockMvcResultMatchers.authenticated;
import static org.springframework.security.test.web.servlet.response.SecurityMockMvcResultMatchers.unauthenticated;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
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
import org.springframework.http.MediaType;
import org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestBuilders.FormLoginRequestBuilder;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.MockMvc;

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
        http.perform(get("http://" + clinic + ".localhost/").accept(MediaType.TEXT_HTML))
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
        http.perform(get("http://" + clinic + ".localhost/articles/" + article)).andExpect(status().isOk());
        http.perform(get("http://" + other + ".localhost/articles/" + article)).andExpect(status().isNotFound());
    }

    @Test
    void staffOfOneClinicAreUnknownAtAnother() throws Exception {
        http.perform(logIn("compasso")).andExpect(authenticated());
        http.perform(logIn("limestone")).andExpect(unauthenticated());
        http.perform(logIn("morgenufer")).andExpect(unauthenticated());
    }

    private static FormLoginRequestBuilder logIn(String clinic) {
        return formLogin("http://" + clinic + ".localhost/login")
                .user("helena@compasso.example")
                .password("open-the-clinic");
    }

    @Test
    void theLandingPageListsTheClinicsAndShowsNoArticle() throws Exception {
        http.perform(get("http://localhost/"))
                .andExpect(status().isOk())
                .andExpect(content().string(containsString("http://compasso.localhost:8080")))
                .andExpect(content().string(not(containsString("/articles/"))));
        http.perform(get("http://localhost/articles/das-erste-gespraech")).andExpect(status().isNotFound());
    }

    @Test
    void aProgramGetsAProblemForAClinicThatDoesNotExist() throws Exception {
        http.perform(get("http://nobody.localhost/").accept(MediaType.APPLICATION_JSON))
                .andExpect(status().isNotFound())
                .andExpect(content().contentTypeCompatibleWith(MediaType.APPLICATION_PROBLEM_JSON))
                .andExpect(content().string(not(containsString("Exception"))));
    }
}
