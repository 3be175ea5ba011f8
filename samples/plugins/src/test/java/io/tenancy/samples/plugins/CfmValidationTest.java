package io.tenancy.samples.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.text.Normalizer;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class CfmValidationTest {
    private static final SandboxedPlugin PLUGIN = SandboxedPlugin.named("cfm_validation");

    private static final String CORRECT = "Dra. Ana Lima, MÉDICA CRM-SP 123.456, Dermatologista RQE 12345.";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cfm-2336-8-3 | Depoimentos de quem passou por aqui. | Depoimentos",
                "cfm-2336-9-viii | Siga o perfil e participe do sorteio. | sorteio",
                "cfm-2336-9-viii | Faça a consulta e ganhe o exame. | e ganhe",
                "cfm-2336-9-viii-desconto | Em março, desconto na consulta. | desconto",
                "cfm-2336-11-ii | Temos o equipamento mais avançado do país. | equipamento mais avançado",
                "cfm-2336-11-iii | Produto ainda não aprovado pela Anvisa. | ainda não aprovado pela Anvisa",
                "cfm-2336-11-v | Recomendo muito este suplemento. | Recomendo muito este suplemento",
                "cfm-2336-11-vi | Últimas vagas para julho. | Últimas vagas",
                "cfm-2336-11-vii | Agende sua sessão de ozonioterapia. | ozonioterapia",
                "cfm-2336-11-viii | Assista à cirurgia ao vivo no perfil. | cirurgia ao vivo",
                "cfm-2336-11-ix | O único no Brasil com este método. | único no Brasil",
                "cfm-2336-11-x | Cirurgia plástica por consórcio. | consórcio",
                "cfm-2336-11-xi | Faça sua consulta pelo WhatsApp. | consulta pelo WhatsApp",
                "cfm-2336-11-xii | Garantimos os melhores resultados. | Garantimos os melhores resultados",
                "cfm-2336-11-xii | Emagreça 12 quilos em um mês. | Emagreça 12 quilos",
                "cfm-2336-11-xii | Tratamento 100% seguro. | 100% seguro",
                "cfm-2336-11-xiii | Eleita a melhor dermatologista. | Eleita a melhor",
                "cfm-2336-11-xvi | Somos referência em joelho. | referência em",
                "cfm-2336-11-2-e | Cuide-se antes que seja tarde. | antes que seja tarde",
                "cfm-2336-11-4-a | Descubra o segredo da pele jovem. | Descubra o segredo",
                "cfm-2336-11-4-b | Diferente dos outros médicos, eu escuto. | Diferente dos outros médicos",
                "cfm-2336-11-4-c | Primeira consulta grátis. | Primeira consulta grátis",
                "cfm-2336-11-5 | Um creme milagroso para a pele. | milagroso",
                "cfm-2336-14-ii-b | Confira o antes e depois. | antes e depois",
                "cfm-2336-14-ii-g | A doutora salvou a minha vida. | salvou a minha vida",
                "cfm-2336-9-vi | Rinoplastia a partir de R$ 8.900,00. | R$ 8.900,00"
            })
    void whatAnArticleForbidsOrBindsIsFoundWithItsPassage(String rule, String text, String passage) {
        JsonNode finding = findings(text, "post")
                .valueStream()
                .filter(f -> f.get("rule").asString().equals(rule))
                .findFirst()
                .orElseThrow(() -> new AssertionError(rule + " is not among " + findings(text, "post")));

        assertThat(finding.get("text").asString()).isEqualTo(passage);
        assertThat(finding.get("source").asString()).startsWith("Resolução CFM 2.336/2023, art. ");
        assertThat(finding.get("message").asString()).isNotBlank();
        assertThat(finding.get("suggestion").asString()).isNotBlank();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Não prometemos resultados perfeitos.",
                "Nenhum médico pode dar garantia de resultado.",
                "Não existe cirurgia sem riscos.",
                "Desconfie de tratamento milagroso.",
                "A consulta custa R$ 350,00, em até três vezes.",
                "A consulta custa R$ 400,00; a cirurgia é orçada depois.",
                "O exame custa R$ 90,00.",
                "Procure um dermatologista se a mancha mudar de cor.",
                "O laser é indicado para lesões vasculares, conforme registro na Anvisa.",
                "Realizamos a técnica em casos selecionados.",
                "A vacina é gratuita no SUS.",
                "O resultado depende de cada caso.",
                "Tome o remédio antes e, depois, meça a pressão.",
                "A melhor hora para medir a pressão é pela manhã.",
                "O médico do trabalho garante o exame periódico.",
                "Antes e depois: indicado em casos selecionados; fatores individuais influenciam; há complicações e evolução"
                        + " insatisfatória."
            })
    void whatIsPermittedOrDeniedIsLeft(String text) {
        assertThat(rules(text, "post")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CRM-SP 123456",
                "CRM/SP 123.456",
                "CRM SP 123456",
                "CRMSP 123456",
                "CRM 123456-SP",
                "CRM 123456/SP",
                "CRM-SP nº 123456",
                "CRM: 123456 SP",
                "CRM-RJ 52-12345-6"
            })
    void aCrmWithItsStateIsRecognisedAsItIsWritten(String crm) {
        assertThat(rules("Ana Lima, médica, " + crm + ".", "piece")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Ana Lima, médica. | cfm-2336-4-i-crm",
                "Ana Lima, médica, CRM em tramitação. | cfm-2336-4-i-crm",
                "Ana Lima, médica, CRM 123456. | cfm-2336-4-i-uf",
                "Ana Lima, médica, CRM-XX 123456. | cfm-2336-4-i-uf",
                "Ana Lima, CRM-SP 123456. | cfm-2336-4-i-medico",
                "Ana Lima, médica, pediatra, CRM-SP 123456. | cfm-2336-4-ii-rqe",
                "Ana Lima, médica, CRM-SP 123456, pediatra, RQE 123, RQE. | cfm-2336-4-ii-numero",
                "Ana Lima, médica, CRM-SP 123456, pós-graduação em dermatologia. | cfm-2336-13-vi",
                "Ana Lima, médica, CRM-SP 123456, pós-graduação em dermatologia, não especialista. | cfm-2336-13-vi",
                "Ana Lima, médica, CRM-SP 123456. Tratamento de varizes. | cfm-2336-11-i"
            })
    void whatIdentifiesThePhysicianIsMissed(String text, String rule) {
        assertThat(rules(text, "piece")).containsExactly(rule);
    }

    @Test
    void aCorrectPieceHasNoFinding() {
        assertThat(rules(CORRECT, "piece")).isEmpty();
        assertThat(rules("Ana Lima, médica, CRM-SP 123456. Pós-graduação em dermatologia NÃO ESPECIALISTA.", "piece"))
                .isEmpty();
    }

    @Test
    void aPostNeedsNoIdentification() {
        assertThat(rules("Beba água.", "post")).isEmpty();
        assertThat(rules("Beba água.", "piece")).containsExactly("cfm-2336-4-i-crm");
    }

    @Test
    void anEstablishmentNamesItsRegistrationAndItsDirector() {
        ObjectNode input =
                input("Clínica Boa Vista. Dr. Rui Alves, CRM-SP 1234.", "piece").put("author", "establishment");
        assertThat(rules(input)).containsExactly("cfm-2336-5-i-b", "cfm-2336-5-i-a");

        input.put("text", "Clínica Boa Vista, Registro CRM-SP 99887. Diretor técnico: Dr. Rui Alves, CRM-SP 1234.");
        assertThat(rules(input)).isEmpty();
    }

    @Test
    void beforeAndAfterIsToldWhatItLacks() {
        JsonNode finding = findings("Antes e depois: indicado para flacidez, e o resultado varia.", "post")
                .get(0);

        assertThat(finding.get("message").asString())
                .isEqualTo("Antes e depois sem: complicações, evoluções insatisfatórias.");
    }

    @Test
    void accentsAndCaseChangeNothing() {
        String text = "Atenção 😀: RESULTADO GARANTIDO, Últimas vagas, técnica EXCLUSIVA, promoção!";
        List<String> expected =
                List.of("cfm-2336-11-xii", "cfm-2336-11-vi", "cfm-2336-11-ix", "cfm-2336-9-viii-desconto");

        assertThat(rules(text, "post")).isEqualTo(expected);
        assertThat(rules(text.toLowerCase(Locale.ROOT), "post")).isEqualTo(expected);
        assertThat(rules(Normalizer.normalize(text, Normalizer.Form.NFD), "post"))
                .isEqualTo(expected);
        assertThat(rules(Normalizer.normalize(text, Normalizer.Form.NFD).replaceAll("\\p{M}", ""), "post"))
                .isEqualTo(expected);
    }

    @Test
    void phrasesDoNotReachOverTheEndOfASentence() {
        assertThat(rules("Veja o resultado. Garantido está o seu lugar.", "post"))
                .isEmpty();
        assertThat(rules("O Dr. Rui é o melhor. Médicos estudam muito.", "post"))
                .isEmpty();
    }

    @Test
    void whateverTheTextFindingsAreInOrderAndWhereTheySay() {
        long seed = new Random().nextLong();
        System.out.println("CfmValidationTest seed " + seed);
        Random random = new Random(seed);
        List<String> pieces = List.of(
                "resultado garantido",
                "😀",
                "CRM",
                "-SP",
                " 123",
                "R$",
                " 9,90",
                "cirurgia",
                "antes e depois",
                "\u0301",
                "\u0000",
                "não ",
                ". ",
                ", ",
                "melhor médico",
                "RQE",
                "é",
                "~",
                "|",
                "*",
                "#",
                "consórcio",
                "\n");
        for (int i = 0; i < 300; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(20); n >= 0; n--) {
                text.append(pieces.get(random.nextInt(pieces.size()))).append(random.nextBoolean() ? " " : "");
            }
            int at = 0;
            for (JsonNode finding : findings(text.toString(), "piece")) {
                int start = finding.get("start").asInt();
                assertThat(start).as("seed %d, %s", seed, text).isGreaterThanOrEqualTo(at);
                assertThat(text.substring(start, finding.get("end").asInt()))
                        .as("seed %d, %s", seed, text)
                        .isEqualTo(finding.get("text").asString());
                at = start;
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"'\n', 10000, 0", "'\"', 10000, 0", "'resultado garantido ', 500, 500"})
    void neitherManyEscapesNorManyFindingsUseUpTheMemory(String part, int times, int findings) {
        assertThat(rules(part.repeat(times), "post")).hasSize(findings);
    }

    @Test
    void everyRuleOfTheSourceIsInTheReadme() throws IOException {
        TreeSet<String> rules = new TreeSet<>();
        for (String file : List.of("rules.ts", "identification.ts", "context.ts")) {
            Pattern.compile("\"(cfm-2336-[a-z0-9-]+)\"")
                    .matcher(Files.readString(PLUGIN.file("source").resolve(file)))
                    .results()
                    .forEach(result -> rules.add(result.group(1)));
        }

        assertThat(rules).hasSizeGreaterThan(25);
        String readme = Files.readString(PLUGIN.file("README.md"));
        assertThat(rules).allSatisfy(rule -> assertThat(readme).contains("`" + rule + "`"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | missing_field",
                "{\"text\":3} | missing_field",
                "null | missing_field",
                "{\"text\":\"\",\"kind\":\"banner\"} | unknown_value",
                "{\"text\":\"\",\"kind\":3} | unknown_value",
                "{\"text\":\"\",\"author\":\"nurse\"} | unknown_value"
            })
    void inputThatDoesNotFitIsRefused(String input, String code) {
        assertThat(PLUGIN.answer("validate", input).at("/error/code").asString())
                .isEqualTo(code);
    }

    private static List<String> rules(String text, String kind) {
        return rules(input(text, kind));
    }

    private static List<String> rules(ObjectNode input) {
        return PLUGIN.answer("validate", input.toString())
                .at("/output/findings")
                .valueStream()
                .map(f -> f.get("rule").asString())
                .toList();
    }

    private static JsonNode findings(String text, String kind) {
        return PLUGIN.answer("validate", input(text, kind).toString()).at("/output/findings");
    }

    private static ObjectNode input(String text, String kind) {
        return SandboxedPlugin.JSON.createObjectNode().put("text", text).put("kind", kind);
    }
}
