package io.tenancy.billing.tax;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class VatIdTest {

    /** Countries where every wrong digit is found, and which characters of the whole id that is said of. */
    private static final Map<String, Pattern> FOUND_ALWAYS = Map.ofEntries(
            Map.entry("ATU13585627", Pattern.compile("ATU(\\d+)")),
            Map.entry("BE0417497106", Pattern.compile("BE(\\d+)")),
            Map.entry("CHE105909036MWST", Pattern.compile("CHE(\\d+)MWST")),
            Map.entry("CY10259033P", Pattern.compile("CY(\\d+)P")),
            Map.entry("DE129274202", Pattern.compile("DE(\\d+)")),
            Map.entry("DK13748136", Pattern.compile("DK(\\d+)")),
            Map.entry("EE100931558", Pattern.compile("EE(\\d+)")),
            Map.entry("ESA28015865", Pattern.compile("ESA(\\d+)")),
            Map.entry("ESP2807900B", Pattern.compile("ESP(\\d+)B")),
            Map.entry("ES12345678Z", Pattern.compile("ES(\\d+)Z")),
            Map.entry("ESX1234567L", Pattern.compile("ESX(\\d+)L")),
            Map.entry("FI01120389", Pattern.compile("FI(\\d+)")),
            Map.entry("FR40303265045", Pattern.compile("FR(\\d+)")),
            Map.entry("HR81793146560", Pattern.compile("HR(\\d+)")),
            Map.entry("HU10625790", Pattern.compile("HU(\\d+)")),
            Map.entry("IE6388047V", Pattern.compile("IE(\\d+)V")),
            Map.entry("IE3206488LH", Pattern.compile("IE(\\d+)LH")),
            Map.entry("IE8D79739I", Pattern.compile("IE8D(\\d+)I")),
            Map.entry("IT00905811006", Pattern.compile("IT(\\d+)")),
            Map.entry("LU20260743", Pattern.compile("LU(\\d+)")),
            Map.entry("LV40003245752", Pattern.compile("LV4(\\d+)")),
            Map.entry("MT11679112", Pattern.compile("MT(\\d+)")),
            Map.entry("NO923609016MVA", Pattern.compile("NO(\\d+)MVA")),
            Map.entry("PL7740001454", Pattern.compile("PL(\\d+)")),
            Map.entry("SE556016068001", Pattern.compile("SE(\\d{10})01")),
            Map.entry("SI82646716", Pattern.compile("SI(\\d+)")),
            Map.entry("SK2020372640", Pattern.compile("SK(\\d+)")));

    // Of companies and authorities, published by them; those of persons are made up, and below.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "ATU13585627",
                "ATU33864707",
                "ATU14189108",
                "ATU64938009",
                "BE0417497106",
                "BE0403091220",
                "BE0202239951",
                "BE0795013186",
                "BG831642181",
                "BG131468980",
                "BG131129282",
                "BG130544585",
                "CHE105909036MWST",
                "CHE103867266TVA",
                "CHE101329561MWST",
                "CHE107787577IVA",
                "CY10259033P",
                "CY10246672X",
                "CY10274231F",
                "CZ45274649",
                "CZ00177041",
                "CZ27082440",
                "DE129274202",
                "DE143454214",
                "DE123475223",
                "DE115235681",
                "DE260543043",
                "DK24256790",
                "DK22756214",
                "DK47458714",
                "DK61056416",
                "EE102090374",
                "EE100931558",
                "EE100594102",
                "EE101286639",
                "EL094019245",
                "EL090000045",
                "EL094014201",
                "EL800179925",
                "ESA28015865",
                "ESA15075062",
                "ESA39000013",
                "ESB64717838",
                "ESP2807900B",
                "ESQ2818014I",
                "ESR9600075G",
                "ESW4003922D",
                "FI01120389",
                "FI15270222",
                "FI20774740",
                "FI09826511",
                "FR59542051180",
                "FR89380129866",
                "FR66780129987",
                "FR40303265045",
                "FR16000063601",
                "GB220430231",
                "GB333289454",
                "GB660454836",
                "GB365684514",
                "GB980780684",
                "GB100190874",
                "GB340804329",
                "GB346270013",
                "XI432525179",
                "HR81793146560",
                "HR27759560625",
                "HR18928523252",
                "HU10625790",
                "HU10537914",
                "HU12892312",
                "IE6388047V",
                "IE9700053D",
                "IE8256796U",
                "IE9740425P",
                "IE3206488LH",
                "IE8D79739I",
                "IE9Y71814N",
                "IT00905811006",
                "IT15844561009",
                "IT00159560366",
                "IT00743110157",
                "LT212154314",
                "LT230335113",
                "LT119511515",
                "LT100001919017",
                "LT100004801610",
                "LU20260743",
                "LU22046007",
                "LU26888617",
                "LU15027442",
                "LV40003245752",
                "LV40003032949",
                "LV50003050931",
                "LV90000528023",
                "MT11679112",
                "MT10396417",
                "MT14658213",
                "MT20630321",
                "NL805734958B01",
                "NL803441526B01",
                "NL820471616B01",
                "NL004495445B01",
                "NL002455799B11",
                "NL000099998B57",
                "NO923609016MVA",
                "NO982463718MVA",
                "NO984851006MVA",
                "NO995525828MVA",
                "PL7740001454",
                "PL5252674798",
                "PL7342867148",
                "PL5250007738",
                "PT500697256",
                "PT504499777",
                "PT500077568",
                "PT501964843",
                "RO1590082",
                "RO2816464",
                "RO14399840",
                "RO160796",
                "RO361757",
                "SE556016068001",
                "SE556703748501",
                "SE556012579001",
                "SE202100500001",
                "SI82646716",
                "SI80267432",
                "SI45884595",
                "SI98511734",
                "SK2020372640",
                "SK2020317068",
                "SK2022749619",
                "SK1078449064"
            })
    void numbersThatAreInUseAreTakenByTheirCheckDigits(String genuine) {
        VatId id = VatId.parse(genuine);

        assertThat(id).hasToString(genuine);
        assertThat(id.checksDigits()).isTrue();
    }

    // Sums by hand, such as for AT: 1 + 4 + 3 + 8 + 5 + (1+2) + 7 = 31; with 4 it is 35, so that 5 is lacking to 40.
    @ParameterizedTest
    @CsvSource({
        "ATU1234567, 5",
        "BE01234567, 49",
        "BG12345678, 6",
        "BG20000001, 5",
        "BG123456789, 0",
        "BG123456789, 3",
        "BG123456789, 2",
        "CHE12345678, 8MWST",
        "CY90000001, Z",
        "CZ1234567, 9",
        "CZ1000001, 1",
        "CZ1000010, 1",
        "CZ1000100, 0",
        "CZ123456789, 5",
        "CZ123456794, 0",
        "DE12345678, 8",
        "DK1374813, 6",
        "EE12345678, 0",
        "EL12345678, 3",
        "EL00000005, 0",
        "ESA1234567, 4",
        "ESP1234567, D",
        "ES12345678, Z",
        "ESX1234567, L",
        "ESY1234567, X",
        "ESZ1234567, R",
        "ESK1234567, L",
        "FI1234567, 1",
        "GB8314958, 16",
        "GB8314958, 58",
        "HR1234567890, 3",
        "HU1234567, 6",
        "IE1234567, T",
        "IE1234567, WH",
        "IE1234567, FA",
        "IE1F23456, W",
        "IT1234567890, 3",
        "LT12345671, 5",
        "LT00000051, 2",
        "LU123456, 13",
        "LV4000000000, 0",
        "MT123456, 34",
        "NL12345678, 2B01",
        "NL123456789, B13",
        "NO12345678, 5MVA",
        "PL123456788, 3",
        "PT12345678, 9",
        "PT20000002, 0",
        "PT20001000, 0",
        "RO123456789, 7",
        "RO1, 9",
        "RO5, 1",
        "RO6, 0",
        "SE123456789, 701",
        "SI1234567, 9",
        "SI1000100, 0",
        "SK123456788, 4"
    })
    void checkDigitsAreThoseThatTheSumsByHandComeTo(String body, String check) {
        assertThat(VatId.parse(body + check).checksDigits()).isTrue();
    }

    @Test
    void aBulgarianPersonHasOneOfThreeCheckDigits() {
        assertThat(IntStream.rangeClosed(0, 9).filter(check -> VatId.isValid("BG123456789" + check)))
                .containsExactly(0, 2, 3);
    }

    @Test
    void theKeyOfAFrenchNumberIsOfItsSiren() {
        assertThat(VatId.isValid("FR11123456782")).isTrue();
        assertThat(VatId.isValid("FR12123456782")).isFalse();
        assertThat(VatId.isValid("FR11123456792")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CZ612345678",
                "FRK7399859412",
                "FR4Z123456782",
                "FRAB123456782",
                "GBGD001",
                "GBHA500",
                "XIGD499",
                "LV01010112345"
            })
    void whereNoFormulaIsCertainTheFormAloneCounts(String formOnly) {
        assertThat(VatId.parse(formOnly).checksDigits()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "de 129 274 202, DE, 129274202, DE",
        "DE-129.274.202, DE, 129274202, DE",
        "'  De129274202\t', DE, 129274202, DE",
        "DE\u00a0129\u2009274\u2013202, DE, 129274202, DE",
        "BE 0417.497.106, BE, 0417497106, BE",
        "be 417.497.106, BE, 0417497106, BE",
        "BE (0)468.561.072, BE, 0468561072, BE",
        "DK: 21599336, DK, 21599336, DK",
        "EL 094019245, EL, 094019245, GR",
        "gr 94019245, EL, 094019245, GR",
        "XI 432 5251 79, XI, 432525179, GB",
        "gb 220 4302 31, GB, 220430231, GB",
        "CHE-105.909.036 MWST, CHE, 105909036MWST, CH",
        "che 107 787 577 iva, CHE, 107787577IVA, CH",
        "no 923 609 016 mva, NO, 923609016MVA, NO",
        "nl 8057.34.958.b.01, NL, 805734958B01, NL",
        "CZ 123456/7895, CZ, 1234567895, CZ",
        "ES x-1234567l, ES, X1234567L, ES"
    })
    void numbersAreReadAsPeopleTypeThem(String typed, String prefix, String number, String country) {
        VatId id = VatId.parse(typed);

        assertThat(id).isEqualTo(new VatId(prefix, number));
        assertThat(id.country()).isEqualTo(country);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                " ",
                "D",
                "DE",
                "CHE",
                "129274202",
                "US129274202",
                "DE12927420",
                "DE1292742022",
                "DE12927420X",
                "DE029274202",
                "DE１２９２７４２０２",
                "DE129_274_202",
                "ATU1234567",
                "AT13585627",
                "BE2417497106",
                "CH105909036",
                "CHE105909036",
                "CHE105909036VAT",
                "CY102590333",
                "ESO1234567L",
                "ESA2801586K",
                "FRIO123456782",
                "FR4O123456782",
                "GBGD500",
                "GBHA499",
                "GB22043023",
                "GB2204302311",
                "IE4550C59S",
                "IE6433435EK",
                "LT123456725",
                "NL009122746B00",
                "NL805734958C01",
                "NO923609016",
                "RO0590082",
                "RO1",
                "SE556016068000",
                "SE556016068095",
                "SI10000100",
                "PT000000000",
                "EE000000000",
                "IT00000000000",
                "DE DE129274202"
            })
    void whatHasNotTheFormOfItsCountryIsRefused(String malformed) {
        assertThat(VatId.isValid(malformed)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ATU15169209", "BE0406139583", "BE0417497100", "BG131172009", "BG200940556", "CY10009489A",
                        "CZ25557481", "CZ1234567896",
                "DE125014855", "DK25652202", "EE100941558", "EL094013834", "ES12345679Z", "ESX1234568L",
                        "FR04409414264", "GB802311781",
                "HR81793146561", "HU12892313", "IE4731823H", "IT00743110158", "LT100001919018", "LU15027443",
                        "LV40003189715", "MT11679113",
                "NL123456789B90", "NO995525829MVA", "CHE107787578IVA", "PL8567346216", "PT501964842", "RO18547291",
                        "SE123456789101", "SI50223055",
                "SK2022749618"
            })
    void aNumberWithAWrongDigitIsRefused(String mistyped) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> VatId.parse(mistyped))
                .withMessageStartingWith("The check digits of VAT id '" + mistyped + "' do not fit");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DE012345679",
                "DK01000004",
                "PT010000003",
                "SI01000004",
                "MT01000033",
                "SK0000000011",
                "RO01590082",
                "SE556016068000",
                "SE556016068095",
                "NL009122746B00",
                "IT00000000000",
                "EE000000000"
            })
    void checkDigitsThatFitDoNotMakeUpForTheForm(String misshapen) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> VatId.parse(misshapen))
                .withMessageStartingWith("A VAT id of ");
    }

    @Test
    void theMessageTellsWhatWasFoundAndWhatIsExpected() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> VatId.parse("de 1292-742"))
                .withMessage("A VAT id of DE is DE and 9 digits, the first not 0, but was 'DE1292742'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> VatId.parse("gr 123"))
                .withMessage("A VAT id of GR is EL and 9 digits, but was 'EL123'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> VatId.parse("129274202"))
                .withMessageStartingWith("A VAT id begins with one of AT, BE, BG, CHE, ")
                .withMessageEndingWith(", but was '129274202'. Give the number with the prefix of its country.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> VatId.parse("DE" + "1".repeat(63)))
                .withMessage("A VAT id is at most 64 characters, but had 65");
        assertThatIllegalArgumentException().isThrownBy(() -> new VatId("de", "129274202"));
        assertThatIllegalArgumentException().isThrownBy(() -> new VatId("DE", "129 274 202"));
    }

    @Test
    void allStatesOfTheUnionAndFourMorePrefixesAreKnown() {
        List<String> countries = new ArrayList<>();
        for (VatScheme scheme : VatScheme.all()) {
            countries.add(scheme.country());
        }

        assertThat(countries).hasSize(31).containsAll(TaxPlace.EU).contains("GB", "CH", "NO");
        assertThat(TaxPlace.EU).hasSize(27);
    }

    @Test
    void everyWrongDigitIsFoundWhereTheFormulaPromisesIt() {
        Random random = seeded();
        FOUND_ALWAYS.forEach((sample, digits) -> {
            for (String valid : valids(sample, digits, random)) {
                assertThat(wrongButTaken(valid, digits)).as(valid).isEmpty();
            }
        });
    }

    @ParameterizedTest
    @CsvSource({"EL094019245, 0", "PT500697256, 0", "RO14399840, 0", "CZ45274649, 1", "CZ1234567895, 0"})
    void aWrongDigitIsMissedOnlyWhereTwoRemaindersShareACheckDigit(String sample, char shared) {
        Pattern digits = Pattern.compile("..(\\d+)");
        for (String valid : valids(sample, digits, seeded())) {
            List<String> missed = wrongButTaken(valid, digits);
            if (valid.charAt(valid.length() - 1) == shared) {
                assertThat(missed).allMatch(each -> each.charAt(each.length() - 1) == shared);
            } else {
                assertThat(missed).isEmpty();
            }
        }
    }

    @Test
    void twoBritishSeriesMistakeASecondDigitThatIsOffBySixAndAThirdOneThatIsOffBySeven() {
        Pattern digits = Pattern.compile("GB(\\d{9})");
        for (String valid : valids("GB220430231", digits, seeded())) {
            for (String missed : wrongButTaken(valid, digits)) {
                int second = Math.abs(valid.charAt(3) - missed.charAt(3));
                int third = Math.abs(valid.charAt(4) - missed.charAt(4));
                assertThat(second == 6 || third == 7)
                        .as(valid + " and " + missed)
                        .isTrue();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"BG831642181", "LT230335113"})
    void aWrongDigitIsMissedOnlyWhereTheSecondSumWasNeeded(String sample) {
        Pattern digits = Pattern.compile("..(\\d+)");
        for (String valid : valids(sample, digits, seeded())) {
            for (String missed : wrongButTaken(valid, digits)) {
                assertThat(firstSum(valid) == 10 || firstSum(missed) == 10)
                        .as(valid + " and " + missed)
                        .isTrue();
            }
        }
    }

    private static int firstSum(String id) {
        int sum = 0;
        for (int i = 1; i <= 8; i++) {
            sum += i * (id.charAt(i + 1) - '0');
        }
        return sum % 11;
    }

    @Test
    void aWrongDigitOfADutchNumberIsMissedOnlyWhereTheOtherFormulaHappensToFit() {
        Pattern digits = Pattern.compile("NL(\\d{9})B01");
        int missed = 0;
        int tried = 0;
        for (String valid : valids("NL805734958B01", digits, seeded())) {
            for (String wrong : wrongButTaken(valid, digits)) {
                missed++;
                assertThat(fitsSince2020(valid)).as(valid + " and " + wrong).isNotEqualTo(fitsSince2020(wrong));
            }
            tried += 81;
        }
        assertThat(missed).isLessThan(tried / 10);
    }

    private static boolean fitsSince2020(String id) {
        String value = "2321" + id.substring(2, 11) + "11" + id.substring(12);
        return new BigInteger(value).mod(BigInteger.valueOf(97)).equals(BigInteger.ONE);
    }

    private static Random seeded() {
        long seed = new Random().nextLong();
        System.out.println("VatIdTest seed " + seed);
        return new Random(seed);
    }

    /** The sample, and others that have its form, with digits drawn until they fit. */
    private static List<String> valids(String sample, Pattern digits, Random random) {
        List<String> valids = new ArrayList<>(List.of(sample));
        for (int tries = 0; valids.size() < 20 && tries < 20_000; tries++) {
            StringBuilder drawn = new StringBuilder(sample);
            for (int at : positions(sample, digits)) {
                drawn.setCharAt(at, (char) ('0' + random.nextInt(10)));
            }
            if (VatId.isValid(drawn.toString())) {
                valids.add(drawn.toString());
            }
        }
        assertThat(valids).as(sample).hasSizeGreaterThan(5);
        return valids;
    }

    private static List<String> wrongButTaken(String valid, Pattern digits) {
        assertThat(VatId.isValid(valid)).as(valid).isTrue();
        List<String> taken = new ArrayList<>();
        for (int at : positions(valid, digits)) {
            for (char digit = '0'; digit <= '9'; digit++) {
                StringBuilder wrong = new StringBuilder(valid);
                wrong.setCharAt(at, digit);
                if (digit != valid.charAt(at) && VatId.isValid(wrong.toString())) {
                    taken.add(wrong.toString());
                }
            }
        }
        return taken;
    }

    private static List<Integer> positions(String id, Pattern digits) {
        var found = digits.matcher(id);
        assertThat(found.matches()).as(id).isTrue();
        List<Integer> positions = new ArrayList<>();
        for (int at = found.start(1); at < found.end(1); at++) {
            positions.add(at);
        }
        return positions;
    }
}
