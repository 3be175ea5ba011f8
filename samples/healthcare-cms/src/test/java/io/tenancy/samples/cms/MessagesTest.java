package io.tenancy.samples.cms;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.support.EncodedResource;

class MessagesTest {

    @ParameterizedTest
    @ValueSource(strings = {"messages_pt_BR.properties", "messages_de.properties"})
    void everyTextOfAClinicIsTranslated(String file) throws IOException {
        Set<String> expected = keys("messages.properties").stream()
                .filter(key -> !key.startsWith("neutral."))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(keys(file)).isEqualTo(expected);
    }

    private static Set<String> keys(String file) throws IOException {
        Properties texts = new Properties();
        try (Reader reader = new EncodedResource(new ClassPathResource(file), StandardCharsets.UTF_8).getReader()) {
            texts.load(reader);
        }
        return new TreeSet<>(texts.stringPropertyNames());
    }
}
