package io.tenancy.billing.tax;

/**
 * How countries compute the check digits of VAT identification numbers, as the European Commission's construction
 * rules of VAT numbers (VIES) and the countries' own registers publish it. All are asked for numbers that have
 * their form.
 */
final class CheckDigits {

    private static final String LETTERS_OF_SPAIN = "TRWAGMYFPDXBNJZSQVHLCKE";
    private static final String LETTERS_OF_IRELAND = "WABCDEFGHIJKLMNOPQRSTUV";
    private static final int[] CYPRIOT = {1, 0, 5, 7, 9, 13, 15, 17, 19, 21};

    private CheckDigits() {}

    private static int digit(String number, int index) {
        return number.charAt(index) - '0';
    }

    private static int last(String number) {
        return digit(number, number.length() - 1);
    }

    private static int sum(String number, int... weights) {
        int sum = 0;
        for (int i = 0; i < weights.length; i++) {
            sum += weights[i] * digit(number, i);
        }
        return sum;
    }

    // Every second digit, from the last but one to the left, is doubled, and the digits of what that gives are
    // added.
    private static int luhnSum(String number) {
        int sum = 0;
        for (int i = 0; i < number.length(); i++) {
            int times = digit(number, i) * ((number.length() - i) % 2 == 0 ? 2 : 1);
            sum += times / 10 + times % 10;
        }
        return sum;
    }

    static boolean luhn(String number) {
        return luhnSum(number) % 10 == 0;
    }

    // ISO 7064, MOD 11,10.
    static boolean mod11And10(String number) {
        int product = 10;
        for (int i = 0; i < number.length() - 1; i++) {
            int sum = (digit(number, i) + product) % 10;
            product = 2 * (sum == 0 ? 10 : sum) % 11;
        }
        return (11 - product) % 10 == last(number);
    }

    static boolean austria(String number) {
        return (luhnSum(number.substring(1, 8)) + 4 + last(number)) % 10 == 0;
    }

    static boolean belgium(String number) {
        long body = Long.parseLong(number.substring(0, 8));
        return 97 - body % 97 == Long.parseLong(number.substring(8));
    }

    static boolean bulgarianCompany(String number) {
        int check = sum(number, 1, 2, 3, 4, 5, 6, 7, 8) % 11;
        if (check == 10) {
            check = sum(number, 3, 4, 5, 6, 7, 8, 9, 10) % 11;
        }
        return check % 10 == last(number);
    }

    // Citizens, foreigners and all others have a formula each; which one it is, the number does not say.
    static boolean bulgarianPerson(String number) {
        int citizen = sum(number, 2, 4, 8, 5, 10, 9, 7, 3, 6) % 11 % 10;
        int foreigner = sum(number, 21, 19, 17, 13, 11, 9, 7, 3, 1) % 10;
        int other = (11 - sum(number, 4, 3, 2, 7, 6, 5, 4, 3, 2) % 11) % 11;
        return last(number) == citizen || last(number) == foreigner || last(number) == other;
    }

    static boolean cyprus(String number) {
        int sum = 0;
        for (int i = 0; i < 8; i++) {
            sum += i % 2 == 0 ? CYPRIOT[digit(number, i)] : digit(number, i);
        }
        return 'A' + sum % 26 == number.charAt(8);
    }

    static boolean czechCompany(String number) {
        int check = 11 - sum(number, 8, 7, 6, 5, 4, 3, 2) % 11;
        return (check == 11 ? 1 : check % 10) == last(number);
    }

    static boolean czechPerson(String number) {
        return Long.parseLong(number.substring(0, 9)) % 11 % 10 == last(number);
    }

    static boolean denmark(String number) {
        return sum(number, 2, 7, 6, 5, 4, 3, 2, 1) % 11 == 0;
    }

    static boolean estonia(String number) {
        return sum(number, 3, 7, 1, 3, 7, 1, 3, 7, 1) % 10 == 0;
    }

    static boolean finland(String number) {
        return sum(number, 7, 9, 10, 5, 8, 4, 2, 1) % 11 == 0;
    }

    static boolean france(String number) {
        long siren = Long.parseLong(number.substring(2));
        return (12 + 3 * (siren % 97)) % 97 == Long.parseLong(number.substring(0, 2));
    }

    static boolean greece(String number) {
        return sum(number, 256, 128, 64, 32, 16, 8, 4, 2) % 11 % 10 == last(number);
    }

    static boolean hungary(String number) {
        return sum(number, 9, 7, 3, 1, 9, 7, 3, 1) % 10 == 0;
    }

    static boolean ireland(String number) {
        int second = number.length() == 9 ? LETTERS_OF_IRELAND.indexOf(number.charAt(8)) : 0;
        int check = (sum(number, 8, 7, 6, 5, 4, 3, 2) + 9 * second) % 23;
        return LETTERS_OF_IRELAND.charAt(check) == number.charAt(7);
    }

    // Until 2013 a letter or sign could stand second; the number is checked as if it began with 0 and its first
    // digit came last.
    static boolean irelandBefore2013(String number) {
        return ireland("0" + number.substring(2, 7) + number.charAt(0) + number.charAt(7));
    }

    static boolean lithuania(String number) {
        int length = number.length() - 1;
        int check = lithuanianSum(number, length, 0) % 11;
        if (check == 10) {
            check = lithuanianSum(number, length, 2) % 11;
        }
        return check % 10 == last(number);
    }

    private static int lithuanianSum(String number, int length, int shift) {
        int sum = 0;
        for (int i = 0; i < length; i++) {
            sum += ((i + shift) % 9 + 1) * digit(number, i);
        }
        return sum;
    }

    static boolean luxembourg(String number) {
        return Integer.parseInt(number.substring(0, 6)) % 89 == Integer.parseInt(number.substring(6));
    }

    static boolean latvianCompany(String number) {
        return sum(number, 9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1) % 11 == 3;
    }

    static boolean malta(String number) {
        return 37 - sum(number, 3, 4, 6, 7, 8, 9) % 37 == Integer.parseInt(number.substring(6));
    }

    // Since 2020 sole traders have numbers that do not tell their citizen's number, with check digits of another
    // kind.
    static boolean netherlands(String number) {
        return sum(number, 9, 8, 7, 6, 5, 4, 3, 2) % 11 == digit(number, 8) || netherlandsSince2020(number);
    }

    // ISO 7064, MOD 97-10, of NL and the number, with letters as 10 to 35: N is 23, L is 21, B is 11.
    private static boolean netherlandsSince2020(String number) {
        long value = Long.parseLong("2321" + number.replace("B", "11"));
        return value % 97 == 1;
    }

    static boolean norway(String number) {
        return sum(number, 3, 2, 7, 6, 5, 4, 3, 2, 1) % 11 == 0;
    }

    static boolean poland(String number) {
        return sum(number, 6, 5, 7, 2, 3, 4, 5, 6, 7) % 11 == last(number);
    }

    static boolean portugal(String number) {
        int check = 11 - sum(number, 9, 8, 7, 6, 5, 4, 3, 2) % 11;
        return (check >= 10 ? 0 : check) == last(number);
    }

    static boolean romania(String number) {
        String padded = "0".repeat(10 - number.length()) + number;
        return 10 * sum(padded, 7, 5, 3, 2, 1, 7, 5, 3, 2) % 11 % 10 == last(number);
    }

    static boolean slovakia(String number) {
        return Long.parseLong(number) % 11 == 0;
    }

    static boolean slovenia(String number) {
        int check = 11 - sum(number, 8, 7, 6, 5, 4, 3, 2) % 11;
        return check != 11 && check % 10 == last(number);
    }

    static boolean spanishCompany(String number) {
        int check = (10 - luhnSum(number.substring(1, 8) + "0") % 10) % 10;
        char last = number.charAt(8);
        return last == '0' + check || last == "JABCDEFGHI".charAt(check);
    }

    static boolean spanishPerson(String number) {
        String digits = number.substring(1, 8);
        long value = Long.parseLong(
                switch (number.charAt(0)) {
                    case 'K', 'L', 'M', 'X' -> digits;
                    case 'Y' -> "1" + digits;
                    case 'Z' -> "2" + digits;
                    default -> number.substring(0, 8);
                });
        return LETTERS_OF_SPAIN.charAt((int) (value % 23)) == number.charAt(8);
    }

    static boolean sweden(String number) {
        return luhn(number.substring(0, 10));
    }

    static boolean switzerland(String number) {
        return sum(number, 5, 4, 3, 2, 7, 6, 5, 4, 1) % 11 == 0;
    }

    // Since 2009 there is a second series, whose last two digits are 55 less, or 42 more.
    static boolean unitedKingdom(String number) {
        int rest = sum(number, 8, 7, 6, 5, 4, 3, 2, 10, 1) % 97;
        return rest == 0 || rest == 42;
    }
}
