package io.tenancy.samples.cms.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.samples.cms.plugin.SettingsForm.Field;
import io.tenancy.samples.cms.plugin.SettingsForm.Kind;
import io.tenancy.samples.cms.plugin.SettingsForm.Sent;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsFormTest {

    private static final String SCHEMA = """
            {"type": "object", "required": ["name"], "properties": {
              "a/b": {"type": "string"},
              "choice": {"enum": [1, "two", true]},
              "list": {"type": "array"},
              "maybe": {"type": ["integer", "null"]},
              "name": {"type": "string", "title": "Your name", "minLength": 2, "maxLength": 300},
              "names": {"type": "array", "items": {"type": "string"}},
              "size": {"type": "number", "minimum": 0.5, "maximum": 2},
              "yes": {"type": "boolean"}}}""";

    private static Field field(SettingsForm form, String name) {
        return form.fields().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Sent sent(String name, String value) {
        return SettingsForm.sent(SCHEMA, "{}", Map.of("set.name", "Ana", "set." + name, value));
    }

    @Test
    void eachKindOfSettingHasItsFieldAndWhatIsNeededStandsFirst() {
        SettingsForm form =
                SettingsForm.of(SCHEMA, "{\"name\": \"Ana\", \"list\": [1], \"names\": [\"Ana\", \"Bea\"]}");

        assertThat(form.fields().get(0).name()).isEqualTo("name");
        assertThat(field(form, "name").label()).isEqualTo("Your name");
        assertThat(field(form, "name").kind()).isEqualTo(Kind.LINES);
        assertThat(field(form, "a/b").kind()).isEqualTo(Kind.LINE);
        assertThat(field(form, "choice").choices()).containsExactly("1", "two", "true");
        assertThat(field(form, "maybe").kind()).isEqualTo(Kind.INTEGER);
        assertThat(field(form, "list")).extracting(Field::kind, Field::value).containsExactly(Kind.JSON, "[1]");
    }

    @ParameterizedTest
    @CsvSource({
        "choice, 1, '\"choice\":1'",
        "choice, true, '\"choice\":true'",
        "maybe, ' 007 ', '\"maybe\":7'",
        "size, '1,5', '\"size\":1.5'",
        "list, '[1, {}]', '\"list\":[1,{}]'",
        "names, ' Ana \r\n\r\nBea', '\"names\":[\"Ana\",\"Bea\"]'",
        "yes, true, '\"yes\":true'",
        "a/b, two words, '\"a/b\":\"two words\"'"
    })
    void aValueHasTheTypeOfItsSetting(String name, String typed, String expected) {
        Sent sent = sent(name, typed);

        assertThat(sent.form().faulty()).isFalse();
        assertThat(sent.json()).contains(expected, "\"name\":\"Ana\"");
    }

    @ParameterizedTest
    @CsvSource({
        "choice, three, settings.fault.choice",
        "maybe, 1.5, settings.fault.integer",
        "maybe, 9999999999999999999, settings.fault.integer",
        "size, much, settings.fault.number",
        "size, 1e9, settings.fault.number",
        "size, 0.4, settings.fault.least",
        "size, 2.01, settings.fault.most",
        "list, '[1] 2', settings.fault.json",
        "name, X, settings.fault.shortest",
        "name, ' ', settings.fault.missing"
    })
    void whatIsWrongIsToldAtTheFieldThatKeepsWhatWasTyped(String name, String typed, String fault) {
        Sent sent = SettingsForm.sent(
                SCHEMA,
                "{}",
                name.equals("name") ? Map.of("set.name", typed) : Map.of("set.name", "Ana", "set." + name, typed));

        assertThat(sent.form().fields().stream().filter(each -> each.fault() != null))
                .singleElement()
                .satisfies(each -> {
                    assertThat(each.name()).isEqualTo(name);
                    assertThat(each.value()).isEqualTo(typed);
                    assertThat(each.fault().key()).isEqualTo(fault);
                });
    }

    @Test
    void whatIsNoFieldOfTheFormIsKeptUnlessTheSchemaForbidsIt() {
        Map<String, String> typed = Map.of("set.name", "Ana", "set.other", "sneaked in", "_csrf", "token");

        assertThat(SettingsForm.sent(SCHEMA, "{\"other\": [1]}", typed).json())
                .contains("\"other\":[1]")
                .doesNotContain("sneaked in", "token");
        String closed = SCHEMA.replaceFirst("\\{", "{\"additionalProperties\": false, ");
        assertThat(SettingsForm.sent(closed, "{\"other\": [1]}", typed).json()).doesNotContain("other");
    }

    @Test
    void whatTheSchemaSaysStandsAtItsFieldAndTheRestAbove() {
        SettingsForm told = SettingsForm.of(SCHEMA, "{}")
                .told(List.of("/a~1b: is not so", "/list/0: neither is this", "must have more", "/a~1b: nor so"));

        assertThat(field(told, "a/b").fault())
                .isEqualTo(new SettingsForm.Fault("settings.fault.said", "is not so nor so"));
        assertThat(field(told, "list").fault())
                .isEqualTo(new SettingsForm.Fault("settings.fault.said", "neither is this"));
        assertThat(told.problems()).containsExactly("must have more");
        assertThat(told.faulty()).isTrue();
    }

    @Test
    void theNamesOfWhatChangedAreToldAndNotTheValues() {
        Sent sent = SettingsForm.sent(
                SCHEMA, "{\"name\": \"Ana\", \"yes\": false}", Map.of("set.name", "Bea", "set.maybe", "3"));

        assertThat(sent.changed()).containsExactly("name", "maybe");
    }
}
